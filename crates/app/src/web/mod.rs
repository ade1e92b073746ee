//! Addresses of the program itself: files of the pages, the reader's choice of look, health, counters, API description.

mod assets;
mod health;
pub mod metrics;
pub mod openapi;
#[cfg(test)]
mod tests;
mod view;

use crate::installation::Shared;
use platform::{Access, Routes};

/// The routes of this module.
#[must_use]
pub fn routes(shared: &Shared) -> Routes {
    Routes::new()
        .get("/view", Access::Public, view::choose)
        .get("/assets/{file}", Access::Public, assets::file)
        .get("/favicon.ico", Access::Public, assets::favicon)
        .get("/robots.txt", Access::Public, assets::robots)
        .get("/healthz", Access::Public, health::alive)
        .get("/readyz", Access::Public, health::ready)
        .get("/metrics", Access::Public, metrics::text)
        .get("/api/v1/openapi.json", Access::Public, openapi::json)
        .with(metrics::Source::of(shared))
}
