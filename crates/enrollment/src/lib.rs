//! Enrolment: seats decided at the seat desk, waitlist, withdrawal, the counter.

pub mod roll;

pub use roll::complete;

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
