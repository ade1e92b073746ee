//! People: persons, accounts, sign-in, posts, tokens, consent.
//!
//! Start reading at [`persons`] (who somebody is), then [`sign_in`] (how they prove it), [`posts`] (what they may do)
//! and [`me`] (what they see and change of their own).

pub mod births;
pub mod contact;
pub mod me;
mod outbox;
pub mod persons;
pub mod posts;
pub mod sign_in;
#[cfg(test)]
mod testing;

pub use persons::import;
pub use sign_in::{demo_roles, identify};

/// Every address of this domain. Printing a card needs an `Extension<Arc<documents::Typesetter>>` around them.
#[must_use]
pub fn routes() -> platform::Routes {
    platform::Routes::new()
        .merge(sign_in::routes())
        .merge(me::routes())
        .merge(persons::routes())
        .merge(posts::routes())
        .merge(outbox::routes())
}

/// The description of this domain's API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    use utoipa::OpenApi;
    let mut all = me::api::description();
    all.merge(persons::PersonsApi::openapi());
    all.merge(posts::PostsApi::openapi());
    all
}

/// What waits for a member of staff here: wishes for erasure in their scope.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &platform::Ctx) -> platform::AppResult<Vec<platform::Waiting>> {
    me::actions::waiting(ctx).await
}

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
