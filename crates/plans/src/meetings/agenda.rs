//! The agenda: proposed from what lags, with free points beside.

use super::actions::{commit, locked};
use super::model::{self, MOST_POINTS, MOST_PROPOSED, Step};
use super::store::{self, PointRow};
use crate::progress::actions::{Progress, overview};
use crate::{MeetingId, MeetingPointId, PlanId, PlanTaskId};
use metrics::Metrics;
use platform::{AppError, AppResult, Ctx};
use serde_json::json;
use std::collections::BTreeSet;

/// Tasks whose light warns and that are no point yet, the worst first.
///
/// # Errors
/// As [`overview`].
pub async fn proposed(
    ctx: &Ctx,
    metrics: &Metrics,
    plan: PlanId,
    points: &[PointRow],
) -> AppResult<Vec<Progress>> {
    let taken: BTreeSet<PlanTaskId> = points.iter().filter_map(|point| point.task_id).collect();
    let mut tasks = overview(ctx, metrics, plan).await?.tasks;
    tasks.retain(|task| !taken.contains(&task.task.row.id) && task.behind());
    tasks.sort_by_key(|task| {
        let red = task.light.as_ref().is_some_and(|light| light.color == "red");
        (!red, task.percent, task.days.1)
    });
    tasks.truncate(MOST_PROPOSED);
    Ok(tasks)
}

/// How a task stands on an agenda.
pub(super) fn title(task: &Progress) -> String {
    let mut title: String = task
        .title()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(150)
        .collect();
    let leads = task.leads();
    if !leads.is_empty() {
        title.push_str(&format!("（{}）", leads.chars().take(40).collect::<String>()));
    }
    title
}

/// Adds points to the agenda: tasks of the plan, and free ones, one a line. Gives how many.
///
/// # Errors
/// [`AppError::Invalid`] when nothing was chosen, a point is too long or there are too many; as [`locked`].
pub async fn add(
    ctx: &Ctx,
    metrics: &Metrics,
    plan: PlanId,
    id: MeetingId,
    tasks: &[PlanTaskId],
    free: &str,
) -> AppResult<usize> {
    let free = model::points_of(free)?;
    let all = overview(ctx, metrics, plan).await?.tasks;
    let (tx, plan, _) = locked(ctx, plan, id, Step::Prepare).await?;
    let present = store::points(&tx, id).await?;
    let taken: BTreeSet<PlanTaskId> = present.iter().filter_map(|point| point.task_id).collect();
    let lagging = all
        .iter()
        .filter(|task| tasks.contains(&task.task.row.id) && !taken.contains(&task.task.row.id))
        .map(|task| (title(task), Some(task.task.row.id)));
    let wanted: Vec<(String, Option<PlanTaskId>)> = lagging
        .chain(free.into_iter().map(|title| (title, None)))
        .collect();
    if wanted.is_empty() {
        return Err(AppError::invalid("points", "请勾选一项任务，或者写一个议题。"));
    }
    if present.len() + wanted.len() > MOST_POINTS {
        return Err(AppError::invalid(
            "points",
            format!("一次会议最多 {MOST_POINTS} 个议题。"),
        ));
    }
    let last = present.last().map_or(0, |point| point.position);
    let new: Vec<_> = wanted
        .into_iter()
        .zip(last + 1..)
        .map(|((title, task), position)| (ctx.new_id(), position, title, task))
        .collect();
    store::add_points(&tx, id, &new).await?;
    commit(
        tx,
        "plan.meeting_changed",
        &plan,
        id,
        json!({ "points": new.len() }),
    )
    .await?;
    Ok(new.len())
}

/// Takes a point off the agenda.
///
/// # Errors
/// [`AppError::NotFound`] when it is none; as [`locked`].
pub async fn remove(ctx: &Ctx, plan: PlanId, id: MeetingId, point: MeetingPointId) -> AppResult<()> {
    let (tx, plan, _) = locked(ctx, plan, id, Step::Prepare).await?;
    if !store::points(&tx, id).await?.iter().any(|one| one.id == point) {
        return Err(AppError::NotFound);
    }
    store::remove_point(&tx, point).await?;
    commit(tx, "plan.meeting_changed", &plan, id, json!({ "points": -1 })).await
}

/// Moves a point one place up.
///
/// # Errors
/// As [`remove`].
pub async fn raise(ctx: &Ctx, plan: PlanId, id: MeetingId, point: MeetingPointId) -> AppResult<()> {
    let (tx, plan, _) = locked(ctx, plan, id, Step::Prepare).await?;
    let points = store::points(&tx, id).await?;
    let at = points
        .iter()
        .position(|one| one.id == point)
        .ok_or(AppError::NotFound)?;
    let Some((above, own)) = at
        .checked_sub(1)
        .and_then(|above| Some((points.get(above)?, points.get(at)?)))
    else {
        return Ok(());
    };
    store::place_point(&tx, own.id, above.position).await?;
    store::place_point(&tx, above.id, own.position).await?;
    commit(
        tx,
        "plan.meeting_changed",
        &plan,
        id,
        json!({ "point_raised": true }),
    )
    .await
}
