//! JSON of the hub.

use super::actions;
use crate::Measures;
use axum::{Extension, Json};
use metrics::QualityRule;
use metrics::freshness::SourceKnown;
use metrics::quality::MOST_COUNTED;
use platform::api::{Asked, Listed, Moment};
use platform::{AppResult, Ctx};
use serde::Serialize;
use utoipa::ToSchema;

/// What is known of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceJson {
    /// Name for ever.
    id: &'static str,
    /// Name on the screen.
    name: &'static str,
    /// What one row is, in Chinese.
    row: &'static str,
    /// Where it is kept, in Chinese.
    kept: &'static str,
    /// `month` where facts fall into months, `day` where they hold on a day.
    nature: &'static str,
    /// First month with data, or null.
    first_month: Option<String>,
    /// Last month with data, or null.
    last_month: Option<String>,
    /// Cells of an org and a month, or rows of today.
    rows: i64,
    /// When it was last counted; null for what is read when asked.
    counted_at: Option<Moment>,
    /// Ids of the metrics that use it.
    metrics: Vec<&'static str>,
}

impl From<SourceKnown> for SourceJson {
    fn from(source: SourceKnown) -> Self {
        let (first_month, last_month) = source.months.unzip();
        Self {
            id: source.id,
            name: source.words.map_or(source.id, |words| words.name),
            row: source.words.map_or("", |words| words.row),
            kept: source.words.map_or("", |words| words.kept),
            nature: if source.is_moment { "day" } else { "month" },
            first_month,
            last_month,
            rows: source.rows,
            counted_at: source.counted_at.map(Moment),
            metrics: source.metrics.iter().map(|metric| metric.id).collect(),
        }
    }
}

/// A rule of quality with what it finds.
#[derive(Debug, Serialize, ToSchema)]
pub struct QualityJson {
    /// Name for ever.
    id: &'static str,
    /// Name on the screen.
    name: &'static str,
    /// What it looks for, in Chinese.
    words: &'static str,
    /// Of what the rows are, in Chinese.
    domain: &'static str,
    /// `wrong`, `doubtful` or `incomplete`.
    severity: &'static str,
    /// How many rows it finds below the org; null where you may not see such rows.
    count: Option<i64>,
    /// Whether there are more than were counted.
    more: bool,
}

impl From<(QualityRule, Option<i64>)> for QualityJson {
    fn from((rule, count): (QualityRule, Option<i64>)) -> Self {
        Self {
            id: rule.id,
            name: rule.name,
            words: rule.words,
            domain: rule.domain,
            severity: rule.severity.code(),
            count: count.map(|count| count.min(MOST_COUNTED)),
            more: count.is_some_and(|count| count > MOST_COUNTED),
        }
    }
}

/// What the installation knows and how fresh it is.
#[utoipa::path(get, path = "/api/v1/data/sources", tag = "data", responses((status = 200, body = Listed<SourceJson>)))]
pub(super) async fn sources(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
) -> AppResult<Json<Listed<SourceJson>>> {
    let known = actions::sources(&ctx, &metrics).await?;
    Ok(Json(Listed::whole(
        known.sources.into_iter().map(SourceJson::from),
    )))
}

/// What the rules of quality find below an org.
#[utoipa::path(get, path = "/api/v1/data/quality", tag = "data",
    params(("org" = Option<String>, Query, description = "id of the org; that of the first post without it")),
    responses((status = 200, body = Listed<QualityJson>), (status = 404, description = "no such org in scope")))]
pub(super) async fn quality(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    asked: Asked,
) -> AppResult<Json<Listed<QualityJson>>> {
    let found = actions::overview(&ctx, &metrics, asked.id("org")?).await?;
    Ok(Json(Listed::whole(
        found.rules.into_iter().map(QualityJson::from),
    )))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(sources, quality))]
pub struct HubApi;
