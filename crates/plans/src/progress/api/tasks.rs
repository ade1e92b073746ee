//! JSON of tasks: how far they are, reports, done or open again.

use crate::progress::actions::{self, Progress, ReportDraft};
use crate::progress::figures::StandingSource;
use crate::progress::model::{DutyPart, TaskState};
use crate::{PlanId, PlanTargetId, PlanTaskId};
use axum::http::StatusCode;
use axum::{Extension, Json};
use metrics::Metrics;
use platform::api::{Asked, At, Created, Day, Listed, Named, Paging, Ref, created, done};
use platform::{AppError, AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A task of an issued plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskProgressJson {
    /// Id.
    id: String,
    /// Label and heading of its item.
    item: String,
    /// Its words.
    text: String,
    /// Organisations that lead it.
    leads: Vec<Named>,
    /// Organisations that help.
    helpers: Vec<Named>,
    /// First day.
    starts_on: Day,
    /// Last day.
    ends_on: Day,
    /// Where it stands.
    state: TaskState,
    /// How far, in percent; null when nothing is known.
    #[schema(required)]
    percent: Option<i64>,
    /// Whether the percent was typed in a report and not counted.
    typed: bool,
    /// Colour of its light, as the plan's rules say; null when it is not open.
    #[schema(required)]
    light: Option<String>,
    /// What the light says; null when it is not open.
    #[schema(required)]
    light_words: Option<String>,
}

impl From<Progress> for TaskProgressJson {
    fn from(task: Progress) -> Self {
        let named = |part: DutyPart| {
            let those = task.duties.iter().filter(move |duty| duty.part == part);
            those
                .map(|duty| Named::new(duty.org_id, duty.org_name.clone()))
                .collect()
        };
        let known = task.state == TaskState::Done || task.source != StandingSource::Nothing;
        Self {
            id: task.task.row.id.to_string(),
            leads: named(DutyPart::Lead),
            helpers: named(DutyPart::Helper),
            starts_on: Day(task.days.0),
            ends_on: Day(task.days.1),
            state: task.state,
            percent: known.then_some(task.percent),
            typed: task.source == StandingSource::Typed,
            light: task.light.as_ref().map(|light| light.color.clone()),
            light_words: task.light.as_ref().map(|light| light.word.clone()),
            item: task.item,
            text: task.task.row.text,
        }
    }
}

/// A report on a task.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TaskReportBody {
    /// In words, 2 to 2,000 letters.
    words: String,
    /// How far, 0 to 100.
    #[serde(default)]
    percent: Option<i64>,
    /// Target whose value is typed; it does not count while a metric moves the target (`source` of its standing).
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    target: Option<Ref<PlanTargetId>>,
    /// The typed value, as text: `60`, `0.5`.
    #[serde(default)]
    value: Option<String>,
}

/// The tasks of an issued plan with lights and percent, in order.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/tasks", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), Paging),
    responses((status = 200, body = Listed<TaskProgressJson>), (status = 409, description = "the plan is a draft")))]
pub(super) async fn list(
    ctx: Ctx,
    Extension(metrics): Extension<Arc<Metrics>>,
    At(plan): At<PlanId>,
    asked: Asked,
) -> AppResult<Json<Listed<TaskProgressJson>>> {
    let part = asked.part()?;
    let view = actions::overview(&ctx, &metrics, plan).await?;
    Ok(Json(part.of(view.tasks).map(TaskProgressJson::from)))
}

/// Reports on a task that one's organisation leads.
#[utoipa::path(post, path = "/api/v1/plans/{plan}/tasks/{task}/reports", tag = "plans", request_body = TaskReportBody,
    params(("plan" = String, Path, description = "id of the plan"), ("task" = String, Path, description = "id of the task")),
    responses((status = 201, body = platform::api::Made)))]
pub(super) async fn report(
    ctx: Ctx,
    At((plan, task)): At<(PlanId, PlanTaskId)>,
    web::Json(body): web::Json<TaskReportBody>,
) -> AppResult<Created> {
    let wrong = || {
        AppError::invalid(
            "value",
            "target 和 value 要一起写，value 是数字，例如 60 或 0.5。",
        )
    };
    let value = match (body.target, body.value.as_deref().map(crate::plans::parse_amount)) {
        (None, None) => None,
        (Some(target), Some(Some(milli))) => Some((target.0, milli)),
        _ => return Err(wrong()),
    };
    let draft = ReportDraft {
        words: body.words,
        percent: body.percent,
        value,
        file: None,
    };
    actions::report(&ctx, plan, task, draft).await.map(created)
}

/// Where a task is to stand.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TaskStateBody {
    /// `done` or `open`; tasks are carried over on the page only.
    state: TaskState,
}

/// Says that a task is done, or open again; what is so already stays as it is.
#[utoipa::path(put, path = "/api/v1/plans/{plan}/tasks/{task}/state", tag = "plans", request_body = TaskStateBody,
    params(("plan" = String, Path, description = "id of the plan"), ("task" = String, Path, description = "id of the task")),
    responses((status = 204, description = "said"), (status = 409, description = "the task was carried over, or the plan is a draft")))]
pub(super) async fn set_state(
    ctx: Ctx,
    At((plan, task)): At<(PlanId, PlanTaskId)>,
    web::Json(body): web::Json<TaskStateBody>,
) -> AppResult<StatusCode> {
    let is_done = match body.state {
        TaskState::Done => true,
        TaskState::Open => false,
        TaskState::Carried => return Err(AppError::invalid("state", "这里只能写 open、done。")),
    };
    actions::set_done(&ctx, plan, task, is_done).await.map(done)
}
