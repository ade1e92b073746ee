//! SQL of transfers.

use super::model::TransferStatus;
use crate::{EnrollmentId, TransferId};
use db::{Db, DbResult, Scope, args, record};
use kernel::{Instant, OrgId, PersonId};
use platform::Tx;
use teaching::ClassId;
use teaching::classes::ClassRow;

record! {
    /// A wish to change classes.
    pub struct TransferRow {
        /// Its id.
        pub id: TransferId,
        /// The school.
        pub org_id: OrgId,
        /// The enrolment that is left.
        pub enrollment_id: EnrollmentId,
        /// Whose it is.
        pub person_id: PersonId,
        /// The class that is left.
        pub from_class: ClassId,
        /// Its name.
        pub from_name: String,
        /// The class that is wished for.
        pub to_class: ClassId,
        /// Its name.
        pub to_name: String,
        /// Where it stands.
        pub status: TransferStatus,
        /// Why.
        pub reason: String,
        /// What the school said.
        pub note: String,
        /// When it was asked.
        pub asked_at: Instant,
    }
}

macro_rules! transfers {
    ($rest:literal) => {
        concat!(
            "SELECT w.id, w.org_id, w.enrollment_id, e.person_id, e.class_id AS from_class, f.name AS from_name, w.to_class,
             t.name AS to_name, w.status, w.reason, w.note, w.asked_at
             FROM transfer w JOIN enrollment e ON e.id = w.enrollment_id JOIN class f ON f.id = e.class_id
             JOIN class t ON t.id = w.to_class ",
            $rest
        )
    };
}

/// The last wish of an enrolment.
pub(super) async fn last_of(db: &Db, enrollment: EnrollmentId) -> DbResult<Option<TransferRow>> {
    db.query_opt(
        transfers!(
            "WHERE w.enrollment_id = $1 {unscoped: the caller checked whose it is} ORDER BY w.id DESC LIMIT 1"
        ),
        args![enrollment],
    )
    .await
}

pub(super) async fn find_within(db: &Db, scope: &Scope, id: TransferId) -> DbResult<TransferRow> {
    db.within(scope)
        .query_one(transfers!("WHERE w.id = $1 AND {scope w.org_id}"), args![id])
        .await
}

/// Open wishes of the scope, oldest first.
pub(super) async fn open_within(db: &Db, scope: &Scope) -> DbResult<Vec<TransferRow>> {
    db.within(scope)
        .query(
            transfers!("WHERE w.status = 'open' AND {scope w.org_id} ORDER BY w.id LIMIT 200"),
            args![],
        )
        .await
}

pub(super) async fn insert(
    tx: &Tx,
    (id, org): (TransferId, OrgId),
    (enrollment, to): (EnrollmentId, ClassId),
    reason: &str,
    channel: platform::Channel,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO transfer (id, org_id, enrollment_id, to_class, status, reason, channel, asked_by, asked_at, note)
         VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8, '') {unscoped: the caller checked whose it is}",
        args![id, org, enrollment, to, reason, channel, tx.ctx().actor.person, tx.ctx().now()],
    )
    .await?;
    Ok(())
}

pub(super) async fn decide(
    tx: &Tx,
    id: TransferId,
    status: TransferStatus,
    note: &str,
    seat: Option<EnrollmentId>,
) -> DbResult<()> {
    tx.exec(
        "UPDATE transfer SET status = $2, note = $3, new_enrollment = $4, decided_by = $5, decided_at = $6
         WHERE id = $1 {unscoped: the caller found it}",
        args![id, status, note, seat, tx.ctx().actor.person, tx.ctx().now()],
    )
    .await?;
    Ok(())
}

/// Closes the open wish of enrolments that end in another way.
pub(crate) async fn close_open(tx: &Tx, enrollments: &[EnrollmentId]) -> DbResult<()> {
    tx.exec(
        "UPDATE transfer SET status = 'taken_back', decided_at = $2
         WHERE enrollment_id {any $1} AND status = 'open' {unscoped: decided by the caller}",
        args![enrollments, tx.ctx().now()],
    )
    .await?;
    Ok(())
}

/// The enrolment that continues this one in another class.
pub(super) async fn continued(db: &Db, id: EnrollmentId) -> DbResult<Option<EnrollmentId>> {
    db.query_opt(
        "SELECT id FROM enrollment WHERE moved_from = $1 {unscoped: the caller checked whose it is} ORDER BY id DESC LIMIT 1",
        args![id],
    )
    .await
}

/// Classes of the same school and term with free seats for which nobody waits, of the same course first. At most 40.
pub(super) async fn candidates(db: &Db, class: &ClassRow, fen: i64) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT c.id FROM class c {unscoped: published classes are public}
         WHERE c.org_id = $1 AND c.term_id = $2 AND c.id <> $3 AND c.status IN ('published', 'running')
           AND c.fee_fen <= $4 AND c.enrolled < c.capacity AND c.waitlisted = 0
         ORDER BY CASE WHEN c.course_id = $5 THEN 0 ELSE 1 END, c.weekday, c.starts, c.id LIMIT 40",
        args![class.org_id, class.term_id, class.id, fen, class.course_id],
    )
    .await
}

/// Every wish of a person, oldest first.
pub(crate) async fn of_person(db: &Db, person: PersonId) -> DbResult<Vec<TransferRow>> {
    db.query(
        transfers!("WHERE e.person_id = $1 {unscoped: a person's own} ORDER BY w.id LIMIT $2"),
        args![person, platform::personal::MOST_TOLD],
    )
    .await
}

/// Takes open wishes of a person back and empties what was written.
pub(crate) async fn erase(tx: &Tx, person: PersonId) -> DbResult<()> {
    tx.exec(
        "UPDATE transfer SET reason = '', note = '', status = CASE WHEN status = 'open' THEN 'taken_back' ELSE status END
         WHERE enrollment_id IN (SELECT id FROM enrollment WHERE person_id = $1) {unscoped: erasure}",
        args![person],
    )
    .await?;
    Ok(())
}
