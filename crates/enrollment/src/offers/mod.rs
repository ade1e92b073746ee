//! Offers: whose turn came on the waitlist of a class without a fee accepts the seat or declines it.
//!
//! Rules (those of the seat are at [`crate::seat_desk`], how long an offer stands at [`crate::rules`]):
//! 1. The person accepts themselves, by somebody who may act for them, at the counter or by telephone, or by program; an offer
//!    is declined as any place is given up.
//! 2. Accepting twice is accepting once. After the end of an offer nobody accepts it: the answer says so, and how to get back to
//!    the end of the list.
//! 3. Companions are offered seats together; each answers for themselves.
//! 4. A clerk sees which offers nobody has answered, so that who has no telephone is told in another way.
//!
//! Who may do what: the signed-in person their own and those they help; `EnrollmentAct` at the counter.
//! Events: enrollment.offered, enrollment.accepted (of the seat desk). Table: enrollment. Start reading at [`actions::accept`].

pub(crate) mod actions;
mod api;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use api::OffersApi;
pub(crate) use pages::{answer_by, sentence};

use platform::{Access, Permission, Routes};

/// Addresses of offers; the caller shares the seat desk with them.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .post("/me/enrollments/{id}/accept", Access::SignedIn, pages::accept)
        .post(
            "/desk/enrollments/{id}/accept",
            Access::Needs(Permission::EnrollmentAct),
            pages::accept_for,
        )
        .post("/api/v1/enrollments/{id}/accept", Access::SignedIn, api::accept)
}
