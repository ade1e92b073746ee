//! What is removed when it is old: a daily job, the same whether it runs once or twice.
//!
//! | what | removed when it is older than |
//! |---|---|
//! | answers kept for an `Idempotency-Key` | [`KEY_DAYS`] |
//! | messages that were sent, shown or given up | [`MESSAGE_DAYS`] |
//! | of these, codes for signing in | [`CODE_MESSAGE_DAYS`] |
//! | jobs that are done | [`DONE_JOB_DAYS`] |
//! | jobs that failed and that nobody took up | [`FAILED_JOB_DAYS`] |
//!
//! Codes, sign-ins, tokens and cards: `people::retention`. Events are never removed.

use crate::{AppResult, Ctx, Event, Job, JobFuture, JobKind};
use db::args;
use kernel::Instant;
use serde_json::json;

/// Days for which the answer to an `Idempotency-Key` is kept: nobody sends a request again after a week.
pub const KEY_DAYS: i64 = 7;
/// Days for which a message is kept: longer than anybody asks whether they were told.
pub const MESSAGE_DAYS: i64 = 90;
/// Days for which a message with a code for signing in is kept: the code is good for minutes.
pub const CODE_MESSAGE_DAYS: i64 = 2;
/// Days for which a job that is done is kept, for its report.
pub const DONE_JOB_DAYS: i64 = 30;
/// Days for which a job that failed waits for a person.
pub const FAILED_JOB_DAYS: i64 = 180;

/// Rows removed in one transaction, so that nobody waits long for the writer.
const AT_ONCE: i64 = 2_000;

/// One kind of row that grows old.
#[derive(Debug, Clone, Copy)]
pub struct Old {
    /// Its name in the event and the report.
    pub what: &'static str,
    /// Its age in days.
    pub days: i64,
    /// Removes at most `$2` rows older than the moment `$1`.
    pub sql: &'static str,
}

const OLD: &[Old] = &[
    Old {
        what: "idempotency_key",
        days: KEY_DAYS,
        sql: "DELETE FROM idempotency_key WHERE (owner, idempotency_key) IN (
                SELECT owner, idempotency_key FROM idempotency_key WHERE at < $1
                ORDER BY owner, idempotency_key LIMIT $2)",
    },
    Old {
        what: "message",
        days: MESSAGE_DAYS,
        sql: "DELETE FROM message WHERE id IN (
                SELECT id FROM message WHERE created_at < $1 AND state <> 'waiting' ORDER BY created_at, id LIMIT $2)",
    },
    Old {
        what: "message.code",
        days: CODE_MESSAGE_DAYS,
        sql: "DELETE FROM message WHERE id IN (
                SELECT id FROM message WHERE created_at < $1 AND template = 'sign_in.code' AND state <> 'waiting'
                ORDER BY created_at, id LIMIT $2)",
    },
    Old {
        what: "job.done",
        days: DONE_JOB_DAYS,
        sql: "DELETE FROM job WHERE id IN (
                SELECT id FROM job WHERE state = 'done' AND run_at < $1 ORDER BY run_at, id LIMIT $2)",
    },
    Old {
        what: "job.failed",
        days: FAILED_JOB_DAYS,
        sql: "DELETE FROM job WHERE id IN (
                SELECT id FROM job WHERE state = 'failed' AND run_at < $1 ORDER BY run_at, id LIMIT $2)",
    },
];

/// The platform's daily sweep.
pub const SWEEP: JobKind = JobKind {
    name: "platform.sweep",
    run: |ctx, job| -> JobFuture { Box::pin(async move { sweep(&ctx, &job, OLD).await }) },
};

/// Removes what is older than its age, a piece at a time; the report says how many rows of each kind went.
///
/// # Errors
/// When the database refuses.
pub async fn sweep(ctx: &Ctx, job: &Job, kinds: &[Old]) -> AppResult<String> {
    let mut report = Vec::new();
    for old in kinds {
        let before = ctx.now().plus_secs(-old.days * 86_400);
        let mut all = 0;
        loop {
            let gone = remove(ctx, job, old, before).await?;
            all += gone;
            if gone < AT_ONCE.unsigned_abs() {
                break;
            }
        }
        report.push(format!("{} {all}", old.what));
    }
    Ok(format!("过期删除：{}", report.join("，")))
}

async fn remove(ctx: &Ctx, job: &Job, old: &Old, before: Instant) -> AppResult<u64> {
    let tx = ctx.begin().await?;
    let gone = tx.exec(old.sql, args![before, AT_ONCE]).await?;
    if gone > 0 {
        let data = json!({ "what": old.what, "rows": gone, "days": old.days });
        tx.commit(vec![Event::new("retention.swept", "job", job.id).data(data)])
            .await?;
    }
    Ok(gone)
}
