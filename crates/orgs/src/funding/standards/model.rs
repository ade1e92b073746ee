//! What a standard asks for. No I/O.

use super::super::model::{FundingLevel, PopulationKind};
use crate::FundingStandardId;
use crate::facts::Basis;
use kernel::{Date, Fen, OrgId, bounded};
use platform::{AppError, AppResult, FieldError};

/// Most fen per head.
pub const MOST_PER_HEAD: i64 = 1_000_000;
/// Largest number of a match.
pub const MOST_RATIO: i64 = 100;
const FIRST_DAY: Date = Date::constant(1990, 1, 1);

/// One level has to give so much for so much of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matching {
    /// Who has to match.
    pub level: FundingLevel,
    /// Whom.
    pub against: FundingLevel,
    /// So many parts …
    pub num: i64,
    /// … for each so many of the other's.
    pub den: i64,
}

/// What a standard asks for, as typed and as kept.
#[derive(Debug, Clone)]
pub struct Demand {
    /// The first day.
    pub from_date: Date,
    /// Fen per head and year; `None` when the document states no amount.
    pub amount_fen: Option<i64>,
    /// Whose number the amount is measured by.
    pub population: PopulationKind,
    /// Who has to give it; `None` for all public budgets together.
    pub payer: Option<FundingLevel>,
    /// Whether no year may be below the one before.
    pub not_below_last_year: bool,
    /// The match, if one is asked for.
    pub matching: Option<Matching>,
    /// Number or title of the document.
    pub document: String,
    /// Where it comes from.
    pub basis: Basis,
    /// The words of the document.
    pub words: String,
}

/// A standard that holds.
#[derive(Debug, Clone)]
pub struct Standard {
    /// Id.
    pub id: FundingStandardId,
    /// Whose it is.
    pub org_id: OrgId,
    /// The jurisdiction's name.
    pub org: String,
    /// How far below the root the jurisdiction stands.
    pub depth: usize,
    /// What it asks for.
    pub demand: Demand,
    /// Why it was withdrawn; empty while it holds.
    pub reason: String,
    /// Goes up by one with each change.
    pub version: i64,
}

impl Standard {
    /// Whether it holds for this year's budget.
    #[must_use]
    pub fn begun_by(&self, year: i64) -> bool {
        i64::from(self.demand.from_date.year()) <= year
    }

    /// Jurisdiction and document, for a sentence.
    #[must_use]
    pub fn cited(&self) -> String {
        format!("{}（{}）", self.org, self.demand.document)
    }
}

impl Demand {
    /// What is asked for, one sentence each.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut all = Vec::new();
        let payer = self.payer.map_or("各级财政合计", FundingLevel::label);
        if let Some(fen) = self.amount_fen {
            let (yuan, base) = (Fen(fen).yuan_text(), self.population.label());
            all.push(format!("{payer}每年按{base}人均不少于 {yuan}"));
        }
        if let Some(rule) = self.matching {
            all.push(format!(
                "{}按{}的 {} : {} 配套",
                rule.level.label(),
                rule.against.label(),
                rule.num,
                rule.den
            ));
        }
        if self.not_below_last_year {
            all.push("每年不低于上年".into());
        }
        all
    }
}

/// Rule 1 and the bounds.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(mut demand: Demand, today: Date) -> AppResult<Demand> {
    let mut wrong = amounts(&demand, today);
    let texts = [
        ("document", &mut demand.document, 80, "文号"),
        ("words", &mut demand.words, 300, "文件原话"),
    ];
    for (field, text, max, label) in texts {
        match bounded(text, 2, max, label) {
            Ok(kept) => *text = kept,
            Err(sentence) => wrong.push(fault(field, sentence)),
        }
    }
    if wrong.is_empty() {
        Ok(demand)
    } else {
        Err(AppError::Invalid(wrong))
    }
}

fn fault(field: &str, sentence: impl Into<String>) -> FieldError {
    FieldError {
        field: field.to_owned(),
        sentence: sentence.into(),
    }
}

fn amounts(demand: &Demand, today: Date) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let last_year = today.year() + 5;
    if demand.from_date < FIRST_DAY || demand.from_date.year() > last_year {
        let sentence = format!("起始日期要在 {FIRST_DAY} 到 {last_year} 年之间。");
        wrong.push(fault("from_date", sentence));
    }
    match demand.amount_fen {
        Some(fen) if !(1..=MOST_PER_HEAD).contains(&fen) => wrong.push(fault(
            "amount_fen",
            "人均标准要在 0.01 到 10000 元之间。文件没写数额的，请留空。",
        )),
        None if demand.matching.is_none() && !demand.not_below_last_year => wrong.push(fault(
            "amount_fen",
            "至少要有一条要求：人均标准、配套比例，或者每年不低于上年。",
        )),
        _ => (),
    }
    let Some(rule) = demand.matching else {
        return wrong;
    };
    if rule.level == rule.against {
        let sentence = "配套的两方不能是同一级。例如街镇对区级 1 : 1。";
        wrong.push(fault("match_against", sentence));
    }
    for (field, number) in [("match_num", rule.num), ("match_den", rule.den)] {
        if !(1..=MOST_RATIO).contains(&number) {
            wrong.push(fault(field, format!("配套比例要填 1 到 {MOST_RATIO} 的整数。")));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_TO_ONE: Matching = Matching {
        level: FundingLevel::Street,
        against: FundingLevel::District,
        num: 1,
        den: 1,
    };

    fn demand() -> Demand {
        Demand {
            from_date: Date::constant(2024, 2, 26),
            amount_fen: None,
            population: PopulationKind::Residents,
            payer: None,
            not_below_last_year: false,
            matching: Some(ONE_TO_ONE),
            document: "西政办〔2024〕4号".into(),
            basis: Basis::Official,
            words: "各镇街同时按 1:1 投入".into(),
        }
    }

    fn itself(demand: &mut Demand) {
        demand.matching = Some(Matching {
            against: FundingLevel::Street,
            ..ONE_TO_ONE
        });
    }

    fn to_none(demand: &mut Demand) {
        demand.matching = Some(Matching { den: 0, ..ONE_TO_ONE });
    }

    fn amount_alone(demand: &mut Demand) {
        (demand.amount_fen, demand.matching) = (Some(200), None);
    }

    #[test]
    fn each_bound_has_its_field() {
        type Case = (&'static str, fn(&mut Demand), Option<&'static str>);
        let cases: [Case; 9] = [
            ("a match alone", |_| (), None),
            ("an amount alone", amount_alone, None),
            ("nothing asked", |d| d.matching = None, Some("amount_fen")),
            ("free", |d| d.amount_fen = Some(0), Some("amount_fen")),
            ("itself", itself, Some("match_against")),
            ("to none", to_none, Some("match_den")),
            (
                "far away",
                |d| d.from_date = Date::constant(2032, 1, 1),
                Some("from_date"),
            ),
            ("no document", |d| d.document = String::new(), Some("document")),
            ("no words", |d| d.words = "好".into(), Some("words")),
        ];
        for (what, change, field) in cases {
            let mut typed = demand();
            change(&mut typed);
            let wrong = match check(typed, Date::constant(2026, 11, 22)) {
                Ok(_) => None,
                Err(AppError::Invalid(fields)) => Some(fields[0].field.clone()),
                Err(other) => panic!("{what}: {other}"),
            };
            assert_eq!(wrong.as_deref(), field, "{what}");
        }
    }

    #[test]
    fn a_standard_speaks_in_sentences() {
        let all = Demand {
            amount_fen: Some(250),
            payer: Some(FundingLevel::District),
            not_below_last_year: true,
            ..demand()
        };
        let sentences = [
            "区级每年按常住人口人均不少于 2.50 元",
            "街镇按区级的 1 : 1 配套",
            "每年不低于上年",
        ];
        assert_eq!(all.sentences(), sentences);
    }
}
