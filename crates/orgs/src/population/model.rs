//! Rules for population. No I/O.

use crate::facts::Basis;
use kernel::{AgeBand, bounded};
use platform::{AppError, AppResult, FieldError};

/// First year for which figures are taken: the first modern census.
pub const FIRST_YEAR: i64 = 1953;
/// Most people of one band and sex: more than live in any city.
pub const MOST_PEOPLE: i64 = 50_000_000;

/// A year's figures as staff typed them.
#[derive(Debug, Clone)]
pub struct YearDraft {
    /// The year at whose end was counted.
    pub year: i64,
    /// Men and women of each band, youngest first; all six bands.
    pub bands: Vec<(AgeBand, i64, i64)>,
    /// Where the figures come from.
    pub basis: Basis,
    /// Which document, with its date.
    pub source: String,
}

/// Rule 2.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(mut draft: YearDraft, this_year: i64) -> AppResult<YearDraft> {
    let mut wrong = Vec::new();
    let mut say = |field: String, sentence: String| wrong.push(FieldError { field, sentence });
    if !(FIRST_YEAR..=this_year).contains(&draft.year) {
        say(
            "year".into(),
            format!(
                "年份要在 {FIRST_YEAR} 到 {this_year} 之间，您填了 {}。",
                draft.year
            ),
        );
    }
    if !AgeBand::ALL.iter().eq(draft.bands.iter().map(|(band, ..)| band)) {
        say("bands".into(), "六个年龄段要各填一次，从最小的开始。".into());
    }
    for (at, (band, male, female)) in draft.bands.iter().enumerate() {
        for (sex, count) in [("male", male), ("female", female)] {
            if !(0..=MOST_PEOPLE).contains(count) {
                say(
                    format!("{sex}_{at}"),
                    format!("{}的人数要在 0 到 {MOST_PEOPLE} 之间。", band.text()),
                );
            }
        }
    }
    match bounded(&draft.source, 2, 200, "来源") {
        Ok(source) => draft.source = source,
        Err(sentence) => say("source".into(), sentence),
    }
    if wrong.is_empty() {
        Ok(draft)
    } else {
        Err(AppError::Invalid(wrong))
    }
}
