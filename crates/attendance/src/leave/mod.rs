//! Leave: a learner asks before the session starts, the teacher decides; a clerk may note a leave that came by telephone.
//!
//! 1. A learner of the class asks until the start of the session, and may take it back while nobody has decided.
//! 2. Whoever may take the roll decides. A granted leave adds the mark `leave`; which mark counts is the rule of
//!    [`crate::marks`].
//! 3. A leave noted by staff for a learner is granted at once. After the day of the session granting needs
//!    `AttendanceCorrect`.
//!
//! Events: leave.asked, leave.withdrawn, leave.granted, leave.refused. Table: leave_request.
//! Start reading at [`actions::ask`].

pub mod actions;
mod pages;
mod store;
#[cfg(test)]
mod tests;

use platform::{Access, Permission as P, Routes};

/// The addresses of leave.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/me/sessions/{id}/leave", Access::SignedIn, pages::show)
        .post("/me/sessions/{id}/leave", Access::SignedIn, pages::ask)
        .post(
            "/me/sessions/{id}/leave/withdraw",
            Access::SignedIn,
            pages::withdraw,
        )
        .post(
            "/desk/sessions/{id}/leave/{person}",
            Access::NeedsEither(P::AttendanceTake, P::AttendanceOwn),
            pages::decide,
        )
}
