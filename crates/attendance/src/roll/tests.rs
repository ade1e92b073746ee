//! The roll through the router.

use crate::testing::{class, is};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_roll_is_a_plain_form() {
    let f = class().await;
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
    let f = class().await;
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
    let f = class().await;
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
    let f = class().await;
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
    let f = class().await;
    f.app.platform.clock.advance(-7 * 86_400);
    let roll = format!("/desk/sessions/{}/roll", f.sessions[0]);
    let field = format!("m-{}", f.people[0]);
    f.teacher().post(&roll, &[(&field, "absent")]).await;
    f.app.platform.clock.advance(7 * 86_400);
    assert_eq!(f.teacher().post(&roll, &[(&field, "present")]).await.status, 409);
    let path = format!("/desk/sessions/{}/marks/{}", f.sessions[0], f.people[0]);
    let page = f.registrar().get(&path).await;
    let was = testkit::html::hidden(&page.body, "was");
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

/// Titles and details of what waits for the teacher.
async fn waits(f: &testkit::ClassFixture) -> Vec<String> {
    let here = &f.world.here;
    let teacher = testkit::staff(here.teacher, platform::Role::Teacher, here.org, &here.path);
    let all = crate::waiting(&f.app.ctx(teacher)).await.unwrap();
    all.into_iter()
        .map(|item| format!("{} {}", item.title, item.detail))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_roll_waits_for_its_people() {
    let f = class().await;
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
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roll_waits_until_everybody_has_a_mark() {
    let f = class().await;
    let path = format!("/desk/sessions/{}/roll", f.sessions[1]);
    let mark = |at: usize| (format!("m-{}", f.people[at]), "present");
    for (at, left) in [(0, "今天上课，2 人没有点"), (1, "今天上课，1 人没有点")] {
        let (field, status) = mark(at);
        f.teacher().post(&path, &[(&field, status)]).await;
        let waits = waits(&f).await;
        assert!(waits.len() == 2 && waits[1].contains(left), "{waits:?}");
    }
    // Somebody who got a seat the day after is not asked for, but everybody who had one is.
    let late = testkit::world::learners(&f.app.platform, 1).await;
    testkit::roll::enroll(&f.app.platform, &f.world.here, f.raw, &late).await;
    let tx = f.app.system().begin().await.unwrap();
    let sql = "UPDATE enrollment SET seated_on = '2026-11-23' WHERE person_id = $1 {unscoped: test}";
    tx.exec(sql, db::args![late[0]]).await.unwrap();
    tx.commit(vec![platform::Event::new("test.late", "person", late[0])])
        .await
        .unwrap();
    assert!(f.teacher().get(&path).await.shows("还没点 1"));
    // The act of its own: those who were not marked did not come.
    let done = f.teacher().post(&path, &[("rest", "absent")]).await;
    assert_eq!(done.location(), format!("{path}?saved=1"));
    assert_eq!(f.truth(1, 2).await, is("absent", "roll"));
    let waits = waits(&f).await;
    assert!(waits.len() == 1 && waits[0].contains("第 1 次课"), "{waits:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_taken_roll_is_finished_after_the_day_with_a_reason() {
    let f = class().await;
    let path = format!("/desk/sessions/{}/roll", f.sessions[1]);
    let finish = format!("/desk/sessions/{}/finish", f.sessions[1]);
    let field = format!("m-{}", f.people[0]);
    f.teacher().post(&path, &[(&field, "present")]).await;
    let reason = [("reason", "当天只点了到的人")];
    let today = f.registrar().post(&finish, &reason).await;
    assert!(
        today.status == 409 && today.shows("今天还能点名"),
        "{}",
        today.body
    );
    f.app.platform.clock.advance(86_400);
    assert!(f.registrar().get(&path).await.shows("还有 2 人没有记录"));
    assert!(!f.teacher().get(&path).await.shows("还有 2 人没有记录"));
    assert_eq!(f.teacher().post(&finish, &reason).await.status, 403);
    assert_eq!(f.siblings()[0].post(&finish, &reason).await.status, 404);
    let without = f.registrar().post(&finish, &[("reason", "")]).await;
    assert!(
        without.status == 422 && without.shows("写明为什么"),
        "{}",
        without.body
    );
    let done = f.registrar().post(&finish, &reason).await;
    assert_eq!(done.location(), format!("{path}?saved=2"));
    assert_eq!(f.truth(1, 0).await, is("present", "roll"));
    assert_eq!(f.truth(1, 1).await, is("absent", "correction"));
    let trace = format!("/desk/sessions/{}/marks/{}", f.sessions[1], f.people[1]);
    assert!(f.registrar().get(&trace).await.shows("当天只点了到的人"));
    let events = "SELECT count(*) FROM event WHERE kind = 'attendance.finished'";
    assert_eq!(f.one::<i64>(events).await, 1);
    assert_eq!(
        f.registrar().post(&finish, &reason).await.location(),
        format!("{path}?saved=0")
    );
    assert_eq!(f.one::<i64>(events).await, 1, "nothing left to finish");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_is_a_script_within_its_scope() {
    let f = class().await;
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
    let f = class().await;
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
