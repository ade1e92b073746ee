//! What can be done with the items of a draft: one function a verb.

use super::actions::unfrozen;
use super::model::{self, ItemDraft};
use super::read::{self, Item};
use super::store::{self, ItemRow, NewItem, PlanRow, Which};
use super::typed::{self, TypedItem};
use crate::{PlanId, PlanItemId};
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx};
use serde_json::json;

/// An item of a plan with what is in it.
///
/// # Errors
/// [`AppError::NotFound`] when there is none for this actor.
pub async fn get(ctx: &Ctx, plan: PlanId, id: PlanItemId) -> AppResult<(PlanRow, Item)> {
    let plan = read::find(ctx, plan).await?;
    let row = store::item(ctx.db(), plan.id, id).await?;
    one(ctx.db(), row).await.map(|item| (plan, item))
}

async fn one(db: &db::Db, row: ItemRow) -> AppResult<Item> {
    let mut found = read::with_contents(db, vec![row]).await?;
    found.pop().ok_or(AppError::NotFound)
}

/// The item after this one that a list shows; `None` at the end.
///
/// # Errors
/// As [`get`].
pub async fn after(ctx: &Ctx, plan: PlanId, which: Which, position: i64) -> AppResult<Option<PlanItemId>> {
    read::find(ctx, plan).await?;
    let next = store::item_from(ctx.db(), plan, which, position + 1).await?;
    Ok(next.map(|row| row.id))
}

/// The draft and its item, locked, in the version that the actor saw.
async fn locked(ctx: &Ctx, plan: PlanId, id: PlanItemId, version: i64) -> AppResult<(Tx, PlanRow, Item)> {
    let scope = ctx.may(Permission::PlanEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("plan", plan.raw()).await?;
    let plan = unfrozen(store::find_within(&tx, &scope, plan).await?)?;
    let item = one(&tx, store::item(&tx, plan.id, id).await?).await?;
    if item.row.version != version {
        return Err(model::changed_meanwhile());
    }
    Ok((tx, plan, item))
}

/// Ends every write of items. The plan's version rises with it: who issues or throws away has seen all items.
async fn commit(
    tx: Tx,
    plan: &PlanRow,
    kind: &'static str,
    item: PlanItemId,
    data: serde_json::Value,
) -> AppResult<()> {
    store::items_written(&tx, plan.id).await?;
    tx.commit(vec![
        Event::new(kind, "plan_item", item).at(plan.org_id).data(data),
    ])
    .await
}

/// Saves what a person made of an item.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] with `plan_frozen` or `changed_meanwhile`;
/// [`AppError::Invalid`] for wrong boxes.
pub async fn save(ctx: &Ctx, plan: PlanId, id: PlanItemId, typed: &TypedItem, version: i64) -> AppResult<()> {
    let (tx, plan, item) = locked(ctx, plan, id, version).await?;
    let checked = typed::check(typed, item.row.headings(), item.row.place(), &item.known())?;
    store::update_item(&tx, &item.row, &checked, || ctx.new_id::<()>().raw()).await?;
    let targets = |item: &ItemDraft| item.tasks.iter().map(|task| task.targets.len()).sum::<usize>();
    let before = item.draft();
    let data = json!({
        "plan": plan.id.to_string(),
        "tasks": [before.tasks.len(), checked.tasks.len()],
        "targets": [targets(&before), targets(&checked)],
    });
    commit(tx, &plan, "plan.item_changed", id, data).await
}

/// Says that an item was read rightly.
///
/// # Errors
/// As [`save`].
pub async fn accept(ctx: &Ctx, plan: PlanId, id: PlanItemId, version: i64) -> AppResult<()> {
    let (tx, plan, _) = locked(ctx, plan, id, version).await?;
    store::accept_item(&tx, id).await?;
    commit(
        tx,
        &plan,
        "plan.item_accepted",
        id,
        json!({ "plan": plan.id.to_string() }),
    )
    .await
}

/// Adds an empty item after this one, under the same headings; without one, at the end.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] without words; [`AppError::Refused`] when the plan is
/// frozen or full.
pub async fn add(
    ctx: &Ctx,
    plan: PlanId,
    after: Option<PlanItemId>,
    typed: &TypedItem,
) -> AppResult<PlanItemId> {
    let scope = ctx.may(Permission::PlanEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("plan", plan.raw()).await?;
    let plan = unfrozen(store::find_within(&tx, &scope, plan).await?)?;
    let (position, path) = match after {
        Some(after) => {
            let row = store::item(&tx, plan.id, after).await?;
            (row.position + 1, row.headings())
        }
        None => (store::last_position(&tx, plan.id).await? + 1, Vec::new()),
    };
    full(store::counts(&tx, plan.id).await?.items)?;
    let item = typed::check(typed, path, model::Place::default(), &typed::Known::default())?;
    store::make_room(&tx, plan.id, position - 1).await?;
    let id: PlanItemId = ctx.new_id();
    let new = NewItem {
        id,
        position,
        item,
        checked: true,
        doubtful: false,
    };
    store::insert_items(&tx, plan.id, &[new], || ctx.new_id::<()>().raw()).await?;
    commit(
        tx,
        &plan,
        "plan.item_added",
        id,
        json!({ "plan": plan.id.to_string() }),
    )
    .await?;
    Ok(id)
}

fn full(items: i64) -> AppResult<()> {
    if usize::try_from(items).is_ok_and(|items| items < model::MOST_ITEMS) {
        return Ok(());
    }
    Err(AppError::refused(
        "plan_full",
        format!(
            "一份计划最多 {} 条，已经满了。请先删去多余的条目。",
            model::MOST_ITEMS
        ),
    ))
}

/// Adds items at the end of a draft that the caller found and locked.
///
/// # Errors
/// [`AppError::Refused`] when the draft is full.
pub async fn append(tx: &Tx, ctx: &Ctx, plan: PlanId, items: Vec<ItemDraft>) -> AppResult<()> {
    let have = store::counts(tx, plan).await?.items;
    full(have + i64::try_from(items.len()).unwrap_or(i64::MAX) - 1)?;
    let last = store::last_position(tx, plan).await?;
    let new: Vec<NewItem> = (last + 1..)
        .zip(items)
        .map(|(position, item)| NewItem {
            id: ctx.new_id(),
            position,
            item,
            checked: true,
            doubtful: false,
        })
        .collect();
    store::insert_items(tx, plan, &new, || ctx.new_id::<()>().raw()).await?;
    Ok(store::items_written(tx, plan).await?)
}

/// Splits an item: from this task on (counted from 0) the tasks become an item of their own, with their words.
///
/// # Errors
/// As [`save`]; [`AppError::Refused`] when nothing would stay on one side.
pub async fn split(
    ctx: &Ctx,
    plan: PlanId,
    id: PlanItemId,
    at: usize,
    version: i64,
) -> AppResult<PlanItemId> {
    let (tx, plan, item) = locked(ctx, plan, id, version).await?;
    full(store::counts(&tx, plan.id).await?.items)?;
    let (kept, moved) = model::split_item(&item.draft(), at)?;
    let ids = || ctx.new_id::<()>().raw();
    // Nobody looked at the words by moving them: both parts are as checked and as doubtful as the whole was.
    store::update_text(&tx, id, &kept.text, item.row.looked_at()).await?;
    store::replace_tasks(&tx, plan.id, id, &kept.tasks, ids).await?;
    store::make_room(&tx, plan.id, item.row.position).await?;
    let new = NewItem {
        id: ctx.new_id(),
        position: item.row.position + 1,
        item: moved,
        checked: item.row.checked,
        doubtful: item.row.doubtful,
    };
    store::insert_items(&tx, plan.id, std::slice::from_ref(&new), ids).await?;
    let data = json!({ "plan": plan.id.to_string(), "new": new.id.to_string() });
    commit(tx, &plan, "plan.item_split", id, data).await?;
    Ok(new.id)
}

/// Joins an item to the one before it, which takes up its words and tasks.
///
/// # Errors
/// As [`save`]; [`AppError::Refused`] for the first item, or when the two are too long for one.
pub async fn join(ctx: &Ctx, plan: PlanId, id: PlanItemId, version: i64) -> AppResult<PlanItemId> {
    let (tx, plan, item) = locked(ctx, plan, id, version).await?;
    let before = store::item_before(&tx, plan.id, item.row.position).await?;
    let before =
        before.ok_or_else(|| AppError::refused("first_item", "这是第一条，前面没有可以并入的条目。"))?;
    let upper = one(&tx, store::item(&tx, plan.id, before).await?).await?;
    let joined = model::join_items(&upper.draft(), &item.draft())?;
    let looked_at = upper.row.looked_at().joined(item.row.looked_at());
    store::update_text(&tx, before, &joined.text, looked_at).await?;
    store::replace_tasks(&tx, plan.id, before, &joined.tasks, || ctx.new_id::<()>().raw()).await?;
    store::remove_item(&tx, id).await?;
    let data = json!({ "plan": plan.id.to_string(), "into": before.to_string() });
    commit(tx, &plan, "plan.item_joined", id, data).await?;
    Ok(before)
}

/// Removes an item.
///
/// # Errors
/// As [`save`].
pub async fn remove(ctx: &Ctx, plan: PlanId, id: PlanItemId, version: i64) -> AppResult<()> {
    let (tx, plan, _) = locked(ctx, plan, id, version).await?;
    store::remove_item(&tx, id).await?;
    commit(
        tx,
        &plan,
        "plan.item_removed",
        id,
        json!({ "plan": plan.id.to_string() }),
    )
    .await
}
