//! SQL of long absence.

use super::model::{Call, State, Tally, Whom};
use crate::AbsenceId;
use db::{Db, DbResult, Scope, args, record};
use enrollment::EnrollmentId;
use kernel::{Date, Instant, OrgId, PersonId};
use platform::Tx;
use teaching::ClassId;

record! {
    /// A case of absence.
    pub struct CaseRow {
        /// Its id.
        pub id: AbsenceId,
        /// The school.
        pub org_id: OrgId,
        /// The class.
        pub class_id: ClassId,
        /// Its name.
        pub class_name: String,
        /// The enrolment.
        pub enrollment_id: EnrollmentId,
        /// The learner.
        pub person_id: PersonId,
        /// Their name.
        pub name: String,
        /// Absences in a row.
        pub in_row: i64,
        /// Absences without leave.
        pub missed: i64,
        /// Lessons held.
        pub held: i64,
        /// How far it is.
        pub state: State,
        /// Since when.
        pub noted_at: Instant,
        /// Who was called.
        pub called: Option<Whom>,
        /// When.
        pub called_on: Option<Date>,
        /// What was said.
        pub said: String,
        /// Until when the place is kept.
        pub keep_until: Option<Date>,
        /// Why it was decided so.
        pub note: String,
    }
}

macro_rules! cases {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, k.org_id, k.class_id, c.name AS class_name, k.enrollment_id, k.person_id, p.name, k.in_row, k.missed,
             k.held, k.state, k.noted_at, k.called, k.called_on, k.said, k.keep_until, k.note
             FROM absence_case k JOIN class c ON c.id = k.class_id JOIN person p ON p.id = k.person_id ",
            $rest
        )
    };
}

/// Who came again after the case was noted is proposed no more, also before the daily job has closed it.
macro_rules! still_away {
    () => {
        "NOT EXISTS (SELECT 1 FROM attendance a JOIN session s ON s.id = a.session_id
          WHERE a.person_id = k.person_id AND s.class_id = k.class_id AND a.status IN ('present', 'late', 'left_early')
            AND a.marked_at > k.noted_at)"
    };
}

/// Proposals of the scope that wait for a decision, oldest first.
pub async fn proposed(db: &Db, scope: &Scope) -> DbResult<Vec<CaseRow>> {
    let sql = format!(
        "{} AND {} ORDER BY k.id LIMIT 200",
        cases!("WHERE k.state = 'proposed' AND {scope k.org_id}"),
        still_away!()
    );
    db.within(scope).query(&sql, args![]).await
}

/// A case of the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: AbsenceId) -> DbResult<CaseRow> {
    db.within(scope)
        .query_one(cases!("WHERE k.id = $1 AND {scope k.org_id}"), args![id])
        .await
}

/// Whether the learner came after the case was noted.
pub async fn came_again(db: &Db, case: &CaseRow) -> DbResult<bool> {
    let sql = format!(
        "SELECT k.id FROM absence_case k WHERE k.id = $1 AND {} {{unscoped: the caller found it}}",
        still_away!()
    );
    let away: Option<AbsenceId> = db.query_opt(&sql, args![case.id]).await?;
    Ok(away.is_none())
}

/// Open cases of a class.
pub async fn open_of_class(db: &Db, class: ClassId) -> DbResult<Vec<CaseRow>> {
    let sql = format!(
        "{} AND {} ORDER BY k.id",
        cases!(
            "WHERE k.class_id = $1 AND k.state IN ('alerted', 'proposed') {unscoped: the caller found the class}"
        ),
        still_away!()
    );
    db.query(&sql, args![class]).await
}

/// Every case of a class that is open or keeps a place.
pub async fn standing(db: &Db, class: ClassId) -> DbResult<Vec<CaseRow>> {
    db.query(
        cases!(
            "WHERE k.class_id = $1 AND k.state IN ('alerted', 'proposed', 'kept') {unscoped: the daily job} ORDER BY k.id"
        ),
        args![class],
    )
    .await
}

record! {
    /// A class in which somebody stays away, for its teacher.
    pub struct Away {
        /// The class.
        pub id: ClassId,
        /// Its name.
        pub name: String,
        /// How many.
        pub count: i64,
    }
}

/// Classes of a teacher, helper or monitor with open cases.
pub async fn of_teacher(db: &Db, person: PersonId) -> DbResult<Vec<Away>> {
    let sql = format!(
        "SELECT c.id, c.name, count(*) AS count FROM absence_case k JOIN class c ON c.id = k.class_id
         WHERE k.state IN ('alerted', 'proposed') AND (c.teacher_id = $1
           OR EXISTS (SELECT 1 FROM class_duty d WHERE d.class_id = c.id AND d.person_id = $1))
           AND {} {{unscoped: the person's own duty}}
         GROUP BY c.id, c.name ORDER BY c.id LIMIT 50",
        still_away!()
    );
    db.query(&sql, args![person]).await
}

/// Classes that the daily job looks at: those that run with absences, and those with open cases.
pub async fn to_look_at(db: &Db) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT c.id FROM class c
         WHERE (c.status = 'running' AND EXISTS (SELECT 1 FROM session s JOIN attendance a ON a.session_id = s.id
             WHERE s.class_id = c.id AND a.status = 'absent'))
           OR EXISTS (SELECT 1 FROM absence_case k WHERE k.class_id = c.id AND k.state IN ('alerted', 'proposed'))
         {unscoped: the daily job} ORDER BY c.id",
        args![],
    )
    .await
}

/// Keeps a new case.
pub async fn insert(
    tx: &Tx,
    id: AbsenceId,
    (org, class): (OrgId, ClassId),
    (enrollment, person): (EnrollmentId, PersonId),
    (state, tally): (State, Tally),
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO absence_case (id, org_id, class_id, enrollment_id, person_id, in_row, missed, held, state, noted_at, said, note)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '') {unscoped: the daily job}",
        args![
            id, org, class, enrollment, person, tally.in_row, tally.missed, tally.held, state, tx.ctx().now()
        ],
    )
    .await?;
    Ok(())
}

/// Moves a case on, with the count at which it was.
pub async fn advance(tx: &Tx, id: AbsenceId, state: State, tally: Tally) -> DbResult<()> {
    tx.exec(
        "UPDATE absence_case SET state = $2, in_row = $3, missed = $4, held = $5 WHERE id = $1 {unscoped: the daily job}",
        args![id, state, tally.in_row, tally.missed, tally.held],
    )
    .await?;
    Ok(())
}

/// Writes down a call.
pub async fn called(tx: &Tx, id: AbsenceId, call: &Call) -> DbResult<()> {
    tx.exec(
        "UPDATE absence_case SET called = $2, called_on = $3, said = $4 WHERE id = $1 {unscoped: the caller found it}",
        args![id, call.whom, call.on, call.said.as_str()],
    )
    .await?;
    Ok(())
}

/// Ends a case by a decision.
pub async fn decided(tx: &Tx, id: AbsenceId, state: State, until: Option<Date>, note: &str) -> DbResult<()> {
    let ctx = tx.ctx();
    tx.exec(
        "UPDATE absence_case SET state = $2, keep_until = $3, note = $4, decided_by = $5, decided_at = $6
         WHERE id = $1 {unscoped: the caller found it}",
        args![id, state, until, note, ctx.actor.person, ctx.now()],
    )
    .await?;
    Ok(())
}
