//! Cases of the rules, and the desk under load on a real database.

mod known;
mod random_days;
mod random_season;
mod trouble;

use super::conditions::clash;
use super::model::{Answer, Ask, ClassState, EnrollmentStatus, PersonState, State, decide};
use super::{Asked, Refusal, SeatDesk};
use crate::EnrollmentId;
use db::{args, record};
use kernel::{Date, Id, PersonId};
use platform::{AppError, AppResult, Channel, Platform};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use teaching::ClassId;
use teaching::seats::{Facts, Slot};
use testkit::world::{ClassPlan, World, class, insert, learners};
use testkit::{NOW, TestApp};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn slot(on: &str, from: i32, to: i32) -> Slot {
    Slot {
        day: day(on),
        from,
        to,
    }
}

pub(super) fn person(number: i64) -> PersonId {
    Id::from_raw(number)
}

pub(super) fn class_id(number: i64) -> ClassId {
    Id::from_raw(number)
}

/// A class with two seats, a limit of two classes a term, on its own morning.
pub(super) fn usual(number: i64) -> ClassState {
    ClassState {
        facts: Arc::new(Facts {
            id: class_id(number),
            version: 1,
            org: Id::from_raw(1),
            term: Id::from_raw(1),
            name: format!("第 {number} 班"),
            starts_on: day("2027-03-01"),
            age_min: None,
            age_max: None,
            risk: teaching::classes::Risk::None,
            fee_fen: 0,
            slots: vec![slot(
                "2027-03-01",
                i32::try_from(number).unwrap() * 100,
                i32::try_from(number).unwrap() * 100 + 90,
            )],
        }),
        status: "published".into(),
        opens: "2026-11-01T00:00:00Z".parse().unwrap(),
        closes: "2027-02-20T00:00:00Z".parse().unwrap(),
        limit: 2,
        plan: crate::first_come::Plan::default(),
        rule: crate::rules::Rule {
            turn: crate::rules::Turn::Confirm,
            ..crate::rules::Rule::default()
        },
        school: Arc::default(),
        papers: None,
        eligibility: None,
        capacity: 2,
        enrolled: 0,
        waitlisted: 0,
        merging: false,
        last_queue: 0,
        waiting: Vec::new(),
        changed: false,
    }
}

pub(super) fn state(classes: Vec<ClassState>, people: i64) -> State {
    let born = |number| PersonState {
        birth: (number != 9).then(|| day("1960-03-02")),
        ..PersonState::default()
    };
    State {
        now: NOW.parse().unwrap(),
        classes: classes.into_iter().map(|class| (class.facts.id, class)).collect(),
        held: HashMap::new(),
        people: (1..=people)
            .map(|number| (person(number), born(number)))
            .collect(),
        paid: HashMap::new(),
        resting: HashMap::new(),
        reading: crate::eligibility::load::Reading::default(),
    }
}

pub(super) fn enroll(who: i64, at: i64) -> Ask {
    Ask::Enroll {
        person: person(who),
        class: class_id(at),
        new_id: Id::from_raw(who * 1_000 + at),
        wait: true,
        counter: false,
    }
}

pub(super) fn with(change: impl FnOnce(&mut ClassState, &mut Facts)) -> ClassState {
    let mut class = usual(1);
    let mut facts = (*class.facts).clone();
    change(&mut class, &mut facts);
    class.facts = Arc::new(facts);
    class
}

#[test]
fn each_refusal_has_its_case() {
    let cases: Vec<(&str, ClassState)> = vec![
        ("not_found", with(|class, _| class.status = "planned".into())),
        (
            "class_cancelled",
            with(|class, _| class.status = "cancelled".into()),
        ),
        ("closed", with(|class, _| class.status = "closed".into())),
        ("closed", with(|class, _| class.merging = true)),
        (
            "not_open_yet",
            with(|class, _| class.opens = "2026-11-22T01:00:00.001Z".parse().unwrap()),
        ),
        ("closed", with(|class, _| class.closes = NOW.parse().unwrap())),
        // Born 1960-03-02: 66 full years on 2027-03-01, 67 a day later.
        ("too_young", with(|_, facts| facts.age_min = Some(67))),
        ("too_old", with(|_, facts| facts.age_max = Some(65))),
        ("too_many_classes", with(|class, _| class.limit = 0)),
    ];
    for (code, class) in cases {
        let mut state = state(vec![class], 1);
        let refused = decide(&mut state, &enroll(1, 1)).answer.unwrap_err();
        assert_eq!(refused.code(), code, "{refused:?}");
        assert!(
            refused.sentence().chars().count() > 8 && refused.sentence().ends_with('。'),
            "{}",
            refused.sentence()
        );
        assert!(code == "not_found" || !refused.doors().is_empty());
    }
}

#[test]
fn the_edges_of_the_rules_let_in() {
    let cases = [
        with(|class, _| class.opens = NOW.parse().unwrap()),
        with(|class, _| class.closes = "2026-11-22T01:00:00.001Z".parse().unwrap()),
        with(|_, facts| facts.age_min = Some(66)),
        with(|_, facts| facts.age_max = Some(66)),
        with(|_, facts| {
            facts.age_min = Some(67);
            facts.starts_on = day("2027-03-02");
        }),
        with(|class, _| class.status = "running".into()),
        with(|class, _| class.limit = 1),
    ];
    for class in cases {
        let mut state = state(vec![class], 1);
        let answer = decide(&mut state, &enroll(1, 1)).answer.unwrap().unwrap();
        assert_eq!(answer.status, EnrollmentStatus::Confirmed);
    }
}

#[test]
fn an_unknown_birthday_matters_only_where_age_does() {
    let mut plain = state(vec![usual(1)], 9);
    assert!(decide(&mut plain, &enroll(9, 1)).answer.is_ok());
    let mut aged = state(vec![with(|_, facts| facts.age_min = Some(50))], 9);
    let refused = decide(&mut aged, &enroll(9, 1)).answer.unwrap_err();
    assert_eq!(refused, Refusal::BirthUnknown);
}

#[test]
fn times_clash_only_when_they_overlap() {
    let base = [slot("2027-03-01", 540, 630), slot("2027-03-08", 540, 630)];
    for (other, clashes) in [
        (vec![slot("2027-03-01", 630, 720)], false),
        (vec![slot("2027-03-01", 450, 540)], false),
        (vec![slot("2027-03-01", 629, 700)], true),
        (vec![slot("2027-03-01", 560, 570)], true),
        (vec![slot("2027-03-01", 500, 541)], true),
        (
            vec![slot("2027-03-02", 540, 630), slot("2027-03-08", 600, 660)],
            true,
        ),
        (
            vec![slot("2027-03-02", 540, 630), slot("2027-03-09", 540, 630)],
            false,
        ),
        (
            vec![slot("2027-03-08", 400, 410), slot("2027-03-08", 620, 640)],
            true,
        ),
        (vec![], false),
    ] {
        assert_eq!(clash(&base, &other).is_some(), clashes, "{other:?}");
        assert_eq!(clash(&other, &base).is_some(), clashes, "{other:?} turned round");
    }
}

#[test]
fn a_clash_names_the_other_class_but_waiting_does_not_clash() {
    let mut other = usual(2);
    other.facts = Arc::new(Facts {
        slots: usual(1).facts.slots.clone(),
        ..(*other.facts).clone()
    });
    let mut held = state(vec![usual(1), other.clone()], 1);
    assert!(decide(&mut held, &enroll(1, 1)).answer.is_ok());
    let refused = decide(&mut held, &enroll(1, 2)).answer.unwrap_err();
    assert_eq!(refused.code(), "time_clash");
    assert!(refused.sentence().contains("第 1 班"), "{}", refused.sentence());

    let mut waits = state(vec![with(|class, _| class.enrolled = 2), other], 1);
    assert_eq!(
        decide(&mut waits, &enroll(1, 1))
            .answer
            .unwrap()
            .unwrap()
            .position,
        Some(1)
    );
    let seat = decide(&mut waits, &enroll(1, 2)).answer.unwrap().unwrap();
    assert_eq!(seat.status, EnrollmentStatus::Confirmed);
}

#[test]
fn asking_twice_changes_nothing() {
    let mut state = state(vec![usual(1)], 1);
    let first = decide(&mut state, &enroll(1, 1)).answer.unwrap().unwrap();
    let again = decide(&mut state, &enroll(1, 1));
    assert!(again.changes.is_empty());
    assert_eq!(
        again.answer.unwrap().unwrap(),
        Answer {
            fresh: false,
            ..first
        }
    );
}

#[test]
fn a_full_class_is_offered_as_a_choice_first() {
    let mut state = state(
        vec![with(|class, _| {
            class.enrolled = 2;
            class.waitlisted = 7;
        })],
        1,
    );
    let ask = Ask::Enroll {
        person: person(1),
        class: class_id(1),
        new_id: Id::from_raw(5),
        wait: false,
        counter: false,
    };
    let refused = decide(&mut state, &ask).answer.unwrap_err();
    assert_eq!(refused, Refusal::full(7));
    assert_eq!(
        decide(&mut state, &enroll(1, 1))
            .answer
            .unwrap()
            .unwrap()
            .position,
        Some(8)
    );
}

#[test]
fn a_seat_goes_to_the_first_who_can_take_it() {
    let mut other = usual(2);
    other.facts = Arc::new(Facts {
        slots: usual(1).facts.slots.clone(),
        ..(*other.facts).clone()
    });
    let mut state = state(vec![with(|class, _| class.capacity = 1), other], 4);
    for who in 1..=4 {
        assert!(decide(&mut state, &enroll(who, 1)).answer.is_ok());
    }
    // The second takes another class at the same time, so the third is next.
    assert!(decide(&mut state, &enroll(2, 2)).answer.is_ok());
    let done = decide(
        &mut state,
        &Ask::Withdraw {
            person: person(1),
            class: class_id(1),
            enrollment: Id::from_raw(1_001),
            cause: crate::fees::ladder::Cause::Withdrawn,
        },
    );
    assert_eq!(done.changes.len(), 3, "{:?}", done.changes);
    let at = &state.classes[&class_id(1)];
    assert_eq!((at.enrolled, at.waitlisted), (1, 2));
    let waiting: Vec<PersonId> = at.waiting.iter().map(|waiting| waiting.person).collect();
    assert_eq!(waiting, [person(2), person(4)]);
    let again = decide(
        &mut state,
        &Ask::Withdraw {
            person: person(1),
            class: class_id(1),
            enrollment: Id::from_raw(1_001),
            cause: crate::fees::ladder::Cause::Withdrawn,
        },
    );
    assert!(again.changes.is_empty() && again.answer.is_ok());
}

// ── the desk itself ──

pub(crate) async fn app() -> TestApp {
    let schemas = [
        platform::SCHEMA,
        orgs::SCHEMA,
        people::SCHEMA,
        teaching::SCHEMA,
        crate::SCHEMA,
    ];
    TestApp::start(&schemas, |_| platform::Routes::new()).await
}

pub(super) fn asked(platform: &Platform, who: PersonId, class: ClassId, key: Option<&str>) -> Asked {
    Asked {
        ask: Ask::Enroll {
            person: who,
            class,
            new_id: platform.ids.next(),
            wait: true,
            counter: false,
        },
        by: Some(who),
        channel: Channel::Api,
        reason: String::new(),
        key: key.map(str::to_owned),
    }
}

async fn ask_all(
    desks: &[Arc<SeatDesk>],
    platform: &Arc<Platform>,
    who: &[PersonId],
    classes: &[ClassId],
) -> Vec<AppResult<Answer>> {
    let mut running = Vec::new();
    for (at, person) in who.iter().enumerate() {
        for class in classes {
            let (desk, platform) = (Arc::clone(&desks[at % desks.len()]), Arc::clone(platform));
            let (person, class) = (*person, *class);
            running.push(tokio::spawn(async move {
                desk.ask(asked(&platform, person, class, None)).await
            }));
        }
    }
    let mut all = Vec::new();
    for one in running {
        all.push(one.await.unwrap());
    }
    all
}

record! {
    struct Row { person_id: PersonId, status: String, queue: i64 }
}

async fn rows(platform: &Platform, class: ClassId) -> Vec<Row> {
    platform.db.query("SELECT person_id, status, queue FROM enrollment {unscoped: test} WHERE class_id = $1 AND live = TRUE ORDER BY queue", args![class]).await.unwrap()
}

pub(super) async fn check_class(platform: &Platform, class: ClassId, seats: usize, waits: usize) {
    let rows = rows(platform, class).await;
    let confirmed = rows.iter().filter(|row| row.status == "confirmed").count();
    assert_eq!((confirmed, rows.len() - confirmed), (seats, waits));
    let people: HashSet<PersonId> = rows.iter().map(|row| row.person_id).collect();
    assert_eq!(people.len(), rows.len(), "nobody twice");
    let queues: HashSet<i64> = rows.iter().map(|row| row.queue).collect();
    assert_eq!(queues.len(), rows.len(), "each has a number of their own");
    let now = teaching::seats::now(&platform.db, &[class]).await.unwrap();
    assert_eq!((now[0].enrolled, now[0].waitlisted), (seats as i64, waits as i64));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_people_and_ten_seats() {
    let app = app().await;
    let world = World::build(&app.platform).await;
    let plan = ClassPlan {
        capacity: 10,
        ..ClassPlan::default()
    };
    let class = Id::from_raw(class(&app.platform, &world.here, &plan).await);
    let people = learners(&app.platform, 200).await;
    let desk = SeatDesk::start(&app.platform);
    let answers = ask_all(&[desk], &app.platform, &people, &[class]).await;
    check_class(&app.platform, class, 10, 190).await;
    let mut positions: Vec<i64> = answers
        .iter()
        .filter_map(|answer| answer.as_ref().unwrap().position)
        .collect();
    positions.sort_unstable();
    assert_eq!(positions, (1..=190).collect::<Vec<i64>>());
    let verdict = platform::audit::verify(&app.platform.db).await.unwrap();
    assert_eq!(verdict.faults, Vec::<String>::new());
    assert!(verdict.events >= 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_on_one_database_give_no_seat_twice() {
    let app = app().await;
    let other = app.second_node().await;
    let world = World::build(&app.platform).await;
    let mut classes = Vec::new();
    for (name, starts) in [("书法", "09:00"), ("合唱", "09:30"), ("摄影", "14:00")] {
        let plan = ClassPlan {
            name: name.into(),
            capacity: 5,
            starts: starts.into(),
            ..ClassPlan::default()
        };
        classes.push(Id::from_raw(class(&app.platform, &world.here, &plan).await));
    }
    let people = learners(&app.platform, 40).await;
    let desks = [SeatDesk::start(&app.platform), SeatDesk::start(&other)];
    let (one, two) = tokio::join!(
        ask_all(&desks[..1], &app.platform, &people, &classes),
        ask_all(&desks[1..], &other, &people, &classes)
    );
    for answer in one.iter().chain(&two) {
        assert!(
            matches!(
                answer,
                Ok(_)
                    | Err(AppError::Refused {
                        code: "time_clash",
                        ..
                    })
            ),
            "{answer:?}"
        );
    }
    let mut mornings = HashSet::new();
    for (at, class) in classes.iter().enumerate() {
        let rows = rows(&app.platform, *class).await;
        let seats: Vec<PersonId> = rows
            .iter()
            .filter(|row| row.status == "confirmed")
            .map(|row| row.person_id)
            .collect();
        check_class(&app.platform, *class, 5, rows.len() - 5).await;
        if at < 2 {
            for person in seats {
                assert!(
                    mornings.insert(person),
                    "nobody sits in two classes at the same time"
                );
            }
        }
    }
    let verdict = platform::audit::verify(&app.platform.db).await.unwrap();
    assert_eq!(verdict.faults, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_gives_the_same_answer_and_fits_one_request() {
    let app = app().await;
    let world = World::build(&app.platform).await;
    let first = Id::from_raw(class(&app.platform, &world.here, &ClassPlan::default()).await);
    let second = ClassPlan {
        name: "合唱".into(),
        starts: "14:00".into(),
        ..ClassPlan::default()
    };
    let second = Id::from_raw(class(&app.platform, &world.here, &second).await);
    let who = learners(&app.platform, 1).await[0];
    let desk = SeatDesk::start(&app.platform);
    let answer = desk
        .ask(asked(&app.platform, who, first, Some("k1")))
        .await
        .unwrap();
    let leave = Asked {
        ask: Ask::Withdraw {
            person: who,
            class: first,
            enrollment: answer.enrollment,
            cause: crate::fees::ladder::Cause::Withdrawn,
        },
        key: None,
        ..asked(&app.platform, who, first, None)
    };
    desk.ask(leave).await.unwrap();
    // Sent again after all, it answers as before and does not enrol again.
    let again = desk
        .ask(asked(&app.platform, who, first, Some("k1")))
        .await
        .unwrap();
    assert_eq!(
        (again.enrollment, again.status),
        (answer.enrollment, EnrollmentStatus::Confirmed)
    );
    check_class(&app.platform, first, 0, 0).await;
    let error = desk
        .ask(asked(&app.platform, who, second, Some("k1")))
        .await
        .unwrap_err();
    assert_eq!((error.status(), error.code()), (409, "idempotency_key_reused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raised_capacity_lets_the_first_in() {
    let app = app().await;
    let world = World::build(&app.platform).await;
    let plan = ClassPlan {
        capacity: 1,
        ..ClassPlan::default()
    };
    let class = Id::from_raw(class(&app.platform, &world.here, &plan).await);
    let people = learners(&app.platform, 3).await;
    let desk = SeatDesk::start(&app.platform);
    for who in &people {
        desk.ask(asked(&app.platform, *who, class, None)).await.unwrap();
    }
    let ctx = app.system();
    let tx = ctx.begin().await.unwrap();
    tx.exec(
        "UPDATE class SET capacity = 2, version = 2 WHERE id = $1 {unscoped: test}",
        args![class],
    )
    .await
    .unwrap();
    tx.commit(vec![platform::Event::new("class.changed", "class", class)])
        .await
        .unwrap();
    for _ in 0..200 {
        if rows(&app.platform, class)
            .await
            .iter()
            .filter(|row| row.status == "offered")
            .count()
            == 1
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let rows = rows(&app.platform, class).await;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.person_id, row.status.as_str()))
        .collect();
    let expected = [
        (people[0], "confirmed"),
        (people[1], "offered"),
        (people[2], "waitlisted"),
    ];
    assert_eq!(told, expected);
    let now = teaching::seats::now(&app.platform.db, &[class]).await.unwrap();
    assert_eq!((now[0].enrolled, now[0].waitlisted), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_of_the_database_costs_only_the_ask_it_refuses() {
    let app = app().await;
    let world = World::build(&app.platform).await;
    let class = Id::from_raw(class(&app.platform, &world.here, &ClassPlan::default()).await);
    let people = learners(&app.platform, 2).await;
    // A row whose id the next ask will use as well.
    let taken: EnrollmentId = app.platform.ids.next();
    let ctx = app.system();
    let tx = ctx.begin().await.unwrap();
    let term: i64 = tx
        .query_one(
            "SELECT term_id FROM class WHERE id = $1 {unscoped: test}",
            args![class],
        )
        .await
        .unwrap();
    let row = [
        ("id", taken.into()),
        ("class_id", class.into()),
        ("term_id", term.into()),
        ("org_id", world.here.org.into()),
        ("person_id", world.here.teacher.into()),
        ("status", "withdrawn".into()),
        ("live", false.into()),
        ("queue", 1_i64.into()),
        ("money", "none".into()),
        ("channel", "web".into()),
        ("rule_version", "test".into()),
        ("created_at", NOW.into()),
        ("changed_at", NOW.into()),
    ];
    insert(&tx, "enrollment", &row).await;
    tx.commit(vec![platform::Event::new("test.row", "enrollment", taken)])
        .await
        .unwrap();
    let mut memory = super::memory::Memory::default();
    let bad = Asked {
        ask: Ask::Enroll {
            person: people[0],
            class,
            new_id: taken,
            wait: true,
            counter: false,
        },
        ..asked(&app.platform, people[0], class, None)
    };
    let good = asked(&app.platform, people[1], class, None);
    let decided = super::opening::decide_all(&app.platform, &mut memory, &[bad, good]).await;
    assert!(
        matches!(decided.answers[0], Err(AppError::Internal(_))),
        "{:?}",
        decided.answers[0]
    );
    assert!(decided.answers[1].is_ok());
    check_class(&app.platform, class, 1, 0).await;
}
