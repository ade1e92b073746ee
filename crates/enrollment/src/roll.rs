//! Who has a seat, for attendance and records.

use crate::{EnrollmentId, EnrollmentStatus, enrollments::store};
use db::Db;
use kernel::{Date, PersonId};
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
    /// Where the enrolment stands.
    pub status: EnrollmentStatus,
    /// The day on which they took their seat, where it is known.
    pub seated_on: Option<Date>,
    /// The pause they made, where they made one.
    pub pause: Option<Pause>,
}

/// Days on which a class is not somebody's to miss: they paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// The first day.
    pub from: Date,
    /// The first day after it; `None` as long as it goes on.
    pub to: Option<Date>,
}

impl Pause {
    fn of(from: Option<Date>, to: Option<Date>) -> Option<Self> {
        from.map(|from| Self { from, to })
    }

    /// Whether it covers this day.
    #[must_use]
    pub fn covers(self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

impl RollRow {
    /// Whether a roll of this day asks for them: not before they had their seat, and not while they pause.
    #[must_use]
    pub fn expected_on(&self, day: Date) -> bool {
        self.seated_on.is_none_or(|since| since <= day) && !self.pause.is_some_and(|pause| pause.covers(day))
    }
}

/// Learners with a seat in a class or who had one to its end, by name as a roll is read out. The caller checks that the
/// class may be seen.
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
            status: row.status,
            seated_on: row.seated_on,
            pause: Pause::of(row.suspended_on, row.resumed_on),
        })
    });
    let mut roll: Vec<RollRow> = found.collect();
    roll.sort_by_cached_key(|row| (kernel::pinyin::person_sort_key(&row.name), row.enrollment.raw()));
    Ok(roll)
}

/// Classes in which a person has a seat or had one to the end.
///
/// # Errors
/// When the database cannot be read.
pub async fn classes_of_person(db: &Db, person: PersonId) -> AppResult<Vec<ClassId>> {
    Ok(store::classes_of(db, person).await?)
}

/// Somebody whose seat in a class continues one in another class of the same course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Continued {
    /// Who.
    pub person: PersonId,
    /// The class that they left.
    pub class: ClassId,
    /// The day on which they had their seat there, where it is known.
    pub since: Option<Date>,
    /// The day on which they changed: sessions of this day and later count in the new class.
    pub until: Date,
    /// The pause they made there, where they made one.
    pub pause: Option<Pause>,
}

/// Learners of a class who came from another class of the same course: what they attended there counts.
///
/// # Errors
/// When the database cannot be read.
pub async fn continued(db: &Db, class: ClassId) -> AppResult<Vec<Continued>> {
    let rows = store::continued(db, class).await?;
    let found = rows.into_iter().map(|row| Continued {
        person: row.person_id,
        class: row.class_id,
        since: row.since,
        until: row.until,
        pause: Pause::of(row.suspended_on, row.resumed_on),
    });
    Ok(found.collect())
}
