//! The page of a job, through the router.

use crate::installation::Shared;
use crate::wiring;
use kernel::JobId;
use platform::{AppError, Ctx, Event, JobFuture, JobKind, Role, job};
use testkit::{TestApp, World};

const KINDS: &[JobKind] = &[JobKind {
    name: "test.count",
    run: count,
}];

fn count(ctx: Ctx, job: job::Job) -> JobFuture {
    Box::pin(async move {
        job::progress(&ctx, job.id, 7, 7).await?;
        if job.payload.contains("bad") {
            return Err(AppError::refused("bad", "第 3 行的日期不对。"));
        }
        Ok("导入了 7 行".into())
    })
}

async fn queue(ctx: &Ctx, payload: &str) -> JobId {
    let tx = ctx.begin().await.unwrap();
    let id = job::enqueue(&tx, "test.count", &serde_json::json!(payload), ctx.now(), None)
        .await
        .unwrap();
    tx.commit(vec![Event::new("test.queued", "job", id)])
        .await
        .unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_who_started_it_sees_how_far_it_is_and_nobody_else() {
    let app = TestApp::start_with(wiring::SCHEMAS, async |platform| {
        wiring::routes(&Shared::start(platform).await.unwrap())
    })
    .await;
    let world = World::build(&app.platform).await;
    let mine = testkit::staff(
        world.here.registrar,
        Role::Registrar,
        world.here.org,
        &world.here.path,
    );
    let id = queue(&app.ctx(mine.clone()), "good").await;
    let browser = app.signed_in(mine.clone());
    let path = format!("/desk/jobs/{id}");
    let before = browser.get(&path).await;
    assert!(
        before.shows("等着做") && before.body.contains("hx-get"),
        "{}",
        before.body
    );
    app.run_jobs(KINDS).await;
    let after = browser.get(&path).await;
    assert!(
        after.shows("做了 7 个，共 7 个。") && after.shows("导入了 7 行"),
        "{}",
        after.body
    );
    assert!(!after.body.contains("hx-get"));
    let bad = queue(&app.ctx(mine), "bad").await;
    app.run_jobs(KINDS).await;
    let again = browser.get(&format!("/desk/jobs/{bad}")).await;
    assert!(
        again.shows("自动再试") && again.shows("第 3 行的日期不对。"),
        "{}",
        again.body
    );

    let other = testkit::staff(
        world.there.registrar,
        Role::Registrar,
        world.there.org,
        &world.there.path,
    );
    assert_eq!(app.signed_in(other).get(&path).await.status, 404);
    assert_eq!(browser.get("/desk/jobs/nothing").await.status, 404);
    assert_eq!(app.visitor().get(&path).await.status, 303);
}
