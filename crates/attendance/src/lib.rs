//! Attendance: roll call, codes, leave, corrections. Above enrolment, because the roll is who is enrolled.
//!
//! Start reading at [`marks`], then [`roll`].

pub mod absences;
pub mod check_in;
pub mod grid;
pub mod leave;
pub mod marks;
pub mod metrics;
mod personal;
pub mod quality;
pub mod roll;
pub mod summary;
#[cfg(test)]
mod testing;
mod words;

use platform::{AppError, AppResult, Routes};
use utoipa::OpenApi as _;

pub use personal::KEEPER;

/// The addresses of this crate.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(roll::routes())
        .merge(check_in::routes())
        .merge(leave::routes())
        .merge(grid::routes())
        .merge(absences::routes())
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(roll::api::list, roll::api::take, absences::api::open, absences::api::decide))]
struct Api;

/// The description of this crate's API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Api::openapi()
}

/// The kinds of jobs of this crate.
pub const JOBS: &[platform::JobKind] = &[absences::jobs::LOOK];

/// The daily job that notices who stays away.
pub const ABSENCES: &str = absences::jobs::LOOK.name;

/// What waits: rolls, and who stays away.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &platform::Ctx) -> AppResult<Vec<platform::Waiting>> {
    let mut all = roll::actions::waiting(ctx).await?;
    all.extend(absences::actions::waiting(ctx).await?);
    Ok(all)
}

/// The id in an address; text that is none is an address that is not there.
fn id<K>(text: &str) -> AppResult<kernel::Id<K>> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "attendance",
    migrations: &[
        db::Migration {
            number: 1,
            name: "attendance",
            sql: include_str!("../migrations/0001_attendance.sql"),
        },
        db::Migration {
            number: 2,
            name: "absences",
            sql: include_str!("../migrations/0002_absences.sql"),
        },
    ],
    org_owned: &["absence_case"],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// A leave request.
    pub enum LeaveRequest {}
    /// A case of absence.
    pub enum Absence {}
    /// A mark.
    pub enum Mark {}
}
/// Id of a leave request.
pub type LeaveRequestId = kernel::Id<kinds::LeaveRequest>;
/// Id of a case of absence.
pub type AbsenceId = kernel::Id<kinds::Absence>;
/// Id of a mark.
pub type MarkId = kernel::Id<kinds::Mark>;
