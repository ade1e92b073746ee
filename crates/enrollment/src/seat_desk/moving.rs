//! How a seat moves from one class to another: because the one is merged, because the learner changes classes, or because who
//! waits for the one is given a seat in the other.

use super::conditions::{is_on, no_clash, not_drawn, of_age, within_limit};
use super::model::{Ask, Change, Decision, EnrollmentStatus, MoveWhy, State, place};
use super::promotion::promote;
use super::refusal::Refusal;
use crate::EnrollmentId;
use crate::eligibility::desk::may_have;
use crate::fees::Money;
use crate::first_come::model::Pool;
use kernel::PersonId;
use teaching::ClassId;

/// The rule for what is asked of a seat in another class.
pub(super) fn of_move(state: &mut State, ask: &Ask) -> Decision {
    let decided = match *ask {
        Ask::Move {
            person,
            class,
            from,
            enrollment,
            new_id,
            why,
        } => move_seat(state, (person, new_id), (from, enrollment), (class, why)),
        Ask::Invite {
            person,
            class,
            from,
            waited,
            new_id,
            ..
        } => invite(state, (person, new_id), (from, waited), class),
        _ => Ok(nothing()),
    };
    decided.unwrap_or_else(Decision::from)
}

/// The old seat is given up by the new one: it neither counts against the limit nor clashes. Every other rule stands, but
/// for the window of enrolment; who waits for the other class comes before who changes to it. What was paid goes along, so the new class costs no more than that. Who has no seat to move
/// or has a place there already stays as they are: what they paid goes back whole when a merged class is cancelled.
fn move_seat(
    state: &mut State,
    (person, new_id): (PersonId, EnrollmentId),
    (from, enrollment): (ClassId, EnrollmentId),
    (class, why): (ClassId, MoveWhy),
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
    let (money, fen) = state.paid.get(&enrollment).copied().unwrap_or((Money::None, 0));
    let stands = left.status == "published" || (why == MoveWhy::Transfer && left.status == "running");
    let may_move = stands && at.facts.fee_fen <= fen && is_seat(live.status);
    if there || !may_move {
        return Ok(nothing());
    }
    let (status, pool) = (live.status, live.pool);
    let mut without = who.clone();
    without.live.retain(|live| live.enrollment != enrollment);
    of_age(&at.facts, who.birth)?;
    if why == MoveWhy::Transfer {
        may_have(state, at, (person, &without))?;
    }
    within_limit(at, &without, class)?;
    no_clash(state, at, &without, class)?;
    let others_first = why == MoveWhy::Transfer && at.waitlisted > 0;
    if others_first || at.merging || at.free_for(Pool::Open, state.now) < 1 {
        return Err(Refusal::full(at.waitlisted));
    }
    if let Some(left) = state.classes.get_mut(&from) {
        left.enrolled -= 1;
        left.plan.taken.add(pool, -1);
        left.changed = true;
    }
    state.people.insert(person, without);
    let both = state.classes.get(&class).zip(state.people.get(&person));
    let seat = both.map(|(at, who)| match goes_along(money) {
        true => EnrollmentStatus::Confirmed,
        false => at.seat_status(who, state.now),
    });
    let mut decision = place(state, (person, new_id), class, (None, Pool::Open), seat);
    let moved = Change::Moved {
        enrollment,
        person,
        class: from,
        from: status,
        to: EnrollmentStatus::Transferred,
    };
    decision.changes.insert(0, moved);
    if why == MoveWhy::Transfer {
        decision.changes.extend(promote(state, from));
    }
    Ok(decision)
}

/// Who waits elsewhere gets a seat here as if their turn had come; the window of enrolment does not matter. The wait goes on
/// until the seat is their own: then [`settle`] ends it.
fn invite(
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
    may_have(state, at, (person, who))?;
    within_limit(at, who, class)?;
    no_clash(state, at, who, class)?;
    if at.free_for(Pool::Open, state.now) < 1 {
        return Err(Refusal::full(at.waitlisted));
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

/// Whether there is a fee that is settled and goes along.
pub(super) const fn goes_along(money: Money) -> bool {
    matches!(money, Money::Paid | Money::Waived)
}

const fn is_seat(status: EnrollmentStatus) -> bool {
    matches!(
        status,
        EnrollmentStatus::Confirmed | EnrollmentStatus::Reserved | EnrollmentStatus::Attending
    )
}

pub(super) const fn nothing() -> Decision {
    Decision {
        answer: Ok(None),
        changes: Vec::new(),
    }
}
