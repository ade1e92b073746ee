//! Offers through the router.

use crate::enrollments::{HOLDS, JOBS};
use crate::testing::{Stage, stage};
use platform::{Ctx, Role};
use serde_json::{Value, json};
use testkit::staff;

const HOUR: i64 = 3_600;

/// One seat; the first gave it up, so the second is asked and the third waits.
async fn asked() -> Stage {
    let stage = stage(1, 4).await;
    for at in 0..3 {
        stage.give_phone(at).await;
        stage.enroll(at).await;
    }
    let path = format!("/api/v1/enrollments/{}", stage.latest(0).await);
    stage.as_learner(0).call(200, "DELETE", &path, &json!({})).await;
    stage.app.run_jobs(JOBS).await;
    assert_eq!(
        (stage.status(1).await, stage.status(2).await),
        ("offered".into(), "waitlisted".into())
    );
    stage
}

async fn whole(stage: &Stage) {
    let db = &stage.app.platform.db;
    assert_eq!(crate::recount(db).await.unwrap(), Vec::<String>::new());
}

async fn accept(stage: &Stage, at: usize, by: &testkit::Client) -> (u16, Value) {
    let path = format!("/api/v1/enrollments/{}/accept", stage.latest(at).await);
    let answer = by.api("POST", &path, &Value::Null).await;
    (answer.status, answer.json())
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_turn_came_is_asked_and_accepts() {
    let stage = asked().await;
    let told = stage.told(1).await;
    let told = told.last().unwrap();
    assert!(
        told.contains("轮到您了") && told.contains("2026年11月23日 09:00"),
        "{told}"
    );
    let learner = stage.as_learner(1);
    let me = learner.get("/me").await;
    assert!(
        me.shows("轮到您了：“书法入门”有一个名额") && me.shows("有名额等您确认"),
        "{}",
        me.body
    );
    let id = stage.latest(1).await;
    let page = learner.get(&format!("/me/enrollments/{id}")).await;
    assert!(
        page.shows("接受名额，上这个班") && page.shows("不要这个名额"),
        "{}",
        page.body
    );
    let path = format!("/me/enrollments/{id}/accept");
    assert_eq!(
        stage.as_learner(2).post(&path, &[]).await.status,
        404,
        "somebody else's"
    );
    assert_eq!(learner.post(&path, &[]).await.status, 303);
    assert_eq!(learner.post(&path, &[]).await.status, 303, "twice is once");
    stage.app.run_jobs(JOBS).await;
    assert_eq!(
        (stage.status(1).await, stage.status(2).await),
        ("confirmed".into(), "waitlisted".into())
    );
    assert!(
        stage
            .told(1)
            .await
            .last()
            .unwrap()
            .contains("您接受了“书法入门”的名额")
    );
    let accepted = "SELECT count(*) FROM event WHERE kind = 'enrollment.accepted'";
    assert_eq!(
        stage
            .app
            .platform
            .db
            .query_one::<i64>(accepted, &[])
            .await
            .unwrap(),
        1
    );
    whole(&stage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_declines_makes_room_for_the_next() {
    let stage = asked().await;
    let path = format!("/me/enrollments/{}/withdraw", stage.latest(1).await);
    assert_eq!(stage.as_learner(1).post(&path, &[]).await.status, 303);
    stage.app.run_jobs(JOBS).await;
    assert_eq!(
        (stage.status(1).await, stage.status(2).await),
        ("withdrawn".into(), "offered".into())
    );
    assert!(
        stage
            .told(1)
            .await
            .last()
            .unwrap()
            .contains("您没有要“书法入门”的名额")
    );
    assert_eq!(
        accept(&stage, 1, &stage.as_learner(1)).await.1["type"],
        "/problems/offer_over"
    );
    whole(&stage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_ends_and_goes_to_the_next_once() {
    let stage = asked().await;
    let clock = &stage.app.platform.clock;
    clock.advance(23 * HOUR);
    stage.job(HOLDS, json!({})).await;
    assert_eq!(stage.status(1).await, "offered", "it is not over yet");
    clock.advance(HOUR);
    let (status, late) = accept(&stage, 1, &stage.as_learner(1)).await;
    assert_eq!(
        (status, late["type"].as_str()),
        (409, Some("/problems/offer_over"))
    );
    for _ in 0..2 {
        stage.job(HOLDS, json!({})).await;
        assert_eq!(
            (stage.status(1).await, stage.status(2).await),
            ("expired".into(), "offered".into())
        );
    }
    let told = stage.told(1).await;
    assert!(told.last().unwrap().contains("没有等到您接受"), "{told:?}");
    // Who let it pass may go back to the end of the list.
    stage.enroll(3).await;
    let again = stage.enroll(1).await;
    assert_eq!(again["position"], 2);
    let history = stage.as_learner(1).get("/me").await;
    assert!(history.shows("候补中（第 2 位）"), "{}", history.body);
    whole(&stage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_accepts_and_who_came_to_the_counter_has_longer() {
    let stage = stage(1, 3).await;
    stage.enroll(0).await;
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let body = json!({ "person": stage.people[1], "channel": "desk" });
    stage.as_registrar().call(201, "POST", &path, &body).await;
    let left = format!("/api/v1/enrollments/{}", stage.latest(0).await);
    stage.as_learner(0).call(200, "DELETE", &left, &json!({})).await;
    stage.app.run_jobs(JOBS).await;
    let home = crate::waiting(&stage.app.ctx(testkit::staff(
        stage.world.here.registrar,
        platform::Role::Registrar,
        stage.world.here.org,
        &stage.world.here.path,
    )))
    .await
    .unwrap();
    assert!(
        home.iter().any(|one| one.title.contains("等候补的人答复")),
        "{home:?}"
    );
    stage.app.platform.clock.advance(47 * HOUR);
    stage.job(HOLDS, json!({})).await;
    assert_eq!(stage.status(1).await, "offered");
    let id = stage.latest(1).await;
    let path = format!("/desk/enrollments/{id}/accept");
    assert_eq!(stage.as_sibling().post(&path, &[]).await.status, 404);
    assert_eq!(stage.as_learner(1).post(&path, &[]).await.status, 403);
    let page = stage.as_registrar().get(&format!("/desk/enrollments/{id}")).await;
    assert!(page.shows("按本人的意思接受名额"), "{}", page.body);
    assert_eq!(stage.as_registrar().post(&path, &[]).await.status, 303);
    assert_eq!(stage.status(1).await, "confirmed");
    whole(&stage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_that_confirms_at_once_asks_nobody() {
    let stage = stage(1, 2).await;
    stage.confirm_at_once().await;
    stage.enroll(0).await;
    stage.enroll(1).await;
    let left = format!("/api/v1/enrollments/{}", stage.latest(0).await);
    stage.as_learner(0).call(200, "DELETE", &left, &json!({})).await;
    assert_eq!(stage.status(1).await, "confirmed");
    let org = stage.world.here.org.to_string();
    let old = [
        ("org", org.as_str()),
        ("turn", "offer"),
        ("online_hours", "24"),
        ("counter_hours", "48"),
        ("lead_days", "14"),
        ("room_percent", "50"),
        ("trial_seats", "3"),
        ("trial_weeks", "2"),
        ("trial_limit", "2"),
        ("version", "0"),
    ];
    let refused = stage.as_registrar().post("/desk/rules", &old).await;
    assert!(
        refused.status == 409 && refused.shows("有人改过这些规则"),
        "{}",
        refused.body
    );
    let mut wrong = old;
    wrong[2] = ("online_hours", "0");
    assert_eq!(stage.as_registrar().post("/desk/rules", &wrong).await.status, 422);
    assert_eq!(stage.as_sibling().post("/desk/rules", &old).await.status, 404);
    assert_eq!(stage.as_learner(0).get("/desk/rules").await.status, 403);
}

/// Two with a fee, one seat: whose turn comes by itself and who has no telephone is on the desk until they can be told.
#[tokio::test(flavor = "multi_thread")]
async fn whose_turn_came_and_who_has_no_telephone_waits_on_the_desk() {
    let stage = crate::testing::stage_with_fee(1, 2).await;
    for at in 0..2 {
        stage.enroll(at).await;
    }
    let (here, there) = (&stage.world.here, &stage.world.there);
    let ctx = stage
        .app
        .ctx(staff(here.registrar, Role::Registrar, here.org, &here.path));
    let sibling = stage
        .app
        .ctx(staff(there.registrar, Role::Registrar, there.org, &there.path));
    let waiting = async |ctx: &Ctx| -> Vec<String> {
        let all = super::actions::waiting(ctx).await.unwrap();
        all.into_iter().map(|one| one.title).collect()
    };
    assert!(waiting(&ctx).await.is_empty(), "who enrolled by themselves knows");
    stage.app.platform.clock.advance(60);
    let path = format!("/api/v1/enrollments/{}", stage.latest(0).await);
    stage.as_learner(0).call(200, "DELETE", &path, &json!({})).await;
    assert_eq!(stage.status(1).await, "reserved");
    assert_eq!(waiting(&ctx).await, ["告诉没有手机的人：书法入门"]);
    assert!(waiting(&sibling).await.is_empty());
    stage.give_phone(1).await;
    assert!(waiting(&ctx).await.is_empty());
}
