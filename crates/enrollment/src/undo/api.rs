//! Undoing for programs.

use super::actions;
use crate::EnrollmentId;
use crate::enrollments::api::EnrollmentAnswer;
use crate::seat_desk::SeatDesk;
use axum::Json;
use platform::api::{At, NoBody};
use platform::web::Shared;
use platform::{AppError, AppResult, Ctx, Permission};
use std::sync::Arc;

/// Undoes what somebody else enrolled the caller in, within three days; or a person in your scope, on their word.
#[utoipa::path(post, path = "/api/v1/enrollments/{id}/undo", tag = "enrollments", operation_id = "undo_enrollment",
    params(("id" = String, Path, description = "The enrolment")),
    responses((status = 200, body = EnrollmentAnswer), (status = 404, description = "None, or not the caller's"),
        (status = 409, description = "too_late_to_undo: withdraw it instead")))]
pub(super) async fn undo(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    At(id): At<EnrollmentId>,
    _: NoBody,
) -> AppResult<Json<EnrollmentAnswer>> {
    let answer = match actions::undo(&ctx, &desk, id).await {
        Err(AppError::NotFound) if ctx.can(Permission::EnrollmentAct) => {
            actions::undo_for(&ctx, &desk, id).await?
        }
        other => other?,
    };
    Ok(Json(answer.into()))
}

/// Description of this feature's address.
#[derive(utoipa::OpenApi)]
#[openapi(paths(undo))]
pub(crate) struct UndoApi;
