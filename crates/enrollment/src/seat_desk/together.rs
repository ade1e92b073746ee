//! Seats for several people at once, for all or for none: what a draw has given, and companions who ask in a rush.

use super::conditions::{in_window, is_on, may_wait, no_clash, not_drawn, of_age, within_limit};
use super::model::{Answer, Ask, ClassState, Decision, State, place};
use super::refusal::Refusal;
use crate::eligibility::desk::may_have;
use crate::first_come::model::{Pool, admit};
use crate::{EnrollmentId, SignupId};
use kernel::PersonId;
use teaching::ClassId;

/// Who is still without a place in the class, and the answer for who is named first, where they have one.
struct Party {
    to_place: Vec<(PersonId, EnrollmentId)>,
    held: Option<Answer>,
}

/// Decides what is asked for several people.
pub(super) fn of_party(state: &mut State, ask: &Ask) -> Decision {
    let decided = match *ask {
        Ask::Together {
            party,
            class,
            ref people,
            wait,
            counter,
        } => together(state, party, class, people, (wait, counter)),
        Ask::Drawn {
            signup,
            class,
            ref people,
            wait,
        } => drawn(state, signup, class, people, wait),
        _ => Err(Refusal::NoClass),
    };
    decided.unwrap_or_else(Decision::from)
}

/// Seats for all people of a signup or for none; who has a place in the class already keeps it. Window and draw do not
/// stand in the way.
fn drawn(
    state: &mut State,
    signup: SignupId,
    class: ClassId,
    people: &[(PersonId, EnrollmentId)],
    wait: bool,
) -> Result<Decision, Refusal> {
    let at = state.classes.get(&class).ok_or(Refusal::NoClass)?;
    is_on(at)?;
    let party = party(state, at, class, people, |_| Ok(()))?;
    let seats = at.enrolled + party.to_place.len() as i64 <= at.capacity;
    place_all(state, (signup, class), party, (Pool::Open, seats, wait))
}

/// Seats for companions who ask together: every rule counts for each of them. Seats that are kept for newcomers are
/// theirs only when all of them are newcomers.
fn together(
    state: &mut State,
    signup: SignupId,
    class: ClassId,
    people: &[(PersonId, EnrollmentId)],
    (wait, counter): (bool, bool),
) -> Result<Decision, Refusal> {
    let at = state.classes.get(&class).ok_or(Refusal::NoClass)?;
    is_on(at)?;
    let stands = |person: PersonId| at.plan.standing.get(&person).copied().unwrap_or_default();
    let party = party(state, at, class, people, |person| {
        not_drawn(&at.plan, state.now)?;
        in_window(at.opens, at.closes, state.now)?;
        admit(&at.plan.windows, stands(person), state.now)
    })?;
    let mut pools = people
        .iter()
        .map(|(person, _)| Pool::of(stands(*person), counter));
    let first = pools.next().unwrap_or(Pool::Open);
    let pool = match at.plan.windows.as_slice() {
        [] => Pool::Open,
        _ if pools.all(|pool| pool == first) => first,
        _ => Pool::Open,
    };
    let seats = at.free_for(pool, state.now) >= party.to_place.len() as i64;
    place_all(state, (signup, class), party, (pool, seats, wait))
}

/// Checks everybody who has no place yet; the first refusal is everybody's, and says whom it is about.
fn party(
    state: &State,
    at: &ClassState,
    class: ClassId,
    people: &[(PersonId, EnrollmentId)],
    may_ask: impl Fn(PersonId) -> Result<(), Refusal>,
) -> Result<Party, Refusal> {
    let mut party = Party {
        to_place: Vec::with_capacity(people.len()),
        held: None,
    };
    for (number, (person, new_id)) in people.iter().enumerate() {
        let who = state.people.get(person).ok_or(Refusal::NoPerson)?;
        if let Some(live) = who.live.iter().find(|live| live.class == class) {
            // The answer is of who asks, never of somebody who came along and has a place already.
            if number == 0 {
                party.held = Some(Answer {
                    enrollment: live.enrollment,
                    status: live.status,
                    position: live.position,
                    fresh: false,
                });
            }
            continue;
        }
        let fits = may_ask(*person)
            .and_then(|()| of_age(&at.facts, who.birth))
            .and_then(|()| may_have(state, at, (*person, who)))
            .and_then(|()| within_limit(at, who, class))
            .and_then(|()| no_clash(state, at, who, class));
        fits.map_err(|because| because.about(number))?;
        party.to_place.push((*person, *new_id));
    }
    Ok(party)
}

fn place_all(
    state: &mut State,
    (signup, class): (SignupId, ClassId),
    party: Party,
    (pool, seats, wait): (Pool, bool, bool),
) -> Result<Decision, Refusal> {
    let at = state.classes.get(&class).ok_or(Refusal::NoClass)?;
    if !seats {
        let left = at.free_for(pool, state.now);
        for (person, _) in &party.to_place {
            let who = state.people.get(person).ok_or(Refusal::NoPerson)?;
            may_wait(at, who, (wait, left), state.now)?;
        }
    }
    let mut decision = Decision {
        answer: Ok(party.held),
        changes: Vec::with_capacity(party.to_place.len()),
    };
    for one in party.to_place {
        let at = state.classes.get(&class).ok_or(Refusal::NoClass)?;
        let who = state.people.get(&one.0).ok_or(Refusal::NoPerson)?;
        let seat = seats.then(|| at.seat_status(who, state.now));
        let placed = place(state, one, class, (Some(signup), pool), seat);
        if !matches!(decision.answer, Ok(Some(_))) {
            decision.answer = placed.answer;
        }
        decision.changes.extend(placed.changes);
    }
    Ok(decision)
}

#[cfg(test)]
mod tests {
    use crate::EnrollmentId;
    use crate::seat_desk::model::{Ask, EnrollmentStatus, State, decide};
    use crate::seat_desk::tests::{class_id, enroll, person, state, usual};
    use kernel::Id;
    use proptest::prelude::*;

    fn id(who: i64) -> EnrollmentId {
        Id::from_raw(who * 1_000 + 1)
    }

    fn ask(people: &[i64]) -> Ask {
        Ask::Together {
            party: Id::from_raw(people[0]),
            class: class_id(1),
            people: people.iter().map(|who| (person(*who), id(*who))).collect(),
            wait: true,
            counter: false,
        }
    }

    fn of(state: &State, who: i64) -> Option<EnrollmentStatus> {
        state.people[&person(who)].live.first().map(|live| live.status)
    }

    /// Two seats: who asks alone before, the couple that asks, and what it gets.
    #[test]
    fn the_answer_is_of_who_asks_not_of_who_came_along() {
        let mut state = state(vec![usual(1)], 5);
        assert!(decide(&mut state, &enroll(2, 1)).answer.is_ok());
        let answer = decide(&mut state, &ask(&[1, 2])).answer.unwrap().unwrap();
        assert_eq!(answer.enrollment, id(1));
        assert!(decide(&mut state, &enroll(3, 1)).answer.is_ok());
        let full = decide(&mut state, &ask(&[4, 2])).answer.unwrap().unwrap();
        assert_eq!(
            (full.enrollment, full.status),
            (id(4), EnrollmentStatus::Waitlisted)
        );
    }

    #[test]
    fn a_couple_gets_two_seats_or_waits_side_by_side() {
        use EnrollmentStatus::{Confirmed, Waitlisted};
        for (before, couple, gets) in [
            (vec![], [1, 2], Confirmed),
            (vec![3], [1, 2], Waitlisted),
            (vec![3, 4], [1, 2], Waitlisted),
            (vec![1], [1, 2], Confirmed),
        ] {
            let mut state = state(vec![usual(1)], 5);
            for who in &before {
                assert!(decide(&mut state, &enroll(*who, 1)).answer.is_ok());
            }
            let decision = decide(&mut state, &ask(&couple));
            assert!(decision.answer.is_ok(), "{before:?}: {decision:?}");
            assert_eq!(of(&state, 2), Some(gets), "{before:?}");
            assert!(
                decide(&mut state, &ask(&couple)).changes.is_empty(),
                "twice is once"
            );
        }
    }

    #[test]
    fn those_behind_a_couple_are_not_stopped_and_the_couple_keeps_its_place() {
        use EnrollmentStatus::{Confirmed, Waitlisted};
        let mut state = state(vec![usual(1)], 5);
        for ask in [enroll(3, 1), enroll(4, 1), ask(&[1, 2]), enroll(5, 1)] {
            assert!(decide(&mut state, &ask).answer.is_ok());
        }
        let give_up = |who: i64| Ask::Withdraw {
            person: person(who),
            class: class_id(1),
            enrollment: id(who),
            cause: crate::fees::ladder::Cause::Withdrawn,
        };
        assert!(decide(&mut state, &give_up(3)).answer.is_ok());
        assert_eq!(of(&state, 5), Some(Confirmed), "one seat is for one person");
        assert_eq!(of(&state, 1), Some(Waitlisted));
        for who in [4, 5] {
            assert!(decide(&mut state, &give_up(who)).answer.is_ok());
        }
        assert_eq!((of(&state, 1), of(&state, 2)), (Some(Confirmed), Some(Confirmed)));
    }

    #[test]
    fn a_refusal_says_whom_it_is_about_and_refuses_all() {
        let mut class = usual(1);
        class.facts = std::sync::Arc::new(teaching::seats::Facts {
            age_min: Some(50),
            ..(*class.facts).clone()
        });
        let mut state = state(vec![class], 3);
        state.people.get_mut(&person(2)).unwrap().birth = None;
        let refusal = decide(&mut state, &ask(&[1, 2])).answer.unwrap_err();
        assert_eq!(refusal.code(), "birth_unknown");
        assert!(
            refusal.sentence().starts_with("第 1 位同行人"),
            "{}",
            refusal.sentence()
        );
        assert_eq!((of(&state, 1), of(&state, 2)), (None, None));
    }

    proptest! {
        /// Whatever couples and single people ask and give up: no seat twice, and no couple is torn by the desk.
        #[test]
        fn couples_are_never_torn(steps in prop::collection::vec((1..9_i64, 0..3_u8), 1..60)) {
            let mut state = state(vec![usual(1)], 8);
            let mut apart = std::collections::HashSet::new();
            for (who, what) in steps {
                let held = state.people[&person(who)].live.first().copied();
                // 1 and 2, 3 and 4 are couples; 5 to 8 come alone.
                let pair = match who { 1 | 2 => Some((1, 2)), 3 | 4 => Some((3, 4)), _ => None };
                let ask = match (what, held) {
                    (0, Some(live)) => {
                        if let Some((a, b)) = pair { apart.extend([a, b]); }
                        Ask::Withdraw { person: person(who), class: class_id(1), enrollment: live.enrollment , cause: crate::fees::ladder::Cause::Withdrawn}
                    }
                    _ => match pair {
                        Some((a, b)) if !apart.contains(&a) => ask(&[a, b]),
                        _ => enroll(who, 1),
                    },
                };
                let _ = decide(&mut state, &ask);
                for (a, b) in [(1, 2), (3, 4)] {
                    if !apart.contains(&a) {
                        prop_assert_eq!(of(&state, a), of(&state, b));
                    }
                }
                let class = &state.classes[&class_id(1)];
                let seated = state.people.values().flat_map(|who| &who.live).filter(|live| live.status.holds_seat());
                prop_assert_eq!(i64::try_from(seated.count()).unwrap(), class.enrolled);
                prop_assert!(class.enrolled <= class.capacity);
            }
        }
    }
}
