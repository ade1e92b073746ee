//! SQL of demand and of the classes opened for it.

use crate::EnrollmentId;
use db::{Db, DbResult, Scope, Tx, args, record, text_enum};
use kernel::{Date, Instant, OrgId, PersonId};
use teaching::{ClassId, CourseId, TermId};

/// Most people who wait that are looked at together.
pub(super) const MOST_WAITING: i64 = 5_000;

record! {
    /// Somebody who waits.
    pub(super) struct WaitRow {
        pub(super) id: EnrollmentId,
        pub(super) person_id: PersonId,
        pub(super) class_id: ClassId,
        pub(super) course_id: CourseId,
        pub(super) org_id: OrgId,
        pub(super) term_id: TermId,
        /// Least learners of the class.
        pub(super) minimum: i64,
    }
}

/// Who waits in the scope for classes of terms that are not over, in the order of asking. Who is asked for a seat in a class
/// that was opened for them waits for no further one.
pub(super) async fn waiting_within(
    db: &Db,
    scope: &Scope,
    term: Option<TermId>,
    today: Date,
) -> DbResult<Vec<WaitRow>> {
    db.within(scope)
        .query(
            "SELECT e.id, e.person_id, e.class_id, c.course_id, e.org_id, e.term_id, c.minimum
             FROM enrollment e JOIN class c ON c.id = e.class_id JOIN term t ON t.id = e.term_id
             WHERE c.waitlisted > 0 AND e.status = 'waitlisted' AND c.status IN ('published', 'running') AND t.ends_on >= $2
               AND (CAST($1 AS BIGINT) IS NULL OR e.term_id = $1) AND {scope e.org_id}
               AND NOT EXISTS (SELECT 1 FROM wait_behind b JOIN enrollment s ON s.id = b.enrollment_id
                               WHERE b.waited_id = e.id AND s.live = TRUE)
             ORDER BY e.created_at, e.queue, e.id LIMIT $3",
            args![term, today, MOST_WAITING],
        )
        .await
}

text_enum! {
    /// How far an opening is.
    pub enum OpeningState {
        /// Decided; the class may not be there yet.
        Begun => "begun",
        /// Everybody who could be asked was.
        Moved => "moved",
        /// The class could not be made.
        Failed => "failed",
    }
}

record! {
    /// A class opened for those who wait.
    pub struct OpeningRow {
        /// The class.
        pub class_id: ClassId,
        /// Who gives it.
        pub org_id: OrgId,
        /// The course.
        pub course_id: CourseId,
        /// The term.
        pub term_id: TermId,
        /// How far it is.
        pub state: OpeningState,
        /// How many waited.
        pub waiting: i64,
        /// How many were to have a seat.
        pub served: i64,
        /// How many were asked or enrolled.
        pub invited: i64,
        /// Who opened it.
        pub opened_by: Option<PersonId>,
        /// When.
        pub opened_at: Instant,
    }
}

macro_rules! openings {
    ($rest:literal) => {
        concat!(
            "SELECT o.class_id, o.org_id, o.course_id, o.term_id, o.state, o.waiting, o.served, o.invited, o.opened_by,
             o.opened_at FROM class_opening o ",
            $rest
        )
    };
}

/// One opening.
pub(super) async fn opening(db: &Db, class: ClassId) -> DbResult<OpeningRow> {
    db.query_one(
        openings!("WHERE o.class_id = $1 {unscoped: work of the system}"),
        args![class],
    )
    .await
}

/// Openings of a term in the scope that came to a class, the latest first.
pub(super) async fn openings_within(db: &Db, scope: &Scope, term: TermId) -> DbResult<Vec<OpeningRow>> {
    db.within(scope)
        .query(
            openings!(
                "WHERE o.term_id = $1 AND o.state <> 'failed' AND {scope o.org_id} ORDER BY o.opened_at DESC, o.class_id LIMIT 100"
            ),
            args![term],
        )
        .await
}

/// Keeps what is to be opened, and who is to be asked, in order.
pub(super) async fn begin(tx: &Tx, row: &OpeningRow, street: OrgId, list: &[EnrollmentId]) -> DbResult<()> {
    tx.exec(
        "INSERT INTO class_opening (class_id, org_id, course_id, term_id, street_id, state, waiting, served, invited,
           opened_by, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) {unscoped: found in scope before}",
        args![
            row.class_id,
            row.org_id,
            row.course_id,
            row.term_id,
            street,
            row.state,
            row.waiting,
            row.served,
            row.invited,
            row.opened_by,
            row.opened_at
        ],
    )
    .await?;
    let cells: Vec<Vec<db::Value>> = list
        .iter()
        .zip(1_i64..)
        .map(|(waited, place)| vec![row.class_id.into(), (*waited).into(), place.into()])
        .collect();
    tx.insert_many("class_opening_wait", &["class_id", "waited_id", "place"], &cells)
        .await
}

/// Writes how far an opening is.
pub(super) async fn set(tx: &Tx, class: ClassId, state: OpeningState, invited: i64) -> DbResult<()> {
    tx.exec(
        "UPDATE class_opening SET state = $2, invited = $3 WHERE class_id = $1 {unscoped: work of the system}",
        args![class, state, invited],
    )
    .await?;
    Ok(())
}

record! {
    /// Somebody who is to be asked.
    pub(super) struct NextRow {
        pub(super) id: EnrollmentId,
        pub(super) person_id: PersonId,
        pub(super) class_id: ClassId,
        pub(super) channel: String,
    }
}

/// Who is to be asked and was not yet, in order: those who still wait.
pub(super) async fn not_asked(db: &Db, class: ClassId) -> DbResult<Vec<NextRow>> {
    db.query(
        "SELECT e.id, e.person_id, e.class_id, e.channel FROM class_opening_wait w JOIN enrollment e ON e.id = w.waited_id
         WHERE w.class_id = $1 AND e.status = 'waitlisted'
           AND NOT EXISTS (SELECT 1 FROM wait_behind b JOIN enrollment s ON s.id = b.enrollment_id
                           WHERE b.waited_id = e.id AND s.class_id = $1)
         {unscoped: work of the system} ORDER BY w.place LIMIT 5000",
        args![class],
    )
    .await
}

/// How many were asked for a class.
pub(super) async fn asked(db: &Db, class: ClassId) -> DbResult<i64> {
    db.query_one(
        "SELECT count(*) FROM wait_behind b JOIN enrollment s ON s.id = b.enrollment_id
         WHERE s.class_id = $1 {unscoped: work of the system}",
        args![class],
    )
    .await
}
