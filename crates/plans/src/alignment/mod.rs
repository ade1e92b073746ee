//! Alignment (对标): items of a plan to items of an upper organisation's plan, several to several.
//!
//! Rules
//! 1. A plan is aligned to an issued plan of another organisation that the reader may see, usually one above.
//! 2. Pairs are suggested by likeness: words that both share and that are rare in both plans, headings more than text, a metric or
//!    an object that both name. A suggestion counts for nothing until a person confirms it; one that a person rejected is not
//!    suggested again.
//! 3. An upper item without a confirmed counterpart is not taken up; an item without one is the plan's own.
//! 4. Targets of a confirmed pair with the same unit, and the same metric or much the same object, are compared: more, as much,
//!    or less than the upper one asks. Of another kind, number of stars, chosen ones and all, growth and level nothing is said. A
//!    count below that of another organisation's plan is a part of its whole, not too little.
//!
//! Who may: read `plan.read`, as plans are read; confirm and reject `plan.edit` over the lower plan, issued or not.
//! Events: `plan.aligned`, `plan.align_rejected`, `plan.align_cleared`. Tables: `plan_link`.
//!
//! Start reading at [`actions::view`]; the likeness is [`likeness::suggest`].

pub mod actions;
mod api;
pub mod likeness;
pub mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use api::AlignmentApi;

use platform::{Access, Permission as P, Routes};

/// Addresses of alignment.
#[must_use]
pub fn routes() -> Routes {
    let (read, edit) = (Access::Needs(P::PlanRead), Access::Needs(P::PlanEdit));
    Routes::new()
        .get("/desk/plans/{plan}/alignment", read, pages::choose)
        .get("/desk/plans/{plan}/alignment/{upper}", read, pages::show)
        .post("/desk/plans/{plan}/alignment/{upper}", edit, pages::decide)
        .post(
            "/desk/plans/{plan}/alignment/{upper}/all",
            edit,
            pages::confirm_all,
        )
        .get("/api/v1/plans/{plan}/alignment/{upper}", read, api::get)
        .put("/api/v1/plans/{plan}/alignment/{upper}", edit, api::decide)
}
