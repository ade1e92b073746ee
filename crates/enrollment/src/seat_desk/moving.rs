//! How a seat moves from a class that is merged to the one that takes its learners, and how who waits for one class gets
//! a seat in another.

use super::conditions::{is_on, no_clash, not_drawn, of_age, within_limit};
use super::model::{Change, Decision, EnrollmentStatus, State, place};
use super::refusal::Refusal;
use crate::EnrollmentId;
use crate::first_come::model::Pool;
use kernel::PersonId;
use teaching::ClassId;

/// The old seat is given up by the new one: it neither counts against the limit nor clashes. Every other rule stands, but
/// for the window of enrolment. Who has no seat to move, has a place there already, or has paid, stays as they are: what was
/// paid goes back whole when the old class is cancelled.
pub(super) fn merge(
    state: &mut State,
    (person, new_id): (PersonId, EnrollmentId),
    (from, enrollment): (ClassId, EnrollmentId),
    class: ClassId,
) -> Result<Decision, Refusal> {
    let at = state.classes.get(&class).ok_or(Refusal::NoClass)?;
    let left = state.classes.get(&from).ok_or(Refusal::NoClass)?;
    let who = state.people.get(&person).ok_or(Refusal::NoPerson)?;
    is_on(at)?;
    not_drawn(&at.plan, state.now)?;
    let Some(live) = who.live.iter().find(|live| live.enrollment == enrollment) else {
        return Ok(nothing());
    };
    let there = who.live.iter().any(|live| live.class == class);
    let fee = left.facts.fee_fen;
    let may_move = left.status == "published" && fee == at.facts.fee_fen && carries(live.status, fee);
    if there || !may_move {
        return Ok(nothing());
    }
    let (status, pool) = (live.status, live.pool);
    let mut without = who.clone();
    without.live.retain(|live| live.enrollment != enrollment);
    of_age(&at.facts, who.birth)?;
    within_limit(at, &without, class)?;
    no_clash(state, at, &without, class)?;
    if at.free_for(Pool::Open, state.now) < 1 {
        return Err(Refusal::Full { ahead: at.waitlisted });
    }
    if let Some(left) = state.classes.get_mut(&from) {
        left.enrolled -= 1;
        left.plan.taken.add(pool, -1);
        left.changed = true;
    }
    state.people.insert(person, without);
    let both = state.classes.get(&class).zip(state.people.get(&person));
    let seat = both.map(|(at, who)| at.seat_status(who, state.now));
    let mut decision = place(state, (person, new_id), class, (None, Pool::Open), seat);
    let moved = Change::Moved {
        enrollment,
        person,
        class: from,
        from: status,
        to: EnrollmentStatus::Transferred,
    };
    decision.changes.insert(0, moved);
    Ok(decision)
}

/// Who waits elsewhere gets a seat here as if their turn had come; the window of enrolment does not matter. The wait goes on
/// until the seat is their own: then [`settle`] ends it.
pub(super) fn invite(
    state: &mut State,
    (person, new_id): (PersonId, EnrollmentId),
    (from, waited): (ClassId, EnrollmentId),
    class: ClassId,
) -> Result<Decision, Refusal> {
    let at = state.classes.get(&class).ok_or(Refusal::NoClass)?;
    let who = state.people.get(&person).ok_or(Refusal::NoPerson)?;
    is_on(at)?;
    not_drawn(&at.plan, state.now)?;
    let there = who.live.iter().any(|live| live.class == class);
    if there || !waits(state, person, waited) {
        return Ok(nothing());
    }
    of_age(&at.facts, who.birth)?;
    within_limit(at, who, class)?;
    no_clash(state, at, who, class)?;
    if at.free_for(Pool::Open, state.now) < 1 {
        return Err(Refusal::Full { ahead: at.waitlisted });
    }
    let status = at.turn_status(who, state.now);
    let mut decision = place(state, (person, new_id), class, (None, Pool::Open), Some(status));
    if status == EnrollmentStatus::Confirmed {
        decision.changes.extend(end_wait(state, person, from, waited));
    }
    Ok(decision)
}

/// Ends a wait whose person has got what they waited for in another class.
pub(super) fn settle(
    state: &mut State,
    person: PersonId,
    class: ClassId,
    enrollment: EnrollmentId,
) -> Result<Decision, Refusal> {
    if !waits(state, person, enrollment) {
        return Ok(nothing());
    }
    Ok(Decision {
        answer: Ok(None),
        changes: end_wait(state, person, class, enrollment).into_iter().collect(),
    })
}

fn waits(state: &State, person: PersonId, enrollment: EnrollmentId) -> bool {
    let live = state.people.get(&person).map(|who| who.live.as_slice());
    live.unwrap_or_default()
        .iter()
        .any(|live| live.enrollment == enrollment && live.status == EnrollmentStatus::Waitlisted)
}

fn end_wait(state: &mut State, person: PersonId, class: ClassId, enrollment: EnrollmentId) -> Option<Change> {
    let at = state.classes.get_mut(&class)?;
    at.waitlisted -= 1;
    at.waiting.retain(|waiting| waiting.enrollment != enrollment);
    at.changed = true;
    let who = state.people.get_mut(&person)?;
    who.live.retain(|live| live.enrollment != enrollment);
    Some(Change::Moved {
        enrollment,
        person,
        class,
        from: EnrollmentStatus::Waitlisted,
        to: EnrollmentStatus::Transferred,
    })
}

/// A seat that is free of charge, or one that is not paid yet.
const fn carries(status: EnrollmentStatus, fee: i64) -> bool {
    match status {
        EnrollmentStatus::Confirmed => fee == 0,
        EnrollmentStatus::Reserved => true,
        _ => false,
    }
}

const fn nothing() -> Decision {
    Decision {
        answer: Ok(None),
        changes: Vec::new(),
    }
}
