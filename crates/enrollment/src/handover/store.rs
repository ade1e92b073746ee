//! SQL of handovers.

use super::model::{DraftState, KEPT_DAYS};
use crate::{EnrollmentId, HandoverId};
use db::{Db, DbResult, Scope, Tx, args, record};
use kernel::{Date, Instant, OrgId, PersonId};
use platform::retention::Old;
use teaching::ClassId;

record! {
    /// A draft with the names that its pages show.
    pub struct DraftRow {
        /// Its id.
        pub id: HandoverId,
        /// The class's org.
        pub org_id: OrgId,
        /// Its name.
        pub org_name: String,
        /// The class.
        pub class_id: ClassId,
        /// Its name.
        pub class_name: String,
        /// Who is to learn.
        pub person_id: PersonId,
        /// Their name.
        pub person_name: String,
        /// Their day of birth.
        pub birth: Option<Date>,
        /// Their telephone, masked.
        pub phone_masked: Option<String>,
        /// Who kept it.
        pub begun_by: PersonId,
        /// Their name.
        pub begun_name: String,
        /// The day on which it is good.
        pub day: Date,
        /// The four digits.
        pub code: String,
        /// The note, sealed.
        pub note_sealed: Option<String>,
        /// What is written of it.
        pub state: DraftState,
        /// The enrolment that it became.
        pub enrollment_id: Option<EnrollmentId>,
    }
}

macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "SELECT h.id, h.org_id, g.name AS org_name, h.class_id, c.name AS class_name, h.person_id,
             p.name AS person_name, p.birth, p.phone_masked, h.begun_by, b.name AS begun_name, h.day, h.code,
             h.note_sealed, h.state, h.enrollment_id
             FROM handover h JOIN org g ON g.id = h.org_id JOIN class c ON c.id = h.class_id
             JOIN person p ON p.id = h.person_id JOIN person b ON b.id = h.begun_by ",
            $rest
        )
    };
}

/// A draft of whoever kept it.
pub(super) async fn find_own(db: &Db, begun_by: PersonId, id: HandoverId) -> DbResult<DraftRow> {
    db.query_one(
        rows!("WHERE h.id = $1 AND h.begun_by = $2 {unscoped: one's own}"),
        args![id, begun_by],
    )
    .await
}

/// What somebody kept on a day, the newest first.
pub(super) async fn of_beginner(db: &Db, begun_by: PersonId, day: Date) -> DbResult<Vec<DraftRow>> {
    db.query(
        rows!(
            "WHERE h.begun_by = $1 AND h.day = $2 AND NOT (h.state = 'open' AND EXISTS (SELECT 1 FROM enrollment e
               WHERE e.person_id = h.person_id AND e.class_id = h.class_id AND e.live = TRUE))
             {unscoped: one's own} ORDER BY h.created_at DESC, h.id DESC LIMIT 50"
        ),
        args![begun_by, day],
    )
    .await
}

/// Drafts with these digits at the clerk's orgs since a day, the newest first.
pub(super) async fn by_code_within(
    db: &Db,
    scope: &Scope,
    code: &str,
    since: Date,
) -> DbResult<Vec<DraftRow>> {
    db.within(scope)
        .query(
            rows!("WHERE h.code = $1 AND h.day >= $2 AND {scope h.org_id} ORDER BY h.day DESC, h.id DESC LIMIT 50"),
            args![code, since],
        )
        .await
}

/// Whether these digits are given at an org on a day.
pub(super) async fn is_taken(db: &Db, org: OrgId, day: Date, code: &str) -> DbResult<bool> {
    let found: Option<HandoverId> = db
        .query_opt(
            "SELECT id FROM handover WHERE org_id = $1 AND day = $2 AND code = $3
             {unscoped: the digits are the org's, whoever asks} ORDER BY id LIMIT 1",
            args![org, day, code],
        )
        .await?;
    Ok(found.is_some())
}

/// A draft to keep.
pub(super) struct NewDraft {
    pub(super) id: HandoverId,
    pub(super) org: OrgId,
    pub(super) class: ClassId,
    pub(super) person: PersonId,
    pub(super) begun_by: PersonId,
    pub(super) code: String,
    pub(super) note_sealed: Option<String>,
    pub(super) now: Instant,
}

pub(super) async fn insert(tx: &Tx, new: &NewDraft) -> DbResult<u64> {
    tx.exec(
        "INSERT INTO handover (id, org_id, class_id, person_id, begun_by, day, code, note_sealed, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9) {unscoped: a resident may enrol at any school}",
        args![
            new.id,
            new.org,
            new.class,
            new.person,
            new.begun_by,
            new.now.date(),
            &new.code,
            new.note_sealed.as_ref(),
            new.now
        ],
    )
    .await
}

/// Writes what became of an open draft.
pub(super) async fn close(
    tx: &Tx,
    id: HandoverId,
    state: DraftState,
    by: PersonId,
    enrollment: Option<EnrollmentId>,
    now: Instant,
) -> DbResult<u64> {
    tx.exec(
        "UPDATE handover SET state = $2, closed_by = $3, enrollment_id = $4, closed_at = $5
         WHERE id = $1 AND state = 'open' {unscoped: the caller found it}",
        args![id, state, by, enrollment, now],
    )
    .await
}

/// Every draft for or by a person.
pub(crate) async fn of_person(db: &Db, person: PersonId) -> DbResult<Vec<DraftRow>> {
    db.query(
        rows!(
            "WHERE (h.person_id = $1 OR h.begun_by = $1) {unscoped: a person's own} ORDER BY h.created_at, h.id LIMIT 1000"
        ),
        args![person],
    )
    .await
}

/// Every draft for or by a person goes.
pub(crate) async fn erase(tx: &Tx, person: PersonId) -> DbResult<u64> {
    tx.exec(
        "DELETE FROM handover WHERE (person_id = $1 OR begun_by = $1) {unscoped: work of the system}",
        args![person],
    )
    .await
}

/// Drafts of days gone by.
pub(crate) const OLD: &[Old] = &[Old {
    what: "handover",
    days: KEPT_DAYS,
    sql: "DELETE FROM handover WHERE id IN (SELECT id FROM handover WHERE created_at < $1
            ORDER BY id LIMIT $2) {unscoped: work of the system}",
}];
