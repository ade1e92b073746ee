//! School rules for programs.

use super::actions;
use super::model::SchoolRules;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::At;
use platform::web::Json;
use platform::{AppResult, Ctx};
use serde::Deserialize;
use utoipa::ToSchema;

/// The rules that count for an org now.
#[utoipa::path(get, path = "/api/v1/orgs/{id}/school-rules", tag = "orgs", operation_id = "school_rules",
    params(("id" = String, Path, description = "The org")),
    responses((status = 200, body = SchoolRules), (status = 404, description = "No such org")))]
pub(super) async fn find(ctx: Ctx, At(id): At<OrgId>) -> AppResult<axum::Json<SchoolRules>> {
    Ok(axum::Json(actions::of(ctx.db(), id).await?))
}

/// Rules with why they are set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetBody {
    /// The rules; a field that is missing has its default.
    rules: SchoolRules,
    /// Why.
    reason: String,
}

/// Sets an org's own rules: a new version.
#[utoipa::path(put, path = "/api/v1/orgs/{id}/school-rules", tag = "orgs", operation_id = "set_school_rules", request_body = SetBody,
    params(("id" = String, Path, description = "The org")),
    responses((status = 204, description = "Set"), (status = 404, description = "None in your scope"),
        (status = 422, description = "Out of bounds: problem+json")))]
pub(super) async fn set(ctx: Ctx, At(id): At<OrgId>, Json(body): Json<SetBody>) -> AppResult<StatusCode> {
    actions::set(&ctx, id, &body.rules, &body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(find, set))]
pub(crate) struct SchoolRulesApi;
