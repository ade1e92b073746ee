//! Classes: a course given in a term at a place, with seats.
//!
//! Rules:
//! 1. A class takes the course's approved version of the day it is planned, and keeps it.
//! 2. Its term is one of its own org's or of an org above; its room is one of its own org's; its teacher has a teacher's
//!    post in the org, above it, or in the planner's scope.
//! 3. Its sessions come from a weekly pattern around public holidays and make-up workdays; the planner sees them, with
//!    every warning, before they are saved. A year whose holidays are not published is a warning.
//! 4. A room or a teacher in use elsewhere is refused, naming the class (`sessions::clash`).
//! 5. planned → published → running → closed; cancelled from any of the first three, with a reason.
//! 6. To publish, teacher, room (unless online) and sessions must stand.
//! 7. The weekly pattern is changed as a whole only while the class is planned; later, session by session.
//! 8. Seats are never fewer than people enrolled.
//!
//! Who may do what: `ClassRead` sees, `ClassEdit` plans, `ClassPublish` publishes, starts, closes and cancels.
//! Events: `class.planned`, `class.changed`, `class.published`, `class.running`, `class.closed`, `class.cancelled`.
//! Jobs queued for the enrolment desk: `class.cancelled` (`{"class": id, "sentence": words}`), `class.running`
//! (`{"class": id}`); for the records: `class.closed` (`{"class": id}`). Own job: `class.start`.
//! Table: `class`. Start reading at [`actions`].

pub mod actions;
pub mod lifecycle;
pub mod model;
mod pages;
mod plan_pages;
mod poster;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use actions::{check_room, check_teacher};
pub use model::{ClassRow, ClassStatus, Level, Mode, Risk};
pub use store::{NewClass, Standing, find, find_within, row, set_seat_counts, set_status};
pub(crate) use store::{follow_sessions, names};

use platform::{Access, Permission as P, Routes};

/// The addresses of classes for staff, and the public poster.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/desk/classes", Access::Needs(P::ClassRead), pages::list)
        .get("/desk/classes.csv", Access::Needs(P::ClassRead), pages::export)
        .get("/desk/classes/new", Access::Needs(P::ClassEdit), plan_pages::new)
        .post(
            "/desk/classes/new",
            Access::Needs(P::ClassEdit),
            plan_pages::create,
        )
        .get("/desk/classes/{id}", Access::Needs(P::ClassRead), pages::show)
        .get(
            "/desk/classes/{id}/edit",
            Access::Needs(P::ClassEdit),
            plan_pages::edit,
        )
        .post(
            "/desk/classes/{id}/edit",
            Access::Needs(P::ClassEdit),
            plan_pages::change,
        )
        .post(
            "/desk/classes/{id}/publish",
            Access::Needs(P::ClassPublish),
            pages::publish,
        )
        .post(
            "/desk/classes/{id}/start",
            Access::Needs(P::ClassPublish),
            pages::start,
        )
        .post(
            "/desk/classes/{id}/close",
            Access::Needs(P::ClassPublish),
            pages::close,
        )
        .get(
            "/desk/classes/{id}/cancel",
            Access::Needs(P::ClassPublish),
            pages::ask_cancel,
        )
        .post(
            "/desk/classes/{id}/cancel",
            Access::Needs(P::ClassPublish),
            pages::cancel,
        )
        .get("/classes/{id}/poster.pdf", Access::Public, poster::poster)
}
