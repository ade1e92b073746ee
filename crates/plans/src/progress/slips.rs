//! What can be done with supervision slips (督办单): sent, received, replied to, closed.

use super::actions::{issued, managed, of_plan, sees};
use super::duties::answers_for;
use super::model::{self, DutyPart};
use super::store::{self, SlipRow};
use crate::{PlanId, PlanSlipId, PlanTaskId};
use kernel::{Date, OrgId};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// Most letters of one reply.
pub(super) const LONGEST_REPLY: usize = 2_000;

/// Slips on a task that the actor may read, the newest first.
///
/// # Errors
/// [`AppError::NotFound`] when the plan is not for this actor, or the task not one of it.
pub async fn list(ctx: &Ctx, plan: PlanId, task: PlanTaskId) -> AppResult<Vec<SlipRow>> {
    let row = issued(ctx, plan).await?;
    store::task_of(ctx.db(), plan, task).await?;
    let mut slips = store::slips(ctx.db(), task).await?;
    slips.retain(|slip| sees(ctx, &row, &slip.org_path));
    Ok(slips)
}

/// Which of these slips the actor can answer.
pub(super) fn open_to(ctx: &Ctx, slips: &[SlipRow]) -> Vec<PlanSlipId> {
    let open = slips.iter().filter(|slip| slip.closed_at.is_none());
    open.filter(|slip| answers_for(ctx, &slip.plan_path, &slip.org_path))
        .map(|slip| slip.id)
        .collect()
}

/// Sends a slip to an organisation that leads the task.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] for wrong fields or an organisation that does not lead.
pub async fn send(
    ctx: &Ctx,
    (id, task): (PlanId, PlanTaskId),
    org: OrgId,
    words: &str,
    due: Date,
) -> AppResult<PlanSlipId> {
    let plan = managed(ctx, id, Permission::PlanIssue).await?;
    of_plan(ctx.db(), id, task).await?;
    let duties = store::duties(ctx.db(), id).await?;
    let leads =
        |duty: &store::DutyRow| duty.task_id == task && duty.org_id == org && duty.part == DutyPart::Lead;
    if !duties.iter().any(leads) {
        return Err(AppError::invalid(
            "org",
            "督办单发给这项任务的牵头单位。请先指定牵头单位。",
        ));
    }
    let words = kernel::bounded_lines(words, 4, 1_000, "督办内容")
        .map_err(|wrong| AppError::invalid("words", wrong))?;
    if due < ctx.today() {
        return Err(AppError::invalid("due", "回复期限不能早于今天。"));
    }
    let tx = ctx.begin().await?;
    let slip: PlanSlipId = ctx.new_id();
    store::send_slip(&tx, slip, (id, task), (org, &words, due), ctx.now()).await?;
    let data = json!({ "plan": plan.id.to_string(), "task": task.to_string(), "due": due.to_string() });
    tx.commit(vec![
        Event::new("plan.slip_sent", "plan_slip", slip).at(org).data(data),
    ])
    .await?;
    Ok(slip)
}

/// A slip that the actor may read.
///
/// # Errors
/// [`AppError::NotFound`] when there is none for this actor.
pub(super) async fn get(ctx: &Ctx, plan: PlanId, id: PlanSlipId) -> AppResult<SlipRow> {
    let row = issued(ctx, plan).await?;
    let slip = store::slip(ctx.db(), plan, id).await?;
    if sees(ctx, &row, &slip.org_path) {
        Ok(slip)
    } else {
        Err(AppError::NotFound)
    }
}

/// A slip that lies with the actor's organisation and is not closed.
async fn mine(ctx: &Ctx, plan: PlanId, id: PlanSlipId) -> AppResult<SlipRow> {
    ctx.may(Permission::PlanReport)?;
    issued(ctx, plan).await?;
    let slip = store::slip(ctx.db(), plan, id).await?;
    if !answers_for(ctx, &slip.plan_path, &slip.org_path) {
        return Err(AppError::NotFound);
    }
    open(slip)
}

fn open(slip: SlipRow) -> AppResult<SlipRow> {
    if slip.closed_at.is_some() {
        return Err(AppError::refused(
            "slip_closed",
            "这张督办单已经办结，不用再回复。",
        ));
    }
    Ok(slip)
}

/// Says that a slip was received.
///
/// # Errors
/// [`AppError::NotFound`] for one that lies with another organisation; [`AppError::Refused`] when it is closed.
pub async fn receive(ctx: &Ctx, plan: PlanId, id: PlanSlipId) -> AppResult<SlipRow> {
    mine(ctx, plan, id).await?;
    let tx = ctx.begin().await?;
    tx.lock("plan", plan.raw()).await?;
    let slip = open(store::slip(&tx, plan, id).await?)?;
    if slip.received_at.is_some() {
        return Ok(slip);
    }
    store::receive_slip(&tx, id, ctx.now()).await?;
    tx.commit(vec![
        Event::new("plan.slip_received", "plan_slip", id).at(slip.org_id),
    ])
    .await?;
    Ok(slip)
}

/// Replies to a slip; a second reply stands behind the first.
///
/// # Errors
/// As [`receive`]; [`AppError::Invalid`] without words.
pub async fn reply(ctx: &Ctx, plan: PlanId, id: PlanSlipId, words: &str) -> AppResult<SlipRow> {
    let slip = mine(ctx, plan, id).await?;
    let words = kernel::bounded_lines(words, 2, LONGEST_REPLY, "回复")
        .map_err(|wrong| AppError::invalid("reply", wrong))?;
    let tx = ctx.begin().await?;
    tx.lock("plan", plan.raw()).await?;
    let slip = open(store::slip(&tx, plan, slip.id).await?)?;
    let Some(all) = model::replied(&slip.reply, &words, ctx.today())? else {
        return Ok(slip);
    };
    store::reply_slip(&tx, id, &all, ctx.now()).await?;
    tx.commit(vec![
        Event::new("plan.slip_replied", "plan_slip", id).at(slip.org_id),
    ])
    .await?;
    Ok(slip)
}

/// Closes a slip that was replied to, or takes it back before.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] when it is closed already.
pub async fn close(ctx: &Ctx, plan: PlanId, id: PlanSlipId) -> AppResult<SlipRow> {
    managed(ctx, plan, Permission::PlanIssue).await?;
    let tx = ctx.begin().await?;
    tx.lock("plan", plan.raw()).await?;
    let slip = store::slip(&tx, plan, id).await?;
    if slip.closed_at.is_some() {
        return Err(AppError::refused("slip_closed", "这张督办单已经办结。"));
    }
    store::close_slip(&tx, id, ctx.now()).await?;
    tx.commit(vec![
        Event::new("plan.slip_closed", "plan_slip", id).at(slip.org_id),
    ])
    .await?;
    Ok(slip)
}
