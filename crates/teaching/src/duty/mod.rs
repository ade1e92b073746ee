//! Who helps with a class beside its teacher: assistants, and monitors, who are learners and may take the roll.
//!
//! Rules:
//! 1. A person has one duty in a class at most; giving another replaces it.
//! 2. The teacher of the class needs no duty.
//! 3. People are named by the number on their card.
//!
//! Who may do what: `ClassEdit` gives and takes duties. Events: `class.duty_given`, `class.duty_ended`. Table: `class_duty`.

pub mod actions;
mod api;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use api::DutyApi;
pub use store::{Duty, DutyRow, holds_duty, of_class};

use platform::{Access, Permission as P, Routes};

/// The addresses of duties.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .post(
            "/desk/classes/{id}/duties",
            Access::Needs(P::ClassEdit),
            pages::give,
        )
        .post(
            "/desk/classes/{id}/duties/end",
            Access::Needs(P::ClassEdit),
            pages::end,
        )
        .post(
            "/api/v1/classes/{id}/duties",
            Access::Needs(P::ClassEdit),
            api::give,
        )
        .delete(
            "/api/v1/classes/{id}/duties/{person}",
            Access::Needs(P::ClassEdit),
            api::end,
        )
}
