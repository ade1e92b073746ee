//! School rules (办理规定): what a school decides of the life of its classes, as data with a default.
//!
//! Rules:
//! 1. An org's own rules count; without any, those of the nearest org above it that has some; else the default.
//! 2. A change is a new version with a reason, made by who saw the last; who did not is told what counts now and keeps what was
//!    typed. What is under way keeps what it began with: who leaves gets back what the rules said when they enrolled.
//!
//! Who may do what: everybody signed in reads by program; `RoundRun` sets them in its subtree.
//! Events: school_rule.set. Tables: school_rule,
//! school_rule_change. Start reading at [`model`].

pub mod actions;
pub(crate) mod api;
mod desk_pages;
pub mod model;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use actions::of_orgs;
pub use actions::{of, ruling, ruling_at};
pub use model::{FeeMeanwhile, Ruling, SchoolRules, SeatMeanwhile, Silence};

use platform::{Access, Permission, Routes};

/// The routes of school rules.
pub fn routes() -> Routes {
    let run = Access::Needs(Permission::RoundRun);
    Routes::new()
        .get("/desk/school-rules", run, desk_pages::show)
        .post("/desk/school-rules", run, desk_pages::set)
        .get("/api/v1/orgs/{id}/school-rules", Access::SignedIn, api::find)
        .put("/api/v1/orgs/{id}/school-rules", run, api::set)
}
