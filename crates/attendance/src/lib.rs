//! Attendance: roll call, codes, leave, corrections. Above enrolment, because the roll is who is enrolled.

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
