//! What a booking is, and its rules. No I/O.

use crate::RoomId;
use db::Db;
use kernel::{Date, Time, bounded, overlaps};
use platform::{AppError, AppResult, FieldError};
use std::future::Future;
use std::pin::Pin;

/// Days ahead for which a room can be booked.
pub const DAYS_AHEAD: i32 = 183;
const EARLIEST: i8 = 6;
const LATEST: u32 = 22 * 60;
/// Shortest and longest booking in minutes.
pub const MINUTES: std::ops::RangeInclusive<i64> = 30..=600;

db::text_enum! {
    /// How far a booking is.
    pub enum BookingStatus {
        /// Nobody has decided yet.
        Waiting => "waiting",
        /// The room is theirs.
        Approved => "approved",
        /// It was refused.
        Refused => "refused",
        /// It was taken back.
        Cancelled => "cancelled",
    }
}

impl BookingStatus {
    /// The status as a word with an icon.
    #[must_use]
    pub fn tag(self) -> ui::Tag {
        match self {
            Self::Waiting => ui::Tag::waiting("等待答复"),
            Self::Approved => ui::Tag::good("已同意"),
            Self::Refused => ui::Tag::bad("没有同意"),
            Self::Cancelled => ui::Tag::quiet("已取消"),
        }
    }

    /// Whether the room may still be used for it.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Waiting | Self::Approved)
    }
}

/// Hours in which a room is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// Day.
    pub day: Date,
    /// Beginning.
    pub starts: Time,
    /// Length in minutes.
    pub minutes: i64,
    /// By what: 「书法入门 第 3 次课」.
    pub what: String,
}

/// What [`BusyHours`] gives.
pub type BusyFuture = Pin<Box<dyn Future<Output = AppResult<Vec<Busy>>> + Send>>;

/// Tells in which hours of a day lessons take a room; the program gives it to [`super::routes`] from the timetable.
#[derive(Clone, Copy)]
pub struct BusyHours(pub fn(Db, RoomId, Date) -> BusyFuture);

/// A booking as it is asked for.
#[derive(Debug, Clone)]
pub struct BookingDraft {
    /// Day.
    pub day: Date,
    /// Beginning.
    pub starts: Time,
    /// Length in minutes.
    pub minutes: i64,
    /// How many people come.
    pub people: i64,
    /// What for.
    pub purpose: String,
}

/// Rule 2.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(mut draft: BookingDraft, seats: i64, today: Date, now: Time) -> AppResult<BookingDraft> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, sentence: String| {
        wrong.push(FieldError {
            field: field.to_owned(),
            sentence,
        });
    };
    let ahead = draft.day.since(today).map_or(-1, |span| span.get_days());
    if !(0..=DAYS_AHEAD).contains(&ahead) {
        say("day", format!("日期要在今天到 {DAYS_AHEAD} 天以内。"));
    } else if ahead == 0 && draft.starts <= now {
        say("starts", "这个时间已经过了，请选晚一些的时间或另一天。".into());
    }
    let begin = kernel::chinese_date::minute_of_day(draft.starts);
    let end = begin + u32::try_from(draft.minutes).unwrap_or(u32::MAX / 2);
    if !MINUTES.contains(&draft.minutes) {
        say("minutes", "时长要在 30 到 600 分钟之间。".into());
    } else if draft.starts.hour() < EARLIEST || end > LATEST {
        say("starts", "借用要在早上 6 点以后开始，晚上 10 点以前结束。".into());
    }
    if !(1..=seats).contains(&draft.people) {
        say(
            "people",
            format!("这间教室有 {seats} 个座位，人数要在 1 到 {seats} 之间。"),
        );
    }
    match bounded(&draft.purpose, 2, 100, "用途") {
        Ok(purpose) => draft.purpose = purpose,
        Err(sentence) => say("purpose", sentence),
    }
    if wrong.is_empty() {
        Ok(draft)
    } else {
        Err(AppError::Invalid(wrong))
    }
}

/// Rule 3: the first of `busy` that overlaps.
#[must_use]
pub fn clash(day: Date, starts: Time, minutes: i64, busy: &[Busy]) -> Option<&Busy> {
    let short = |minutes: i64| u16::try_from(minutes).unwrap_or(u16::MAX);
    busy.iter().find(|other| {
        other.day == day && overlaps(starts, short(minutes), other.starts, short(other.minutes), 0)
    })
}

/// The refusal for a clash.
#[must_use]
pub fn taken(by: &Busy) -> AppError {
    AppError::refused(
        "room_taken",
        format!(
            "这间教室 {} {} 已经有“{}”。请换一个时间，或者换一间教室。",
            kernel::chinese_date::day_text(by.day),
            kernel::chinese_date::span_text(by.starts, u16::try_from(by.minutes).unwrap_or(u16::MAX)),
            by.what
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is changed, how, and the field that is wrong then.
    type Case = (&'static str, fn(&mut BookingDraft), Option<&'static str>);

    fn draft() -> BookingDraft {
        BookingDraft {
            day: "2026-11-24".parse().unwrap(),
            starts: "14:00".parse().unwrap(),
            minutes: 90,
            people: 20,
            purpose: "合唱团排练".into(),
        }
    }

    #[test]
    fn each_bound_has_its_field() {
        let today: Date = "2026-11-22".parse().unwrap();
        let now: Time = "09:00".parse().unwrap();
        let cases: [Case; 12] = [
            ("as it is", |_| (), None),
            (
                "yesterday",
                |d| d.day = "2026-11-21".parse().unwrap(),
                Some("day"),
            ),
            (
                "a year ahead",
                |d| d.day = "2027-11-22".parse().unwrap(),
                Some("day"),
            ),
            (
                "half a year ahead",
                |d| d.day = "2027-05-24".parse().unwrap(),
                None,
            ),
            (
                "a day more",
                |d| d.day = "2027-05-25".parse().unwrap(),
                Some("day"),
            ),
            (
                "this morning, over",
                |d| {
                    d.day = "2026-11-22".parse().unwrap();
                    d.starts = "09:00".parse().unwrap();
                },
                Some("starts"),
            ),
            (
                "too early",
                |d| d.starts = "05:59".parse().unwrap(),
                Some("starts"),
            ),
            ("to ten o'clock", |d| d.starts = "20:30".parse().unwrap(), None),
            (
                "a minute more",
                |d| d.starts = "20:31".parse().unwrap(),
                Some("starts"),
            ),
            ("too short", |d| d.minutes = 29, Some("minutes")),
            ("more than seats", |d| d.people = 31, Some("people")),
            ("no purpose", |d| d.purpose = " ".into(), Some("purpose")),
        ];
        for (what, change, field) in cases {
            let mut asked = draft();
            change(&mut asked);
            let wrong = match check(asked, 30, today, now) {
                Ok(_) => None,
                Err(AppError::Invalid(fields)) => Some(fields[0].field.clone()),
                Err(other) => panic!("{what}: {other}"),
            };
            assert_eq!(wrong.as_deref(), field, "{what}");
        }
    }

    #[test]
    fn hours_that_touch_do_not_clash() {
        let asked = draft();
        for (day, starts, minutes, clashes) in [
            ("2026-11-24", "12:30", 90, false),
            ("2026-11-24", "12:30", 91, true),
            ("2026-11-24", "15:30", 60, false),
            ("2026-11-24", "15:29", 60, true),
            ("2026-11-25", "14:00", 90, false),
        ] {
            let busy = [Busy {
                day: day.parse().unwrap(),
                starts: starts.parse().unwrap(),
                minutes,
                what: "书法入门".into(),
            }];
            let found = clash(asked.day, asked.starts, asked.minutes, &busy).is_some();
            assert_eq!(found, clashes, "{day} {starts} {minutes}");
        }
    }
}
