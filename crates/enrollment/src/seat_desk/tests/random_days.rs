//! Random days at the desk: whatever people ask, the books are right and kept seats are kept.

use super::{class_id, person, state, usual, with};
use crate::EnrollmentId;
use crate::first_come::model::{Pool, Standing, Taken, Window};
use crate::rounds::model::Audience;
use crate::seat_desk::model::{Ask, EnrollmentStatus, Live, State, Waiting, decide};
use kernel::Id;
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};
use teaching::ClassId;
use testkit::NOW;

proptest! {
    #[test]
    fn random_days_keep_the_books(steps in prop::collection::vec((1..9_i64, 1..5_i64, 0..10_u8), 1..120)) {
        let mut state = state((1..5).map(usual).collect(), 9);
        for (at, (who, to, what)) in steps.into_iter().enumerate() {
            let new_id = EnrollmentId::from_raw(i64::try_from(at).unwrap() + 1);
            let held = state.people[&person(who)].live.iter().find(|live| live.class == class_id(to)).copied();
            let ask = match (what, held) {
                (0..6, _) => Ask::Enroll { person: person(who), class: class_id(to), new_id, wait: what < 5, counter: false },
                (6..9, Some(live)) => Ask::Withdraw { person: person(who), class: class_id(to), enrollment: live.enrollment, cause: crate::fees::ladder::Cause::Withdrawn },
                _ => Ask::Promote { class: class_id(to) },
            };
            let _ = decide(&mut state, &ask);
            check_books(&state)?;
        }
    }
}

proptest! {
    #[test]
    fn kept_seats_are_kept_on_random_days(steps in prop::collection::vec((1..9_i64, 0..12_u8, any::<bool>()), 1..120)) {
        let now: kernel::Instant = NOW.parse().unwrap();
        let mut state = state(vec![with(|class, _| class.capacity = 5)], 9);
        let class = state.classes.get_mut(&class_id(1)).unwrap();
        class.plan.windows.push(Window {
            round: Id::from_raw(1),
            audience: Audience::Everyone,
            opens: now.plus_secs(-60),
            closes: now.plus_secs(600),
            paused: None,
            desk_percent: 40,
            newcomer_percent: 20,
            release_at: Some(now.plus_secs(300)),
        });
        // Who was here before asks on line for open seats; 1 to 3 are new.
        class.plan.standing = (1..9).map(|who| (person(who), Standing { newcomer: who < 4, returning: false })).collect();
        let mut released = false;
        for (at, (who, what, counter)) in steps.into_iter().enumerate() {
            let new_id = EnrollmentId::from_raw(i64::try_from(at).unwrap() + 1);
            let held = state.people[&person(who)].live.first().copied();
            let ask = match (what, held) {
                (0..7, None) => Ask::Enroll { person: person(who), class: class_id(1), new_id, wait: true, counter },
                (7..11, Some(live)) => Ask::Withdraw { person: person(who), class: class_id(1), enrollment: live.enrollment, cause: crate::fees::ladder::Cause::Withdrawn },
                _ => Ask::Promote { class: class_id(1) },
            };
            if at == 80 {
                state.now = now.plus_secs(300);
                released = true;
            }
            let _ = decide(&mut state, &ask);
            check_pools(&state, released)?;
        }
    }
}

/// Two of five seats are the counter's and one the newcomers': the others never sit on them before the release.
fn check_pools(state: &State, released: bool) -> Result<(), TestCaseError> {
    check_books(state)?;
    let class = &state.classes[&class_id(1)];
    let seated = |pool| {
        let lives = state.people.values().flat_map(|who| &who.live);
        lives
            .filter(|live| live.status.holds_seat() && live.pool == pool)
            .count() as i64
    };
    let (open, desk, newcomer) = (seated(Pool::Open), seated(Pool::Desk), seated(Pool::Newcomer));
    prop_assert_eq!(class.plan.taken, Taken { desk, newcomer });
    prop_assert_eq!(open + desk + newcomer, class.enrolled);
    if !released {
        prop_assert!(open + newcomer <= 3, "the counter's seats");
        prop_assert!(open + desk <= 4, "the newcomers' seat");
    }
    Ok(())
}

fn check_books(state: &State) -> Result<(), TestCaseError> {
    let mut seats: HashMap<ClassId, (i64, i64)> = HashMap::new();
    for who in state.people.values() {
        let mut classes = HashSet::new();
        for live in &who.live {
            prop_assert!(classes.insert(live.class), "nobody twice");
            let count = seats.entry(live.class).or_default();
            match live.status {
                EnrollmentStatus::Confirmed => count.0 += 1,
                EnrollmentStatus::Waitlisted => count.1 += 1,
                other => prop_assert!(false, "{:?}", other),
            }
        }
        let held = |status| {
            who.live
                .iter()
                .filter(|live: &&Live| live.status == status)
                .count()
        };
        prop_assert!(held(EnrollmentStatus::Confirmed) <= 2);
    }
    for (id, class) in &state.classes {
        let (enrolled, waitlisted) = seats.get(id).copied().unwrap_or_default();
        prop_assert_eq!((class.enrolled, class.waitlisted), (enrolled, waitlisted));
        prop_assert!(class.enrolled <= class.capacity, "no oversell");
        prop_assert_eq!(i64::try_from(class.waiting.len()).unwrap(), waitlisted);
        prop_assert!(
            class.waiting.is_sorted_by_key(|waiting: &Waiting| waiting.queue),
            "in order"
        );
    }
    Ok(())
}
