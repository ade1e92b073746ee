//! Undo: what somebody else enrolled a person in, that person takes back without a reason.
//!
//! Rules:
//! 1. An enrolment that a member of the family or a clerk made can be undone by the learner until the end of the third
//!    day after it ([`model::UNDO_DAYS`]), as long as it is alive. After that it is withdrawn as any other.
//! 2. A clerk does the same for a learner who says so at the counter or by telephone.
//! 3. The place is given up at the seat desk as by a withdrawal, with a note; `enrollment.undone` follows and names who
//!    had acted. The member of the family who had acted is told.
//!
//! Who may do what: the learner their own; `EnrollmentAct` at the counter.
//! Events: enrollment.withdrawn (of the seat desk), enrollment.undone. Tables: enrollment. Start reading at [`actions::undo`].

pub(crate) mod actions;
mod api;
pub mod model;
mod pages;
#[cfg(test)]
mod tests;

pub(crate) use api::UndoApi;

use platform::{Access, Permission, Routes};

/// Addresses of undoing; the caller shares the seat desk with them.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .post("/me/enrollments/{id}/undo", Access::SignedIn, pages::undo)
        .post(
            "/desk/enrollments/{id}/undo",
            Access::Needs(Permission::EnrollmentAct),
            pages::undo_for,
        )
        .post("/api/v1/enrollments/{id}/undo", Access::SignedIn, api::undo)
}
