//! Rounds whose seats are given by interview (面试) or by hand (人工选定).
//!
//! Rules, in words (`model.rs` holds them):
//! 1. People apply as in a draw ([`super`]); a class is in one unfinished draw or selection at most.
//! 2. After the window closes officers give each signup of an interview its time and place, all by a pattern or one by
//!    one; everybody in it is told.
//! 3. An officer notes for each signup and class: chosen, reserve with an order, declined with a reason that the person
//!    reads. Never more chosen than seats, former learners only on seats that are not kept for newcomers, and a signup is
//!    chosen for one class at most.
//! 4. Steps: planned → proposed (every wish noted) → confirmed by another officer, or back with a reason → publishing →
//!    published. Nobody but officers reads notes before.
//! 5. Publishing places seats for the chosen, then reserves in their order, through the seat desk; a reserve takes a seat
//!    that is still free. The others read why, and where seats are left.
//!
//! Who may do what: `EnrollmentRead` sees the board; `RoundRun` plans, notes, confirms and publishes.
//! Events: signup.interview_set, round.selection_noted, round.proposed, round.sent_back, round.confirmed. Tables:
//! selection_note, interview, selection_check.

pub mod actions;
pub(super) mod desk_pages;
pub mod model;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub use store::{InterviewRow, NoteRow};

use platform::{Access, Permission, Routes};

/// The routes of selections; plan, board, publishing and cancelling are those of all rounds with signups.
pub(super) fn routes() -> Routes {
    let run = Access::Needs(Permission::RoundRun);
    let read = Access::Needs(Permission::EnrollmentRead);
    Routes::new()
        .get("/desk/rounds/{id}/classes/{class}", read, desk_pages::sheet)
        .post("/desk/rounds/{id}/classes/{class}", run, desk_pages::note)
        .post("/desk/rounds/{id}/interviews", run, desk_pages::schedule)
        .get("/desk/signups/{id}/interview", run, desk_pages::one_interview)
        .post("/desk/signups/{id}/interview", run, desk_pages::set_interview)
        .post("/desk/rounds/{id}/propose", run, desk_pages::propose)
        .post("/desk/rounds/{id}/send-back", run, desk_pages::send_back)
        .post("/desk/rounds/{id}/confirm", run, desk_pages::confirm)
}
