//! The hub of data: what the installation knows and how fresh it is, what is wrong among it, and what anybody may have.
//!
//! Rules
//! 1. The catalogue speaks of the whole installation and of no person; what a row is, says the domain.
//! 2. Rules of quality are data of the domains ([`metrics::quality`]). One sees what they find inside one's scope, and
//!    people only with the permission to read people.
//! 3. Open data are counts of ended quarters and years for city, districts and streets; the list of what is published is
//!    [`model::PUBLISHED`]. What a running period says changes each day, and the change would tell of single people.
//! 4. A number of people below the metric's limit is hidden, and as many others as are needed that nobody can compute it
//!    from totals, from the other areas or from the other quarters ([`suppression`]).
//! 5. Each file is made at most once a day and kept in memory. Editions are judged beside it ([`crate::editions`]).
//!
//! Who may: the catalogue and what is wrong, `metric.read` in the subtree of one's post; open data, anybody. Nothing is
//! written, there are no events.
//!
//! Start reading at [`actions`]; the open files are made in [`open_data`].

pub mod actions;
mod api;
pub mod model;
pub mod open_data;
mod open_pages;
mod pages;
pub mod suppression;
#[cfg(test)]
mod tests;

pub use api::HubApi;

use crate::Measures;
use platform::{Access, Permission as P, Routes};
use std::sync::Arc;

/// Addresses of the hub of data.
#[must_use]
pub fn routes(metrics: &Measures, kept: &Arc<open_data::Kept>) -> Routes {
    let read = Access::Needs(P::MetricRead);
    Routes::new()
        .get("/desk/data", read, pages::sources)
        .get("/desk/data/quality", read, pages::quality)
        .get("/desk/data/quality/{rule}", read, pages::rule)
        .get("/open-data", Access::Public, open_pages::list)
        .get("/open-data/{file}", Access::Public, open_pages::file)
        .get("/api/v1/data/sources", read, api::sources)
        .get("/api/v1/data/quality", read, api::quality)
        .with(Measures::clone(metrics))
        .with(Arc::clone(kept))
}
