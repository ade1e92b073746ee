//! JSON of alignment.

use super::actions::{self, View};
use super::model::{AlignStanding, AlignVerdict};
use crate::plans::Item;
use crate::{PlanId, PlanItemId};
use axum::Json;
use axum::http::StatusCode;
use platform::api::{At, Ref, done};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Two plans side by side.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlignmentJson {
    /// Id of the plan.
    plan: String,
    /// Id of the plan it is aligned to.
    upper: String,
    /// Pairs that a person confirmed.
    confirmed: Vec<AlignPairJson>,
    /// Pairs that are suggested.
    suggested: Vec<AlignSuggestionJson>,
    /// Ids of items without a confirmed counterpart above.
    own: Vec<String>,
    /// Ids of upper items without a confirmed counterpart.
    not_taken_up: Vec<String>,
    /// Targets of confirmed pairs that speak of one thing.
    targets: Vec<AlignTargetsJson>,
}

/// A pair of items.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlignPairJson {
    /// Id of the item.
    item: String,
    /// Id of the upper item.
    upper_item: String,
}

/// A pair that is suggested.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlignSuggestionJson {
    /// Id of the item.
    item: String,
    /// Id of the upper item.
    upper_item: String,
    /// Likeness per thousand.
    score: u32,
}

/// Two targets of a confirmed pair.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlignTargetsJson {
    /// Id of the target.
    target: String,
    /// Id of the upper target.
    upper_target: String,
    /// Whether it asks for more, as much or less, or is a part of what the upper one counts as a whole.
    standing: AlignStanding,
}

impl From<View> for AlignmentJson {
    fn from(view: View) -> Self {
        let id = |items: &[Item], at: usize| {
            items
                .get(at)
                .map(|item| item.row.id.to_string())
                .unwrap_or_default()
        };
        let lower = |at: usize| id(&view.items, at);
        let upper = |at: usize| id(&view.upper_items, at);
        Self {
            plan: view.plan.id.to_string(),
            upper: view.upper.id.to_string(),
            confirmed: view
                .confirmed
                .iter()
                .map(|(item, other)| AlignPairJson {
                    item: lower(*item),
                    upper_item: upper(*other),
                })
                .collect(),
            suggested: view
                .suggested
                .iter()
                .map(|one| AlignSuggestionJson {
                    item: lower(one.lower),
                    upper_item: upper(one.upper),
                    score: one.score,
                })
                .collect(),
            own: view.own().into_iter().map(lower).collect(),
            not_taken_up: view.not_taken_up().into_iter().map(upper).collect(),
            targets: view
                .standings
                .iter()
                .map(|one| AlignTargetsJson {
                    target: one.target.id.to_string(),
                    upper_target: one.upper_target.id.to_string(),
                    standing: one.standing,
                })
                .collect(),
        }
    }
}

/// What is said of a pair.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AlignBody {
    /// Id of the item.
    #[schema(value_type = String)]
    item: Ref<PlanItemId>,
    /// Id of the upper item.
    #[schema(value_type = String)]
    upper_item: Ref<PlanItemId>,
    /// What is said.
    verdict: AlignVerdict,
}

/// Two plans side by side: confirmed and suggested pairs, and how targets stand to each other.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/alignment/{upper}", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), ("upper" = String, Path, description = "id of the upper plan")),
    responses((status = 200, body = AlignmentJson)))]
pub(super) async fn get(ctx: Ctx, At((plan, upper)): At<(PlanId, PlanId)>) -> AppResult<Json<AlignmentJson>> {
    Ok(Json(actions::view(&ctx, plan, upper).await?.into()))
}

/// Confirms, rejects or clears a pair.
#[utoipa::path(put, path = "/api/v1/plans/{plan}/alignment/{upper}", tag = "plans", request_body = AlignBody,
    params(("plan" = String, Path, description = "id of the plan"), ("upper" = String, Path, description = "id of the upper plan")),
    responses((status = 204, description = "said")))]
pub(super) async fn decide(
    ctx: Ctx,
    At((plan, upper)): At<(PlanId, PlanId)>,
    web::Json(body): web::Json<AlignBody>,
) -> AppResult<StatusCode> {
    let (lower, higher) = ((plan, body.item.0), (upper, body.upper_item.0));
    actions::decide(&ctx, lower, higher, body.verdict).await.map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(get, decide))]
pub struct AlignmentApi;
