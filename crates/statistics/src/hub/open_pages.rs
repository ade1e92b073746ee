//! The public page of open data and its files.

use super::model::{LICENCE, PUBLISHED, of_file, years};
use super::open_data::{self, Kept};
use crate::Measures;
use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use metrics::Metric;
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;
use ui::Page;

#[derive(Template)]
#[template(path = "hub/open.html")]
struct OpenPage {
    page: Page,
    metrics: Vec<Metric>,
    first: i16,
    last: i16,
    licence: &'static str,
}

/// What is published, with its files.
pub(super) async fn list(ctx: Ctx, Extension(metrics): Extension<Measures>) -> Response {
    let found = PUBLISHED
        .iter()
        .filter_map(|one| metrics.find(one.metric).copied());
    let years = years(ctx.today());
    let of = |year: Option<&super::model::Year>| year.map_or(ctx.today().year(), |year| year.year);
    ui::html(&OpenPage {
        page: ui::learner_page(&ctx, "开放数据"),
        metrics: found.collect(),
        first: of(years.first()),
        last: of(years.last()),
        licence: LICENCE,
    })
}

/// One file.
pub(super) async fn file(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Extension(kept): Extension<Arc<Kept>>,
    Path(name): Path<String>,
) -> AppResult<Response> {
    let published = of_file(&name).ok_or(AppError::NotFound)?;
    let made = open_data::made(&ctx, &metrics, &kept, published).await?;
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present".to_owned(),
        ),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}-{}.csv\"", published.metric, made.day),
        ),
        (header::CACHE_CONTROL, "public, max-age=3600".to_owned()),
    ];
    Ok((headers, made.file.clone()).into_response())
}
