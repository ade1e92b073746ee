//! The desk's first page: what waits for me, from every domain, by deadline.
//!
//! 1. Things with a deadline come first, the earliest on top; a past deadline says so in words.
//! 2. Somebody without a post is told whom to ask, and led to their own learning.
//! 3. A post that needs a second factor does nothing until the person signed in with one; the page says so.
//!
//! Start reading at [`pages::show`]. It has no tables; the domains' `waiting()` are merged in `wiring.rs`.

mod model;
mod pages;
#[cfg(test)]
mod tests;

use platform::{Access, Routes};

/// The routes of this feature.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/desk", Access::SignedIn, pages::show)
}
