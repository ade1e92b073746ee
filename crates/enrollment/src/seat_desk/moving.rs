//! How a seat moves from one class to another: because the one is merged, or because the learner changes classes.

use super::conditions::{is_on, no_clash, not_drawn, of_age, within_limit};
use super::model::{Change, Decision, EnrollmentStatus, MoveWhy, Place, State, place};
use super::promotion::promote;
use super::refusal::Refusal;
use crate::EnrollmentId;
use crate::fees::Money;
use crate::first_come::model::Pool;
use kernel::PersonId;
use teaching::ClassId;

/// The old seat is given up by the new one: it neither counts against the limit nor clashes. Every other rule stands, but
/// for the window of enrolment; who waits for the other class comes before who changes to it. What was paid goes along, so the new class costs no more than that. Who has no seat to move
/// or has a place there already stays as they are: what they paid goes back whole when a merged class is cancelled.
pub(super) fn move_seat(
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
    within_limit(at, &without, class)?;
    no_clash(state, at, &without, class)?;
    let others_first = why == MoveWhy::Transfer && at.waitlisted > 0;
    if others_first || at.merging || at.free_for(Pool::Open, state.now) < 1 {
        return Err(Refusal::Full { ahead: at.waitlisted });
    }
    if let Some(left) = state.classes.get_mut(&from) {
        left.enrolled -= 1;
        left.plan.taken.add(pool, -1);
        left.changed = true;
    }
    state.people.insert(person, without);
    let what = if goes_along(money) {
        Place::Settled
    } else {
        Place::Seat
    };
    let mut decision = place(state, (person, new_id), class, (None, Pool::Open), what);
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

const fn nothing() -> Decision {
    Decision {
        answer: Ok(None),
        changes: Vec::new(),
    }
}
