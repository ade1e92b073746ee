//! Teaching: courses, terms, classes, sessions, and the public catalogue of classes.

pub mod catalogue;
pub mod classes;
pub mod courses;
pub mod duty;
pub mod holidays;
pub mod metrics;
mod names;
pub mod planning;
pub mod quality;
pub mod seats;
pub mod sessions;
pub mod terms;
#[cfg(test)]
mod testing;
mod web;

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "teaching",
    migrations: &[
        db::Migration {
            number: 1,
            name: "teaching",
            sql: include_str!("../migrations/0001_teaching.sql"),
        },
        db::Migration {
            number: 2,
            name: "index of versions",
            sql: include_str!("../migrations/0002_class_version.sql"),
        },
        db::Migration {
            number: 3,
            name: "sessions of an org",
            sql: include_str!("../migrations/0003_session_org.sql"),
        },
    ],
    org_owned: &["course", "term", "class", "session"],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// A course.
    pub enum Course {}
    /// A course version.
    pub enum CourseVersion {}
    /// A term.
    pub enum Term {}
    /// A class.
    pub enum Class {}
    /// A session.
    pub enum Session {}
}
/// Id of a course.
pub type CourseId = kernel::Id<kinds::Course>;
/// Id of a course version.
pub type CourseVersionId = kernel::Id<kinds::CourseVersion>;
/// Id of a term.
pub type TermId = kernel::Id<kinds::Term>;
/// Id of a class.
pub type ClassId = kernel::Id<kinds::Class>;
/// Id of a session.
pub type SessionId = kernel::Id<kinds::Session>;

/// The addresses of this crate. The program adds the typesetter (`Shared<Arc<documents::Typesetter>>`) for posters.
#[must_use]
pub fn routes() -> platform::Routes {
    courses::routes()
        .merge(terms::routes())
        .merge(classes::routes())
        .merge(sessions::routes())
        .merge(duty::routes())
}

/// What waits for the actor: courses to review, terms to set, classes to complete or to decide on. A class that the check
/// holds back is not short of learners yet.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(
    ctx: &platform::Ctx,
    check: Option<classes::StartCheck>,
) -> platform::AppResult<Vec<platform::Waiting>> {
    let mut all = courses::actions::waiting(ctx).await?;
    all.extend(terms::actions::waiting(ctx).await?);
    all.extend(classes::lifecycle::waiting(ctx, check).await?);
    Ok(all)
}

/// The API of this crate.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    use utoipa::OpenApi;
    let mut all = courses::CoursesApi::openapi();
    for part in [
        terms::TermsApi::openapi(),
        classes::ClassesApi::openapi(),
        sessions::SessionsApi::openapi(),
        duty::DutyApi::openapi(),
    ] {
        all.merge(part);
    }
    all
}
