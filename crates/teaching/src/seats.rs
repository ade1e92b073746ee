//! What the seat desk must know of classes: facts that change with the class's version, and what it reads again
//! in every group (status, window, seats). Every change of a class or of its sessions must raise `class.version`;
//! [`crate::classes::set_seat_counts`] alone does not, because nothing that a version stands for has changed.

use crate::ClassId;
use db::{Db, DbResult, Scope, args, record};
use kernel::{Date, Instant, OrgId, Time};

record! {
    /// What the desk reads again in every group.
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

/// Facts of a class that stand as long as its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The class.
    pub id: ClassId,
    /// Version these facts belong to.
    pub version: i64,
    /// Who runs it.
    pub org: OrgId,
    /// Its term.
    pub term: crate::TermId,
    /// Its name.
    pub name: String,
    /// Day of the first session.
    pub starts_on: Date,
    /// Lowest age in full years.
    pub age_min: Option<i64>,
    /// Highest age in full years.
    pub age_max: Option<i64>,
    /// Sessions that take place, by day and time.
    pub slots: Vec<Slot>,
}

/// One session's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Day.
    pub day: Date,
    /// Minute of the day at which it begins.
    pub from: i32,
    /// Minute of the day at which it ends.
    pub to: i32,
}

record! {
    struct FactsRow {
        id: ClassId, version: i64, org_id: OrgId, term_id: crate::TermId, name: String, starts_on: Date,
        age_min: Option<i64>, age_max: Option<i64>,
    }
}

record! {
    struct SlotRow { class_id: ClassId, day: Date, starts: String, minutes: i64 }
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

/// Facts of these classes.
///
/// # Errors
/// When the database cannot be read.
pub async fn facts(db: &Db, classes: &[ClassId]) -> DbResult<Vec<Facts>> {
    if classes.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<FactsRow> = db
        .query(
            "SELECT id, version, org_id, term_id, name, starts_on, age_min, age_max
             FROM class {unscoped: the facts are public} WHERE id {any $1} ORDER BY id",
            args![classes],
        )
        .await?;
    let slots: Vec<SlotRow> = db
        .query(
            "SELECT class_id, day, starts, minutes FROM session {unscoped: the facts are public}
             WHERE class_id {any $1} AND status IN ('planned', 'held', 'moved') ORDER BY class_id, day, starts, id",
            args![classes],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Facts {
            slots: slots
                .iter()
                .filter(|slot| slot.class_id == row.id)
                .map(slot)
                .collect(),
            id: row.id,
            version: row.version,
            org: row.org_id,
            term: row.term_id,
            name: row.name,
            starts_on: row.starts_on,
            age_min: row.age_min,
            age_max: row.age_max,
        })
        .collect())
}

fn slot(row: &SlotRow) -> Slot {
    let starts: Time = row.starts.parse().unwrap_or(Time::midnight());
    let from = i32::from(starts.hour()) * 60 + i32::from(starts.minute());
    Slot {
        day: row.day,
        from,
        to: from + i32::try_from(row.minutes).unwrap_or(0),
    }
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
