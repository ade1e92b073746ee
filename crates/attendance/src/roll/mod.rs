//! The roll call on the teacher's phone: large buttons, with and without JavaScript, with and without a network.
//!
//! 1. Without JavaScript it is a plain form. With it, each touch is a mark of its own with a key and the phone's time; it
//!    is kept on the phone and sent when there is a network. A page that was opened once opens again without network
//!    (a service worker limited to `/desk/sessions/`; browsers allow that on `https://` and `localhost` only).
//! 2. The phone keeps what was not sent until the server has answered for each mark, and forgets the page at sign-out
//!    and after a day.
//! 3. A roll waits until every learner whom it asks for has a mark (`model.rs`). Whoever takes it may finish it by an act
//!    of its own: those without a mark are absent, on the day as roll marks, later as corrections with a reason.
//! 4. Who may do what: see [`crate::marks`]. Start reading at [`actions::sheet`] and `assets/roll.js`.

pub mod actions;
pub mod api;
pub(crate) mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

use platform::{Access, Permission as P, Routes};

/// The addresses of the roll.
#[must_use]
pub fn routes() -> Routes {
    let either = Access::NeedsEither(P::AttendanceTake, P::AttendanceOwn);
    Routes::new()
        .get("/desk/sessions/roll-worker.js", Access::Public, pages::worker)
        .get("/desk/sessions/{id}/roll", either, pages::show)
        .post("/desk/sessions/{id}/roll", either, pages::save)
        .post("/desk/sessions/{id}/guests", either, pages::guests)
        .post(
            "/desk/sessions/{id}/finish",
            Access::Needs(P::AttendanceCorrect),
            pages::finish,
        )
        .post("/desk/sessions/{id}/marks", either, api::sync)
        .get("/desk/sessions/{id}/marks/{person}", either, pages::history)
        .post(
            "/desk/sessions/{id}/marks/{person}",
            Access::Needs(P::AttendanceCorrect),
            pages::correct,
        )
        .get("/api/v1/sessions/{id}/attendance", either, api::list)
        .post("/api/v1/sessions/{id}/attendance", either, api::take)
}
