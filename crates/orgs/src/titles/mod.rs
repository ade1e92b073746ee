//! Titles (称号) that an organisation holds, or its team or course: granted elsewhere, registered here with their proof.
//!
//! What is granted inside the house will be written here by the domain that grants it; this register is for the others.
//!
//! Rules
//! 1. A title has a name, a level, a kind, who granted it and when; its last day, or none when it has no end.
//! 2. Its status follows from its days: it counts from the day it was granted, expires after its last day, and ends with
//!    the day on which it was revoked. Nothing is deleted.
//! 3. The proof is a PDF or a picture, checked by its content and kept as a stored file. A title without proof is marked so.
//! 4. The same name, level, holder and day twice is taken for a slip and refused.
//! 5. Two clerks at once: the second is told so.
//!
//! Who may: read and fetch the proof `org.read`, write `org.edit`. Events: `title.registered`, `title.changed`,
//! `title.proven`, `title.revoked`. Tables: `title`; the proofs lie among the stored files.
//!
//! Start reading at [`actions::register`].

pub mod actions;
mod api;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use api::TitlesApi;
pub use model::{Holder, Status, TitleDraft, TitleKind, TitleLevel};
pub use store::TitleRow;

use platform::{Access, Permission as P, Routes};

/// Addresses of titles.
#[must_use]
pub fn routes() -> Routes {
    let (read, edit) = (Access::Needs(P::OrgRead), Access::Needs(P::OrgEdit));
    Routes::new()
        .get("/desk/orgs/{org}/titles", read, pages::list)
        .get("/desk/orgs/{org}/titles/new", edit, pages::blank)
        .post("/desk/orgs/{org}/titles", edit, pages::register)
        .get("/desk/titles/{title}", read, pages::show)
        .post("/desk/titles/{title}", edit, pages::change)
        .post("/desk/titles/{title}/revoke", edit, pages::revoke)
        .get("/desk/titles/{title}/proof", read, pages::proof)
        .post("/desk/titles/{title}/proof", edit, pages::prove)
        .get("/api/v1/orgs/{org}/titles", read, api::list)
        .post("/api/v1/orgs/{org}/titles", edit, api::register)
        .get("/api/v1/titles/{title}", read, api::get)
        .put("/api/v1/titles/{title}", edit, api::change)
        .post("/api/v1/titles/{title}/revoke", edit, api::revoke)
        .get("/api/v1/titles/{title}/proof", read, api::proof)
        .post("/api/v1/titles/{title}/proof", edit, api::prove)
}
