//! One target of an issued plan: how it stands, and which metric moves it.

use super::actions::{issued, managed, one};
use super::figures::{self, Standing};
use super::model;
use super::store;
use crate::plans::{self, PlanRow, TargetRow};
use crate::reading::bind::Bindings;
use crate::{PlanId, PlanTargetId, PlanTaskId};
use metrics::{Dimension, Metric, Metrics};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// A target with what is known of it.
#[derive(Debug, Clone)]
pub struct Target {
    /// The plan.
    pub plan: PlanRow,
    /// The task.
    pub task: PlanTaskId,
    /// The target.
    pub row: TargetRow,
    /// What is known of it.
    pub standing: Standing,
    /// What it will come to, in a sentence; may be empty.
    pub forecast: String,
    /// Whether the actor manages the plan.
    pub manages: bool,
}

/// A target of an issued plan.
///
/// # Errors
/// [`AppError::NotFound`] when there is none for this actor; [`AppError::Refused`] while the plan is a draft.
pub async fn get(ctx: &Ctx, metrics: &Metrics, id: PlanId, target: PlanTargetId) -> AppResult<Target> {
    let plan = issued(ctx, id).await?;
    let holds = |task: &plans::Task| task.targets.iter().any(|one| one.id == target);
    let mut progress = one(ctx, metrics, &plan, holds).await?;
    let row = progress.task.targets.iter().find(|one| one.id == target);
    let row = row.ok_or(AppError::NotFound)?.clone();
    Ok(Target {
        task: progress.task.row.id,
        forecast: progress.forecast(&plan, &row, ctx.today()),
        standing: progress.standings.remove(&target).ok_or(AppError::NotFound)?,
        manages: ctx.reach(Permission::PlanEdit).contains(&plan.org_path),
        row,
        plan,
    })
}

/// Says which metric moves a target, of which kind (see [`model::kind_for`]), and whether its growth or its level counts.
///
/// # Errors
/// As [`managed`]; [`AppError::Invalid`] for a metric that is not defined, or a kind that it does not tell apart.
pub async fn bind(
    ctx: &Ctx,
    metrics: &Metrics,
    (id, target): (PlanId, PlanTargetId),
    metric: Option<&str>,
    (grows, kind): (bool, &str),
) -> AppResult<()> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    let items = plans::all_items(ctx.db(), id).await?;
    let mut targets = items
        .iter()
        .flat_map(|item| &item.tasks)
        .flat_map(|task| &task.targets);
    let row = targets.find(|one| one.id == target).ok_or(AppError::NotFound)?;
    let found = metric.and_then(|metric| metrics.find(metric));
    if metric.is_some() && found.is_none() {
        return Err(AppError::invalid("metric", "请从列出的指标里选。"));
    }
    let kind = kernel::bounded(kind, 0, 40, "类别").map_err(|wrong| AppError::invalid("kind", wrong))?;
    let known = match found {
        Some(found) => kinds(ctx, metrics, &plan, found, row).await?,
        None => Vec::new(),
    };
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let kind = model::kind_for((row, metric), &kind, &known).ok_or_else(|| {
        AppError::invalid(
            "kind",
            "这个指标没有这一类。请从列出的类别里选，或者不选，算全部。",
        )
    })?;
    let tx = ctx.begin().await?;
    store::set_measure(&tx, (id, target), metric, grows, &kind).await?;
    let data = json!({ "metric": metric, "grows": grows, "kind": kind });
    tx.commit(vec![
        Event::new("plan.target_bound", "plan_target", target)
            .at(plan.org_id)
            .data(data),
    ])
    .await
}

/// The kinds that a metric tells apart: those it lists; where it lists none, those that occur at the plan's organisation, the one
/// that the target's words mean and the one of it that counts already.
async fn kinds(
    ctx: &Ctx,
    metrics: &Metrics,
    plan: &PlanRow,
    metric: &Metric,
    target: &TargetRow,
) -> AppResult<Vec<String>> {
    let listed = model::kinds_of(metric);
    if !listed.is_empty() || !metric.breakdowns.contains(&Dimension::Kind) {
        return Ok(listed.iter().map(|kind| (*kind).to_owned()).collect());
    }
    let period = figures::period(
        metric.is_moment(&metrics.registry),
        plan,
        plan.starts_on,
        ctx.today(),
    );
    let occurring = metrics
        .breakdown(ctx, metric.id, plan.org_id, period, Dimension::Kind)
        .await?;
    let mut kinds: Vec<String> = occurring.into_iter().map(|(kind, _)| kind).collect();
    kinds.push(Bindings::shipped().kind(metric.id, &target.object).to_owned());
    if target.metric.as_deref() == Some(metric.id) {
        let counted = store::measures(ctx.db(), plan.id).await?.into_iter();
        kinds.extend(
            counted
                .filter(|one| one.target_id == target.id)
                .map(|one| one.kind),
        );
    }
    Ok(kinds)
}
