//! The rules by cases, and transfers through the router.

use super::model::{Leaving, Why, last_day, may_go, may_leave};
use crate::EnrollmentStatus;
use crate::enrollments::JOBS;
use crate::testing::{Stage, stage_with_fee};
use kernel::Id;
use serde_json::json;
use teaching::ClassId;
use teaching::classes::{ClassRow, ClassStatus};
use testkit::world::{ClassPlan, class};

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

#[tokio::test(flavor = "multi_thread")]
async fn who_may_leave_and_where_to() {
    let stage = stage_with_fee(2, 1).await;
    let to = other(&stage, "书法周二班", 5, 9_000).await;
    let db = &stage.app.platform.db;
    let class = teaching::classes::find(db, stage.class).await.unwrap();
    let to = teaching::classes::find(db, to).await.unwrap();
    let from = |class, status| Leaving {
        class,
        status,
        fen: 12_000,
    };
    let last = last_day(&class, 4);
    let confirmed = EnrollmentStatus::Confirmed;
    for (status, day, expected) in [
        (confirmed, last, Ok(())),
        (EnrollmentStatus::Attending, last, Ok(())),
        (EnrollmentStatus::Reserved, last, Ok(())),
        (EnrollmentStatus::Waitlisted, last, Err(Why::NoSeat)),
        (EnrollmentStatus::Suspended, last, Err(Why::NoSeat)),
        (confirmed, last.tomorrow().unwrap(), Err(Why::TooLate { last })),
    ] {
        assert_eq!(
            may_leave(from(&class, status), 4, day),
            expected,
            "{status:?} {day}"
        );
    }
    let with = |change: fn(&mut ClassRow)| {
        let mut to = to.clone();
        change(&mut to);
        to
    };
    for (to, held, expected) in [
        (with(|_| {}), vec![], Ok(())),
        (with(|to| to.fee_fen = 12_000), vec![], Ok(())),
        (
            with(|to| to.fee_fen = 12_001),
            vec![],
            Err(Why::CostsMore { fee: 12_001 }),
        ),
        (with(|to| to.enrolled = 5), vec![], Err(Why::Full)),
        (with(|to| to.waitlisted = 1), vec![], Err(Why::Full)),
        (
            with(|to| to.status = ClassStatus::Cancelled),
            vec![],
            Err(Why::NotOpen),
        ),
        (with(|to| to.status = ClassStatus::Running), vec![], Ok(())),
        (
            with(|to| to.org_id = Id::from_raw(1)),
            vec![],
            Err(Why::Elsewhere),
        ),
        (with(|_| {}), vec![to.id], Err(Why::There)),
        (class.clone(), vec![], Err(Why::Same)),
    ] {
        assert_eq!(may_go(from(&class, confirmed), &to, &held), expected, "{}", to.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_asks_and_the_school_moves_seat_and_fee_together() {
    let stage = stage_with_fee(1, 3).await;
    let to = other(&stage, "书法周二班", 1, 9_000).await;
    other(&stage, "贵的班", 5, 15_000).await;
    let id = stage.paid(0).await;
    stage.give_phone(0).await;
    stage.enroll(1).await;
    assert_eq!(stage.standing(1, stage.class).await, "waitlisted");
    let at = format!("/me/enrollments/{id}/transfer");
    let learner = stage.as_learner(0);
    let page = learner.get(&at).await;
    assert!(
        page.shows("书法周二班") && page.shows("差价按退费规定退") && !page.shows("贵的班"),
        "{}",
        page.body
    );
    assert_eq!(stage.as_learner(2).get(&at).await.status, 404);
    let to_text = to.to_string();
    let wrong = learner.post(&at, &[("class", &to_text), ("reason", "")]).await;
    assert_eq!(wrong.status, 422);
    let form = [("class", to_text.as_str()), ("reason", "周一要带孙子")];
    assert_eq!(learner.post(&at, &form).await.status, 303);
    assert_eq!(learner.post(&format!("{at}/cancel"), &[]).await.status, 303);
    assert!(learner.get(&at).await.shows("已撤回"));
    assert_eq!(learner.post(&at, &form).await.status, 303);
    assert_eq!(learner.post(&at, &form).await.status, 409, "one wish at a time");
    approved(&stage).await;
    stage.app.run_jobs(JOBS).await;
    assert_eq!(
        (stage.standing(0, stage.class).await, stage.standing(0, to).await),
        ("transferred".into(), "confirmed".into())
    );
    assert_eq!(
        stage.standing(1, stage.class).await,
        "reserved",
        "the next who waits has the old seat"
    );
    stage.books_are_right(3_000).await;
    let told = stage.told(0).await;
    assert!(told.last().unwrap().contains("转到“书法周二班”"), "{told:?}");
}

/// The clerk sees the one wish and approves it, twice.
async fn approved(stage: &Stage) {
    let (clerk, sibling) = (stage.as_registrar(), stage.as_sibling());
    assert!(clerk.get("/desk/transfers").await.shows("周一要带孙子"));
    assert!(!sibling.get("/desk/transfers").await.shows("周一要带孙子"));
    assert_eq!(stage.as_learner(0).get("/desk/transfers").await.status, 403);
    let open = clerk.call(200, "GET", "/api/v1/transfers", &json!(null)).await;
    let wish = open["items"][0]["id"].as_str().unwrap().to_owned();
    let decide = format!("/desk/transfers/{wish}");
    let refused = sibling.post(&decide, &[("decision", "approve")]).await;
    assert_eq!(refused.status, 404);
    for _ in 0..2 {
        let done = clerk.post(&decide, &[("decision", "approve")]).await;
        assert_eq!(done.status, 303, "{}", done.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_loses_the_old_seat_without_the_new_one() {
    let stage = stage_with_fee(3, 4).await;
    let to = other(&stage, "书法周二班", 1, 12_000).await;
    let id = stage.paid(0).await;
    let at = format!("/api/v1/enrollments/{id}/transfers");
    let body = json!({ "class": to, "reason": "想换时间" });
    stage.as_learner(0).call(201, "POST", &at, &body).await;
    // Somebody is quicker.
    let path = format!("/api/v1/classes/{to}/enrollments");
    stage.as_learner(1).call(201, "POST", &path, &json!({})).await;
    let clerk = stage.as_registrar();
    let open = clerk.call(200, "GET", "/api/v1/transfers", &json!(null)).await;
    let wish = open["items"][0]["id"].as_str().unwrap().to_owned();
    let refused = clerk
        .post(&format!("/desk/transfers/{wish}"), &[("decision", "approve")])
        .await;
    assert!(
        refused.status == 409 && refused.shows("没有空名额"),
        "{}",
        refused.body
    );
    assert_eq!(stage.standing(0, stage.class).await, "confirmed");
    let decide = format!("/api/v1/transfers/{wish}/decision");
    assert_eq!(
        clerk
            .api("POST", &decide, &json!({ "approved": false }))
            .await
            .status,
        422
    );
    let no = json!({ "approved": false, "note": "名额没有了" });
    clerk.call(204, "POST", &decide, &no).await;
    assert_eq!(
        clerk
            .api("POST", &decide, &json!({ "approved": true }))
            .await
            .status,
        409
    );
    let page = stage
        .as_learner(0)
        .get(&format!("/me/enrollments/{id}/transfer"))
        .await;
    assert!(page.shows("名额没有了"), "{}", page.body);
    stage.books_are_right(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_moves_who_has_not_paid_and_the_fee_is_due_anew() {
    let stage = stage_with_fee(3, 2).await;
    let to = other(&stage, "书法周二班", 2, 9_000).await;
    let id = stage.enroll(0).await["id"].as_str().unwrap().to_owned();
    let clerk = stage.as_registrar();
    let at = format!("/desk/enrollments/{id}/transfer");
    assert!(
        clerk
            .get(&format!("/desk/enrollments/{id}"))
            .await
            .body
            .contains(&at)
    );
    assert!(clerk.get(&at).await.shows("现在就转"));
    assert_eq!(stage.as_sibling().get(&at).await.status, 404);
    let to_text = to.to_string();
    let done = clerk
        .post(&at, &[("class", &to_text), ("reason", "本人来说")])
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(stage.standing(0, to).await, "reserved");
    let home = stage.as_learner(0).get("/me").await;
    assert!(
        !home.shows("不是您的意思"),
        "a move is no enrolment to be undone: {}",
        home.body
    );
    let due = "SELECT due_fen FROM enrollment WHERE status = 'reserved' AND money = 'due' {unscoped: test}";
    let due: i64 = stage.app.platform.db.query_one(due, &[]).await.unwrap();
    assert_eq!(due, 9_000);
    stage.books_are_right(0).await;
}

/// Two of four lessons have begun: of the difference half goes back, as of a fee of who leaves.
#[tokio::test(flavor = "multi_thread")]
async fn who_moves_late_gets_of_the_difference_what_who_leaves_gets() {
    let stage = stage_with_fee(3, 1).await;
    let plan = ClassPlan {
        name: "书法周二班".into(),
        weekday: 2,
        days: ["2027-03-02", "2027-03-30"].map(str::to_owned).to_vec(),
        fee_fen: 9_000,
        ..ClassPlan::default()
    };
    let to: ClassId = Id::from_raw(class(&stage.app.platform, &stage.world.here, &plan).await);
    let id = stage.paid(0).await;
    stage.app.platform.clock.advance(108 * 86_400);
    let at = format!("/desk/enrollments/{id}/transfer");
    let to_text = to.to_string();
    let done = stage
        .as_registrar()
        .post(&at, &[("class", &to_text), ("reason", "本人来说")])
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(stage.standing(0, to).await, "confirmed");
    stage.books_are_right(1_500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_whose_seat_is_given_up_is_closed_with_it() {
    let stage = stage_with_fee(2, 1).await;
    let to = other(&stage, "书法周二班", 2, 9_000).await;
    let id = stage.paid(0).await;
    let at = format!("/api/v1/enrollments/{id}/transfers");
    let body = json!({ "class": to, "reason": "想换时间" });
    let learner = stage.as_learner(0);
    learner.call(201, "POST", &at, &body).await;
    let clerk = stage.as_registrar();
    let open = async || clerk.call(200, "GET", "/api/v1/transfers", &json!(null)).await["items"].clone();
    assert_eq!(open().await.as_array().unwrap().len(), 1);
    let done = learner.post(&format!("/me/enrollments/{id}/withdraw"), &[]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(open().await.as_array().unwrap().len(), 0);
    assert!(!clerk.get("/desk/transfers").await.shows("想换时间"));
    let page = learner.get(&format!("/me/enrollments/{id}/transfer")).await;
    assert!(page.shows("已撤回"), "{}", page.body);
}
