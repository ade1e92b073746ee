//! SQL of the seats.

use crate::{ClassId, CourseId, TermId};
use db::{Db, DbResult, Scope, args, record};
use kernel::{Date, Instant, OrgId};

record! {
    /// How its seats stand; the desk reads it again when others wrote classes or terms.
    #[derive(PartialEq, Eq)]
    pub struct Seats {
        /// The class.
        pub id: ClassId,
        /// Version of its facts.
        pub version: i64,
        /// planned, published, running, closed, cancelled.
        pub status: String,
        /// Seats.
        pub capacity: i64,
        /// Seats taken.
        pub enrolled: i64,
        /// People waiting.
        pub waitlisted: i64,
        /// First moment of enrolment.
        pub enrollment_opens: Instant,
        /// First moment after enrolment.
        pub enrollment_closes: Instant,
        /// How many classes of the term a person may hold.
        pub class_limit: i64,
    }
}

record! {
    /// A class by the facts of its row.
    pub(super) struct FactsRow {
        pub(super) id: ClassId,
        pub(super) version: i64,
        pub(super) org_id: OrgId,
        pub(super) term_id: TermId,
        pub(super) name: String,
        pub(super) starts_on: Date,
        pub(super) age_min: Option<i64>,
        pub(super) age_max: Option<i64>,
        pub(super) fee_fen: i64,
        pub(super) risk: crate::classes::Risk,
    }
}

record! {
    /// A session by its time.
    pub(super) struct SlotRow {
        pub(super) class_id: ClassId,
        pub(super) day: Date,
        pub(super) starts: String,
        pub(super) minutes: i64,
    }
}

/// Seats and window of these classes.
///
/// # Errors
/// When the database cannot be read.
pub async fn now(db: &Db, classes: &[ClassId]) -> DbResult<Vec<Seats>> {
    db.query(
        "SELECT c.id, c.version, c.status, c.capacity, c.enrolled, c.waitlisted, c.enrollment_opens,
                c.enrollment_closes, t.class_limit
         FROM class c JOIN term t ON t.id = c.term_id {unscoped: seats are public, who may ask is the action's rule}
         WHERE c.id {any $1} ORDER BY c.id",
        args![classes],
    )
    .await
}

record! {
    /// What a class continues.
    pub struct Lineage {
        /// The class.
        pub id: ClassId,
        /// Its course.
        pub course_id: CourseId,
        /// Who runs it.
        pub org_id: OrgId,
        /// Its term.
        pub term_id: TermId,
        /// Day of the first session.
        pub starts_on: Date,
    }
}

/// Course, org and first day of these classes.
///
/// # Errors
/// When the database cannot be read.
pub async fn lineages(db: &Db, classes: &[ClassId]) -> DbResult<Vec<Lineage>> {
    db.query(
        "SELECT id, course_id, org_id, term_id, starts_on FROM class {unscoped: the facts are public}
         WHERE id {any $1} ORDER BY id",
        args![classes],
    )
    .await
}

record! {
    /// What kind of class it is, for the rules that a school writes.
    pub struct Kind {
        /// The class.
        pub id: ClassId,
        /// Its course.
        pub course_id: CourseId,
        /// Who runs it.
        pub org_id: OrgId,
        /// Its term.
        pub term_id: TermId,
        /// Day of the first session.
        pub starts_on: Date,
        /// Its course's kind.
        pub category: String,
        /// How much one should know before.
        pub level: String,
        /// How people take part.
        pub mode: String,
        /// How much it asks of the body.
        pub risk: crate::classes::Risk,
    }
}

/// What kind of classes these are.
///
/// # Errors
/// When the database cannot be read.
pub async fn kinds(db: &Db, classes: &[ClassId]) -> DbResult<Vec<Kind>> {
    db.query(
        "SELECT c.id, c.course_id, c.org_id, c.term_id, c.starts_on, k.category, c.level, c.mode, c.risk
         FROM class c JOIN course k ON k.id = c.course_id {unscoped: the facts are public}
         WHERE c.id {any $1} ORDER BY c.id",
        args![classes],
    )
    .await
}

/// Versions of the facts of these classes.
///
/// # Errors
/// When the database cannot be read.
pub async fn versions(db: &Db, classes: &[ClassId]) -> DbResult<Vec<(ClassId, i64)>> {
    db.query(
        "SELECT id, version FROM class {unscoped: the facts are public} WHERE id {any $1} ORDER BY id",
        args![classes],
    )
    .await
}

/// Rows of these classes, by id.
pub(super) async fn facts(db: &Db, classes: &[ClassId]) -> DbResult<Vec<FactsRow>> {
    db.query(
        "SELECT id, version, org_id, term_id, name, starts_on, age_min, age_max, fee_fen, risk
         FROM class {unscoped: the facts are public} WHERE id {any $1} ORDER BY id",
        args![classes],
    )
    .await
}

/// Times of the sessions of these classes that take place.
pub(super) async fn slots(db: &Db, classes: &[ClassId]) -> DbResult<Vec<SlotRow>> {
    db.query(
        "SELECT class_id, day, starts, minutes FROM session {unscoped: the facts are public}
         WHERE class_id {any $1} AND status IN ('planned', 'held', 'moved') ORDER BY class_id, day, starts, id",
        args![classes],
    )
    .await
}

/// Classes in which a seat is free although somebody waits: after capacity was raised.
///
/// # Errors
/// When the database cannot be read.
pub async fn free_while_waiting(db: &Db) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT id FROM class {unscoped: the seat desk serves all} WHERE waitlisted > 0 AND enrolled < capacity
         AND status IN ('published', 'running') ORDER BY id LIMIT 1000",
        args![],
    )
    .await
}

/// Classes of a scope that take enrolments, found by a part of their name, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn open_within(db: &Db, scope: &Scope, q: &str, limit: i64) -> DbResult<Vec<ClassId>> {
    let plain: String = q
        .chars()
        .filter(|c| !matches!(c, '%' | '_' | '\\'))
        .take(60)
        .collect();
    db.within(scope)
        .query(
            "SELECT c.id FROM class c WHERE c.status IN ('published', 'running') AND c.name LIKE $1
             AND {scope c.org_id} ORDER BY c.sort_key, c.id LIMIT $2",
            args![format!("%{plain}%"), limit],
        )
        .await
}

/// Like [`free_while_waiting`] within a scope: class, name, people waiting.
///
/// # Errors
/// When the database cannot be read.
pub async fn stuck_within(db: &Db, scope: &Scope) -> DbResult<Vec<(ClassId, String, i64)>> {
    db.within(scope)
        .query(
            "SELECT c.id, c.name, c.waitlisted FROM class c WHERE c.waitlisted > 0 AND c.enrolled < c.capacity
             AND c.status IN ('published', 'running') AND {scope c.org_id} ORDER BY c.sort_key, c.id LIMIT 50",
            args![],
        )
        .await
}
