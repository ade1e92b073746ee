//! Sessions, through the router.

use crate::sessions::{SessionChange, SessionRow, actions, of_class};
use crate::testing::Town;
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
    let refused = actions::change(&sibling, session.id, moved.clone(), 1).await;
    assert_eq!(refused.unwrap_err().status(), 404);
    let teacher = town.app.ctx(town.teacher(&town.world.here));
    let refused = actions::change(&teacher, session.id, moved.clone(), 1).await;
    assert_eq!(refused.unwrap_err().status(), 403);
    actions::change(&clerk, session.id, moved.clone(), 1)
        .await
        .unwrap();
    let refused = actions::change(&clerk, session.id, moved, 1).await;
    assert_eq!(refused.unwrap_err().code(), "changed_meanwhile");
    let payload = town
        .text("SELECT j.payload FROM job j WHERE j.kind = 'session.changed'")
        .await;
    for part in [
        session.id.to_string().as_str(),
        "3月2日（星期二）9:00–10:30",
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
        let error = actions::change(&clerk, session.id, change, 1).await.unwrap_err();
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
