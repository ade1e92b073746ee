//! A class's attendance as a whole: learners by sessions for staff, one's own sessions for a learner, a file to take
//! away, and a paper roll to bring in.
//!
//! 1. The file has one line a learner and one column a session, with the words of the screen.
//! 2. A paper roll comes in as CSV (UTF-8) with the columns 学号, 课次 and 考勤. One broken line and nothing is taken; every
//!    broken line is named. Lines of a past day need `AttendanceCorrect`.
//!
//! Who may do what: as in [`crate::marks`]. Events: attendance.imported. Start reading at [`actions::of_class`].

pub mod actions;
pub mod import;
mod pages;
#[cfg(test)]
mod tests;

use platform::{Access, Permission as P, Routes};

/// The addresses of a class's attendance.
#[must_use]
pub fn routes() -> Routes {
    let either = Access::NeedsEither(P::AttendanceTake, P::AttendanceOwn);
    Routes::new()
        .get("/desk/classes/{id}/attendance", either, pages::show)
        .get("/desk/classes/{id}/attendance.csv", either, pages::download)
        .post("/desk/classes/{id}/attendance/import", either, pages::import)
        .get("/me/attendance/{class}", Access::SignedIn, pages::own)
}
