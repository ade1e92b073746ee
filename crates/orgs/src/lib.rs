//! Organisations: the tree with its history, institutions and learning sites, rooms, population, regions.

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "orgs",
    migrations: &[db::Migration {
        number: 1,
        name: "orgs",
        sql: include_str!("../migrations/0001_orgs.sql"),
    }],
    org_owned: &["org_facts", "room", "room_booking", "population"],
};
