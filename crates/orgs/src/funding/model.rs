//! What a budget line is, and the rules for what is typed of one. No I/O.

use crate::facts::Basis;
use crate::population::Residents;
use kernel::bounded;
use platform::{AppError, AppResult, FieldError};

/// First year for which lines are taken.
pub const FIRST_YEAR: i64 = 1990;
/// Most fen of one line: a hundred thousand million yuan, more than any city gives.
pub const MOST_FEN: i64 = 10_000_000_000_000;

db::text_enum! {
    /// Who gives, by level.
    pub enum FundingLevel {
        /// The province.
        Province => "province",
        /// The city.
        City => "city",
        /// The district.
        District => "district",
        /// The street or town.
        Street => "street",
        /// The village or neighbourhood.
        Village => "village",
        /// Donations and other means of society.
        Society => "society",
        /// What learners bear themselves.
        Learners => "learners",
    }
}

impl FundingLevel {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Province => "省级",
            Self::City => "市级",
            Self::District => "区级",
            Self::Street => "街镇",
            Self::Village => "村社",
            Self::Society => "社会捐赠和资助",
            Self::Learners => "学习者分担",
        }
    }

    /// Whether it is a public budget.
    #[must_use]
    pub const fn is_public(self) -> bool {
        !matches!(self, Self::Society | Self::Learners)
    }
}

db::text_enum! {
    /// What the money is for.
    pub enum Purpose {
        /// Community education at large.
        Community => "community_education",
        /// Education of elders.
        Elder => "elder_education",
        /// Places and equipment.
        Facilities => "facilities",
        /// Single projects.
        Project => "project",
        /// Anything else of lifelong education.
        Other => "other",
    }
}

impl Purpose {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Community => "社区教育",
            Self::Elder => "老年教育",
            Self::Facilities => "场地设施",
            Self::Project => "专门项目",
            Self::Other => "其他终身教育",
        }
    }
}

db::text_enum! {
    /// Whose number an amount per head is measured by.
    pub enum PopulationKind {
        /// All residents.
        Residents => "residents",
        /// Residents of 60 and over.
        Elders => "elders",
    }
}

impl PopulationKind {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Residents => "常住人口",
            Self::Elders => "60 岁及以上常住人口",
        }
    }

    /// How many of them.
    #[must_use]
    pub const fn of(self, known: &Residents) -> i64 {
        match self {
            Self::Residents => known.residents,
            Self::Elders => known.elders,
        }
    }
}

db::text_enum! {
    /// Whether a version of a line counts.
    pub enum LineState {
        /// It counts.
        InForce => "in_force",
        /// A later version has taken its place.
        Replaced => "replaced",
        /// The line should not be; this version says why.
        Withdrawn => "withdrawn",
    }
}

/// A line as a clerk typed it.
#[derive(Debug, Clone)]
pub struct LineDraft {
    /// The budget's year.
    pub year: i64,
    /// Who gives, by level.
    pub level: FundingLevel,
    /// What for.
    pub purpose: Purpose,
    /// What was budgeted.
    pub budgeted_fen: i64,
    /// What has been paid so far.
    pub paid_fen: i64,
    /// By whom it is measured.
    pub population: PopulationKind,
    /// Who pays: the office's name.
    pub payer: String,
    /// Number of the document; may be empty.
    pub document: String,
    /// Where the figures come from.
    pub basis: Basis,
    /// Proof in words.
    pub proof: String,
}

/// The bounds of each field.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(mut draft: LineDraft, this_year: i64) -> AppResult<LineDraft> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, sentence: String| {
        wrong.push(FieldError {
            field: field.to_owned(),
            sentence,
        });
    };
    if !(FIRST_YEAR..=this_year + 1).contains(&draft.year) {
        say(
            "year",
            format!(
                "年份要在 {FIRST_YEAR} 到 {} 之间，您填了 {}。",
                this_year + 1,
                draft.year
            ),
        );
    }
    for (field, label, fen) in [
        ("budgeted_fen", "预算金额", draft.budgeted_fen),
        ("paid_fen", "已拨付金额", draft.paid_fen),
    ] {
        if !(0..=MOST_FEN).contains(&fen) {
            say(
                field,
                format!("{label}要在 0 到 1000 亿元之间。请检查是不是多打了几个 0。"),
            );
        }
    }
    if draft.budgeted_fen == 0 && draft.paid_fen == 0 {
        say(
            "budgeted_fen",
            "预算和拨付不能都是 0。没有安排经费的，不用登记。".into(),
        );
    }
    let texts = [
        ("payer", &mut draft.payer, 2, 60, "出资单位"),
        ("document", &mut draft.document, 0, 80, "文号"),
        ("proof", &mut draft.proof, 2, 300, "依据"),
    ];
    for (field, text, min, max, label) in texts {
        match bounded(text, min, max, label) {
            Ok(kept) => *text = kept,
            Err(sentence) => say(field, sentence),
        }
    }
    if wrong.is_empty() {
        Ok(draft)
    } else {
        Err(AppError::Invalid(wrong))
    }
}

/// Rule 6: there is such a line already.
#[must_use]
pub fn already_there(draft: &LineDraft) -> AppError {
    AppError::invalid(
        "document",
        format!(
            "{} 年{}、{}、“{}”、文号“{}”已经登记过一条。要改那一条请打开它更正；确实是另一笔的，请写明不同的文号或出资单位。",
            draft.year,
            draft.level.label(),
            draft.purpose.label(),
            draft.payer,
            draft.document
        ),
    )
}

/// Rule 7.
#[must_use]
pub fn changed_meanwhile() -> AppError {
    AppError::refused(
        "changed_meanwhile",
        "您打开这一页以后，别人更正过这一条。下面是您填的内容，还没有保存；请对照最新的内容，再保存一次。",
    )
}

/// Rule 2: a withdrawn line has no next version.
#[must_use]
pub fn withdrawn() -> AppError {
    AppError::refused(
        "line_withdrawn",
        "这一条已经作废，不能再更正。需要的话请另外登记一条。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> LineDraft {
        LineDraft {
            year: 2026,
            level: FundingLevel::Street,
            purpose: Purpose::Community,
            budgeted_fen: 30_000_000,
            paid_fen: 0,
            population: PopulationKind::Residents,
            payer: "莘庄镇财政所".into(),
            document: String::new(),
            basis: Basis::Official,
            proof: "2026 年部门预算".into(),
        }
    }

    #[test]
    fn each_bound_has_its_field() {
        type Case = (&'static str, fn(&mut LineDraft), Option<&'static str>);
        let cases: [Case; 9] = [
            ("as it is", |_| (), None),
            ("next year's", |d| d.year = 2027, None),
            ("too early to tell", |d| d.year = 2028, Some("year")),
            ("long ago", |d| d.year = FIRST_YEAR - 1, Some("year")),
            ("less than none", |d| d.paid_fen = -1, Some("paid_fen")),
            (
                "a typing slip",
                |d| d.budgeted_fen = MOST_FEN + 1,
                Some("budgeted_fen"),
            ),
            ("nothing at all", |d| d.budgeted_fen = 0, Some("budgeted_fen")),
            ("nobody", |d| d.payer = " ".into(), Some("payer")),
            ("no proof", |d| d.proof = String::new(), Some("proof")),
        ];
        for (what, change, field) in cases {
            let mut typed = draft();
            change(&mut typed);
            let wrong = match check(typed, 2026) {
                Ok(_) => None,
                Err(AppError::Invalid(fields)) => Some(fields[0].field.clone()),
                Err(other) => panic!("{what}: {other}"),
            };
            assert_eq!(wrong.as_deref(), field, "{what}");
        }
    }
}
