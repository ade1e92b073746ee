//! Transactions with events: no commit without one, and each is hashed onto this node's chain.

use crate::event::{EVENT_COLUMNS, Hashed, POSITION_BITS, hex, note_hash};
use crate::{AppResult, Ctx, Event, Notice, node};
use db::{Db, DbError, DbResult, Pending, Value, args};
use kernel::Instant;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tokio::sync::Mutex;

/// The end of this node's chain: position and hash of its last event.
pub struct Chain {
    node: AtomicI64,
    holder: String,
    head: Mutex<Head>,
    written: AtomicU64,
}

#[derive(Clone)]
struct Head {
    last_id: i64,
    hash: String,
    /// Set when a commit's fate is unknown: the head is read again before the next event.
    doubtful: bool,
}

impl Chain {
    /// The chain of the node whose number this holder has, continued where it ended.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open(db: &Db, node: i64, holder: &str) -> DbResult<Self> {
        let head = read_head(db, node).await?;
        Ok(Self {
            node: AtomicI64::new(node),
            holder: holder.to_owned(),
            head: Mutex::new(head),
            written: AtomicU64::new(0),
        })
    }

    /// The node's number. It changes when another took it while this one was silent.
    #[must_use]
    pub fn node(&self) -> i64 {
        self.node.load(Ordering::Relaxed)
    }

    /// Events that this process has committed; who has work that can wait sees a rush by how fast it rises.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Tells that this node is alive; if its number was taken, takes another.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn beat(&self, db: &Db, now: Instant) -> AppResult<()> {
        if node::beat(db, self.node(), &self.holder, now).await? {
            return Ok(());
        }
        let mut head = self.head.lock().await;
        self.renumber(db, &mut head, now).await
    }

    /// Takes another number and goes on with its chain.
    async fn renumber(&self, db: &Db, head: &mut Head, now: Instant) -> AppResult<()> {
        let lost = self.node();
        let number = node::claim(db, &self.holder, now, Some(lost)).await?;
        *head = read_head(db, number).await?;
        self.node.store(number, Ordering::Relaxed);
        tracing::warn!(
            lost,
            number,
            "another process took this node's number; it goes on under another"
        );
        Ok(())
    }
}

async fn read_head(db: &Db, node: i64) -> DbResult<Head> {
    let first = node << POSITION_BITS;
    let last: Option<(i64, String)> = db
        .query_opt(
            "SELECT id, hash FROM event WHERE id >= $1 AND id < $2 ORDER BY id DESC LIMIT 1",
            args![first, (node + 1) << POSITION_BITS],
        )
        .await?;
    Ok(match last {
        Some((last_id, hash)) => Head {
            last_id,
            hash,
            doubtful: false,
        },
        None => Head {
            last_id: first,
            hash: String::new(),
            doubtful: false,
        },
    })
}

/// An open transaction of a request. Dereferences to [`db::Tx`], so stores take it.
#[must_use = "a transaction that is not committed is rolled back"]
pub struct Tx {
    tx: db::Tx,
    ctx: Ctx,
}

impl Deref for Tx {
    type Target = db::Tx;
    fn deref(&self) -> &db::Tx {
        &self.tx
    }
}

impl Tx {
    pub(crate) async fn begin(ctx: &Ctx) -> AppResult<Self> {
        Ok(Self {
            tx: ctx.db().begin().await?,
            ctx: ctx.clone(),
        })
    }

    /// The request this transaction belongs to.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// Writes the events and commits both together.
    ///
    /// # Errors
    /// [`crate::AppError::Internal`] when there is no event; [`crate::AppError::Unavailable`] when the database did not confirm.
    pub async fn commit(self, events: Vec<Event>) -> AppResult<()> {
        Ok(self.commit_early(events).await?.wait().await?)
    }

    /// Like [`Tx::commit`], but does not wait for the disk: for who has more to do while the disk is busy, and answers
    /// nobody before [`Pending::wait`] has returned.
    ///
    /// # Errors
    /// As [`Tx::commit`].
    pub async fn commit_early(self, events: Vec<Event>) -> AppResult<Pending> {
        if events.is_empty() {
            return Err(crate::AppError::Internal("a commit without an event".into()));
        }
        let Self { tx, ctx } = self;
        let platform = Arc::clone(&ctx.platform);
        // In a task of its own: if the client goes away while the commit runs, head and database stay agreed.
        let work = tokio::spawn(async move {
            let notices: Arc<[Notice]> = events.iter().map(notice).collect();
            let mut head = platform.chain.head.lock().await;
            if head.doubtful {
                *head = read_head(&platform.db, platform.chain.node()).await?;
            }
            let next = match write(&tx, &ctx, &head, events).await {
                Err(error) if is_taken(&error) => {
                    drop(tx);
                    platform
                        .chain
                        .renumber(&platform.db, &mut head, ctx.now())
                        .await?;
                    return Err(crate::AppError::Unavailable(
                        "another process took this node's number".into(),
                    ));
                }
                written => written?,
            };
            let pending = match tx.finish_early().await {
                Ok(pending) => pending,
                Err(error) => {
                    head.doubtful = true;
                    return Err(error.into());
                }
            };
            *head = next;
            drop(head);
            platform
                .chain
                .written
                .fetch_add(notices.len() as u64, Ordering::Relaxed);
            // No listener is no error.
            let _ = platform.bus.send(notices);
            Ok(pending)
        });
        work.await
            .map_err(|error| crate::AppError::Internal(error.to_string()))?
    }
}

/// Whether another process wrote an event where this one meant to.
fn is_taken(error: &DbError) -> bool {
    error.is_unique("event_pkey") || error.is_unique("event.id")
}

fn notice(event: &Event) -> Notice {
    Notice {
        kind: event.kind,
        subject_kind: event.subject_kind,
        subject_id: event.subject_id,
        org: event.org,
    }
}

async fn write(tx: &db::Tx, ctx: &Ctx, head: &Head, events: Vec<Event>) -> DbResult<Head> {
    let mut head = head.clone();
    let mut rows = Vec::with_capacity(events.len());
    let mut notes = Vec::new();
    let at = ctx.now().to_string();
    for event in events {
        head.last_id += 1;
        let note = event
            .note
            .map(|note| (hex(&ctx.platform.random.bytes::<16>()), note));
        let data = if event.data.is_null() {
            String::new()
        } else {
            event.data.to_string()
        };
        let note_hash = note.as_ref().map(|(salt, note)| note_hash(salt, note));
        let row = Hashed {
            id: head.last_id,
            at: &at,
            kind: event.kind,
            subject_kind: event.subject_kind,
            subject_id: event.subject_id,
            org_id: event.org,
            actor_person: event.by.or(ctx.actor.person),
            actor_account: ctx.actor.account.map(kernel::Id::raw),
            on_behalf_of: event.on_behalf_of,
            channel: event.via.unwrap_or(ctx.channel).as_str(),
            request: &ctx.request,
            data: &data,
            note_hash: note_hash.as_deref(),
        };
        head.hash = row.hash(&head.hash);
        rows.push(vec![
            row.id.into(),
            row.at.into(),
            Value::Word(event.kind),
            Value::Word(event.subject_kind),
            row.subject_id.into(),
            row.org_id.into(),
            row.actor_person.into(),
            row.actor_account.into(),
            row.on_behalf_of.into(),
            Value::Word(event.via.unwrap_or(ctx.channel).as_str()),
            row.request.into(),
            data.into(),
            note_hash.into(),
            head.hash.as_str().into(),
        ]);
        if let Some((salt, note)) = note {
            notes.push(vec![head.last_id.into(), salt.into(), note.into()]);
        }
    }
    tx.insert_many("event", EVENT_COLUMNS, &rows).await?;
    tx.insert_many("event_note", &["event_id", "salt", "note"], &notes)
        .await?;
    Ok(head)
}
