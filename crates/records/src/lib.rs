//! Records: completion, hours ledger, outcomes, certificates that anyone can check, the learner's archive.

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "records",
    migrations: &[db::Migration {
        number: 1,
        name: "records",
        sql: include_str!("../migrations/0001_records.sql"),
    }],
    org_owned: &["hours_entry", "outcome", "certificate"],
};
