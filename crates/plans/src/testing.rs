//! The small world of the test kit with the tables and addresses of this crate.

use std::sync::Arc;
use testkit::{PEOPLE, TestApp};

pub use testkit::Town;

pub async fn town() -> Town {
    let schemas = [
        platform::SCHEMA,
        metrics::SCHEMA,
        orgs::SCHEMA,
        PEOPLE,
        crate::SCHEMA,
    ];
    let app = TestApp::start(&schemas, |platform| {
        let registry = metrics::Registry::new(&[orgs::metrics::DECLARED], orgs::metrics::tree).unwrap();
        crate::routes(&Arc::new(metrics::Metrics::new(registry, platform)))
    })
    .await;
    Town::new(app).await
}
