//! Public holidays and make-up workdays, as the State Council publishes them year by year.
//!
//! A year without published days is not guessed: its days say so, and planners are warned.

use crate::time::{Date, Weekday};
use std::collections::{BTreeMap, BTreeSet};

/// What a published row makes of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HolidayKind {
    /// A day off (放假).
    Holiday,
    /// A weekend day on which people work (调休上班).
    Workday,
}

/// One published day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayRow {
    /// The day.
    pub date: Date,
    /// Off, or worked.
    pub kind: HolidayKind,
    /// The holiday it belongs to, such as 国庆节.
    pub name: String,
}

/// What a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind<'a> {
    /// Monday to Friday, nothing special.
    Workday,
    /// Saturday or Sunday, nothing special.
    Weekend,
    /// A public holiday, with its name.
    Holiday(&'a str),
    /// A weekend day on which people work, with the holiday it makes up for.
    MakeUpWorkday(&'a str),
    /// Monday to Friday of a year whose holidays are not published yet.
    UnpublishedWeekday,
    /// Saturday or Sunday of a year whose holidays are not published yet.
    UnpublishedWeekend,
}

impl DayKind<'_> {
    /// Whether people work on this day, as far as is known.
    #[must_use]
    pub const fn is_worked(self) -> bool {
        matches!(
            self,
            Self::Workday | Self::MakeUpWorkday(_) | Self::UnpublishedWeekday
        )
    }

    /// The words on screen.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Workday => "工作日".to_owned(),
            Self::Weekend => "周末".to_owned(),
            Self::Holiday(name) => format!("{name}放假"),
            Self::MakeUpWorkday(name) => format!("{name}调休上班"),
            Self::UnpublishedWeekday => "工作日（当年放假安排还没有公布）".to_owned(),
            Self::UnpublishedWeekend => "周末（当年放假安排还没有公布）".to_owned(),
        }
    }
}

/// The published days; a pure value, loaded from shipped data.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    days: BTreeMap<Date, (HolidayKind, String)>,
    published: BTreeSet<i16>,
}

impl Calendar {
    /// Builds the calendar; of two rows for one day the later stands, as a corrected notice does.
    ///
    /// A year counts as published when its 1 October is a holiday: a notice may reach into the end of the year before
    /// (days around New Year), and such rows alone do not publish that year.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = HolidayRow>) -> Self {
        let days: BTreeMap<_, _> = rows
            .into_iter()
            .map(|row| (row.date, (row.kind, row.name)))
            .collect();
        let published = days
            .iter()
            .filter(|(date, (kind, _))| {
                (date.month(), date.day()) == (10, 1) && *kind == HolidayKind::Holiday
            })
            .map(|(date, _)| date.year())
            .collect();
        Self { days, published }
    }

    /// Whether the holidays of this year are published.
    #[must_use]
    pub fn is_published(&self, year: i16) -> bool {
        self.published.contains(&year)
    }

    /// The published years, earliest first.
    pub fn published_years(&self) -> impl Iterator<Item = i16> {
        self.published.iter().copied()
    }

    /// What this day is; a row that is known counts even when its year is not wholly published.
    #[must_use]
    pub fn day_kind(&self, date: Date) -> DayKind<'_> {
        match (
            self.days.get(&date),
            self.is_published(date.year()),
            is_weekend(date),
        ) {
            (Some((HolidayKind::Holiday, name)), _, _) => DayKind::Holiday(name),
            (Some((HolidayKind::Workday, name)), _, _) => DayKind::MakeUpWorkday(name),
            (None, true, false) => DayKind::Workday,
            (None, true, true) => DayKind::Weekend,
            (None, false, false) => DayKind::UnpublishedWeekday,
            (None, false, true) => DayKind::UnpublishedWeekend,
        }
    }

    /// The n-th last working day of a month (1 is the last); `None` when there are fewer, or no such month.
    ///
    /// In a year that is not published, Monday to Friday count: ask `is_published` and warn.
    #[must_use]
    pub fn nth_last_workday_of_month(&self, year: i16, month: i8, n: usize) -> Option<Date> {
        let last = Date::new(year, month, 1).ok()?.last_of_month();
        let days = std::iter::successors(Some(last), |day| day.yesterday().ok());
        let this_month = days.take_while(|day| (day.year(), day.month()) == (year, month));
        this_month
            .filter(|day| self.day_kind(*day).is_worked())
            .nth(n.checked_sub(1)?)
    }
}

/// Whether the day is a Saturday or a Sunday.
#[must_use]
pub fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The Monday of the week in which the day lies; the day itself at the earliest end of the calendar.
#[must_use]
pub fn monday_of(date: Date) -> Date {
    let back = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_sub(jiff::Span::new().days(back)).unwrap_or(date)
}

/// The first such weekday on the day or after it; `None` at the end of the calendar.
#[must_use]
pub fn on_or_after(date: Date, weekday: Weekday) -> Option<Date> {
    let days = i64::from(date.weekday().until(weekday));
    date.checked_add(jiff::Span::new().days(days)).ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use jiff::civil::date;

    /// The end of September and the autumn holidays of 2026 in rough shape, and New Year's Eve.
    pub(crate) fn autumn_2026() -> Calendar {
        let row = |month, day, kind, name: &str| HolidayRow {
            date: date(2026, month, day),
            kind,
            name: name.to_owned(),
        };
        let mut rows: Vec<_> = (1..=7)
            .map(|day| row(10, day, HolidayKind::Holiday, "国庆节"))
            .collect();
        rows.push(row(9, 25, HolidayKind::Holiday, "中秋节"));
        rows.push(row(9, 20, HolidayKind::Workday, "国庆节"));
        rows.push(row(10, 10, HolidayKind::Workday, "国庆节"));
        rows.push(HolidayRow {
            date: date(2027, 12, 31),
            kind: HolidayKind::Holiday,
            name: "元旦".to_owned(),
        });
        Calendar::new(rows)
    }

    #[test]
    fn kinds_of_days() {
        let calendar = autumn_2026();
        for (day, kind, worked, text) in [
            (date(2026, 9, 24), DayKind::Workday, true, "工作日"),
            (date(2026, 9, 26), DayKind::Weekend, false, "周末"),
            (date(2026, 9, 25), DayKind::Holiday("中秋节"), false, "中秋节放假"),
            (
                date(2026, 10, 10),
                DayKind::MakeUpWorkday("国庆节"),
                true,
                "国庆节调休上班",
            ),
            (
                date(2027, 1, 1),
                DayKind::UnpublishedWeekday,
                true,
                "工作日（当年放假安排还没有公布）",
            ),
            (
                date(2027, 1, 2),
                DayKind::UnpublishedWeekend,
                false,
                "周末（当年放假安排还没有公布）",
            ),
            (date(2027, 12, 31), DayKind::Holiday("元旦"), false, "元旦放假"),
        ] {
            let found = calendar.day_kind(day);
            assert_eq!(found, kind, "{day}");
            assert_eq!((found.is_worked(), found.text().as_str()), (worked, text));
        }
        assert_eq!(calendar.published_years().collect::<Vec<_>>(), [2026]);
    }

    #[test]
    fn a_later_row_corrects_an_earlier_one() {
        let row = |kind| HolidayRow {
            date: date(2026, 10, 8),
            kind,
            name: "国庆节".to_owned(),
        };
        let calendar = Calendar::new([row(HolidayKind::Holiday), row(HolidayKind::Workday)]);
        assert_eq!(
            calendar.day_kind(date(2026, 10, 8)),
            DayKind::MakeUpWorkday("国庆节")
        );
    }

    #[test]
    fn last_workdays() {
        let calendar = autumn_2026();
        for (year, month, n, day) in [
            (2026, 9, 1, Some(date(2026, 9, 30))),
            (2026, 9, 4, Some(date(2026, 9, 24))),
            (2026, 10, 15, Some(date(2026, 10, 12))),
            (2026, 10, 16, Some(date(2026, 10, 10))),
            (2026, 10, 18, Some(date(2026, 10, 8))),
            (2026, 10, 19, None),
            (2026, 9, 0, None),
            (2026, 13, 1, None),
            (2027, 1, 1, Some(date(2027, 1, 29))),
        ] {
            assert_eq!(
                calendar.nth_last_workday_of_month(year, month, n),
                day,
                "{year}-{month} {n}"
            );
        }
    }

    #[test]
    fn weekdays() {
        let thursday = date(2026, 9, 3);
        assert_eq!(monday_of(thursday), date(2026, 8, 31));
        assert_eq!(monday_of(date(2026, 9, 6)), date(2026, 8, 31));
        assert_eq!(monday_of(date(2026, 8, 31)), date(2026, 8, 31));
        assert_eq!(on_or_after(thursday, Weekday::Thursday), Some(thursday));
        assert_eq!(on_or_after(thursday, Weekday::Wednesday), Some(date(2026, 9, 9)));
        assert_eq!(on_or_after(Date::MAX, Weekday::Friday), Some(Date::MAX));
        assert_eq!(on_or_after(Date::MAX, Weekday::Monday), None);
        assert!(is_weekend(date(2026, 9, 5)) && !is_weekend(thursday));
    }
}
