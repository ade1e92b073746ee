//! Long or later work: queued in the transaction that needs it, done by any node, resumed after a crash.
//!
//! A job runs at least once, so its work must give the same result when it runs twice.

use crate::{AppError, AppResult, Ctx, Platform};
use db::{Db, Tx, args, record};
use kernel::{Instant, JobId, PersonId};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A job whose worker was not heard of for so long (seconds) is taken over.
const ABANDONED_SECS: i64 = 120;
/// After so many failed tries a job waits for a person.
const MAX_ATTEMPTS: i64 = 8;

record! {
    /// A queued piece of work.
    pub struct Job {
        /// Its id.
        pub id: JobId,
        /// Which [`JobKind`] does it.
        pub kind: String,
        /// JSON for the kind.
        pub payload: String,
        /// Tries so far.
        pub attempts: i64,
        /// waiting, running, done, failed.
        pub state: String,
        /// Steps done.
        pub done: i64,
        /// Steps in all; 0 when not known yet.
        pub total: i64,
        /// What it says for people, in Chinese.
        pub report: String,
    }
}

/// The future of a running job.
pub type JobFuture = Pin<Box<dyn Future<Output = AppResult<String>> + Send>>;

/// A kind of job and the function that does it; the text it returns is its report.
#[derive(Clone, Copy)]
pub struct JobKind {
    /// Name, such as `message.send`.
    pub name: &'static str,
    /// Does the work.
    pub run: fn(Ctx, Job) -> JobFuture,
}

/// Queues a job; with a `unique_key`, a job already waiting under the same key stays the only one.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue(
    tx: &crate::Tx,
    kind: &'static str,
    payload: &serde_json::Value,
    run_at: Instant,
    unique_key: Option<String>,
) -> AppResult<JobId> {
    let ctx = tx.ctx();
    let id: JobId = ctx.new_id();
    tx.exec(
        "INSERT INTO job (id, kind, payload, run_at, state, attempts, unique_key, done, total, report, created_by, created_at)
         VALUES ($1, $2, $3, $4, 'waiting', 0, $5, 0, 0, '', $6, $7)
         ON CONFLICT (unique_key) DO NOTHING",
        args![id, kind, payload.to_string(), run_at, unique_key, ctx.actor.person, ctx.now()],
    )
    .await?;
    Ok(id)
}

/// How a job stands.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn find(db: &Db, id: JobId) -> AppResult<Job> {
    Ok(db
        .query_one(
            "SELECT id, kind, payload, attempts, state, done, total, report FROM job WHERE id = $1",
            args![id],
        )
        .await?)
}

/// How a job of this person stands.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, or another queued it.
pub async fn find_of(db: &Db, id: JobId, person: PersonId) -> AppResult<Job> {
    Ok(db
        .query_one(
            "SELECT id, kind, payload, attempts, state, done, total, report FROM job
             WHERE id = $1 AND created_by = $2",
            args![id, person],
        )
        .await?)
}

/// How many jobs are due or running.
///
/// # Errors
/// When the database cannot be reached.
pub async fn pending(db: &Db, now: Instant) -> AppResult<i64> {
    Ok(db
        .query_one(
            "SELECT COUNT(*) FROM job WHERE state = 'running' OR (state = 'waiting' AND run_at <= $1)",
            args![now],
        )
        .await?)
}

/// Tells how far a running job is, and that it is alive.
///
/// # Errors
/// When the database refuses.
pub async fn progress(ctx: &Ctx, job: JobId, done: i64, total: i64) -> AppResult<()> {
    let tx = ctx.db().begin().await?;
    tx.exec(
        "UPDATE job SET done = $2, total = $3, claimed_at = $4 WHERE id = $1",
        args![job, done, total, ctx.now()],
    )
    .await?;
    Ok(tx.finish().await?)
}

/// Does one due job, if there is one; says whether it did.
///
/// # Errors
/// When the database cannot be reached; a job's own failure is kept with the job.
pub async fn run_next(platform: &Arc<Platform>, kinds: &[JobKind]) -> AppResult<bool> {
    let Some(job) = take(platform, &[]).await? else {
        return Ok(false);
    };
    carry_out(platform, kinds, job).await?;
    Ok(true)
}

/// Does a job that was taken.
///
/// # Errors
/// When the database cannot be reached; the job's own failure is kept with it.
pub async fn carry_out(platform: &Arc<Platform>, kinds: &[JobKind], job: Job) -> AppResult<()> {
    let ctx = Ctx::system(platform, &format!("job-{}", job.id));
    let result = match kinds.iter().find(|kind| kind.name == job.kind) {
        Some(kind) => (kind.run)(ctx, job.clone()).await,
        None => Err(AppError::Internal(format!("no job of kind {}", job.kind))),
    };
    settle(platform, &job, result).await
}

/// The job that has been due longest, of kinds that are not passed over. Each half finds its first by the index; asked for
/// both at once, a database sorts all that wait, which are many after a rush.
macro_rules! due {
    () => {
        "(SELECT w.id, w.run_at FROM (SELECT id, run_at FROM job
                                      WHERE state = 'waiting' AND run_at <= $1 AND NOT (kind {any $3})
                                      ORDER BY run_at, id LIMIT 1) AS w
          UNION ALL
          SELECT r.id, r.run_at FROM (SELECT id, run_at FROM job
                                      WHERE state = 'running' AND claimed_at < $2 AND NOT (kind {any $3})
                                      ORDER BY run_at, id LIMIT 1) AS r) AS due ORDER BY run_at, id LIMIT 1"
    };
}

/// Takes the job that has been due longest, but none of the kinds to pass over; [`carry_out`] does it. The queue's own
/// bookkeeping is no act of anybody, so it has no event.
///
/// # Errors
/// When the database cannot be reached.
pub async fn take(platform: &Platform, pass_over: &[&str]) -> AppResult<Option<Job>> {
    let pass_over: Vec<String> = pass_over.iter().map(|kind| (*kind).to_owned()).collect();
    let now = platform.clock.now();
    let abandoned = now.plus_secs(-ABANDONED_SECS);
    let due = concat!("SELECT id FROM ", due!());
    if platform
        .db
        .query_opt::<i64>(due, args![now, abandoned, pass_over.clone()])
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let tx = platform.db.begin().await?;
    let claimed: Option<Job> = tx
        .query_opt(
            concat!(
                "UPDATE job SET state = 'running', claimed_by = $4, claimed_at = $1, attempts = attempts + 1
             WHERE id = (SELECT id FROM ",
                due!(),
                ")
               AND (state = 'waiting' OR claimed_at < $2)
             RETURNING id, kind, payload, attempts, state, done, total, report"
            ),
            args![now, abandoned, pass_over, platform.chain.node()],
        )
        .await?;
    tx.finish().await?;
    Ok(claimed)
}

async fn settle(platform: &Platform, job: &Job, result: AppResult<String>) -> AppResult<()> {
    let now = platform.clock.now();
    let tx = platform.db.begin().await?;
    match result {
        Ok(report) => finish(&tx, job.id, "done", &report).await?,
        Err(error) if job.attempts >= MAX_ATTEMPTS => {
            tracing::error!(job = %job.id, kind = job.kind, %error, "job given up");
            finish(&tx, job.id, "failed", &error.sentence()).await?;
        }
        Err(error) => {
            tracing::warn!(job = %job.id, kind = job.kind, attempts = job.attempts, %error, "job will be tried again");
            let wait = 5_i64.saturating_mul(1 << job.attempts.clamp(0, 12));
            tx.exec(
                "UPDATE job SET state = 'waiting', run_at = $2, report = $3 WHERE id = $1",
                args![job.id, now.plus_secs(wait), error.sentence()],
            )
            .await?;
        }
    }
    Ok(tx.finish().await?)
}

async fn finish(tx: &Tx, id: JobId, state: &str, report: &str) -> AppResult<()> {
    tx.exec(
        "UPDATE job SET state = $2, report = $3, unique_key = NULL WHERE id = $1",
        args![id, state, report],
    )
    .await?;
    Ok(())
}
