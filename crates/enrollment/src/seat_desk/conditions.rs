//! The conditions of a seat: the class stands and its window is open, age, number of classes, no clash of times.

use super::model::{ClassState, EnrollmentStatus, PersonState, State};
use super::refusal::Refusal;
use crate::first_come::Plan;
use crate::first_come::model::Pool;
use kernel::age::full_years;
use kernel::{Date, Instant};
use teaching::ClassId;
use teaching::classes::ClassRow;
use teaching::seats::{Facts, Slot};

/// Whether nobody can enrol in a class now, and why: the first two checks, which ask nothing of the person.
///
/// # Errors
/// The refusal that everybody would hear.
pub(crate) fn is_open(class: &ClassRow, now: Instant) -> Result<(), Refusal> {
    stands(class.status.as_str(), &class.name)?;
    in_window(class.enrollment_opens, class.enrollment_closes, now)
}

pub(super) fn is_on(class: &ClassState) -> Result<(), Refusal> {
    stands(&class.status, &class.facts.name)
}

pub(crate) fn stands(status: &str, name: &str) -> Result<(), Refusal> {
    match status {
        "published" | "running" => Ok(()),
        "cancelled" => Err(Refusal::ClassCancelled {
            name: name.to_owned(),
        }),
        "closed" => Err(Refusal::Closed { at: None }),
        // A class that is still planned is not public.
        _ => Err(Refusal::NoClass),
    }
}

pub(super) fn in_window(opens: Instant, closes: Instant, now: Instant) -> Result<(), Refusal> {
    if now < opens {
        Err(Refusal::NotOpenYet { opens })
    } else if now >= closes {
        Err(Refusal::Closed { at: Some(closes) })
    } else {
        Ok(())
    }
}

/// A draw gives all seats from its window on; before, rounds by first come may give some.
pub(crate) fn not_drawn(plan: &Plan, now: Instant) -> Result<(), Refusal> {
    match plan.drawn(now) {
        Some(round) => Err(Refusal::InDraw { round }),
        None => Ok(()),
    }
}

/// Age counts in full years on the day of the class's first session.
pub(crate) fn of_age(facts: &Facts, birth: Option<Date>) -> Result<(), Refusal> {
    if facts.age_min.is_none() && facts.age_max.is_none() {
        return Ok(());
    }
    let age = birth
        .and_then(|birth| full_years(birth, facts.starts_on))
        .map(i64::from)
        .ok_or(Refusal::BirthUnknown)?;
    let on = facts.starts_on;
    match (facts.age_min, facts.age_max) {
        (Some(min), _) if age < min => Err(Refusal::TooYoung { age, min, on }),
        (_, Some(max)) if age > max => Err(Refusal::TooOld { age, max, on }),
        _ => Ok(()),
    }
}

/// Seats held in the class's term, other than in the class itself, stay below the limit.
pub(super) fn within_limit(at: &ClassState, who: &PersonState, class: ClassId) -> Result<(), Refusal> {
    let held = who
        .live
        .iter()
        .filter(|live| live.term == at.facts.term && live.class != class && live.status.holds_seat())
        .count();
    if held as i64 >= at.limit {
        return Err(Refusal::TooManyClasses { limit: at.limit });
    }
    Ok(())
}

/// Only seats held can clash: waiting for one class does not keep anybody from another.
pub(super) fn no_clash(
    state: &State,
    at: &ClassState,
    who: &PersonState,
    class: ClassId,
) -> Result<(), Refusal> {
    let held = who
        .live
        .iter()
        .filter(|live| live.class != class && live.status.holds_seat());
    for live in held {
        let asked = state.classes.get(&live.class).map(|other| &other.facts);
        let Some(other) = asked.or_else(|| state.held.get(&live.class)) else {
            continue;
        };
        if let Some(slot) = clash(&at.facts.slots, &other.slots) {
            return Err(Refusal::TimeClash {
                enrollment: live.enrollment,
                name: other.name.clone(),
                slot,
            });
        }
    }
    Ok(())
}

/// Whether somebody may wait who gets no seat; `left` are the seats that are too few for all who come together.
pub(super) fn may_wait(
    at: &ClassState,
    who: &PersonState,
    (wait, left): (bool, i64),
    now: Instant,
) -> Result<(), Refusal> {
    if !wait {
        return Err(Refusal::Full {
            ahead: at.waitlisted,
            left: left.max(0),
            counter: at.free_for(Pool::Desk, now).max(0),
        });
    }
    let waiting = who
        .live
        .iter()
        .filter(|live| live.term == at.facts.term && live.status == EnrollmentStatus::Waitlisted)
        .count();
    if waiting as i64 >= at.limit {
        return Err(Refusal::TooManyWaits { limit: at.limit });
    }
    Ok(())
}

/// The first time of `b` at which something of `a` meets too. Both lists are in order of day and time; either may overlap
/// within itself. No time for the way is asked for.
#[must_use]
pub fn clash(a: &[Slot], b: &[Slot]) -> Option<Slot> {
    let mut left = a;
    for y in b {
        // Days before this one are past for all that follows in `b`.
        let past = left.partition_point(|x| x.day < y.day);
        left = left.get(past..).unwrap_or_default();
        let mut same_day = left.iter().take_while(|x| x.day == y.day);
        if same_day.any(|x| x.from < y.to && y.from < x.to) {
            return Some(*y);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::clash;
    use kernel::Date;
    use proptest::prelude::*;
    use teaching::seats::Slot;

    fn slots() -> impl Strategy<Value = Vec<Slot>> {
        let slot = (1_i8..4, 8..14, 1..5).prop_map(|(day, from, hours)| Slot {
            day: Date::constant(2027, 3, day),
            from: from * 60,
            to: (from + hours) * 60,
        });
        prop::collection::vec(slot, 0..8).prop_map(|mut slots| {
            slots.sort_by_key(|slot| (slot.day, slot.from));
            slots
        })
    }

    fn meet(x: &Slot, y: &Slot) -> bool {
        x.day == y.day && x.from < y.to && y.from < x.to
    }

    proptest! {
        #[test]
        fn the_first_time_that_meets_any_of_the_other_list_is_found(a in slots(), b in slots()) {
            let first = b.iter().find(|y| a.iter().any(|x| meet(x, y)));
            prop_assert_eq!(clash(&a, &b), first.copied());
        }
    }
}
