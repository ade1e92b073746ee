//! Long work that one can leave and come back to: how far it is, and its report.
//!
//! 1. A job is shown to the person who started it, and to nobody else (404).
//! 2. While it runs, the page asks again every two seconds; without scripts a link does.
//!
//! Start reading at [`pages::show`]. Tables: `job` of the platform, read through `platform::job`.

mod pages;
#[cfg(test)]
mod tests;

use platform::{Access, Routes};

/// The routes of this feature.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/desk/jobs/{id}", Access::SignedIn, pages::show)
}
