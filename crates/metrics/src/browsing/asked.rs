//! What an address of figures says: org and period.

use crate::period::Period;
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx};
use ui::{Choice, Field, Form, Lang, Pairs};

/// Most rows that are skipped: nobody pages so far.
const MOST_SKIPPED: usize = 100_000;

/// Org, period and the form that changes the period.
pub struct Asked {
    /// The org, if one is named.
    pub org: Option<OrgId>,
    /// The period; this year without one.
    pub period: Period,
    /// Chooses another period and keeps the org.
    pub form: Form,
    /// Rows to skip.
    pub offset: usize,
}

impl Asked {
    /// Reads `org`, `period` and `from`.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an org that is none; [`AppError::Invalid`] for a period that is none.
    pub fn read(ctx: &Ctx, query: &Pairs) -> AppResult<Self> {
        let get = |name: &str| {
            let found = query.iter().find(|(key, _)| key == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        let org = match get("org") {
            "" => None,
            text => Some(text.parse::<OrgId>().map_err(|_| AppError::NotFound)?),
        };
        let today = ctx.today();
        let mut choices = recent(today.year(), today.month());
        let text = get("period");
        let period = if text.is_empty() {
            Period::Year(today.year())
        } else {
            text.parse()
                .map_err(|sentence: String| AppError::invalid("period", sentence))?
        };
        if !choices.contains(&period) {
            choices.insert(0, period);
        }
        let options = choices
            .into_iter()
            .map(|period| Choice::new(period.to_string(), period.label()))
            .collect();
        let fields = vec![
            Field::select("period", "时间段", options).value(period),
            Field::hidden("org").value(org.map_or_else(String::new, |org| org.to_string())),
        ];
        Ok(Self {
            org,
            period,
            form: Form::blank(fields, Lang::Zh),
            offset: get("from").parse().unwrap_or(0).min(MOST_SKIPPED),
        })
    }
}

/// The periods that people ask for most: this year and the last ones, school years, quarters, months.
fn recent(year: i16, month: i8) -> Vec<Period> {
    let mut all: Vec<Period> = (0..3).map(|back| Period::Year(year - back)).collect();
    let school = if month >= 9 { year } else { year - 1 };
    all.extend((0..3).map(|back| Period::SchoolYear(school - back)));
    let mut quarter = Period::Quarter {
        year,
        quarter: (month - 1) / 3 + 1,
    };
    for _ in 0..5 {
        all.push(quarter);
        quarter = quarter.previous();
    }
    let mut one = Period::Month { year, month };
    for _ in 0..13 {
        all.push(one);
        one = one.previous();
    }
    all
}
