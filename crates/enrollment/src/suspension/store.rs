//! SQL of suspension.

use super::model::{Pause, SuspensionStatus};
use crate::fees::Money;
use crate::first_come::model::Pool;
use crate::school_rules::{FeeMeanwhile, Ruling, SeatMeanwhile};
use crate::{EnrollmentId, SuspensionId};
use db::{Db, DbResult, Scope, args, record};
use kernel::{Date, Instant, OrgId, PersonId};
use platform::Tx;
use teaching::classes::ClassRow;
use teaching::{ClassId, TermId};

record! {
    /// A wish to pause.
    pub struct SuspensionRow {
        /// Its id.
        pub id: SuspensionId,
        /// The school.
        pub org_id: OrgId,
        /// The enrolment.
        pub enrollment_id: EnrollmentId,
        /// Whose it is.
        pub person_id: PersonId,
        /// The class.
        pub class_id: ClassId,
        /// Its name.
        pub class_name: String,
        /// Where it stands.
        pub status: SuspensionStatus,
        /// Why.
        pub reason: String,
        /// What the school said.
        pub note: String,
        /// When it was asked.
        pub asked_at: Instant,
        /// What becomes of the seat.
        pub seat: SeatMeanwhile,
        /// What becomes of the fee.
        pub fee: FeeMeanwhile,
        /// How many later terms the place is kept.
        pub terms: i64,
    }
}

macro_rules! suspensions {
    ($rest:literal) => {
        concat!(
            "SELECT w.id, w.org_id, w.enrollment_id, e.person_id, e.class_id, c.name AS class_name, w.status, w.reason, w.note,
             w.asked_at, w.seat, w.fee, w.terms
             FROM suspension w JOIN enrollment e ON e.id = w.enrollment_id JOIN class c ON c.id = e.class_id ",
            $rest
        )
    };
}

/// The last wish of an enrolment.
pub(crate) async fn last_of(db: &Db, enrollment: EnrollmentId) -> DbResult<Option<SuspensionRow>> {
    db.query_opt(
        suspensions!(
            "WHERE w.enrollment_id = $1 {unscoped: the caller checked whose it is} ORDER BY w.id DESC LIMIT 1"
        ),
        args![enrollment],
    )
    .await
}

pub(super) async fn find_within(db: &Db, scope: &Scope, id: SuspensionId) -> DbResult<SuspensionRow> {
    db.within(scope)
        .query_one(suspensions!("WHERE w.id = $1 AND {scope w.org_id}"), args![id])
        .await
}

/// Open wishes of the scope, oldest first.
pub(super) async fn open_within(db: &Db, scope: &Scope) -> DbResult<Vec<SuspensionRow>> {
    db.within(scope)
        .query(
            suspensions!("WHERE w.status = 'open' AND {scope w.org_id} ORDER BY w.id LIMIT 200"),
            args![],
        )
        .await
}

/// Keeps a wish with the rules that count for it.
pub(super) async fn insert(
    tx: &Tx,
    (id, org): (SuspensionId, OrgId),
    enrollment: EnrollmentId,
    (reason, channel): (&str, platform::Channel),
    ruling: &Ruling,
) -> DbResult<()> {
    let rules = &ruling.rules;
    tx.exec(
        "INSERT INTO suspension (id, org_id, enrollment_id, status, reason, channel, asked_by, asked_at, note, rule_org,
           rule_version, seat, fee, terms)
         VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, '', $8, $9, $10, $11, $12) {unscoped: the caller checked whose it is}",
        args![
            id,
            org,
            enrollment,
            reason,
            channel,
            tx.ctx().actor.person,
            tx.ctx().now(),
            ruling.org,
            ruling.version,
            rules.suspend_seat,
            rules.suspend_fee,
            rules.suspend_terms
        ],
    )
    .await?;
    Ok(())
}

/// Ends an open wish without a pause.
pub(super) async fn decide(tx: &Tx, id: SuspensionId, status: SuspensionStatus, note: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE suspension SET status = $2, note = $3, decided_by = $4, decided_at = $5
         WHERE id = $1 {unscoped: the caller found it}",
        args![id, status, note, tx.ctx().actor.person, tx.ctx().now()],
    )
    .await?;
    Ok(())
}

/// Takes the open wish of enrolments back that end in another way.
pub(crate) async fn close_open(tx: &Tx, enrollments: &[EnrollmentId]) -> DbResult<()> {
    tx.exec(
        "UPDATE suspension SET status = 'taken_back', decided_at = $2
         WHERE enrollment_id {any $1} AND status = 'open' {unscoped: decided by the caller}",
        args![enrollments, tx.ctx().now()],
    )
    .await?;
    Ok(())
}

/// Writes what the seat desk decided about pauses.
pub(crate) async fn carry_out(tx: &Tx, pauses: &[Pause]) -> DbResult<()> {
    let (now, today) = (tx.ctx().now(), tx.ctx().today());
    for pause in pauses {
        match *pause {
            Pause::Began {
                enrollment,
                keeps_seat,
                by,
            } => {
                tx.exec(
                    "UPDATE enrollment SET suspended_on = $2, live = $3 WHERE id = $1 {unscoped: decided by the seat desk}",
                    args![enrollment, today, keeps_seat],
                )
                .await?;
                tx.exec(
                    "UPDATE suspension SET status = 'approved', decided_by = $2, decided_at = $3
                     WHERE enrollment_id = $1 AND status = 'open' {unscoped: decided by the seat desk}",
                    args![enrollment, by, now],
                )
                .await?;
            }
            Pause::Resumed(enrollment) => {
                tx.exec(
                    "UPDATE enrollment SET resumed_on = $2 WHERE id = $1 {unscoped: decided by the seat desk}",
                    args![enrollment, today],
                )
                .await?;
                end(tx, enrollment, None).await?;
            }
            Pause::GoesOn { enrollment, seat } => end(tx, enrollment, Some(seat)).await?,
            Pause::Over(enrollment) => end(tx, enrollment, None).await?,
        }
    }
    Ok(())
}

async fn end(tx: &Tx, enrollment: EnrollmentId, seat: Option<EnrollmentId>) -> DbResult<()> {
    tx.exec(
        "UPDATE suspension SET ended_at = $2, new_enrollment = $3
         WHERE enrollment_id = $1 AND status = 'approved' {unscoped: decided by the seat desk}",
        args![enrollment, tx.ctx().now(), seat],
    )
    .await?;
    Ok(())
}

/// When the pause of an enrolment began.
pub(crate) async fn since(db: &Db, enrollment: EnrollmentId) -> DbResult<Option<Instant>> {
    db.query_opt(
        "SELECT decided_at FROM suspension WHERE enrollment_id = $1 AND status = 'approved' AND decided_at IS NOT NULL
         {unscoped: the caller found the enrolment} ORDER BY id DESC LIMIT 1",
        args![enrollment],
    )
    .await
}

record! {
    /// A pause that goes on.
    pub(crate) struct PauseRow {
        pub(crate) id: EnrollmentId, pub(crate) class_id: ClassId, pub(crate) term_id: TermId,
        pub(crate) person_id: PersonId, pub(crate) pool: Pool, pub(crate) live: bool,
        pub(crate) money: Money, pub(crate) due_fen: i64, pub(crate) fee: Option<FeeMeanwhile>,
        pub(crate) terms: Option<i64>,
    }
}

macro_rules! pauses {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.class_id, e.term_id, e.person_id, e.pool, e.live, e.money, e.due_fen, w.fee, w.terms
             FROM enrollment e LEFT JOIN suspension w ON w.enrollment_id = e.id AND w.status = 'approved'
             WHERE e.status = 'suspended' AND ",
            $rest
        )
    };
}

/// Those of these enrolments that are paused.
pub(crate) async fn pauses(db: &Db, ids: &[EnrollmentId]) -> DbResult<Vec<PauseRow>> {
    db.query(
        pauses!("e.id {any $1} {unscoped: the seat desk serves all} ORDER BY e.id"),
        args![ids],
    )
    .await
}

/// Pauses of the whole installation, by id, after this one: at most 500.
pub(super) async fn all_after(db: &Db, after: EnrollmentId) -> DbResult<Vec<PauseRow>> {
    db.query(
        pauses!("e.id > $1 {unscoped: work of the system} ORDER BY e.id LIMIT 500"),
        args![after],
    )
    .await
}

/// Pauses of a person that hold no seat, for erasure.
pub(crate) async fn resting_of(db: &Db, person: PersonId) -> DbResult<Vec<EnrollmentId>> {
    let rows: Vec<PauseRow> = db
        .query(
            pauses!("e.person_id = $1 AND e.live = FALSE {unscoped: erasure} ORDER BY e.id"),
            args![person],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Classes of the course at the school that are held still, begin by this day, cost no more than this, and have a free seat;
/// those that begin first first. At most 40.
pub(super) async fn candidates(
    db: &Db,
    class: &ClassRow,
    (today, until): (Date, Option<Date>),
    fen: Option<i64>,
) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT c.id FROM class c {unscoped: published classes are public}
         WHERE c.org_id = $1 AND c.course_id = $2 AND c.status IN ('published', 'running') AND c.ends_on >= $3
           AND (CAST($4 AS TEXT) IS NULL OR c.starts_on <= $4) AND (CAST($5 AS BIGINT) IS NULL OR c.fee_fen <= $5 OR c.id = $6)
           AND c.enrolled < c.capacity
         ORDER BY c.starts_on, c.weekday, c.starts, c.id LIMIT 40",
        args![class.org_id, class.course_id, today, until, fen, class.id],
    )
    .await
}

/// Every wish of a person, oldest first.
pub(crate) async fn of_person(db: &Db, person: PersonId) -> DbResult<Vec<SuspensionRow>> {
    db.query(
        suspensions!("WHERE e.person_id = $1 {unscoped: a person's own} ORDER BY w.id LIMIT $2"),
        args![person, platform::personal::MOST_TOLD],
    )
    .await
}

/// Takes open wishes of a person back and empties what was written.
pub(crate) async fn erase(tx: &Tx, person: PersonId) -> DbResult<()> {
    tx.exec(
        "UPDATE suspension SET reason = '', note = '', status = CASE WHEN status = 'open' THEN 'taken_back' ELSE status END
         WHERE enrollment_id IN (SELECT id FROM enrollment WHERE person_id = $1) {unscoped: erasure}",
        args![person],
    )
    .await?;
    Ok(())
}
