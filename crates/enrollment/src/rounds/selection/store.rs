//! SQL of selections.

use super::model::{Note, Outcome};
use crate::{RoundId, SignupId};
use db::{Db, DbResult, Tx, Value, args, record};
use kernel::{Instant, PersonId};
use teaching::ClassId;

record! {
    /// When and where a signup is interviewed.
    pub struct InterviewRow {
        /// The signup.
        pub signup_id: SignupId,
        /// When.
        pub at: Instant,
        /// Where.
        pub place: String,
    }
}

record! {
    /// What was noted of a signup for a class.
    pub struct NoteRow {
        /// The signup.
        pub signup_id: SignupId,
        /// The class.
        pub class_id: ClassId,
        /// What it comes to.
        pub outcome: Outcome,
        /// Place in the order of reserves, from 1; 0 for everybody else.
        pub place: i64,
        /// Why it was declined.
        pub reason: String,
    }
}

record! {
    /// The two officers of a selection.
    pub struct CheckRow {
        /// Who handed it in.
        pub proposed_by: PersonId,
        /// Who confirmed it.
        pub confirmed_by: Option<PersonId>,
        /// Why it went back to the first; empty otherwise.
        pub returned: String,
    }
}

pub(in crate::rounds) async fn interview_of(db: &Db, signup: SignupId) -> DbResult<Option<InterviewRow>> {
    db.query_opt(
        "SELECT signup_id, at, place FROM interview WHERE signup_id = $1",
        args![signup],
    )
    .await
}

pub(in crate::rounds) async fn interviews_in(db: &Db, round: RoundId) -> DbResult<Vec<InterviewRow>> {
    db.query(
        "SELECT signup_id, at, place FROM interview WHERE round_id = $1 ORDER BY at, signup_id LIMIT 200000",
        args![round],
    )
    .await
}

pub(super) async fn set_interviews(tx: &Tx, round: RoundId, rows: &[InterviewRow]) -> DbResult<()> {
    let signups: Vec<SignupId> = rows.iter().map(|row| row.signup_id).collect();
    tx.exec(
        "DELETE FROM interview WHERE signup_id {any $1}",
        args![signups.as_slice()],
    )
    .await?;
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|row| {
            vec![
                row.signup_id.into(),
                round.into(),
                row.at.into(),
                row.place.as_str().into(),
            ]
        })
        .collect();
    tx.insert_many("interview", &["signup_id", "round_id", "at", "place"], &rows)
        .await
}

/// Notes of the signups of a round that take part, by class and order.
pub(in crate::rounds) async fn notes_in(db: &Db, round: RoundId) -> DbResult<Vec<NoteRow>> {
    db.query(
        "SELECT n.signup_id, n.class_id, n.outcome, n.place, n.reason FROM selection_note n
         JOIN signup s ON s.id = n.signup_id WHERE n.round_id = $1 AND s.status = 'applied'
         {unscoped: the caller found the round} ORDER BY n.class_id, n.place, n.signup_id LIMIT 200000",
        args![round],
    )
    .await
}

pub(in crate::rounds) async fn notes_of(db: &Db, signup: SignupId) -> DbResult<Vec<NoteRow>> {
    db.query(
        "SELECT signup_id, class_id, outcome, place, reason FROM selection_note WHERE signup_id = $1 ORDER BY class_id",
        args![signup],
    )
    .await
}

/// Writes notes of a class over those that were there.
pub(super) async fn set_notes(
    tx: &Tx,
    round: RoundId,
    class: ClassId,
    notes: &[Note],
    (by, now): (Option<PersonId>, Instant),
) -> DbResult<()> {
    let signups: Vec<SignupId> = notes.iter().map(|note| note.signup).collect();
    tx.exec(
        "DELETE FROM selection_note WHERE class_id = $1 AND signup_id {any $2}",
        args![class, signups.as_slice()],
    )
    .await?;
    let rows: Vec<Vec<Value>> = notes
        .iter()
        .filter_map(|note| {
            Some(vec![
                note.signup.into(),
                class.into(),
                round.into(),
                note.outcome?.as_str().into(),
                note.place.into(),
                note.reason.as_str().into(),
                by.into(),
                now.into(),
            ])
        })
        .collect();
    let columns = [
        "signup_id",
        "class_id",
        "round_id",
        "outcome",
        "place",
        "reason",
        "noted_by",
        "noted_at",
    ];
    tx.insert_many("selection_note", &columns, &rows).await
}

/// Takes the words out of the notes on these signups.
pub(crate) async fn forget(tx: &Tx, signups: &[SignupId]) -> DbResult<()> {
    tx.exec(
        "UPDATE selection_note SET reason = '' WHERE signup_id {any $1}",
        args![signups],
    )
    .await?;
    Ok(())
}

pub(super) async fn find_check(db: &Db, round: RoundId) -> DbResult<Option<CheckRow>> {
    db.query_opt(
        "SELECT proposed_by, confirmed_by, returned FROM selection_check WHERE round_id = $1",
        args![round],
    )
    .await
}

pub(super) async fn propose(tx: &Tx, round: RoundId, by: PersonId, now: Instant) -> DbResult<()> {
    tx.exec("DELETE FROM selection_check WHERE round_id = $1", args![round])
        .await?;
    tx.exec(
        "INSERT INTO selection_check (round_id, proposed_by, proposed_at, returned) VALUES ($1, $2, $3, '')",
        args![round, by, now],
    )
    .await?;
    Ok(())
}

pub(super) async fn confirm(tx: &Tx, round: RoundId, by: PersonId, now: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE selection_check SET confirmed_by = $2, confirmed_at = $3 WHERE round_id = $1",
        args![round, by, now],
    )
    .await?;
    Ok(())
}

pub(super) async fn send_back(tx: &Tx, round: RoundId, why: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE selection_check SET returned = $2 WHERE round_id = $1",
        args![round, why],
    )
    .await?;
    Ok(())
}
