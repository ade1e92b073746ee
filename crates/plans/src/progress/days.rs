//! The days of a task, and where this time of one that returns every year begins. No I/O.

use super::model::TaskState;
use crate::plans::{PlanRow, TaskRow};
use kernel::Date;

/// When a task of a plan is to be done.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    /// First and last day of the plan.
    pub plan: (Date, Date),
    /// First day of the task; `MM-DD` where it returns every year, may be empty.
    pub from: &'a str,
    /// Last day of the task, as the first.
    pub to: &'a str,
    /// Whether it returns every year.
    pub every_year: bool,
}

/// One time of a task: all of it, or that of a year for one that returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// First and last day.
    pub days: (Date, Date),
    /// Since when what happened belongs to this time; none where everything does: in the plan's first time, and for what does
    /// not return. State, reports, forecast and counted metrics all begin here.
    pub begins: Option<Date>,
}

impl Time {
    /// The day on which it begins, in a plan that begins on this one.
    #[must_use]
    pub fn since(&self, plan_begins: Date) -> Date {
        self.begins.unwrap_or(plan_begins)
    }

    /// Whether what happened on this day belongs to this time.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.begins.is_none_or(|begins| day >= begins)
    }

    /// Where the task stands in this time, by what was said of it last and when: what was done in an earlier time is open again.
    #[must_use]
    pub fn state(&self, said: Option<(TaskState, Date)>) -> TaskState {
        match said {
            Some((TaskState::Done, day)) if !self.holds(day) => TaskState::Open,
            Some((state, _)) => state,
            None => TaskState::Open,
        }
    }

    /// The last day of a target in this time: of one that returns, a day before this time means the same day of this one.
    #[must_use]
    pub fn due(&self, target: Date) -> Date {
        match self.begins {
            Some(begins) if target < begins => on_or_after(begins, &month_day(target)).unwrap_or(target),
            _ => target,
        }
    }
}

impl<'a> Window<'a> {
    /// The window of a task.
    #[must_use]
    pub fn of(plan: &PlanRow, task: &'a TaskRow) -> Self {
        Self {
            plan: (plan.starts_on, plan.ends_on),
            from: &task.window_from,
            to: &task.window_to,
            every_year: task.every_year,
        }
    }

    /// Today's time of the task: its window, else up to the latest day of its targets, else the plan's. Of a window that returns
    /// every year it is the one of today's year, as far as the plan has that year; one across the end of the year is named after
    /// the year in which it begins.
    #[must_use]
    pub fn time(&self, targets: Option<Date>, today: Date) -> Time {
        if self.every_year {
            return self.returning(targets, today);
        }
        let last = self.to.parse().ok().or(targets).unwrap_or(self.plan.1);
        let first: Date = self.from.parse().unwrap_or(self.plan.0);
        Time {
            days: (first.min(last), last),
            begins: None,
        }
    }

    fn returning(&self, targets: Option<Date>, today: Date) -> Time {
        let years = Years::of(self.plan);
        let mut year = years.at(today);
        // In January the window is still on that began in November.
        let before = (year > years.first())
            .then(|| self.across(years, year - 1))
            .flatten();
        let still_on = before.is_some_and(|(_, last)| today <= last);
        if still_on {
            year -= 1;
        }
        let begins = (year > years.first()).then(|| match self.across(years, year - 1) {
            Some((_, last)) => last.tomorrow().unwrap_or(last),
            None => years.begins(year),
        });
        let time = |days| Time { days, begins };
        if let Some(days) = self.across(years, year) {
            return time(days);
        }
        let (year_begins, year_ends) = (years.begins(year), years.ends(year));
        let due = targets.map(|due| time((due, due)).due(due));
        let start = year_begins.max(self.plan.0);
        // Of a window that had ended when the plan began, the next one is the first.
        let to = on_or_after(start, self.to);
        let first = on_or_after(to.map_or(year_begins, a_year_before), self.from).unwrap_or(start);
        let last = to.or(due).unwrap_or_else(|| year_ends.min(self.plan.1));
        time((first.min(last), last))
    }

    /// The days of a window of this year that ends in the next one; none for one within a year.
    fn across(&self, years: Years, year: i16) -> Option<(Date, Date)> {
        let first = on_or_after(years.begins(year), self.from)?;
        let last = on_or_after(first, self.to)?;
        (last > years.ends(year)).then_some((first, last))
    }
}

/// The years of a plan: from its first day on where it is a year long at most or whole years long, such as school years, else
/// calendar years. Each is named after the calendar year in which it begins.
#[derive(Debug, Clone, Copy)]
struct Years {
    plan: (Date, Date),
    /// Month and day on which a year begins.
    begins: (i8, i8),
}

impl Years {
    fn of(plan: (Date, Date)) -> Self {
        let (first, last) = plan;
        let own = (first.month(), first.day());
        let year = Self { plan, begins: own };
        let whole = last
            .tomorrow()
            .is_ok_and(|next| (next.month(), next.day()) == own);
        let short = last <= year.ends(first.year());
        let begins = if whole || short { own } else { (1, 1) };
        Self { plan, begins }
    }

    fn begins(self, year: i16) -> Date {
        let (month, day) = self.begins;
        clamped(year, month, day).unwrap_or(self.plan.0)
    }

    fn ends(self, year: i16) -> Date {
        let next = self.begins(year.saturating_add(1));
        next.yesterday().unwrap_or(next)
    }

    fn named(self, day: Date) -> i16 {
        if day < self.begins(day.year()) {
            day.year() - 1
        } else {
            day.year()
        }
    }

    fn first(self) -> i16 {
        self.named(self.plan.0)
    }

    /// The year of this day, as far as the plan has it.
    fn at(self, day: Date) -> i16 {
        let latest = self.named(self.plan.1).max(self.first());
        self.named(day).clamp(self.first(), latest)
    }
}

/// The first day with this month and day (`MM-DD`) from a day on; in a year without a 29 February the 28th.
fn on_or_after(day: Date, month_day: &str) -> Option<Date> {
    let (month, of_month) = month_day.split_once('-')?;
    let (month, of_month) = (month.parse().ok()?, of_month.parse().ok()?);
    let this = clamped(day.year(), month, of_month)?;
    if this >= day {
        return Some(this);
    }
    clamped(day.year().checked_add(1)?, month, of_month)
}

/// The first day of the year that ends on a day.
fn a_year_before(last: Date) -> Date {
    let same = clamped(last.year() - 1, last.month(), last.day()).unwrap_or(last);
    same.tomorrow().unwrap_or(same)
}

fn month_day(day: Date) -> String {
    format!("{:02}-{:02}", day.month(), day.day())
}

fn clamped(year: i16, month: i8, day: i8) -> Option<Date> {
    let first = Date::new(year, month, 1).ok()?;
    Date::new(year, month, day.clamp(1, first.last_of_month().day())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn returning<'a>(plan: (&str, &str), from: &'a str, to: &'a str) -> Window<'a> {
        Window {
            plan: (day(plan.0), day(plan.1)),
            from,
            to,
            every_year: true,
        }
    }

    const THREE: (&str, &str) = ("2026-01-01", "2028-12-31");

    #[test]
    fn a_window_of_every_year_is_that_of_todays_year() {
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
                returning(THREE, from, to).time(None, day(today)).days,
                (day(first), day(last)),
                "{from} {to} {today}"
            );
        }
    }

    #[test]
    fn what_returns_begins_anew_each_year() {
        for (from, to, today, begins) in [
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
            let time = returning(THREE, from, to).time(None, day(today));
            assert_eq!(time.begins, begins.map(day), "{from} {to} {today}");
            let since = begins.unwrap_or("2026-01-01");
            assert_eq!(time.since(day("2026-01-01")), day(since), "{from} {to} {today}");
            let before = day(since).yesterday().unwrap();
            assert!(time.holds(day(since)) && time.holds(before) == begins.is_none());
        }
        let once = Window {
            every_year: false,
            ..returning(THREE, "2026-04-01", "2027-05-31")
        };
        assert_eq!(once.time(None, day("2027-02-01")).begins, None);
    }

    const SCHOOL: (&str, &str) = ("2026-09-01", "2027-08-31");
    const THREE_SCHOOL: (&str, &str) = ("2026-09-01", "2029-08-31");
    const UNEVEN: (&str, &str) = ("2026-03-01", "2028-12-31");

    #[test]
    fn the_years_of_a_plan_are_its_own() {
        let half = ("2026-10-01", "2027-03-31");
        for (plan, today, days, begins) in [
            // A year that runs across the new year is one time: what was reported in autumn still counts in spring.
            (SCHOOL, "2026-10-01", SCHOOL, None),
            (SCHOOL, "2027-02-01", SCHOOL, None),
            (SCHOOL, "2027-12-01", SCHOOL, None),
            (half, "2027-02-01", half, None),
            // Whole years are the plan's own.
            (THREE_SCHOOL, "2027-02-01", SCHOOL, None),
            (
                THREE_SCHOOL,
                "2027-09-01",
                ("2027-09-01", "2028-08-31"),
                Some("2027-09-01"),
            ),
            // What is no whole number of years goes by the calendar.
            (UNEVEN, "2026-05-01", ("2026-03-01", "2026-12-31"), None),
            (
                UNEVEN,
                "2027-05-01",
                ("2027-01-01", "2027-12-31"),
                Some("2027-01-01"),
            ),
        ] {
            let time = returning(plan, "", "").time(None, day(today));
            let wanted = Time {
                days: (day(days.0), day(days.1)),
                begins: begins.map(day),
            };
            assert_eq!(time, wanted, "{plan:?} {today}");
        }
    }

    #[test]
    fn a_window_lies_in_the_years_of_the_plan() {
        for (plan, from, to, today, first, last) in [
            (SCHOOL, "03-01", "05-31", "2026-10-01", "2027-03-01", "2027-05-31"),
            (SCHOOL, "11-01", "02-28", "2027-01-10", "2026-11-01", "2027-02-28"),
            (
                THREE_SCHOOL,
                "03-01",
                "05-31",
                "2028-01-10",
                "2028-03-01",
                "2028-05-31",
            ),
            // One that had ended when the plan began comes first in the next year.
            (UNEVEN, "01-10", "02-20", "2026-05-01", "2027-01-10", "2027-02-20"),
            (UNEVEN, "02-01", "05-31", "2026-05-01", "2026-02-01", "2026-05-31"),
        ] {
            let time = returning(plan, from, to).time(None, day(today));
            assert_eq!(time.days, (day(first), day(last)), "{plan:?} {from} {to} {today}");
        }
    }

    #[test]
    fn what_was_done_in_an_earlier_year_is_open_again() {
        use TaskState::{Carried, Done, Open};
        let all_year = returning(THREE, "", "");
        for (said, today, state) in [
            (None, "2026-05-01", Open),
            (Some((Done, "2026-04-01")), "2026-05-01", Done),
            (Some((Done, "2025-12-01")), "2026-05-01", Done),
            (Some((Done, "2026-11-01")), "2027-05-01", Open),
            (Some((Done, "2027-01-01")), "2027-05-01", Done),
            (Some((Done, "2028-11-01")), "2029-05-01", Done),
            (Some((Open, "2026-11-01")), "2027-05-01", Open),
            (Some((Carried, "2026-11-01")), "2027-05-01", Carried),
        ] {
            let said = said.map(|(state, on)| (state, day(on)));
            assert_eq!(
                all_year.time(None, day(today)).state(said),
                state,
                "{said:?} {today}"
            );
        }
    }

    #[test]
    fn the_day_of_a_target_returns_with_its_task() {
        let all_year = returning(THREE, "", "");
        for (target, today, last) in [
            ("2026-10-31", "2026-05-01", "2026-10-31"),
            ("2026-10-31", "2027-05-01", "2027-10-31"),
            ("2028-12-31", "2027-05-01", "2028-12-31"),
        ] {
            let time = all_year.time(Some(day(target)), day(today));
            assert_eq!(time.days.1, day(last), "{target} {today}");
            assert_eq!(time.due(day(target)), day(last), "{target} {today}");
        }
    }

    #[test]
    fn a_task_has_its_window_or_its_targets_day_or_the_plans() {
        for (from, to, target, first, last) in [
            ("2026-04-01", "2026-05-31", None, "2026-04-01", "2026-05-31"),
            ("", "2026-05-31", Some("2026-10-31"), "2026-01-01", "2026-05-31"),
            ("", "", Some("2026-10-31"), "2026-01-01", "2026-10-31"),
            ("", "", None, "2026-01-01", "2026-12-31"),
        ] {
            let window = Window {
                every_year: false,
                ..returning(("2026-01-01", "2026-12-31"), from, to)
            };
            let time = window.time(target.map(day), day("2026-06-01"));
            assert_eq!(time.days, (day(first), day(last)), "{from} {to}");
        }
    }
}
