//! What a meeting decides, and how it becomes tasks of the plan.

use super::actions::{changed, commit, locked};
use super::model::{self, Decided, MOST_DECISIONS, Step};
use super::store::{self, DecisionRow, GuestRow};
use crate::plans::model::TargetDraft;
use crate::plans::{self, PlanRow};
use crate::progress::duties::give_lead;
use crate::reading;
use crate::{MeetingDecisionId, MeetingId, PlanId};
use kernel::{Date, OrgId};
use platform::{AppError, AppResult, Ctx};
use serde_json::json;

/// Who can be given a decision: the plan's own organisation and the guests that are organisations, each with its name.
#[must_use]
pub fn leads(plan: &PlanRow, guests: &[GuestRow]) -> Vec<(OrgId, String)> {
    let mut leads = vec![(plan.org_id, plan.org_name.clone())];
    for guest in guests {
        if let Some(org) = guest.org_id.filter(|org| *org != plan.org_id) {
            leads.push((org, guest.name.clone()));
        }
    }
    leads
}

/// Adds a decision.
///
/// # Errors
/// [`AppError::Invalid`] for wrong fields; as [`locked`].
pub async fn decide(
    ctx: &Ctx,
    plan: PlanId,
    id: MeetingId,
    words: &str,
    lead: Option<OrgId>,
    due: Option<Date>,
) -> AppResult<MeetingDecisionId> {
    let (tx, plan, row) = locked(ctx, plan, id, Step::Write).await?;
    let decision = model::check_decision(words, due, row.begins_at.date(), plan.ends_on)?;
    let guests = store::guests(&tx, id).await?;
    let lead = lead.filter(|lead| leads(&plan, &guests).iter().any(|(org, _)| org == lead));
    let lead = lead.ok_or_else(|| AppError::invalid("lead", "请选由哪个单位办。"))?;
    if store::decisions(&tx, id).await?.len() >= MOST_DECISIONS {
        return Err(AppError::refused(
            "too_many_decisions",
            format!("一次会议最多 {MOST_DECISIONS} 条议定事项。"),
        ));
    }
    let new: MeetingDecisionId = ctx.new_id();
    store::decide(&tx, id, new, (&decision.words, lead, decision.due)).await?;
    commit(
        tx,
        "plan.meeting_decided",
        &plan,
        id,
        json!({ "decision": new.to_string() }),
    )
    .await?;
    Ok(new)
}

/// Takes a decision back.
///
/// # Errors
/// [`AppError::NotFound`] when it is none; as [`locked`].
pub async fn drop(ctx: &Ctx, plan: PlanId, id: MeetingId, decision: MeetingDecisionId) -> AppResult<()> {
    let (tx, plan, _) = locked(ctx, plan, id, Step::Write).await?;
    if !store::decisions(&tx, id)
        .await?
        .iter()
        .any(|one| one.id == decision)
    {
        return Err(AppError::NotFound);
    }
    store::drop_decision(&tx, decision).await?;
    commit(
        tx,
        "plan.meeting_decided",
        &plan,
        id,
        json!({ "dropped": decision.to_string() }),
    )
    .await
}

/// Figures that the reader finds in the words of a decision, as they become targets.
#[must_use]
pub fn targets_in(words: &str) -> Vec<TargetDraft> {
    let read = reading::read(words);
    let items = read.items.iter().map(plans::item_of);
    let tasks = items.flat_map(|item| item.tasks);
    model::unbound(tasks.flat_map(|task| task.targets).collect())
}

/// A plan that is issued is not made shorter: what does not go in belongs to the next one.
fn full(error: AppError) -> AppError {
    match error {
        AppError::Refused {
            code: "plan_full", ..
        } => AppError::refused(
            "plan_full",
            "这份计划的条目已经满了，议定事项加不进去。请先删去议定事项再印发，事项写进下一份计划。",
        ),
        other => other,
    }
}

/// Issues the minutes: they are frozen, and the decisions become tasks of the plan with their leads. Gives how many tasks.
///
/// # Errors
/// [`AppError::Refused`] when nothing was written or decided, somebody wrote or decided since the actor saw it (`seen` is
/// [`model::seen_to_close`]), or the plan is full; as [`locked`].
pub async fn close(ctx: &Ctx, plan: PlanId, id: MeetingId, seen: &str) -> AppResult<usize> {
    let (tx, plan, row) = locked(ctx, plan, id, Step::Close).await?;
    let decisions = store::decisions(&tx, id).await?;
    if seen != model::seen_to_close(row.version, decisions.iter().map(|one| one.id.raw())) {
        return Err(changed());
    }
    let said = store::points(&tx, id)
        .await?
        .iter()
        .any(|point| !point.minutes.is_empty());
    if decisions.is_empty() && row.minutes.is_empty() && !said {
        return Err(AppError::refused(
            "no_minutes",
            "纪要还是空的。请先记录会上说了什么，或者议定了什么。",
        ));
    }
    if !decisions.is_empty() {
        tx.lock("plan", plan.id.raw()).await?;
        let decided: Vec<Decided> = decisions.iter().map(decided).collect();
        let item = model::item_of(&row.title, row.begins_at.date(), decided);
        plans::append(&tx, ctx, plan.id, vec![item]).await.map_err(full)?;
        let tasks = store::last_tasks(&tx, plan.id).await?;
        for (decision, task) in decisions.iter().zip(tasks) {
            store::became(&tx, decision.id, task).await?;
            give_lead(&tx, plan.id, task, decision.lead_org_id).await?;
        }
    }
    store::close(&tx, id, ctx.now()).await?;
    let count = decisions.len();
    commit(tx, "plan.meeting_closed", &plan, id, json!({ "tasks": count })).await?;
    Ok(count)
}

fn decided(row: &DecisionRow) -> Decided {
    Decided {
        words: row.words.clone(),
        lead: row.lead_name.clone(),
        due: row.due,
        targets: targets_in(&row.words),
    }
}
