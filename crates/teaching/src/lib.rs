//! Teaching: courses, terms, classes, sessions, and the public catalogue of classes.

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "teaching",
    migrations: &[db::Migration {
        number: 1,
        name: "teaching",
        sql: include_str!("../migrations/0001_teaching.sql"),
    }],
    org_owned: &["course", "term", "class", "session"],
};
