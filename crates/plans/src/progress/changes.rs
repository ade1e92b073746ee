//! What can be done with changes of an issued plan: asked for with a reason, decided, and then carried out.

use super::actions::{issued, managed, of_plan, sees, worked_on};
use super::duties::speaks_for;
use super::model::{self, ChangeVerdict};
use super::store::{self, ChangeRow, NewChange};
use crate::{PlanChangeId, PlanId, PlanTargetId, PlanTaskId};
use kernel::Date;
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx};
use serde_json::json;

/// Changes asked for of a task that the actor may read, the newest first.
///
/// # Errors
/// [`AppError::NotFound`] when the plan is not for this actor, or the task not one of it.
pub async fn list(ctx: &Ctx, plan: PlanId, task: PlanTaskId) -> AppResult<Vec<ChangeRow>> {
    let row = issued(ctx, plan).await?;
    store::task_of(ctx.db(), plan, task).await?;
    let mut changes = store::changes(ctx.db(), task).await?;
    changes.retain(|change| sees(ctx, &row, &change.org_path));
    Ok(changes)
}

/// A change that the actor may read.
///
/// # Errors
/// [`AppError::NotFound`] when there is none for this actor.
pub(super) async fn get(ctx: &Ctx, plan: PlanId, id: PlanChangeId) -> AppResult<ChangeRow> {
    let row = issued(ctx, plan).await?;
    let change = store::change(ctx.db(), plan, id).await?;
    if sees(ctx, &row, &change.org_path) {
        Ok(change)
    } else {
        Err(AppError::NotFound)
    }
}

/// Most letters of what is said of a change.
pub(super) const LONGEST_NOTE: usize = 500;

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
    let found = of_plan(ctx.db(), id, task).await?;
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
    let value_milli = draft.value_milli;
    if value_milli.is_some() && target.is_none() {
        return Err(AppError::invalid("target", "请选这个新的数值是哪个指标值的。"));
    }
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
    tx.lock("plan", id.raw()).await?;
    worked_on(&tx, &plan, &found.row).await?;
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
    let note = kernel::bounded_lines(note, least, LONGEST_NOTE, "审批意见")
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
        carry_out(&tx, plan, &change).await?;
    }
    let data = json!({ "change": id.to_string(), "verdict": verdict.as_str() });
    let event = Event::new("plan.change_decided", "plan_task", change.task_id)
        .at(row.org_id)
        .data(data);
    tx.commit(vec![event]).await?;
    Ok(change)
}

/// Carries a granted change out, where what it changes still is as it was when the change was asked for.
async fn carry_out(tx: &Tx, plan: PlanId, change: &ChangeRow) -> AppResult<()> {
    let task = of_plan(tx, plan, change.task_id).await?;
    let old_due = change.old_due.clone().unwrap_or_default();
    let Some(id) = change.target_id else {
        if task.row.window_to != old_due {
            return Err(moved_on("任务的完成日期", &task.row.window_to));
        }
        let due = change.due.map(|due| due.to_string()).unwrap_or_default();
        return Ok(store::set_last_day(tx, change.task_id, &due).await?);
    };
    let target = task.targets.into_iter().find(|one| one.id == id);
    let target = target.ok_or(AppError::NotFound)?;
    let due = target.due.map(|due| due.to_string()).unwrap_or_default();
    if change.value_milli.is_some() && change.old_value_milli != Some(target.value_milli) {
        return Err(moved_on("指标值", &target.words()));
    }
    if change.due.is_some() && old_due != due {
        return Err(moved_on("指标值的完成日期", &due));
    }
    let granted = model::granted(&target, change.value_milli, change.due);
    Ok(store::set_target(tx, id, granted).await?)
}

fn moved_on(what: &str, now: &str) -> AppError {
    let now = if now.is_empty() { "没有" } else { now };
    let sentence = format!(
        "申请以后，{what}已经改过，现在是：{now}。请选“不同意”并写明原因，让牵头单位按现在的重新申请。"
    );
    AppError::refused("changed_meanwhile", sentence)
}
