//! Carrying over: tasks that are not done go on in a draft of the next year.

use super::actions::managed;
use super::days::Window;
use super::model::TaskState;
use super::store::{self, StateRow};
use crate::plans::model::{ItemDraft, Place};
use crate::plans::{self, PlanBrief};
use crate::{PlanId, PlanTaskId};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// Drafts of the same organisation that can go on with a plan's tasks.
///
/// # Errors
/// As [`managed`].
pub async fn homes(ctx: &Ctx, id: PlanId) -> AppResult<Vec<PlanBrief>> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    let drafts = plans::actions::drafts(ctx).await?;
    Ok(drafts
        .into_iter()
        .filter(|draft| draft.org_id == plan.org_id)
        .collect())
}

/// Carries tasks over into a draft of the same organisation: each item with its words, and of its tasks those that go on.
/// Targets lose their day, which the new year sets anew. Gives how many tasks.
///
/// # Errors
/// [`AppError::Invalid`] without tasks or without such a draft; as [`managed`].
pub async fn over(ctx: &Ctx, id: PlanId, tasks: &[PlanTaskId], into: PlanId) -> AppResult<usize> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    let tx = ctx.begin().await?;
    // Both are held from before anything is read: somebody may issue the draft, or carry the same tasks over, meanwhile.
    tx.lock_all("plan", &[id.raw(), into.raw()]).await?;
    match plans::actions::locked_draft(ctx, &tx, into).await {
        Ok(draft) if draft.org_id == plan.org_id => {}
        Ok(_) | Err(AppError::NotFound | AppError::Refused { .. }) => {
            return Err(AppError::invalid(
                "into",
                "请选本单位的一份草稿。没有的话，先上传下一年的工作要点。",
            ));
        }
        Err(other) => return Err(other),
    }
    let states = store::states(&tx, id).await?;
    let open = |task: &plans::Task| {
        let said = states.iter().find(|row| row.task_id == task.row.id);
        let time = Window::of(&plan, &task.row).time(None, ctx.today());
        time.state(said.map(StateRow::said)) == TaskState::Open
    };
    let mut items = plans::all_items(&tx, id).await?;
    for item in &mut items {
        item.tasks
            .retain(|task| tasks.contains(&task.row.id) && open(task));
    }
    items.retain(|item| !item.tasks.is_empty());
    let carried: Vec<PlanTaskId> = items
        .iter()
        .flat_map(|item| &item.tasks)
        .map(|task| task.row.id)
        .collect();
    if carried.is_empty() {
        return Err(AppError::invalid(
            "tasks",
            "请勾选要结转的任务。已完成和已结转的不能再结转。",
        ));
    }
    let drafts: Vec<ItemDraft> = items
        .iter()
        .map(|item| next_year(item.draft(), plan.year))
        .collect();
    plans::append(&tx, ctx, into, drafts).await?;
    for task in &carried {
        store::set_state(&tx, (id, *task), TaskState::Carried, Some(into), ctx.now()).await?;
    }
    let data = json!({ "into": into.to_string(), "tasks": carried.len() });
    tx.commit(vec![
        Event::new("plan.carried_over", "plan", id)
            .at(plan.org_id)
            .data(data),
    ])
    .await?;
    Ok(carried.len())
}

/// An item as the next year's draft begins with it.
fn next_year(mut item: ItemDraft, year: i64) -> ItemDraft {
    item.path = vec![format!("{year}年结转")];
    item.number = None;
    item.place = Place::default();
    for task in &mut item.tasks {
        task.place = Place::default();
        if !task.every_year {
            task.from.clear();
            task.to.clear();
        }
        for target in &mut task.targets {
            target.due = None;
        }
    }
    item
}
