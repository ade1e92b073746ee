//! Merging (并班): a class that has too few learners goes into another one.
//!
//! Rules, in words (`model.rs` holds them):
//! 1. Only a published class with fewer learners than its minimum is merged, before its first lesson.
//! 2. It goes into a published class that has not begun, costs no more, has nobody waiting, no draw ahead, and seats for
//!    all. Offered are those of the same course first, then those of the same org and term.
//! 3. Before anybody decides, the page says what it costs whom: for how many the new time clashes, the age does not fit, or
//!    the number of classes is full (they are not moved), and what of the paid fees goes along and what goes back.
//! 4. From the moment it begins nobody gets a seat in the old class any more, from its waitlist neither.
//! 5. Who fits gets a seat in the new class by the seat desk, whole or not at all; the old enrolment is transferred, and
//!    its event names the new one. A fee not paid yet is due anew. A paid fee goes along in the ledger; where the new class
//!    is cheaper, the difference is owed back; where the fee was waived, it is waived anew. Nobody pays more.
//! 6. Then the old class is cancelled; whoever is left in it is told and gets back 100 % as with any cancelled class.
//! 7. Who has paid is told, and answers within the days that the school has set (at most until the first lesson): the new
//!    class, or everything back. On line, by the family, or with a clerk. What no answer means, the school has set; it is said
//!    in the message ([`crate::school_rules`]).
//! 8. Stopped on its way and sent again, a merge goes on where it stood; a class is merged into one class only.
//!
//! Who may do what: `ClassPublish` merges, on both classes; the learner and their family answer, `EnrollmentAct` for them.
//! Events: class.merging, class.merge_over, enrollment.merge_answered; of the seat desk enrollment.transferred with
//! enrollment.confirmed or enrollment.reserved, enrollment.withdrawn; of classes class.cancelled. Tables: merge_run,
//! merge_answer. Start reading at [`model`], then [`actions::merge`] and [`answers`].

pub mod actions;
pub mod answers;
pub(crate) mod api;
mod desk_pages;
pub mod model;
mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub(crate) use pages::asked_text;

use platform::{Access, Permission, Routes};

/// The routes of merging; they take the seat desk of this process.
pub fn routes() -> Routes {
    let publish = Access::Needs(Permission::ClassPublish);
    let act = Access::Needs(Permission::EnrollmentAct);
    let mine = Access::SignedIn;
    Routes::new()
        .get("/desk/classes/{id}/merge", publish, desk_pages::offer)
        .post("/desk/classes/{id}/merge", publish, desk_pages::merge)
        .get("/desk/enrollments/{id}/merge", act, desk_pages::ask)
        .post("/desk/enrollments/{id}/merge", act, desk_pages::answer)
        .get("/me/enrollments/{id}/merge", mine, pages::ask)
        .post("/me/enrollments/{id}/merge", mine, pages::answer)
        .post("/api/v1/classes/{id}/merge", publish, api::merge)
        .get("/api/v1/enrollments/{id}/merge", mine, api::find)
        .post("/api/v1/enrollments/{id}/merge", mine, api::answer)
}
