//! The public holidays that ship with the program (`data/holidays/`), as the kernel's calendar.
//!
//! A year is published when `published_years.csv` lists it. For any other year nothing is guessed: the planner is warned.

use kernel::{Calendar, Date, HolidayKind, HolidayRow};
use std::sync::LazyLock;

const DAYS: &str = include_str!("../../../data/holidays/holidays.csv");
const YEARS: &str = include_str!("../../../data/holidays/published_years.csv");

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::new(rows(DAYS)));

/// The calendar of the shipped holidays.
#[must_use]
pub fn calendar() -> &'static Calendar {
    &CALENDAR
}

/// The years whose notice is shipped, earliest first.
pub fn listed_years() -> impl Iterator<Item = i16> {
    YEARS
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next()?.parse().ok())
}

/// Reads `date,kind,name,…`; a line that cannot be read is left out (a test proves that the shipped file has none).
fn rows(text: &str) -> impl Iterator<Item = HolidayRow> {
    text.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        let date: Date = cells.next()?.parse().ok()?;
        let kind = match cells.next()? {
            "holiday" => HolidayKind::Holiday,
            "makeup" => HolidayKind::Workday,
            _ => return None,
        };
        let name = cells.next()?.to_owned();
        Some(HolidayRow { date, kind, name })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::DayKind;

    #[test]
    fn every_shipped_line_is_read() {
        assert_eq!(rows(DAYS).count(), DAYS.lines().count() - 1);
        assert_eq!(listed_years().count(), YEARS.lines().count() - 1);
    }

    #[test]
    fn the_listed_years_are_the_published_ones() {
        let listed: Vec<i16> = listed_years().collect();
        assert_eq!(calendar().published_years().collect::<Vec<_>>(), listed);
    }

    #[test]
    fn known_days() {
        for (day, kind) in [
            ("2026-10-01", DayKind::Holiday("国庆节")),
            ("2026-10-10", DayKind::MakeUpWorkday("国庆节")),
            ("2026-11-23", DayKind::Workday),
            ("2027-01-01", DayKind::UnpublishedWeekday),
        ] {
            assert_eq!(calendar().day_kind(day.parse().unwrap()), kind, "{day}");
        }
    }
}
