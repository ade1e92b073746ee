//! Long absence: the rules by cases, and a case through the router.

use super::jobs::LOOK;
use super::model::{Call, Decision, State, Tally, Whom, check, reached, step, tally};
use crate::marks::Status as S;
use db::args;
use enrollment::SeatDesk;
use enrollment::school_rules::SchoolRules;
use kernel::Date;
use platform::{AppError, Ctx, Event};
use serde_json::json;
use testkit::{ClassFixture, TestApp};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn a_leave_neither_counts_nor_ends_a_row() {
    let (p, a, x, l) = (S::Present, S::Absent, S::Excused, S::Late);
    for (lessons, in_row, missed, held) in [
        (vec![], 0, 0, 0),
        (vec![a, a], 2, 2, 2),
        (vec![a, x, a], 2, 2, 3),
        (vec![a, p, a], 1, 2, 3),
        (vec![a, a, l], 0, 2, 3),
        (vec![p, S::LeftEarly, a], 1, 1, 3),
    ] {
        let want = Tally { in_row, missed, held };
        assert_eq!(tally(lessons.clone()), want, "{lessons:?}");
    }
}

#[test]
fn what_a_tally_comes_to() {
    let rules = SchoolRules::default();
    for ((in_row, missed, held), want) in [
        ((0, 0, 0), None),
        ((1, 1, 1), None),
        ((1, 1, 3), None),
        ((2, 2, 2), Some(State::Alerted)),
        ((3, 3, 3), Some(State::Alerted)),
        ((4, 4, 4), Some(State::Proposed)),
        ((4, 4, 16), Some(State::Proposed)),
        ((1, 2, 6), Some(State::Proposed)),
        ((1, 2, 7), None),
        ((2, 2, 7), Some(State::Alerted)),
        ((0, 5, 6), None),
    ] {
        let sum = Tally { in_row, missed, held };
        assert_eq!(reached(&rules, sum), want, "{sum:?}");
    }
}

#[test]
fn what_becomes_of_a_case() {
    use State as T;
    for (open, kept, found, want) in [
        (None, false, None, None),
        (None, false, Some(T::Alerted), Some(T::Alerted)),
        (None, true, Some(T::Proposed), None),
        (Some(T::Alerted), false, Some(T::Alerted), None),
        (Some(T::Alerted), false, Some(T::Proposed), Some(T::Proposed)),
        (Some(T::Proposed), false, Some(T::Alerted), None),
        (Some(T::Proposed), false, None, Some(T::Closed)),
        (Some(T::Alerted), false, None, Some(T::Closed)),
    ] {
        assert_eq!(step(open, kept, found), want, "{open:?} {kept} {found:?}");
    }
}

#[test]
fn a_decision_needs_a_call_after_the_alert() {
    let (noted, today) = (day("2026-11-10"), day("2026-11-22"));
    let call = |on: &str, said: &str| Call {
        whom: Whom::Learner,
        on: day(on),
        said: said.into(),
    };
    let keep = |until: &str| Decision::Keep(day(until));
    let long = "说".repeat(201);
    for (call, decision, note, field) in [
        (call("2026-11-22", "在住院"), keep("2026-12-22"), "等出院", ""),
        (call("2026-11-10", "不来了"), Decision::Withdraw, "本人不来了", ""),
        (
            call("2026-11-09", "不来了"),
            Decision::Withdraw,
            "不来了",
            "called_on",
        ),
        (
            call("2026-11-23", "不来了"),
            Decision::Withdraw,
            "不来了",
            "called_on",
        ),
        (call("2026-11-22", "嗯"), Decision::Withdraw, "不来了", "said"),
        (call("2026-11-22", &long), Decision::Withdraw, "不来了", "said"),
        (
            call("2026-11-22", "在住院"),
            keep("2026-11-22"),
            "等出院",
            "until",
        ),
        (
            call("2026-11-22", "在住院"),
            keep("2027-03-23"),
            "等出院",
            "until",
        ),
        (call("2026-11-22", "不来了"), Decision::Withdraw, "", "note"),
    ] {
        match check((&call, decision, note), noted, today) {
            Ok(_) => assert_eq!(field, "", "{call:?} {decision:?}"),
            Err(AppError::Invalid(fields)) => assert_eq!(fields[0].field, field, "{call:?} {decision:?}"),
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// A class that met eight times before today, and today.
async fn class() -> ClassFixture {
    let schemas = [
        platform::SCHEMA,
        orgs::SCHEMA,
        people::SCHEMA,
        teaching::SCHEMA,
        enrollment::SCHEMA,
        crate::SCHEMA,
    ];
    let days = [
        "2026-09-27",
        "2026-10-04",
        "2026-10-11",
        "2026-10-18",
        "2026-10-25",
        "2026-11-01",
        "2026-11-08",
        "2026-11-15",
        "2026-11-22",
    ];
    let app = TestApp::start(&schemas, |platform| {
        crate::routes().share(SeatDesk::start(platform))
    });
    ClassFixture::on(app.await, &days).await
}

async fn mark(f: &ClassFixture, session: usize, person: usize, status: &str) {
    let ctx = Ctx::system(&f.app.platform, "test");
    let tx = ctx.begin().await.unwrap();
    let id: teaching::SessionId = f.sessions[session].parse().unwrap();
    let sql = "INSERT INTO attendance (session_id, person_id, status, method, marked_at) VALUES ($1, $2, $3, 'roll', $4)";
    tx.exec(sql, args![id, f.people[person], status, ctx.now()])
        .await
        .unwrap();
    tx.commit(vec![Event::new("test.marked", "session", id)])
        .await
        .unwrap();
}

async fn look(f: &ClassFixture) {
    let ctx = Ctx::system(&f.app.platform, "test");
    let tx = ctx.begin().await.unwrap();
    let job = platform::job::enqueue(&tx, LOOK.name, &json!({}), ctx.now(), None)
        .await
        .unwrap();
    tx.commit(vec![Event::new("test.queued", "job", job)])
        .await
        .unwrap();
    f.app.run_jobs(crate::JOBS).await;
}

/// Of eight lessons the first learner missed the last four, the second the last two, the third none.
async fn away() -> ClassFixture {
    let f = class().await;
    for (session, statuses) in [
        ["present", "present", "present"],
        ["present", "late", "present"],
        ["present", "present", "present"],
        ["present", "present", "present"],
        ["absent", "present", "present"],
        ["absent", "present", "present"],
        ["absent", "absent", "present"],
        ["absent", "absent", "present"],
    ]
    .iter()
    .enumerate()
    {
        for (person, status) in statuses.iter().enumerate() {
            mark(&f, session, person, status).await;
        }
    }
    look(&f).await;
    f
}

async fn states(f: &ClassFixture) -> Vec<String> {
    let sql = "SELECT state FROM absence_case {unscoped: a test} ORDER BY id";
    f.app.platform.db.query(sql, args![]).await.unwrap()
}

async fn case(f: &ClassFixture) -> String {
    let found = f
        .registrar()
        .call(200, "GET", "/api/v1/absences", &json!(null))
        .await;
    assert_eq!(found["items"][0]["in_row"], 4, "{found}");
    found["items"][0]["id"].as_str().unwrap().to_owned()
}

const KEEP: [(&str, &str); 6] = [
    ("whom", "contact"),
    ("called_on", "2026-11-22"),
    ("said", "女儿说在住院"),
    ("decision", "keep"),
    ("until", "2026-12-20"),
    ("note", "等出院再来"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_kept_after_a_call() {
    let f = away().await;
    assert_eq!(states(&f).await.len(), 2);
    look(&f).await;
    assert_eq!(states(&f).await.len(), 2);
    let at = format!("/desk/absences/{}", case(&f).await);
    for (client, status) in [
        (f.learner(0), 403),
        (f.teacher(), 403),
        (f.sibling(platform::Role::Registrar), 404),
    ] {
        assert_eq!(client.get(&at).await.status, status);
        assert_eq!(client.post(&at, &KEEP).await.status, status);
    }
    let grid = format!("/desk/classes/{}/attendance", f.class);
    let shown = f.teacher().get(&grid).await;
    assert!(
        shown.shows("连续 4 次没来") && shown.shows("连续 2 次没来"),
        "{}",
        shown.body
    );
    assert!(f.registrar().get(&grid).await.shows("去决定"));
    let mut early = KEEP;
    early[1].1 = "2026-11-21";
    let wrong = f.registrar().post(&at, &early).await;
    assert!(
        wrong.status == 422 && wrong.shows("女儿说在住院"),
        "{}",
        wrong.body
    );
    assert!(f.registrar().get("/desk/absences").await.shows("4 次"));
    assert_eq!(f.registrar().post(&at, &KEEP).await.status, 303);
    assert_eq!(f.registrar().post(&at, &KEEP).await.status, 409);
    assert!(f.registrar().get(&at).await.shows("名额保留到 2026-12-20"));
    assert!(
        f.registrar()
            .get("/desk/absences")
            .await
            .shows("没有长期没来的学员")
    );
    look(&f).await;
    assert_eq!(states(&f).await.len(), 2);
    f.app.platform.clock.advance(40 * 86_400);
    look(&f).await;
    assert_eq!(states(&f).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_given_up_through_the_desk() {
    let f = away().await;
    let at = format!("/api/v1/absences/{}/decision", case(&f).await);
    let body =
        json!({ "whom": "learner", "called_on": "2026-11-22", "said": "不想来了", "note": "本人不来了" });
    assert_eq!(
        f.sibling(platform::Role::Registrar)
            .api("POST", &at, &body)
            .await
            .status,
        404
    );
    f.registrar().call(204, "POST", &at, &body).await;
    assert_eq!(f.registrar().api("POST", &at, &body).await.status, 409);
    let sql = "SELECT status FROM enrollment WHERE person_id = $1 {unscoped: a test}";
    let db = &f.app.platform.db;
    let status: String = db.query_one(sql, args![f.people[0]]).await.unwrap();
    assert_eq!(status, "withdrawn");
    assert!(states(&f).await.contains(&"withdrawn".to_owned()));
    f.app.run_jobs(enrollment::JOBS).await;
    let told: i64 = db
        .query_one(
            "SELECT count(*) FROM event WHERE kind = 'enrollment.told' {unscoped: a test}",
            args![],
        )
        .await
        .unwrap();
    assert_eq!(told, 1);
    let kinds: Vec<String> = db
        .query(
            "SELECT kind FROM event WHERE kind LIKE 'absence.%' {unscoped: a test} ORDER BY kind",
            args![],
        )
        .await
        .unwrap();
    let want = [
        "absence.alerted",
        "absence.called",
        "absence.proposed",
        "absence.withdrawn",
    ];
    assert_eq!(kinds, want);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_again_is_proposed_no_more() {
    let f = away().await;
    let at = format!("/desk/absences/{}", case(&f).await);
    f.app.platform.clock.advance(3600);
    mark(&f, 8, 0, "late").await;
    assert_eq!(f.registrar().post(&at, &KEEP).await.status, 409);
    let list = f.registrar().get("/desk/absences").await;
    assert!(list.shows("没有长期没来的学员"), "{}", list.body);
    look(&f).await;
    assert!(states(&f).await.contains(&"closed".to_owned()));
}
