//! Rules of editions: what is frozen, and what everybody reads of a figure. No I/O.

use crate::datasets::definition::How;
use crate::number::Number;
use kernel::Date;
use metrics::Period;
use platform::{AppError, AppResult};
use serde::{Deserialize, Serialize};

/// Below this a number of persons that no metric counts is not published; a metric says its own.
pub const SMALL_CELL: i64 = 5;

/// Below which value a figure that no metric counts tells of single persons, by its unit: persons, and how often they came, as
/// metrics of these units have it. 0 when it speaks of none: an average number of persons has decimals.
#[must_use]
pub fn limit_of_unit(unit: &str, decimals: u8) -> i64 {
    match unit {
        "人" | "人次" if decimals == 0 => SMALL_CELL,
        _ => 0,
    }
}

/// What everybody reads of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// The figure.
    Figure,
    /// That it is less than this, and not nothing.
    Small(i64),
    /// Of an erratum: that it differs from what it was by less than this.
    Near(i64),
    /// Nothing: it would give another one away.
    Guard,
}

/// Whether a period is over on a day: only then its figures change no more.
#[must_use]
pub fn is_over(period: Option<Period>, today: Date) -> bool {
    period.is_some_and(|period| period.last_day() < today)
}

/// Rule 1: an edition is made of what was summed up, when its period is over; what a single office filed is not published.
///
/// # Errors
/// [`AppError::Refused`] with the door.
pub fn may_freeze(how: How, period: Option<Period>, today: Date) -> AppResult<()> {
    match how {
        How::Sum if is_over(period, today) => Ok(()),
        How::Sum => Err(AppError::refused(
            "not_over",
            format!(
                "{}还没有过完，数还会变。请等过完以后再定年度版。",
                period.map_or_else(|| "这个时期".to_owned(), Period::label)
            ),
        )),
        How::Fill => Err(AppError::refused_with_door(
            "not_a_sum",
            "年度版由汇总表来定，这一份是一个机构自己填的，不对外公布。请到上级的汇总表里定。",
            "统计填报",
            "/desk/returns",
        )),
    }
}

/// What everybody reads of a figure that an erratum gives, before it is held against the others (rule 5): what was hidden stays
/// hidden, a small one is hidden, and one that differs by few persons does not tell of them either. `limit` is that of the
/// figure, in persons; 0 when it speaks of none.
#[must_use]
pub fn corrected(before: Said, was: Option<i64>, is: Option<i64>, limit: i64) -> Said {
    let few = |number: i64| 0 < number && number < limit.saturating_mul(Number::ONE);
    let (was, is) = (was.unwrap_or_default(), is.unwrap_or_default());
    match before {
        Said::Small(_) if few(is) => Said::Small(limit),
        Said::Small(_) | Said::Guard => Said::Guard,
        Said::Figure | Said::Near(_) if few(is) => Said::Small(limit),
        Said::Figure | Said::Near(_) if few((is - was).abs()) => Said::Near(limit),
        Said::Figure | Said::Near(_) => Said::Figure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erratum_tells_no_more_than_the_edition() {
        use Said::{Figure as F, Guard as G, Near, Small};
        for (before, was, is, limit, said) in [
            (F, 60, 40, 5, F),
            (F, 60, 58, 5, Near(5)),
            (F, 60, 55, 5, F),
            (F, 60, 58, 0, F),
            (F, 60, 3, 5, Small(5)),
            (F, 60, 0, 5, F),
            (Small(5), 4, 3, 5, Small(5)),
            (Small(5), 4, 30, 5, G),
            (G, 57, 3, 5, G),
            (G, 57, 90, 5, G),
            (G, 57, 90, 0, G),
        ] {
            let raw = |value: i64| Some(value * Number::ONE);
            assert_eq!(
                corrected(before, raw(was), raw(is), limit),
                said,
                "{before:?} {was} {is} {limit}"
            );
        }
    }

    #[test]
    fn what_a_single_office_filed_is_no_edition() {
        let year = Some(Period::Year(2025));
        for (how, period, today, may) in [
            (How::Sum, year, (2026, 1, 1), true),
            (How::Sum, year, (2025, 12, 31), false),
            (How::Sum, None, (2026, 1, 1), false),
            (How::Fill, year, (2026, 1, 1), false),
        ] {
            let today = Date::constant(today.0, today.1, today.2);
            assert_eq!(may_freeze(how, period, today).is_ok(), may, "{how:?} {today}");
        }
    }

    #[test]
    fn typed_persons_have_the_limit_of_metrics_with_their_unit() {
        for (unit, decimals, limit) in [
            ("人", 0, 5),
            ("人次", 0, 5),
            ("人", 1, 0),
            ("人次", 1, 0),
            ("人·时", 0, 0),
            ("个", 0, 0),
            ("元", 2, 0),
            ("%", 1, 0),
        ] {
            assert_eq!(limit_of_unit(unit, decimals), limit, "{unit} {decimals}");
        }
    }
}
