//! Enrolment: seats decided at the seat desk, waitlist, withdrawal, the counter.

pub mod draws;
pub mod ending;
pub mod enrollments;
mod personal;
pub mod roll;
mod rows;
pub mod seat_desk;
#[cfg(test)]
mod testing;

pub use enrollments::{ATTEND, JOBS};
pub use personal::KEEPER;
pub use rows::{COLUMNS, NewEnrollment};
pub use seat_desk::{EnrollmentStatus, SeatDesk};

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "enrollment",
    migrations: &[
        db::Migration {
            number: 1,
            name: "enrollment",
            sql: include_str!("../migrations/0001_enrollment.sql"),
        },
        db::Migration {
            number: 2,
            name: "day of the seat",
            sql: include_str!("../migrations/0002_seated_on.sql"),
        },
    ],
    org_owned: &["enrollment"],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// An enrollment.
    pub enum Enrollment {}
}
/// Id of an enrollment.
pub type EnrollmentId = kernel::Id<kinds::Enrollment>;

/// The routes of this crate; they take the desk of this process.
pub fn routes(desk: &std::sync::Arc<SeatDesk>) -> platform::Routes {
    enrollments::routes(desk)
}

/// What waits for staff. A class with free seats and people waiting who cannot take them needs a word with them.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &platform::Ctx) -> platform::AppResult<Vec<platform::Waiting>> {
    enrollments::actions::waiting(ctx).await
}

/// The API of this crate.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    use utoipa::OpenApi as _;
    enrollments::api::Api::openapi()
}

/// Counts the seats of open classes again and says where counters and rows differ.
///
/// # Errors
/// When the database cannot be read.
pub async fn recount(db: &db::Db) -> platform::AppResult<Vec<String>> {
    let wrong = enrollments::store::miscounted(db).await?;
    let sentence = |row: enrollments::store::Miscounted| {
        format!(
            "班级 {}：记着在册 {} 人、候补 {} 人，数出来是 {} 人、{} 人",
            row.class_id, row.enrolled, row.waitlisted, row.seated, row.waiting
        )
    };
    Ok(wrong.into_iter().map(sentence).collect())
}
