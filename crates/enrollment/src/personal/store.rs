//! SQL of what is told of a person.

use crate::fees::model::{Kind, Method};
use crate::rounds::selection::model::Outcome;
use crate::{EnrollmentId, EnrollmentStatus, SignupId};
use db::{Db, DbResult, args, record};
use kernel::{Instant, PersonId};
use platform::personal::MOST_TOLD;

record! {
    /// An enrolment as it is told.
    pub(super) struct Told {
        pub(super) id: EnrollmentId, pub(super) class: String, pub(super) org: String,
        pub(super) status: EnrollmentStatus, pub(super) channel: String,
        pub(super) created_at: Instant, pub(super) changed_at: Instant,
    }
}

/// Every enrolment of a person, oldest first.
pub(super) async fn of_person(db: &Db, person: PersonId) -> DbResult<Vec<Told>> {
    db.query(
        "SELECT e.id, c.name AS class, g.name AS org, e.status, e.channel, e.created_at, e.changed_at
         FROM enrollment e JOIN class c ON c.id = e.class_id JOIN org g ON g.id = e.org_id
         WHERE e.person_id = $1 {unscoped: a person's own} ORDER BY e.created_at, e.id LIMIT $2",
        args![person, MOST_TOLD],
    )
    .await
}

record! {
    /// A signup as it is told.
    pub(super) struct ToldSignup {
        pub(super) id: SignupId, pub(super) receipt: String, pub(super) round: String, pub(super) org: String,
        pub(super) tickets: i64, pub(super) channel: String, pub(super) created_at: Instant,
    }
}

/// Every signup of which a person is part, oldest first.
pub(super) async fn signups_of(db: &Db, person: PersonId) -> DbResult<Vec<ToldSignup>> {
    db.query(
        "SELECT s.id, s.receipt, r.name AS round, g.name AS org, s.tickets, s.channel, s.created_at
         FROM signup_member m JOIN signup s ON s.id = m.signup_id JOIN round r ON r.id = s.round_id
         JOIN org g ON g.id = s.org_id
         WHERE m.person_id = $1 {unscoped: a person's own} ORDER BY s.created_at, s.id LIMIT $2",
        args![person, MOST_TOLD],
    )
    .await
}

record! {
    /// What a school decided of a signup, as it is told.
    pub(super) struct ToldDecision {
        pub(super) receipt: String, pub(super) class: String, pub(super) outcome: Outcome, pub(super) reason: String,
    }
}

/// What schools decided and published of a person's signups, oldest first.
pub(super) async fn decisions_of(db: &Db, person: PersonId) -> DbResult<Vec<ToldDecision>> {
    db.query(
        "SELECT s.receipt, c.name AS class, n.outcome, n.reason
         FROM signup_member m JOIN signup s ON s.id = m.signup_id JOIN selection_note n ON n.signup_id = s.id
         JOIN class c ON c.id = n.class_id JOIN round r ON r.id = s.round_id AND r.status = 'published'
         WHERE m.person_id = $1 {unscoped: a person's own} ORDER BY s.created_at, s.id, n.class_id LIMIT $2",
        args![person, MOST_TOLD],
    )
    .await
}

record! {
    /// A step with money as it is told.
    pub(super) struct ToldFee {
        pub(super) class: String, pub(super) kind: Kind, pub(super) method: Method, pub(super) amount_fen: i64,
        pub(super) receipt_year: Option<i64>, pub(super) receipt_number: Option<i64>, pub(super) at: Instant,
    }
}

/// Every step with money for a person's enrolments, oldest first.
pub(super) async fn fees_of(db: &Db, person: PersonId) -> DbResult<Vec<ToldFee>> {
    db.query(
        "SELECT c.name AS class, p.kind, p.method, p.amount_fen, p.receipt_year, p.receipt_number, p.at
         FROM fee_posting p JOIN enrollment e ON e.id = p.enrollment_id JOIN class c ON c.id = e.class_id
         WHERE e.person_id = $1 {unscoped: a person's own} ORDER BY p.at, p.id LIMIT $2",
        args![person, MOST_TOLD],
    )
    .await
}
