//! The roll through the router.

use crate::testing::{Fixture, is};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_roll_is_a_plain_form() {
    let f = Fixture::start().await;
    let path = format!("/desk/sessions/{}/roll", f.sessions[1]);
    for client in [f.registrar(), f.teacher()] {
        let page = client.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.shows("学员0") && page.shows("还没点 3"), "{}", page.body);
    }
    let field = format!("m-{}", f.people[0]);
    let answer = f.teacher().post(&path, &[(&field, "late")]).await;
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("{path}?saved=1").as_str())
    );
    // The same form again says nothing new; the rest are there.
    let again = f
        .teacher()
        .post(&path, &[(&field, "late"), ("rest", "present")])
        .await;
    assert_eq!(again.location(), format!("{path}?saved=2"));
    assert_eq!(f.truth(1, 0).await, is("late", "roll"));
    assert_eq!(f.truth(1, 2).await, is("present", "roll"));
    assert_eq!(f.traces(1, 0).await, 1);
    assert!(f.teacher().get(&path).await.shows("到 2 · 迟到 1"));
    assert_eq!(f.teacher().post(&path, &[(&field, "dancing")]).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_of_the_class_see_the_roll() {
    let f = Fixture::start().await;
    let (session, person) = (&f.sessions[1], f.people[0]);
    let paths = [
        format!("/desk/sessions/{session}/roll"),
        format!("/desk/sessions/{session}/marks/{person}"),
        format!("/desk/sessions/{session}/scan"),
        format!("/desk/sessions/{session}/code"),
        format!("/desk/sessions/{session}/code.svg"),
        format!("/desk/classes/{}/attendance", f.class),
        format!("/desk/classes/{}/attendance.csv", f.class),
        format!("/api/v1/sessions/{session}/attendance"),
    ];
    for path in &paths {
        assert_eq!(f.registrar().get(path).await.status, 200, "{path}");
        for sibling in f.siblings() {
            assert_eq!(sibling.get(path).await.status, 404, "{path}");
        }
        assert_eq!(f.learner(0).get(path).await.status, 403, "{path}");
        assert!(
            matches!(f.app.visitor().get(path).await.status, 303 | 401),
            "{path}"
        );
    }
    let field = format!("m-{person}");
    for sibling in f.siblings() {
        assert_eq!(sibling.post(&paths[0], &[(&field, "present")]).await.status, 404);
    }
    assert_eq!(
        f.learner(0).post(&paths[0], &[(&field, "present")]).await.status,
        403
    );
    assert_eq!(f.teacher().get("/desk/sessions/nothing/roll").await.status, 404);
    assert_eq!(f.truth(1, 0).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_of_a_phone_may_arrive_twice_and_out_of_order() {
    let f = Fixture::start().await;
    let path = format!("/desk/sessions/{}/marks", f.sessions[1]);
    let late = json!({ "person": f.people[0], "status": "late", "marked_at": "2026-11-22T00:59:00Z", "device_key": "b" });
    let absent = json!({ "person": f.people[0], "status": "absent", "marked_at": "2026-11-22T00:50:00Z", "device_key": "a" });
    let api = |body: serde_json::Value| {
        let client = f.teacher();
        let path = path.clone();
        async move { client.api("POST", &path, &body).await }
    };
    let first = api(json!([late])).await;
    assert_eq!(first.json()["items"][0]["result"], "recorded", "{}", first.body);
    let second = api(json!([absent, late])).await;
    assert_eq!(second.json()["items"][0]["result"], "recorded");
    assert_eq!(second.json()["items"][1]["result"], "repeated");
    assert_eq!(f.truth(1, 0).await, is("late", "roll"));
    assert_eq!(f.traces(1, 0).await, 2);
    // The same key of another learner is another mark.
    let other = json!([{ "person": f.people[1], "status": "present", "device_key": "a" }]);
    assert_eq!(api(other).await.json()["items"][0]["result"], "recorded");
    // A day later what was marked on the day still comes in; four days later it does not.
    f.app.platform.clock.advance(86_400);
    let kept = json!([{ "person": f.people[2], "status": "present", "marked_at": "2026-11-22T00:55:00Z", "device_key": "c" }]);
    assert_eq!(api(kept).await.json()["items"][0]["result"], "recorded");
    let now = json!([{ "person": f.people[2], "status": "absent", "device_key": "d" }]);
    assert_eq!(api(now).await.json()["items"][0]["result"], "refused");
    let stranger = json!([{ "person": f.world.here.registrar, "status": "absent", "device_key": "e" }]);
    assert_eq!(api(stranger).await.json()["items"][0]["result"], "refused");
    for (body, status) in [
        (json!([{ "person": "x", "status": "late" }]), 422),
        (json!([{ "person": f.people[0], "status": "x" }]), 422),
        (
            json!([{ "person": f.people[0], "status": "late", "marked_at": "soon" }]),
            422,
        ),
        (json!({ "a": 1 }), 422),
    ] {
        assert_eq!(api(body).await.status, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_gives_and_takes_the_roll() {
    let f = Fixture::start().await;
    let path = format!("/api/v1/sessions/{}/attendance", f.sessions[1]);
    let body = json!([{ "person": f.people[1], "status": "present" }]);
    assert_eq!(f.registrar().api("POST", &path, &body).await.status, 200);
    let roll = f.registrar().api("GET", &path, &json!(null)).await.json();
    assert_eq!(roll["items"].as_array().unwrap().len(), 3);
    assert_eq!(roll["items"][1]["status"], "present");
    assert_eq!(roll["items"][0]["status"], json!(null));
    for sibling in f.siblings() {
        assert_eq!(sibling.api("POST", &path, &body).await.status, 404);
    }
    let tomorrow = format!("/api/v1/sessions/{}/attendance", f.sessions[2]);
    let early = f.registrar().api("POST", &tomorrow, &body).await;
    assert_eq!(
        (early.status, early.json()["type"].as_str().is_some()),
        (409, true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_needs_permission_and_reason_and_keeps_both_traces() {
    let f = Fixture::start().await;
    f.app.platform.clock.advance(-7 * 86_400);
    let roll = format!("/desk/sessions/{}/roll", f.sessions[0]);
    let field = format!("m-{}", f.people[0]);
    f.teacher().post(&roll, &[(&field, "absent")]).await;
    f.app.platform.clock.advance(7 * 86_400);
    assert_eq!(f.teacher().post(&roll, &[(&field, "present")]).await.status, 409);
    let path = format!("/desk/sessions/{}/marks/{}", f.sessions[0], f.people[0]);
    let page = f.registrar().get(&path).await;
    let was = page
        .body
        .split("name=\"was\"")
        .nth(1)
        .unwrap()
        .split("value=\"")
        .nth(1)
        .unwrap();
    let was = was.split('"').next().unwrap().to_owned();
    let good = [
        ("status", "present"),
        ("reason", "补了签到表"),
        ("was", was.as_str()),
    ];
    assert_eq!(f.teacher().post(&path, &good).await.status, 403);
    for sibling in f.siblings().iter().take(1) {
        assert_eq!(sibling.post(&path, &good).await.status, 404);
    }
    let without = f
        .registrar()
        .post(&path, &[("status", "present"), ("was", &was)])
        .await;
    assert_eq!(without.status, 422, "{}", without.body);
    assert_eq!(f.registrar().post(&path, &good).await.status, 303);
    assert_eq!(f.truth(0, 0).await, is("present", "correction"));
    let page = f.registrar().get(&path).await;
    assert!(
        page.shows("缺席") && page.shows("补了签到表") && page.shows("莘庄镇教务"),
        "{}",
        page.body
    );
    // What was seen has changed meanwhile.
    assert_eq!(f.registrar().post(&path, &good).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_roll_waits_for_its_people() {
    let f = Fixture::start().await;
    let here = &f.world.here;
    let there = &f.world.there;
    for (person, role, org, count) in [
        (here.teacher, platform::Role::Teacher, here, 2),
        (here.registrar, platform::Role::Registrar, here, 2),
        (there.registrar, platform::Role::Registrar, there, 0),
        (there.teacher, platform::Role::Teacher, there, 0),
    ] {
        let ctx = f.app.ctx(testkit::staff(person, role, org.org, &org.path));
        assert_eq!(crate::waiting(&ctx).await.unwrap().len(), count, "{role:?}");
    }
    let path = format!("/desk/sessions/{}/roll", f.sessions[1]);
    f.teacher().post(&path, &[("rest", "present")]).await;
    let ctx = f.app.ctx(testkit::staff(
        here.teacher,
        platform::Role::Teacher,
        here.org,
        &here.path,
    ));
    assert_eq!(crate::waiting(&ctx).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_is_a_script_within_its_scope() {
    let f = Fixture::start().await;
    let worker = f.app.visitor().get("/desk/sessions/roll-worker.js").await;
    assert_eq!(worker.status, 200);
    assert!(
        worker.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/javascript")
    );
    let page = f
        .teacher()
        .get(&format!("/desk/sessions/{}/roll", f.sessions[1]))
        .await;
    assert!(
        page.body
            .contains("data-worker=\"/desk/sessions/roll-worker.js\"")
    );
    assert!(page.body.contains(ui::Bundle::Roll.url()) && page.shows("https://"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_touches_of_a_phone_that_is_ahead_the_last_counts() {
    let f = Fixture::start().await;
    let path = format!("/desk/sessions/{}/marks", f.sessions[1]);
    let touches: Vec<serde_json::Value> = ["present", "late", "absent"]
        .iter()
        .enumerate()
        .map(|(second, status)| {
            json!({
                "person": f.people[0], "status": status, "device_key": status,
                "marked_at": format!("2026-11-22T01:07:0{second}Z"),
            })
        })
        .collect();
    let answer = f.teacher().api("POST", &path, &json!(touches)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(f.truth(1, 0).await, is("absent", "roll"));
}
