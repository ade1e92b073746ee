//! Age in full years, and the age bands of statistics.

use crate::time::Date;

/// Age in full years (周岁) on a day; `None` when the person is not born yet.
///
/// Who was born on 29 February has the birthday on 28 February in a common year (Civil Code art. 202: a month
/// without the matching day ends the period on its last day).
#[must_use]
pub fn full_years(born: Date, on: Date) -> Option<u16> {
    if on < born {
        return None;
    }
    let leap_child = (born.month(), born.day()) == (2, 29);
    let birthday = if leap_child && !on.in_leap_year() {
        28
    } else {
        born.day()
    };
    let reached = (on.month(), on.day()) >= (born.month(), birthday);
    let years = on.year() - born.year() - i16::from(!reached);
    u16::try_from(years).ok()
}

/// The bands in which ages are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgeBand {
    /// 0 to 17
    Under18,
    /// 18 to 44
    From18,
    /// 45 to 59
    From45,
    /// 60 to 69
    From60,
    /// 70 to 79
    From70,
    /// 80 and older
    From80,
}

impl AgeBand {
    /// All bands, youngest first.
    pub const ALL: [Self; 6] = [
        Self::Under18,
        Self::From18,
        Self::From45,
        Self::From60,
        Self::From70,
        Self::From80,
    ];

    /// The band of an age in full years.
    #[must_use]
    pub const fn of(age: u16) -> Self {
        match age {
            0..=17 => Self::Under18,
            18..=44 => Self::From18,
            45..=59 => Self::From45,
            60..=69 => Self::From60,
            70..=79 => Self::From70,
            80.. => Self::From80,
        }
    }

    /// The short code kept in the database and in files.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Under18 => "0-17",
            Self::From18 => "18-44",
            Self::From45 => "45-59",
            Self::From60 => "60-69",
            Self::From70 => "70-79",
            Self::From80 => "80+",
        }
    }

    /// The band with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|band| band.code() == code)
    }

    /// The words on screen.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Under18 => "18 岁以下",
            Self::From18 => "18–44 岁",
            Self::From45 => "45–59 岁",
            Self::From60 => "60–69 岁",
            Self::From70 => "70–79 岁",
            Self::From80 => "80 岁及以上",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn ages() {
        for (born, on, age) in [
            (date(1956, 9, 1), date(2026, 8, 31), Some(69)),
            (date(1956, 9, 1), date(2026, 9, 1), Some(70)),
            (date(1956, 9, 1), date(2026, 10, 1), Some(70)),
            (date(1956, 9, 1), date(1956, 9, 1), Some(0)),
            (date(1956, 9, 1), date(1956, 8, 31), None),
            (date(1956, 2, 29), date(2026, 2, 27), Some(69)),
            (date(1956, 2, 29), date(2026, 2, 28), Some(70)),
            (date(1956, 2, 29), date(2024, 2, 28), Some(67)),
            (date(1956, 2, 29), date(2024, 2, 29), Some(68)),
            (date(1956, 12, 31), date(2026, 2, 28), Some(69)),
            (date(1956, 1, 31), date(2026, 2, 28), Some(70)),
        ] {
            assert_eq!(full_years(born, on), age, "{born} {on}");
        }
    }

    #[test]
    fn bands_meet_without_gaps() {
        for (age, code) in [
            (0, "0-17"),
            (17, "0-17"),
            (18, "18-44"),
            (44, "18-44"),
            (45, "45-59"),
            (59, "45-59"),
            (60, "60-69"),
            (70, "70-79"),
            (79, "70-79"),
            (80, "80+"),
            (u16::MAX, "80+"),
        ] {
            assert_eq!(AgeBand::of(age).code(), code, "{age}");
        }
        for band in AgeBand::ALL {
            assert_eq!(AgeBand::from_code(band.code()), Some(band));
        }
        assert_eq!(AgeBand::from_code("60+"), None);
        assert_eq!(AgeBand::of(80).text(), "80 岁及以上");
    }

    proptest! {
        #[test]
        fn age_never_falls_as_days_pass(born in 0..36_000_i64, gap in 0..40_000_i64) {
            let start = date(1920, 1, 1);
            let day = |n: i64| start.checked_add(jiff::Span::new().days(n)).unwrap();
            let born_on = day(born);
            let today = full_years(born_on, day(born + gap)).unwrap();
            let tomorrow = full_years(born_on, day(born + gap + 1)).unwrap();
            prop_assert!(tomorrow == today || tomorrow == today + 1);
        }
    }
}
