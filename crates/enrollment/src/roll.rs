//! The roll: who is in a class. Read by attendance and records; the seat desk alone changes it, except for completion.

use crate::EnrollmentId;
use db::{Db, Tx, args, record};
use kernel::{Date, PersonId};
use platform::AppResult;
use teaching::ClassId;

record! {
    /// One learner on the roll.
    pub struct RollRow {
        /// Their enrolment.
        pub enrollment: EnrollmentId,
        /// The learner.
        pub person: PersonId,
        /// Full name.
        pub name: String,
        /// Learner's number.
        pub number: String,
        /// The day they came into the class.
        pub joined_on: Date,
    }
}

/// The learners of a class, by name; those who completed it stay on its roll.
///
/// # Errors
/// When the database cannot be read.
pub async fn confirmed(db: &Db, class: ClassId) -> AppResult<Vec<RollRow>> {
    Ok(db
        .query(
            "SELECT e.id AS enrollment, e.person_id AS person, p.name, p.number, substr(e.created_at, 1, 10) AS joined_on
             FROM enrollment e JOIN person p ON p.id = e.person_id
             WHERE e.class_id = $1 AND e.status IN ('confirmed', 'attending', 'completed')
             {unscoped: the caller decides who may see this class}
             ORDER BY p.sort_key, e.person_id",
            args![class],
        )
        .await?)
}

/// The classes whose roll holds this person.
///
/// # Errors
/// When the database cannot be read.
pub async fn classes_of_person(db: &Db, person: PersonId) -> AppResult<Vec<ClassId>> {
    Ok(db
        .query(
            "SELECT e.class_id FROM enrollment e
             WHERE e.person_id = $1 AND e.status IN ('confirmed', 'attending', 'completed')
             {unscoped: the person's own classes} ORDER BY e.class_id",
            args![person],
        )
        .await?)
}

/// Marks enrolments as completed; those that are completed already stay as they are.
///
/// # Errors
/// When the database refuses.
pub async fn complete(tx: &Tx, ids: &[EnrollmentId]) -> AppResult<()> {
    tx.exec(
        "UPDATE enrollment SET status = 'completed' WHERE id {any $1} AND status IN ('confirmed', 'attending')
         {unscoped: the class was found in scope}",
        args![ids],
    )
    .await?;
    Ok(())
}
