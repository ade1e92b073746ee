//! Enrolments: asking for a place on the web, at the counter and by program, one's own list, the school's list.
//!
//! Rules (those of seats are at [`crate::seat_desk`]):
//! 1. On the web a person sees class, time, place, fee and rules before they enrol, and is asked before they wait.
//! 2. A clerk enrols and withdraws people for classes in their scope; channel, clerk and person are kept.
//! 3. Who is taken off by a clerk is taken off with a reason.
//! 4. When a class is cancelled every enrolment is, and everybody is told; a changed session is told too.
//!
//! Who may do what: the signed-in person their own; `EnrollmentRead` lists; `EnrollmentAct` the counter.
//! Events: those of the seat desk, enrollment.cancelled, enrollment.told. Tables: enrollment.
//! Start reading at [`actions`].

pub mod actions;
pub(crate) mod api;
pub mod model;
pub(crate) mod store;

pub use store::EnrollmentRow;

use crate::seat_desk::SeatDesk;
use platform::{Access, Routes};
use std::sync::Arc;

/// The routes; they take the desk of this process.
pub fn routes(desk: &Arc<SeatDesk>) -> Routes {
    Routes::new()
        .post("/api/v1/classes/{id}/enrollments", Access::SignedIn, api::enroll)
        .get("/api/v1/enrollments/{id}", Access::SignedIn, api::find)
        .delete("/api/v1/enrollments/{id}", Access::SignedIn, api::withdraw)
        .get("/api/v1/me/enrollments", Access::SignedIn, api::mine)
        .with(Arc::clone(desk))
}
