//! Until when somebody else's act can be undone. No I/O.

use kernel::{Date, Instant, PersonId};

/// Days after the act, to the end of the last of them.
pub const UNDO_DAYS: i64 = 3;

/// The last day on which an act of this moment can be undone.
#[must_use]
pub fn last_day(acted_at: Instant) -> Date {
    acted_at.plus_secs(UNDO_DAYS * 86_400).date()
}

/// The last day on which an enrolment can be undone, if it still can: made by somebody else, alive, not too old.
#[must_use]
pub fn undo_until(
    person: PersonId,
    actor: Option<PersonId>,
    is_live: bool,
    acted_at: Instant,
    today: Date,
) -> Option<Date> {
    let by_other = actor.is_some_and(|actor| actor != person);
    let last = last_day(acted_at);
    (by_other && is_live && today <= last).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_did_can_be_undone_for_three_days() {
        let (mother, daughter) = (PersonId::from_raw(1), PersonId::from_raw(2));
        let day = |text: &str| text.parse::<Date>().unwrap();
        let acted = Instant::of_china(day("2026-11-26"), "23:30".parse().unwrap());
        for (actor, live, today, can) in [
            (Some(daughter), true, "2026-11-26", true),
            (Some(daughter), true, "2026-11-29", true),
            (Some(daughter), true, "2026-11-30", false),
            (Some(daughter), false, "2026-11-26", false),
            (Some(mother), true, "2026-11-26", false),
            (None, true, "2026-11-26", false),
        ] {
            let until = undo_until(mother, actor, live, acted, day(today));
            assert_eq!(until, can.then(|| day("2026-11-29")), "{actor:?} {live} {today}");
        }
    }
}
