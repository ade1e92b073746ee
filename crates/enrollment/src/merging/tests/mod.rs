//! The rules by cases, and a merge through the router.

mod paid;

use super::model::{Cost, Learner, Side, Why, answer_by, cost, may_answer, may_be_merged, may_take};
use crate::enrollments::JOBS;
use crate::fees::Money;
use crate::testing::{Stage, stage, stage_with_fee};
use db::args;
use kernel::{Date, Id};
use serde_json::json;
use std::sync::Arc;
use teaching::ClassId;
use teaching::seats::{Facts, Slot};
use testkit::world::{ClassPlan, class};

fn side(number: i64) -> Side {
    Side {
        id: Id::from_raw(number),
        ahead: true,
        cancelled: false,
        enrolled: 4,
        waitlisted: 0,
        free: 26,
        minimum: 15,
        fee_fen: 0,
        drawn: false,
    }
}

#[test]
fn which_class_is_merged() {
    let short = side(1);
    for (class, expected) in [
        (short, Ok(())),
        (
            Side {
                ahead: false,
                ..short
            },
            Err("merge_not_ahead"),
        ),
        (
            Side {
                enrolled: 15,
                ..short
            },
            Err("merge_enough_learners"),
        ),
        (
            Side {
                enrolled: 14,
                ..short
            },
            Ok(()),
        ),
        (Side { enrolled: 0, ..short }, Err("merge_nobody")),
    ] {
        let found = may_be_merged(&class).map_err(Why::code);
        assert_eq!(found, expected, "{class:?}");
    }
}

#[test]
fn which_class_takes_them() {
    let (from, to) = (side(1), side(2));
    for (to, expected) in [
        (to, Ok(())),
        (Side { free: 4, ..to }, Ok(())),
        (Side { free: 3, ..to }, Err("merge_seats")),
        (from, Err("merge_same")),
        (Side { ahead: false, ..to }, Err("merge_other_not_ahead")),
        (
            Side {
                ahead: false,
                cancelled: true,
                ..to
            },
            Err("merge_other_cancelled"),
        ),
        (Side { fee_fen: 100, ..to }, Err("merge_fee")),
        (Side { drawn: true, ..to }, Err("merge_drawn")),
        (Side { waitlisted: 1, ..to }, Err("merge_waiting")),
    ] {
        assert_eq!(may_take(&from, &to).map_err(Why::code), expected, "{to:?}");
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn facts(number: i64, from: i32) -> Facts {
    Facts {
        id: Id::from_raw(number),
        version: 1,
        org: Id::from_raw(1),
        term: Id::from_raw(1),
        name: format!("第 {number} 班"),
        starts_on: day("2027-03-01"),
        age_min: Some(60),
        age_max: None,
        risk: teaching::classes::Risk::None,
        fee_fen: 0,
        slots: vec![Slot {
            day: day("2027-03-01"),
            from,
            to: from + 90,
        }],
    }
}

#[test]
fn what_it_costs_whom() {
    let to = facts(1, 540);
    let older = Some(day("1950-03-15"));
    let learner = |birth, held: Vec<Facts>| Learner {
        birth,
        held: held.into_iter().map(Arc::new).collect(),
        money: Money::None,
        fen: 0,
    };
    let fit = Cost {
        fit: 1,
        ..Cost::default()
    };
    let age = Cost {
        age: 1,
        ..Cost::default()
    };
    let limit = Cost {
        limit: 1,
        ..Cost::default()
    };
    let clash = Cost {
        clash: 1,
        ..Cost::default()
    };
    for (who, expected) in [
        (learner(older, vec![]), fit),
        (learner(older, vec![facts(2, 630)]), fit),
        (learner(older, vec![facts(2, 600)]), clash),
        (learner(older, vec![facts(1, 540)]), clash),
        (learner(older, vec![facts(2, 700), facts(3, 900)]), limit),
        (learner(Some(day("1970-01-01")), vec![]), age),
        (learner(None, vec![]), age),
    ] {
        assert_eq!(cost(&to, 2, std::slice::from_ref(&who)), expected, "{who:?}");
    }
}

#[test]
fn what_becomes_of_the_money() {
    let learner = |money, fen, birth: &str| Learner {
        birth: Some(day(birth)),
        held: Vec::new(),
        money,
        fen,
    };
    let old = "1950-03-15";
    for (fee, who, expected) in [
        (12_000, learner(Money::Paid, 12_000, old), (1, 0, 12_000, 0, 0)),
        (9_000, learner(Money::Paid, 12_000, old), (1, 0, 9_000, 3_000, 0)),
        (0, learner(Money::Paid, 12_000, old), (1, 0, 0, 12_000, 0)),
        (9_000, learner(Money::Waived, 12_000, old), (1, 0, 0, 0, 0)),
        (9_000, learner(Money::Due, 12_000, old), (1, 0, 0, 0, 0)),
        (12_000, learner(Money::Paid, 11_999, old), (0, 1, 0, 0, 11_999)),
        (
            9_000,
            learner(Money::Paid, 12_000, "1990-01-01"),
            (0, 0, 0, 0, 12_000),
        ),
    ] {
        let to = Facts {
            fee_fen: fee,
            ..facts(1, 540)
        };
        let found = cost(&to, 2, std::slice::from_ref(&who));
        let found = (
            found.fit,
            found.fee,
            found.carried_fen,
            found.back_fen,
            found.refund_fen,
        );
        assert_eq!(found, expected, "{fee} {who:?}");
    }
}

#[test]
fn until_when_an_answer_counts() {
    let at = |secs: i64| kernel::Instant::from_millis(secs * 1_000);
    for (days, first, until) in [(3, 900_000, 259_200), (3, 86_400, 86_400)] {
        assert_eq!(answer_by(at(0), days, at(first)), at(until));
    }
    for (now, open, live, may) in [
        (9, true, true, true),
        (10, true, true, false),
        (9, false, true, false),
        (9, true, false, false),
    ] {
        assert_eq!(
            may_answer(at(10), open, live, at(now)),
            may,
            "{now} {open} {live}"
        );
    }
}

/// A further class of the school, on Tuesdays.
async fn other(stage: &Stage, name: &str, capacity: i64, fee_fen: i64) -> ClassId {
    let plan = ClassPlan {
        name: name.into(),
        capacity,
        weekday: 2,
        days: ["2027-03-02", "2027-03-09"].map(str::to_owned).to_vec(),
        fee_fen,
        ..ClassPlan::default()
    };
    Id::from_raw(class(&stage.app.platform, &stage.world.here, &plan).await)
}

async fn set_minimum(stage: &Stage, minimum: i64) {
    let tx = stage.app.system().begin().await.unwrap();
    let sql = "UPDATE class SET minimum = $2 WHERE id = $1 {unscoped: test}";
    tx.exec(sql, args![stage.class, minimum]).await.unwrap();
    tx.commit(vec![platform::Event::new("test.minimum", "class", stage.class)])
        .await
        .unwrap();
}

async fn enroll_in(stage: &Stage, at: usize, class: ClassId) {
    let path = format!("/api/v1/classes/{class}/enrollments");
    let made = stage.as_learner(at).api("POST", &path, &json!({})).await;
    assert_eq!(made.status, 201, "{}", made.body);
}

async fn count(stage: &Stage, sql: &'static str) -> i64 {
    stage.app.platform.db.query_one(sql, &[]).await.unwrap()
}

const TRANSFERS: &str = "SELECT count(*) FROM event WHERE kind = 'enrollment.transferred'";

#[tokio::test(flavor = "multi_thread")]
async fn a_class_below_its_minimum_goes_into_another() {
    let stage = stage(5, 3).await;
    set_minimum(&stage, 4).await;
    let (into, third) = (
        other(&stage, "书法周二班", 5, 0).await,
        other(&stage, "合唱", 5, 0).await,
    );
    for at in 0..3 {
        stage.enroll(at).await;
        stage.give_phone(at).await;
    }
    enroll_in(&stage, 2, third).await;
    stage.app.run_jobs(JOBS).await;
    let clerk = stage.as_registrar();
    let list = clerk
        .get(&format!("/desk/classes/{}/learners", stage.class))
        .await;
    assert!(list.shows("并到别的班"), "{}", list.body);
    let at = format!("/desk/classes/{}/merge", stage.class);
    let page = clerk.get(&at).await;
    for text in [
        "书法周二班",
        "2 人能一起过去",
        "1 人和自己别的班时间冲突",
        "并到这个班",
        "周二",
    ] {
        assert!(page.shows(text), "{text}: {}", page.body);
    }
    let into_text = into.to_string();
    for again in [false, true] {
        let done = clerk.post(&at, &[("into", &into_text)]).await;
        assert_eq!(done.status, 303, "{again} {}", done.body);
        stage.app.run_jobs(JOBS).await;
        assert_eq!(count(&stage, TRANSFERS).await, 2, "{again}");
    }
    two_moved_and_one_left(&stage, into, third).await;
}

/// Two were moved and told; the third, whose classes would clash, is out of the old one and told so.
async fn two_moved_and_one_left(stage: &Stage, into: ClassId, third: ClassId) {
    for at in 0..2 {
        assert_eq!(stage.standing(at, stage.class).await, "transferred");
        assert_eq!(stage.standing(at, into).await, "confirmed");
        let told = stage.told(at).await;
        let told = told.last().unwrap();
        let right = [
            "“书法入门”人数不够",
            "“书法周二班”",
            "每周二",
            "2027年3月2日 开课",
            "第一次课以前",
        ];
        assert!(right.iter().all(|text| told.contains(text)), "{told}");
    }
    assert_eq!(stage.standing(2, stage.class).await, "cancelled");
    assert_eq!(
        (stage.standing(2, into).await, stage.standing(2, third).await),
        (String::new(), "confirmed".into())
    );
    let told = stage.told(2).await;
    assert!(told.last().unwrap().contains("已并到“书法周二班”"), "{told:?}");
    let link = "SELECT data FROM event WHERE kind = 'enrollment.transferred' ORDER BY id LIMIT 1";
    let data: String = stage.app.platform.db.query_one(link, &[]).await.unwrap();
    assert!(
        data.contains("to_enrollment") && data.contains(&into.to_string()),
        "{data}"
    );
    let db = &stage.app.platform.db;
    assert_eq!(crate::recount(db).await.unwrap(), Vec::<String>::new());
    let old = teaching::classes::find(db, stage.class).await.unwrap();
    assert_eq!(old.status, teaching::classes::ClassStatus::Cancelled);
    assert_eq!(teaching::classes::find(db, into).await.unwrap().enrolled, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fee_not_paid_is_due_anew_and_nobody_pays_more() {
    let stage = stage_with_fee(5, 2).await;
    set_minimum(&stage, 4).await;
    let into = other(&stage, "书法周二班", 5, 12_000).await.to_string();
    let dearer = other(&stage, "合唱", 5, 15_000).await.to_string();
    let id = stage.enroll(0).await["id"].as_str().unwrap().to_owned();
    stage.enroll(1).await;
    let clerk = stage.as_registrar();
    let at = format!("/desk/classes/{}/merge", stage.class);
    let refused = clerk.post(&at, &[("into", &dearer)]).await;
    assert!(
        refused.status == 409 && refused.shows("不能让学员多交钱"),
        "{}",
        refused.body
    );
    assert_eq!(clerk.post(&at, &[("into", &into)]).await.status, 303);
    stage.app.run_jobs(JOBS).await;
    let fee = clerk
        .call(200, "GET", &format!("/api/v1/enrollments/{id}"), &json!(null))
        .await;
    assert_eq!(fee["status"], "transferred");
    let due = "SELECT count(*) FROM enrollment WHERE status = 'reserved' AND money = 'due' AND due_fen = 12000 {unscoped: test}";
    assert_eq!(count(&stage, due).await, 2);
    let still =
        "SELECT count(*) FROM enrollment WHERE status = 'transferred' AND money = 'due' {unscoped: test}";
    assert_eq!(count(&stage, still).await, 0);
    assert_eq!(
        crate::fees::actions::prove(&stage.app.platform.db).await.unwrap(),
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_merged_is_refused_with_a_sentence() {
    let stage = stage(5, 2).await;
    let small = other(&stage, "书法周二班", 1, 0).await.to_string();
    stage.enroll(0).await;
    stage.enroll(1).await;
    let at = format!("/desk/classes/{}/merge", stage.class);
    let clerk = stage.as_registrar();
    let enough = clerk.post(&at, &[("into", &small)]).await;
    assert!(
        enough.status == 409 && enough.shows("人数够了，不用并班"),
        "{}",
        enough.body
    );
    assert!(clerk.get(&at).await.shows("人数够了，不用并班"));
    set_minimum(&stage, 3).await;
    let few = clerk.post(&at, &[("into", &small)]).await;
    assert!(
        few.status == 409 && few.shows("只剩 1 个名额，要 2 个"),
        "{}",
        few.body
    );
    assert!(clerk.get(&at).await.shows("只剩 1 个名额，要 2 个"));
    let own = stage.class.to_string();
    assert!(clerk.post(&at, &[("into", &own)]).await.shows("不能并到同一个班"));
    assert_eq!(clerk.post(&at, &[("into", "x")]).await.status, 422);
    let there = class(&stage.app.platform, &stage.world.there, &ClassPlan::default()).await;
    let there: ClassId = Id::from_raw(there);
    assert_eq!(clerk.post(&at, &[("into", &there.to_string())]).await.status, 404);
    let sibling = stage.as_sibling();
    assert_eq!(sibling.get(&at).await.status, 404);
    assert_eq!(
        sibling.post(&at, &[("into", &there.to_string())]).await.status,
        404
    );
    assert_eq!(stage.as_learner(0).get(&at).await.status, 403);
    assert_eq!(
        (
            count(&stage, TRANSFERS).await,
            stage.standing(0, stage.class).await
        ),
        (0, "confirmed".into())
    );
}

/// Cancels a class as teaching does, between the page and the click.
async fn cancel(stage: &Stage, class: ClassId) {
    let tx = stage.app.system().begin().await.unwrap();
    let sql = "UPDATE class SET status = 'cancelled', version = version + 1 WHERE id = $1 {unscoped: test}";
    tx.exec(sql, args![class]).await.unwrap();
    tx.commit(vec![platform::Event::new("test.cancelled", "class", class)])
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_merged_into_a_class_that_was_cancelled_since_the_page() {
    let stage = stage(5, 2).await;
    set_minimum(&stage, 4).await;
    let into = other(&stage, "书法周二班", 5, 0).await;
    stage.enroll(0).await;
    let at = format!("/desk/classes/{}/merge", stage.class);
    let clerk = stage.as_registrar();
    assert!(clerk.get(&at).await.shows("并到这个班"));
    cancel(&stage, into).await;
    let refused = clerk.post(&at, &[("into", &into.to_string())]).await;
    assert!(
        refused.status == 409 && refused.shows("那个班已经停办了") && refused.shows("选别的班"),
        "{}",
        refused.body
    );
    assert!(!clerk.get(&at).await.shows("书法周二班"), "it is offered no more");
    let begun = "SELECT count(*) FROM event WHERE kind = 'class.merging'";
    assert_eq!(
        (count(&stage, begun).await, count(&stage, TRANSFERS).await),
        (0, 0)
    );
    assert_eq!(stage.standing(0, stage.class).await, "confirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_that_was_stopped_goes_on_and_into_no_third_class() {
    let stage = stage(5, 2).await;
    set_minimum(&stage, 4).await;
    let into = other(&stage, "书法周二班", 5, 0).await;
    let third = other(&stage, "合唱", 5, 0).await.to_string();
    stage.enroll(0).await;
    stage.enroll(1).await;
    let tx = stage.app.system().begin().await.unwrap();
    let sql = "INSERT INTO merge_run (class_id, into_class, org_id, answer_by, silence, status, begun_at)
         VALUES ($1, $2, $3, $4, 'refund', 'open', $4) {unscoped: test}";
    tx.exec(
        sql,
        args![stage.class, into, stage.world.here.org, tx.ctx().now()],
    )
    .await
    .unwrap();
    let begun = platform::Event::new("class.merging", "class", stage.class).data(json!({ "into": into }));
    tx.commit(vec![begun]).await.unwrap();
    let at = format!("/desk/classes/{}/merge", stage.class);
    let clerk = stage.as_registrar();
    let refused = clerk.post(&at, &[("into", &third)]).await;
    assert!(
        refused.status == 409 && refused.shows("正在并到另一个班"),
        "{}",
        refused.body
    );
    assert_eq!(clerk.post(&at, &[("into", &into.to_string())]).await.status, 303);
    stage.app.run_jobs(JOBS).await;
    for at in 0..2 {
        assert_eq!(stage.standing(at, into).await, "confirmed");
    }
    let begun = "SELECT count(*) FROM event WHERE kind = 'class.merging'";
    assert_eq!(
        (count(&stage, begun).await, count(&stage, TRANSFERS).await),
        (1, 2)
    );
}
