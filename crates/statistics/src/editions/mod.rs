//! Frozen editions (年度版): the approved figures of an area and of all returns below it, fixed for ever, with public errata.
//!
//! Rules
//! 1. An edition is made of an approved sum whose period is over; it holds every cell of it and of the returns that it sums up, each with the hash
//!    of its content and what the machine said when. They are locked with it.
//! 2. An edition never changes; its hash is that of its cells. There is one of a return.
//! 3. What turns out to be wrong is told as an erratum: which figure, what it was, what it is, why. Everybody reads it.
//! 4. Everybody reads the edition's own figures: those of the area, but not those of few persons, nor what would tell them: other
//!    parts of the same total, ratios, figures of the editions above and below that were frozen before ([`family`]).
//!    Open data that anybody may have by then is one more earlier publication ([`open_figures`]). It is decided when it is frozen,
//!    and kept. What single offices filed is seen by staff.
//! 5. An erratum tells everybody no more than the edition: what was hidden stays hidden; a figure of persons that differs by few
//!    is told as such, without the new figure. It is decided when it is told, beside all that was published before it, and kept.
//!
//! Who may: freeze, and tell errata: `return.approve` where the return is approved.
//! Events: `edition.frozen`, `edition.erratum`. Tables: `stat_edition`, `stat_edition_cell`,
//! `stat_edition_said`, `stat_erratum`.
//!
//! Start reading at [`actions::freeze`]; what everybody reads is decided in [`family`], by what the form says in [`relations`]
//! and the rule in [`disclosure`].

pub mod actions;
mod api;
pub mod disclosure;
pub mod family;
pub mod model;
pub mod open_figures;
mod pages;
mod reading;
pub mod relations;
mod store;
#[cfg(test)]
mod tests;

pub use api::EditionsApi;

use crate::hub::open_data;
use platform::{Access, Permission as P, Routes};
use std::sync::Arc;

/// Addresses of editions.
#[must_use]
pub fn routes(open: &Arc<open_data::Kept>) -> Routes {
    let approve = Access::Needs(P::ReturnApprove);
    Routes::new()
        .post("/desk/returns/{return}/edition", approve, pages::freeze)
        .get(
            "/desk/editions/{edition}",
            Access::Needs(P::ReturnFill),
            pages::desk,
        )
        .post("/desk/editions/{edition}/errata", approve, pages::tell)
        .get("/statistics/{edition}", Access::Public, pages::public)
        .post("/api/v1/returns/{return}/edition", approve, api::freeze)
        .get(
            "/api/v1/editions/{edition}",
            Access::Needs(P::ReturnFill),
            api::get,
        )
        .post("/api/v1/editions/{edition}/errata", approve, api::tell)
        .with(Arc::new(reading::Kept::new(Arc::clone(open))))
}
