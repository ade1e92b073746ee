//! What a domain keeps of a person: told to them whole, and erased by rule when they ask for it.
//!
//! Each domain gives a [`Keeper`] for its own tables; `people::erasure` asks all of them. A table that points at a
//! person has a line in its keeper's [`Retention`], which the desk shows before anybody is erased.

use crate::{AppResult, Channel, Ctx, Event, Tx, message};
use db::{Db, DbResult, args, record};
use kernel::{Id, Instant, PersonId};
use std::future::Future;
use std::pin::Pin;

/// The name that stands wherever an erased person's name stood.
pub const ERASED_NAME: &str = "已注销";
/// Rows of one kind told at most.
pub const MOST_TOLD: i64 = 10_000;

/// What happens to a class of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The row stays, its personal text is emptied.
    Emptied,
    /// The row goes.
    Deleted,
    /// The row stays as it is: it holds ids, dates and numbers, and law or a ledger needs it.
    Kept,
}

impl Rule {
    /// The words on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Emptied => "删掉个人内容，留下不带名字的记录",
            Self::Deleted => "整条删除",
            Self::Kept => "保留，不带名字",
        }
    }
}

/// The rule for one class of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// What it is, in words for the desk.
    pub what: &'static str,
    /// The table.
    pub table: &'static str,
    /// What an erasure does to it.
    pub rule: Rule,
    /// Why so.
    pub why: &'static str,
    /// Removed in any case when it is so many days old.
    pub days: Option<i64>,
}

/// One value of a told row: key for programs, label for people, text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Key in the file for programs; read as English.
    pub key: &'static str,
    /// Label on the page.
    pub label: &'static str,
    /// The value; empty when there is none.
    pub text: String,
}

impl Cell {
    /// A cell of anything that can be printed.
    pub fn new(key: &'static str, label: &'static str, text: &impl ToString) -> Self {
        Self {
            key,
            label,
            text: text.to_string(),
        }
    }

    /// A cell that may be empty.
    pub fn maybe<T: ToString>(key: &'static str, label: &'static str, text: Option<T>) -> Self {
        let text = text.map(|text| text.to_string()).unwrap_or_default();
        Self { key, label, text }
    }

    /// A moment, as a clock in China shows it.
    #[must_use]
    pub fn at(key: &'static str, label: &'static str, at: Option<Instant>) -> Self {
        Self::maybe(key, label, at.map(Instant::to_china_text))
    }
}

/// All rows of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Key in the file for programs.
    pub key: &'static str,
    /// Heading on the page.
    pub title: &'static str,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Section {
    /// A section with one row for each thing.
    pub fn new<T>(
        key: &'static str,
        title: &'static str,
        things: impl IntoIterator<Item = T>,
        row: impl Fn(T) -> Vec<Cell>,
    ) -> Self {
        Self {
            key,
            title,
            rows: things.into_iter().map(row).collect(),
        }
    }
}

/// What a domain tells.
pub type Telling<'a> = Pin<Box<dyn Future<Output = AppResult<Vec<Section>>> + Send + 'a>>;
/// What a domain did when it erased: events to commit with it.
pub type Erasing<'a> = Pin<Box<dyn Future<Output = AppResult<Vec<Event>>> + Send + 'a>>;

/// How one domain tells and erases what it keeps of a person.
#[derive(Clone, Copy)]
pub struct Keeper {
    /// The rule for each class of its data.
    pub retention: &'static [Retention],
    /// Everything it keeps of the person. The caller checked who asks.
    pub tell: for<'a> fn(&'a Ctx, PersonId) -> Telling<'a>,
    /// Erases by the rules, in the caller's transaction, which holds the lock `person`. Twice is the same as once.
    pub erase: for<'a> fn(&'a Tx, PersonId) -> Erasing<'a>,
}

/// Erases the words that people wrote about this person: notes of events of things that are the person's own.
///
/// # Errors
/// When the database refuses.
pub async fn erase_notes<K>(tx: &Tx, kind: &str, subjects: &[Id<K>]) -> DbResult<u64> {
    tx.exec(
        "UPDATE event_note SET note = NULL WHERE note IS NOT NULL AND event_id IN (
           SELECT e.id FROM event e WHERE e.subject_id {any $1} AND e.subject_kind = $2)",
        args![subjects, kind],
    )
    .await
}

/// Like [`erase_notes`], for things shared with others: only notes of acts of or for this person.
///
/// # Errors
/// When the database refuses.
pub async fn erase_own_notes<K>(tx: &Tx, kind: &str, subjects: &[Id<K>], person: PersonId) -> DbResult<u64> {
    tx.exec(
        "UPDATE event_note SET note = NULL WHERE note IS NOT NULL AND event_id IN (
           SELECT e.id FROM event e WHERE e.subject_id {any $1} AND e.subject_kind = $2
             AND (e.on_behalf_of = $3 OR (e.on_behalf_of IS NULL AND e.actor_person = $3)))",
        args![subjects, kind, person],
    )
    .await
}

record! {
    struct Happened { at: Instant, kind: String, channel: String, note: Option<String> }
}

/// What happened to things of the person's own, oldest first, with the words written then.
///
/// # Errors
/// When the database cannot be read.
pub async fn happened<K>(
    db: &Db,
    key: &'static str,
    title: &'static str,
    kind: &str,
    subjects: &[Id<K>],
) -> AppResult<Section> {
    let rows: Vec<Happened> = db
        .query(
            "SELECT e.at, e.kind, e.channel, n.note FROM event e LEFT JOIN event_note n ON n.event_id = e.id
             WHERE e.subject_id {any $1} AND e.subject_kind = $2 ORDER BY e.at, e.id LIMIT $3",
            args![subjects, kind, MOST_TOLD],
        )
        .await?;
    Ok(Section::new(key, title, rows, |row: Happened| {
        let channel = row.channel.parse::<Channel>().map_or("", Channel::label);
        vec![
            Cell::at("at", "时间", Some(row.at)),
            Cell::new("event", "事件", &row.kind),
            Cell::new("channel", "方式", &channel),
            Cell::maybe("note", "说明", row.note),
        ]
    }))
}

/// The platform's own keeper: messages, kept answers, what was written in events about the person.
pub const KEEPER: Keeper = Keeper {
    retention: &[
        Retention {
            what: "发给本人的短信",
            table: "message",
            rule: Rule::Deleted,
            why: "短信里有手机号和姓名，发完就没有用了。",
            days: Some(crate::retention::MESSAGE_DAYS),
        },
        Retention {
            what: "审计日志",
            table: "event",
            rule: Rule::Kept,
            why: "只有编号、代码和时间，没有名字；证明谁办过什么事，删掉一条，后面的就证明不了。",
            days: None,
        },
        Retention {
            what: "审计日志里写的原因和说明",
            table: "event_note",
            rule: Rule::Emptied,
            why: "是人写的话，可能提到本人；日志里只留下它的校验值。",
            days: None,
        },
        Retention {
            what: "程序重复提交的回执",
            table: "idempotency_key",
            rule: Rule::Deleted,
            why: "只用来认出重复的请求。",
            days: Some(crate::retention::KEY_DAYS),
        },
    ],
    tell: |ctx, person| -> Telling<'_> { Box::pin(tell(ctx, person)) },
    erase: |tx, person| -> Erasing<'_> { Box::pin(erase(tx, person)) },
};

async fn tell(ctx: &Ctx, person: PersonId) -> AppResult<Vec<Section>> {
    let mut messages = Vec::new();
    for sent in message::of_person(ctx.db(), person, MOST_TOLD).await? {
        messages.push(vec![
            Cell::at("at", "时间", Some(sent.created_at)),
            Cell::new("to", "发到", &&sent.to_masked),
            Cell::new("text", "内容", &message::open_text(ctx, &sent)?),
        ]);
    }
    Ok(vec![
        Section {
            key: "messages",
            title: "发给我的短信",
            rows: messages,
        },
        happened(ctx.db(), "events", "关于我的资料做过的事", "person", &[person]).await?,
    ])
}

async fn erase(tx: &Tx, person: PersonId) -> AppResult<Vec<Event>> {
    tx.exec("DELETE FROM message WHERE person_id = $1", args![person])
        .await?;
    tx.exec("DELETE FROM idempotency_key WHERE owner = $1", args![person])
        .await?;
    erase_notes(tx, "person", &[person]).await?;
    Ok(Vec::new())
}
