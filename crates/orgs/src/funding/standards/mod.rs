//! Standards of funding: what a jurisdiction asks of budgets from a day on, with its document.
//!
//! Rules
//! 1. A standard asks for at least one thing: an amount per head, a match of one level to another, or no less than the
//!    year before. An amount that the document does not state is left out, never guessed.
//! 2. Only an area is a jurisdiction. Its standards hold for everything below it.
//! 3. A standard is never changed: a later one takes its place, a wrong one is withdrawn with a reason and stays to be seen.
//! 4. Standards are public documents: who may see an organisation sees those that hold for it.
//!
//! Who may: read `org.read`, write `org.edit`. Events: `funding.standard_set`, `funding.standard_withdrawn`.
//! Tables: `funding_standard`.
//!
//! Start reading at [`actions::set`].

pub mod actions;
mod api;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use api::StandardsApi;
pub use model::{Demand, Matching, Standard};
pub use store::{StandardRow, holding_for};

use platform::{Access, Permission as P, Routes};

/// Addresses of standards.
pub(super) fn routes() -> Routes {
    let (read, edit) = (Access::Needs(P::OrgRead), Access::Needs(P::OrgEdit));
    Routes::new()
        .get("/desk/orgs/{org}/funding/standards", read, pages::list)
        .post("/desk/orgs/{org}/funding/standards", edit, pages::set)
        .get("/desk/funding-standards/{standard}", read, pages::show)
        .post(
            "/desk/funding-standards/{standard}/withdraw",
            edit,
            pages::withdraw,
        )
        .get("/api/v1/orgs/{org}/funding/standards", read, api::list)
        .post("/api/v1/orgs/{org}/funding/standards", edit, api::set)
        .post(
            "/api/v1/funding-standards/{standard}/withdraw",
            edit,
            api::withdraw,
        )
}
