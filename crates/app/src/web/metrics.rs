//! `GET /metrics`: counters in the text form of Prometheus; numbers only, nothing about a person.

use crate::installation::Shared;
use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use db::Dialect;
use platform::{AppResult, Platform, job};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Requests answered since the start, by class of status.
#[derive(Debug, Default)]
pub struct Counters([AtomicU64; CLASSES.len()]);

impl Counters {
    /// Counts one answer.
    pub fn count(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.0.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Where the page finds what it tells.
#[derive(Clone)]
pub struct Source(Arc<Counters>);

impl Source {
    /// The counters of this process.
    #[must_use]
    pub fn of(shared: &Shared) -> Self {
        Self(Arc::clone(&shared.counters))
    }
}

/// `GET /metrics`.
pub async fn text(
    State(platform): State<Arc<Platform>>,
    Extension(source): Extension<Source>,
) -> AppResult<impl IntoResponse> {
    let mut out = String::from("# TYPE xuequan_requests_total counter\n");
    for (class, counter) in CLASSES.iter().zip(&source.0.0) {
        // Writing into a String cannot fail.
        let _ = writeln!(
            out,
            "xuequan_requests_total{{status=\"{class}\"}} {}",
            counter.load(Ordering::Relaxed)
        );
    }
    let kind = match platform.db.dialect() {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgresql",
    };
    let jobs = job::pending(&platform.db, platform.clock.now()).await?;
    for (name, sort, labels, value) in [
        ("xuequan_jobs_waiting", "gauge", String::new(), jobs),
        (
            "xuequan_statements_total",
            "counter",
            String::new(),
            i64::try_from(platform.db.statements_run()).unwrap_or(i64::MAX),
        ),
        (
            "xuequan_info",
            "gauge",
            format!(
                "{{version=\"{}\",database=\"{kind}\",node=\"{}\"}}",
                env!("CARGO_PKG_VERSION"),
                platform.chain.node()
            ),
            1,
        ),
    ] {
        let _ = writeln!(out, "# TYPE {name} {sort}\n{name}{labels} {value}");
    }
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        out,
    ))
}
