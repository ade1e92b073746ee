//! Funding of community and elder education: budget lines by year, level and purpose, and what is asked of them.
//!
//! This is no cashbook: a line says what was budgeted and paid for a year, by whom, on which document. Standards are data
//! ([`standards`]); nothing is asked that no document asks.
//!
//! Rules
//! 1. A line is written once, at the organisation that the money is for. An area's figures are the sum of its subtree, so a
//!    grant from the district to a street stands at the street, with the level district.
//! 2. A line is never changed and never deleted: a correction is a new version with a reason, and a line that should not
//!    be is withdrawn with one. Only the version in force counts.
//! 3. A line names the population by which it is measured; each fen counts in one figure per head only. That figure takes
//!    what public budgets give, over the residents at the end of that year, or of the last that has ended and is known.
//! 4. Of several standards the nearest jurisdiction's counts, there the latest begun by the end of the year; amount, match
//!    and growth are looked for one by one.
//! 5. Warned of: less than the year before, less than the standard per head, a match not met, a past year not fully paid.
//! 6. The same year, level, purpose, payer and document twice is taken for a slip and refused.
//! 7. Two clerks at once: the second is told so.
//!
//! Who may: read `org.read`, write `org.edit`. Events: `funding.line_written`, `funding.line_corrected`,
//! `funding.line_withdrawn`. Tables: `budget_line`, `funding_standard`.
//!
//! Start reading at [`years::figures`].

pub mod actions;
mod api;
pub mod model;
mod pages;
pub mod standards;
mod store;
#[cfg(test)]
mod tests;
pub mod years;

pub use api::FundingApi;
pub use model::{FundingLevel, LineDraft, LineState, PopulationKind, Purpose};
pub use store::{LevelSum, LineRow};

use platform::{Access, Permission as P, Routes};

/// Addresses of funding.
#[must_use]
pub fn routes() -> Routes {
    let (read, edit) = (Access::Needs(P::OrgRead), Access::Needs(P::OrgEdit));
    Routes::new()
        .get("/desk/orgs/{org}/funding", read, pages::list)
        .get("/desk/orgs/{org}/funding/new", edit, pages::blank)
        .post("/desk/orgs/{org}/funding", edit, pages::create)
        .get("/desk/funding/{line}", read, pages::show)
        .post("/desk/funding/{line}", edit, pages::correct)
        .post("/desk/funding/{line}/withdraw", edit, pages::withdraw)
        .get("/api/v1/orgs/{org}/funding", read, api::list)
        .post("/api/v1/orgs/{org}/funding", edit, api::create)
        .get("/api/v1/orgs/{org}/funding/years", read, api::years)
        .get("/api/v1/funding/{line}", read, api::get)
        .put("/api/v1/funding/{line}", edit, api::correct)
        .post("/api/v1/funding/{line}/withdraw", edit, api::withdraw)
        .merge(standards::routes())
}
