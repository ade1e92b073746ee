//! Suspension and return for programs.

use super::actions;
use super::model::SuspensionStatus;
use super::store::SuspensionRow;
use crate::enrollments::api::EnrollmentAnswer;
use crate::enrollments::wishes::WishDecisionBody;
use crate::school_rules::{FeeMeanwhile, SeatMeanwhile};
use crate::seat_desk::SeatDesk;
use crate::{EnrollmentId, SuspensionId};
use axum::http::StatusCode;
use people::persons::PersonBrief;
use platform::api::{Asked, At, Created, Listed, Made, Moment, Named, Paging, Ref, created};
use platform::web::{Json, Shared};
use platform::{AppError, AppResult, Ctx, Permission};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use teaching::ClassId;
use utoipa::ToSchema;

/// A wish to pause.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SuspensionBody {
    /// Why.
    reason: String,
}

/// Asks for a pause of the caller, or of somebody for whom they may act; the school decides.
#[utoipa::path(post, path = "/api/v1/enrollments/{id}/suspensions", tag = "enrollments", operation_id = "ask_suspension", request_body = SuspensionBody,
    params(("id" = String, Path, description = "The enrolment")),
    responses((status = 201, body = Made), (status = 404, description = "None, or not the caller's"),
        (status = 409, description = "A rule stands in the way: problem+json")))]
pub(super) async fn ask(
    ctx: Ctx,
    At(id): At<EnrollmentId>,
    Json(body): Json<SuspensionBody>,
) -> AppResult<Created> {
    Ok(created(actions::ask(&ctx, id, &body.reason).await?))
}

/// Where somebody comes back to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnBody {
    /// The class: their own, or another of the course at the school.
    #[schema(value_type = String)]
    class: Ref<ClassId>,
}

/// Comes back from a pause: the caller, somebody for whom they may act, or a person in your scope on their word.
#[utoipa::path(post, path = "/api/v1/enrollments/{id}/return", tag = "enrollments", operation_id = "return_from_suspension", request_body = ReturnBody,
    params(("id" = String, Path, description = "The enrolment that is paused")),
    responses((status = 200, body = EnrollmentAnswer), (status = 404, description = "None, or not the caller's"),
        (status = 409, description = "A rule stands in the way: problem+json")))]
pub(super) async fn come_back(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    At(id): At<EnrollmentId>,
    Json(body): Json<ReturnBody>,
) -> AppResult<axum::Json<EnrollmentAnswer>> {
    let answer = match actions::come_back(&ctx, &desk, id, body.class.0).await {
        Err(AppError::NotFound) if ctx.can(Permission::EnrollmentAct) => {
            actions::come_back_for(&ctx, &desk, id, body.class.0).await?
        }
        other => other?,
    };
    Ok(axum::Json(answer.into()))
}

/// A wish as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SuspensionItem {
    /// Its id.
    #[schema(value_type = String)]
    id: SuspensionId,
    /// The enrolment.
    #[schema(value_type = String)]
    enrollment: EnrollmentId,
    /// Who.
    person: Named,
    /// The class.
    class: Named,
    /// Where it stands.
    status: SuspensionStatus,
    /// What becomes of the seat.
    seat: SeatMeanwhile,
    /// What becomes of the fee.
    fee: FeeMeanwhile,
    /// How many later terms the place is kept.
    terms: i64,
    /// Why.
    reason: String,
    /// When it was asked.
    asked_at: Moment,
}

fn item((row, person): (SuspensionRow, PersonBrief)) -> SuspensionItem {
    SuspensionItem {
        id: row.id,
        enrollment: row.enrollment_id,
        person: Named::new(person.id, person.name),
        class: Named::new(row.class_id, row.class_name),
        status: row.status,
        seat: row.seat,
        fee: row.fee,
        terms: row.terms,
        reason: row.reason,
        asked_at: row.asked_at.into(),
    }
}

/// Wishes to pause in your scope that wait for a decision, oldest first.
#[utoipa::path(get, path = "/api/v1/suspensions", tag = "enrollments", operation_id = "open_suspensions", params(Paging),
    responses((status = 200, body = Listed<SuspensionItem>)))]
pub(super) async fn open(ctx: Ctx, asked: Asked) -> AppResult<axum::Json<Listed<SuspensionItem>>> {
    let part = asked.part()?;
    let all = actions::list(&ctx).await?;
    Ok(axum::Json(part.of(all).map(item)))
}

/// Decides on a wish to pause.
#[utoipa::path(post, path = "/api/v1/suspensions/{id}/decision", tag = "enrollments", operation_id = "decide_suspension", request_body = WishDecisionBody,
    params(("id" = String, Path, description = "The wish")),
    responses((status = 204, description = "Decided"), (status = 404, description = "None in your scope"),
        (status = 409, description = "It was decided, or there is nothing left to pause from: problem+json")))]
pub(super) async fn decide(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    At(id): At<SuspensionId>,
    Json(body): Json<WishDecisionBody>,
) -> AppResult<StatusCode> {
    if body.approved {
        actions::approve(&ctx, &desk, id).await?;
    } else {
        actions::refuse(&ctx, id, &body.note).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(ask, come_back, open, decide))]
pub(crate) struct SuspensionApi;
