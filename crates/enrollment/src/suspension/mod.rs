//! Suspension and return (休学, 复学): a learner pauses, keeps the place, and comes back.
//!
//! Rules, in words (`model.rs` holds them; the figures are the school's, [`crate::school_rules`]):
//! 1. Who has a seat of their own asks with a reason: on line, through the family, or at the counter. Until so many weeks after
//!    the first lesson; once for an enrolment; one wish at a time, which can be taken back.
//! 2. A clerk decides. A refusal has a reason, which the learner is told. What counts is what the school had decided when it was asked.
//! 3. Meanwhile the seat goes to the next who waits, or is kept; what was paid stays for the return, or goes back by the ladder. A
//!    seat that is kept keeps its fee.
//! 4. The place is kept until the end of so many terms after the class's own. In this time the learner comes back by themselves: into
//!    their class or into another of the course at the school, into a free seat, before those who wait and without a window of
//!    enrolment. A fee that stayed pays for it, so it costs no more than that, and the difference goes back; where it went back, the
//!    lessons that are left are paid.
//! 5. Who does not come back loses the place at the end of that time, and is told; so does who gives it up before. What had stayed
//!    goes back by the ladder as of the day on which the pause began.
//! 6. Lessons of a pause are nobody's absence ([`crate::roll`]); while they pause, nobody completes or ends with the class.
//!
//! Who may do what: the learner and their family ask, take back and return; `EnrollmentAct` decides, and does all of it at the counter.
//! Events: enrollment.suspension_asked, enrollment.suspension_taken_back, enrollment.suspension_refused; of the seat desk
//! enrollment.suspended, enrollment.returned, enrollment.transferred with enrollment.confirmed or enrollment.reserved, and
//! enrollment.withdrawn. Table: suspension; columns suspended_on, resumed_on of enrollment. Start reading at [`model`].

pub mod actions;
pub(crate) mod api;
mod desk_pages;
pub(crate) mod jobs;
pub mod model;
mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub(crate) mod words;

pub(crate) use model::Pause;

use platform::{Access, Permission, Routes};

/// The routes of suspension; they take the seat desk of this process.
pub fn routes() -> Routes {
    let act = Access::Needs(Permission::EnrollmentAct);
    let mine = Access::SignedIn;
    Routes::new()
        .get("/me/enrollments/{id}/suspension", mine, pages::show)
        .post("/me/enrollments/{id}/suspension", mine, pages::ask)
        .post("/me/enrollments/{id}/suspension/cancel", mine, pages::take_back)
        .post("/me/enrollments/{id}/return", mine, pages::come_back)
        .get("/desk/suspensions", act, desk_pages::list)
        .post("/desk/suspensions/{id}", act, desk_pages::decide)
        .get("/desk/enrollments/{id}/suspension", act, desk_pages::show)
        .post("/desk/enrollments/{id}/suspension", act, desk_pages::suspend)
        .post("/desk/enrollments/{id}/return", act, desk_pages::come_back)
        .post("/api/v1/enrollments/{id}/suspensions", mine, api::ask)
        .post("/api/v1/enrollments/{id}/return", mine, api::come_back)
        .get("/api/v1/suspensions", act, api::open)
        .post("/api/v1/suspensions/{id}/decision", act, api::decide)
}
