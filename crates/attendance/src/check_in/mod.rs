//! Check-in by code: the teacher scans the learner's code, or the learner scans the code on the screen of the room.
//!
//! 1. The class code is six digits made from the session and the half minute by a keyed hash; it changes every 30 seconds,
//!    and the one before it is still taken. A picture of it sent to a friend is worthless a minute later.
//! 2. Only confirmed learners of the class, only within the window of [`crate::marks::model::check_in`].
//! 3. Ten wrong codes in ten minutes stop a person for that time.
//! 4. A check-in never overrides the roll call; checking in twice counts once.
//!
//! Events: attendance.checked_in. Start reading at [`actions::by_class_code`].

pub mod actions;
pub mod model;
mod pages;
#[cfg(test)]
mod tests;

use platform::{Access, Permission as P, Routes, Tries};
use std::sync::Arc;

/// Wrong codes a person may give in [`TRY_SECS`].
const MOST_TRIES: u32 = 10;
/// Seconds for which wrong codes are counted.
const TRY_SECS: i64 = 600;

/// The addresses of check-in.
#[must_use]
pub fn routes() -> Routes {
    let either = Access::NeedsEither(P::AttendanceTake, P::AttendanceOwn);
    Routes::new()
        .get("/desk/sessions/{id}/scan", either, pages::scan)
        .post("/desk/sessions/{id}/scan", either, pages::scanned)
        .get("/desk/sessions/{id}/code", either, pages::screen)
        .get("/desk/sessions/{id}/code.svg", either, pages::picture)
        .get("/check-in", Access::SignedIn, pages::enter)
        .post("/check-in", Access::SignedIn, pages::entered)
        .get("/check-in/{code}", Access::SignedIn, pages::opened)
        .with(Arc::new(Tries::new(MOST_TRIES, TRY_SECS)))
}
