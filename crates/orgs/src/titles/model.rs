//! What a title is, its status on a day, and the rules for what is typed of one. No I/O.

use crate::facts::Basis;
use kernel::{Date, bounded};
use platform::{AppError, AppResult, FieldError, FileKind};

/// What a proof may be.
pub const PROOFS: [FileKind; 3] = [FileKind::Pdf, FileKind::Jpeg, FileKind::Png];
const FIRST_DAY: Date = Date::constant(1949, 10, 1);
/// Longest time ahead for a last day, in years.
const FURTHEST: i16 = 50;

db::text_enum! {
    /// Who grants it, by level.
    pub enum TitleLevel {
        /// The state.
        National => "national",
        /// A province.
        Province => "province",
        /// A city.
        City => "city",
        /// A district.
        District => "district",
        /// A street or town.
        Street => "street",
    }
}

impl TitleLevel {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::National => "国家级",
            Self::Province => "省级",
            Self::City => "市级",
            Self::District => "区级",
            Self::Street => "街镇级",
        }
    }
}

db::text_enum! {
    /// What is honoured.
    pub enum TitleKind {
        /// A good or model school.
        School => "school",
        /// A model area: a demonstration district or street, a learning town.
        Area => "area",
        /// A learning organisation.
        Organisation => "organisation",
        /// A good learning site or base.
        Site => "site",
        /// A learning team, with stars.
        Team => "team",
        /// A course or teaching material.
        Course => "course",
        /// A brand of lifelong learning.
        Brand => "brand",
        /// A project or a result of research.
        Project => "project",
        /// Anything else.
        Other => "other",
    }
}

impl TitleKind {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::School => "优质校、示范校",
            Self::Area => "示范区、示范街镇",
            Self::Organisation => "学习型组织",
            Self::Site => "学习点、体验基地",
            Self::Team => "学习团队",
            Self::Course => "课程、教材",
            Self::Brand => "终身学习品牌",
            Self::Project => "实验项目、科研成果",
            Self::Other => "其他",
        }
    }
}

db::text_enum! {
    /// What of an organisation holds it.
    pub enum Holder {
        /// The organisation itself.
        Org => "org",
        /// A team of it.
        Team => "team",
        /// A course of it.
        Course => "course",
    }
}

impl Holder {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Org => "机构本身",
            Self::Team => "它的团队",
            Self::Course => "它的课程",
        }
    }
}

db::text_enum! {
    /// Whether a title counts.
    pub enum Status {
        /// It counts.
        Active => "active",
        /// Its last day is over.
        Expired => "expired",
        /// It was taken back.
        Revoked => "revoked",
    }
}

impl Status {
    /// Rule 2: what a title is on a day.
    #[must_use]
    pub fn on(day: Date, valid_to: Option<Date>, revoked_on: Option<Date>) -> Self {
        if revoked_on.is_some_and(|revoked| revoked <= day) {
            Self::Revoked
        } else if valid_to.is_some_and(|last| last < day) {
            Self::Expired
        } else {
            Self::Active
        }
    }
}

/// A title as a clerk typed it.
#[derive(Debug, Clone)]
pub struct TitleDraft {
    /// What of the organisation holds it.
    pub holder: Holder,
    /// Name of the team or course; empty for the organisation itself.
    pub holder_name: String,
    /// The title.
    pub name: String,
    /// Who grants it, by level.
    pub level: TitleLevel,
    /// What is honoured.
    pub kind: TitleKind,
    /// Who granted it.
    pub granted_by: String,
    /// Number of the document; may be empty.
    pub document: String,
    /// The day on which it was granted.
    pub granted_on: Date,
    /// The last day; `None` when it has no end.
    pub valid_to: Option<Date>,
    /// Where this comes from.
    pub basis: Basis,
}

/// Rule 1.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(mut draft: TitleDraft, today: Date) -> AppResult<TitleDraft> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, sentence: String| {
        wrong.push(FieldError {
            field: field.to_owned(),
            sentence,
        });
    };
    let own = draft.holder == Holder::Org;
    let least = usize::from(!own);
    let texts = [
        ("name", &mut draft.name, 2, 60, "称号"),
        ("holder_name", &mut draft.holder_name, least, 60, "团队或课程名称"),
        ("granted_by", &mut draft.granted_by, 2, 60, "授予单位"),
        ("document", &mut draft.document, 0, 80, "文号"),
    ];
    for (field, text, min, max, label) in texts {
        match bounded(text, min, max, label) {
            Ok(kept) => *text = kept,
            Err(sentence) => say(field, sentence),
        }
    }
    if own && !draft.holder_name.is_empty() {
        let sentence = "称号属于机构本身的，不用填团队或课程名称。请清空，或者改选团队、课程。";
        say("holder_name", sentence.into());
    }
    if draft.granted_on < FIRST_DAY || draft.granted_on > today {
        say(
            "granted_on",
            format!("授予日期要在 {FIRST_DAY} 到今天（{today}）之间。"),
        );
    }
    if let Some(last) = draft.valid_to {
        if last < draft.granted_on {
            let sentence = format!("有效期到 {last}，比授予日期 {} 还早。请检查。", draft.granted_on);
            say("valid_to", sentence);
        } else if last.year() > today.year() + FURTHEST {
            let sentence = format!("有效期最多到 {} 年。没有期限的请留空。", today.year() + FURTHEST);
            say("valid_to", sentence);
        }
    }
    if wrong.is_empty() {
        Ok(draft)
    } else {
        Err(AppError::Invalid(wrong))
    }
}

/// The day on which a title is revoked lies between the day it was granted and today.
///
/// # Errors
/// [`AppError::Invalid`] with the bounds.
pub fn may_end(on: Date, granted_on: Date, today: Date) -> AppResult<()> {
    if (granted_on..=today).contains(&on) {
        return Ok(());
    }
    Err(AppError::invalid(
        "revoked_on",
        format!("撤销日期要在授予日期（{granted_on}）到今天（{today}）之间。"),
    ))
}

/// Rule 4.
#[must_use]
pub fn already_there(draft: &TitleDraft) -> AppError {
    AppError::invalid(
        "name",
        format!(
            "{} 授予的{}“{}”已经登记过。要改那一条，请从列表里打开它。",
            draft.granted_on,
            draft.level.label(),
            draft.name
        ),
    )
}

/// Rule 5.
#[must_use]
pub fn changed_meanwhile() -> AppError {
    AppError::refused(
        "changed_meanwhile",
        "您打开这一页以后，别人改过这个称号。下面是您填的内容，还没有保存；请对照最新的内容，再保存一次。",
    )
}

/// A revoked title stays as it was.
#[must_use]
pub fn revoked() -> AppError {
    AppError::refused(
        "title_revoked",
        "这个称号已经撤销，不能再改。又重新授予的，请另外登记一条。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 22);

    fn draft() -> TitleDraft {
        TitleDraft {
            holder: Holder::Org,
            holder_name: String::new(),
            name: "街镇社区学校优质校".into(),
            level: TitleLevel::City,
            kind: TitleKind::School,
            granted_by: "上海市教育委员会".into(),
            document: String::new(),
            granted_on: Date::constant(2024, 12, 1),
            valid_to: None,
            basis: Basis::Official,
        }
    }

    fn nameless(draft: &mut TitleDraft) {
        draft.holder = Holder::Team;
    }

    fn named(draft: &mut TitleDraft) {
        draft.holder_name = "合唱团".into();
    }

    #[test]
    fn each_bound_has_its_field() {
        type Case = (&'static str, fn(&mut TitleDraft), Option<&'static str>);
        let cases: [Case; 9] = [
            ("as it is", |_| (), None),
            ("today", |d| d.granted_on = TODAY, None),
            (
                "tomorrow",
                |d| d.granted_on = Date::constant(2026, 11, 23),
                Some("granted_on"),
            ),
            ("no name", |d| d.name = " ".into(), Some("name")),
            ("a team without name", nameless, Some("holder_name")),
            ("itself with a name", named, Some("holder_name")),
            (
                "over before it began",
                |d| d.valid_to = Some(Date::constant(2024, 11, 30)),
                Some("valid_to"),
            ),
            (
                "for ever",
                |d| d.valid_to = Some(Date::constant(2077, 1, 1)),
                Some("valid_to"),
            ),
            ("by nobody", |d| d.granted_by = String::new(), Some("granted_by")),
        ];
        for (what, change, field) in cases {
            let mut typed = draft();
            change(&mut typed);
            let wrong = match check(typed, TODAY) {
                Ok(_) => None,
                Err(AppError::Invalid(fields)) => Some(fields[0].field.clone()),
                Err(other) => panic!("{what}: {other}"),
            };
            assert_eq!(wrong.as_deref(), field, "{what}");
        }
    }

    #[test]
    fn the_status_follows_from_the_days() {
        let day = |day| Date::constant(2026, 11, day);
        for (last, revoked, status) in [
            (None, None, Status::Active),
            (Some(22), None, Status::Active),
            (Some(21), None, Status::Expired),
            (Some(21), Some(20), Status::Revoked),
            (None, Some(22), Status::Revoked),
            (None, Some(23), Status::Active),
        ] {
            assert_eq!(
                Status::on(TODAY, last.map(day), revoked.map(day)),
                status,
                "{last:?} {revoked:?}"
            );
        }
        for (on, good) in [(19, false), (20, true), (22, true), (23, false)] {
            assert_eq!(may_end(day(on), day(20), TODAY).is_ok(), good, "{on}");
        }
    }
}
