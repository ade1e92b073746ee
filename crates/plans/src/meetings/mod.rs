//! Meetings (例会, 联席会议) on an issued plan: the notice with its receipts, the agenda from what lags, minutes, and decisions that
//! become tasks.
//!
//! Rules
//! 1. A meeting belongs to an issued plan and is called by who manages it. It is drafted, called, and ended by issuing its minutes;
//!    until then it may be called off with a reason that the guests read.
//! 2. Guests are organisations of the plan's subtree, chosen in groups or by name; a name that is none of them stays a name, and the
//!    host writes its answer down. A guest answers that somebody comes, and who, or why nobody can; an answer may be changed until the
//!    meeting begins.
//! 3. The agenda is proposed from tasks whose light warns, the worst first; free points are added by hand.
//! 4. Minutes are written from the hour of the meeting on. A decision has words, one organisation that does it, and a day.
//! 5. When the minutes are issued, the decisions become one item at the end of the plan, a task each, with its lead; figures in their
//!    words are read as targets. What the document of the plan says does not change.
//! 6. A meeting is seen by who holds the plan and, once it is called, by its guests.
//!
//! Who may: call, change, write minutes `plan.edit` over the plan's organisation; answer `plan.report` for a guest.
//! Events: `plan.meeting_drafted`, `plan.meeting_changed`, `plan.meeting_called`, `plan.meeting_cancelled`, `plan.meeting_answered`,
//! `plan.meeting_minuted`, `plan.meeting_decided`, `plan.meeting_closed`.
//! Tables: `plan_meeting`, `plan_meeting_guest`, `plan_meeting_point`, `plan_meeting_decision`.
//!
//! Start reading at [`actions::get`]; what can be done when: [`model::MeetingStatus`].

pub mod actions;
pub mod agenda;
mod api;
mod decisions;
mod form;
pub mod guests;
pub mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;
mod waiting;

pub use api::MeetingsApi;
pub use waiting::waiting;

use metrics::Metrics;
use platform::{Access, Permission as P, Routes};
use std::sync::Arc;

macro_rules! meeting {
    ($rest:literal) => {
        concat!("/desk/plans/{plan}/meetings/{meeting}", $rest)
    };
}

/// Addresses of meetings.
#[must_use]
pub fn routes(metrics: &Arc<Metrics>) -> Routes {
    let (read, edit) = (Access::Needs(P::PlanRead), Access::Needs(P::PlanEdit));
    let answer = Access::NeedsEither(P::PlanReport, P::PlanEdit);
    Routes::new()
        .get("/desk/plans/{plan}/meetings", read, pages::list)
        .get("/desk/plans/{plan}/meetings/new", edit, pages::blank)
        .post("/desk/plans/{plan}/meetings/new", edit, pages::create)
        .get(meeting!(""), read, pages::show)
        .get(meeting!("/edit"), edit, pages::edit)
        .post(meeting!("/edit"), edit, pages::change)
        .post(meeting!("/guests"), edit, pages::invite)
        .post(meeting!("/guests/{guest}/remove"), edit, pages::uninvite)
        .post(meeting!("/guests/{guest}/answer"), answer, pages::answer)
        .post(meeting!("/points"), edit, pages::add_points)
        .post(meeting!("/points/{point}/remove"), edit, pages::remove_point)
        .post(meeting!("/points/{point}/up"), edit, pages::raise_point)
        .post(meeting!("/call"), edit, pages::call)
        .post(meeting!("/cancel"), edit, pages::cancel)
        .get(meeting!("/minutes"), edit, pages::minutes)
        .post(meeting!("/minutes"), edit, pages::write_minutes)
        .post(meeting!("/decisions"), edit, pages::decide)
        .post(
            meeting!("/decisions/{decision}/remove"),
            edit,
            pages::drop_decision,
        )
        .post(meeting!("/close"), edit, pages::close)
        .get("/api/v1/plans/{plan}/meetings", read, api::list)
        .get("/api/v1/plans/{plan}/meetings/{meeting}", read, api::get)
        .with(Arc::clone(metrics))
}
