//! Public pages of places where people learn: the list with its filters, and one place.
//!
//! Rules
//! 1. Only open, public institutions that teach are shown; everything else is not there (404).
//! 2. The filters stand in the address: street, kind, without steps, and words (name, pinyin, initials or address).
//! 3. Nothing here needs a script, and nothing about people is shown.
//!
//! Who may: everybody. Events: none. Tables: none of its own; reads the tree, facts and rooms.
//!
//! Start reading at [`actions::list`].

pub mod actions;
mod api;
mod model;
mod pages;
#[cfg(test)]
mod tests;

pub use api::SitesApi;
pub use model::SiteFilter;

use platform::{Access, Routes};

/// Addresses of places.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/sites", Access::Public, pages::list)
        .get("/sites/{org}", Access::Public, pages::show)
        .get("/api/v1/sites", Access::Public, api::list)
        .get("/api/v1/sites/{org}", Access::Public, api::get)
}
