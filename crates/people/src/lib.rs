//! People: persons, accounts, sign-in, posts, tokens, consent.
//!
//! Start reading at [`persons`] (who somebody is), then [`sign_in`] (how they prove it), [`posts`] (what they may do)
//! and [`me`] (what they see and change of their own).

pub mod contact;
pub mod persons;
pub mod sign_in;

pub use sign_in::identify;

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "people",
    migrations: &[db::Migration {
        number: 1,
        name: "people",
        sql: include_str!("../migrations/0001_people.sql"),
    }],
    org_owned: &["post", "person_org"],
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
