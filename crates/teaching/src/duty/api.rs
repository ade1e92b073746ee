//! Duties for programs of the staff.

use super::actions;
use super::store::Duty;
use crate::ClassId;
use axum::http::StatusCode;
use kernel::PersonId;
use platform::api::{At, NoBody, done};
use platform::{AppResult, Ctx, web};
use serde::Deserialize;
use utoipa::ToSchema;

platform::api_words!(Duty);

/// A duty to give.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DutyBody {
    /// Number on the person's card.
    number: String,
    /// What they do for the class.
    duty: Duty,
}

/// Gives a person a duty in a class, in place of another.
#[utoipa::path(post, path = "/api/v1/classes/{id}/duties", tag = "classes", request_body = DutyBody,
    params(("id" = String, Path, description = "id of the class")),
    responses((status = 204, description = "given"), (status = 422, description = "no such number, or it is the teacher's")))]
pub(super) async fn give(
    ctx: Ctx,
    At(class): At<ClassId>,
    web::Json(body): web::Json<DutyBody>,
) -> AppResult<StatusCode> {
    actions::give(&ctx, class, &body.number, body.duty)
        .await
        .map(done)
}

/// Ends a person's duty in a class.
#[utoipa::path(delete, path = "/api/v1/classes/{id}/duties/{person}", tag = "classes",
    params(("id" = String, Path, description = "id of the class"), ("person" = String, Path, description = "id of the person")),
    responses((status = 204, description = "ended")))]
pub(super) async fn end(
    ctx: Ctx,
    At((class, person)): At<(ClassId, PersonId)>,
    _: NoBody,
) -> AppResult<StatusCode> {
    actions::end(&ctx, class, person).await.map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(give, end))]
pub(crate) struct DutyApi;
