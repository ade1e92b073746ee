//! Dates and times as Chinese pages write them.

use crate::time::{Date, Instant, Time, Weekday};

/// `星期四`
#[must_use]
pub const fn weekday_text(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "星期一",
        Weekday::Tuesday => "星期二",
        Weekday::Wednesday => "星期三",
        Weekday::Thursday => "星期四",
        Weekday::Friday => "星期五",
        Weekday::Saturday => "星期六",
        Weekday::Sunday => "星期日",
    }
}

/// `周四`
#[must_use]
pub const fn short_weekday_text(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    }
}

/// `9月3日（星期四）`
#[must_use]
pub fn day_text(date: Date) -> String {
    format!(
        "{}月{}日（{}）",
        date.month(),
        date.day(),
        weekday_text(date.weekday())
    )
}

/// `2026年9月3日（星期四）`
#[must_use]
pub fn long_day_text(date: Date) -> String {
    format!("{}年{}", date.year(), day_text(date))
}

/// `2026年9月3日`
#[must_use]
pub fn date_text(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// `2026年9月3日至12月24日`; the second year is written only when it is another one.
#[must_use]
pub fn range_text(from: Date, to: Date) -> String {
    if from == to {
        date_text(from)
    } else if from.year() == to.year() {
        format!("{}至{}月{}日", date_text(from), to.month(), to.day())
    } else {
        format!("{}至{}", date_text(from), date_text(to))
    }
}

/// `2026年9月3日 09:05`, China's clock
#[must_use]
pub fn moment_text(at: Instant) -> String {
    let (date, time) = at.china();
    format!("{} {}", date_text(date), time_text(time))
}

/// `9月3日 09:05`, China's clock
#[must_use]
pub fn short_moment_text(at: Instant) -> String {
    let (date, time) = at.china();
    format!("{}月{}日 {}", date.month(), date.day(), time_text(time))
}

/// `09:00`: every time of day on a page, on paper and in a message is written so, and a form takes it so.
#[must_use]
pub fn time_text(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// `09:00–10:30`; an end on the next day is marked `次日`.
#[must_use]
pub fn span_text(start: Time, minutes: u16) -> String {
    let end = minute_of_day(start) + u32::from(minutes);
    let next_day = if end > 24 * 60 { "次日 " } else { "" };
    let clock = if end > 24 * 60 { end % (24 * 60) } else { end };
    format!(
        "{}–{next_day}{:02}:{:02}",
        time_text(start),
        clock / 60,
        clock % 60
    )
}

/// `每周四 09:00–10:30`
#[must_use]
pub fn weekly_text(weekday: Weekday, start: Time, minutes: u16) -> String {
    format!("每{} {}", short_weekday_text(weekday), span_text(start, minutes))
}

/// `9月3日（星期四）09:00–10:30`
#[must_use]
pub fn session_text(date: Date, start: Time, minutes: u16) -> String {
    format!("{}{}", day_text(date), span_text(start, minutes))
}

/// Whole minutes from midnight to this time of day.
#[must_use]
pub fn minute_of_day(time: Time) -> u32 {
    u32::from(time.hour().unsigned_abs()) * 60 + u32::from(time.minute().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn days() {
        let day = date(2026, 9, 3);
        assert_eq!(day_text(day), "9月3日（星期四）");
        assert_eq!(long_day_text(day), "2026年9月3日（星期四）");
        for (from, to, text) in [
            (day, day, "2026年9月3日"),
            (day, date(2026, 12, 24), "2026年9月3日至12月24日"),
            (day, date(2027, 1, 7), "2026年9月3日至2027年1月7日"),
        ] {
            assert_eq!(range_text(from, to), text);
        }
    }

    #[test]
    fn moments() {
        let at: Instant = "2026-12-31T17:05:00Z".parse().unwrap();
        assert_eq!(moment_text(at), "2027年1月1日 01:05");
        assert_eq!(short_moment_text(at), "1月1日 01:05");
    }

    #[test]
    fn weekdays() {
        for (day, long, short) in [
            (7, "星期一", "周一"),
            (8, "星期二", "周二"),
            (9, "星期三", "周三"),
            (10, "星期四", "周四"),
            (11, "星期五", "周五"),
            (12, "星期六", "周六"),
            (13, "星期日", "周日"),
        ] {
            let weekday = date(2026, 9, day).weekday();
            assert_eq!(
                (weekday_text(weekday), short_weekday_text(weekday)),
                (long, short)
            );
        }
    }

    #[test]
    fn spans() {
        for (hour, minute, minutes, text) in [
            (9, 0, 90, "09:00–10:30"),
            (13, 5, 45, "13:05–13:50"),
            (22, 0, 120, "22:00–24:00"),
            (23, 30, 60, "23:30–次日 00:30"),
            (9, 0, 0, "09:00–09:00"),
        ] {
            assert_eq!(span_text(time(hour, minute, 0, 0), minutes), text);
        }
        let nine = time(9, 0, 0, 0);
        assert_eq!(weekly_text(Weekday::Thursday, nine, 90), "每周四 09:00–10:30");
        assert_eq!(
            session_text(date(2026, 9, 3), nine, 90),
            "9月3日（星期四）09:00–10:30"
        );
    }
}
