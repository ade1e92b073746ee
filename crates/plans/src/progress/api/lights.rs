//! JSON of a plan's light rules.

use crate::PlanId;
use crate::progress::actions;
use crate::progress::lights::{self, Preset};
use axum::Json;
use axum::http::StatusCode;
use platform::api::{At, done};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Light rules that a plan can use.
#[derive(Debug, Serialize, ToSchema)]
pub struct LightRulesJson {
    /// Id.
    id: String,
    /// What its colours mean.
    name: String,
    /// Where the meaning comes from.
    source: String,
    /// Reports are due on the so-many last working day of the month.
    report_workday: usize,
}

impl From<&Preset> for LightRulesJson {
    fn from(preset: &Preset) -> Self {
        Self {
            id: preset.id.clone(),
            name: preset.name.clone(),
            source: preset.source.clone(),
            report_workday: preset.report_workday,
        }
    }
}

/// The light rules of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanLightsJson {
    /// Id of the rules that hold.
    lights: String,
    /// All rules there are.
    choices: Vec<LightRulesJson>,
}

/// Light rules to be chosen.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PlanLightsBody {
    /// Id of the rules.
    lights: String,
    /// Id of the rules that you read; 409 when somebody chose others since.
    seen: String,
}

/// The light rules of an issued plan, and those to choose from.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/lights", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan")),
    responses((status = 200, body = PlanLightsJson), (status = 409, description = "the plan is a draft")))]
pub(super) async fn get(ctx: Ctx, At(plan): At<PlanId>) -> AppResult<Json<PlanLightsJson>> {
    let chosen = actions::lights(&ctx, plan).await?;
    Ok(Json(PlanLightsJson {
        lights: chosen.map(|preset| preset.id.clone()).unwrap_or_default(),
        choices: lights::presets().iter().map(LightRulesJson::from).collect(),
    }))
}

/// Chooses the light rules of a plan in place of those that were read.
#[utoipa::path(put, path = "/api/v1/plans/{plan}/lights", tag = "plans", request_body = PlanLightsBody,
    params(("plan" = String, Path, description = "id of the plan")),
    responses((status = 204, description = "chosen, or so already"),
        (status = 409, description = "somebody chose others since, or the plan is a draft")))]
pub(super) async fn choose(
    ctx: Ctx,
    At(plan): At<PlanId>,
    web::Json(body): web::Json<PlanLightsBody>,
) -> AppResult<StatusCode> {
    actions::choose_lights(&ctx, plan, &body.lights, &body.seen)
        .await
        .map(done)
}
