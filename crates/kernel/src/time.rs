//! Dates and instants. Dates are the calendar of China; instants are kept in UTC with fixed width.

use jiff::civil;
use std::fmt;
use std::str::FromStr;

/// A calendar day.
pub type Date = civil::Date;
/// A time of day in China.
pub type Time = civil::Time;
/// A day of the week.
pub type Weekday = civil::Weekday;

/// Hours that China's clock is ahead of UTC (GB/T 7408: Beijing time, no summer time).
pub const CHINA_OFFSET_HOURS: i8 = 8;

/// A moment, to the millisecond; its text is always `2026-11-22T01:02:03.004Z` (24 characters).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The moment this many milliseconds after 1970-01-01T00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The moment of a clock on the wall in China.
    #[must_use]
    pub fn of_china(date: Date, time: Time) -> Self {
        let wall = date.to_datetime(time);
        let at = jiff::tz::Offset::constant(CHINA_OFFSET_HOURS).to_timestamp(wall);
        Self(at.map_or(0, |at| at.as_millisecond()))
    }

    /// Date and time of day in China at this moment.
    #[must_use]
    pub fn china(self) -> (Date, Time) {
        let wall = jiff::tz::Offset::constant(CHINA_OFFSET_HOURS).to_datetime(self.timestamp());
        (wall.date(), wall.time())
    }

    /// The calendar day in China at this moment.
    #[must_use]
    pub fn date(self) -> Date {
        self.china().0
    }

    /// The moment so many seconds later (or earlier, if negative).
    #[must_use]
    pub const fn plus_secs(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs.saturating_mul(1000)))
    }

    /// Whole seconds from `earlier` to this moment; negative when this moment is before it.
    #[must_use]
    pub const fn secs_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0) / 1000
    }

    /// RFC 3339 with China's offset, as the API prints it: `2026-11-22T09:02:03+08:00`.
    #[must_use]
    pub fn to_china_text(self) -> String {
        let (date, time) = self.china();
        format!(
            "{date}T{:02}:{:02}:{:02}+08:00",
            time.hour(),
            time.minute(),
            time.second()
        )
    }

    fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Instant {
    /// Digit by digit: several are written for each seat that is given, and format arguments take ten times as long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = jiff::tz::Offset::UTC.to_datetime(self.timestamp());
        let Ok(year) = u32::try_from(at.year()) else {
            return write!(f, "{at}Z");
        };
        let part = |number: i8| u32::from(number.unsigned_abs());
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let fields = [
            (4, year),
            (7, part(at.month())),
            (10, part(at.day())),
            (13, part(at.hour())),
            (16, part(at.minute())),
            (19, part(at.second())),
            (23, u32::from(at.millisecond().unsigned_abs())),
        ];
        let mut from = 0;
        for (to, number) in fields {
            put_digits(text.get_mut(from..to).unwrap_or_default(), number);
            from = to + 1;
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// Fills the text with the last digits of a number.
fn put_digits(text: &mut [u8], mut number: u32) {
    for slot in text.iter_mut().rev() {
        *slot = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Instant {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>()
            .map(|at| Self(at.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_fixed_width_and_sorts_like_time() {
        let early: Instant = "2026-01-02T03:04:05Z".parse().unwrap();
        let late = early.plus_secs(1);
        assert_eq!(early.to_string(), "2026-01-02T03:04:05.000Z");
        assert!(early.to_string() < late.to_string());
        assert_eq!(late.secs_since(early), 1);
    }

    #[test]
    fn china_is_eight_hours_ahead() {
        let at = Instant::of_china(civil::date(2026, 9, 1), civil::time(9, 0, 0, 0));
        assert_eq!(at.to_string(), "2026-09-01T01:00:00.000Z");
        assert_eq!(at.date(), civil::date(2026, 9, 1));
        assert_eq!(at.to_china_text(), "2026-09-01T09:00:00+08:00");
        let night: Instant = "2026-08-31T17:00:00Z".parse().unwrap();
        assert_eq!(night.date(), civil::date(2026, 9, 1));
    }
}
