//! What is held about a person: told to them whole, and erased when they ask for it.
//!
//! Rules:
//! 1. A person takes away everything held about them, to read and for programs. At the counter staff do it for somebody
//!    without a telephone, with a reason and a sign-in with second factor.
//! 2. A wish for erasure is asked for by the person, on line or at the counter. Somebody who answers for the data
//!    accepts it or refuses it with a reason, which the person is told.
//! 3. Nothing is erased before [`model::WAIT_DAYS`] days have passed since it was accepted; until then the person may
//!    take the wish back. Then it is carried out by a job and cannot be undone.
//! 4. What goes and what stays: [`model::RETENTION`] and the tables of the other domains' keepers. The name becomes
//!    已注销, numbers, telephone, birth and words go, sign-ins and tokens end, consents are withdrawn, seats become free.
//!    Hours, outcomes and events stay without a name; the chain of events still proves itself.
//! 5. Who holds a post is not erased: the post ends first.
//!
//! Who may do what: the signed-in person their own; `PersonEdit` takes a wish at the counter; `PersonErase` sees wishes in
//! scope (and, from the top of the tree, of people who belong to no org) and decides; `PersonReveal` exports for somebody.
//! Events: person.exported, person.erasure_asked, person.erasure_withdrawn, person.erasure_accepted,
//! person.erasure_refused, person.erased. Tables: erasure_request; all of the domain's when it erases.
//! Start reading at [`actions::carry_out`].

pub mod actions;
mod export;
mod keeper;
pub mod model;
mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub use actions::carry_out;
pub use keeper::KEEPER;
pub use model::{JOB, State};
pub(crate) use pages::asked_notice;

use platform::personal::Keeper;
use platform::{Access, Permission, Routes};

/// Everybody who keeps something of a person.
#[derive(Clone, Copy)]
pub struct Keepers(pub &'static [Keeper]);

/// Addresses of export and erasure.
pub(crate) fn routes(keepers: &'static [Keeper]) -> Routes {
    let mine = Access::SignedIn;
    let decide = Access::Needs(Permission::PersonErase);
    let reveal = Access::Needs(Permission::PersonReveal);
    Routes::new()
        .get("/me/settings/export", mine, pages::export_page)
        .get("/me/settings/export.json", mine, pages::export_file)
        .post("/me/settings/erasure", mine, pages::ask)
        .get("/desk/people/{id}/export", reveal, pages::export_form)
        .post("/desk/people/{id}/export", reveal, pages::export_for)
        .post(
            "/desk/people/{id}/erasure",
            Access::Needs(Permission::PersonEdit),
            pages::ask_for,
        )
        .get("/desk/erasures", decide, pages::list)
        .get("/desk/erasures/{id}", decide, pages::show)
        .post("/desk/erasures/{id}", decide, pages::decide)
        .with(Keepers(keepers))
}
