//! JSON of one target: how it stands, and which metric moves it.

use crate::progress::figures::StandingSource;
use crate::progress::targets::{self, Target};
use crate::reading::draft::plain_option;
use crate::{PlanId, PlanTargetId};
use axum::http::StatusCode;
use axum::{Extension, Json};
use metrics::Metrics;
use platform::api::{At, done};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// How a target stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetStandingJson {
    /// Id of the target.
    target: String,
    /// Id of its task.
    task: String,
    /// The target in words.
    words: String,
    /// Where the value comes from.
    source: StandingSource,
    /// The value now; null when nothing is known, or when you may not read the metric.
    #[schema(required)]
    #[serde(serialize_with = "plain_option")]
    value: Option<f64>,
    /// What of it counts: the growth since the plan began, or the value; null with the value.
    #[schema(required)]
    #[serde(serialize_with = "plain_option")]
    counted: Option<f64>,
    /// How much of the target is reached, in percent, up to 999; null when nothing is known.
    #[schema(required)]
    percent: Option<i64>,
    /// Who typed the value, or why there is none or not a whole one; may be empty.
    remark: String,
    /// What it will come to, in a sentence; empty when nothing can be said.
    forecast: String,
    /// What moves it.
    binding: TargetBindingJson,
}

/// What moves a target.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TargetBindingJson {
    /// Id of a metric; null for what is typed in reports.
    #[serde(default)]
    #[schema(required)]
    metric: Option<String>,
    /// The only kind that counts; empty for the whole.
    #[serde(default)]
    kind: String,
    /// Whether the growth since the plan began counts, and not the level.
    growth: bool,
}

impl From<Target> for TargetStandingJson {
    fn from(target: Target) -> Self {
        let standing = target.standing;
        // Who may not read the metrics of the plan's organisation is told the percent and not the figure.
        let shown = standing.reached.filter(|_| !standing.text.is_empty());
        Self {
            target: target.row.id.to_string(),
            task: target.task.to_string(),
            words: target.row.words(),
            source: standing.source,
            value: shown.map(|reached| reached.now),
            counted: shown.map(|reached| reached.counted()),
            percent: standing.reached.map(|reached| reached.percent(&target.row)),
            remark: standing.remark,
            forecast: target.forecast,
            binding: TargetBindingJson {
                metric: target.row.metric,
                kind: standing.kind,
                growth: standing.grows,
            },
        }
    }
}

/// How a target of an issued plan stands.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/targets/{target}", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), ("target" = String, Path, description = "id of the target")),
    responses((status = 200, body = TargetStandingJson), (status = 409, description = "the plan is a draft")))]
pub(super) async fn get(
    ctx: Ctx,
    Extension(metrics): Extension<Arc<Metrics>>,
    At((plan, target)): At<(PlanId, PlanTargetId)>,
) -> AppResult<Json<TargetStandingJson>> {
    let target = targets::get(&ctx, &metrics, plan, target).await?;
    Ok(Json(target.into()))
}

/// Says which metric moves a target, of which kind, and whether its growth or its level counts.
#[utoipa::path(put, path = "/api/v1/plans/{plan}/targets/{target}/binding", tag = "plans", request_body = TargetBindingJson,
    params(("plan" = String, Path, description = "id of the plan"), ("target" = String, Path, description = "id of the target")),
    responses((status = 204, description = "bound"), (status = 409, description = "the plan is a draft")))]
pub(super) async fn bind(
    ctx: Ctx,
    Extension(metrics): Extension<Arc<Metrics>>,
    At(at): At<(PlanId, PlanTargetId)>,
    web::Json(body): web::Json<TargetBindingJson>,
) -> AppResult<StatusCode> {
    let how = (body.growth, body.kind.as_str());
    targets::bind(&ctx, &metrics, at, body.metric.as_deref(), how)
        .await
        .map(done)
}
