//! People: persons, accounts, sign-in, posts, tokens, consent.

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "people",
    migrations: &[db::Migration {
        number: 1,
        name: "people",
        sql: include_str!("../migrations/0001_people.sql"),
    }],
    org_owned: &["post"],
};
