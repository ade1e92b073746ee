//! Signing in: how somebody proves who they are.
//!
//! Rules:
//! 1. Learners prove that they hold a telephone with a code of 6 digits: good for 5 minutes (a slow reader may extend
//!    it), 5 wrong tries, another one after 60 seconds, 10 a day.
//!    The newest counts; an older one is told so and costs no try. Whether the telephone is known shows only after the
//!    code was right; then one person goes in, several choose, nobody registers.
//! 2. Without a telephone a printed card does it: learner's number and the card's code.
//! 3. Staff give login and password; who holds a post that sees other people's data also gives the code of an
//!    authenticator app, set up at the first sign-in. Five failures close the way for 15 minutes.
//! 4. A sign-in is a random token in a cookie; the database has its hash. Staff are out after 15 minutes without a
//!    request and after 8 hours; learners after 30 minutes, or 30 days where they asked to be remembered.
//! 5. In the demonstration there is a button for each role.
//!
//! Limits by network address are kept in memory, per process, and are wide: a whole school comes from one address.
//! Events: sign_in.opened, sign_in.ended, sign_in.code_sent, account.locked, account.failed, account.password_changed,
//! account.second_factor_begun, account.second_factor_given, code_card.issued.
//! Tables: sign_in, sign_in_code, account, code_card. Start reading at [`identify`]; it remembers
//! who a token is for half a minute (`watch.rs`) and looks up all who come at once together (`lookup.rs`).

pub(crate) mod actions;
mod lookup;
pub(crate) mod model;
mod pages;
pub(crate) mod session;
pub(crate) mod staff;
mod staff_pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub(crate) mod watch;

pub use model::demo_roles;
pub(crate) use pages::put;
pub use session::{identify, staff_after};
pub(crate) use staff_pages::picture;

use platform::{Access, Permission, Routes};

/// Forgets who the tokens of a person are, after their posts or account changed.
pub(crate) fn forget(ctx: &platform::Ctx, person: kernel::PersonId) {
    watch::Watch::of(&ctx.platform).forget(person);
}

/// Addresses of signing in.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/sign-in", Access::Public, pages::show)
        .post("/sign-in/phone", Access::Public, pages::phone)
        .post("/sign-in/code", Access::Public, pages::code)
        .post("/sign-in/resend", Access::Public, pages::resend)
        .post("/sign-in/extend", Access::Public, pages::extend)
        .post("/sign-in/choose", Access::Public, pages::choose)
        .post("/sign-in/register", Access::Public, pages::register)
        .post("/sign-in/card", Access::Public, pages::card)
        .post("/sign-in/demo", Access::Public, pages::demo)
        .post("/sign-in/staff", Access::Public, staff_pages::password)
        .post("/sign-in/second", Access::Public, staff_pages::second)
        .post("/sign-in/password", Access::Public, staff_pages::new_password)
        .post("/sign-out", Access::Public, pages::sign_out)
        .post(
            "/desk/people/{id}/card",
            Access::Needs(Permission::PersonEdit),
            pages::issue_card,
        )
}
