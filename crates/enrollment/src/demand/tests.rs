//! Demand through the router.

use crate::enrollments::{HOLDS, JOBS};
use crate::testing::{Stage, stage};
use kernel::Id;
use serde_json::{Value, json};
use teaching::ClassId;
use testkit::world::{ClassPlan, class};

/// A class of two seats with four who wait, and another class, so that the school is known to teach on Wednesday afternoons.
async fn waiting() -> Stage {
    let stage = stage(2, 7).await;
    let other = ClassPlan {
        name: "合唱".into(),
        weekday: 3,
        starts: "14:00".into(),
        days: vec!["2027-03-03".into(), "2027-03-10".into()],
        ..ClassPlan::default()
    };
    class(&stage.app.platform, &stage.world.here, &other).await;
    for at in 0..6 {
        stage.give_phone(at).await;
        stage.enroll(at).await;
    }
    stage.app.run_jobs(JOBS).await;
    stage
}

async fn group(stage: &Stage) -> String {
    let listed = stage
        .as_registrar()
        .call(200, "GET", "/api/v1/demand", &Value::Null)
        .await;
    let one = &listed["items"][0];
    assert_eq!(
        (one["waiting"].as_i64(), one["enough"].as_bool()),
        (Some(4), Some(true)),
        "{listed}"
    );
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    format!(
        "{}/{}/{}",
        text(&one["term"]),
        text(&one["street"]["id"]),
        text(&one["course"]["id"])
    )
}

/// The best proposal, as it is opened.
async fn best(stage: &Stage, group: &str) -> Value {
    let path = format!("/api/v1/demand/{group}");
    let listed = stage.as_registrar().call(200, "GET", &path, &Value::Null).await;
    let one = &listed["items"][0];
    assert_eq!(
        (one["serves"].as_i64(), one["waiting"].as_i64()),
        (Some(2), Some(4)),
        "{listed}"
    );
    json!({ "room": one["room"]["id"], "teacher": one["teacher"]["id"], "weekday": one["weekday"], "starts": one["starts"] })
}

async fn open(stage: &Stage) -> ClassId {
    let group = group(stage).await;
    let body = best(stage, &group).await;
    let path = format!("/api/v1/demand/{group}");
    let opened = stage.as_registrar().call(201, "POST", &path, &body).await;
    assert_eq!(
        (opened["waiting"].as_i64(), opened["invited"].as_i64()),
        (Some(4), Some(2))
    );
    stage.app.run_jobs(JOBS).await;
    opened["class"].as_str().unwrap().parse().unwrap()
}

async fn whole(stage: &Stage) {
    let db = &stage.app.platform.db;
    assert_eq!(crate::recount(db).await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_is_opened_and_the_list_moves_over_in_order() {
    let stage = waiting().await;
    let page = stage.as_registrar().get("/desk/demand").await;
    assert!(
        page.shows("书法入门") && page.shows("看怎么加开"),
        "{}",
        page.body
    );
    let new = open(&stage).await;
    let row = teaching::classes::find(&stage.app.platform.db, new)
        .await
        .unwrap();
    assert_eq!(
        (row.status.as_str(), row.enrolled, row.capacity),
        ("published", 2, 2)
    );
    assert_eq!(row.name, "书法入门（加开）");
    for (at, there, here) in [
        (2, "offered", "waitlisted"),
        (3, "offered", "waitlisted"),
        (4, "", "waitlisted"),
        (5, "", "waitlisted"),
    ] {
        assert_eq!(
            (
                stage.standing(at, new).await,
                stage.standing(at, stage.class).await
            ),
            (there.to_owned(), here.to_owned()),
            "{at}"
        );
    }
    let told = stage.told(2).await;
    assert!(
        told.last().unwrap().contains("新开了“书法入门（加开）”"),
        "{told:?}"
    );
    let left = stage
        .as_registrar()
        .call(200, "GET", "/api/v1/demand", &Value::Null)
        .await;
    assert_eq!(
        left["items"][0]["waiting"], 2,
        "who is asked waits for no further class: {left}"
    );
    whole(&stage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_of_the_new_class_goes_on_down_the_list() {
    let stage = waiting().await;
    let new = open(&stage).await;
    // Who accepts has waited long enough.
    let path = format!("/api/v1/enrollments/{}/accept", stage.latest(2).await);
    stage.as_learner(2).call(200, "POST", &path, &Value::Null).await;
    stage.app.run_jobs(JOBS).await;
    assert_eq!(stage.standing(2, stage.class).await, "transferred");
    // Who declines keeps the old place, and the next is asked.
    let path = format!("/api/v1/enrollments/{}", stage.latest(3).await);
    stage.as_learner(3).call(200, "DELETE", &path, &json!({})).await;
    stage.app.run_jobs(JOBS).await;
    assert_eq!(
        (stage.standing(3, stage.class).await, stage.standing(4, new).await),
        ("waitlisted".into(), "offered".into())
    );
    // Who lets it pass does too.
    stage.app.platform.clock.advance(25 * 3_600);
    stage.job(HOLDS, json!({})).await;
    stage.app.run_jobs(JOBS).await;
    assert_eq!(stage.standing(4, new).await, "expired");
    assert_eq!(
        (stage.standing(4, stage.class).await, stage.standing(5, new).await),
        ("waitlisted".into(), "offered".into())
    );
    whole(&stage).await;
    let page = stage.as_registrar().get("/desk/demand").await;
    assert!(page.shows("按候补加开的班"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_that_confirms_at_once_ends_the_wait_at_once() {
    let stage = waiting().await;
    stage.confirm_at_once().await;
    let new = open(&stage).await;
    assert_eq!(
        (stage.standing(2, new).await, stage.standing(2, stage.class).await),
        ("confirmed".into(), "transferred".into())
    );
    assert_eq!(stage.standing(4, stage.class).await, "waitlisted");
    whole(&stage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_proposed_any_more_is_not_opened() {
    let stage = waiting().await;
    let group = group(&stage).await;
    let path = format!("/api/v1/demand/{group}");
    let body = best(&stage, &group).await;
    let clerk = stage.as_registrar();
    clerk.call(201, "POST", &path, &body).await;
    let again = clerk.api("POST", &path, &body).await;
    assert_eq!(
        (again.status, again.json()["type"].as_str()),
        (409, Some("/problems/not_proposed")),
        "{}",
        again.body
    );
    // A clerk of another school sees nothing of it; a learner nothing at all.
    let sibling = stage.as_sibling();
    assert_eq!(
        sibling.call(200, "GET", "/api/v1/demand", &Value::Null).await["items"],
        json!([])
    );
    assert_eq!(sibling.api("GET", &path, &Value::Null).await.status, 404);
    assert_eq!(sibling.api("POST", &path, &body).await.status, 404);
    assert_eq!(stage.as_learner(0).api("POST", &path, &body).await.status, 403);
    let page = format!("/desk/demand/{group}");
    assert_eq!(sibling.get(&page).await.status, 404);
    assert_eq!(clerk.post(&page, &[("room", "x")]).await.status, 422);
    let unknown = format!("/api/v1/demand/x/{}/y", Id::<()>::from_raw(1));
    assert_eq!(clerk.api("GET", &unknown, &Value::Null).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_explains_and_opens_and_a_clash_loses_nothing() {
    let stage = waiting().await;
    let group = group(&stage).await;
    let body = best(&stage, &group).await;
    let page = format!("/desk/demand/{group}");
    let clerk = stage.as_registrar();
    let shown = clerk.get(&page).await;
    assert!(
        shown.shows("4 人在等，这个班能让 2 人上课") && shown.shows("教师教过这门课"),
        "{}",
        shown.body
    );
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let (room, teacher, starts) = (text("room"), text("teacher"), text("starts"));
    let weekday = body["weekday"].to_string();
    let fields = [
        ("room", room.as_str()),
        ("teacher", &teacher),
        ("weekday", &weekday),
        ("starts", &starts),
    ];
    let answer = clerk.post(&page, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(clerk.get(answer.location()).await.shows("新班已开"));
    let waits = "SELECT count(*) FROM enrollment WHERE status = 'waitlisted' {unscoped: test}";
    assert_eq!(
        stage.app.platform.db.query_one::<i64>(waits, &[]).await.unwrap(),
        4
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bureau_sees_no_small_numbers() {
    let stage = waiting().await;
    let world = &stage.world;
    let bureau = testkit::staff(
        world.here.registrar,
        platform::Role::DistrictBureau,
        world.district,
        &world.district_path,
    );
    let bureau = stage.app.signed_in(bureau);
    let listed = bureau.call(200, "GET", "/api/v1/demand", &Value::Null).await;
    assert_eq!(listed["items"][0]["waiting"], Value::Null, "{listed}");
    let page = bureau.get("/desk/demand").await;
    assert!(page.shows("少于 5") && !page.shows("看怎么加开"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_came_to_nothing_counts_whichever_way_it_ended() {
    let stage = waiting().await;
    let db = &stage.app.platform.db;
    let path = &stage.world.district_path;
    let before = "2027-09-01".parse().unwrap();
    let terms = |at: usize| {
        crate::rounds::store::terms_waited(db, path, std::slice::from_ref(&stage.people[at]), before)
    };
    assert_eq!(terms(2).await.unwrap().len(), 1, "still waits");
    assert_eq!(terms(0).await.unwrap().len(), 0, "has a seat");
    let class = teaching::classes::find(db, stage.class).await.unwrap();
    let clerk = stage.as_registrar();
    let cancel = json!({ "reason": "教师生病", "version": class.version });
    let answer = clerk
        .api(
            "POST",
            &format!("/api/v1/classes/{}/cancel", stage.class),
            &cancel,
        )
        .await;
    if answer.status == 404 {
        // The routes of teaching are not in this program; the job is what matters here.
        stage
            .job(
                "class.cancelled",
                json!({ "class": stage.class, "sentence": "停办了。" }),
            )
            .await;
    }
    assert_eq!(terms(2).await.unwrap().len(), 1, "cancelled with the class");
    assert_eq!(terms(0).await.unwrap().len(), 0);
}
