//! Terms for programs.

use super::actions;
use super::model::{TermDraft, TermRow};
use crate::TermId;
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{
    Asked, At, Created, Day, Listed, Made, Moment, Named, Paging, Ref, created, done, given, version,
};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A term.
#[derive(Debug, Serialize, ToSchema)]
pub struct TermJson {
    /// Its id.
    id: String,
    /// The org that set it; it serves all orgs below.
    org: Named,
    /// Year and season, `2027 春季`.
    name: String,
    /// First day.
    starts_on: Day,
    /// Last day.
    ends_on: Day,
    /// From when people may enrol.
    enrollment_opens: Moment,
    /// Until when people may enrol.
    enrollment_closes: Moment,
    /// Most classes a learner may hold at once in this term.
    class_limit: i64,
    /// Counts changes.
    version: i64,
}

impl From<(TermRow, String)> for TermJson {
    fn from((row, org): (TermRow, String)) -> Self {
        Self {
            id: row.id.to_string(),
            org: Named::new(row.org_id, org),
            name: row.name,
            starts_on: row.starts_on.into(),
            ends_on: row.ends_on.into(),
            enrollment_opens: row.enrollment_opens.into(),
            enrollment_closes: row.enrollment_closes.into(),
            class_limit: row.class_limit,
            version: row.version,
        }
    }
}

/// A term to set.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TermBody {
    /// Id of the org that sets it; needed for a new one, passed over in a change.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    org: Option<Ref<OrgId>>,
    /// Year and season, `2027 春季`; once in an org.
    name: String,
    /// First day.
    starts_on: Day,
    /// Last day.
    ends_on: Day,
    /// From when people may enrol.
    enrollment_opens: Moment,
    /// Until when people may enrol; not after the last day.
    enrollment_closes: Moment,
    /// Most classes a learner may hold at once in this term, 1 to 50.
    class_limit: i64,
    /// Version that you read, to change a term.
    #[serde(default)]
    version: Option<i64>,
}

impl From<TermBody> for TermDraft {
    fn from(body: TermBody) -> Self {
        Self {
            name: body.name,
            starts_on: body.starts_on.0,
            ends_on: body.ends_on.0,
            enrollment_opens: body.enrollment_opens.0,
            enrollment_closes: body.enrollment_closes.0,
            class_limit: body.class_limit,
        }
    }
}

/// Terms of your subtree, the latest first.
#[utoipa::path(get, path = "/api/v1/terms", tag = "terms", params(Paging),
    responses((status = 200, body = Listed<TermJson>)))]
pub(super) async fn list(ctx: Ctx, asked: Asked) -> AppResult<Json<Listed<TermJson>>> {
    let part = asked.part()?;
    let rows = actions::list(&ctx, part).await?;
    Ok(Json(part.listed(rows).map(TermJson::from)))
}

/// One term of your subtree.
#[utoipa::path(get, path = "/api/v1/terms/{id}", tag = "terms",
    params(("id" = String, Path, description = "id of the term")),
    responses((status = 200, body = TermJson)))]
pub(super) async fn show(ctx: Ctx, At(id): At<TermId>) -> AppResult<Json<TermJson>> {
    Ok(Json(actions::find_mine(&ctx, id).await?.into()))
}

/// Sets a term.
#[utoipa::path(post, path = "/api/v1/terms", tag = "terms", request_body = TermBody,
    responses((status = 201, body = Made), (status = 422, description = "a field is wrong, or the org has a term of this name")))]
pub(super) async fn create(ctx: Ctx, web::Json(body): web::Json<TermBody>) -> AppResult<Created> {
    let org = given(body.org, "org")?.0;
    actions::create(&ctx, org, body.into()).await.map(created)
}

/// Changes a term; windows of classes that were planned stay as they are.
#[utoipa::path(put, path = "/api/v1/terms/{id}", tag = "terms", request_body = TermBody,
    params(("id" = String, Path, description = "id of the term")),
    responses((status = 204, description = "changed"), (status = 409, description = "somebody changed it meanwhile")))]
pub(super) async fn change(
    ctx: Ctx,
    At(id): At<TermId>,
    web::Json(body): web::Json<TermBody>,
) -> AppResult<StatusCode> {
    let version = version(body.version)?;
    actions::change(&ctx, id, body.into(), version).await.map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, show, create, change))]
pub(crate) struct TermsApi;
