//! Reading the chains: proof that no event was changed, and the hourly anchor of all nodes.

use crate::event::{EventRow, POSITION_BITS, note_hash};
use crate::{AppResult, Ctx, Event};
use db::{Db, args, record};
use kernel::{EventId, Id, Instant};
use sha2::{Digest, Sha256};

const PAGE: i64 = 5_000;

/// What a check of the chains found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Events read.
    pub events: u64,
    /// Chains read.
    pub chains: u64,
    /// What is wrong, in words with the event's number; empty when all is well.
    pub faults: Vec<String>,
}

/// The events of one thing, oldest first: at most the first 200.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_subject<K>(db: &Db, kind: &str, subject: Id<K>) -> AppResult<Vec<EventRow>> {
    Ok(db
        .query(
            "SELECT id, at, kind, subject_kind, subject_id, org_id, actor_person, actor_account, on_behalf_of,
                    channel, request, data, note_hash, hash FROM event
             WHERE subject_id = $1 AND subject_kind = $2 ORDER BY at, id LIMIT 200",
            args![subject, kind],
        )
        .await?)
}

/// Reads every chain from its beginning and recomputes every hash.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(db: &Db) -> AppResult<Verdict> {
    let mut verdict = Verdict::default();
    let mut previous: Option<(i64, String)> = None;
    let mut after = 0_i64;
    loop {
        let rows: Vec<EventRow> = db
            .query(
                "SELECT id, at, kind, subject_kind, subject_id, org_id, actor_person, actor_account, on_behalf_of,
                        channel, request, data, note_hash, hash FROM event WHERE id > $1 ORDER BY id LIMIT $2",
                args![after, PAGE],
            )
            .await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in &rows {
            check(row, previous.as_ref(), &mut verdict);
            previous = Some((row.id, row.hash.clone()));
        }
    }
    check_notes(db, &mut verdict).await?;
    check_anchors(db, &mut verdict).await?;
    Ok(verdict)
}

fn check(row: &EventRow, previous: Option<&(i64, String)>, verdict: &mut Verdict) {
    verdict.events += 1;
    let same_chain = previous.filter(|(id, _)| id >> POSITION_BITS == row.id >> POSITION_BITS);
    let (expected_id, hash) = match same_chain {
        Some((id, hash)) => (id + 1, hash.as_str()),
        None => {
            verdict.chains += 1;
            (((row.id >> POSITION_BITS) << POSITION_BITS) + 1, "")
        }
    };
    if row.id != expected_id {
        verdict.faults.push(format!(
            "事件 {} 之前缺了 {} 条",
            Id::<()>::from_raw(row.id),
            row.id - expected_id
        ));
    } else if row.expected_hash(hash) != row.hash {
        verdict.faults.push(format!(
            "事件 {}（{}）被改动过",
            Id::<()>::from_raw(row.id),
            row.kind
        ));
    }
}

record! {
    struct NoteRow { event_id: i64, salt: String, note: String, note_hash: Option<String> }
}

async fn check_notes(db: &Db, verdict: &mut Verdict) -> AppResult<()> {
    let mut after = 0_i64;
    loop {
        let rows: Vec<NoteRow> = db
            .query(
                "SELECT n.event_id, n.salt, n.note, e.note_hash FROM event_note n JOIN event e ON e.id = n.event_id
                 WHERE n.note IS NOT NULL AND n.event_id > $1 ORDER BY n.event_id LIMIT $2",
                args![after, PAGE],
            )
            .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.event_id;
        for row in &rows {
            if row.note_hash.as_deref() != Some(note_hash(&row.salt, &row.note).as_str()) {
                verdict.faults.push(format!(
                    "事件 {} 的说明被改动过",
                    Id::<()>::from_raw(row.event_id)
                ));
            }
        }
    }
}

record! {
    struct AnchorRow { id: i64, heads: String, hash: String }
}

async fn check_anchors(db: &Db, verdict: &mut Verdict) -> AppResult<()> {
    let mut previous = String::new();
    let mut after = 0_i64;
    loop {
        let rows: Vec<AnchorRow> = db
            .query(
                "SELECT id, heads, hash FROM event_anchor WHERE id > $1 ORDER BY id LIMIT $2",
                args![after, PAGE],
            )
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            after = row.id;
            if anchor_hash(&previous, &row.heads) != row.hash {
                verdict.faults.push(format!("第 {} 个锚点被改动过", row.id));
            }
            previous = row.hash;
            for head in row.heads.split(' ').filter(|head| !head.is_empty()) {
                check_head(db, row.id, head, verdict).await?;
            }
        }
    }
}

async fn check_head(db: &Db, anchor: i64, head: &str, verdict: &mut Verdict) -> AppResult<()> {
    let Some((id, hash)) = head.split_once(':') else {
        verdict.faults.push(format!("第 {anchor} 个锚点读不懂"));
        return Ok(());
    };
    let id: i64 = id.parse().unwrap_or_default();
    let kept: Option<String> = db
        .query_opt("SELECT hash FROM event WHERE id = $1", args![id])
        .await?;
    if kept.as_deref() != Some(hash) {
        verdict.faults.push(format!(
            "第 {anchor} 个锚点记下的事件 {} 已经不同",
            Id::<()>::from_raw(id)
        ));
    }
    Ok(())
}

fn anchor_hash(previous: &str, heads: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(previous.as_bytes());
    hasher.update([0x1f]);
    hasher.update(heads.as_bytes());
    crate::event::hex(&hasher.finalize())
}

/// Seconds between two anchors.
const ANCHOR_SECS: i64 = 3_600;

/// Sets an anchor if there is none or the last one is an hour old; says whether it did.
///
/// # Errors
/// When the database refuses.
pub async fn anchor_if_due(ctx: &Ctx) -> AppResult<bool> {
    let last: Option<Instant> = ctx
        .db()
        .query_opt("SELECT at FROM event_anchor ORDER BY id DESC LIMIT 1", args![])
        .await?;
    let now = ctx.now();
    // After a demonstration's clock was set back, the last anchor lies in the future.
    if last.is_some_and(|at| (0..ANCHOR_SECS).contains(&now.secs_since(at))) {
        return Ok(false);
    }
    anchor(ctx).await?;
    Ok(true)
}

/// Hashes the heads of all chains together, onto the anchor before; done every hour by the worker.
///
/// # Errors
/// When the database refuses.
pub async fn anchor(ctx: &Ctx) -> AppResult<()> {
    let tx = ctx.begin().await?;
    tx.lock("anchor", 0).await?;
    let nodes: Vec<i64> = tx
        .query("SELECT number FROM node ORDER BY number LIMIT 1000", args![])
        .await?;
    let mut heads = Vec::with_capacity(nodes.len());
    for node in nodes {
        let head: Option<(i64, String)> = tx
            .query_opt(
                "SELECT id, hash FROM event WHERE id > $1 AND id < $2 ORDER BY id DESC LIMIT 1",
                args![node << POSITION_BITS, (node + 1) << POSITION_BITS],
            )
            .await?;
        heads.extend(head.map(|(id, hash)| format!("{id}:{hash}")));
    }
    let heads = heads.join(" ");
    let last: Option<(i64, String)> = tx
        .query_opt(
            "SELECT id, hash FROM event_anchor ORDER BY id DESC LIMIT 1",
            args![],
        )
        .await?;
    let (number, previous) = last.map_or((1, String::new()), |(id, hash)| (id + 1, hash));
    let hash = anchor_hash(&previous, &heads);
    tx.exec(
        "INSERT INTO event_anchor (id, at, heads, hash) VALUES ($1, $2, $3, $4)",
        args![number, ctx.now(), heads, hash.as_str()],
    )
    .await?;
    let subject: EventId = Id::from_raw(number);
    let event = Event::new("audit.anchored", "anchor", subject).data(serde_json::json!({ "hash": hash }));
    tx.commit(vec![event]).await
}
