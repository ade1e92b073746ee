//! How long a seat is kept for somebody who must pay for it or still owes a paper; the school sets the figures.
//!
//! 1. Who enrols on line has so many hours (48 for a fee, unless the school sets it).
//! 2. Who enrols at the counter or by telephone has until the end of a working day after today, the second unless the school
//!    sets it, as schools publish it (西安老年大学, 2023): they pay at the counter, which is closed on holidays.
//! 3. Whose turn came by itself (from the waitlist, by a draw) has the longer of the two: they did not choose the moment.

use crate::rules::Rule;
use kernel::{Calendar, Instant, Time};
use platform::Channel;

/// How long a seat is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Hours for who enrols on line.
    pub online_hours: i64,
    /// Working days for who enrols at the counter.
    pub counter_days: usize,
}

/// As many days hold more working days than anybody may set.
const LONGEST_LOOK: usize = 90;

/// How a seat came to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// On line, by their own act.
    Online,
    /// With a clerk.
    Counter,
    /// By itself: their turn came.
    Turn,
}

impl From<Channel> for Way {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Desk | Channel::Phone => Self::Counter,
            Channel::Web | Channel::Family | Channel::Companion | Channel::Api => Self::Online,
            Channel::Import | Channel::System => Self::Turn,
        }
    }
}

/// Until when the seat is kept: a full minute, so that what a person reads is exact.
#[must_use]
pub fn held_until(now: Instant, way: Way, calendar: &Calendar, limits: Limits) -> Instant {
    let online = full_minute(now.plus_secs(limits.online_hours * 3600));
    match way {
        Way::Online => online,
        Way::Counter => counter(now, calendar, limits.counter_days).unwrap_or(online),
        Way::Turn => counter(now, calendar, limits.counter_days)
            .unwrap_or(online)
            .max(online),
    }
}

/// Seconds for which a seat is kept at least whose payment was undone.
const UNDONE_SECS: i64 = 2 * 3600;

/// Until when a seat is kept whose payment was undone: as long as before, so that paying and undoing wins no time, and long
/// enough to pay again.
#[must_use]
pub fn kept_after_undo(before: Instant, now: Instant) -> Instant {
    before.max(full_minute(now.plus_secs(UNDONE_SECS)))
}

/// Until when an offer stands that came to somebody from the waitlist: so many hours, by the way on which they came to wait.
#[must_use]
pub fn offered_until(now: Instant, way: Way, rule: &Rule) -> Instant {
    let hours = match way {
        Way::Counter => rule.counter_hours,
        Way::Online | Way::Turn => rule.online_hours,
    };
    full_minute(now.plus_secs(hours * 3600))
}

/// The last minute of this working day after today, counted from 1.
fn counter(now: Instant, calendar: &Calendar, days_kept: usize) -> Option<Instant> {
    let tomorrow = now.date().tomorrow().ok()?;
    let days = std::iter::successors(Some(tomorrow), |day| day.tomorrow().ok());
    let last = days
        .take(LONGEST_LOOK)
        .filter(|day| calendar.day_kind(*day).is_worked())
        .nth(days_kept.saturating_sub(1))?;
    Some(Instant::of_china(last, Time::constant(23, 59, 0, 0)))
}

fn full_minute(at: Instant) -> Instant {
    const MINUTE: i64 = 60_000;
    Instant::from_millis((at.millis() + MINUTE - 1).div_euclid(MINUTE) * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoing_a_payment_wins_no_time_but_leaves_two_hours() {
        let at = |text: &str| -> Instant { text.parse().unwrap() };
        let now = at("2026-11-23T01:00:30.000Z");
        for (before, until) in [
            ("2026-11-25T01:00:00.000Z", "2026-11-25T01:00:00.000Z"),
            ("2026-11-23T01:30:00.000Z", "2026-11-23T03:01:00.000Z"),
            ("2026-11-22T01:00:00.000Z", "2026-11-23T03:01:00.000Z"),
        ] {
            assert_eq!(kept_after_undo(at(before), now), at(until), "{before}");
        }
    }

    #[test]
    fn how_long_a_seat_is_kept() {
        let calendar = teaching::holidays::calendar();
        let limits = crate::school_rules::SchoolRules::default().fee_limits();
        for (now, way, until) in [
            // A Monday.
            (
                "2026-11-23T01:00:00.000Z",
                Way::Online,
                "2026-11-25T01:00:00.000Z",
            ),
            (
                "2026-11-23T01:00:00.001Z",
                Way::Online,
                "2026-11-25T01:01:00.000Z",
            ),
            (
                "2026-11-23T01:00:00.000Z",
                Way::Counter,
                "2026-11-25T15:59:00.000Z",
            ),
            ("2026-11-23T01:00:00.000Z", Way::Turn, "2026-11-25T15:59:00.000Z"),
            // A Friday: the weekend does not count at the counter.
            (
                "2026-11-27T01:00:00.000Z",
                Way::Online,
                "2026-11-29T01:00:00.000Z",
            ),
            (
                "2026-11-27T01:00:00.000Z",
                Way::Counter,
                "2026-12-01T15:59:00.000Z",
            ),
            ("2026-11-27T01:00:00.000Z", Way::Turn, "2026-12-01T15:59:00.000Z"),
            // In China it is Monday already.
            (
                "2026-11-22T16:30:00.000Z",
                Way::Counter,
                "2026-11-25T15:59:00.000Z",
            ),
            // Before the National Day: 1 to 7 October are holidays, the 10th, a Saturday, is worked.
            (
                "2026-09-29T01:00:00.000Z",
                Way::Counter,
                "2026-10-08T15:59:00.000Z",
            ),
            (
                "2026-10-08T01:00:00.000Z",
                Way::Counter,
                "2026-10-10T15:59:00.000Z",
            ),
        ] {
            let found = held_until(now.parse().unwrap(), way, calendar, limits);
            assert_eq!(found.to_string(), until, "{now} {way:?}");
        }
    }

    #[test]
    fn each_channel_has_its_way() {
        for (channel, way) in [
            (Channel::Web, Way::Online),
            (Channel::Api, Way::Online),
            (Channel::Family, Way::Online),
            (Channel::Desk, Way::Counter),
            (Channel::Phone, Way::Counter),
            (Channel::System, Way::Turn),
        ] {
            assert_eq!(Way::from(channel), way);
        }
    }
}
