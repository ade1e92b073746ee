//! Handover: an enrolment begun on a telephone and finished at the counter by a four-digit code.
//!
//! Rules:
//! 1. Who looks at a class that takes enrolments keeps what they have so far: the class, for whom (themselves, or somebody
//!    who let them act), a note. Kept twice on a day it is the same draft. A class given by a draw is not kept.
//! 2. The draft has four digits, its own among all of the org on that day, good to the end of the day (China) at the
//!    counters whose clerks act for the class's org. At most [`model::MOST_OPEN`] are open, [`model::MOST_A_DAY`] a day.
//! 3. At the counter the code shows a masked name only. With the learner's name or year of birth, as the person present
//!    says it, the clerk sees the draft, with masked data.
//! 4. A clerk has [`model::TRIES`] wrong codes or answers in ten minutes. A used or old code says so.
//! 5. The clerk notes that the learner is present and agrees, and finishes it as any enrolment at the counter. The record
//!    says who began (`begun_by`), who finished, for whom.
//!
//! Who may do what: the signed-in person their own drafts; `EnrollmentAct` finishes.
//! Events: handover.kept, handover.dropped, handover.finished, enrollment.handed_over. Tables: handover.
//! Start reading at [`actions::keep`], then [`desk::finish`].

pub(crate) mod actions;
pub(crate) mod api;
pub(crate) mod desk;
mod desk_pages;
pub mod model;
mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use platform::{Access, Permission, Routes, Tries};
use std::sync::Arc;

/// Addresses of handovers; the caller shares the seat desk with them.
pub(crate) fn routes() -> Routes {
    let mine = Access::SignedIn;
    let act = Access::Needs(Permission::EnrollmentAct);
    Routes::new()
        .post("/classes/{id}/handover", mine, pages::keep)
        .get("/me/handovers/{id}", mine, pages::show)
        .post("/me/handovers/{id}/drop", mine, pages::drop_draft)
        .get("/desk/counter/handover", act, desk_pages::start)
        .post("/desk/counter/handover", act, desk_pages::look)
        .post("/desk/counter/handover/open", act, desk_pages::open)
        .post("/desk/counter/handover/finish", act, desk_pages::finish)
        .post("/api/v1/classes/{id}/handovers", mine, api::keep)
        .get("/api/v1/me/handovers", mine, api::mine)
        .delete("/api/v1/me/handovers/{id}", mine, api::drop_draft)
        .post("/api/v1/desk/handovers/look", act, api::look)
        .post("/api/v1/desk/handovers/finish", act, api::finish)
        .with(Arc::new(Tries::new(model::TRIES, model::TRY_SECS)))
}
