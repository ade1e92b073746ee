//! Commits, chains, jobs and messages on the database of this run.
#![expect(clippy::unwrap_used, reason = "tests")]

use db::args;
use kernel::{Id, OrgId};
use platform::{
    Actor, AppError, Event, Job, JobFuture, JobKind, Permission, Role, Routes, audit, job, message,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::TestApp;

async fn app() -> TestApp {
    TestApp::start(&[platform::SCHEMA], |_| Routes::new()).await
}

fn org(number: i64) -> OrgId {
    Id::from_raw(number)
}

async fn events(app: &TestApp) -> i64 {
    app.platform
        .db
        .query_one("SELECT count(*) FROM event", args![])
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_without_an_event_is_refused_and_writes_nothing() {
    let app = app().await;
    let tx = app.system().begin().await.unwrap();
    platform::setting::set(&tx, "name", &"value", app.platform.clock.now())
        .await
        .unwrap();
    assert!(matches!(tx.commit(Vec::new()).await, Err(AppError::Internal(_))));
    let kept: Option<String> = platform::setting::get(&app.platform.db, "name").await.unwrap();
    assert_eq!(kept, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_proves_itself_and_shows_every_change() {
    let app = app().await;
    for number in 1..=5 {
        let tx = app.system().begin().await.unwrap();
        let event = Event::new("room.changed", "room", org(number))
            .at(org(7))
            .note(format!("因为 {number}"));
        tx.commit(vec![event.clone(), event]).await.unwrap();
    }
    audit::anchor(&app.system()).await.unwrap();
    let whole = audit::verify(&app.platform.db).await.unwrap();
    assert_eq!(
        (whole.events, whole.chains, whole.faults.len()),
        (11, 1, 0),
        "{whole:?}"
    );
    for (forgery, undo) in [
        (
            "UPDATE event SET actor_person = 9 WHERE subject_id = 3",
            "UPDATE event SET actor_person = NULL WHERE subject_id = 3",
        ),
        (
            "UPDATE event_note SET note = 'x' WHERE event_id = (SELECT max(event_id) FROM event_note)",
            "",
        ),
        ("DELETE FROM event WHERE subject_id = 2", ""),
    ] {
        forge(&app, forgery).await;
        assert!(
            !audit::verify(&app.platform.db).await.unwrap().faults.is_empty(),
            "{forgery}"
        );
        if !undo.is_empty() {
            forge(&app, undo).await;
            assert!(audit::verify(&app.platform.db).await.unwrap().faults.is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_shows_that_the_newest_events_were_cut_off() {
    let app = app().await;
    for number in 1..=3 {
        let tx = app.system().begin().await.unwrap();
        tx.commit(vec![Event::new("a.b", "a", org(number))])
            .await
            .unwrap();
    }
    platform::node::claim(&app.platform.db, "test", app.platform.clock.now(), None)
        .await
        .unwrap();
    audit::anchor(&app.system()).await.unwrap();
    forge(
        &app,
        "DELETE FROM event WHERE id >= (SELECT max(id) - 1 FROM event)",
    )
    .await;
    let verdict = audit::verify(&app.platform.db).await.unwrap();
    assert!(
        verdict.faults.iter().any(|fault| fault.contains("锚点")),
        "{verdict:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_note_does_not_break_the_chain() {
    let app = app().await;
    let tx = app.system().begin().await.unwrap();
    tx.commit(vec![Event::new("a.b", "a", org(1)).note("身体不好")])
        .await
        .unwrap();
    forge(&app, "UPDATE event_note SET note = NULL").await;
    assert!(audit::verify(&app.platform.db).await.unwrap().faults.is_empty());
}

async fn forge(app: &TestApp, sql: &str) {
    let tx = app.platform.db.begin().await.unwrap();
    tx.exec(sql, args![]).await.unwrap();
    tx.finish().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_commits_at_once_make_one_chain() {
    let app = app().await;
    let mut writers = Vec::new();
    for number in 0..40 {
        let ctx = app.system();
        writers.push(tokio::spawn(async move {
            let tx = ctx.begin().await.unwrap();
            tx.commit(vec![Event::new("a.b", "a", org(number))])
                .await
                .unwrap();
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let verdict = audit::verify(&app.platform.db).await.unwrap();
    assert_eq!((verdict.events, verdict.chains, verdict.faults.len()), (40, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_keeps_its_number_and_takes_only_silent_ones() {
    let app = app().await;
    let (db, now) = (&app.platform.db, app.platform.clock.now());
    for (holder, later, number) in [("a", 0, 1), ("b", 1, 2), ("a", 2, 1), ("c", 3, 3), ("d", 200, 1)] {
        assert_eq!(
            platform::node::claim(db, holder, now.plus_secs(later), None)
                .await
                .unwrap(),
            number,
            "{holder}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_number_is_refused_once_and_goes_on_under_another() {
    let app = app().await;
    let write = async |platform: &std::sync::Arc<platform::Platform>, number| {
        let tx = platform::Ctx::system(platform, "test").begin().await.unwrap();
        tx.commit(vec![Event::new("a.b", "a", org(number))]).await
    };
    let robbed = app.same_number().await;
    let now = app.platform.clock.now();
    platform::node::claim(&app.platform.db, "thief", now, None)
        .await
        .unwrap();
    write(&app.platform, 1).await.unwrap();
    let refused = write(&robbed, 2).await.unwrap_err();
    assert_eq!(refused.status(), 503, "{refused}");
    assert_ne!(robbed.chain.node(), app.platform.chain.node());
    write(&robbed, 3).await.unwrap();
    write(&app.platform, 4).await.unwrap();
    let verdict = audit::verify(&app.platform.db).await.unwrap();
    assert_eq!((verdict.events, verdict.chains, verdict.faults.len()), (3, 2, 0));
}

static RUNS: AtomicUsize = AtomicUsize::new(0);

fn fail_twice(_: platform::Ctx, _: Job) -> JobFuture {
    Box::pin(async {
        match RUNS.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => Err(AppError::Unavailable("not yet".into())),
            _ => Ok("好了".into()),
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_is_tried_again_later_and_unique_ones_are_kept_once() {
    let app = app().await;
    let kinds = [JobKind {
        name: "test.flaky",
        run: fail_twice,
    }];
    let tx = app.system().begin().await.unwrap();
    let now = app.platform.clock.now();
    let id = job::enqueue(&tx, "test.flaky", &serde_json::json!({}), now, Some("one".into()))
        .await
        .unwrap();
    job::enqueue(&tx, "test.flaky", &serde_json::json!({}), now, Some("one".into()))
        .await
        .unwrap();
    tx.commit(vec![Event::new("a.b", "a", org(1))]).await.unwrap();
    for (runs, state) in [(1, "waiting"), (0, "waiting")] {
        assert_eq!(app.run_jobs(&kinds).await, runs);
        assert_eq!(job::find(&app.platform.db, id).await.unwrap().state, state);
    }
    for state in ["waiting", "done"] {
        app.platform.clock.advance(100);
        app.run_jobs(&kinds).await;
        assert_eq!(job::find(&app.platform.db, id).await.unwrap().state, state);
    }
    let jobs: i64 = app
        .platform
        .db
        .query_one("SELECT count(*) FROM job", args![])
        .await
        .unwrap();
    assert_eq!(jobs, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sealed_and_settled_once() {
    let app = app().await;
    let tx = app.system().begin().await.unwrap();
    let draft = message::Draft {
        person: None,
        org: None,
        phone: "13912345678",
        template: "test",
        text: "您的验证码是 123456".into(),
    };
    message::send(&tx, draft).await.unwrap();
    tx.commit(vec![Event::new("a.b", "a", org(1))]).await.unwrap();
    assert_eq!(app.run_jobs(&[message::SEND]).await, 1);
    let sent = message::newest(&app.platform.db, platform::api::Part { limit: 10, offset: 0 })
        .await
        .unwrap();
    let first = sent.first().unwrap();
    assert_eq!(
        (first.state.as_str(), first.to_masked.as_str()),
        ("shown", "139****5678")
    );
    assert!(!first.text_sealed.contains("123456"));
    assert_eq!(
        message::open_text(&app.system(), first).unwrap(),
        "您的验证码是 123456"
    );
    assert_eq!(events(&app).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn permission_holds_in_the_posts_subtree_only() {
    let app = app().await;
    let registrar = testkit::staff(Id::from_raw(1), Role::Registrar, org(5), "/a/b/");
    for (actor, permission, reach) in [
        (
            registrar.clone(),
            Permission::ClassEdit,
            Some(("/a/b/c/", "/a/x/")),
        ),
        (registrar.clone(), Permission::AuditRead, None),
        (
            testkit::limited(registrar.clone(), &[Permission::ClassRead]),
            Permission::ClassEdit,
            None,
        ),
        (
            Actor {
                strong: false,
                ..registrar
            },
            Permission::ClassEdit,
            None,
        ),
    ] {
        let scope = app.ctx(actor).may(permission);
        match reach {
            Some((inside, outside)) => {
                let scope = scope.unwrap();
                assert!(scope.contains(inside) && !scope.contains(outside));
            }
            None => assert!(matches!(scope, Err(AppError::Forbidden(_)))),
        }
    }
    assert_eq!(
        app.ctx(Actor::default()).may(Permission::ClassRead),
        Err(AppError::SignInNeeded)
    );
}
