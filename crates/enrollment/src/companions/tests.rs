//! Companions in a rush, through the router.

use crate::testing::{stage, stage_with_fee};
use db::args;
use serde_json::{Value, json};

const BIRTH: &str = "1950-03-15";

#[tokio::test(flavor = "multi_thread")]
async fn a_couple_waits_side_by_side_and_gets_two_seats() {
    let stage = stage(2, 4).await;
    stage.enroll(2).await;
    let address = format!("/classes/{}/enroll", stage.class);
    let wife = stage.people[1].to_string();
    let mut fields = vec![
        ("companion_number_1", wife.as_str()),
        ("companion_birth_1", BIRTH),
    ];
    let full = stage.as_learner(0).post(&address, &fields).await;
    assert!(full.status == 409 && full.body.contains(&wife), "{}", full.body);
    fields.push(("accept_waitlist", "yes"));
    let waits = stage.as_learner(0).post(&address, &fields).await;
    assert_eq!(waits.status, 303, "{}", waits.body);
    assert_eq!(
        (stage.status(0).await, stage.status(1).await),
        ("waitlisted".into(), "waitlisted".into())
    );
    assert_eq!(
        stage.enroll(3).await["status"],
        "confirmed",
        "one seat is for one person"
    );
    for at in [2, 3] {
        let mine = stage
            .as_learner(at)
            .api("GET", "/api/v1/me/enrollments", &Value::Null)
            .await
            .json();
        let path = format!("/api/v1/enrollments/{}", mine["items"][0]["id"].as_str().unwrap());
        assert_eq!(
            stage
                .as_learner(at)
                .api("DELETE", &path, &Value::Null)
                .await
                .status,
            200
        );
    }
    assert_eq!(
        (stage.status(0).await, stage.status(1).await),
        ("offered".into(), "offered".into())
    );
    let sql = "SELECT channel FROM enrollment WHERE person_id = $1 {unscoped: test}";
    let db = &stage.app.platform.db;
    let channel: String = db.query_one(sql, args![stage.people[1]]).await.unwrap();
    assert_eq!(channel, "companion");
    let me = stage.as_learner(1).get("/me").await;
    assert!(me.shows("和您一起报名的人替您报了"), "{}", me.body);
    let own = stage.as_learner(0).get("/me").await;
    assert!(!own.shows("替您报了"), "{}", own.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_companion_who_is_not_found_is_named_and_nobody_is_enrolled() {
    let stage = stage(3, 2).await;
    let address = format!("/classes/{}/enroll", stage.class);
    let wife = stage.people[1].to_string();
    let fields = [
        ("companion_number_1", wife.as_str()),
        ("companion_birth_1", "1950-03-16"),
    ];
    let wrong = stage.as_learner(0).post(&address, &fields).await;
    assert!(
        wrong.status == 422 && wrong.shows("学号和出生日期对不上"),
        "{}",
        wrong.body
    );
    assert!(wrong.body.contains(&wife), "what was typed stays");
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let body = json!({ "companions": [{ "number": wife, "birth": "1950-03-16" }] });
    assert_eq!(stage.as_learner(0).api("POST", &path, &body).await.status, 422);
    let body = json!({ "companions": [{ "number": stage.people[0].to_string(), "birth": BIRTH }] });
    let twice = stage.as_learner(0).api("POST", &path, &body).await;
    assert!(
        twice.status == 422 && twice.body.contains("同一个人只要写一次"),
        "{}",
        twice.body
    );
    let none = stage
        .as_learner(1)
        .api("GET", "/api/v1/me/enrollments", &Value::Null)
        .await
        .json();
    assert_eq!(none["items"].as_array().map(Vec::len), Some(0));
    let body = json!({ "companions": [{ "number": wife, "birth": BIRTH }] });
    let both = stage.as_learner(0).api("POST", &path, &body).await;
    assert_eq!(
        (both.status, both.json()["status"].as_str()),
        (201, Some("confirmed"))
    );
    assert_eq!(stage.status(1).await, "confirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_enrols_a_couple_at_the_counter() {
    let stage = stage(2, 2).await;
    let address = format!("/desk/counter/{}/{}", stage.people[0], stage.class);
    let wife = stage.people[1].to_string();
    let fields = [
        ("channel", "desk"),
        ("companion_number_1", wife.as_str()),
        ("companion_birth_1", BIRTH),
    ];
    let done = stage.as_registrar().post(&address, &fields).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(
        (stage.status(0).await, stage.status(1).await),
        ("confirmed".into(), "confirmed".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_together_see_each_other_and_each_pays_for_their_own() {
    let stage = stage_with_fee(3, 3).await;
    let address = format!("/classes/{}/enroll", stage.class);
    let wife = stage.people[1].to_string();
    let fields = [
        ("companion_number_1", wife.as_str()),
        ("companion_birth_1", BIRTH),
    ];
    let made = stage.as_learner(0).post(&address, &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    stage.enroll(2).await;
    for (at, other) in [(0, "学员1"), (1, "学员0")] {
        let me = stage.as_learner(at);
        let page = me
            .get(&format!("/me/enrollments/{}", stage.latest(at).await))
            .await;
        assert!(
            page.shows(&format!("{other}（名额已留，等交费）")) && page.shows("各交各的学费"),
            "{}",
            page.body
        );
        let list = me.get("/me").await;
        assert!(list.shows(&format!("和{other}一起报的")), "{}", list.body);
        let mine = me.api("GET", "/api/v1/me/enrollments", &Value::Null).await.json();
        assert_eq!(mine["items"][0]["companions"][0]["name"], other);
    }
    let alone = format!("/me/enrollments/{}", stage.latest(2).await);
    assert!(!stage.as_learner(2).get(&alone).await.shows("一起报的人"));

    // One pays, the other does not: only the seat that is not paid is given up, as the page has said.
    stage.pay_cash(&stage.latest(0).await.to_string()).await;
    stage.app.platform.clock.advance(48 * 3600 + 60);
    stage.app.run_jobs(crate::JOBS).await;
    assert_eq!(
        (stage.status(0).await, stage.status(1).await),
        ("confirmed".into(), "expired".into())
    );
    let page = format!("/me/enrollments/{}", stage.latest(0).await);
    let page = stage.as_learner(0).get(&page).await;
    assert!(
        page.shows("学员1（") && !page.shows("各交各的学费"),
        "{}",
        page.body
    );
}
