//! School rules for programs.

use super::actions;
use super::model::SchoolRules;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{At, version};
use platform::web::Json;
use platform::{AppResult, Ctx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rules that count for an org now.
#[utoipa::path(get, path = "/api/v1/orgs/{id}/school-rules", tag = "orgs", operation_id = "school_rules",
    params(("id" = String, Path, description = "The org")),
    responses((status = 200, body = RulesOfOrg), (status = 404, description = "No such org")))]
pub(super) async fn find(ctx: Ctx, At(id): At<OrgId>) -> AppResult<axum::Json<RulesOfOrg>> {
    let (rules, version) = actions::of_version(ctx.db(), id).await?;
    Ok(axum::Json(RulesOfOrg { rules, version }))
}

/// The rules that count for an org.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RulesOfOrg {
    #[serde(flatten)]
    rules: SchoolRules,
    /// The org's own last version, 0 when it has none; sent back with a change.
    version: i64,
}

/// Rules with why they are set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetBody {
    /// The rules; a field that is missing has its default.
    rules: SchoolRules,
    /// Why.
    reason: String,
    /// The org's own version that you read; 409 when it was changed since.
    version: Option<i64>,
}

/// Sets an org's own rules: a new version.
#[utoipa::path(put, path = "/api/v1/orgs/{id}/school-rules", tag = "orgs", operation_id = "set_school_rules", request_body = SetBody,
    params(("id" = String, Path, description = "The org")),
    responses((status = 204, description = "Set"), (status = 404, description = "None in your scope"),
        (status = 409, description = "changed_meanwhile"), (status = 422, description = "Out of bounds: problem+json")))]
pub(super) async fn set(ctx: Ctx, At(id): At<OrgId>, Json(body): Json<SetBody>) -> AppResult<StatusCode> {
    let seen = version(body.version)?;
    actions::set(&ctx, id, &body.rules, &body.reason, seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(find, set))]
pub(crate) struct SchoolRulesApi;
