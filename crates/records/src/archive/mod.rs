//! The learner's archive: everything learned in one timeline, study time by year, certificates.
//!
//! A learner sees only their own. Start reading at [`actions::own`].

pub mod actions;
pub mod api;
mod pages;
mod store;

use platform::{Access, Routes};

/// The addresses of the archive.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/me/records", Access::SignedIn, pages::show)
        .get("/me/records/print", Access::SignedIn, pages::print)
        .get("/api/v1/me/records", Access::SignedIn, api::list)
}
