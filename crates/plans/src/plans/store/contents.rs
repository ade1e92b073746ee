//! SQL that writes items with their tasks and targets.

use super::ItemRow;
use crate::plans::model::{ItemDraft, LookedAt, TargetDraft, TaskDraft};
use crate::{PlanId, PlanItemId};
use db::{DbResult, Tx, Value, args};

/// A new item with the ids of its tasks and of their targets.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// Id.
    pub id: PlanItemId,
    /// Place in the plan.
    pub position: i64,
    /// Its content.
    pub item: ItemDraft,
    /// Whether a person wrote it.
    pub checked: bool,
    /// Whether the reader left a doubt.
    pub doubtful: bool,
}

const ITEM: &[&str] = &[
    "id",
    "plan_id",
    "position",
    "number",
    "path",
    "heading",
    "text",
    "line_from",
    "line_to",
    "char_from",
    "char_to",
    "checked",
    "doubtful",
    "version",
];

/// Writes new items with what is in them.
pub async fn insert_items(
    tx: &Tx,
    plan: PlanId,
    items: &[NewItem],
    mut ids: impl FnMut() -> i64,
) -> DbResult<()> {
    let rows: Vec<Vec<Value>> = items.iter().map(|new| item_cells(plan, new)).collect();
    tx.insert_many("plan_item", ITEM, &rows).await?;
    let mut contents = Contents::default();
    for new in items {
        contents.take_up(plan, new.id, &new.item.tasks, &mut ids);
    }
    contents.write(tx).await
}

fn item_cells(plan: PlanId, new: &NewItem) -> Vec<Value> {
    let (item, place) = (&new.item, new.item.place);
    vec![
        new.id.into(),
        plan.into(),
        new.position.into(),
        item.number.clone().into(),
        item.path.join("\n").into(),
        item.heading.as_str().into(),
        item.text.as_str().into(),
        place.line_from.into(),
        place.line_to.into(),
        place.from.into(),
        place.to.into(),
        new.checked.into(),
        new.doubtful.into(),
        1_i64.into(),
    ]
}

/// Rows of tasks and targets.
#[derive(Default)]
struct Contents {
    tasks: Vec<Vec<Value>>,
    targets: Vec<Vec<Value>>,
}

const TASK: &[&str] = &[
    "id",
    "plan_id",
    "item_id",
    "position",
    "text",
    "kind",
    "lead",
    "helpers",
    "window_from",
    "window_to",
    "every_year",
    "line_from",
    "line_to",
    "char_from",
    "char_to",
];
const TARGET: &[&str] = &[
    "id",
    "plan_id",
    "item_id",
    "task_id",
    "position",
    "object",
    "verb",
    "comparison",
    "value_milli",
    "value_to_milli",
    "unit",
    "due",
    "metric",
    "confidence",
    "source_text",
];

impl Contents {
    fn take_up(
        &mut self,
        plan: PlanId,
        item: PlanItemId,
        tasks: &[TaskDraft],
        ids: &mut impl FnMut() -> i64,
    ) {
        for (position, task) in (1_i64..).zip(tasks) {
            let id = ids();
            self.tasks.push(task_cells((plan, item, id), position, task));
            for (position, target) in (1_i64..).zip(&task.targets) {
                let mut row: Vec<Value> =
                    vec![ids().into(), plan.into(), item.into(), id.into(), position.into()];
                row.extend(target_cells(target));
                self.targets.push(row);
            }
        }
    }

    async fn write(self, tx: &Tx) -> DbResult<()> {
        tx.insert_many("plan_task", TASK, &self.tasks).await?;
        tx.insert_many("plan_target", TARGET, &self.targets).await
    }
}

fn task_cells((plan, item, id): (PlanId, PlanItemId, i64), position: i64, task: &TaskDraft) -> Vec<Value> {
    vec![
        id.into(),
        plan.into(),
        item.into(),
        position.into(),
        task.text.as_str().into(),
        task.kind.into(),
        task.lead.join("\n").into(),
        task.helpers.join("\n").into(),
        task.from.as_str().into(),
        task.to.as_str().into(),
        task.every_year.into(),
        task.place.line_from.into(),
        task.place.line_to.into(),
        task.place.from.into(),
        task.place.to.into(),
    ]
}

fn target_cells(target: &TargetDraft) -> Vec<Value> {
    vec![
        target.object.as_str().into(),
        target.verb.as_str().into(),
        target.comparison.into(),
        target.value_milli.into(),
        target.value_to_milli.into(),
        target.unit.as_str().into(),
        target.due.into(),
        target.metric.clone().into(),
        target.confidence.into(),
        target.source_text.as_str().into(),
    ]
}

/// Writes what a person made of an item: its words, tasks and targets are new.
pub async fn update_item(tx: &Tx, row: &ItemRow, item: &ItemDraft, ids: impl FnMut() -> i64) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_item SET number = $2, heading = $3, text = $4, checked = TRUE, version = version + 1 WHERE id = $1",
        args![row.id, item.number.clone(), &item.heading, &item.text],
    )
    .await?;
    replace_tasks(tx, row.plan_id, row.id, &item.tasks, ids).await
}

/// Writes the tasks and targets of an item anew.
pub async fn replace_tasks(
    tx: &Tx,
    plan: PlanId,
    item: PlanItemId,
    tasks: &[TaskDraft],
    mut ids: impl FnMut() -> i64,
) -> DbResult<()> {
    tx.exec("DELETE FROM plan_target WHERE item_id = $1", args![item])
        .await?;
    tx.exec("DELETE FROM plan_task WHERE item_id = $1", args![item])
        .await?;
    let mut contents = Contents::default();
    contents.take_up(plan, item, tasks, &mut ids);
    contents.write(tx).await
}

/// Marks an item as looked at.
pub async fn accept_item(tx: &Tx, id: PlanItemId) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_item SET checked = TRUE, version = version + 1 WHERE id = $1",
        args![id],
    )
    .await?;
    Ok(())
}

/// Writes the words of an item whose tasks were moved or joined, and how far it was looked at.
pub async fn update_text(tx: &Tx, id: PlanItemId, text: &str, seen: LookedAt) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_item SET text = $2, checked = $3, doubtful = $4, version = version + 1 WHERE id = $1",
        args![id, text, seen.checked, seen.doubtful],
    )
    .await?;
    Ok(())
}

/// Removes an item with what is in it.
pub async fn remove_item(tx: &Tx, id: PlanItemId) -> DbResult<()> {
    for sql in [
        "DELETE FROM plan_link WHERE item_id = $1",
        "DELETE FROM plan_target WHERE item_id = $1",
        "DELETE FROM plan_task WHERE item_id = $1",
        "DELETE FROM plan_item WHERE id = $1",
    ] {
        tx.exec(sql, args![id]).await?;
    }
    Ok(())
}

/// Makes room for one item after a place.
pub async fn make_room(tx: &Tx, plan: PlanId, after: i64) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_item SET position = position + 1 WHERE plan_id = $1 AND position > $2",
        args![plan, after],
    )
    .await?;
    Ok(())
}

/// Says that items of a plan were written: its version rises.
pub async fn items_written(tx: &Tx, plan: PlanId) -> DbResult<()> {
    tx.exec(
        "UPDATE plan SET version = version + 1 WHERE id = $1 {unscoped: found in scope before}",
        args![plan],
    )
    .await?;
    Ok(())
}
