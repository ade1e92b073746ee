//! The cockpit of a level: key figures with their course, the orgs below on a map and in a table, who is behind.
//!
//! Rules
//! 1. Which figures a level sees is data ([`model::PANELS`]); a figure is always a metric, never typed.
//! 2. Every figure leads to its metric's page, and from there to the rows behind it.
//! 3. Behind is who lies below the figure of the org above them: for a ratio where more is better. Counts are compared
//!    with last year instead, because a large street and a small one cannot be compared by them.
//! 4. Beside it stand returns past their deadline and tasks whose light is red, of the org and those below it; of a plan above,
//!    those that one of them leads. Who may not read returns or plans does not see them.
//! 5. A place is drawn where the institutions of its subtree lie in the middle; one without any is in the table only.
//!
//! Who may: `metric.read` in the subtree of one's post. Nothing is written, there are no events.
//!
//! Start reading at [`actions::view`].

pub mod actions;
pub mod model;
mod pages;

use crate::Measures;
use platform::{Access, Permission as P, Routes};

/// Addresses of the cockpit.
#[must_use]
pub fn routes(metrics: &Measures) -> Routes {
    Routes::new()
        .get("/desk/cockpit", Access::Needs(P::MetricRead), pages::show)
        .with(Measures::clone(metrics))
}
