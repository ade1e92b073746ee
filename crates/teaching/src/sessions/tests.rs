//! Sessions, through the router.

use crate::classes::FirstLessonCheck;
use crate::sessions::{SessionChange, SessionRow, actions, of_class};
use crate::testing::Town;
use serde_json::{Value, json};
use testkit::world::ClassPlan;

fn change_of(session: &SessionRow) -> SessionChange {
    SessionChange {
        day: session.day,
        starts: session.starts,
        minutes: session.minutes,
        room_id: session.room_id,
        teacher_id: session.teacher_id,
        topic: session.topic.clone(),
        reason: "教室维修".into(),
    }
}

async fn first(town: &Town, plan: &ClassPlan) -> SessionRow {
    let class = town.class(plan).await;
    of_class(&town.app.platform.db, class).await.unwrap().remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_moved_and_learners_are_told() {
    let town = Town::start().await;
    let session = first(&town, &ClassPlan::default()).await;
    let clerk = town.app.ctx(town.registrar(&town.world.here));
    let moved = SessionChange {
        day: "2027-03-02".parse().unwrap(),
        ..change_of(&session)
    };
    let sibling = town.app.ctx(town.registrar(&town.world.there));
    let refused = actions::change(&sibling, session.id, moved.clone(), 1, None).await;
    assert_eq!(refused.unwrap_err().status(), 404);
    let teacher = town.app.ctx(town.teacher(&town.world.here));
    let refused = actions::change(&teacher, session.id, moved.clone(), 1, None).await;
    assert_eq!(refused.unwrap_err().status(), 403);
    actions::change(&clerk, session.id, moved.clone(), 1, None)
        .await
        .unwrap();
    let refused = actions::change(&clerk, session.id, moved, 1, None).await;
    assert_eq!(refused.unwrap_err().code(), "changed_meanwhile");
    let payload = town
        .text("SELECT j.payload FROM job j WHERE j.kind = 'session.changed'")
        .await;
    for part in [
        session.id.to_string().as_str(),
        "3月2日（星期二）09:00–10:30",
        "教室维修",
        "101 教室",
    ] {
        assert!(payload.contains(part), "{part} in {payload}");
    }
    let starts = town
        .text("SELECT c.starts_on FROM class c {unscoped: test}")
        .await;
    assert_eq!(starts, "2027-03-02", "the class follows");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_lesson_that_is_moved_forward_is_asked_of_the_domain_above() {
    let town = Town::start().await;
    let session = first(&town, &ClassPlan::default()).await;
    let clerk = town.app.ctx(town.registrar(&town.world.here));
    let enrolling = Some(FirstLessonCheck(|_, _, first| {
        let words = first.to_china_text();
        Box::pin(async { Err(platform::AppError::refused("round_closes_later", words)) })
    }));
    let on = |day: &str, starts: &str| SessionChange {
        day: day.parse().unwrap(),
        starts: starts.parse().unwrap(),
        ..change_of(&session)
    };
    for (day, starts, told) in [
        ("2027-02-26", "09:00", "2027-02-26T09:00"),
        ("2027-03-01", "08:30", "2027-03-01T08:30"),
    ] {
        let refused = actions::change(&clerk, session.id, on(day, starts), 1, enrolling).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.code(), "round_closes_later");
        assert!(refused.sentence().starts_with(told), "{}", refused.sentence());
        let refused = actions::add(&clerk, session.class_id, on(day, starts), enrolling).await;
        // At another hour of the same day the class itself is in the room.
        let code = refused.unwrap_err().code();
        assert!(["round_closes_later", "clash"].contains(&code), "{code}");
    }
    let starts = "SELECT c.starts_on FROM class c {unscoped: test}";
    assert_eq!(town.text(starts).await, "2027-03-01", "nothing was changed");
    // Later is nobody's business but the learners'.
    let later = on("2027-03-02", "09:00");
    actions::change(&clerk, session.id, later, 1, enrolling)
        .await
        .unwrap();
    assert_eq!(town.text(starts).await, "2027-03-02");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clash_and_wrong_input_are_refused() {
    let town = Town::start().await;
    let session = first(&town, &ClassPlan::default()).await;
    let other = ClassPlan {
        name: "合唱".into(),
        weekday: 2,
        days: vec!["2027-03-02".into()],
        ..ClassPlan::default()
    };
    town.class(&other).await;
    let clerk = town.app.ctx(town.registrar(&town.world.here));
    for (day, starts, minutes, reason, code, text) in [
        ("2027-03-02", "10:00", 90, "维修", "clash", "「合唱」"),
        ("2030-03-02", "10:00", 90, "维修", "invalid", "日期太远了"),
        ("2026-11-21", "09:00", 90, "维修", "invalid", "日期已经过去"),
        ("2027-03-03", "23:00", 90, "维修", "invalid", "24:00 前下课"),
        ("2027-03-03", "09:00", 90, "", "invalid", "原因"),
    ] {
        let change = SessionChange {
            day: day.parse().unwrap(),
            starts: starts.parse().unwrap(),
            minutes,
            reason: reason.into(),
            ..change_of(&session)
        };
        let error = actions::change(&clerk, session.id, change, 1, None)
            .await
            .unwrap_err();
        assert_eq!(error.code(), code, "{day} {starts}");
        assert!(error.sentence().contains(text), "{}", error.sentence());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_and_made_up() {
    let town = Town::start().await;
    let session = first(&town, &ClassPlan::default()).await;
    let (clerk, sibling) = town.clerks();
    let page = format!("/desk/sessions/{}", session.id);
    assert_eq!(sibling.get(&page).await.status, 404);
    let empty = clerk
        .post(&format!("{page}/cancel"), &[("reason", ""), ("version", "1")])
        .await;
    assert_eq!(empty.status, 422);
    let cancel = format!("{page}/cancel");
    let done = clerk.submit(&cancel, &cancel, &[("reason", "台风")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let again = clerk
        .post(&format!("{page}/cancel"), &[("reason", "台风"), ("version", "2")])
        .await;
    assert!(again.status == 409 && again.shows("已经上过或已取消"));
    let new = format!("/desk/classes/{}/sessions/new", session.class_id);
    let room = kernel::Id::<()>::from_raw(town.world.here.room).to_string();
    let fields = [
        ("day", "2027-03-27"),
        ("starts", "14:00"),
        ("minutes", "90"),
        ("room", room.as_str()),
        ("teacher", &town.world.here.teacher.to_string()),
        ("reason", "补台风的课"),
    ];
    let added = clerk.post(&new, &fields).await;
    assert_eq!(added.status, 303, "{}", added.body);
    let list = clerk
        .get(&format!("/desk/classes/{}/sessions", session.class_id))
        .await;
    assert!(list.shows("第 5 次") && list.shows("停课") && list.shows("台风"));
    let class = "SELECT c.session_count FROM class c {unscoped: test}";
    assert_eq!(town.number(class).await, 4);
    let week = clerk.get("/desk/calendar?week=2027-03-24").await;
    assert!(week.shows("14:00–15:30 书法入门"), "{}", week.body);
    let foreign = format!("/desk/calendar?org={}", town.world.there.org);
    assert_eq!(clerk.get(&foreign).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_move_add_and_cancel() {
    let town = Town::start().await;
    let session = first(&town, &ClassPlan::default()).await;
    let (clerk, sibling) = town.clerks();
    let all = format!("/api/v1/classes/{}/sessions", session.class_id);
    let path = format!("/api/v1/sessions/{}", session.id);
    let listed = clerk
        .call(200, "GET", &format!("{all}?limit=1"), &Value::Null)
        .await;
    assert_eq!(
        (
            listed["items"][0]["room"]["name"].as_str(),
            listed["next"].as_str()
        ),
        (Some("101 教室"), Some("1"))
    );
    let body = json!({ "day": "2027-03-02", "starts": "09:00", "minutes": 90, "room": session.room_id,
        "teacher": session.teacher_id, "reason": "教室维修", "version": 1 });
    let callers = [
        (town.app.visitor(), 401),
        (town.app.signed_in(town.teacher(&town.world.here)), 403),
        (sibling, 404),
    ];
    let cancel = format!("{path}/cancel");
    let calls = [
        ("PUT", path.as_str(), &body),
        ("POST", &all, &body),
        ("POST", &cancel, &body),
    ];
    testkit::all_refused(&callers, &calls).await;
    clerk.call(204, "PUT", &path, &body).await;
    let late = clerk.call(409, "PUT", &path, &body).await;
    assert_eq!(late["type"], "/problems/changed_meanwhile");
    // Another session of the class stands there already.
    let mut clash = body.clone();
    clash["day"] = json!("2027-03-08");
    let told = clerk.call(409, "POST", &all, &clash).await;
    assert_eq!(
        (told["type"].as_str(), testkit::wrong_fields(&told)),
        (Some("/problems/clash"), vec!["room"])
    );
    let sentence = told["errors"][0]["sentence"].as_str().unwrap();
    assert!(sentence.contains("「书法入门」（09:00–10:30）"), "{sentence}");
    let mut extra = body.clone();
    extra["day"] = json!("2027-03-27");
    clerk.call(201, "POST", &all, &extra).await;
    let reason = |version: i64| json!({ "reason": "台风", "version": version });
    clerk.call(204, "POST", &cancel, &reason(2)).await;
    clerk.call(409, "POST", &cancel, &reason(3)).await;
    let there = kernel::Id::<()>::from_raw(town.world.there.room);
    let wrong = [
        ("day", json!("2026-11-21")),
        ("starts", json!("9 点")),
        ("minutes", json!(0)),
        ("room", json!(there)),
        ("teacher", json!(town.world.here.registrar)),
        ("topic", json!("长".repeat(61))),
        ("reason", json!("")),
    ];
    clerk.told_of_each("POST", &all, &extra, &wrong).await;
}
