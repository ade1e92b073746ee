//! What a further class of a course can be planned with: teachers who have taught it, hours that an org uses, what is taken;
//! and opening such a class in one act.
//!
//! Rules:
//! 1. Who taught a class of the course that was not cancelled, or assisted in one, may teach it, as long as they hold a teacher's
//!    post for the org.
//! 2. A class is opened (planned and published) in one transaction: it takes the rules and the check of clashes of both acts.
//!
//! Who may do what: `ClassEdit` and `ClassPublish`. Events: class.planned, class.published. Start reading at [`open`].

mod store;

use crate::classes::actions::{Plan, create_published};
use crate::sessions::clash::Busy;
use crate::sessions::store::{Asked, taken};
use crate::{ClassId, CourseId, TermId, courses, names, terms};
use db::{Db, Scope};
use kernel::{Date, OrgId, PersonId, Time};
use orgs::RoomId;
use orgs::tree::OrgBrief;
use platform::{AppResult, Ctx};

/// The people who may teach a course at an org.
///
/// # Errors
/// When the database cannot be read.
pub async fn teachers(
    db: &Db,
    scope: &Scope,
    org: &OrgBrief,
    course: CourseId,
    today: Date,
) -> AppResult<Vec<(PersonId, String)>> {
    let able = store::able(db, course).await?;
    let mut all = names::teachers(db, scope, org, today).await?;
    all.retain(|(person, _)| able.contains(person));
    Ok(all)
}

/// Weekdays and times at which these orgs give classes.
///
/// # Errors
/// When the database cannot be read.
pub async fn hours(db: &Db, orgs: &[OrgId]) -> AppResult<Vec<(i64, Time)>> {
    Ok(store::hours(db, orgs).await?)
}

/// Rooms of these orgs in which classes of the category of this course met, each with whether one was of the course itself.
///
/// # Errors
/// When the database cannot be read.
pub async fn rooms_met(db: &Db, orgs: &[OrgId], course: CourseId) -> AppResult<Vec<(RoomId, bool)>> {
    Ok(store::rooms_met(db, orgs, course).await?)
}

/// When these rooms and teachers are in use: lessons of every org, and approved bookings.
///
/// # Errors
/// When the database cannot be read.
pub async fn busy(
    db: &Db,
    rooms: Vec<RoomId>,
    teachers: Vec<PersonId>,
    (from, to): (Date, Date),
) -> AppResult<Vec<Busy>> {
    let asked = Asked {
        rooms,
        teachers,
        from,
        to,
        but_class: None,
        but_session: None,
    };
    taken(db, &asked).await
}

/// Name, sessions and minutes of a course as approved.
///
/// # Errors
/// Not found outside the scope; refused when nothing of it is approved.
pub async fn syllabus(db: &Db, scope: &Scope, course: CourseId) -> AppResult<(String, i64, i64)> {
    let (course, version) = courses::to_teach(db, scope, course).await?;
    Ok((course.name, version.sessions, version.minutes))
}

/// Names of courses.
///
/// # Errors
/// When the database cannot be read.
pub async fn course_names(
    db: &Db,
    ids: &[CourseId],
) -> AppResult<std::collections::HashMap<CourseId, String>> {
    Ok(courses::names(db, ids).await?)
}

/// Names of terms.
///
/// # Errors
/// When the database cannot be read.
pub async fn term_names(db: &Db, ids: &[TermId]) -> AppResult<std::collections::HashMap<TermId, String>> {
    Ok(terms::names(db, ids).await?)
}

/// Opens a class of this id: planned and published in one transaction.
///
/// # Errors
/// As [`crate::classes::actions::create`] and [`crate::classes::lifecycle::publish`].
pub async fn open(ctx: &Ctx, id: ClassId, plan: Plan) -> AppResult<()> {
    create_published(ctx, id, plan).await
}
