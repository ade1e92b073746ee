//! Looking at metrics in the desk: what is defined, a figure with its course in time, its parts, and the rows behind it.
//!
//! Rules
//! 1. One sees figures of orgs in the subtree of one's post only; another org is as if it were not there.
//! 2. The rows behind a figure are classes, sessions and places, never persons, and only those inside one's scope today.
//! 3. Without an org the first of one's posts is meant, without a period this year.
//!
//! Who may: `metric.read` in the subtree of one's post. There are no events: nothing is written.
//!
//! Start reading at [`actions::look`].

pub mod actions;
mod api;
mod asked;
mod pages;

pub use api::MetricsApi;
pub use asked::Asked;

use crate::Metrics;
use platform::{Access, Permission as P, Routes};
use std::sync::Arc;

/// Addresses of metrics.
#[must_use]
pub fn routes(metrics: &Arc<Metrics>) -> Routes {
    let read = Access::Needs(P::MetricRead);
    Routes::new()
        .get("/desk/metrics", read, pages::list)
        .get("/desk/metrics/{metric}", read, pages::show)
        .get("/api/v1/metrics", read, api::list)
        .get("/api/v1/metrics/{metric}", read, api::get)
        .get("/api/v1/metrics/{metric}/figures", read, api::figures)
        .with(Arc::clone(metrics))
}
