//! Posts: a person's office in an org, and the staff account that goes with it.
//!
//! Rules:
//! 1. A post is given and ended by who holds `PostGrant` over its org, and never allows more than the giver may do
//!    there; nobody ends their own.
//! 2. `valid_to` is the first day without the post; an ended post stays in the list of old ones.
//! 3. An account is made with a password that is shown once and must be changed at the first sign-in. Whoever may give
//!    all posts of its person may reset its password or second factor, close it and open it again.
//!
//! Events: post.granted, post.ended, account.made, account.password_reset, account.second_factor_reset,
//! account.closed, account.opened. Tables: post, account. Start reading at [`grant`].

mod actions;
mod api;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{AccountChange, Granted, NewStaff, change_account, end, grant, holders, list};
pub(crate) use api::PostsApi;
pub use store::StaffLine;

use platform::{Access, Permission, Routes};

/// Addresses of posts.
pub(crate) fn routes() -> Routes {
    let grant = Access::Needs(Permission::PostGrant);
    Routes::new()
        .get("/desk/posts", grant, pages::list)
        .post("/desk/posts", grant, pages::create)
        .get("/desk/posts/new", grant, pages::new)
        .post("/desk/posts/{id}/end", grant, pages::end)
        .post("/desk/posts/accounts/{id}", grant, pages::account)
        .get("/api/v1/posts", grant, api::list)
        .post("/api/v1/posts", grant, api::grant)
        .delete("/api/v1/posts/{id}", grant, api::end)
        .post("/api/v1/accounts/{id}", grant, api::account)
}
