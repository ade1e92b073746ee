//! JSON of changes of an issued plan that are asked for and decided.

use crate::plans::{figure, parse_amount};
use crate::progress::changes::{self, ChangeDraft};
use crate::progress::model::ChangeVerdict;
use crate::progress::store::ChangeRow;
use crate::reading::draft::plain_option;
use crate::{PlanChangeId, PlanId, PlanTargetId, PlanTaskId};
use axum::Json;
use axum::http::StatusCode;
use platform::api::{Asked, At, Created, Day, Listed, Moment, Named, Paging, Ref, created, done};
use platform::{AppError, AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanChangeJson {
    /// Id.
    id: String,
    /// Who asks.
    org: Named,
    /// Id of the target; null for the task's last day.
    #[schema(required)]
    target: Option<String>,
    /// New figure; null where only the day changes.
    #[schema(required)]
    #[serde(serialize_with = "plain_option")]
    value: Option<f64>,
    /// Figure when it was asked for.
    #[schema(required)]
    #[serde(serialize_with = "plain_option")]
    old_value: Option<f64>,
    /// New last day; null where only the figure changes.
    #[schema(required)]
    due: Option<Day>,
    /// Last day when it was asked for, as the task or target has it; may be empty.
    old_due: String,
    /// Why.
    reason: String,
    /// How it stands.
    verdict: ChangeVerdict,
    /// What was said of it; may be empty.
    note: String,
    /// When it was asked for.
    asked_at: Moment,
}

impl From<ChangeRow> for PlanChangeJson {
    fn from(row: ChangeRow) -> Self {
        Self {
            id: row.id.to_string(),
            org: Named::new(row.org_id, row.org_name),
            target: row.target_id.map(|target| target.to_string()),
            value: row.value_milli.map(figure),
            old_value: row.old_value_milli.map(figure),
            due: row.due.map(Day),
            old_due: row.old_due.unwrap_or_default(),
            reason: row.reason,
            verdict: row.verdict,
            note: row.note,
            asked_at: Moment(row.asked_at),
        }
    }
}

/// A change to be asked for: another figure or day of a target, or without a target another last day of the task.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PlanChangeBody {
    /// Id of a target of the task.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    target: Option<Ref<PlanTargetId>>,
    /// New figure, as text: `60`, `0.5`.
    #[serde(default)]
    value: Option<String>,
    /// New last day.
    #[serde(default)]
    due: Option<Day>,
    /// Why, 4 to 500 letters.
    reason: String,
}

/// What is said of a change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PlanChangeVerdictBody {
    /// `approved` or `refused`.
    verdict: ChangeVerdict,
    /// A refusal says why, 2 to 500 letters.
    #[serde(default)]
    note: String,
}

/// The changes asked for of a task that one may read, the newest first.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/tasks/{task}/changes", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), ("task" = String, Path, description = "id of the task"), Paging),
    responses((status = 200, body = Listed<PlanChangeJson>), (status = 409, description = "the plan is a draft")))]
pub(super) async fn list(
    ctx: Ctx,
    At((plan, task)): At<(PlanId, PlanTaskId)>,
    asked: Asked,
) -> AppResult<Json<Listed<PlanChangeJson>>> {
    let part = asked.part()?;
    let all = changes::list(&ctx, plan, task).await?;
    Ok(Json(part.of(all).map(PlanChangeJson::from)))
}

/// Asks for a change of a task that one's organisation leads.
#[utoipa::path(post, path = "/api/v1/plans/{plan}/tasks/{task}/changes", tag = "plans", request_body = PlanChangeBody,
    params(("plan" = String, Path, description = "id of the plan"), ("task" = String, Path, description = "id of the task")),
    responses((status = 201, body = platform::api::Made), (status = 403, description = "your organisation does not lead it")))]
pub(super) async fn ask(
    ctx: Ctx,
    At((plan, task)): At<(PlanId, PlanTaskId)>,
    web::Json(body): web::Json<PlanChangeBody>,
) -> AppResult<Created> {
    let wrong = || AppError::invalid("value", "数值要填数字，例如 60 或 0.5。");
    let typed = body.value.as_deref();
    let value_milli = typed
        .map(|typed| parse_amount(typed).ok_or_else(wrong))
        .transpose()?;
    let draft = ChangeDraft {
        target: body.target.map(|target| target.0),
        value_milli,
        due: body.due.map(|due| due.0),
        reason: body.reason,
    };
    changes::ask(&ctx, plan, task, draft).await.map(created)
}

/// Grants a change, which holds from then on, or refuses it.
#[utoipa::path(put, path = "/api/v1/plans/{plan}/changes/{change}", tag = "plans", request_body = PlanChangeVerdictBody,
    params(("plan" = String, Path, description = "id of the plan"), ("change" = String, Path, description = "id of the change")),
    responses((status = 204, description = "decided"),
        (status = 409, description = "decided already, or what it changes has changed since")))]
pub(super) async fn decide(
    ctx: Ctx,
    At((plan, change)): At<(PlanId, PlanChangeId)>,
    web::Json(body): web::Json<PlanChangeVerdictBody>,
) -> AppResult<StatusCode> {
    let granted = match body.verdict {
        ChangeVerdict::Approved => true,
        ChangeVerdict::Refused => false,
        ChangeVerdict::Waiting => {
            return Err(AppError::invalid("verdict", "这里只能写 approved、refused。"));
        }
    };
    changes::decide(&ctx, plan, change, granted, &body.note).await?;
    Ok(done(()))
}
