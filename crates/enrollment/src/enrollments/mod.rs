//! Enrolments: asking for a place on the web, at the counter and by program, one's own list, the school's list.
//!
//! Rules (those of seats are at [`crate::seat_desk`]):
//! 1. On the web a person sees class, time, place, fee and rules before they enrol, and is asked before they wait.
//! 2. A helper with a family link in force ([`people::family`]) enrols and withdraws the elder and sees their classes; for
//!    anybody else the answer is 404. The elder is told who acted, and may undo it ([`crate::undo`]).
//! 3. A clerk enrols and withdraws people for classes in their scope; channel, clerk and person are kept.
//! 4. Who is taken off by a clerk is taken off with a reason.
//! 5. When a class is cancelled every enrolment is, and everybody is told; a changed session is told too. Another fee, way,
//!    room or teacher of the class is told to whoever has a place, waits, tries a lesson or has applied in a round; the fee
//!    of a seat stays what it was when the seat was given.
//! 6. When a class starts, who is confirmed takes part (attending); how its end ends them: [`crate::ending`].
//!
//! Who may do what: the signed-in person their own; `EnrollmentRead` lists; `EnrollmentAct` the counter.
//! Events: those of the seat desk, enrollment.cancelled, enrollment.attending, enrollment.told. Tables: enrollment.
//! Start reading at [`actions`].

pub mod actions;
pub(crate) mod api;
pub(crate) mod changed_class;
mod check;
pub(crate) mod desk_pages;
pub(crate) mod jobs;
mod messages;
pub mod model;
mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub(crate) mod wishes;

pub use jobs::{ATTEND, HOLDS, JOBS};
pub(crate) use pages::{TOGETHER, id, noted_wrongly, printed};
pub use store::EnrollmentRow;

use crate::seat_desk::SeatDesk;
use platform::{Access, Permission, Routes};
use std::sync::Arc;

/// The routes; they take the desk of this process.
pub fn routes(desk: &Arc<SeatDesk>) -> Routes {
    Routes::new()
        .post("/api/v1/classes/{id}/enrollments", Access::SignedIn, api::enroll)
        .get(
            "/api/v1/classes/{id}/enrollments",
            Access::Needs(Permission::EnrollmentRead),
            api::of_class,
        )
        .get("/api/v1/enrollments/{id}", Access::SignedIn, api::find)
        .delete("/api/v1/enrollments/{id}", Access::SignedIn, api::withdraw)
        .get("/api/v1/me/enrollments", Access::SignedIn, api::mine)
        .get("/classes/{id}/enroll", Access::SignedIn, check::check)
        .post("/classes/{id}/enroll", Access::SignedIn, pages::enroll)
        .get("/me", Access::SignedIn, pages::mine)
        .get("/me/enrollments/{id}", Access::SignedIn, pages::one)
        .get(
            "/me/enrollments/{id}/withdraw",
            Access::SignedIn,
            pages::ask_withdraw,
        )
        .post("/me/enrollments/{id}/withdraw", Access::SignedIn, pages::withdraw)
        .get("/me/enrollments/{id}/slip.pdf", Access::SignedIn, pages::slip)
        .merge(desk_routes())
        .merge(crate::undo::routes())
        .merge(crate::offers::routes())
        .merge(crate::demand::routes())
        .merge(crate::trials::routes())
        .merge(crate::handover::routes())
        .merge(crate::merging::routes())
        .merge(crate::transfers::routes())
        .merge(crate::suspension::routes())
        .share(Arc::clone(desk))
}

fn desk_routes() -> Routes {
    let act = Access::Needs(Permission::EnrollmentAct);
    let read = Access::Needs(Permission::EnrollmentRead);
    Routes::new()
        .get("/desk/counter", act, desk_pages::counter)
        .post("/desk/counter/search", act, desk_pages::search)
        .post("/desk/counter/scan", act, desk_pages::scan)
        .post("/desk/counter/people", act, desk_pages::register)
        .get("/desk/counter/{person}", act, desk_pages::choose)
        .get("/desk/counter/{person}/{class}", act, desk_pages::check)
        .post("/desk/counter/{person}/{class}", act, desk_pages::enroll)
        .get("/desk/enrollments/{id}", read, desk_pages::one)
        .get("/desk/enrollments/{id}/slip.pdf", read, pages::slip)
        .post("/desk/enrollments/{id}/withdraw", act, desk_pages::withdraw)
        .get("/desk/classes/{id}/learners", read, desk_pages::learners)
        .get("/desk/classes/{id}/learners.csv", read, desk_pages::csv)
        .get("/desk/classes/{id}/roll.pdf", read, desk_pages::roll)
}
