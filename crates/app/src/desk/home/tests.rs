//! The desk's first page, through the router.

use crate::installation::Shared;
use crate::wiring;
use platform::Role;
use testkit::{TestApp, World};

async fn app() -> TestApp {
    TestApp::start_with(wiring::SCHEMAS, async |platform| {
        wiring::routes(&Shared::start(platform).await.unwrap())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_sign_in() {
    let answer = app().await.visitor().get("/desk").await;
    assert_eq!((answer.status, answer.location()), (303, "/sign-in?back=%2Fdesk"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_is_led_to_their_learning() {
    let app = app().await;
    let world = World::build(&app.platform).await;
    let answer = app
        .signed_in(testkit::learner(world.here.teacher))
        .get("/desk")
        .await;
    assert!(
        answer.shows("您还没有岗位") && answer.body.contains("href=\"/me\""),
        "{}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_their_posts_and_the_navigation_they_may_use() {
    let app = app().await;
    let world = World::build(&app.platform).await;
    let actor = testkit::staff(
        world.here.registrar,
        Role::Registrar,
        world.here.org,
        &world.here.path,
    );
    let answer = app.signed_in(actor.clone()).get("/desk").await;
    assert!(answer.shows("测试机构 · 教务员"));
    assert!(answer.body.contains("href=\"/desk/counter\"") && !answer.body.contains("href=\"/desk/audit\""));
    assert!(!answer.shows("动态口令"));
    let mut weak = actor;
    weak.strong = false;
    assert!(app.signed_in(weak).get("/desk").await.shows("用动态口令重新登录"));
}
