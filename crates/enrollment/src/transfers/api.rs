//! Transfers for programs.

use super::actions;
use super::model::TransferStatus;
use super::store::TransferRow;
use crate::enrollments::wishes::WishDecisionBody;
use crate::seat_desk::SeatDesk;
use crate::{EnrollmentId, TransferId};
use axum::http::StatusCode;
use people::persons::PersonBrief;
use platform::api::{Asked, At, Created, Listed, Made, Moment, Named, Paging, Ref, created};
use platform::web::{Json, Shared};
use platform::{AppResult, Ctx};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use teaching::ClassId;
use utoipa::ToSchema;

/// A wish to change classes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferBody {
    /// Where to.
    #[schema(value_type = String)]
    class: Ref<ClassId>,
    /// Why.
    reason: String,
}

/// Asks for a transfer of the caller, or of somebody for whom they may act; the school decides.
#[utoipa::path(post, path = "/api/v1/enrollments/{id}/transfers", tag = "enrollments", operation_id = "ask_transfer", request_body = TransferBody,
    params(("id" = String, Path, description = "The enrolment that is left")),
    responses((status = 201, body = Made), (status = 404, description = "None, or not the caller's"),
        (status = 409, description = "A rule stands in the way: problem+json")))]
pub(super) async fn ask(
    ctx: Ctx,
    At(id): At<EnrollmentId>,
    Json(body): Json<TransferBody>,
) -> AppResult<Created> {
    Ok(created(actions::ask(&ctx, id, body.class.0, &body.reason).await?))
}

/// A wish as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TransferItem {
    /// Its id.
    #[schema(value_type = String)]
    id: TransferId,
    /// The enrolment that is left.
    #[schema(value_type = String)]
    enrollment: EnrollmentId,
    /// Who.
    person: Named,
    /// The class that is left.
    from: Named,
    /// The class that is wished for.
    to: Named,
    /// Where it stands.
    status: TransferStatus,
    /// Why.
    reason: String,
    /// When it was asked.
    asked_at: Moment,
}

fn item((row, person): (TransferRow, PersonBrief)) -> TransferItem {
    TransferItem {
        id: row.id,
        enrollment: row.enrollment_id,
        person: Named::new(person.id, person.name),
        from: Named::new(row.from_class, row.from_name),
        to: Named::new(row.to_class, row.to_name),
        status: row.status,
        reason: row.reason,
        asked_at: row.asked_at.into(),
    }
}

/// Wishes in your scope that wait for a decision, oldest first.
#[utoipa::path(get, path = "/api/v1/transfers", tag = "enrollments", operation_id = "open_transfers", params(Paging),
    responses((status = 200, body = Listed<TransferItem>)))]
pub(super) async fn open(ctx: Ctx, asked: Asked) -> AppResult<axum::Json<Listed<TransferItem>>> {
    let part = asked.part()?;
    let all = actions::list(&ctx).await?;
    Ok(axum::Json(part.of(all).map(item)))
}

/// Decides on a wish: the seat moves whole or not at all.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/decision", tag = "enrollments", operation_id = "decide_transfer", request_body = WishDecisionBody,
    params(("id" = String, Path, description = "The wish")),
    responses((status = 204, description = "Decided"), (status = 404, description = "None in your scope"),
        (status = 409, description = "A rule stands in the way, or it was decided: problem+json")))]
pub(super) async fn decide(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    At(id): At<TransferId>,
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
#[openapi(paths(ask, open, decide))]
pub(crate) struct TransfersApi;
