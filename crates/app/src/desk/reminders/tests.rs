//! Reminders on a small world: who is told, once a day.

use super::REMIND;
use crate::installation::Shared;
use crate::tests::issue_plan;
use crate::wiring;
use db::args;
use kernel::PersonId;
use platform::{Event, Role};
use testkit::{TestApp, Town};

/// Runs the job, and what it queued behind itself.
async fn run(app: &TestApp) {
    let ctx = app.system();
    let tx = ctx.begin().await.unwrap();
    let job = platform::job::enqueue(&tx, REMIND.name, &serde_json::json!({}), ctx.now(), None)
        .await
        .unwrap();
    tx.commit(vec![Event::new("test.queued", "job", job)])
        .await
        .unwrap();
    app.run_jobs(&[REMIND, platform::message::SEND]).await;
}

async fn told(app: &TestApp) -> i64 {
    let sql = "SELECT count(*) FROM message WHERE template = 'desk.reminder' {unscoped: a test}";
    app.platform.db.query_one(sql, args![]).await.unwrap()
}

/// Asks both schools to a meeting of tomorrow.
async fn call_meeting(town: &Town, plan: &str) {
    let bureau = town.district(Role::DistrictBureau);
    let notice = [
        ("title", "联络员会议"),
        ("day", "2026-11-23"),
        ("time", "14:00"),
        ("place", "区社区学院 301"),
    ];
    let made = bureau.post(&format!("{plan}/meetings/new"), &notice).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let meeting = made.location().split('?').next().unwrap().to_owned();
    let guests = [("names", "莘庄镇社区学校、七宝镇社区学校")];
    assert_eq!(
        bureau.post(&format!("{meeting}/guests"), &guests).await.status,
        303
    );
    let points = [("points", "四季度进度")];
    assert_eq!(
        bureau.post(&format!("{meeting}/points"), &points).await.status,
        303
    );
    assert_eq!(bureau.post(&format!("{meeting}/call"), &[]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_something_due_is_told_once_a_day() {
    let app = TestApp::start_with(wiring::SCHEMAS, async |platform| {
        wiring::routes(&Shared::start(platform).await.unwrap())
    })
    .await;
    let town = Town::new(app).await;
    let app = &town.app;
    let plan = issue_plan(&town.district(Role::DistrictBureau), town.world.district).await;
    give_phone(app, town.world.there.registrar).await;
    spoil_phone(app, town.world.here.registrar).await;
    run(app).await;
    assert_eq!(told(app).await, 0, "nothing is due");
    app.platform.clock.advance(1);
    call_meeting(&town, &plan).await;
    // That day's reminders are done.
    run(app).await;
    assert_eq!(told(app).await, 0);
    app.platform.clock.advance(86_400 - 3_600);
    app.platform.clock.advance(12 * 3_600);
    run(app).await;
    assert_eq!(told(app).await, 0, "nobody is told in the night");
    app.platform.clock.advance(-12 * 3_600);
    run(app).await;
    run(app).await;
    assert_eq!(
        told(app).await,
        1,
        "once, though of the one before nothing can be read"
    );
    let person = "SELECT person_id FROM message WHERE template = 'desk.reminder' {unscoped: a test}";
    let person: PersonId = app.platform.db.query_one(person, args![]).await.unwrap();
    assert_eq!(person, town.world.there.registrar);
    app.platform.clock.advance(86_400);
    run(app).await;
    assert_eq!(told(app).await, 1, "the meeting is over");
}

async fn give_phone(app: &TestApp, person: PersonId) {
    let place = format!("person.phone.{person}");
    let sealed = app.platform.keys.seal("13800000000", &place);
    let tx = app.system().begin().await.unwrap();
    let sql = "UPDATE person SET phone_sealed = $2 WHERE id = $1";
    tx.exec(sql, args![person, sealed]).await.unwrap();
    tx.commit(vec![Event::new("test.phone", "person", person)])
        .await
        .unwrap();
}

/// What is kept as the number of somebody cannot be opened any more.
async fn spoil_phone(app: &TestApp, person: PersonId) {
    let tx = app.system().begin().await.unwrap();
    let sql = "UPDATE person SET phone_sealed = 'spoiled' WHERE id = $1";
    tx.exec(sql, args![person]).await.unwrap();
    tx.commit(vec![Event::new("test.phone", "person", person)])
        .await
        .unwrap();
}
