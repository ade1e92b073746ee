//! Every domain, once in each list: tables, routes, jobs, what waits, and the API's description.
//!
//! A new domain is added here and nowhere else in the program.

use crate::installation::Shared;
use crate::{demo_control, desk, web};
use db::{Db, Schema};
use kernel::Date;
use platform::{AppResult, Ctx, JobKind, Platform, Routes, Waiting};
use std::sync::Arc;
use utoipa::openapi::OpenApi;

/// The tables of every domain; one that points at another comes after it.
pub const SCHEMAS: &[Schema] = &[
    platform::SCHEMA,
    orgs::SCHEMA,
    people::SCHEMA,
    teaching::SCHEMA,
    enrollment::SCHEMA,
    attendance::SCHEMA,
    records::SCHEMA,
];

/// Finds who asks.
pub const IDENTIFY: platform::web::Identify = people::identify;

/// The route table of the program.
#[must_use]
pub fn routes(shared: &Shared) -> Routes {
    let routes = Routes::new().merge(web::routes(shared)).merge(desk::routes());
    if shared.platform.demo {
        routes.merge(demo_control::routes(shared))
    } else {
        routes
    }
}

/// Makes the data of a demonstration as of `today`.
///
/// # Errors
/// When the data cannot be made.
pub async fn fill_demo(platform: &Arc<Platform>, today: Date) -> AppResult<()> {
    crate::demo::build(platform, today).await.map(drop)
}

/// The work that can be queued.
#[must_use]
pub fn jobs() -> Vec<JobKind> {
    vec![platform::message::SEND]
}

/// What waits for the actor, from every domain.
///
/// # Errors
/// When a domain cannot read its tables.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    // Nothing is read for somebody without a post.
    let mut all = Vec::new();
    if ctx.actor.posts.is_empty() {
        return Ok(all);
    }
    all.extend(people::waiting(ctx).await?);
    all.sort_by_key(|item: &Waiting| (item.due.is_none(), item.due));
    Ok(all)
}

/// What every domain finds when it counts again what it keeps counted: the name of the check and its faults.
///
/// # Errors
/// When a domain cannot read its tables.
pub async fn recount(_: &Db) -> AppResult<Vec<(&'static str, Vec<String>)>> {
    Ok(Vec::new())
}

/// The description of the whole API.
#[must_use]
pub fn openapi() -> OpenApi {
    let parts = [people::openapi(), teaching::catalogue::openapi()];
    parts.into_iter().fold(web::openapi::head(), |mut whole, part| {
        whole.merge(part);
        whole
    })
}
