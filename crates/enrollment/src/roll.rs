//! Who has a seat, for attendance and records.

use crate::{EnrollmentId, enrollments::store};
use db::{Db, Tx};
use kernel::{Date, Instant, PersonId};
use platform::AppResult;
use teaching::ClassId;

/// One learner of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollRow {
    /// The enrolment.
    pub enrollment: EnrollmentId,
    /// The learner.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Learner's number.
    pub number: String,
    /// The day on which they got their seat.
    pub joined_on: Date,
}

/// Learners with a seat in a class, by name as a roll is read out. The caller checks that the class may be seen.
///
/// # Errors
/// When the database cannot be read.
pub async fn confirmed(db: &Db, class: ClassId) -> AppResult<Vec<RollRow>> {
    let rows = store::confirmed(db, class).await?;
    let people: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let briefs = people::persons::find_many(db, &people).await?;
    let found = rows.into_iter().filter_map(|row| {
        let brief = briefs.get(&row.person_id)?;
        Some(RollRow {
            enrollment: row.id,
            person: row.person_id,
            name: brief.name.clone(),
            number: brief.number.clone(),
            joined_on: row.changed_at.date(),
        })
    });
    let mut roll: Vec<RollRow> = found.collect();
    roll.sort_by_cached_key(|row| (kernel::pinyin::person_sort_key(&row.name), row.enrollment.raw()));
    Ok(roll)
}

/// Classes in which a person has a seat.
///
/// # Errors
/// When the database cannot be read.
pub async fn classes_of_person(db: &Db, person: PersonId) -> AppResult<Vec<ClassId>> {
    Ok(store::classes_of(db, person).await?)
}

/// Ends enrolments as completed, in the caller's transaction; those that are completed already stay as they are.
///
/// # Errors
/// When the database refuses.
pub async fn complete(tx: &Tx, ids: &[EnrollmentId], now: Instant) -> AppResult<()> {
    Ok(store::complete(tx, ids, now).await?)
}
