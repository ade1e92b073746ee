//! SQL of merging.

use super::model::Reply;
use crate::fees::Money;
use crate::school_rules::Silence;
use crate::{EnrollmentId, EnrollmentStatus};
use db::{Db, DbResult, Scope, args, record};
use kernel::{Date, Instant, OrgId, PersonId};
use platform::Tx;
use std::collections::HashSet;
use teaching::ClassId;
use teaching::classes::ClassRow;

/// Published classes that have not begun: of the same course first, then of the same org and term. At most 20.
pub(super) async fn candidates(
    db: &Db,
    scope: &Scope,
    class: &ClassRow,
    today: Date,
) -> DbResult<Vec<ClassId>> {
    db.within(scope)
        .query(
            "SELECT c.id FROM class c
             WHERE {scope c.org_id} AND c.status = 'published' AND c.id <> $1 AND c.starts_on > $5
               AND (c.course_id = $2 OR (c.org_id = $3 AND c.term_id = $4))
             ORDER BY CASE WHEN c.course_id = $2 THEN 0 ELSE 1 END, c.starts_on, c.id LIMIT 20",
            args![class.id, class.course_id, class.org_id, class.term_id, today],
        )
        .await
}

/// Further classes in which these people have a seat.
pub(crate) async fn held(db: &Db, people: &[PersonId], but: ClassId) -> DbResult<Vec<(PersonId, ClassId)>> {
    db.query(
        "SELECT person_id, class_id FROM enrollment {unscoped: rules look at all classes of a person}
         WHERE person_id {any $1} AND class_id <> $2 AND live = TRUE
           AND status IN ('offered', 'reserved', 'confirmed', 'attending', 'suspended')
         ORDER BY person_id, id LIMIT 5000",
        args![people, but],
    )
    .await
}

/// Which of these classes are merged into another: nobody gets a seat in them any more.
pub(crate) async fn merging(db: &Db, classes: &[ClassId]) -> DbResult<HashSet<ClassId>> {
    let found: Vec<ClassId> = db
        .query(
            "SELECT class_id FROM merge_run {unscoped: the seat desk serves all} WHERE class_id {any $1} ORDER BY class_id",
            args![classes],
        )
        .await?;
    Ok(found.into_iter().collect())
}

record! {
    /// A merge.
    pub struct RunRow {
        /// The class that is merged.
        pub class_id: ClassId,
        /// Into which.
        pub into_class: ClassId,
        /// Who runs it.
        pub org_id: OrgId,
        /// Until when who has paid answers.
        pub answer_by: Instant,
        /// What no answer means: keep or refund.
        pub silence: Silence,
        /// open or over.
        pub status: String,
        /// When it began.
        pub begun_at: Instant,
    }
}

macro_rules! runs {
    ($rest:literal) => {
        concat!(
            "SELECT m.class_id, m.into_class, m.org_id, m.answer_by, m.silence, m.status, m.begun_at FROM merge_run m ",
            $rest
        )
    };
}

pub(super) async fn insert_run(tx: &Tx, run: &RunRow) -> DbResult<()> {
    tx.exec(
        "INSERT INTO merge_run (class_id, into_class, org_id, answer_by, silence, status, begun_by, begun_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) {unscoped: the caller checked both classes}",
        args![
            run.class_id,
            run.into_class,
            run.org_id,
            run.answer_by,
            run.silence,
            run.status.as_str(),
            tx.ctx().actor.person,
            run.begun_at
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn run_of(db: &Db, class: ClassId) -> DbResult<Option<RunRow>> {
    db.query_opt(
        runs!("WHERE m.class_id = $1 {unscoped: the caller checked the class}"),
        args![class],
    )
    .await
}

/// Merges whose time to answer is over.
pub(super) async fn runs_over(db: &Db, now: Instant) -> DbResult<Vec<RunRow>> {
    db.query(
        runs!("WHERE m.status = 'open' AND m.answer_by <= $1 {unscoped: work of the system} ORDER BY m.class_id LIMIT 200"),
        args![now],
    )
    .await
}

/// Merges of the scope that are open, the first to end first.
pub(super) async fn open_runs(db: &Db, scope: &Scope) -> DbResult<Vec<RunRow>> {
    db.within(scope)
        .query(
            runs!("WHERE m.status = 'open' AND {scope m.org_id} ORDER BY m.answer_by, m.class_id LIMIT 100"),
            args![],
        )
        .await
}

pub(super) async fn end_run(tx: &Tx, class: ClassId) -> DbResult<()> {
    tx.exec(
        "UPDATE merge_run SET status = 'over' WHERE class_id = $1 {unscoped: work of the system}",
        args![class],
    )
    .await?;
    Ok(())
}

record! {
    /// A paid seat that was moved by a merge.
    pub struct ChoiceRow {
        /// The new enrolment.
        pub id: EnrollmentId,
        /// Its class.
        pub class_id: ClassId,
        /// The class's name.
        pub class_name: String,
        /// Whose it is.
        pub person_id: PersonId,
        /// Where it stands.
        pub status: EnrollmentStatus,
        /// How its fee stands.
        pub money: Money,
        /// What went along, in fen.
        pub due_fen: i64,
        /// The class that was merged.
        pub old_class: ClassId,
        /// Its name.
        pub old_name: String,
        /// What was paid there, in fen.
        pub old_fen: i64,
        /// Whether it was paid, not waived.
        pub old_paid: bool,
        /// Until when they answer.
        pub answer_by: Instant,
        /// What no answer means.
        pub silence: Silence,
        /// Whether answers count.
        pub open: bool,
        /// What they answered.
        pub answer: Option<Reply>,
    }
}

macro_rules! choices {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.class_id, n.name AS class_name, e.person_id, e.status, e.money, e.due_fen, m.class_id AS old_class,
             c.name AS old_name, o.due_fen AS old_fen,
             EXISTS (SELECT 1 FROM fee_posting p LEFT JOIN fee_posting r ON r.reverses = p.id
                     WHERE p.enrollment_id = o.id AND p.kind IN ('paid', 'carried_in') AND p.method <> 'waiver'
                       AND r.id IS NULL) AS old_paid,
             m.answer_by, m.silence, m.status = 'open' AS open, a.answer
             FROM enrollment e JOIN enrollment o ON o.id = e.moved_from AND o.money <> 'none'
             JOIN merge_run m ON m.class_id = o.class_id AND m.into_class = e.class_id
             JOIN class c ON c.id = m.class_id JOIN class n ON n.id = e.class_id
             LEFT JOIN merge_answer a ON a.enrollment_id = e.id ",
            $rest
        )
    };
}

pub(crate) async fn choice(db: &Db, id: EnrollmentId) -> DbResult<Option<ChoiceRow>> {
    db.query_opt(
        choices!("WHERE e.id = $1 {unscoped: the caller checked whose it is}"),
        args![id],
    )
    .await
}

/// Everybody whose paid seat a merge moved.
pub(super) async fn choices_of_run(db: &Db, class: ClassId) -> DbResult<Vec<ChoiceRow>> {
    db.query(
        choices!(
            "WHERE m.class_id = $1 {unscoped: the caller checked the class} ORDER BY e.queue, e.id LIMIT 5000"
        ),
        args![class],
    )
    .await
}

/// What somebody has to answer.
pub(super) async fn choices_of_person(db: &Db, person: PersonId) -> DbResult<Vec<ChoiceRow>> {
    db.query(
        choices!(
            "WHERE e.person_id = $1 AND e.live = TRUE AND m.status = 'open' AND a.answer IS NULL
             {unscoped: a person's own} ORDER BY e.id LIMIT 50"
        ),
        args![person],
    )
    .await
}

/// Keeps an answer; a later one takes the place of an earlier one.
pub(super) async fn set_answer(
    tx: &Tx,
    (id, org): (EnrollmentId, OrgId),
    answer: Reply,
    channel: platform::Channel,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO merge_answer (enrollment_id, org_id, answer, channel, actor_person, answered_at)
         VALUES ($1, $2, $3, $4, $5, $6) {unscoped: the caller checked whose it is}
         ON CONFLICT (enrollment_id) DO UPDATE SET answer = $3, channel = $4, actor_person = $5, answered_at = $6",
        args![id, org, answer, channel, tx.ctx().actor.person, tx.ctx().now()],
    )
    .await?;
    Ok(())
}
