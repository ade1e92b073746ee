//! JSON of metrics.

use super::actions;
use crate::definition::{Dimension, Metric};
use crate::figure::Figure;
use crate::period::Period;
use crate::reading::Metrics;
use axum::{Extension, Json};
use kernel::OrgId;
use platform::api::{Asked, At, Listed, Moment};
use platform::{AppError, AppResult, Ctx};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What a metric means.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetricJson {
    /// Name for ever.
    id: &'static str,
    /// Name on the screen.
    name: &'static str,
    /// Unit.
    unit: &'static str,
    /// Definition in words.
    definition: &'static str,
    /// Which document asks for it.
    document: &'static str,
    /// Where the facts come from, in words.
    source: &'static str,
    /// By what it can be broken down: sex, age, kind.
    breakdowns: Vec<&'static str>,
    /// Version of the definition.
    version: u32,
}

impl From<&Metric> for MetricJson {
    fn from(metric: &Metric) -> Self {
        Self {
            id: metric.id,
            name: metric.name,
            unit: metric.unit,
            definition: metric.words,
            document: metric.document,
            source: metric.source_kind.label(),
            breakdowns: metric.breakdowns.iter().map(|by| by.code()).collect(),
            version: metric.version,
        }
    }
}

/// A figure.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureJson {
    /// Id of the org, where the answer speaks of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<String>,
    /// Short name of the org, where the answer speaks of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    org_name: Option<String>,
    /// Key of the breakdown, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// The value, or null.
    value: Option<f64>,
    /// What was counted, or the part of a ratio, in its smallest unit: fen, minutes; null without a value.
    part: Option<i64>,
    /// The whole of a ratio, in its smallest unit; null without a value.
    whole: Option<i64>,
    /// Unit.
    unit: &'static str,
    /// Why there is no value or not a whole one, in Chinese; empty otherwise.
    remark: String,
    /// The day of whose tree it speaks.
    tree_on: String,
    /// When it was read.
    as_of: Moment,
}

impl From<Figure> for FigureJson {
    fn from(figure: Figure) -> Self {
        Self {
            org: None,
            org_name: None,
            key: None,
            value: figure.number(),
            part: figure.part.filter(|_| figure.number().is_some()),
            whole: figure.whole.filter(|_| figure.number().is_some()),
            unit: figure.unit,
            remark: figure.remark(),
            tree_on: figure.tree_on.to_string(),
            as_of: Moment(figure.as_of),
        }
    }
}

/// All metrics with their definitions.
#[utoipa::path(get, path = "/api/v1/metrics", tag = "metrics", responses((status = 200, body = Listed<MetricJson>)))]
pub(super) async fn list(Extension(metrics): Extension<Arc<Metrics>>) -> AppResult<Json<Listed<MetricJson>>> {
    Ok(Json(Listed::whole(metrics.all().iter().map(MetricJson::from))))
}

/// One metric's definition.
#[utoipa::path(get, path = "/api/v1/metrics/{metric}", tag = "metrics",
    params(("metric" = String, Path, description = "id of the metric")),
    responses((status = 200, body = MetricJson), (status = 404, description = "there is none")))]
pub(super) async fn get(
    Extension(metrics): Extension<Arc<Metrics>>,
    At(metric): At<String>,
) -> AppResult<Json<MetricJson>> {
    let metric = metrics.find(&metric).ok_or(AppError::NotFound)?;
    Ok(Json(metric.into()))
}

/// Figures of a metric: one for the org and the period; with `by=sex|age|kind` one for each key, with `by=child` one
/// for each org directly below.
#[utoipa::path(get, path = "/api/v1/metrics/{metric}/figures", tag = "metrics",
    params(("metric" = String, Path, description = "id of the metric"),
        ("org" = Option<String>, Query, description = "id of the org; that of the first post without it"),
        ("period" = Option<String>, Query, description = "2026, 2026-09, 2026-Q3, 2026-H1, 2026-S, 2026-09-01; this year without it"),
        ("by" = Option<String>, Query, description = "sex, age, kind or child")),
    responses((status = 200, body = Listed<FigureJson>), (status = 404, description = "no such metric, or no such org in scope")))]
pub(super) async fn figures(
    ctx: Ctx,
    Extension(metrics): Extension<Arc<Metrics>>,
    At(metric): At<String>,
    asked: Asked,
) -> AppResult<Json<Listed<FigureJson>>> {
    let metric = *metrics.find(&metric).ok_or(AppError::NotFound)?;
    let org: Option<OrgId> = asked.id("org")?;
    let text = asked.text("period");
    let period = if text.is_empty() {
        Period::Year(ctx.today().year())
    } else {
        text.parse()
            .map_err(|sentence: String| AppError::invalid("period", sentence))?
    };
    let place = actions::place(&ctx, &metrics, org).await?;
    let items: Vec<FigureJson> = match asked.text("by").as_str() {
        "" => vec![metrics.figure(&ctx, metric.id, place.org, period).await?.into()],
        "child" => {
            let children = metrics.by_child(&ctx, metric.id, place.org, period).await?;
            let json = |(org, name, figure): (OrgId, String, Figure)| FigureJson {
                org: Some(org.to_string()),
                org_name: Some(name),
                ..figure.into()
            };
            children.into_iter().map(json).collect()
        }
        by => {
            let by = Dimension::from_code(by).filter(|by| metric.breakdowns.contains(by));
            let by =
                by.ok_or_else(|| AppError::invalid("by", "这个指标不能这样细分，请看它的 breakdowns。"))?;
            let parts = metrics.breakdown(&ctx, metric.id, place.org, period, by).await?;
            let json = |(key, figure): (String, Figure)| FigureJson {
                key: Some(key),
                ..figure.into()
            };
            parts.into_iter().map(json).collect()
        }
    };
    Ok(Json(Listed::whole(items)))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, get, figures))]
pub struct MetricsApi;
