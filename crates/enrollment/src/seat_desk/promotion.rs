//! Who gets a seat that became free: the rules of the waitlist.

use super::conditions::{is_on, no_clash, within_limit};
use super::model::{Change, EnrollmentStatus, State, Waiting};
use super::refusal::Refusal;
use crate::eligibility::desk::may_still_have;
use kernel::PersonId;
use teaching::ClassId;

/// Why companions were passed over for whom a class had a seat, but not one for each.
pub const TOO_FEW_SEATS: &str = "too_few_seats";

/// Gives free seats to those who wait, by queue number; who cannot take one keeps the place and is told. Companions
/// take seats together or not at all, and do not stop those behind them.
pub(super) fn promote(state: &mut State, class: ClassId) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut next = 0;
    while let Some(waiting) = next_waiting(state, class, next) {
        let party = party(state, class, waiting);
        if only_kept(state, class, &party) {
            // Seats kept for others are no seats for them yet: nothing to be told.
            next += party.len();
            continue;
        }
        let refused = refused(state, class, &party);
        if refused.is_empty() {
            for one in &party {
                changes.push(Change::Moved {
                    enrollment: one.enrollment,
                    person: one.person,
                    class,
                    from: EnrollmentStatus::Waitlisted,
                    to: turn_status(state, class, one.person),
                });
                take_seat(state, class, one);
            }
            continue;
        }
        next += party.len();
        changes.extend(refused.into_iter().map(|(one, because)| Change::PassedOver {
            enrollment: one.enrollment,
            person: one.person,
            class,
            because,
        }));
    }
    changes
}

/// Somebody who waits, with the companions who wait there; they stand side by side.
fn party(state: &State, class: ClassId, first: Waiting) -> Vec<Waiting> {
    let Some(signup) = first.signup else {
        return vec![first];
    };
    let waiting = state.classes.get(&class).map(|at| at.waiting.as_slice());
    let same = waiting.unwrap_or_default().iter();
    same.filter(|one| one.signup == Some(signup)).copied().collect()
}

/// Who of a party cannot take a seat now, and why.
fn refused(state: &State, class: ClassId, party: &[Waiting]) -> Vec<(Waiting, &'static str)> {
    let free = state
        .classes
        .get(&class)
        .map_or(0, |at| at.capacity - at.enrolled);
    if (party.len() as i64) > free {
        return party.iter().map(|one| (*one, TOO_FEW_SEATS)).collect();
    }
    let refused = party.iter().filter_map(|one| {
        let refusal = can_take(state, class, one.person).err()?;
        Some((*one, refusal.code()))
    });
    refused.collect()
}

/// Whether there would be seats for a party if none were kept for others.
fn only_kept(state: &State, class: ClassId, party: &[Waiting]) -> bool {
    let (Some(at), Some(first)) = (state.classes.get(&class), party.first()) else {
        return false;
    };
    let needed = party.len() as i64;
    at.capacity - at.enrolled >= needed && at.free_for(first.pool, state.now) < needed
}

fn next_waiting(state: &State, class: ClassId, next: usize) -> Option<Waiting> {
    let at = state.classes.get(&class)?;
    if at.enrolled >= at.capacity || at.merging || is_on(at).is_err() {
        return None;
    }
    at.waiting.get(next).copied()
}

fn can_take(state: &State, class: ClassId, person: PersonId) -> Result<(), Refusal> {
    let at = state.classes.get(&class).ok_or(Refusal::NoClass)?;
    let who = state.people.get(&person).ok_or(Refusal::NoPerson)?;
    may_still_have(state, at, (person, who))?;
    within_limit(at, who, class)?;
    no_clash(state, at, who, class)
}

fn turn_status(state: &State, class: ClassId, person: PersonId) -> EnrollmentStatus {
    let both = state.classes.get(&class).zip(state.people.get(&person));
    both.map_or(EnrollmentStatus::Confirmed, |(at, who)| {
        at.turn_status(who, state.now)
    })
}

fn take_seat(state: &mut State, class: ClassId, waiting: &Waiting) {
    let status = turn_status(state, class, waiting.person);
    if let Some(at) = state.classes.get_mut(&class) {
        at.waiting.retain(|other| other.enrollment != waiting.enrollment);
        at.waitlisted -= 1;
        at.enrolled += 1;
        at.plan.taken.add(waiting.pool, 1);
        at.changed = true;
    }
    let who = state.people.get_mut(&waiting.person);
    if let Some(live) = who.and_then(|who| {
        who.live
            .iter_mut()
            .find(|live| live.enrollment == waiting.enrollment)
    }) {
        live.status = status;
        live.position = None;
    }
}
