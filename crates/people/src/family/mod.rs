//! Family links: one person (the helper) acts for another (the elder), who agreed to it.
//!
//! Rules:
//! 1. A helper asks with the elder's name and telephone. The answer is the same whether such a person is known or not,
//!    whether the elder refuses or keeps silent, so that nobody finds out who is registered here.
//! 2. The elder is told by message, sees the request, and confirms or refuses it within [`model::ASK_DAYS`] days.
//! 3. Who has no telephone confirms at a counter: a clerk records how the identity was checked and why; never for
//!    themselves.
//! 4. A link is good for [`model::LINK_DAYS`] days. Either side, or a clerk on the elder's word, ends it at any time.
//!    Confirming again for the same two people replaces the link.
//! 5. A helper acts for at most [`model::MOST_ELDERS`] people, an elder has at most [`model::MOST_HELPERS`] helpers.
//! 6. A helper asks at most [`model::ASKS_A_DAY`] times in 24 hours; an elder gets at most [`model::TOLD_A_DAY`] such
//!    messages in 24 hours. A token neither asks nor confirms.
//!
//! What a link allows is said by who uses it ([`beneficiaries`], [`link`]): enrolling, withdrawing, paying on line and seeing
//! the classes.
//! Who may do what: the two people their own side; `PersonEdit` records and ends links of people in scope.
//! Events: family.asked, family.confirmed, family.refused, family.ended, family.recorded. Tables: family_link.
//! Start reading at [`actions`].

pub mod actions;
pub(crate) mod api;
mod desk;
mod desk_pages;
pub mod model;
mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub use actions::{Beneficiary, beneficiaries, called, link, requests};
pub(crate) use api::FamilyApi;
pub use model::Relation;
pub use store::LinkRow;

use platform::{Access, Permission, Routes};

/// Addresses of family links.
pub(crate) fn routes() -> Routes {
    let mine = Access::SignedIn;
    let edit = Access::Needs(Permission::PersonEdit);
    Routes::new()
        .get("/me/family", mine, pages::show)
        .post("/me/family", mine, pages::ask)
        .post("/me/family/{id}/confirm", mine, pages::confirm)
        .post("/me/family/{id}/refuse", mine, pages::refuse)
        .post("/me/family/{id}/end", mine, pages::end)
        .get("/desk/people/{id}/family", edit, desk_pages::show)
        .post("/desk/people/{id}/family", edit, desk_pages::record)
        .post("/desk/people/{id}/family/{link}/end", edit, desk_pages::end)
        .get("/api/v1/me/family", mine, api::list)
        .post("/api/v1/me/family", mine, api::ask)
        .post("/api/v1/me/family/{id}/confirm", mine, api::confirm)
        .post("/api/v1/me/family/{id}/refuse", mine, api::refuse)
        .delete("/api/v1/me/family/{id}", mine, api::end)
        .get("/api/v1/people/{id}/family", edit, api::of_person)
        .post("/api/v1/people/{id}/family", edit, api::record)
        .delete("/api/v1/people/{id}/family/{link}", edit, api::end_for)
}
