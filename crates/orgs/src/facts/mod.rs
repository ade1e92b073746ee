//! Facts of an institution that people come to: address, telephone, hours, way, accessibility, place, floor area.
//!
//! Rules
//! 1. Only an institution has facts, never an area; a closed one keeps its last facts.
//! 2. A place is kept in WGS-84 with where it comes from ([`Basis`]), and shown with it.
//! 3. Two clerks at once: the second is told so. The version is that of the organisation.
//!
//! Who may: read `org.read`, change `org.edit`; public pages show the facts of public institutions.
//! Events: `org.facts_changed`. Tables: `org_facts`.
//!
//! Start reading at [`actions::save`].

pub mod actions;
mod api;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use api::FactsApi;
pub(crate) use api::FactsJson;
pub use model::{Basis, FactsDraft};
pub use store::{Facts, find_public, points};

use platform::{Access, Permission as P, Routes};

/// Addresses of facts.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/desk/orgs/{org}/facts", Access::Needs(P::OrgEdit), pages::form)
        .post("/desk/orgs/{org}/facts", Access::Needs(P::OrgEdit), pages::save)
        .get("/api/v1/orgs/{org}/facts", Access::Needs(P::OrgRead), api::get)
        .put("/api/v1/orgs/{org}/facts", Access::Needs(P::OrgEdit), api::save)
}
