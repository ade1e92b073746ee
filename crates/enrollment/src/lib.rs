//! Enrolment: seats decided at the seat desk, waitlist, withdrawal, the counter.

pub mod enrollments;
pub mod roll;
pub mod seat_desk;

pub use enrollments::JOBS;
pub use roll::complete;
pub use seat_desk::{EnrollmentStatus, SeatDesk};

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "enrollment",
    migrations: &[db::Migration {
        number: 1,
        name: "enrollment",
        sql: include_str!("../migrations/0001_enrollment.sql"),
    }],
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
