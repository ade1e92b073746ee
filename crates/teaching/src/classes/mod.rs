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
//!    By hand it is started from [`model::START_DAYS`] days before its first session, on the day of its first session it
//!    starts by itself; neither while a round that gives its seats is open ([`StartCheck`]).
//! 7. The weekly pattern is changed as a whole only while the class is planned; later, session by session.
//! 8. Seats are never fewer than people enrolled.
//! 9. Whom a published class concerns is told when its fee, way, room or teacher changes (`changes`). What somebody owes who
//!    has a seat stays as it was.
//!
//! Who may do what: `ClassRead` sees, `ClassEdit` plans, `ClassPublish` publishes, starts, closes and cancels.
//! Events: `class.planned`, `class.changed`, `class.published`, `class.running`, `class.closed`, `class.cancelled`.
//! Jobs queued for the enrolment desk: `class.cancelled` (`{"class": id, "sentence": words}`), `class.changed` (the same with
//! `"fee": bool`, whether the fee is another), `class.running` (`{"class": id}`); for the records: `class.closed` (`{"class": id}`). Own job: `class.start`.
//! Table: `class`. Start reading at [`actions`].

pub mod actions;
mod api;
mod changes;
pub mod lifecycle;
pub mod model;
mod pages;
mod plan_pages;
mod poster;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use actions::{check_room, check_teacher};
pub(crate) use api::ClassesApi;
pub use model::{Checking, ClassRow, ClassStatus, FirstLessonCheck, Level, Mode, Risk, StartCheck};
pub(crate) use pages::{duty_fields, show_with};
pub use store::{NewClass, Standing, due_within, find, find_within, row, set_seat_counts, set_status};
pub(crate) use store::{follow_sessions, names};

use platform::{Access, Permission as P, Routes};

/// The addresses of classes for staff, and the public poster. Add [`StartCheck`], [`FirstLessonCheck`] and
/// [`crate::catalogue::Enrolling`] with [`Routes::with`].
#[must_use]
pub fn routes() -> Routes {
    let (read, edit) = (Access::Needs(P::ClassRead), Access::Needs(P::ClassEdit));
    let publish = Access::Needs(P::ClassPublish);
    Routes::new()
        .get("/desk/classes", read, pages::list)
        .get("/desk/classes.csv", read, pages::export)
        .get("/desk/classes/new", edit, plan_pages::new)
        .post("/desk/classes/new", edit, plan_pages::create)
        .get("/desk/classes/{id}", read, pages::show)
        .get("/desk/classes/{id}/edit", edit, plan_pages::edit)
        .post("/desk/classes/{id}/edit", edit, plan_pages::change)
        .post("/desk/classes/{id}/publish", publish, pages::publish)
        .post("/desk/classes/{id}/start", publish, pages::start)
        .post("/desk/classes/{id}/close", publish, pages::close)
        .get("/desk/classes/{id}/cancel", publish, pages::ask_cancel)
        .post("/desk/classes/{id}/cancel", publish, pages::cancel)
        .get("/classes/{id}/poster.pdf", Access::Public, poster::poster)
        .merge(api_routes())
}

fn api_routes() -> Routes {
    let (read, edit) = (Access::Needs(P::ClassRead), Access::Needs(P::ClassEdit));
    let publish = Access::Needs(P::ClassPublish);
    Routes::new()
        .get("/api/v1/desk/classes", read, api::list)
        .get("/api/v1/desk/classes/{id}", read, api::show)
        .post("/api/v1/classes", edit, api::create)
        .post("/api/v1/classes/preview", edit, api::preview)
        .put("/api/v1/classes/{id}", edit, api::change)
        .post("/api/v1/classes/{id}/publish", publish, api::publish)
        .post("/api/v1/classes/{id}/start", publish, api::start)
        .post("/api/v1/classes/{id}/close", publish, api::close)
        .post("/api/v1/classes/{id}/cancel", publish, api::cancel)
}
