//! Sessions: the meetings of a class, made from its weekly pattern and changed one by one.
//!
//! Rules:
//! 1. A change needs a reason; learners are told by the job `session.changed` (`{"session": id, "sentence": words}`), which
//!    the enrolment desk does.
//! 2. Only a session to come is changed or cancelled; a held one stays.
//! 3. A room or teacher in use elsewhere is refused, naming the class ([`clash`]).
//! 4. A make-up session is numbered on after the last.
//! 5. The class's first and last day and its number of sessions follow its sessions. The first lesson is not moved forward
//!    into the window of a round that gives the class's seats ([`crate::classes::FirstLessonCheck`]).
//!
//! Who may do what: `ClassRead` sees, `ClassEdit` changes. Events: `session.changed`, `session.cancelled`, `session.added`.
//! Table: `session`. Start reading at [`actions`].

pub mod actions;
mod api;
pub mod clash;
mod model;
mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub(crate) use api::SessionsApi;
pub use model::{SessionChange, SessionRow, SessionStatus};
pub use store::{COLUMNS, busy_hours, cells, find, of_class, of_classes};

use platform::{Access, Permission as P, Routes};

/// The addresses of sessions; they ask the same [`crate::classes::FirstLessonCheck`].
#[must_use]
pub fn routes() -> Routes {
    let (read, edit) = (Access::Needs(P::ClassRead), Access::Needs(P::ClassEdit));
    Routes::new()
        .get("/desk/classes/{id}/sessions", read, pages::list)
        .get("/desk/classes/{id}/sessions/new", edit, pages::new)
        .post("/desk/classes/{id}/sessions/new", edit, pages::add)
        .get("/desk/sessions/{id}", edit, pages::edit)
        .post("/desk/sessions/{id}", edit, pages::change)
        .get("/desk/sessions/{id}/cancel", edit, pages::ask_cancel)
        .post("/desk/sessions/{id}/cancel", edit, pages::cancel)
        .get("/desk/calendar", read, pages::calendar)
        .get("/api/v1/classes/{id}/sessions", read, api::list)
        .post("/api/v1/classes/{id}/sessions", edit, api::add)
        .put("/api/v1/sessions/{id}", edit, api::change)
        .post("/api/v1/sessions/{id}/cancel", edit, api::cancel)
}
