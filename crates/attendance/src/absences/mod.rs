//! Long absence (长期没来): who stays away is noticed, and a person decides whether the place is kept.
//!
//! Rules, in words (`model.rs` holds them; the numbers are the school's, `enrollment::school_rules`):
//! 1. Lessons held are counted, by what the roll says. A leave neither counts as missed nor ends a row of absences; a roll
//!    that does not name somebody says nothing about them.
//! 2. After so many absences in a row the teacher and the monitor are told. After more in a row, or after a part of the lessons
//!    held, it is proposed to the school to give the place to somebody else. Nothing else happens by itself.
//! 3. A clerk decides after a call, and writes down with whom, when, and what was said: the place is kept until a day, or
//!    it is given up through the seat desk, with a reason. The learner is told how to object; the next who waits gets it.
//! 4. Who comes again, or no longer has the seat, is proposed no more. Nobody is proposed while their place is kept.
//!
//! Who may do what: the daily job alerts and proposes; `EnrollmentAct` decides; the teacher and the monitor see the alert.
//! Events: absence.alerted, absence.proposed, absence.closed, absence.called, absence.kept, absence.withdrawn; of the seat desk
//! enrollment.withdrawn. Table: absence_case. Start reading at [`model::reached`].

pub mod actions;
pub(crate) mod api;
mod desk_pages;
pub(crate) mod jobs;
pub mod model;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use platform::{Access, Permission, Routes};

/// The addresses of long absence; they take the seat desk of this process, which enrolment shares.
#[must_use]
pub fn routes() -> Routes {
    let act = Access::Needs(Permission::EnrollmentAct);
    Routes::new()
        .get("/desk/absences", act, desk_pages::list)
        .get("/desk/absences/{id}", act, desk_pages::show)
        .post("/desk/absences/{id}", act, desk_pages::decide)
        .get("/api/v1/absences", act, api::open)
        .post("/api/v1/absences/{id}/decision", act, api::decide)
}
