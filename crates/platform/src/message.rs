//! Messages to people: kept sealed, sent by a job, shown to staff masked.

use crate::api::Part;
use crate::notifier::Outcome;
use crate::{AppError, AppResult, Ctx, Job, JobFuture, JobKind, Tx, job};
use db::{Db, args, record};
use kernel::{Id, Instant, OrgId, PersonId};
use std::collections::BTreeMap;

/// Kind of a message id.
pub enum Kind {}
/// A message to a person.
pub type MessageId = Id<Kind>;

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// Whom it is for, where that is a known person.
    pub person: Option<PersonId>,
    /// Which org sends it.
    pub org: Option<OrgId>,
    /// Telephone number, 11 digits.
    pub phone: &'a str,
    /// Which of the gateway's approved templates, such as `enrollment.confirmed`.
    pub template: &'static str,
    /// The whole text, with signature.
    pub text: String,
}

record! {
    /// A message as staff and the demo's outbox see it.
    pub struct Sent {
        /// Its id.
        pub id: MessageId,
        /// Template.
        pub template: String,
        /// Telephone number with its middle hidden.
        pub to_masked: String,
        /// Sealed text.
        pub text_sealed: String,
        /// waiting, sent, failed, shown (no gateway: kept in the outbox).
        pub state: String,
        /// Why it failed, in words.
        pub failure: Option<String>,
        /// When it was written.
        pub created_at: Instant,
    }
}

fn place(id: MessageId) -> String {
    format!("message.text.{id}")
}

fn to_place(id: MessageId) -> String {
    format!("message.to.{id}")
}

/// Puts a message into the outbox of this transaction; it is sent after the commit.
///
/// # Errors
/// When the database refuses.
pub async fn send(tx: &Tx, draft: Draft<'_>) -> AppResult<MessageId> {
    let ctx = tx.ctx();
    let id: MessageId = ctx.new_id();
    let keys = &ctx.platform.keys;
    tx.exec(
        "INSERT INTO message (id, person_id, org_id, template, to_sealed, to_masked, text_sealed, state, attempts, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', 0, $8)",
        args![
            id,
            draft.person,
            draft.org,
            draft.template,
            keys.seal(draft.phone, &to_place(id)),
            mask(draft.phone),
            keys.seal(&draft.text, &place(id)),
            ctx.now()
        ],
    )
    .await?;
    job::enqueue(
        tx,
        SEND.name,
        &serde_json::json!({ "message": id }),
        ctx.now(),
        None,
    )
    .await?;
    Ok(id)
}

fn mask(phone: &str) -> String {
    let head: String = phone.chars().take(3).collect();
    let tail: String = phone.chars().skip(7).collect();
    format!("{head}****{tail}")
}

/// The newest messages, for the demo's outbox page.
///
/// # Errors
/// When the database cannot be read.
pub async fn newest(db: &Db, part: Part) -> AppResult<Vec<Sent>> {
    Ok(db
        .query(
            "SELECT id, template, to_masked, text_sealed, state, failure, created_at FROM message
             ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2",
            args![part.limit, part.offset],
        )
        .await?)
}

/// How many messages of an org since a moment did not arrive.
///
/// # Errors
/// When the database cannot be read.
pub async fn failed_since(db: &Db, org: OrgId, since: Instant) -> AppResult<i64> {
    Ok(db
        .query_one(
            "SELECT count(*) FROM message WHERE org_id = $1 AND state = 'failed' AND created_at >= $2",
            args![org, since],
        )
        .await?)
}

/// The messages to a person, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_person(db: &Db, person: PersonId, limit: i64) -> AppResult<Vec<Sent>> {
    Ok(db
        .query(
            "SELECT id, template, to_masked, text_sealed, state, failure, created_at FROM message
             WHERE person_id = $1 ORDER BY created_at, id LIMIT $2",
            args![person, limit],
        )
        .await?)
}

/// The text of a message.
///
/// # Errors
/// When it was sealed with a key that is gone.
pub fn open_text(ctx: &Ctx, sent: &Sent) -> AppResult<String> {
    ctx.platform
        .keys
        .open(&sent.text_sealed, &place(sent.id))
        .map_err(|error| AppError::Internal(format!("message {}: {error}", sent.id)))
}

/// The job that hands a message to the gateway.
pub const SEND: JobKind = JobKind {
    name: "message.send",
    run: run_send,
};

fn run_send(ctx: Ctx, job: Job) -> JobFuture {
    Box::pin(async move {
        let payload: serde_json::Value =
            serde_json::from_str(&job.payload).map_err(|error| AppError::Internal(error.to_string()))?;
        let id: MessageId = payload
            .get("message")
            .and_then(|id| id.as_str())
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| AppError::Internal("a send job without a message".into()))?;
        hand_over(&ctx, id).await
    })
}

record! {
    struct Waiting { template: String, to_sealed: String, text_sealed: String, state: String }
}

async fn hand_over(ctx: &Ctx, id: MessageId) -> AppResult<String> {
    let sql = "SELECT template, to_sealed, text_sealed, state FROM message WHERE id = $1";
    let Some(waiting) = ctx.db().query_opt::<Waiting>(sql, args![id]).await? else {
        return Ok("短信已按规定删除".into());
    };
    if waiting.state != "waiting" {
        return Ok("已处理过".into());
    }
    let keys = &ctx.platform.keys;
    let unsealed = |sealed: &str, place: &str| {
        keys.open(sealed, place)
            .map_err(|error| AppError::Internal(format!("message {id}: {error}")))
    };
    let message = crate::notifier::Message {
        key: id.to_string(),
        to: unsealed(&waiting.to_sealed, &to_place(id))?,
        template: waiting.template,
        params: BTreeMap::new(),
        text: unsealed(&waiting.text_sealed, &place(id))?,
    };
    match ctx.platform.notifier.send(&message).await {
        Outcome::Sent { provider_id } => {
            let state = if ctx.platform.notifier.reaches_phones() {
                "sent"
            } else {
                "shown"
            };
            settle(ctx, id, state, Some(provider_id), None).await?;
            Ok("已发送".into())
        }
        Outcome::Retry { why, .. } => Err(AppError::Unavailable(why)),
        Outcome::Failed { why } => {
            settle(ctx, id, "failed", None, Some(why)).await?;
            Ok("没有送达".into())
        }
    }
}

async fn settle(
    ctx: &Ctx,
    id: MessageId,
    state: &str,
    provider_id: Option<String>,
    failure: Option<String>,
) -> AppResult<()> {
    let tx = ctx.begin().await?;
    tx.exec(
        "UPDATE message SET state = $2, provider_id = $3, failure = $4, sent_at = $5, attempts = attempts + 1 WHERE id = $1",
        args![id, state, provider_id, failure, ctx.now()],
    )
    .await?;
    let event =
        crate::Event::new("message.settled", "message", id).data(serde_json::json!({ "state": state }));
    tx.commit(vec![event]).await
}
