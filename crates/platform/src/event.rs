//! Events: what happened, to what, by whom, for whom, and how. Audit entry, activity line and message at once.

use crate::Channel;
use kernel::{Id, Instant, OrgId, PersonId};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What happened to one thing. Actor, time and channel are added at the commit.
#[derive(Debug, Clone)]
pub struct Event {
    pub(crate) kind: &'static str,
    pub(crate) subject_kind: &'static str,
    pub(crate) subject_id: i64,
    pub(crate) org: Option<OrgId>,
    pub(crate) on_behalf_of: Option<PersonId>,
    pub(crate) by: Option<PersonId>,
    pub(crate) via: Option<Channel>,
    pub(crate) data: serde_json::Value,
    pub(crate) note: Option<String>,
}

impl Event {
    /// `kind` like `enrollment.confirmed`; `subject_kind` like `enrollment`.
    #[must_use]
    pub fn new<K>(kind: &'static str, subject_kind: &'static str, subject: Id<K>) -> Self {
        Self {
            kind,
            subject_kind,
            subject_id: subject.raw(),
            org: None,
            on_behalf_of: None,
            by: None,
            via: None,
            data: serde_json::Value::Null,
            note: None,
        }
    }

    /// The org it happened in: decides who may read it.
    #[must_use]
    pub fn at(mut self, org: OrgId) -> Self {
        self.org = Some(org);
        self
    }

    /// The person for whom the actor did it.
    #[must_use]
    pub fn on_behalf_of(mut self, person: PersonId) -> Self {
        self.on_behalf_of = Some(person);
        self
    }

    /// The person who did it, where one commit holds the acts of many (the seat desk).
    #[must_use]
    pub fn by(mut self, person: PersonId) -> Self {
        self.by = Some(person);
        self
    }

    /// The way it came in, where one commit holds the acts of many.
    #[must_use]
    pub fn via(mut self, channel: Channel) -> Self {
        self.via = Some(channel);
        self
    }

    /// Codes, ids, numbers, states before and after. Never names, telephone numbers or free text.
    #[must_use]
    pub fn data(mut self, data: serde_json::Value) -> Self {
        self.data = data;
        self
    }

    /// Words that a person wrote, such as a reason; kept apart, so that they can be erased.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// A committed event, as listeners in this process get it.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What happened.
    pub kind: &'static str,
    /// What it happened to.
    pub subject_kind: &'static str,
    /// Its number.
    pub subject_id: i64,
    /// Where.
    pub org: Option<OrgId>,
}

/// Bits of an event's id that hold its position; above them is the node.
pub const POSITION_BITS: u32 = 44;

db::record! {
    /// One row of a chain, with everything its hash covers.
    pub struct EventRow {
        /// Node and position.
        pub id: i64,
        /// When.
        pub at: Instant,
        /// What happened.
        pub kind: String,
        /// To what kind of thing.
        pub subject_kind: String,
        /// To which.
        pub subject_id: i64,
        /// In which org.
        pub org_id: Option<OrgId>,
        /// Who did it.
        pub actor_person: Option<PersonId>,
        /// With which account.
        pub actor_account: Option<i64>,
        /// For whom.
        pub on_behalf_of: Option<PersonId>,
        /// web, desk, phone, family, api, import, system.
        pub channel: String,
        /// Request number, to find the log lines.
        pub request: String,
        /// JSON of ids and codes.
        pub data: String,
        /// Salted hash of the note.
        pub note_hash: Option<String>,
        /// Hash of this row and the one before it.
        pub hash: String,
    }
}

/// Columns of [`EventRow`], in the order of insertion.
pub const EVENT_COLUMNS: &[&str] = &[
    "id",
    "at",
    "kind",
    "subject_kind",
    "subject_id",
    "org_id",
    "actor_person",
    "actor_account",
    "on_behalf_of",
    "channel",
    "request",
    "data",
    "note_hash",
    "hash",
];

impl EventRow {
    /// The hash this row must have after a row with hash `previous`.
    #[must_use]
    pub fn expected_hash(&self, previous: &str) -> String {
        Hashed {
            id: self.id,
            at: &self.at.to_string(),
            kind: &self.kind,
            subject_kind: &self.subject_kind,
            subject_id: self.subject_id,
            org_id: self.org_id,
            actor_person: self.actor_person,
            actor_account: self.actor_account,
            on_behalf_of: self.on_behalf_of,
            channel: &self.channel,
            request: &self.request,
            data: &self.data,
            note_hash: self.note_hash.as_deref(),
        }
        .hash(previous)
    }
}

/// What the hash of a row covers.
pub(crate) struct Hashed<'a> {
    pub(crate) id: i64,
    pub(crate) at: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) subject_kind: &'a str,
    pub(crate) subject_id: i64,
    pub(crate) org_id: Option<OrgId>,
    pub(crate) actor_person: Option<PersonId>,
    pub(crate) actor_account: Option<i64>,
    pub(crate) on_behalf_of: Option<PersonId>,
    pub(crate) channel: &'a str,
    pub(crate) request: &'a str,
    pub(crate) data: &'a str,
    pub(crate) note_hash: Option<&'a str>,
}

impl Hashed<'_> {
    /// SHA-256 over the hash of the row before and these fields, parted by 0x1f.
    pub(crate) fn hash(&self, previous: &str) -> String {
        let mut text = String::with_capacity(512);
        put(&mut text, previous);
        number(&mut text, Some(self.id));
        put(&mut text, self.at);
        put(&mut text, self.kind);
        put(&mut text, self.subject_kind);
        number(&mut text, Some(self.subject_id));
        number(&mut text, self.org_id.map(Id::raw));
        number(&mut text, self.actor_person.map(Id::raw));
        number(&mut text, self.actor_account);
        number(&mut text, self.on_behalf_of.map(Id::raw));
        put(&mut text, self.channel);
        put(&mut text, self.request);
        put(&mut text, self.data);
        put(&mut text, self.note_hash.unwrap_or_default());
        hex(&Sha256::digest(text))
    }
}

/// What stands behind each field of a hashed row.
const END: char = '\u{1f}';

fn put(text: &mut String, field: &str) {
    text.push_str(field);
    text.push(END);
}

fn number(text: &mut String, field: Option<i64>) {
    if let Some(field) = field {
        // Writing to a text cannot fail.
        let _ = write!(text, "{field}");
    }
    text.push(END);
}

/// Hash of a note with its salt.
#[must_use]
pub fn note_hash(salt: &str, note: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(salt.as_bytes());
    hasher.update([0x1f]);
    hasher.update(note.as_bytes());
    hex(&hasher.finalize())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::EventRow;
    use kernel::{Id, Instant};

    fn row() -> EventRow {
        EventRow {
            id: (3 << super::POSITION_BITS) + 7,
            at: Instant::from_millis(1_795_827_723_004),
            kind: "class.published".into(),
            subject_kind: "class".into(),
            subject_id: 42,
            org_id: Some(Id::from_raw(5)),
            actor_person: Some(Id::from_raw(6)),
            actor_account: Some(7),
            on_behalf_of: Some(Id::from_raw(8)),
            channel: "web".into(),
            request: "0a1b2c3d4e5f".into(),
            data: r#"{"from":"draft"}"#.into(),
            note_hash: Some("salted".into()),
            hash: String::new(),
        }
    }

    /// Computed once by another program, from the words of [`super::Hashed::hash`] alone.
    #[test]
    fn the_hash_of_a_row_is_what_anybody_computes() {
        assert_eq!(row().at.to_string(), "2026-11-28T01:02:03.004Z");
        assert_eq!(
            row().expected_hash("previous"),
            "042ccf86390a3ef2ed3ab39bf1073216ac1e709fc216f2af56f32f01da2c152c"
        );
    }

    #[test]
    fn it_covers_every_field_and_where_one_ends() {
        let changes: [fn(&mut EventRow); 14] = [
            |row| row.id += 1,
            |row| row.at = row.at.plus_secs(1),
            |row| row.kind.push('x'),
            |row| row.subject_kind.push('x'),
            |row| row.subject_id += 1,
            |row| row.org_id = None,
            |row| row.actor_person = None,
            |row| row.actor_account = None,
            |row| row.on_behalf_of = None,
            |row| row.channel.push('x'),
            |row| row.request.push('x'),
            |row| row.data.push('x'),
            |row| row.note_hash = None,
            // The same letters, parted at another place.
            |row| (row.kind, row.subject_kind) = ("class.publishedc".into(), "lass".into()),
        ];
        let whole = row().expected_hash("previous");
        assert_ne!(whole, row().expected_hash("another"));
        for (at, change) in changes.iter().enumerate() {
            let mut changed = row();
            change(&mut changed);
            assert_ne!(changed.expected_hash("previous"), whole, "change {at}");
        }
    }
}
