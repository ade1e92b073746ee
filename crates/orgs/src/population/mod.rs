//! Residents of an area at the end of a year, by age band and sex, each year with its source.
//!
//! Rules
//! 1. Only an area has residents; a zone or committee marked special has none of its own.
//! 2. A year is written as a whole: all six bands, men and women, with one source and one basis.
//! 3. Invented figures are marked `demo`, and every page that shows a figure shows its basis.
//!
//! Who may: read `org.read`, write `org.edit`. Events: `org.population_set`. Tables: `population`.
//!
//! Start reading at [`actions::set`].

pub mod actions;
mod api;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use api::PopulationApi;
pub use model::YearDraft;
pub use store::{BandRow, Residents, of_year, residents};

use platform::{Access, Permission as P, Routes};

/// Addresses of population.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get(
            "/desk/orgs/{org}/population",
            Access::Needs(P::OrgRead),
            pages::show,
        )
        .post(
            "/desk/orgs/{org}/population",
            Access::Needs(P::OrgEdit),
            pages::set,
        )
        .get(
            "/api/v1/orgs/{org}/population",
            Access::Needs(P::OrgRead),
            api::list,
        )
        .put(
            "/api/v1/orgs/{org}/population/{year}",
            Access::Needs(P::OrgEdit),
            api::set,
        )
}
