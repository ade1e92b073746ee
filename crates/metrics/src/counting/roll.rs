//! Rolling up: the cells of an org with all below it, on the tree of the month's end.

use crate::cells::Cells;
use crate::late::Late;
use crate::reading::tree_day_of_month;
use crate::tree::Tree;
use crate::{Metrics, store};
use db::Db;
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx, Tx};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// An encoded row of cells.
pub(super) type Row = (OrgId, String, Option<Vec<u8>>);

/// Encodes cells for storing; what is empty is not stored.
pub(super) fn encode<'a>(cells: impl Iterator<Item = (OrgId, &'a Cells)>) -> AppResult<Vec<Row>> {
    let mut rows = Vec::new();
    for (org, cells) in cells.filter(|(_, cells)| !cells.is_empty()) {
        let (text, members) = cells
            .encode()
            .map_err(|why| AppError::Internal(why.to_string()))?;
        rows.push((org, text, members));
    }
    Ok(rows)
}

pub(super) fn decode(stored: &store::Stored) -> AppResult<Cells> {
    Cells::decode(&stored.cells, stored.members.as_deref())
        .ok_or_else(|| AppError::Internal(format!("broken cells of {}", stored.org_id)))
}

/// The tree of a month's end.
pub(super) async fn tree_of(metrics: &Metrics, ctx: &Ctx, month: &str) -> AppResult<Arc<Tree>> {
    let day = tree_day_of_month(month, ctx.today())
        .ok_or_else(|| AppError::Internal(format!("no month: {month}")))?;
    metrics.tree(ctx.db(), day).await
}

/// The hash of a tree as of a month: what was opened after the month matters to it only with own cells of the month.
pub(super) async fn hash_of(db: &Db, tree: &Tree, source: &str, month: &str) -> AppResult<String> {
    let late = Late::of(db, tree, source, (month, month)).await?;
    Ok(late.hash(tree, month))
}

/// A month rolled up from its own cells, by org.
pub(super) type Rolled = BTreeMap<OrgId, Cells>;

/// Rolls a whole month up from its own cells, without writing it.
pub(super) async fn compute(db: &Db, tree: &Tree, source: &str, month: &str) -> AppResult<Rolled> {
    let own = store::cells_of_month(db, source, false, month).await?;
    united(tree, own)
}

/// Own cells of orgs, each with those of all below it that are among them.
pub(super) fn united(tree: &Tree, own: Vec<store::Stored>) -> AppResult<Rolled> {
    let mut rolled = Rolled::new();
    for row in own {
        rolled.insert(row.org_id, decode(&row)?);
    }
    for node in tree.upward() {
        for child in tree.children(node.id) {
            // Taken out and put back: a copy of a large street's sets costs more than uniting them.
            if let Some(below) = rolled.remove(&child.id) {
                rolled.entry(node.id).or_default().take_in(&below);
                rolled.insert(child.id, below);
            }
        }
    }
    Ok(rolled)
}

/// Whether stored cells say what these do.
pub(super) fn says(stored: &store::Stored, cells: &Cells) -> bool {
    let same = |(text, sets): (String, Option<Vec<u8>>)| text == stored.cells && sets == stored.members;
    // What is written alike is alike; what is not may still mean the same.
    cells.encode().is_ok_and(same) || decode(stored).is_ok_and(|stored| stored == *cells)
}

/// Puts a month's roll-up in the place of what was there.
pub(super) async fn write(tx: &Tx, tree: &Tree, source: &str, month: &str, rolled: &Rolled) -> AppResult<()> {
    let rows = encode(rolled.iter().map(|(org, cells)| (*org, cells)))?;
    store::clear_rolled(tx, source, month).await?;
    store::insert(tx, source, true, month, rows).await?;
    let hash = hash_of(tx, tree, source, month).await?;
    store::set_month(tx, source, month, &hash, tx.ctx().now()).await?;
    Ok(())
}

/// Rolls a whole month up anew.
pub(super) async fn whole_month(tx: &Tx, metrics: &Metrics, source: &str, month: &str) -> AppResult<()> {
    let tree = tree_of(metrics, tx.ctx(), month).await?;
    let rolled = compute(tx, &tree, source, month).await?;
    write(tx, &tree, source, month, &rolled).await
}

/// Rolls up what stands above some orgs whose own cells have changed.
pub(super) async fn above(
    tx: &Tx,
    metrics: &Metrics,
    source: &str,
    month: &str,
    changed: &[OrgId],
) -> AppResult<()> {
    let tree = tree_of(metrics, tx.ctx(), month).await?;
    let last = store::months(tx, source, month, month).await?;
    let hash = hash_of(tx, &tree, source, month).await?;
    if last.first().is_none_or(|last| last.tree_hash != hash) {
        return whole_month(tx, metrics, source, month).await;
    }
    let open = tree.with_all_above(changed);
    let order: Vec<OrgId> = tree
        .upward()
        .map(|node| node.id)
        .filter(|id| open.contains(id))
        .collect();
    let mut fresh: HashMap<OrgId, Cells> = HashMap::new();
    for org in &order {
        let cells = one(tx, &tree, source, month, *org, &fresh).await?;
        fresh.insert(*org, cells);
    }
    let rows = encode(fresh.iter().map(|(org, cells)| (*org, cells)))?;
    store::replace(tx, source, true, month, &order, rows).await?;
    store::set_month(tx, source, month, &hash, tx.ctx().now()).await?;
    Ok(())
}

/// Own cells of an org with the rolled ones of its children: those just made, and those stored.
async fn one(
    db: &Db,
    tree: &Tree,
    source: &str,
    month: &str,
    org: OrgId,
    fresh: &HashMap<OrgId, Cells>,
) -> AppResult<Cells> {
    let mut cells = Cells::default();
    for row in store::cells(db, source, &[org], false, (month, month), true).await? {
        cells.take_in(&decode(&row)?);
    }
    let mut stored = Vec::new();
    for child in tree.children(org) {
        match fresh.get(&child.id) {
            Some(below) => cells.take_in(below),
            None => stored.push(child.id),
        }
    }
    for row in store::cells(db, source, &stored, true, (month, month), true).await? {
        cells.take_in(&decode(&row)?);
    }
    Ok(cells)
}
