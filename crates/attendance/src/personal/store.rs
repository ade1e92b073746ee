//! SQL of what is told and erased of a person.

use crate::AbsenceId;
use crate::absences::model::State;
use crate::leave::actions::LeaveStatus;
use crate::marks::{Method, Status};
use db::{Db, DbResult, Tx, args, record};
use kernel::{Date, Instant, PersonId};
use platform::personal::MOST_TOLD;
use teaching::SessionId;

record! {
    /// A mark as it is told.
    pub(super) struct Told {
        pub(super) class: String, pub(super) number: i64, pub(super) day: Date, pub(super) status: Status,
        pub(super) method: Method, pub(super) marked_at: Instant, pub(super) reason: String,
    }
}

/// Every mark of a person, oldest first. A truth without a mark (loaded from elsewhere) is told as one.
pub(super) async fn marks(db: &Db, person: PersonId) -> DbResult<Vec<Told>> {
    db.query(
        "SELECT c.name AS class, s.number, s.day, m.status, m.method, m.marked_at, m.reason FROM (
           SELECT session_id, status, method, marked_at, reason FROM attendance_mark WHERE person_id = $1
           UNION ALL
           SELECT a.session_id, a.status, a.method, a.marked_at, '' FROM attendance a WHERE a.person_id = $1
             AND NOT EXISTS (SELECT 1 FROM attendance_mark k WHERE k.session_id = a.session_id AND k.person_id = $1)) m
         JOIN session s ON s.id = m.session_id JOIN class c ON c.id = s.class_id {unscoped: a person's own}
         ORDER BY s.day, s.id, m.marked_at, m.method LIMIT $2",
        args![person, MOST_TOLD],
    )
    .await
}

record! {
    /// A leave as it is told.
    pub(super) struct Leave {
        pub(super) class: String, pub(super) number: i64, pub(super) day: Date, pub(super) reason: String,
        pub(super) status: LeaveStatus, pub(super) asked_at: Instant,
    }
}

/// Every leave of a person, oldest first.
pub(super) async fn leaves(db: &Db, person: PersonId) -> DbResult<Vec<Leave>> {
    db.query(
        "SELECT c.name AS class, s.number, s.day, l.reason, l.status, l.asked_at FROM leave_request l
         JOIN session s ON s.id = l.session_id JOIN class c ON c.id = s.class_id {unscoped: a person's own}
         WHERE l.person_id = $1 ORDER BY s.day, s.id LIMIT $2",
        args![person, MOST_TOLD],
    )
    .await
}

record! {
    /// A case of absence as it is told.
    pub(super) struct Case {
        pub(super) class: String, pub(super) state: State, pub(super) said: String, pub(super) note: String,
        pub(super) noted_at: Instant,
    }
}

/// Every case of absence of a person, oldest first.
pub(super) async fn cases(db: &Db, person: PersonId) -> DbResult<Vec<Case>> {
    db.query(
        "SELECT c.name AS class, k.state, k.said, k.note, k.noted_at FROM absence_case k JOIN class c ON c.id = k.class_id
         WHERE k.person_id = $1 {unscoped: a person's own} ORDER BY k.id LIMIT $2",
        args![person, MOST_TOLD],
    )
    .await
}

/// Cases of absence of a person.
pub(super) async fn case_ids(db: &Db, person: PersonId) -> DbResult<Vec<AbsenceId>> {
    let sql = "SELECT id FROM absence_case WHERE person_id = $1 {unscoped: a person's own} ORDER BY id";
    db.query(sql, args![person]).await
}

/// Sessions at which something was written about a person.
pub(super) async fn sessions(db: &Db, person: PersonId) -> DbResult<Vec<SessionId>> {
    db.query(
        "SELECT session_id FROM attendance_mark WHERE person_id = $1
         UNION SELECT session_id FROM leave_request WHERE person_id = $1 ORDER BY session_id",
        args![person],
    )
    .await
}

/// Empties the words written about a person.
pub(super) async fn erase(tx: &Tx, person: PersonId) -> DbResult<()> {
    let sql = "UPDATE attendance_mark SET reason = '' WHERE person_id = $1 AND reason <> ''";
    tx.exec(sql, args![person]).await?;
    let sql = "UPDATE leave_request SET reason = '' WHERE person_id = $1 AND reason <> ''";
    tx.exec(sql, args![person]).await?;
    let sql = "UPDATE absence_case SET said = '', note = '' WHERE person_id = $1 {unscoped: a person's own}";
    tx.exec(sql, args![person]).await?;
    Ok(())
}
