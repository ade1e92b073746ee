//! Reminders on a small world: who is told, once a day.

use super::REMIND;
use crate::wiring;
use db::args;
use kernel::PersonId;
use platform::Event;
use testkit::world::ClassPlan;
use testkit::{TestApp, World, roll, world};

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

#[tokio::test(flavor = "multi_thread")]
async fn who_has_something_due_is_told_once_a_day() {
    let app = TestApp::start(wiring::SCHEMAS, |_| platform::Routes::new()).await;
    let world = World::build(&app.platform).await;
    run(&app).await;
    assert_eq!(told(&app).await, 0, "nothing is due");
    // A lesson of yesterday without a roll waits for the teacher and the registrar; the registrar has a telephone.
    let plan = ClassPlan {
        days: vec!["2026-11-21".to_owned()],
        status: "running".to_owned(),
        ..ClassPlan::default()
    };
    let class = world::class(&app.platform, &world.here, &plan).await;
    let learners = world::learners(&app.platform, 2).await;
    roll::enroll(&app.platform, &world.here, class, &learners).await;
    give_phone(&app, world.here.registrar).await;
    run(&app).await;
    run(&app).await;
    assert_eq!(told(&app).await, 1, "once, and only who can be told");
    app.platform.clock.advance(86_400);
    run(&app).await;
    assert_eq!(told(&app).await, 2, "a Monday tells of what is overdue");
    app.platform.clock.advance(86_400);
    run(&app).await;
    assert_eq!(told(&app).await, 2, "and then it is quiet");
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
