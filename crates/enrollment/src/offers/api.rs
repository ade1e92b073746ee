//! Offers for programs.

use super::actions;
use crate::EnrollmentId;
use crate::enrollments::api::EnrollmentAnswer;
use crate::seat_desk::SeatDesk;
use axum::Json;
use platform::api::{At, NoBody};
use platform::web::Shared;
use platform::{AppError, AppResult, Ctx, Permission};
use std::sync::Arc;

/// Accepts a seat that is offered: for the caller, for somebody who let the caller act, or for a person in your scope on their word.
#[utoipa::path(post, path = "/api/v1/enrollments/{id}/accept", tag = "enrollments", operation_id = "accept_offer",
    params(("id" = String, Path, description = "The enrolment")),
    responses((status = 200, body = EnrollmentAnswer), (status = 404, description = "None, or not the caller's"),
        (status = 409, description = "offer_over: its time is over; nothing_offered: no seat is offered")))]
pub(super) async fn accept(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    At(id): At<EnrollmentId>,
    _: NoBody,
) -> AppResult<Json<EnrollmentAnswer>> {
    let answer = match actions::accept(&ctx, &desk, id).await {
        Err(AppError::NotFound) if ctx.can(Permission::EnrollmentAct) => {
            actions::accept_for(&ctx, &desk, id).await?
        }
        other => other?,
    };
    Ok(Json(answer.into()))
}

/// Description of this feature's address.
#[derive(utoipa::OpenApi)]
#[openapi(paths(accept))]
pub(crate) struct OffersApi;
