//! A rule and its bounds. No I/O.

use db::text_enum;
use platform::{AppError, AppResult, FieldError};

text_enum! {
    /// What happens when somebody's turn comes in a class without a fee.
    pub enum Turn {
        /// They are asked, and have the seat when they accept.
        Offer => "offer",
        /// They have the seat at once.
        Confirm => "confirm",
    }
}

/// What an org has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// What a turn is.
    pub turn: Turn,
    /// Hours for which an offer stands for who came on line.
    pub online_hours: i64,
    /// Hours for who came to the counter or telephoned.
    pub counter_hours: i64,
    /// Days between opening a proposed class and its first session.
    pub lead_days: i64,
    /// The share of those who could come for whom a room must have seats.
    pub room_percent: i64,
    /// Guests who may try one session; 0 for none.
    pub trial_seats: i64,
    /// First weeks of a class in which one may try.
    pub trial_weeks: i64,
    /// Lessons that a person may try in a term.
    pub trial_limit: i64,
}

impl Default for Rule {
    /// Offers of 24 hours, 48 for the counter (product defaults for waitlists); two weeks to tell people of a new class, as
    /// long as a class short of learners is looked at before it begins; a room for at least half of those who could come.
    /// Lessons are tried in the first two weeks, as schools publish it (台北老人社大); three guests a session and two lessons a person
    /// are product defaults.
    fn default() -> Self {
        Self {
            turn: Turn::Offer,
            online_hours: 24,
            counter_hours: 48,
            lead_days: 14,
            room_percent: 50,
            trial_seats: 3,
            trial_weeks: 2,
            trial_limit: 2,
        }
    }
}

/// Most hours of an offer: two weeks.
pub const MOST_HOURS: i64 = 336;
/// Most days of preparation.
pub const MOST_LEAD: i64 = 90;

/// Most guests of a session, weeks, and lessons of a person.
pub const MOST_TRIALS: i64 = 20;

/// Checks the bounds.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(rule: &Rule) -> AppResult<()> {
    let hours = 1..=MOST_HOURS;
    let bounds = [
        (
            "online_hours",
            hours.contains(&rule.online_hours),
            "留名额的时间要在 1 到 336 小时之间。",
        ),
        (
            "counter_hours",
            hours.contains(&rule.counter_hours),
            "留名额的时间要在 1 到 336 小时之间。",
        ),
        (
            "lead_days",
            (0..=MOST_LEAD).contains(&rule.lead_days),
            "准备时间要在 0 到 90 天之间。",
        ),
        (
            "room_percent",
            (1..=100).contains(&rule.room_percent),
            "比例要在 1 到 100 之间。",
        ),
    ];
    let trials = 1..=MOST_TRIALS;
    let of_trials = [
        (
            "trial_seats",
            (0..=MOST_TRIALS).contains(&rule.trial_seats),
            "每次课的试听名额要在 0 到 20 之间，0 是不开放试听。",
        ),
        (
            "trial_weeks",
            trials.contains(&rule.trial_weeks),
            "开放试听的周数要在 1 到 20 之间。",
        ),
        (
            "trial_limit",
            trials.contains(&rule.trial_limit),
            "每人试听的次数要在 1 到 20 之间。",
        ),
    ];
    let wrong: Vec<FieldError> = bounds
        .into_iter()
        .chain(of_trials)
        .filter(|(_, holds, _)| !holds)
        .map(|(field, _, sentence)| FieldError {
            field: field.to_owned(),
            sentence: sentence.to_owned(),
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(AppError::Invalid(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_a_rule() {
        let with = |change: fn(&mut Rule)| {
            let mut rule = Rule::default();
            change(&mut rule);
            check(&rule).is_ok()
        };
        for (rule, holds) in [
            (with(|_| ()), true),
            (with(|rule| rule.online_hours = 0), false),
            (with(|rule| rule.online_hours = 336), true),
            (with(|rule| rule.counter_hours = 337), false),
            (with(|rule| rule.lead_days = 0), true),
            (with(|rule| rule.lead_days = 91), false),
            (with(|rule| rule.room_percent = 0), false),
            (with(|rule| rule.room_percent = 101), false),
            (with(|rule| rule.trial_seats = 0), true),
            (with(|rule| rule.trial_seats = 21), false),
            (with(|rule| rule.trial_weeks = 0), false),
            (with(|rule| rule.trial_limit = 0), false),
        ] {
            assert_eq!(rule, holds);
        }
    }
}
