//! Statistics: forms as data, and returns that fill themselves and go up the tree.
//!
//! Start reading at [`datasets`] (what a form is), then [`returns`] (one filled copy).

pub mod cockpit;
pub mod datasets;
pub mod editions;
pub mod expression;
pub mod hub;
mod linear;
pub mod number;
pub mod returns;
pub mod sheet;
#[cfg(test)]
mod testing;

use platform::{AppError, AppResult};
use std::sync::Arc;

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "statistics",
    migrations: &[
        db::Migration {
            number: 1,
            name: "statistics",
            sql: include_str!("../migrations/0001_statistics.sql"),
        },
        db::Migration {
            number: 2,
            name: "edition_said",
            sql: include_str!("../migrations/0002_edition_said.sql"),
        },
        db::Migration {
            number: 3,
            name: "erratum_said",
            sql: include_str!("../migrations/0003_erratum_said.sql"),
        },
    ],
    org_owned: &[
        "dataset",
        "dataset_version",
        "stat_return",
        "stat_amendment",
        "stat_edition",
        "stat_edition_cell",
        "stat_erratum",
    ],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// A dataset.
    pub enum Dataset {}
    /// A version of a dataset.
    pub enum DatasetVersion {}
    /// A return.
    pub enum Return {}
    /// A request to change a return.
    pub enum Amendment {}
    /// A frozen edition.
    pub enum Edition {}
}
/// Id of a dataset.
pub type DatasetId = kernel::Id<kinds::Dataset>;
/// Id of a version of a dataset.
pub type VersionId = kernel::Id<kinds::DatasetVersion>;
/// Id of a return.
pub type ReturnId = kernel::Id<kinds::Return>;
/// Id of a request to change a return.
pub type AmendmentId = kernel::Id<kinds::Amendment>;
/// Id of a frozen edition.
pub type EditionId = kernel::Id<kinds::Edition>;

/// The metrics of the installation, as handlers get them.
pub type Measures = Arc<metrics::Metrics>;
/// The typesetter of the installation, if there is one.
pub type Printing = Option<Arc<documents::Typesetter>>;

/// All addresses of this crate.
#[must_use]
pub fn routes(metrics: &Measures, typesetter: Printing) -> platform::Routes {
    // An edition is judged beside the open data that everybody may have: both know the same.
    let open = Arc::new(hub::open_data::Kept::default());
    datasets::routes()
        .merge(returns::routes())
        .merge(editions::routes(&open))
        .with(Arc::clone(metrics))
        .with(typesetter)
        .merge(cockpit::routes(metrics))
        .merge(hub::routes(metrics, &open))
}

/// What waits for the actor in this crate.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn waiting(ctx: &platform::Ctx) -> AppResult<Vec<platform::Waiting>> {
    returns::waiting(ctx).await
}

/// Description of this crate's API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    use utoipa::OpenApi;
    let mut all = datasets::DatasetsApi::openapi();
    all.merge(returns::ReturnsApi::openapi());
    all.merge(editions::EditionsApi::openapi());
    all.merge(hub::HubApi::openapi());
    all
}

/// The id a text in an address stands for.
pub(crate) fn id<K>(text: &str) -> AppResult<kernel::Id<K>> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// The name of a kind of org by its word; what is none stays, and none is the org itself.
pub(crate) fn kind_label(word: &str) -> String {
    if word.is_empty() {
        return "本级".to_owned();
    }
    let kind = word.parse::<orgs::OrgKind>();
    kind.map_or_else(|()| word.to_owned(), |kind| kind.label().to_owned())
}
