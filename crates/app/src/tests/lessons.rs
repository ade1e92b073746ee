//! Classes of a round and their first lesson: what teaching asks of enrolment, through the whole program.

use crate::installation::Shared;
use crate::wiring;
use enrollment::rounds::lifecycle;
use enrollment::rounds::model::{Audience, RoundDraft, RoundMethod};
use kernel::{Id, Instant};
use platform::{Event, Role, Routes};
use serde_json::{Value, json};
use teaching::ClassId;
use teaching::classes::ClassStatus;
use testkit::world::{ClassPlan, World, class};
use testkit::{TestApp, staff};

fn china(day: &str, time: &str) -> Instant {
    Instant::of_china(day.parse().unwrap(), time.parse().unwrap())
}

/// The day begins: the classes that are due are started.
async fn begins(app: &TestApp, class: ClassId) -> ClassStatus {
    let tx = app.system().begin().await.unwrap();
    let kind = teaching::classes::lifecycle::START;
    platform::job::enqueue(&tx, kind, &json!({}), tx.ctx().now(), None)
        .await
        .unwrap();
    tx.commit(vec![Event::new("test.day", "class", class)])
        .await
        .unwrap();
    app.run_jobs(&wiring::jobs()).await;
    teaching::classes::find(&app.platform.db, class)
        .await
        .unwrap()
        .status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_of_a_draw_meets_after_its_window_and_begins_after_its_result() {
    let empty = TestApp::start(wiring::SCHEMAS, |_| Routes::new()).await;
    let world = World::build(&empty.platform).await;
    let here = &world.here;
    let id: ClassId = Id::from_raw(class(&empty.platform, here, &ClassPlan::default()).await);
    let shared = Shared::start(&empty.platform).await.unwrap();
    let app = empty.with_routes(wiring::routes(&shared));
    let actor = staff(here.registrar, Role::Registrar, here.org, &here.path);
    let ctx = app.ctx(actor.clone());
    let draft = RoundDraft {
        org: here.org,
        name: "春季热门班摇号".into(),
        method: RoundMethod::Draw,
        audience: Audience::Everyone,
        opens: china("2026-11-20", "09:00"),
        closes: china("2027-02-20", "17:00"),
        wish_limit: 1,
        companion_limit: 1,
        ticket_cap: 1,
        newcomer_percent: 0,
        classes: vec![id],
    };
    let round = lifecycle::create(&ctx, draft).await.unwrap();
    let clerk = app.signed_in(actor);
    let listed = format!("/api/v1/classes/{id}/sessions");
    let sessions = clerk.call(200, "GET", &listed, &Value::Null).await;
    let first = sessions["items"][0]["id"].as_str().unwrap().to_owned();
    let body = |day: &str| json!({ "day": day, "starts": "09:00", "minutes": 90, "reason": "提前开课", "version": 1 });
    let path = format!("/api/v1/sessions/{first}");
    let refused = clerk.call(409, "PUT", &path, &body("2027-02-19")).await;
    assert_eq!(refused["type"], "/problems/round_closes_later", "{refused}");
    let added = clerk.call(409, "POST", &listed, &body("2027-02-19")).await;
    assert_eq!(added["type"], "/problems/round_closes_later", "{added}");
    clerk.call(204, "PUT", &path, &body("2027-02-26")).await;

    let clock = &app.platform.clock;
    clock.advance((china("2027-02-26", "00:10").millis() - clock.now().millis()) / 1000);
    assert_eq!(
        begins(&app, id).await,
        ClassStatus::Published,
        "its draw is not published"
    );
    let desk = async || -> Vec<String> {
        let waits = wiring::waiting(&ctx).await.unwrap();
        let titles = waits.into_iter().map(|one| one.title);
        titles
            .filter(|title| title.starts_with("名单没公布") || title.starts_with("人数不够"))
            .collect()
    };
    let held_up = desk().await;
    assert!(
        held_up.len() == 1 && held_up[0].starts_with("名单没公布"),
        "{held_up:?}"
    );
    lifecycle::cancel(&ctx, round, "报名的人少", 1).await.unwrap();
    let short = desk().await;
    assert!(short.len() == 1 && short[0].starts_with("人数不够"), "{short:?}");
    assert_eq!(begins(&app, id).await, ClassStatus::Running);
}
