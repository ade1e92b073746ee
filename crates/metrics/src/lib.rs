//! Metrics: each figure of the house is defined once, and computed for any org, any period and any breakdown.
//!
//! Operations declare metrics (data and one query each); plans, statistics and the cockpit read them.
//!
//! Rules
//! 1. A figure belongs to an org with all below it, on the tree of the last day of its period (of today while the
//!    period runs). What an org did before it was merged counts at its successor from the merger on; what a closed
//!    org did stays below the one above it. So a past period gives the same figure for ever.
//! 2. 人 are distinct persons and are never added: sets are united. 人次 (places in classes) and 课时人次 (attendances)
//!    are other metrics with other names.
//! 3. Counted facts are kept by org and month ([`cells`]). They follow the events: a change makes the cells of its org
//!    and month be counted anew from the rows, never adjusted, so counting twice changes nothing. A nightly recount
//!    of everything must agree, and says how many cells did not.
//! 4. Age is that reached in the calendar year of the fact (full years on 31 December), so that a year's figure does
//!    not split a person between two bands.
//! 5. A ratio without a whole, a period before the first data and a period to come have no figure, and say why.
//!
//! Who may: see a metric's figures and the rows behind them: `metric.read`, in the subtree of one's post.
//!
//! Events: `metrics.counted`, `metrics.recounted`, `metrics.numbered`. Tables: `metric_cell`, `metric_member`, `metric_month`,
//! `metric_follower`, `metric_turn`.
//!
//! Start reading at [`definition`], then [`reading`]; `counting/` keeps the cells. What the hub of data tells of sources
//! is in [`freshness`], what must not be among the data in [`quality`].

pub mod browsing;
pub mod cells;
pub mod counting;
pub mod definition;
mod figure;
pub mod freshness;
mod late;
mod moments;
mod period;
pub mod quality;
pub mod reading;
mod store;
mod tree;

pub use browsing::routes;
pub use definition::{
    Declared, Dimension, Fact, How, Metric, MomentSource, Registry, Rollup, SourceKind, SpanSource, Touch,
};
pub use figure::{Figure, State, link};
pub use period::Period;
pub use quality::{Described, QualityRule, Severity, SourceWords, Suspect};
pub use reading::{Ask, Metrics, Slice};
pub use tree::{Placed, Tree, TreeReader};

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "metrics",
    migrations: &[db::Migration {
        number: 1,
        name: "metrics",
        sql: include_str!("../migrations/0001_metrics.sql"),
    }],
    org_owned: &[],
};

/// Description of this crate's API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    use utoipa::OpenApi;
    browsing::MetricsApi::openapi()
}
