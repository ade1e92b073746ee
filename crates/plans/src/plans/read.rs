//! Plans with what is in them, as pages, programs and other features read them.

use super::model::ItemDraft;
use super::store::{self, ItemRow, PlanRow, TargetRow, TaskRow, Which};
use super::typed::Known;
use crate::{PlanId, PlanItemId};
use db::{Db, Scope};
use kernel::OrgId;
use orgs::tree;
use platform::{AppResult, Ctx, Permission};
use std::collections::HashMap;

/// An item with its tasks.
#[derive(Debug, Clone)]
pub struct Item {
    /// The item.
    pub row: ItemRow,
    /// Its tasks in order.
    pub tasks: Vec<Task>,
}

/// A task with its targets.
#[derive(Debug, Clone)]
pub struct Task {
    /// The task.
    pub row: TaskRow,
    /// Its targets in order.
    pub targets: Vec<TargetRow>,
}

impl Item {
    /// The item as it is kept.
    #[must_use]
    pub fn draft(&self) -> ItemDraft {
        ItemDraft {
            number: self.row.number.clone(),
            path: self.row.headings(),
            heading: self.row.heading.clone(),
            text: self.row.text.clone(),
            place: self.row.place(),
            tasks: self
                .tasks
                .iter()
                .map(|task| {
                    task.row
                        .draft(task.targets.iter().map(TargetRow::draft).collect())
                })
                .collect(),
        }
    }

    /// The ids of its tasks and of their targets, as the form carries them.
    #[must_use]
    pub fn ids(&self) -> Vec<(String, Vec<String>)> {
        let ids = |task: &Task| {
            let targets = task.targets.iter().map(|target| target.id.to_string());
            (task.row.id.to_string(), targets.collect())
        };
        self.tasks.iter().map(ids).collect()
    }

    /// What the reader said of its tasks and targets.
    #[must_use]
    pub fn known(&self) -> Known {
        let targets = self.tasks.iter().flat_map(|task| &task.targets);
        Known {
            places: self
                .tasks
                .iter()
                .map(|task| (task.row.id.to_string(), task.row.place()))
                .collect(),
            sources: targets
                .map(|target| {
                    (
                        target.id.to_string(),
                        (target.confidence, target.source_text.clone()),
                    )
                })
                .collect(),
        }
    }
}

/// Puts tasks and targets to their items.
pub(crate) async fn with_contents(db: &Db, rows: Vec<ItemRow>) -> AppResult<Vec<Item>> {
    let ids: Vec<PlanItemId> = rows.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut targets: HashMap<i64, Vec<TargetRow>> = HashMap::new();
    for target in store::targets(db, &ids).await? {
        targets.entry(target.task_id.raw()).or_default().push(target);
    }
    let mut tasks: HashMap<i64, Vec<Task>> = HashMap::new();
    for row in store::tasks(db, &ids).await? {
        let targets = targets.remove(&row.id.raw()).unwrap_or_default();
        tasks
            .entry(row.item_id.raw())
            .or_default()
            .push(Task { row, targets });
    }
    Ok(rows
        .into_iter()
        .map(|row| Item {
            tasks: tasks.remove(&row.id.raw()).unwrap_or_default(),
            row,
        })
        .collect())
}

/// All items of a plan with what is in them.
///
/// # Errors
/// When the database refuses.
pub async fn all_items(db: &Db, plan: PlanId) -> AppResult<Vec<Item>> {
    let most = i64::try_from(super::model::MOST_ITEMS).unwrap_or(i64::MAX);
    let rows = store::items(db, plan, Which::All, 0, most).await?;
    with_contents(db, rows).await
}

/// Where a reader of plans may look: the subtree of their posts, and the organisations above these posts.
pub(crate) struct Sight {
    pub(crate) scope: Scope,
    pub(crate) above: Vec<OrgId>,
}

/// The sight of the actor.
pub(crate) fn sight(ctx: &Ctx) -> AppResult<Sight> {
    let scope = ctx.may(Permission::PlanRead)?;
    let posts = ctx
        .actor
        .posts
        .iter()
        .filter(|post| scope.contains(&post.org_path));
    let mut above: Vec<OrgId> = posts.flat_map(|post| tree::ids_of(&post.org_path)).collect();
    above.sort_unstable();
    above.dedup();
    Ok(Sight { scope, above })
}

/// A plan that the actor may read: issued in their sight, or a draft that they may correct.
///
/// # Errors
/// [`platform::AppError::NotFound`] when there is none for this actor.
pub async fn find(ctx: &Ctx, id: PlanId) -> AppResult<PlanRow> {
    let sight = sight(ctx)?;
    if let Some(plan) = store::find_issued(ctx.db(), &sight.scope, &sight.above, id).await? {
        return Ok(plan);
    }
    let edit = ctx.reach(Permission::PlanEdit);
    Ok(store::find_within(ctx.db(), &edit, id).await?)
}
