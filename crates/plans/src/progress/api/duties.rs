//! JSON of who answers for a task.

use crate::progress::duties;
use crate::progress::model::DutyPart;
use crate::{PlanId, PlanTaskId};
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{At, NoBody, done};
use platform::{AppResult, Ctx, web};
use serde::Deserialize;
use utoipa::ToSchema;

/// A part in a task.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TaskDutyBody {
    /// What the organisation has to do with it.
    part: DutyPart,
}

/// Gives an organisation of the plan's subtree a part in a task.
#[utoipa::path(put, path = "/api/v1/plans/{plan}/tasks/{task}/duties/{org}", tag = "plans", request_body = TaskDutyBody,
    params(("plan" = String, Path, description = "id of the plan"), ("task" = String, Path, description = "id of the task"),
        ("org" = String, Path, description = "id of the organisation")),
    responses((status = 204, description = "given, or so already"), (status = 404, description = "no such task, or not an organisation of the plan")))]
pub(super) async fn give(
    ctx: Ctx,
    At((plan, task, org)): At<(PlanId, PlanTaskId, OrgId)>,
    web::Json(body): web::Json<TaskDutyBody>,
) -> AppResult<StatusCode> {
    duties::set_duty(&ctx, plan, task, org, Some(body.part))
        .await
        .map(done)
}

/// Takes an organisation's part in a task away.
#[utoipa::path(delete, path = "/api/v1/plans/{plan}/tasks/{task}/duties/{org}", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), ("task" = String, Path, description = "id of the task"),
        ("org" = String, Path, description = "id of the organisation")),
    responses((status = 204, description = "taken away, or not there")))]
pub(super) async fn take(
    ctx: Ctx,
    At((plan, task, org)): At<(PlanId, PlanTaskId, OrgId)>,
    _: NoBody,
) -> AppResult<StatusCode> {
    duties::set_duty(&ctx, plan, task, org, None).await.map(done)
}
