//! Terms: when classes are held and when people enrol.
//!
//! Rules:
//! 1. A term is named by year and season (`2027 春季`), once in an org.
//! 2. A term belongs to an org and serves all orgs below it: a class takes a term of its own org or of one above.
//! 3. The term ends after it starts; enrolment closes after it opens, and before the term ends.
//! 4. `class_limit` is how many classes a learner may hold at once in this term; the enrolment desk keeps it.
//!
//! Who may do what: `TermEdit` in the org. Events: `term.created`, `term.changed`. Table: `term`.
//! Start reading at [`actions`].

pub mod actions;
mod api;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use api::TermsApi;
pub use model::{TermDraft, TermRow, end_of, last_day_of};
pub use store::{find, later};
pub(crate) use store::{names, of_orgs};

use platform::{Access, Permission as P, Routes};

/// The addresses of terms.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/desk/terms", Access::Needs(P::TermEdit), pages::list)
        .get("/desk/terms/new", Access::Needs(P::TermEdit), pages::new)
        .post("/desk/terms/new", Access::Needs(P::TermEdit), pages::create)
        .get("/desk/terms/{id}", Access::Needs(P::TermEdit), pages::edit)
        .post("/desk/terms/{id}", Access::Needs(P::TermEdit), pages::change)
        .get("/api/v1/terms", Access::Needs(P::TermEdit), api::list)
        .post("/api/v1/terms", Access::Needs(P::TermEdit), api::create)
        .get("/api/v1/terms/{id}", Access::Needs(P::TermEdit), api::show)
        .put("/api/v1/terms/{id}", Access::Needs(P::TermEdit), api::change)
}
