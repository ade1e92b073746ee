//! What a group reads and writes; SQL only.

use super::model::{EnrollmentStatus, RULE_VERSION};
use crate::first_come::model::Pool;
use crate::{COLUMNS, EnrollmentId, NewEnrollment, SignupId};
use db::{Db, DbResult, Tx, Value, args, record};
use kernel::{Instant, PersonId};
use teaching::{ClassId, TermId};

record! {
    /// A live enrolment.
    pub(super) struct LiveRow {
        pub(super) id: EnrollmentId, pub(super) class_id: ClassId, pub(super) term_id: TermId,
        pub(super) person_id: PersonId, pub(super) status: EnrollmentStatus,
        pub(super) pool: Pool, pub(super) held_until: Option<Instant>,
    }
}

/// In the order of SQLite's index, so that nothing is sorted.
pub(super) async fn live_of(db: &Db, people: &[PersonId]) -> DbResult<Vec<LiveRow>> {
    db.query(
        "SELECT id, class_id, term_id, person_id, status, pool, held_until FROM enrollment {unscoped: rules look at all classes of a person}
         WHERE person_id {any $1} AND live = TRUE ORDER BY person_id, class_id",
        args![people],
    )
    .await
}

record! {
    /// Somebody who waits.
    pub(super) struct WaitingRow {
        pub(super) id: EnrollmentId, pub(super) class_id: ClassId, pub(super) person_id: PersonId,
        pub(super) queue: i64, pub(super) signup_id: Option<SignupId>,
        pub(super) pool: Pool,
    }
}

/// Who waits for these classes, in order: at most the first 500 of each group's classes together.
pub(super) async fn waiting_of(db: &Db, classes: &[ClassId]) -> DbResult<Vec<WaitingRow>> {
    db.query(
        "SELECT id, class_id, person_id, queue, signup_id, pool FROM enrollment {unscoped: the seat desk serves all}
         WHERE class_id {any $1} AND status = 'waitlisted' ORDER BY queue, id LIMIT 500",
        args![classes],
    )
    .await
}

record! {
    /// The highest queue number of a class, and how often papers, eligibility rules and school rules changed.
    pub(super) struct QueueRow {
        pub(super) id: ClassId, pub(super) last: i64,
        pub(super) papers: i64, pub(super) rules: i64, pub(super) school: i64,
    }
}

pub(super) async fn last_queues(db: &Db, classes: &[ClassId]) -> DbResult<Vec<QueueRow>> {
    db.query(
        "SELECT c.id, CAST(COALESCE((SELECT max(e.queue) FROM enrollment e WHERE e.class_id = c.id), 0) AS BIGINT) AS last,
                (SELECT p.changes FROM paper_change p WHERE p.one = 1) AS papers,
                (SELECT r.changes FROM eligibility_change r WHERE r.one = 1) AS rules,
                (SELECT s.changes FROM school_rule_change s WHERE s.one = 1) AS school
         FROM class c {unscoped: the seat desk serves all} WHERE c.id {any $1} ORDER BY c.id",
        args![classes],
    )
    .await
}

/// Places on the waitlist, from 1.
pub(super) async fn positions(db: &Db, enrollments: &[EnrollmentId]) -> DbResult<Vec<(EnrollmentId, i64)>> {
    db.query(
        "SELECT e.id, (SELECT count(*) FROM enrollment w WHERE w.class_id = e.class_id AND w.status = 'waitlisted' AND w.queue <= e.queue)
         FROM enrollment e {unscoped: the seat desk serves all} WHERE e.id {any $1} ORDER BY e.id",
        args![enrollments],
    )
    .await
}

pub(super) async fn insert(tx: &Tx, rows: &[NewEnrollment]) -> DbResult<()> {
    let cells: Vec<Vec<Value>> = rows.iter().map(NewEnrollment::cells).collect();
    tx.insert_many("enrollment", COLUMNS, &cells).await
}

/// Writes what the desk decided; a seat taken from the waitlist is dated.
pub(super) async fn set_status(
    tx: &Tx,
    enrollments: &[EnrollmentId],
    status: EnrollmentStatus,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE enrollment SET status = $2, live = $3, changed_at = $4, rule_version = $5,
           seated_on = COALESCE(seated_on, CAST($6 AS TEXT))
         WHERE id {any $1} {unscoped: decided by the seat desk}",
        args![
            enrollments,
            status,
            status.is_live(),
            now,
            RULE_VERSION,
            status.is_seated().then(|| now.date())
        ],
    )
    .await?;
    Ok(())
}

/// Writes which wait a seat stands for.
pub(super) async fn keep_waits(tx: &Tx, waits: &[(EnrollmentId, EnrollmentId)]) -> DbResult<()> {
    let cells: Vec<Vec<Value>> = waits
        .iter()
        .map(|(seat, waited)| vec![(*seat).into(), (*waited).into()])
        .collect();
    tx.insert_many("wait_behind", &["enrollment_id", "waited_id"], &cells)
        .await
}

/// The waits that these seats stand for.
pub(super) async fn waits_behind(
    db: &Db,
    seats: &[EnrollmentId],
) -> DbResult<Vec<(EnrollmentId, ClassId, EnrollmentId)>> {
    db.query(
        "SELECT e.id, e.class_id, w.waited_id FROM wait_behind w JOIN enrollment e ON e.id = w.enrollment_id
         {unscoped: decided by the seat desk} WHERE w.enrollment_id {any $1} ORDER BY e.id",
        args![seats],
    )
    .await
}

record! {
    /// An answer given before to the same key.
    pub(super) struct KeyRow {
        pub(super) owner: PersonId, pub(super) idempotency_key: String, pub(super) request_hash: String,
        pub(super) answer: String,
    }
}

pub(super) async fn keys(db: &Db, owners: &[PersonId], keys: Vec<String>) -> DbResult<Vec<KeyRow>> {
    db.query(
        "SELECT owner, idempotency_key, request_hash, answer FROM idempotency_key
         WHERE owner {any $1} AND idempotency_key {any $2} ORDER BY owner, idempotency_key LIMIT 10000",
        args![owners, keys],
    )
    .await
}

pub(super) async fn keep_keys(tx: &Tx, rows: &[KeyRow], now: Instant) -> DbResult<()> {
    let cells: Vec<Vec<Value>> = rows
        .iter()
        .map(|row| {
            vec![
                row.owner.into(),
                row.idempotency_key.as_str().into(),
                row.request_hash.as_str().into(),
                201_i64.into(),
                row.answer.as_str().into(),
                now.into(),
            ]
        })
        .collect();
    let columns = [
        "owner",
        "idempotency_key",
        "request_hash",
        "status",
        "answer",
        "at",
    ];
    tx.insert_many("idempotency_key", &columns, &cells).await
}
