//! JSON of the milestones of a task.

use crate::progress::actions;
use crate::progress::store::MilestoneRow;
use crate::{PlanId, PlanMilestoneId, PlanTaskId};
use axum::Json;
use axum::http::StatusCode;
use platform::api::{Asked, At, Created, Day, Listed, NoBody, Paging, created, done};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A milestone of a task.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskMilestoneJson {
    /// Id.
    id: String,
    /// What is to be there.
    title: String,
    /// By when.
    due: Day,
    /// Since when it is; null before.
    #[schema(required)]
    reached_on: Option<Day>,
}

impl From<MilestoneRow> for TaskMilestoneJson {
    fn from(row: MilestoneRow) -> Self {
        Self {
            id: row.id.to_string(),
            title: row.title,
            due: Day(row.due),
            reached_on: row.done_on.map(Day),
        }
    }
}

/// A milestone to be added.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TaskMilestoneBody {
    /// What is to be there, 2 to 80 letters.
    title: String,
    /// By when.
    due: Day,
}

/// The milestones of a task, the earliest first.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/tasks/{task}/milestones", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), ("task" = String, Path, description = "id of the task"), Paging),
    responses((status = 200, body = Listed<TaskMilestoneJson>), (status = 409, description = "the plan is a draft")))]
pub(super) async fn list(
    ctx: Ctx,
    At((plan, task)): At<(PlanId, PlanTaskId)>,
    asked: Asked,
) -> AppResult<Json<Listed<TaskMilestoneJson>>> {
    let part = asked.part()?;
    let all = actions::milestones(&ctx, plan, task).await?;
    Ok(Json(part.of(all).map(TaskMilestoneJson::from)))
}

/// Adds a milestone to a task that one's organisation leads.
#[utoipa::path(post, path = "/api/v1/plans/{plan}/tasks/{task}/milestones", tag = "plans", request_body = TaskMilestoneBody,
    params(("plan" = String, Path, description = "id of the plan"), ("task" = String, Path, description = "id of the task")),
    responses((status = 201, body = platform::api::Made), (status = 403, description = "your organisation does not lead it")))]
pub(super) async fn add(
    ctx: Ctx,
    At((plan, task)): At<(PlanId, PlanTaskId)>,
    web::Json(body): web::Json<TaskMilestoneBody>,
) -> AppResult<Created> {
    actions::add_milestone(&ctx, plan, task, &body.title, body.due.0)
        .await
        .map(created)
}

/// Says that a milestone is there; where somebody has said so already, its day stays.
#[utoipa::path(post, path = "/api/v1/plans/{plan}/tasks/{task}/milestones/{milestone}/reached", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), ("task" = String, Path, description = "id of the task"),
        ("milestone" = String, Path, description = "id of the milestone")),
    responses((status = 204, description = "said"), (status = 403, description = "your organisation does not lead it")))]
pub(super) async fn reached(
    ctx: Ctx,
    At((plan, task, milestone)): At<(PlanId, PlanTaskId, PlanMilestoneId)>,
    _: NoBody,
) -> AppResult<StatusCode> {
    actions::reach_milestone(&ctx, plan, task, milestone)
        .await
        .map(done)
}
