//! SQL of enrolments outside the seat desk.

use crate::fees::Money;
use crate::{EnrollmentId, EnrollmentStatus};
use db::{Db, DbResult, Scope, Tx, args, record};
use kernel::{Date, Instant, OrgId, PersonId};
use platform::api::Part;
use teaching::classes::ClassRow;
use teaching::{ClassId, TermId};

record! {
    /// An enrolment.
    pub struct EnrollmentRow {
        /// Its id.
        pub id: EnrollmentId,
        /// The class.
        pub class_id: ClassId,
        /// The class's term.
        pub term_id: TermId,
        /// The class's org.
        pub org_id: OrgId,
        /// Whose it is.
        pub person_id: PersonId,
        /// Where it stands.
        pub status: EnrollmentStatus,
        /// Order of asking in the class.
        pub queue: i64,
        /// web, desk, phone, family, api, import or system.
        pub channel: String,
        /// Who acted.
        pub actor_person: Option<PersonId>,
        /// When it was made.
        pub created_at: Instant,
        /// When its status changed last.
        pub changed_at: Instant,
        /// How its fee stands.
        pub money: Money,
        /// The fee in fen, as it was when the seat was kept.
        pub due_fen: i64,
        /// Until when a seat is kept unpaid.
        pub held_until: Option<Instant>,
        /// The enrolment that it continues in another class.
        pub moved_from: Option<EnrollmentId>,
        /// How many lessons the fee is for, where it is for fewer than all.
        pub fee_lessons: Option<i64>,
        /// Since when they pause, or did.
        pub suspended_on: Option<Date>,
    }
}

impl EnrollmentRow {
    /// Where it stands, and the fee of a seat that is kept for one.
    #[must_use]
    pub const fn standing(&self) -> (EnrollmentStatus, i64) {
        (self.status, self.due_fen)
    }

    /// The fee of this place in fen: what it was when the seat was given, whatever the class costs now; who has no seat yet
    /// would pay what it costs now.
    #[must_use]
    pub fn fee_fen(&self, class: &ClassRow) -> i64 {
        if self.money != Money::None || self.status.lasted() {
            self.due_fen
        } else {
            class.fee_fen
        }
    }

    /// The last day on which the learner may undo what somebody else did, if they still may.
    #[must_use]
    pub fn undo_until(&self, today: Date) -> Option<Date> {
        // Who was moved asked for it, or answers to the merge: undoing would leave them without a class.
        let live = self.status.is_live() && self.moved_from.is_none();
        crate::undo::model::undo_until(self.person_id, self.actor_person, live, self.created_at, today)
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.class_id, e.term_id, e.org_id, e.person_id, e.status, e.queue, e.channel, e.actor_person,
             e.created_at, e.changed_at, e.money, e.due_fen, e.held_until, e.moved_from,
             e.fee_lessons, e.suspended_on
             FROM enrollment e ",
            $rest
        )
    };
}

pub(crate) async fn find(db: &Db, id: EnrollmentId) -> DbResult<EnrollmentRow> {
    db.query_one(
        columns!("WHERE e.id = $1 {unscoped: the caller checks whose it is}"),
        args![id],
    )
    .await
}

pub(crate) async fn find_within(db: &Db, scope: &Scope, id: EnrollmentId) -> DbResult<EnrollmentRow> {
    db.within(scope)
        .query_one(columns!("WHERE e.id = $1 AND {scope e.org_id}"), args![id])
        .await
}

/// Enrolments of a person, newest first, before the one with this id.
pub(crate) async fn of_person(
    db: &Db,
    person: PersonId,
    before: Option<EnrollmentId>,
    limit: i64,
) -> DbResult<Vec<EnrollmentRow>> {
    db.query(
        columns!(
            "WHERE e.person_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR e.id < $2) {unscoped: a person's own}
             ORDER BY e.id DESC LIMIT $3"
        ),
        args![person, before, limit],
    )
    .await
}

/// The live enrolment of a person in a class.
pub(crate) async fn live(db: &Db, person: PersonId, class: ClassId) -> DbResult<Option<EnrollmentRow>> {
    db.query_opt(
        columns!("WHERE e.class_id = $1 AND e.person_id = $2 AND e.live = TRUE {unscoped: a person's own}"),
        args![class, person],
    )
    .await
}

record! {
    /// Somebody who asked for a class together with somebody else.
    pub(crate) struct WithRow {
        /// Beside whose enrolment.
        pub of: EnrollmentId,
        /// Who.
        pub person_id: PersonId,
        /// Where theirs stands.
        pub status: EnrollmentStatus,
        /// The fee of a seat that is kept for them, in fen.
        pub due_fen: i64,
    }
}

/// Who asked for the same class together with the people of these enrolments.
pub(crate) async fn asked_with(db: &Db, ids: &[EnrollmentId]) -> DbResult<Vec<WithRow>> {
    db.query(
        "SELECT e.id AS of, o.person_id, o.status, o.due_fen FROM enrollment e
         JOIN enrollment o ON o.signup_id = e.signup_id AND o.class_id = e.class_id AND o.person_id <> e.person_id
         WHERE e.id {any $1} {unscoped: the caller found the enrolments} ORDER BY e.id, o.id",
        args![ids],
    )
    .await
}

/// Part of the live enrolments of a class inside the scope, and of those that lasted to its end or until it was cancelled, by
/// order of asking; read one row too long.
pub(super) async fn of_class_within(
    db: &Db,
    scope: &Scope,
    class: ClassId,
    part: Part,
) -> DbResult<Vec<EnrollmentRow>> {
    db.within(scope)
        .query(
            columns!(
                "WHERE e.class_id = $1 AND (e.live = TRUE OR e.status IN ('suspended', 'completed', 'ended', 'cancelled')) AND {scope e.org_id}
                 ORDER BY e.queue, e.id LIMIT $2 OFFSET $3"
            ),
            args![class, part.rows(), part.offset],
        )
        .await
}

/// Live enrolments of a class, for jobs.
pub(crate) async fn live_of_class(db: &Db, class: ClassId) -> DbResult<Vec<EnrollmentRow>> {
    db.query(
        columns!("WHERE e.class_id = $1 AND e.live = TRUE {unscoped: work of the system} ORDER BY e.queue, e.id LIMIT 5000"),
        args![class],
    )
    .await
}

/// Live enrolments of a person, for erasure.
pub(crate) async fn live_of_person(db: &Db, person: PersonId) -> DbResult<Vec<EnrollmentRow>> {
    db.query(
        columns!(
            "WHERE e.person_id = $1 AND e.live = TRUE {unscoped: work of the system} ORDER BY e.id LIMIT 5000"
        ),
        args![person],
    )
    .await
}

/// Enrolments by id, for jobs.
pub(crate) async fn find_many(db: &Db, ids: &[EnrollmentId]) -> DbResult<Vec<EnrollmentRow>> {
    db.query(
        columns!("WHERE e.id {any $1} {unscoped: work of the system} ORDER BY e.id"),
        args![ids],
    )
    .await
}

/// Places on the waitlist, from 1, of those of these enrolments that wait.
pub(crate) async fn positions(db: &Db, ids: &[EnrollmentId]) -> DbResult<Vec<(EnrollmentId, i64)>> {
    db.query(
        "SELECT e.id, (SELECT count(*) FROM enrollment w WHERE w.class_id = e.class_id AND w.status = 'waitlisted' AND w.queue <= e.queue)
         FROM enrollment e WHERE e.id {any $1} AND e.status = 'waitlisted' {unscoped: the caller checked whose they are}
         ORDER BY e.id",
        args![ids],
    )
    .await
}

pub(super) async fn cancel_all(tx: &Tx, class: ClassId, now: Instant) -> DbResult<u64> {
    tx.exec(
        "UPDATE enrollment SET status = 'cancelled', live = FALSE, changed_at = $2
         WHERE class_id = $1 AND live = TRUE {unscoped: work of the system}",
        args![class, now],
    )
    .await
}

record! {
    /// One line of a roll.
    pub struct ConfirmedRow {
        /// The enrolment.
        pub id: EnrollmentId,
        /// The learner.
        pub person_id: PersonId,
        /// Where the enrolment stands.
        pub status: EnrollmentStatus,
        /// The day on which they took their seat, where it is known.
        pub seated_on: Option<Date>,
        /// The first day of a pause.
        pub suspended_on: Option<Date>,
        /// The first day after it.
        pub resumed_on: Option<Date>,
    }
}

/// Who has a seat in a class or had one to its end, by order of asking.
pub(crate) async fn confirmed(db: &Db, class: ClassId) -> DbResult<Vec<ConfirmedRow>> {
    db.query(
        "SELECT id, person_id, status, seated_on, suspended_on, resumed_on FROM enrollment {unscoped: the caller checked the class}
         WHERE class_id = $1 AND status IN ('reserved', 'confirmed', 'attending', 'suspended', 'completed', 'ended')
         ORDER BY queue, id LIMIT 5000",
        args![class],
    )
    .await
}

record! {
    /// An enrolment that goes on in another class of the same course.
    pub struct ContinuedRow {
        /// The learner.
        pub person_id: PersonId,
        /// The class that was left.
        pub class_id: ClassId,
        /// The day of the seat there.
        pub since: Option<Date>,
        /// The day of the seat in the new class.
        pub until: Date,
        /// The first day of a pause there.
        pub suspended_on: Option<Date>,
        /// The first day after it.
        pub resumed_on: Option<Date>,
    }
}

/// Who came to a class from another class of the same course and term.
pub(crate) async fn continued(db: &Db, class: ClassId) -> DbResult<Vec<ContinuedRow>> {
    db.query(
        "SELECT e.person_id, o.class_id, o.seated_on AS since, e.seated_on AS until,
           o.suspended_on, o.resumed_on
         FROM enrollment e JOIN enrollment o ON o.id = e.moved_from
         JOIN class n ON n.id = e.class_id JOIN class c ON c.id = o.class_id {unscoped: the caller checked the class}
         WHERE e.class_id = $1 AND n.course_id = c.course_id AND n.term_id = c.term_id AND n.id <> c.id AND e.seated_on IS NOT NULL
           AND e.status IN ('reserved', 'confirmed', 'attending', 'suspended', 'completed', 'ended')
         ORDER BY e.id LIMIT 5000",
        args![class],
    )
    .await
}

/// Classes in which a person has a seat or had one to the end.
pub(crate) async fn classes_of(db: &Db, person: PersonId) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT class_id FROM enrollment {unscoped: a person's own} WHERE person_id = $1
         AND status IN ('reserved', 'confirmed', 'attending', 'suspended', 'completed', 'ended') ORDER BY class_id LIMIT 500",
        args![person],
    )
    .await
}

/// Writes where enrolments stand from now on.
pub(crate) async fn set_status(
    tx: &Tx,
    ids: &[EnrollmentId],
    status: EnrollmentStatus,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE enrollment SET status = $2, live = $3, changed_at = $4
         WHERE id {any $1} {unscoped: the caller found the class}",
        args![ids, status, status.is_live(), now],
    )
    .await?;
    Ok(())
}

/// Keeps a seat for somebody to accept, by the way on which they came to wait.
pub(crate) async fn offer(tx: &Tx, id: EnrollmentId, online: Instant, counter: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE enrollment SET held_until = CASE WHEN channel IN ('desk', 'phone') THEN $3 ELSE $2 END
         WHERE id = $1 {unscoped: decided by the seat desk}",
        args![id, online, counter],
    )
    .await?;
    Ok(())
}

/// Holds and offers that are over: at most 128 at once, the longest over first.
pub(crate) async fn holds_over(db: &Db, now: Instant) -> DbResult<Vec<(EnrollmentId, PersonId, ClassId)>> {
    db.query(
        "SELECT id, person_id, class_id FROM enrollment {unscoped: work of the system}
         WHERE status IN ('reserved', 'offered') AND held_until <= $1 ORDER BY held_until, id LIMIT 128",
        args![now],
    )
    .await
}

/// Running classes in which somebody is confirmed who takes part by now; one class only, if it is named.
pub(super) async fn started(db: &Db, class: Option<ClassId>) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT c.id FROM class c {unscoped: work of the system}
         WHERE c.status = 'running' AND (CAST($1 AS BIGINT) IS NULL OR c.id = $1)
           AND EXISTS (SELECT 1 FROM enrollment e WHERE e.class_id = c.id AND e.status = 'confirmed')
         ORDER BY c.id LIMIT 1000",
        args![class],
    )
    .await
}

record! {
    /// A class whose counters differ from its rows.
    pub struct Miscounted {
        /// Class.
        pub class_id: ClassId,
        /// Counter of seats.
        pub enrolled: i64,
        /// Rows with a seat.
        pub seated: i64,
        /// Counter of people waiting.
        pub waitlisted: i64,
        /// Rows that wait.
        pub waiting: i64,
    }
}

/// Classes that are open whose counters are not what their rows say.
pub(crate) async fn miscounted(db: &Db) -> DbResult<Vec<Miscounted>> {
    db.query(
        "SELECT c.id AS class_id, c.enrolled, c.waitlisted,
                COALESCE(n.seated, 0) AS seated, COALESCE(n.waiting, 0) AS waiting
         FROM class c LEFT JOIN (
             SELECT class_id,
                    count(*) FILTER (WHERE status IN ('offered', 'reserved', 'confirmed', 'attending', 'suspended')) AS seated,
                    count(*) FILTER (WHERE status = 'waitlisted') AS waiting
             FROM enrollment WHERE live = TRUE GROUP BY class_id) n ON n.class_id = c.id
         WHERE c.status IN ('published', 'running')
           AND (c.enrolled <> COALESCE(n.seated, 0) OR c.waitlisted <> COALESCE(n.waiting, 0))
         {unscoped: the whole installation is counted again} ORDER BY c.id LIMIT 100",
        args![],
    )
    .await
}

/// Places whose class, term, school or person is not there: on PostgreSQL no foreign key watches it.
pub(crate) async fn adrift(db: &Db) -> DbResult<Vec<EnrollmentId>> {
    db.query(
        "SELECT e.id FROM enrollment e LEFT JOIN class c ON c.id = e.class_id LEFT JOIN term t ON t.id = e.term_id
           LEFT JOIN org o ON o.id = e.org_id LEFT JOIN person p ON p.id = e.person_id
         WHERE c.id IS NULL OR t.id IS NULL OR o.id IS NULL OR p.id IS NULL
         {unscoped: the whole installation is looked through} ORDER BY e.id LIMIT 100",
        args![],
    )
    .await
}
