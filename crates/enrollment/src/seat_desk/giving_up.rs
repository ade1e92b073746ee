//! How a seat that is kept or offered becomes theirs (paid, papers signed, accepted), and how one is given up: by the person, or
//! because its time is over.

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
        Some(live) if ends(&live) && is_over(&live, state) => {
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
    if matches!(
        live.status,
        EnrollmentStatus::Waitlisted | EnrollmentStatus::Offered
    ) {
        return Err(Refusal::NothingDue);
    }
    if !is_kept(&live) {
        return Ok(unchanged(&live));
    }
    if is_over(&live, state) {
        return Err(Refusal::HoldOver);
    }
    nothing_owed(state, person, class, enrollment)?;
    own(state, person, class, &live)
}

/// A seat that is offered becomes theirs. Who accepts too late hears so, even when nobody else has the seat yet.
pub(super) fn accept(
    state: &mut State,
    person: PersonId,
    class: ClassId,
    enrollment: EnrollmentId,
) -> Result<Decision, Refusal> {
    let Some(live) = find(state, person, enrollment)? else {
        return Err(Refusal::OfferOver { class });
    };
    match live.status {
        EnrollmentStatus::Offered if is_over(&live, state) => Err(Refusal::OfferOver { class }),
        EnrollmentStatus::Offered => {
            nothing_owed(state, person, class, enrollment)?;
            own(state, person, class, &live)
        }
        status if status.is_seated() => Ok(unchanged(&live)),
        _ => Err(Refusal::NothingOffered),
    }
}

/// A seat that was kept only for papers becomes theirs when none is owed any more.
pub(super) fn signed(
    state: &mut State,
    person: PersonId,
    class: ClassId,
    enrollment: EnrollmentId,
) -> Result<Decision, Refusal> {
    let live = find(state, person, enrollment)?.ok_or(Refusal::HoldOver)?;
    if !is_kept(&live) || is_over(&live, state) || nothing_owed(state, person, class, enrollment).is_err() {
        return Ok(unchanged(&live));
    }
    own(state, person, class, &live)
}

fn nothing_owed(
    state: &State,
    person: PersonId,
    class: ClassId,
    enrollment: EnrollmentId,
) -> Result<(), Refusal> {
    let at = state.classes.get(&class).ok_or(Refusal::NoClass)?;
    let who = state.people.get(&person).ok_or(Refusal::NoPerson)?;
    match at.owed(who, state.now).len() {
        0 => Ok(()),
        papers => Err(Refusal::PapersOwed { enrollment, papers }),
    }
}

/// The seat is the person's own from now on.
fn own(state: &mut State, person: PersonId, class: ClassId, live: &Live) -> Result<Decision, Refusal> {
    let enrollment = live.enrollment;
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

/// A seat that is kept for a while only.
fn ends(live: &Live) -> bool {
    matches!(
        live.status,
        EnrollmentStatus::Reserved | EnrollmentStatus::Offered
    )
}

fn is_kept(live: &Live) -> bool {
    live.status == EnrollmentStatus::Reserved
}

/// A hold without an end was given in this very group, or goes on until somebody ends it.
fn is_over(live: &Live, state: &State) -> bool {
    live.held_until.is_some_and(|until| until <= state.now)
}

pub(super) fn unchanged(live: &Live) -> Decision {
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

pub(super) fn leave(
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
        at.plan.taken.add(live.pool, -1);
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

#[cfg(test)]
mod tests {
    use crate::EnrollmentId;
    use crate::fees::{Method, Payment};
    use crate::rules::Turn;
    use crate::seat_desk::model::{Ask, Change, ClassState, EnrollmentStatus, State, decide};
    use crate::seat_desk::tests::{class_id, enroll, person, state, usual};
    use kernel::{Id, Instant};
    use proptest::prelude::*;
    use std::sync::Arc;
    use teaching::seats::Facts;

    fn with_fee(number: i64) -> ClassState {
        let mut class = usual(number);
        class.facts = Arc::new(Facts {
            fee_fen: 12_000,
            ..(*class.facts).clone()
        });
        class
    }

    fn id(who: i64) -> EnrollmentId {
        Id::from_raw(who * 1_000 + 1)
    }

    fn pay(who: i64, enrollment: EnrollmentId) -> Ask {
        Ask::Pay {
            person: person(who),
            class: class_id(1),
            enrollment,
            payment: Payment {
                id: Id::from_raw(1),
                method: Method::Cash,
                settles: None,
            },
        }
    }

    fn expire(who: i64, enrollment: EnrollmentId) -> Ask {
        Ask::Expire {
            person: person(who),
            class: class_id(1),
            enrollment,
        }
    }

    /// Two seats, three people; the first one's hold ends at this second after now.
    fn kept(until: i64) -> State {
        let mut state = state(vec![with_fee(1)], 3);
        for who in 1..=3 {
            assert!(decide(&mut state, &enroll(who, 1)).answer.is_ok());
        }
        let ends: Instant = state.now.plus_secs(until);
        for live in &mut state.people.get_mut(&person(1)).unwrap().live {
            live.held_until = Some(ends);
        }
        state
    }

    fn of(state: &State, who: i64) -> Option<EnrollmentStatus> {
        state.people[&person(who)].live.first().map(|live| live.status)
    }

    #[test]
    fn paying_and_expiring_by_the_end_of_the_hold() {
        use EnrollmentStatus::{Confirmed, Reserved, Waitlisted};
        for (ask, until, refused, first, third) in [
            (pay(1, id(1)), 1, "", Some(Confirmed), Some(Waitlisted)),
            (pay(1, id(1)), 0, "hold_over", Some(Reserved), Some(Waitlisted)),
            (pay(3, id(3)), 1, "nothing_due", Some(Reserved), Some(Waitlisted)),
            (pay(1, id(9)), 1, "hold_over", Some(Reserved), Some(Waitlisted)),
            (expire(1, id(1)), 1, "", Some(Reserved), Some(Waitlisted)),
            (expire(1, id(1)), 0, "", None, Some(Reserved)),
            (expire(3, id(3)), 0, "", Some(Reserved), Some(Waitlisted)),
        ] {
            let mut state = kept(until);
            let decision = decide(&mut state, &ask);
            let code = decision.answer.err().map_or("", |refusal| refusal.code());
            assert_eq!(code, refused, "{ask:?}");
            assert_eq!((of(&state, 1), of(&state, 3)), (first, third), "{ask:?} {until}");
            let again = decide(&mut state, &ask);
            assert!(again.changes.is_empty(), "{ask:?} twice");
        }
    }

    #[test]
    fn nothing_is_taken_from_who_paid() {
        let mut state = kept(1);
        assert!(decide(&mut state, &pay(1, id(1))).answer.is_ok());
        state.now = state.now.plus_secs(3_600);
        assert!(decide(&mut state, &expire(1, id(1))).changes.is_empty());
        assert_eq!(of(&state, 1), Some(EnrollmentStatus::Confirmed));
    }

    fn accept(who: i64, enrollment: EnrollmentId) -> Ask {
        Ask::Accept {
            person: person(who),
            class: class_id(1),
            enrollment,
        }
    }

    /// Two seats of a school that asks; the first person has one, the third was offered the other, and their time ends at this
    /// second after now; the fourth waits.
    fn offered(until: i64) -> State {
        let mut class = usual(1);
        class.rule.turn = Turn::Offer;
        let mut state = state(vec![class], 4);
        for who in 1..=4 {
            assert!(decide(&mut state, &enroll(who, 1)).answer.is_ok());
        }
        let left = Ask::Withdraw {
            person: person(2),
            class: class_id(1),
            enrollment: id(2),
            cause: crate::fees::ladder::Cause::Withdrawn,
        };
        assert!(decide(&mut state, &left).answer.is_ok());
        assert_eq!(of(&state, 3), Some(EnrollmentStatus::Offered));
        let ends: Instant = state.now.plus_secs(until);
        for live in &mut state.people.get_mut(&person(3)).unwrap().live {
            live.held_until = Some(ends);
        }
        state
    }

    #[test]
    fn accepting_and_expiring_by_the_end_of_the_offer() {
        use EnrollmentStatus::{Confirmed, Offered, Waitlisted};
        for (ask, until, refused, third, fourth) in [
            (accept(3, id(3)), 1, "", Some(Confirmed), Some(Waitlisted)),
            (accept(3, id(3)), 0, "offer_over", Some(Offered), Some(Waitlisted)),
            (
                accept(4, id(4)),
                1,
                "nothing_offered",
                Some(Offered),
                Some(Waitlisted),
            ),
            (accept(3, id(9)), 1, "offer_over", Some(Offered), Some(Waitlisted)),
            (accept(1, id(1)), 1, "", Some(Offered), Some(Waitlisted)),
            (pay(3, id(3)), 1, "nothing_due", Some(Offered), Some(Waitlisted)),
            (expire(3, id(3)), 1, "", Some(Offered), Some(Waitlisted)),
            // The next is asked, once.
            (expire(3, id(3)), 0, "", None, Some(Offered)),
        ] {
            let mut state = offered(until);
            let decision = decide(&mut state, &ask);
            let code = decision.answer.err().map_or("", |refusal| refusal.code());
            assert_eq!(code, refused, "{ask:?}");
            assert_eq!((of(&state, 3), of(&state, 4)), (third, fourth), "{ask:?} {until}");
            assert!(decide(&mut state, &ask).changes.is_empty(), "{ask:?} twice");
        }
    }

    proptest! {
        /// Whatever is accepted, declined and too late, no seat is offered twice and the counters are right.
        #[test]
        fn no_seat_is_offered_twice(steps in prop::collection::vec((1..7_i64, 0..6_u8), 1..100)) {
            let mut class = usual(1);
            class.rule.turn = Turn::Offer;
            let mut state = state(vec![class], 6);
            for (at, (who, what)) in steps.into_iter().enumerate() {
                let held = state.people[&person(who)].live.first().copied();
                let ask = match (what, held) {
                    (0 | 1, _) | (_, None) => Ask::Enroll {
                        person: person(who),
                        class: class_id(1),
                        new_id: Id::from_raw(i64::try_from(at).unwrap() + 1),
                        wait: true,
                        counter: false,
                    },
                    (2, Some(live)) => accept(who, live.enrollment),
                    (3, Some(live)) => expire(who, live.enrollment),
                    (4, _) => Ask::Promote { class: class_id(1) },
                    (_, Some(live)) => Ask::Withdraw {
                        person: person(who),
                        class: class_id(1),
                        enrollment: live.enrollment, cause: crate::fees::ladder::Cause::Withdrawn
                    },
                };
                let decision = decide(&mut state, &ask);
                let offers = decision.changes.iter().filter(|change| matches!(change, Change::Moved { to: EnrollmentStatus::Offered, .. }));
                prop_assert!(offers.count() <= 1, "one seat became free at most");
                state.now = state.now.plus_secs(60);
                let ends = state.now.plus_secs(180);
                for live in state.people.values_mut().flat_map(|who| who.live.iter_mut()) {
                    if live.status == EnrollmentStatus::Offered {
                        live.held_until.get_or_insert(ends);
                    }
                }
                let seats = state.people.values().flat_map(|who| &who.live).filter(|live| live.status.holds_seat());
                let class = &state.classes[&class_id(1)];
                prop_assert_eq!(i64::try_from(seats.count()).unwrap(), class.enrolled);
                prop_assert!(class.enrolled <= class.capacity);
                prop_assert!(class.enrolled == class.capacity || class.waiting.is_empty(), "a seat is free while somebody waits");
            }
        }
    }

    proptest! {
        /// Whatever is paid, given up and too late, no seat is given twice and the counters are right.
        #[test]
        fn no_seat_is_given_twice(steps in prop::collection::vec((1..7_i64, 0..5_u8), 1..80)) {
            let mut state = state(vec![with_fee(1)], 6);
            for (at, (who, what)) in steps.into_iter().enumerate() {
                let held = state.people[&person(who)].live.first().copied();
                let ask = match (what, held) {
                    (0 | 1, _) | (_, None) => Ask::Enroll {
                        person: person(who),
                        class: class_id(1),
                        new_id: Id::from_raw(i64::try_from(at).unwrap() + 1),
                        wait: true,
                        counter: false,
                    },
                    (2, Some(live)) => pay(who, live.enrollment),
                    (3, Some(live)) => expire(who, live.enrollment),
                    (_, Some(live)) => Ask::Withdraw {
                        person: person(who),
                        class: class_id(1),
                        enrollment: live.enrollment, cause: crate::fees::ladder::Cause::Withdrawn
                    },
                };
                let _ = decide(&mut state, &ask);
                state.now = state.now.plus_secs(60);
                let ends = state.now.plus_secs(180);
                for live in state.people.values_mut().flat_map(|who| who.live.iter_mut()) {
                    if live.status == EnrollmentStatus::Reserved {
                        live.held_until.get_or_insert(ends);
                    }
                }
                let seats = state.people.values().flat_map(|who| &who.live).filter(|live| live.status.holds_seat());
                let class = &state.classes[&class_id(1)];
                prop_assert_eq!(i64::try_from(seats.count()).unwrap(), class.enrolled);
                prop_assert!(class.enrolled <= class.capacity);
                prop_assert!(class.enrolled == class.capacity || class.waiting.is_empty(), "a seat is free while somebody waits");
            }
        }
    }
}
