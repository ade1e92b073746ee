//! Completion: who completed a class by its rule, confirmed by a clerk.
//!
//! Rule `completion/1`: (in time + late) × 100 ≥ the class's percentage × sessions held. Leave, leaving early and absence
//! do not count as attended.
//! 1. Only when every session is over and has a roll, so that nobody is judged by half a record.
//! 2. Each learner who completes gets one outcome and one entry of hours (the minutes of the sessions attended); their
//!    enrolment becomes completed and the class closed. Confirming twice changes nothing more.
//! 3. Nothing in the ledger is changed: revoking a certificate with its hours writes a reversal ([`crate::certificates`]).
//!
//! Who: `RecordIssue` in scope. Event: class.completed. Tables: outcome, hours_entry. Start reading at [`actions::confirm`].

pub mod actions;
mod api;
pub mod model;
mod pages;
mod store;

pub(crate) use api::CompletionApi;

use platform::{Access, Permission as P, Routes};

/// The addresses of completion.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get(
            "/desk/classes/{id}/completion",
            Access::Needs(P::RecordIssue),
            pages::show,
        )
        .post(
            "/desk/classes/{id}/completion",
            Access::Needs(P::RecordIssue),
            pages::confirm,
        )
        .get(
            "/api/v1/classes/{id}/completion",
            Access::Needs(P::RecordIssue),
            api::show,
        )
        .post(
            "/api/v1/classes/{id}/completion",
            Access::Needs(P::RecordIssue),
            api::confirm,
        )
}
