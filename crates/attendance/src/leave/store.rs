//! SQL of leave.

use super::actions::{LeaveBrief, LeaveStatus};
use crate::LeaveRequestId;
use db::{Db, DbResult, Tx, args};
use kernel::{Instant, PersonId};
use teaching::{ClassId, SessionId};

/// The leaves of a session that were not taken back.
pub async fn of_session(db: &Db, session: SessionId) -> DbResult<Vec<LeaveBrief>> {
    db.query(
        "SELECT session_id, person_id, reason, status FROM leave_request
         WHERE session_id = $1 AND status <> 'withdrawn' ORDER BY person_id",
        args![session],
    )
    .await
}

/// The person's leaves in a class that were not taken back.
pub async fn of_person(db: &Db, class: ClassId, person: PersonId) -> DbResult<Vec<(SessionId, LeaveStatus)>> {
    db.query(
        "SELECT l.session_id, l.status FROM leave_request l JOIN session s ON s.id = l.session_id
         WHERE s.class_id = $1 AND l.person_id = $2 AND l.status <> 'withdrawn'
         {unscoped: the person's own leaves} ORDER BY s.number",
        args![class, person],
    )
    .await
}

/// Keeps a leave; one that was taken back or refused is replaced.
pub async fn put(
    tx: &Tx,
    id: LeaveRequestId,
    leave: &LeaveBrief,
    by: Option<PersonId>,
    at: Instant,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO leave_request (id, session_id, person_id, reason, asked_by, asked_at, status)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (session_id, person_id) DO UPDATE
         SET reason = excluded.reason, asked_by = excluded.asked_by, asked_at = excluded.asked_at,
             status = excluded.status, decided_by = NULL, decided_at = NULL",
        args![
            id,
            leave.session_id,
            leave.person_id,
            leave.reason.as_str(),
            by,
            at,
            leave.status
        ],
    )
    .await?;
    Ok(())
}

/// Sets how a leave stands.
pub async fn settle(
    tx: &Tx,
    session: SessionId,
    person: PersonId,
    status: LeaveStatus,
    by: Option<PersonId>,
    at: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE leave_request SET status = $3, decided_by = $4, decided_at = $5 WHERE session_id = $1 AND person_id = $2",
        args![session, person, status, by, at],
    )
    .await?;
    Ok(())
}
