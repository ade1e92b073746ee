//! Completion: who completed a class by its rule, confirmed by a clerk.
//!
//! Rule `completion/1`: (in time + late) × 100 ≥ the class's percentage × sessions held. Leave, leaving early and absence
//! do not count as attended.
//! 1. Only when every session is over and has a roll, so that nobody is judged by half a record.
//! 2. Each learner who completes gets one outcome and one entry of hours (the minutes of the sessions attended); their
//!    enrolment becomes completed. Everybody else's enrolment becomes ended (未结业), with the figures, and whoever still
//!    waits is told that the wait is over. The class is closed. Confirming twice changes nothing more; after a roll was
//!    corrected, confirming again completes those who now meet the rule.
//! 3. Nothing in the ledger is changed: revoking a certificate with its hours writes a reversal ([`crate::certificates`]).
//!
//! 4. A class closed at the desk before that (event class.closed) ends its waitlist at once, and those who fall short if
//!    rule 1 holds then. Whoever else holds a seat waits for the clerk, and the class stays among what waits.
//!
//! Who: `RecordIssue` in scope. Event: class.completed. Job: class.closed. Tables: outcome, hours_entry.
//! Start reading at [`actions::confirm`].

pub mod actions;
mod api;
pub mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

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
