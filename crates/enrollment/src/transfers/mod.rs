//! Transfers (转班): a learner changes to another class of the school.
//!
//! Rules, in words (`model.rs` holds them):
//! 1. Who has a seat asks on line, through the family, or at the counter; a clerk decides, and may act at once for who stands
//!    before them.
//! 2. Until so many weeks after the first lesson as the school has set ([`crate::school_rules`]); to a class of the same
//!    school and term that costs no more, has a free seat, and for which nobody waits.
//! 3. The seat desk moves the seat in one step: nobody loses the old seat without the new one. What was paid goes along, the
//!    difference is owed back; nobody pays more. The old seat goes to the next who waits.
//! 4. One wish of an enrolment is open at a time; who asked may take it back. A refusal has a reason, which they are told.
//!    A wish whose seat is given up is closed with it.
//! 5. Attendance in a class of the same course counts in the new one (`attendance::summary`).
//!
//! Who may do what: the learner and their family ask and take back; `EnrollmentAct` decides, on both classes.
//! Events: enrollment.transfer_asked, enrollment.transfer_taken_back, enrollment.transfer_decided; of the seat desk
//! enrollment.transferred with enrollment.confirmed or enrollment.reserved. Table: transfer. Start reading at [`model`].

pub mod actions;
pub(crate) mod api;
mod desk_pages;
pub mod model;
mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use platform::{Access, Permission, Routes};

/// The routes of transfers; they take the seat desk of this process.
pub fn routes() -> Routes {
    let act = Access::Needs(Permission::EnrollmentAct);
    let mine = Access::SignedIn;
    Routes::new()
        .get("/me/enrollments/{id}/transfer", mine, pages::show)
        .post("/me/enrollments/{id}/transfer", mine, pages::ask)
        .post("/me/enrollments/{id}/transfer/cancel", mine, pages::take_back)
        .get("/desk/transfers", act, desk_pages::list)
        .post("/desk/transfers/{id}", act, desk_pages::decide)
        .get("/desk/enrollments/{id}/transfer", act, desk_pages::show)
        .post("/desk/enrollments/{id}/transfer", act, desk_pages::transfer)
        .post("/api/v1/enrollments/{id}/transfers", mine, api::ask)
        .get("/api/v1/transfers", act, api::open)
        .post("/api/v1/transfers/{id}/decision", act, api::decide)
}
