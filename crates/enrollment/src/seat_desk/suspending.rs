//! How somebody pauses, comes back, and does not come back. Whether they may pause, and until when their place is kept, says
//! [`crate::suspension`]; here is what it means for seats.

use super::conditions::{is_on, no_clash, not_drawn, of_age, within_limit};
use super::giving_up::{leave, unchanged};
use super::model::{Answer, Ask, Change, Decision, EnrollmentStatus, Live, State, place};
use super::moving::{goes_along, nothing};
use super::promotion::promote;
use super::refusal::Refusal;
use crate::EnrollmentId;
use crate::eligibility::desk::may_have;
use crate::fees::Money;
use crate::first_come::model::Pool;
use kernel::PersonId;
use teaching::ClassId;

/// The rule for what is asked of a pause.
pub(super) fn of_pause(state: &mut State, ask: &Ask) -> Decision {
    let decided = match *ask {
        Ask::Suspend {
            person,
            class,
            enrollment,
            keeps_seat,
            ..
        } => suspend(state, (person, class, enrollment), keeps_seat),
        Ask::Return {
            person,
            class,
            from,
            enrollment,
            new_id,
        } => come_back(state, (person, new_id), (from, enrollment), class),
        Ask::Lapse {
            person,
            class,
            enrollment,
            ..
        } => lapse(state, person, class, enrollment),
        _ => Ok(nothing()),
    };
    decided.unwrap_or_else(Decision::from)
}

/// The seat is kept, or goes to the next who waits. Only who has a seat of their own can pause; asked twice is the same.
fn suspend(
    state: &mut State,
    (person, class, enrollment): (PersonId, ClassId, EnrollmentId),
    keeps_seat: bool,
) -> Result<Decision, Refusal> {
    if let Some(resting) = state.resting.get(&enrollment) {
        return Ok(unchanged(resting));
    }
    let at = state.classes.get_mut(&class).ok_or(Refusal::NoClass)?;
    let who = state.people.get_mut(&person).ok_or(Refusal::NoPerson)?;
    let Some(index) = who.live.iter().position(|live| live.enrollment == enrollment) else {
        return Ok(nothing());
    };
    let Some(live) = who.live.get_mut(index) else {
        return Ok(nothing());
    };
    match live.status {
        EnrollmentStatus::Suspended => return Ok(unchanged(live)),
        EnrollmentStatus::Confirmed | EnrollmentStatus::Attending => {}
        _ => return Ok(nothing()),
    }
    let from = live.status;
    live.status = EnrollmentStatus::Suspended;
    let mut changes = vec![moved(
        (enrollment, person, class),
        from,
        EnrollmentStatus::Suspended,
    )];
    if !keeps_seat {
        let resting = who.live.remove(index);
        at.enrolled -= 1;
        at.plan.taken.add(resting.pool, -1);
        at.changed = true;
        state.resting.insert(enrollment, resting);
        changes.extend(promote(state, class));
    }
    Ok(answered(enrollment, EnrollmentStatus::Suspended, changes))
}

/// Into their own seat, where it was kept; else into a free seat of their class or of another of the course, before those who
/// wait. The window of enrolment does not matter. A fee that was kept goes along, so the other class costs no more than that.
fn come_back(
    state: &mut State,
    (person, new_id): (PersonId, EnrollmentId),
    (from, enrollment): (ClassId, EnrollmentId),
    class: ClassId,
) -> Result<Decision, Refusal> {
    let Some((resting, has_seat)) = resting(state, person, enrollment) else {
        return Ok(nothing());
    };
    let at = state.classes.get(&class).ok_or(Refusal::NoClass)?;
    let who = state.people.get(&person).ok_or(Refusal::NoPerson)?;
    is_on(at)?;
    if has_seat && class == from {
        return Ok(resume(state, person, class, enrollment));
    }
    let mut without = who.clone();
    without.live.retain(|live| live.enrollment != enrollment);
    let there = without.live.iter().any(|live| live.class == class);
    let (money, fen) = state.paid.get(&enrollment).copied().unwrap_or((Money::None, 0));
    let dearer = class != from && goes_along(money) && at.facts.fee_fen > fen;
    if there || dearer {
        return Ok(nothing());
    }
    not_drawn(&at.plan, state.now)?;
    if class != from {
        of_age(&at.facts, who.birth)?;
        may_have(state, at, (person, &without))?;
    }
    within_limit(at, &without, class)?;
    no_clash(state, at, &without, class)?;
    if at.merging || at.free_for(Pool::Open, state.now) < 1 {
        return Err(Refusal::full(at.waitlisted));
    }
    let seat = match goes_along(money) {
        true => EnrollmentStatus::Confirmed,
        false => at.seat_status(&without, state.now),
    };
    if let Some(left) = state.classes.get_mut(&from).filter(|_| has_seat) {
        left.enrolled -= 1;
        left.plan.taken.add(resting.pool, -1);
        left.changed = true;
    }
    state.people.insert(person, without);
    state.resting.remove(&enrollment);
    let mut decision = place(state, (person, new_id), class, (None, Pool::Open), Some(seat));
    let left = moved(
        (enrollment, person, from),
        EnrollmentStatus::Suspended,
        EnrollmentStatus::Transferred,
    );
    decision.changes.insert(0, left);
    if has_seat {
        decision.changes.extend(promote(state, from));
    }
    Ok(decision)
}

/// The pause of an enrolment, and whether its seat was kept.
fn resting(state: &State, person: PersonId, enrollment: EnrollmentId) -> Option<(Live, bool)> {
    let who = state.people.get(&person)?;
    let kept = who
        .live
        .iter()
        .find(|live| live.enrollment == enrollment && live.status == EnrollmentStatus::Suspended);
    match kept {
        Some(live) => Some((*live, true)),
        None => state.resting.get(&enrollment).map(|live| (*live, false)),
    }
}

fn resume(state: &mut State, person: PersonId, class: ClassId, enrollment: EnrollmentId) -> Decision {
    let who = state.people.get_mut(&person);
    for live in who.into_iter().flat_map(|who| who.live.iter_mut()) {
        if live.enrollment == enrollment {
            live.status = EnrollmentStatus::Confirmed;
        }
    }
    let to = EnrollmentStatus::Confirmed;
    let change = moved((enrollment, person, class), EnrollmentStatus::Suspended, to);
    answered(enrollment, to, vec![change])
}

/// The place is given up for good. Only a pause can lapse: who came back meanwhile keeps what they have.
fn lapse(
    state: &mut State,
    person: PersonId,
    class: ClassId,
    enrollment: EnrollmentId,
) -> Result<Decision, Refusal> {
    match resting(state, person, enrollment) {
        None => Ok(nothing()),
        Some((_, true)) => leave(state, (person, class, enrollment), EnrollmentStatus::Withdrawn),
        Some((_, false)) => {
            state.resting.remove(&enrollment);
            let to = EnrollmentStatus::Withdrawn;
            let change = moved((enrollment, person, class), EnrollmentStatus::Suspended, to);
            Ok(answered(enrollment, to, vec![change]))
        }
    }
}

const fn moved(
    (enrollment, person, class): (EnrollmentId, PersonId, ClassId),
    from: EnrollmentStatus,
    to: EnrollmentStatus,
) -> Change {
    Change::Moved {
        enrollment,
        person,
        class,
        from,
        to,
    }
}

const fn answered(enrollment: EnrollmentId, status: EnrollmentStatus, changes: Vec<Change>) -> Decision {
    Decision {
        answer: Ok(Some(Answer {
            enrollment,
            status,
            position: None,
            fresh: true,
        })),
        changes,
    }
}

#[cfg(test)]
mod tests {
    use crate::fees::Money;
    use crate::seat_desk::model::{Ask, EnrollmentStatus, State, decide};
    use crate::seat_desk::tests::{class_id, enroll, person, state, usual};
    use crate::{EnrollmentId, fees::ladder::Cause};
    use kernel::Id;
    use proptest::prelude::*;

    fn id(who: i64) -> EnrollmentId {
        Id::from_raw(who * 1_000 + 1)
    }

    fn suspend(who: i64, enrollment: EnrollmentId, keeps_seat: bool) -> Ask {
        Ask::Suspend {
            person: person(who),
            class: class_id(1),
            enrollment,
            keeps_seat,
            refund: false,
        }
    }

    fn back(who: i64, enrollment: EnrollmentId, to: i64, new_id: i64) -> Ask {
        Ask::Return {
            person: person(who),
            class: class_id(to),
            from: class_id(1),
            enrollment,
            new_id: Id::from_raw(new_id),
        }
    }

    fn lapse(who: i64, enrollment: EnrollmentId) -> Ask {
        Ask::Lapse {
            person: person(who),
            class: class_id(1),
            enrollment,
            over: true,
        }
    }

    /// Two seats, three people.
    fn full() -> State {
        let mut state = state(vec![usual(1), usual(2)], 3);
        for who in 1..=3 {
            assert!(decide(&mut state, &enroll(who, 1)).answer.is_ok());
        }
        state
    }

    fn of(state: &State, who: i64) -> Option<EnrollmentStatus> {
        state.people[&person(who)].live.first().map(|live| live.status)
    }

    #[test]
    fn a_seat_is_kept_or_goes_to_the_next() {
        use EnrollmentStatus::{Confirmed, Suspended, Waitlisted};
        for (keeps, first, third) in [(true, Some(Suspended), Waitlisted), (false, None, Confirmed)] {
            let mut state = full();
            let ask = suspend(1, id(1), keeps);
            let answer = decide(&mut state, &ask).answer.unwrap().unwrap();
            assert_eq!(answer.status, Suspended);
            assert_eq!((of(&state, 1), of(&state, 3)), (first, Some(third)), "{keeps}");
            assert_eq!(state.classes[&class_id(1)].enrolled, 2);
            assert!(decide(&mut state, &ask).changes.is_empty(), "twice");
        }
        let mut state = full();
        assert_eq!(
            decide(&mut state, &suspend(3, id(3), true)).answer,
            Ok(None),
            "who waits has nothing to pause"
        );
    }

    #[test]
    fn who_comes_back_has_their_seat_or_a_free_one() {
        use EnrollmentStatus::Confirmed;
        let mut kept = full();
        decide(&mut kept, &suspend(1, id(1), true)).answer.unwrap();
        let answer = decide(&mut kept, &back(1, id(1), 1, 7)).answer.unwrap().unwrap();
        assert_eq!((answer.enrollment, answer.status), (id(1), Confirmed));
        let mut given = full();
        decide(&mut given, &suspend(1, id(1), false)).answer.unwrap();
        let full = decide(&mut given, &back(1, id(1), 1, 7)).answer.unwrap_err();
        assert_eq!(full.code(), "class_full");
        let answer = decide(&mut given, &back(1, id(1), 2, 7)).answer.unwrap().unwrap();
        assert_eq!((answer.enrollment, answer.status), (Id::from_raw(7), Confirmed));
        assert_eq!(
            decide(&mut given, &back(1, id(1), 2, 8)).answer,
            Ok(None),
            "not twice"
        );
        assert_eq!(
            decide(&mut given, &lapse(1, id(1))).answer,
            Ok(None),
            "nothing lapses any more"
        );
    }

    #[test]
    fn a_fee_that_was_kept_pays_for_no_dearer_class() {
        let mut state = full();
        decide(&mut state, &suspend(1, id(1), false)).answer.unwrap();
        state.paid.insert(id(1), (Money::Paid, 9_000));
        for (fee, done) in [(9_001, false), (9_000, true)] {
            let at = state.classes.get_mut(&class_id(2)).unwrap();
            at.facts = std::sync::Arc::new(teaching::seats::Facts {
                fee_fen: fee,
                ..(*at.facts).clone()
            });
            let answer = decide(&mut state, &back(1, id(1), 2, 7)).answer.unwrap();
            assert_eq!(
                answer.map(|one| one.status),
                done.then_some(EnrollmentStatus::Confirmed),
                "{fee}"
            );
        }
    }

    proptest! {
        /// Whoever pauses, comes back and does not, in whatever order: nobody has two seats, and the counters are right.
        #[test]
        fn seats_are_conserved(steps in prop::collection::vec((1..6_i64, 0..7_u8, any::<bool>()), 1..120)) {
            let mut state = state(vec![usual(1)], 5);
            let mut last = std::collections::HashMap::new();
            for (at, (who, what, keeps)) in steps.into_iter().enumerate() {
                let new = i64::try_from(at).unwrap() + 1;
                let held = state.people[&person(who)].live.first().map(|live| live.enrollment);
                if let Some(held) = held {
                    last.insert(who, held);
                }
                let known = last.get(&who).copied().unwrap_or_else(|| Id::from_raw(999_999));
                let ask = match what {
                    0 | 1 => Ask::Enroll { person: person(who), class: class_id(1), new_id: Id::from_raw(new), wait: true, counter: false },
                    2 | 3 => suspend(who, known, keeps),
                    4 => back(who, known, 1, new),
                    5 => lapse(who, known),
                    _ => Ask::Withdraw { person: person(who), class: class_id(1), enrollment: known, cause: Cause::Withdrawn },
                };
                let _ = decide(&mut state, &ask);
                for who in state.people.values() {
                    prop_assert!(who.live.len() <= 1, "one place in a class");
                }
                let of = |seated: bool| {
                    let all = state.people.values().flat_map(|who| &who.live);
                    i64::try_from(all.filter(|live| live.status.holds_seat() == seated).count()).unwrap()
                };
                let class = &state.classes[&class_id(1)];
                prop_assert_eq!((of(true), of(false)), (class.enrolled, class.waitlisted));
                prop_assert!(class.enrolled <= class.capacity);
            }
        }
    }
}
