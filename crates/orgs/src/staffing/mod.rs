//! Staff of an organisation from a day on: how many full-time (专职) and part-time (兼职), by what they do.
//!
//! These are numbers that an organisation declares with their source, not persons: the register of teachers and staff
//! as persons belongs to a domain of its own and will give these numbers by itself.
//!
//! Rules
//! 1. A declaration is whole: all kinds, full-time and part-time, from a first day on, with its basis and source.
//! 2. The first day is not in the future and lies after the first day of the declaration before, which ends there. So a
//!    change never rewrites the past.
//! 3. What was wrong is corrected with a reason: the corrected declaration takes the same days, the wrong one stays to be
//!    seen and counts no more.
//! 4. Everybody is counted once, where they work; an area declares only who works for the area itself.
//! 5. Two clerks at once: the second is told so. The version is the number of declarations written so far.
//! 6. An organisation that has ended counts to nobody from its last day on, whatever was declared.
//!
//! Who may: read `org.read`, write `org.edit`. Events: `staffing.declared`, `staffing.corrected`. Tables: `staff_count`.
//!
//! Start reading at [`actions::declare`].

pub mod actions;
mod api;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use api::StaffingApi;
pub use model::{Counts, Draft, StaffKind, per_10000_text};
pub use store::{CountRow, Total};

use platform::{Access, Permission as P, Routes};

/// Addresses of staffing.
#[must_use]
pub fn routes() -> Routes {
    let (read, edit) = (Access::Needs(P::OrgRead), Access::Needs(P::OrgEdit));
    Routes::new()
        .get("/desk/orgs/{org}/staffing", read, pages::show)
        .post("/desk/orgs/{org}/staffing", edit, pages::declare)
        .get("/desk/orgs/{org}/staffing/{serial}", edit, pages::wrong)
        .post("/desk/orgs/{org}/staffing/{serial}", edit, pages::correct)
        .get("/api/v1/orgs/{org}/staffing", read, api::list)
        .post("/api/v1/orgs/{org}/staffing", edit, api::declare)
        .post("/api/v1/orgs/{org}/staffing/{serial}/correct", edit, api::correct)
}
