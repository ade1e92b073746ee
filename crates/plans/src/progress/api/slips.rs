//! JSON of supervision slips (督办单).

use crate::progress::slips;
use crate::progress::store::SlipRow;
use crate::{PlanId, PlanSlipId, PlanTaskId};
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{Asked, At, Created, Day, Listed, Moment, Named, NoBody, Paging, Ref, created, done};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A supervision slip.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanSlipJson {
    /// Id.
    id: String,
    /// To whom.
    org: Named,
    /// What is wanted.
    words: String,
    /// Reply by.
    due: Day,
    /// When it was sent.
    sent_at: Moment,
    /// When it was received; null before.
    #[schema(required)]
    received_at: Option<Moment>,
    /// The replies, each behind the one before; empty before.
    reply: String,
    /// When it was replied to last; null before.
    #[schema(required)]
    replied_at: Option<Moment>,
    /// When it was closed; null before.
    #[schema(required)]
    closed_at: Option<Moment>,
    /// Whether you can receive it and reply to it.
    yours: bool,
}

fn slip_json(row: SlipRow, yours: bool) -> PlanSlipJson {
    PlanSlipJson {
        id: row.id.to_string(),
        org: Named::new(row.org_id, row.org_name),
        words: row.words,
        due: Day(row.due),
        sent_at: Moment(row.sent_at),
        received_at: row.received_at.map(Moment),
        reply: row.reply,
        replied_at: row.replied_at.map(Moment),
        closed_at: row.closed_at.map(Moment),
        yours,
    }
}

/// A slip to be sent.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PlanSlipBody {
    /// Id of an organisation that leads the task.
    #[schema(value_type = String)]
    org: Ref<OrgId>,
    /// What is wanted, 4 to 1,000 letters.
    words: String,
    /// Reply by; not before today.
    due: Day,
}

/// A reply to a slip.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PlanSlipReplyBody {
    /// The reply, 2 to 2,000 letters; it stands behind those before.
    reply: String,
}

/// The slips on a task that one may read, the newest first.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/tasks/{task}/slips", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), ("task" = String, Path, description = "id of the task"), Paging),
    responses((status = 200, body = Listed<PlanSlipJson>), (status = 409, description = "the plan is a draft")))]
pub(super) async fn list(
    ctx: Ctx,
    At((plan, task)): At<(PlanId, PlanTaskId)>,
    asked: Asked,
) -> AppResult<Json<Listed<PlanSlipJson>>> {
    let part = asked.part()?;
    let all = slips::list(&ctx, plan, task).await?;
    let own = slips::open_to(&ctx, &all);
    Ok(Json(part.of(all).map(|row| {
        let yours = own.contains(&row.id);
        slip_json(row, yours)
    })))
}

/// Sends a slip to an organisation that leads the task.
#[utoipa::path(post, path = "/api/v1/plans/{plan}/tasks/{task}/slips", tag = "plans", request_body = PlanSlipBody,
    params(("plan" = String, Path, description = "id of the plan"), ("task" = String, Path, description = "id of the task")),
    responses((status = 201, body = platform::api::Made), (status = 409, description = "the plan is a draft")))]
pub(super) async fn send(
    ctx: Ctx,
    At(at): At<(PlanId, PlanTaskId)>,
    web::Json(body): web::Json<PlanSlipBody>,
) -> AppResult<Created> {
    slips::send(&ctx, at, body.org.0, &body.words, body.due.0)
        .await
        .map(created)
}

/// Says that a slip to one's own organisation was received.
#[utoipa::path(post, path = "/api/v1/plans/{plan}/slips/{slip}/receive", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), ("slip" = String, Path, description = "id of the slip")),
    responses((status = 204, description = "received, or so already"), (status = 404, description = "no such slip, or not to you"),
        (status = 409, description = "it is closed")))]
pub(super) async fn receive(
    ctx: Ctx,
    At((plan, slip)): At<(PlanId, PlanSlipId)>,
    _: NoBody,
) -> AppResult<StatusCode> {
    slips::receive(&ctx, plan, slip).await?;
    Ok(done(()))
}

/// Replies to a slip to one's own organisation.
#[utoipa::path(post, path = "/api/v1/plans/{plan}/slips/{slip}/reply", tag = "plans", request_body = PlanSlipReplyBody,
    params(("plan" = String, Path, description = "id of the plan"), ("slip" = String, Path, description = "id of the slip")),
    responses((status = 204, description = "replied"), (status = 404, description = "no such slip, or not to you"),
        (status = 409, description = "it is closed, or the replies are too many")))]
pub(super) async fn reply(
    ctx: Ctx,
    At((plan, slip)): At<(PlanId, PlanSlipId)>,
    web::Json(body): web::Json<PlanSlipReplyBody>,
) -> AppResult<StatusCode> {
    slips::reply(&ctx, plan, slip, &body.reply).await?;
    Ok(done(()))
}

/// Closes a slip that was replied to, or takes it back before.
#[utoipa::path(post, path = "/api/v1/plans/{plan}/slips/{slip}/close", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), ("slip" = String, Path, description = "id of the slip")),
    responses((status = 204, description = "closed"), (status = 409, description = "it is closed already")))]
pub(super) async fn close(
    ctx: Ctx,
    At((plan, slip)): At<(PlanId, PlanSlipId)>,
    _: NoBody,
) -> AppResult<StatusCode> {
    slips::close(&ctx, plan, slip).await?;
    Ok(done(()))
}
