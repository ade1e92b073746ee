//! SQL of marks and of the truth.

use super::model::{Mark, Method, Status};
use crate::MarkId;
use db::{Db, DbResult, Tx, args, record};
use kernel::{Instant, PersonId};
use teaching::{ClassId, SessionId};

/// A mark to be kept.
pub struct NewMark<'a> {
    pub id: MarkId,
    pub session: SessionId,
    pub person: PersonId,
    pub mark: Mark,
    pub by: Option<PersonId>,
    pub reason: &'a str,
    pub device_key: Option<String>,
}

/// Keeps a mark; `false` when one with the same device key is there already.
pub async fn add(tx: &Tx, new: NewMark<'_>) -> DbResult<bool> {
    let added = tx
        .exec(
            "INSERT INTO attendance_mark (id, session_id, person_id, status, method, marked_by, marked_at, reason, device_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (device_key) DO NOTHING",
            args![
                new.id,
                new.session,
                new.person,
                new.mark.status,
                new.mark.method,
                new.by,
                new.mark.marked_at,
                new.reason,
                new.device_key
            ],
        )
        .await?;
    Ok(added > 0)
}

record! {
    /// A learner's mark or truth at one session.
    pub struct PersonMark {
        /// The learner.
        pub person_id: PersonId,
        /// What it says.
        pub status: Status,
        /// How it came about.
        pub method: Method,
        /// When it was made.
        pub marked_at: Instant,
    }
}

impl PersonMark {
    pub fn mark(&self) -> Mark {
        Mark {
            status: self.status,
            method: self.method,
            marked_at: self.marked_at,
        }
    }
}

/// All marks of these people at a session.
pub async fn marks_of(db: &Db, session: SessionId, people: &[PersonId]) -> DbResult<Vec<PersonMark>> {
    db.query(
        "SELECT person_id, status, method, marked_at FROM attendance_mark
         WHERE session_id = $1 AND person_id {any $2} ORDER BY person_id, id",
        args![session, people],
    )
    .await
}

/// Writes what is true now.
pub async fn put_truth(tx: &Tx, session: SessionId, person: PersonId, mark: Mark) -> DbResult<()> {
    tx.exec(
        "INSERT INTO attendance (session_id, person_id, status, method, marked_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (session_id, person_id) DO UPDATE
         SET status = excluded.status, method = excluded.method, marked_at = excluded.marked_at",
        args![session, person, mark.status, mark.method, mark.marked_at],
    )
    .await?;
    Ok(())
}

/// What is true at a session.
pub async fn truths(db: &Db, session: SessionId) -> DbResult<Vec<PersonMark>> {
    db.query(
        "SELECT person_id, status, method, marked_at FROM attendance WHERE session_id = $1 ORDER BY person_id",
        args![session],
    )
    .await
}

record! {
    /// A truth at a session of a class.
    pub struct ClassTruth {
        /// The session.
        pub session_id: SessionId,
        /// The learner.
        pub person_id: PersonId,
        /// What is true.
        pub status: Status,
        /// How it came about.
        pub method: Method,
    }
}

/// What is true in a class, at all its sessions.
pub async fn class_truths(db: &Db, class: ClassId) -> DbResult<Vec<ClassTruth>> {
    db.query(
        "SELECT a.session_id, a.person_id, a.status, a.method FROM attendance a
         JOIN session s ON s.id = a.session_id
         WHERE s.class_id = $1 {unscoped: the caller found the class}
         ORDER BY s.number, a.person_id",
        args![class],
    )
    .await
}

record! {
    /// One trace in a learner's history at a session.
    pub struct Trace {
        /// What it says.
        pub status: Status,
        /// How it came about.
        pub method: Method,
        /// When it was made.
        pub marked_at: Instant,
        /// Why, for a correction.
        pub reason: String,
        /// Who made it.
        pub by_name: Option<String>,
    }
}

/// Every mark of a learner at a session, earliest first.
pub async fn history(db: &Db, session: SessionId, person: PersonId) -> DbResult<Vec<Trace>> {
    db.query(
        "SELECT m.status, m.method, m.marked_at, m.reason, p.name AS by_name FROM attendance_mark m
         LEFT JOIN person p ON p.id = m.marked_by
         WHERE m.session_id = $1 AND m.person_id = $2 ORDER BY m.marked_at, m.id LIMIT 200",
        args![session, person],
    )
    .await
}
