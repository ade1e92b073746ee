//! Attendance: roll call, codes, leave, corrections. Above enrolment, because the roll is who is enrolled.

pub mod marks;

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "attendance",
    migrations: &[db::Migration {
        number: 1,
        name: "attendance",
        sql: include_str!("../migrations/0001_attendance.sql"),
    }],
    org_owned: &[],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// A leave request.
    pub enum LeaveRequest {}
    /// A mark.
    pub enum Mark {}
}
/// Id of a leave request.
pub type LeaveRequestId = kernel::Id<kinds::LeaveRequest>;
/// Id of a mark.
pub type MarkId = kernel::Id<kinds::Mark>;
