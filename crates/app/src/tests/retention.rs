//! What is old goes, once a day, and nothing else.

use super::class;
use crate::wiring;
use db::{Value, args};
use kernel::{Id, Instant};
use platform::{Event, audit, retention};
use testkit::ClassFixture;
use testkit::world::insert;

const DAY: i64 = 86_400;

/// Lays rows of every kind: one older than its age by a minute, one younger by a minute; `waiting` ones stay at any age.
async fn lay(f: &ClassFixture) {
    let now = f.app.platform.clock.now();
    let tx = f.app.system().begin().await.unwrap();
    let old = |days: i64| [now.plus_secs(-days * DAY - 60), now.plus_secs(-days * DAY + 60)];
    let person = f.people[0];
    for (number, at) in (0_i64..).zip(old(retention::KEY_DAYS)) {
        let key: [(&str, Value); 6] = [
            ("owner", person.into()),
            ("idempotency_key", format!("key-{number}").into()),
            ("request_hash", "x".into()),
            ("status", 201_i64.into()),
            ("answer", "{}".into()),
            ("at", at.into()),
        ];
        insert(&tx, "idempotency_key", &key).await;
    }
    for (template, days) in [
        ("enrollment.confirmed", retention::MESSAGE_DAYS),
        ("sign_in.code", retention::CODE_MESSAGE_DAYS),
    ] {
        for at in old(days) {
            message(&tx, f, template, "shown", at).await;
        }
    }
    message(
        &tx,
        f,
        "enrollment.confirmed",
        "waiting",
        now.plus_secs(-999 * DAY),
    )
    .await;
    for (state, days) in [
        ("done", retention::DONE_JOB_DAYS),
        ("failed", retention::FAILED_JOB_DAYS),
    ] {
        for at in old(days) {
            job(&tx, f, state, at).await;
        }
    }
    for (number, at) in (0_i64..).zip(old(people::erasure::model::CODE_DAYS)) {
        code(&tx, number, at).await;
    }
    for at in old(people::erasure::model::SIGN_IN_DAYS) {
        sign_in(&tx, f, at).await;
    }
    for at in old(people::erasure::model::ENDED_DAYS) {
        token_and_card(&tx, f, at).await;
    }
    tx.commit(vec![Event::new("test.laid", "person", person)])
        .await
        .unwrap();
}

async fn code(tx: &platform::Tx, number: i64, at: Instant) {
    let code: [(&str, Value); 7] = [
        ("phone_index", format!("phone-{number}").into()),
        ("code_hash", "x".into()),
        ("sent_at", at.into()),
        ("expires_at", at.into()),
        ("tries", 0_i64.into()),
        ("sent_today", 1_i64.into()),
        ("day", at.date().into()),
    ];
    insert(tx, "sign_in_code", &code).await;
}

async fn message(tx: &platform::Tx, f: &ClassFixture, template: &str, state: &str, at: Instant) {
    let id: Id<()> = f.app.platform.ids.next();
    let row: [(&str, Value); 8] = [
        ("id", id.into()),
        ("template", template.into()),
        ("to_sealed", "x".into()),
        ("to_masked", "138****8000".into()),
        ("text_sealed", "x".into()),
        ("state", state.into()),
        ("attempts", 1_i64.into()),
        ("created_at", at.into()),
    ];
    insert(tx, "message", &row).await;
}

async fn job(tx: &platform::Tx, f: &ClassFixture, state: &str, at: Instant) {
    let id: Id<()> = f.app.platform.ids.next();
    let row: [(&str, Value); 10] = [
        ("id", id.into()),
        ("kind", "test.old".into()),
        ("payload", "{}".into()),
        ("run_at", at.into()),
        ("state", state.into()),
        ("attempts", 1_i64.into()),
        ("done", 0_i64.into()),
        ("total", 0_i64.into()),
        ("report", "".into()),
        ("created_at", at.into()),
    ];
    insert(tx, "job", &row).await;
}

async fn sign_in(tx: &platform::Tx, f: &ClassFixture, at: Instant) {
    let id: Id<()> = f.app.platform.ids.next();
    let row: [(&str, Value); 10] = [
        ("id", id.into()),
        ("token_hash", id.to_string().into()),
        ("person_id", f.people[0].into()),
        ("method", "phone".into()),
        ("strong", false.into()),
        ("device", "安卓手机".into()),
        ("created_at", at.into()),
        ("seen_at", at.into()),
        ("expires_at", at.into()),
        ("idle_secs", 60_i64.into()),
    ];
    insert(tx, "sign_in", &row).await;
}

async fn token_and_card(tx: &platform::Tx, f: &ClassFixture, at: Instant) {
    let id: Id<()> = f.app.platform.ids.next();
    let token: [(&str, Value); 7] = [
        ("id", id.into()),
        ("token_hash", id.to_string().into()),
        ("person_id", f.people[0].into()),
        ("name", "日历".into()),
        ("permissions", "".into()),
        ("created_at", at.into()),
        ("ended_at", at.into()),
    ];
    insert(tx, "api_token", &token).await;
    let card: [(&str, Value); 6] = [
        ("id", id.into()),
        ("person_id", f.people[0].into()),
        ("code_index", id.to_string().into()),
        ("issued_at", at.into()),
        ("ended_at", at.into()),
        ("failures", 0_i64.into()),
    ];
    insert(tx, "code_card", &card).await;
}

/// How many of the laid rows are there: keys, messages, jobs, codes, sign-ins, tokens, cards.
async fn left(f: &ClassFixture) -> Vec<i64> {
    let mut all = Vec::new();
    for sql in [
        "SELECT count(*) FROM idempotency_key",
        "SELECT count(*) FROM message",
        "SELECT count(*) FROM job WHERE kind = 'test.old'",
        "SELECT count(*) FROM sign_in_code",
        "SELECT count(*) FROM sign_in",
        "SELECT count(*) FROM api_token",
        "SELECT count(*) FROM code_card",
    ] {
        all.push(f.app.platform.db.query_one(sql, args![]).await.unwrap());
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_days_work_removes_what_is_too_old_and_runs_twice() {
    let f = class().await;
    lay(&f).await;
    assert_eq!(left(&f).await, [2, 5, 4, 2, 2, 2, 2]);
    let jobs = wiring::jobs();
    for run in 0..2 {
        wiring::begin_day(&f.app.system()).await.unwrap();
        f.app.run_jobs(&jobs).await;
        assert_eq!(left(&f).await, [1, 3, 2, 1, 1, 1, 1], "run {run}");
    }
    let swept: i64 = f
        .one("SELECT count(*) FROM event WHERE kind = 'retention.swept'")
        .await;
    assert_eq!(swept, 9, "an event for each kind that was there");
    // The next day what was too young is old enough; a second run of that day's job changes nothing.
    f.app.platform.clock.advance(DAY);
    for _ in 0..2 {
        wiring::begin_day(&f.app.system()).await.unwrap();
        f.app.run_jobs(&jobs).await;
        assert_eq!(left(&f).await, [0, 1, 0, 0, 0, 0, 0]);
    }
    let tx = f.app.system().begin().await.unwrap();
    let (nothing, now) = (serde_json::json!({}), f.app.platform.clock.now());
    let again = platform::job::enqueue(&tx, retention::SWEEP.name, &nothing, now, None)
        .await
        .unwrap();
    tx.commit(vec![Event::new("test.again", "job", again)])
        .await
        .unwrap();
    f.app.run_jobs(&jobs).await;
    let done = platform::job::find(&f.app.platform.db, again).await.unwrap();
    assert!(
        done.state == "done" && done.report.contains("idempotency_key 0"),
        "{}",
        done.report
    );
    assert_eq!(
        audit::verify(&f.app.platform.db).await.unwrap().faults,
        Vec::<String>::new()
    );
}
