//! People: persons, accounts, sign-in, posts, tokens, consent.

pub mod persons;

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

/// Kinds of ids of this crate.
pub mod kinds {
    /// A sign in.
    pub enum SignIn {}
    /// A code card.
    pub enum CodeCard {}
    /// An api token.
    pub enum ApiToken {}
    /// A consent.
    pub enum Consent {}
}
/// Id of a sign in.
pub type SignInId = kernel::Id<kinds::SignIn>;
/// Id of a code card.
pub type CodeCardId = kernel::Id<kinds::CodeCard>;
/// Id of an api token.
pub type ApiTokenId = kernel::Id<kinds::ApiToken>;
/// Id of a consent.
pub type ConsentId = kernel::Id<kinds::Consent>;
