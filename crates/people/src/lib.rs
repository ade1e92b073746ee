//! People: persons, accounts, sign-in, posts, tokens, consent.
//!
//! Start reading at [`persons`] (who somebody is), then [`sign_in`] (how they prove it), [`posts`] (what they may do),
//! [`me`] (what they see and change of their own), [`family`] (who acts for whom) and [`erasure`] (what is held about them, and how it goes).

pub mod births;
pub mod contact;
pub mod erasure;
pub mod family;
pub mod homes;
pub mod me;
mod outbox;
pub mod persons;
pub mod posts;
pub mod quality;
pub mod sign_in;
#[cfg(test)]
mod testing;

pub use persons::import;
pub use sign_in::{demo_roles, identify};

/// Every address of this domain; the keepers tell and erase what the whole program keeps of a person. Printing a card
/// needs an `Extension<Arc<documents::Typesetter>>` around them.
#[must_use]
pub fn routes(keepers: &'static [platform::personal::Keeper]) -> platform::Routes {
    platform::Routes::new()
        .merge(sign_in::routes())
        .merge(me::routes())
        .merge(erasure::routes(keepers))
        .merge(family::routes())
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
    all.merge(family::FamilyApi::openapi());
    all
}

/// What waits for a member of staff here: wishes for erasure in their scope.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &platform::Ctx) -> platform::AppResult<Vec<platform::Waiting>> {
    erasure::actions::waiting(ctx).await
}

/// The jobs of this domain: old codes, sign-ins, tokens and cards are removed, once a day.
pub const JOBS: &[platform::JobKind] = &[SWEEP];

/// The daily sweep of this domain.
pub const SWEEP: platform::JobKind = platform::JobKind {
    name: "people.sweep",
    run: |ctx, job| -> platform::JobFuture {
        Box::pin(async move {
            let old = [erasure::store::OLD, family::store::OLD].concat();
            platform::retention::sweep(&ctx, &job, &old).await
        })
    },
};

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "people",
    migrations: &[
        db::Migration {
            number: 1,
            name: "people",
            sql: include_str!("../migrations/0001_people.sql"),
        },
        db::Migration {
            number: 2,
            name: "erasure",
            sql: include_str!("../migrations/0002_erasure.sql"),
        },
        db::Migration {
            number: 3,
            name: "family",
            sql: include_str!("../migrations/0003_family.sql"),
        },
        db::Migration {
            number: 4,
            name: "same_person",
            sql: include_str!("../migrations/0004_same_person.sql"),
        },
        db::Migration {
            number: 5,
            name: "older_codes",
            sql: include_str!("../migrations/0005_older_codes.sql"),
        },
        db::Migration {
            number: 6,
            name: "person_sorted",
            sql: include_str!("../migrations/0006_person_sorted.sql"),
        },
    ],
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
    /// A wish for erasure.
    pub enum ErasureRequest {}
    /// A family link.
    pub enum FamilyLink {}
}
/// Id of a sign in.
pub type SignInId = kernel::Id<kinds::SignIn>;
/// Id of a code card.
pub type CodeCardId = kernel::Id<kinds::CodeCard>;
/// Id of an api token.
pub type ApiTokenId = kernel::Id<kinds::ApiToken>;
/// Id of a consent.
pub type ConsentId = kernel::Id<kinds::Consent>;
/// Id of a wish for erasure.
pub type ErasureRequestId = kernel::Id<kinds::ErasureRequest>;
/// Id of a family link.
pub type FamilyLinkId = kernel::Id<kinds::FamilyLink>;
