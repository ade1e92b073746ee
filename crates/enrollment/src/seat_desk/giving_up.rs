//! How a seat is paid, and how one is given up: by the person, or because it was not paid in time.

use super::model::{Answer, Change, Decision, EnrollmentStatus, Live, State};
use super::promotion::promote;
use super::refusal::Refusal;
use crate::EnrollmentId;
use kernel::PersonId;
use teaching::ClassId;

/// The place goes to the next who waits.
pub(super) fn withdraw(
    state: &mut State,
    person: PersonId,
    class: ClassId,
    enrollment: EnrollmentId,
) -> Result<Decision, Refusal> {
    leave(state, (person, class, enrollment), EnrollmentStatus::Withdrawn)
}

/// Only a hold whose time is over ends; of a seat that was paid meanwhile, nothing is taken.
pub(super) fn expire(
    state: &mut State,
    person: PersonId,
    class: ClassId,
    enrollment: EnrollmentId,
) -> Result<Decision, Refusal> {
    let live = find(state, person, enrollment)?;
    match live {
        Some(live) if is_kept(&live) && is_over(&live, state) => {
            leave(state, (person, class, enrollment), EnrollmentStatus::Expired)
        }
        Some(live) => Ok(unchanged(&live)),
        None => leave(state, (person, class, enrollment), EnrollmentStatus::Expired),
    }
}

/// A seat that is kept becomes theirs. Whose hold is over pays too late, even when nobody else has the seat yet.
pub(super) fn pay(
    state: &mut State,
    person: PersonId,
    class: ClassId,
    enrollment: EnrollmentId,
) -> Result<Decision, Refusal> {
    let live = find(state, person, enrollment)?.ok_or(Refusal::HoldOver)?;
    if live.status == EnrollmentStatus::Waitlisted {
        return Err(Refusal::NothingDue);
    }
    if !is_kept(&live) {
        return Ok(unchanged(&live));
    }
    if is_over(&live, state) {
        return Err(Refusal::HoldOver);
    }
    let who = state.people.get_mut(&person).ok_or(Refusal::NoPerson)?;
    for mine in who.live.iter_mut().filter(|mine| mine.enrollment == enrollment) {
        mine.status = EnrollmentStatus::Confirmed;
        mine.held_until = None;
    }
    let to = EnrollmentStatus::Confirmed;
    let change = Change::Moved {
        enrollment,
        person,
        class,
        from: live.status,
        to,
    };
    Ok(Decision {
        answer: Ok(Some(Answer {
            enrollment,
            status: to,
            position: None,
            fresh: true,
        })),
        changes: vec![change],
    })
}

fn find(state: &State, person: PersonId, enrollment: EnrollmentId) -> Result<Option<Live>, Refusal> {
    let who = state.people.get(&person).ok_or(Refusal::NoPerson)?;
    let found = who.live.iter().find(|live| live.enrollment == enrollment);
    Ok(found.copied())
}

fn is_kept(live: &Live) -> bool {
    live.status == EnrollmentStatus::Reserved
}

/// A hold without an end was given in this very group, or goes on until somebody ends it.
fn is_over(live: &Live, state: &State) -> bool {
    live.held_until.is_some_and(|until| until <= state.now)
}

fn unchanged(live: &Live) -> Decision {
    Decision {
        answer: Ok(Some(Answer {
            enrollment: live.enrollment,
            status: live.status,
            position: live.position,
            fresh: false,
        })),
        changes: Vec::new(),
    }
}

fn leave(
    state: &mut State,
    (person, class, enrollment): (PersonId, ClassId, EnrollmentId),
    to: EnrollmentStatus,
) -> Result<Decision, Refusal> {
    let at = state.classes.get_mut(&class).ok_or(Refusal::NoClass)?;
    let who = state.people.get_mut(&person).ok_or(Refusal::NoPerson)?;
    let mut answer = Answer {
        enrollment,
        status: to,
        position: None,
        fresh: false,
    };
    let Some(place) = who.live.iter().position(|live| live.enrollment == enrollment) else {
        // Given up before: the same answer again.
        return Ok(Decision {
            answer: Ok(Some(answer)),
            changes: Vec::new(),
        });
    };
    let live = who.live.remove(place);
    answer.fresh = true;
    at.changed = true;
    at.waiting.retain(|waiting| waiting.enrollment != enrollment);
    if live.status.holds_seat() {
        at.enrolled -= 1;
    } else {
        at.waitlisted -= 1;
    }
    let mut changes = vec![Change::Moved {
        enrollment,
        person,
        class,
        from: live.status,
        to,
    }];
    if live.status.holds_seat() {
        changes.extend(promote(state, class));
    }
    Ok(Decision {
        answer: Ok(Some(answer)),
        changes,
    })
}
