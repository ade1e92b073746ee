//! What can be done with changes of an issued plan: asked for with a reason, decided, and then carried out.

use super::actions::{issued, managed, of_plan, sees};
use super::duties::speaks_for;
use super::model::ChangeVerdict;
use super::store::{self, ChangeRow, NewChange};
use crate::{PlanChangeId, PlanId, PlanTargetId, PlanTaskId};
use kernel::Date;
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// Changes asked for of a task that the actor may read, the newest first.
///
/// # Errors
/// [`AppError::NotFound`] when the plan is not for this actor.
pub async fn list(ctx: &Ctx, plan: PlanId, task: PlanTaskId) -> AppResult<Vec<ChangeRow>> {
    let row = issued(ctx, plan).await?;
    let mut changes = store::changes(ctx.db(), task).await?;
    changes.retain(|change| sees(ctx, &row, &change.org_path));
    Ok(changes)
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct ChangeDraft {
    /// The target; none for the task's last day.
    pub target: Option<PlanTargetId>,
    /// New figure in thousandths.
    pub value_milli: Option<i64>,
    /// New last day.
    pub due: Option<Date>,
    /// Why.
    pub reason: String,
}

/// Asks for another figure or day of a target, or another last day of the task.
///
/// # Errors
/// [`AppError::Forbidden`] for who does not lead the task; [`AppError::Invalid`] for wrong fields.
pub async fn ask(ctx: &Ctx, id: PlanId, task: PlanTaskId, draft: ChangeDraft) -> AppResult<PlanChangeId> {
    let plan = issued(ctx, id).await?;
    let found = of_plan(ctx, id, task).await?;
    let org = speaks_for(ctx, &plan, task).await?;
    let reason = kernel::bounded_lines(&draft.reason, 4, 500, "变更的原因")
        .map_err(|wrong| AppError::invalid("reason", wrong))?;
    let target = match draft.target {
        Some(target) => Some(
            found
                .targets
                .iter()
                .find(|one| one.id == target)
                .ok_or_else(|| AppError::invalid("target", "请从这项任务的指标值里选。"))?,
        ),
        None => None,
    };
    let value_milli = draft.value_milli.filter(|_| target.is_some());
    if value_milli.is_none() && draft.due.is_none() {
        return Err(AppError::invalid("value", "请填新的数值，或者新的完成日期。"));
    }
    let new = NewChange {
        id: ctx.new_id(),
        task: (id, task),
        org,
        target: target.map(|target| target.id),
        value_milli,
        due: draft.due,
        old_value_milli: target
            .filter(|_| value_milli.is_some())
            .map(|target| target.value_milli),
        old_due: target.map_or_else(
            || Some(found.row.window_to.clone()).filter(|day| !day.is_empty()),
            |target| target.due.map(|due| due.to_string()),
        ),
        reason: reason.clone(),
        at: ctx.now(),
    };
    let tx = ctx.begin().await?;
    store::ask_change(&tx, &new).await?;
    let data = json!({
        "change": new.id.to_string(),
        "value_milli": [new.old_value_milli, new.value_milli],
        "due": [new.old_due, new.due.map(|due| due.to_string())],
    });
    let event = Event::new("plan.change_asked", "plan_task", task)
        .at(org)
        .data(data)
        .note(reason);
    tx.commit(vec![event]).await?;
    Ok(new.id)
}

/// Grants a change, which holds from then on, or refuses it with a note.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] when it is decided already; [`AppError::Invalid`] for a
/// refusal without a note.
pub async fn decide(
    ctx: &Ctx,
    plan: PlanId,
    id: PlanChangeId,
    granted: bool,
    note: &str,
) -> AppResult<ChangeRow> {
    let row = managed(ctx, plan, Permission::PlanIssue).await?;
    let least = if granted { 0 } else { 2 };
    let note = kernel::bounded_lines(note, least, 500, "审批意见")
        .map_err(|wrong| AppError::invalid("note", wrong))?;
    let tx = ctx.begin().await?;
    tx.lock("plan", plan.raw()).await?;
    let change = store::change(&tx, plan, id).await?;
    if change.verdict != ChangeVerdict::Waiting {
        return Err(AppError::refused(
            "decided_already",
            "这个变更申请已经有人审批过了。",
        ));
    }
    let verdict = if granted {
        ChangeVerdict::Approved
    } else {
        ChangeVerdict::Refused
    };
    store::decide_change(&tx, id, verdict, &note, ctx.now()).await?;
    if granted {
        store::carry_out(&tx, &change).await?;
    }
    let data = json!({ "change": id.to_string(), "verdict": verdict.as_str() });
    let event = Event::new("plan.change_decided", "plan_task", change.task_id)
        .at(row.org_id)
        .data(data);
    tx.commit(vec![event]).await?;
    Ok(change)
}
