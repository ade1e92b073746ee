//! Records: completion, hours ledger, outcomes, certificates that anyone can check, the learner's archive.
//!
//! Start reading at [`completion`], then [`certificates`].

pub mod archive;
pub mod certificates;
pub mod completion;
mod ledger;
pub mod metrics;
mod personal;
pub mod quality;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use completion::actions::waiting;

/// The jobs of this crate; `class.closed` is queued when a class is closed at the desk.
pub const JOBS: &[platform::JobKind] = &[completion::actions::CLOSED];

pub use ledger::{LedgerProof, verify_ledger};
pub use personal::KEEPER;

use documents::Typesetter;
use platform::{AppError, AppResult, Routes};
use std::sync::Arc;
use utoipa::OpenApi as _;

/// The addresses of this crate; without a typesetter certificates are not printed.
#[must_use]
pub fn routes(typesetter: Option<Arc<Typesetter>>) -> Routes {
    Routes::new()
        .merge(completion::routes())
        .merge(certificates::routes(typesetter))
        .merge(archive::routes())
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(archive::api::list))]
struct ArchiveApi;

/// The description of this crate's API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut all = ArchiveApi::openapi();
    all.merge(completion::CompletionApi::openapi());
    all.merge(certificates::CertificatesApi::openapi());
    all
}

/// The id in an address; text that is none is an address that is not there.
fn id<K>(text: &str) -> AppResult<kernel::Id<K>> {
    text.parse().map_err(|_| AppError::NotFound)
}

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

/// Kinds of ids of this crate.
pub mod kinds {
    /// An outcome.
    pub enum Outcome {}
    /// A certificate.
    pub enum Certificate {}
    /// A hours entry.
    pub enum HoursEntry {}
}
/// Id of an outcome.
pub type OutcomeId = kernel::Id<kinds::Outcome>;
/// Id of a certificate.
pub type CertificateId = kernel::Id<kinds::Certificate>;
/// Id of a hours entry.
pub type HoursEntryId = kernel::Id<kinds::HoursEntry>;
