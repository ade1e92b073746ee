//! The days of a task. No I/O.

use crate::plans::{PlanRow, TaskRow};
use kernel::Date;

/// First and last day of a task: its window, else the latest day of its targets, else the plan's. Of a window that returns
/// every year it is the one of today's year, as far as the plan has that year; one across the new year is named after the
/// year in which it begins.
#[must_use]
pub fn days_of(plan: &PlanRow, task: &TaskRow, targets: Option<Date>, today: Date) -> (Date, Date) {
    if task.every_year {
        return returning(plan, task, targets, today);
    }
    let last = task.window_to.parse().ok().or(targets).unwrap_or(plan.ends_on);
    let first: Date = task.window_from.parse().unwrap_or(plan.starts_on);
    (first.min(last), last)
}

/// The day from which reports count for how far a task is that returns every year: the first day of today's year, or for a
/// window across the new year the day after the one before it. None where all count: in the plan's first year, and for other
/// tasks.
#[must_use]
pub fn counts_from(plan: &PlanRow, task: &TaskRow, today: Date) -> Option<Date> {
    if !task.every_year {
        return None;
    }
    let across = across(plan, task, today);
    let year = across.unwrap_or_else(|| year_of(plan, today));
    if year <= plan.starts_on.year() {
        return None;
    }
    match across {
        Some(_) => day_in(year, &task.window_to)?.tomorrow().ok(),
        None => day_in(year, "01-01"),
    }
}

/// Today's year, as far as the plan has it.
fn year_of(plan: &PlanRow, today: Date) -> i16 {
    let (earliest, latest) = (plan.starts_on.year(), plan.ends_on.year());
    today.year().clamp(earliest, latest.max(earliest))
}

/// The year in which a window across the new year begins; none for one within a year.
fn across(plan: &PlanRow, task: &TaskRow, today: Date) -> Option<i16> {
    let (from, to) = (task.window_from.as_str(), task.window_to.as_str());
    if from.is_empty() || to.is_empty() || to >= from {
        return None;
    }
    let year = year_of(plan, today);
    // In January the window is still on that began in November.
    let still_on = year > plan.starts_on.year() && day_in(year, to).is_some_and(|last| today <= last);
    Some(if still_on { year - 1 } else { year })
}

fn returning(plan: &PlanRow, task: &TaskRow, targets: Option<Date>, today: Date) -> (Date, Date) {
    let year = year_of(plan, today);
    let (from, to) = (task.window_from.as_str(), task.window_to.as_str());
    if let Some(begins) = across(plan, task, today)
        && let (Some(first), Some(last)) = (day_in(begins, from), day_in(begins + 1, to))
    {
        return (first, last);
    }
    let (year_begins, year_ends) = (day_in(year, "01-01"), day_in(year, "12-31"));
    let last = day_in(year, to)
        .or(targets)
        .unwrap_or_else(|| year_ends.map_or(plan.ends_on, |day| day.min(plan.ends_on)));
    let first = day_in(year, from)
        .unwrap_or_else(|| year_begins.map_or(plan.starts_on, |day| day.max(plan.starts_on)));
    (first.min(last), last)
}

/// A day `MM-DD` of a year; in a year without a 29 February the 28th.
fn day_in(year: i16, day: &str) -> Option<Date> {
    let (month, of_month) = day.split_once('-')?;
    let first = Date::new(year, month.parse().ok()?, 1).ok()?;
    let of_month: i8 = of_month.parse().ok()?;
    Date::new(year, first.month(), of_month.min(first.last_of_month().day())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::model::{PlanStatus, TaskKind};
    use kernel::Id;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn plan(starts_on: &str, ends_on: &str) -> PlanRow {
        PlanRow {
            id: Id::from_raw(1),
            org_id: Id::from_raw(1),
            org_name: String::new(),
            org_path: String::new(),
            title: String::new(),
            document_number: String::new(),
            issuer: String::new(),
            dated: String::new(),
            year: i64::from(day(starts_on).year()),
            starts_on: day(starts_on),
            ends_on: day(ends_on),
            status: PlanStatus::Issued,
            file_name: String::new(),
            file_sha256: None,
            notes: String::new(),
            created_at: kernel::Instant::from_millis(0),
            issued_at: None,
            version: 1,
        }
    }

    fn task(from: &str, to: &str, every_year: bool) -> TaskRow {
        TaskRow {
            id: Id::from_raw(1),
            item_id: Id::from_raw(1),
            text: String::new(),
            kind: TaskKind::Progress,
            lead: String::new(),
            helpers: String::new(),
            window_from: from.into(),
            window_to: to.into(),
            every_year,
            line_from: 0,
            line_to: 0,
            char_from: 0,
            char_to: 0,
        }
    }

    #[test]
    fn a_window_of_every_year_is_that_of_todays_year() {
        let three = plan("2026-01-01", "2028-12-31");
        for (from, to, today, first, last) in [
            ("04-01", "05-31", "2025-12-01", "2026-04-01", "2026-05-31"),
            ("04-01", "05-31", "2026-03-01", "2026-04-01", "2026-05-31"),
            ("04-01", "05-31", "2027-02-01", "2027-04-01", "2027-05-31"),
            ("04-01", "05-31", "2028-08-01", "2028-04-01", "2028-05-31"),
            ("04-01", "05-31", "2029-08-01", "2028-04-01", "2028-05-31"),
            // Across the new year.
            ("11-01", "02-29", "2026-01-15", "2026-11-01", "2027-02-28"),
            ("11-01", "02-29", "2026-12-01", "2026-11-01", "2027-02-28"),
            ("11-01", "02-29", "2027-01-15", "2026-11-01", "2027-02-28"),
            ("11-01", "02-29", "2027-03-01", "2027-11-01", "2028-02-29"),
            ("11-01", "02-29", "2029-01-15", "2028-11-01", "2029-02-28"),
            // One end only.
            ("", "05-31", "2027-02-01", "2027-01-01", "2027-05-31"),
            ("10-01", "", "2027-02-01", "2027-10-01", "2027-12-31"),
        ] {
            assert_eq!(
                days_of(&three, &task(from, to, true), None, day(today)),
                (day(first), day(last)),
                "{from} {to} {today}"
            );
        }
    }

    #[test]
    fn reports_of_earlier_years_do_not_count_for_what_returns() {
        let three = plan("2026-01-01", "2028-12-31");
        for (from, to, today, since) in [
            ("04-01", "05-31", "2025-12-01", None),
            ("04-01", "05-31", "2026-08-01", None),
            ("04-01", "05-31", "2027-02-01", Some("2027-01-01")),
            ("04-01", "05-31", "2029-08-01", Some("2028-01-01")),
            ("", "", "2027-02-01", Some("2027-01-01")),
            // Across the new year.
            ("11-01", "02-29", "2026-12-01", None),
            ("11-01", "02-29", "2027-01-15", None),
            ("11-01", "02-29", "2027-03-01", Some("2027-03-01")),
            ("11-01", "02-29", "2028-01-15", Some("2027-03-01")),
        ] {
            assert_eq!(
                counts_from(&three, &task(from, to, true), day(today)),
                since.map(day),
                "{from} {to} {today}"
            );
        }
        let once = task("2026-04-01", "2027-05-31", false);
        assert_eq!(counts_from(&three, &once, day("2027-02-01")), None);
    }

    #[test]
    fn a_task_has_its_window_or_its_targets_day_or_the_plans() {
        let year = plan("2026-01-01", "2026-12-31");
        for (from, to, target, first, last) in [
            ("2026-04-01", "2026-05-31", None, "2026-04-01", "2026-05-31"),
            ("", "2026-05-31", Some("2026-10-31"), "2026-01-01", "2026-05-31"),
            ("", "", Some("2026-10-31"), "2026-01-01", "2026-10-31"),
            ("", "", None, "2026-01-01", "2026-12-31"),
        ] {
            let days = days_of(&year, &task(from, to, false), target.map(day), day("2026-06-01"));
            assert_eq!(days, (day(first), day(last)), "{from} {to}");
        }
    }
}
