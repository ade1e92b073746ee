//! Trial lessons (试听): somebody sits in on one lesson before they enrol.
//!
//! Rules, in words (`model.rs` holds them; the numbers are the school's, [`crate::rules`]):
//! 1. A lesson of a published or running class is tried in the class's first weeks, before it begins, by who has no place there.
//! 2. A session takes as many guests as the school says, and no more than the room has seats left.
//! 3. A person tries so many lessons in a term, is of the class's age, and has no other class and no other trial at that time.
//! 4. It is booked by the person, by family, at the counter, or by program; given up at any time before the lesson.
//! 5. Guests are no learners: they are counted separately, stand apart on the roll, and whether they came is marked there.
//! 6. One act makes a guest a learner: the seat desk decides as for anybody who asks. Who is put on the waitlist stays a guest.
//!    A class counts as learners those of its guests who have a seat, however they came by it.
//! 7. When a session is changed or a class is cancelled, its guests are told.
//!
//! Who may do what: the signed-in person for themselves and those they help; `EnrollmentAct` at the counter; who takes the roll marks.
//! Events: trial.booked, trial.cancelled, trial.came, trial.missed, trial.joined. Table: trial. Start reading at [`model::may_book`].

pub mod actions;
mod api;
mod desk_pages;
mod model;
mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub(crate) use api::TrialsApi;
pub use model::TrialState;
pub(crate) use pages::{MyTrial, mine};

use platform::{Access, Permission, Routes};

/// Addresses of trials; the caller shares the seat desk with them.
pub(crate) fn routes() -> Routes {
    let act = Access::Needs(Permission::EnrollmentAct);
    Routes::new()
        .get("/classes/{id}/trial", Access::SignedIn, pages::choose)
        .post("/classes/{id}/trial", Access::SignedIn, pages::book)
        .post("/me/trials/{id}/cancel", Access::SignedIn, pages::cancel)
        .post("/me/trials/{id}/enroll", Access::SignedIn, pages::join)
        .get("/desk/counter/{person}/{class}/trial", act, desk_pages::choose)
        .post("/desk/counter/{person}/{class}/trial", act, desk_pages::book)
        .get("/api/v1/classes/{id}/trials", Access::SignedIn, api::open)
        .post("/api/v1/sessions/{id}/trials", Access::SignedIn, api::book)
        .get("/api/v1/me/trials", Access::SignedIn, api::mine)
        .delete("/api/v1/trials/{id}", Access::SignedIn, api::cancel)
}
