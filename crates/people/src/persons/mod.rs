//! Persons: who somebody is. Learners, teachers and staff are all persons.
//!
//! Rules:
//! 1. A name, a sex and a day of birth are needed (age rules of classes rest on it); an identity number gives both
//!    and is checked by its standard. A telephone is not needed.
//! 2. Nobody is registered twice: the same identity number, or the same name, birth and telephone, is the same person.
//! 3. Identity number, telephone and emergency contact lie sealed. Screens show them masked; the full numbers are
//!    shown for one look, with a reason, to who signed in with a second factor, and each look is an event.
//! 4. Staff see the people who were registered in their subtree, live in it, or came to it later.
//! 5. A learner's code (学习码) is signed and has a serial; a new serial makes the old code worthless.
//!
//! Who may do what: `PersonRead` find and see masked, `PersonEdit` register, change, import, issue cards,
//! `PersonReveal` see in full.
//! Events: person.registered, person.met, person.changed, person.revealed, person.code_reissued, person.imported.
//! Tables: person, person_org. Start reading at [`register`].

mod actions;
mod api;
mod import;
pub mod model;
mod pages;
pub mod sealed;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub use actions::{
    Found, Revealed, belongs, change, find, find_by_number, find_many, is_exact, learner_code, neighborhoods,
    open_for_change, org, person_of_code, register, reissue_code, reveal, search, show,
};
pub(crate) use actions::{add, duplicate, is_kept, lock_number, may_reveal, unseal};
pub(crate) use api::PersonsApi;
pub use import::{BadRow, How, MOST_BYTES, MOST_ROWS, Report, import};
pub use model::{Need, PersonDraft, PersonStatus, Sex};
pub use store::{OrgChoice, PersonBrief, PersonRow};

use platform::{Access, Permission, Routes};

/// Addresses of persons at the desk.
pub(crate) fn routes() -> Routes {
    let read = Access::Needs(Permission::PersonRead);
    let edit = Access::Needs(Permission::PersonEdit);
    Routes::new()
        .get("/desk/people", read, pages::list)
        .post("/desk/people", edit, pages::create)
        .post("/desk/people/search", read, pages::search)
        .get("/desk/people/new", edit, pages::new)
        .get("/desk/people/import", edit, pages::import_form)
        .post("/desk/people/import", edit, pages::import_file)
        .get("/desk/people/{id}", read, pages::show)
        .post("/desk/people/{id}", edit, pages::change)
        .get("/desk/people/{id}/edit", edit, pages::edit)
        .post("/desk/people/{id}/code", edit, pages::reissue)
        .post(
            "/desk/people/{id}/reveal",
            Access::Needs(Permission::PersonReveal),
            pages::reveal,
        )
        .post("/api/v1/people", edit, api::register)
        .post("/api/v1/people/search", read, api::search)
        .get("/api/v1/people/{id}", read, api::show)
        .put("/api/v1/people/{id}", edit, api::change)
        .post("/api/v1/people/{id}/code", edit, api::reissue_code)
}
