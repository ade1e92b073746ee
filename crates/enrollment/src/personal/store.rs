//! SQL of what is told of a person.

use crate::{EnrollmentId, EnrollmentStatus};
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
