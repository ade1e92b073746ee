//! Periods of figures: a month, a quarter, half a year, a year, a school year, a span of days, a single day.

use kernel::Date;
use std::fmt;
use std::str::FromStr;

/// Earliest and latest year of a period.
const YEARS: std::ops::RangeInclusive<i16> = 1949..=2199;

/// A span of days that a figure speaks of. A moment is measured on its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A calendar month: `2026-09`.
    Month {
        /// Year.
        year: i16,
        /// 1 to 12.
        month: i8,
    },
    /// A quarter: `2026-Q3`.
    Quarter {
        /// Year.
        year: i16,
        /// 1 to 4.
        quarter: i8,
    },
    /// Half a year: `2026-H2`.
    HalfYear {
        /// Year.
        year: i16,
        /// 1 or 2.
        half: i8,
    },
    /// A calendar year: `2026`.
    Year(i16),
    /// September of this year to August of the next (the school year of the statistics of education): `2026-S`.
    SchoolYear(i16),
    /// Any days: `2026-03-01..2026-06-30`.
    Span {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// One day, for moments: `2026-09-01`.
    Day(Date),
}

/// The calendar month that holds the day.
impl From<Date> for Period {
    fn from(day: Date) -> Self {
        Self::Month {
            year: day.year(),
            month: day.month(),
        }
    }
}

/// First day of a month counted from January of year 0; months beyond the calendar stay at its end.
fn first_of(months: i32) -> Date {
    let year = i16::try_from(months.div_euclid(12)).unwrap_or(9999);
    let month = i8::try_from(months.rem_euclid(12) + 1).unwrap_or(12);
    Date::new(year, month, 1).unwrap_or(Date::MAX)
}

fn months_of(year: i16, month: i8) -> i32 {
    i32::from(year) * 12 + i32::from(month) - 1
}

fn before(day: Date) -> Date {
    day.yesterday().unwrap_or(day)
}

impl Period {
    /// First and number of months, for the kinds that are whole months.
    const fn span_of_months(self) -> Option<(i16, i8, i8)> {
        match self {
            Self::Month { year, month } => Some((year, month, 1)),
            Self::Quarter { year, quarter } => Some((year, quarter * 3 - 2, 3)),
            Self::HalfYear { year, half } => Some((year, half * 6 - 5, 6)),
            Self::Year(year) => Some((year, 1, 12)),
            Self::SchoolYear(year) => Some((year, 9, 12)),
            Self::Span { .. } | Self::Day(_) => None,
        }
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        match self {
            Self::Span { from, .. } => from,
            Self::Day(day) => day,
            _ => self
                .span_of_months()
                .map_or(Date::MIN, |(year, month, _)| first_of(months_of(year, month))),
        }
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        match self {
            Self::Span { to, .. } => to,
            Self::Day(day) => day,
            _ => self.span_of_months().map_or(Date::MAX, |(year, month, count)| {
                before(first_of(months_of(year, month) + i32::from(count)))
            }),
        }
    }

    /// First and last month (`2026-09`), when the period is made of whole months; counted facts are kept by month.
    #[must_use]
    pub fn months(self) -> Option<(String, String)> {
        let (first, last) = (self.first_day(), self.last_day());
        let whole = first.day() == 1 && last.tomorrow().is_ok_and(|next| next.day() == 1);
        whole.then(|| (month_text(first), month_text(last)))
    }

    /// The period of the same kind just before; a span gives the days of the same number before it.
    #[must_use]
    pub fn previous(self) -> Self {
        let last = before(self.first_day());
        match self {
            Self::Month { .. } => last.into(),
            Self::Quarter { .. } => Self::Quarter {
                year: last.year(),
                quarter: (last.month() - 1) / 3 + 1,
            },
            Self::HalfYear { .. } => Self::HalfYear {
                year: last.year(),
                half: (last.month() - 1) / 6 + 1,
            },
            Self::Year(year) => Self::Year(year - 1),
            Self::SchoolYear(year) => Self::SchoolYear(year - 1),
            Self::Day(_) => Self::Day(last),
            Self::Span { from, to } => {
                let first = last.checked_sub(to - from).unwrap_or(last);
                Self::Span {
                    from: first,
                    to: last,
                }
            }
        }
    }

    /// The same period a year earlier.
    #[must_use]
    pub fn last_year(self) -> Self {
        // 29 February has 28 February a year earlier.
        let earlier = |day: Date| {
            let same = day.with().year(day.year() - 1).build();
            same.unwrap_or_else(|_| before(day).with().year(day.year() - 1).build().unwrap_or(day))
        };
        match self {
            Self::Month { year, month } => Self::Month {
                year: year - 1,
                month,
            },
            Self::Quarter { year, quarter } => Self::Quarter {
                year: year - 1,
                quarter,
            },
            Self::HalfYear { year, half } => Self::HalfYear { year: year - 1, half },
            Self::Year(year) => Self::Year(year - 1),
            Self::SchoolYear(year) => Self::SchoolYear(year - 1),
            Self::Span { from, to } => {
                let last = earlier(to);
                let whole_month = to == to.last_of_month();
                Self::Span {
                    from: earlier(from),
                    to: if whole_month { last.last_of_month() } else { last },
                }
            }
            Self::Day(day) => Self::Day(earlier(day)),
        }
    }

    /// The part of this period that can be compared with a year earlier, and that part a year earlier. A period that is
    /// over is compared whole; of a running one, what holds on a day is taken today, what is counted by months up to the
    /// last month that is over. Nothing when there is none yet.
    #[must_use]
    pub fn comparable(self, today: Date, is_moment: bool) -> Option<(Self, Self)> {
        let now = if self.last_day() < today {
            self
        } else if is_moment {
            (self.first_day() <= today).then_some(Self::Day(today))?
        } else {
            let last = before(today.first_of_month());
            (self.first_day() <= last).then_some(Self::Span {
                from: self.first_day(),
                to: last,
            })?
        };
        Some((now, now.last_year()))
    }

    /// The words on the screen.
    #[must_use]
    pub fn label(self) -> String {
        let day = |day: Date| format!("{}年{}月{}日", day.year(), day.month(), day.day());
        match self {
            Self::Month { year, month } => format!("{year}年{month}月"),
            Self::Quarter { year, quarter } => {
                let name = match quarter {
                    1 => "一",
                    2 => "二",
                    3 => "三",
                    _ => "四",
                };
                format!("{year}年第{name}季度")
            }
            Self::HalfYear { year, half } => format!("{year}年{}半年", if half == 1 { "上" } else { "下" }),
            Self::Year(year) => format!("{year}年"),
            Self::SchoolYear(year) => format!("{year}学年（{year}年9月至{}年8月）", year + 1),
            Self::Span { from, to } => format!("{}至{}", day(from), day(to)),
            Self::Day(on) => day(on),
        }
    }
}

/// A month as it is stored: `2026-09`.
pub(crate) fn month_text(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// The last day of a stored month.
pub(crate) fn end_of_month(month: &str) -> Option<Date> {
    month.parse::<Period>().ok().map(Period::last_day)
}

impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month { year, month } => write!(out, "{year:04}-{month:02}"),
            Self::Quarter { year, quarter } => write!(out, "{year:04}-Q{quarter}"),
            Self::HalfYear { year, half } => write!(out, "{year:04}-H{half}"),
            Self::Year(year) => write!(out, "{year:04}"),
            Self::SchoolYear(year) => write!(out, "{year:04}-S"),
            Self::Span { from, to } => write!(out, "{from}..{to}"),
            Self::Day(day) => write!(out, "{day}"),
        }
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        parse(text.trim()).ok_or_else(|| {
            "时间段要写成 2026（年）、2026-09（月）、2026-Q3（季度）、2026-H1（半年）、2026-S（学年）、2026-09-01（日）或 \
             2026-03-01..2026-06-30（起止日）。"
                .to_owned()
        })
    }
}

fn parse(text: &str) -> Option<Period> {
    if let Some((from, to)) = text.split_once("..") {
        let (from, to) = (from.parse::<Date>().ok()?, to.parse::<Date>().ok()?);
        let fits = from <= to && YEARS.contains(&from.year()) && YEARS.contains(&to.year());
        return fits.then_some(Period::Span { from, to });
    }
    let year: i16 = text.get(..4)?.parse().ok()?;
    if !YEARS.contains(&year) {
        return None;
    }
    let number = |text: &str, most: i8| text.parse::<i8>().ok().filter(|n| (1..=most).contains(n));
    let rest = text.get(4..)?;
    match rest {
        "" => return Some(Period::Year(year)),
        "-S" => return Some(Period::SchoolYear(year)),
        _ => {}
    }
    if let Some(quarter) = rest.strip_prefix("-Q") {
        let quarter = number(quarter, 4)?;
        return Some(Period::Quarter { year, quarter });
    }
    if let Some(half) = rest.strip_prefix("-H") {
        let half = number(half, 2)?;
        return Some(Period::HalfYear { year, half });
    }
    match rest.strip_prefix('-') {
        Some(month) if month.len() == 2 => Some(Period::Month {
            year,
            month: number(month, 12)?,
        }),
        _ => text.parse::<Date>().ok().map(Period::Day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_days_and_reads_back() {
        for (text, first, last, months) in [
            (
                "2026-02",
                "2026-02-01",
                "2026-02-28",
                Some(("2026-02", "2026-02")),
            ),
            (
                "2024-02",
                "2024-02-01",
                "2024-02-29",
                Some(("2024-02", "2024-02")),
            ),
            (
                "2026-Q4",
                "2026-10-01",
                "2026-12-31",
                Some(("2026-10", "2026-12")),
            ),
            (
                "2026-H1",
                "2026-01-01",
                "2026-06-30",
                Some(("2026-01", "2026-06")),
            ),
            ("2026", "2026-01-01", "2026-12-31", Some(("2026-01", "2026-12"))),
            ("2026-S", "2026-09-01", "2027-08-31", Some(("2026-09", "2027-08"))),
            ("2026-09-01", "2026-09-01", "2026-09-01", None),
            (
                "2026-03-01..2026-06-30",
                "2026-03-01",
                "2026-06-30",
                Some(("2026-03", "2026-06")),
            ),
            ("2026-03-02..2026-06-30", "2026-03-02", "2026-06-30", None),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.to_string(), text);
            assert_eq!(period.first_day().to_string(), first, "{text}");
            assert_eq!(period.last_day().to_string(), last, "{text}");
            let months = months.map(|(a, b): (&str, &str)| (a.to_owned(), b.to_owned()));
            assert_eq!(period.months(), months, "{text}");
        }
    }

    #[test]
    fn the_one_before_and_a_year_earlier() {
        for (text, previous, last_year) in [
            ("2026-01", "2025-12", "2025-01"),
            ("2026-Q1", "2025-Q4", "2025-Q1"),
            ("2026-H1", "2025-H2", "2025-H1"),
            ("2026", "2025", "2025"),
            ("2026-S", "2025-S", "2025-S"),
            ("2026-01-01", "2025-12-31", "2025-01-01"),
            ("2024-02-29", "2024-02-28", "2023-02-28"),
            (
                "2026-01-11..2026-01-20",
                "2026-01-01..2026-01-10",
                "2025-01-11..2025-01-20",
            ),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.previous().to_string(), previous, "{text}");
            assert_eq!(period.last_year().to_string(), last_year, "{text}");
        }
    }

    #[test]
    fn a_running_period_is_compared_as_far_as_it_is_over() {
        let today = Date::constant(2026, 3, 20);
        for (text, is_moment, now_and_then) in [
            ("2025", false, Some(("2025", "2024"))),
            (
                "2026",
                false,
                Some(("2026-01-01..2026-02-28", "2025-01-01..2025-02-28")),
            ),
            ("2026", true, Some(("2026-03-20", "2025-03-20"))),
            (
                "2026-Q1",
                false,
                Some(("2026-01-01..2026-02-28", "2025-01-01..2025-02-28")),
            ),
            ("2026-03", false, None),
            ("2026-04", true, None),
            (
                "2025-S",
                false,
                Some(("2025-09-01..2026-02-28", "2024-09-01..2025-02-28")),
            ),
        ] {
            let period: Period = text.parse().unwrap();
            let found = period.comparable(today, is_moment);
            let found = found.map(|(now, then)| (now.to_string(), then.to_string()));
            let wanted = now_and_then.map(|(now, then)| (now.to_owned(), then.to_owned()));
            assert_eq!(found, wanted, "{text}");
        }
        let leap = "2024-02".parse::<Period>().unwrap().last_year();
        assert_eq!(leap.months(), Some(("2023-02".into(), "2023-02".into())));
        let span: Period = "2023-01-01..2023-02-28".parse().unwrap();
        assert_eq!(span.last_year().to_string(), "2022-01-01..2022-02-28");
        let before_leap: Period = "2025-01-01..2025-02-28".parse().unwrap();
        assert_eq!(
            before_leap.last_year().to_string(),
            "2024-01-01..2024-02-29",
            "the end of a month stays one"
        );
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "",
            "26",
            "2026-13",
            "2026-00",
            "2026-Q5",
            "2026-H3",
            "2026-W1",
            "1800",
            "2026-02-30",
            "2026-06-30..2026-03-01",
            "2026-1",
            "二〇二六",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
