//! Who files what to whom: levels of a dataset on the tree of the period.

use super::model::{self, ReturnStatus};
use super::store::{self, PlacedRow, ReturnRow};
use crate::datasets::VersionRow;
use crate::datasets::definition::{Definition, How, Level};
use crate::{Measures, ReturnId};
use db::{Db, Scope};
use kernel::{Date, OrgId};
use metrics::{Period, Placed, Tree};
use orgs::OrgKind;
use orgs::tree::OrgBrief;
use platform::{AppError, AppResult, Ctx, Event};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Where the return of an org stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Who sums it up.
    pub upper: Option<OrgId>,
    /// Who checks it.
    pub check: OrgId,
    /// Who approves it.
    pub approve: OrgId,
    /// Filled or summed up.
    pub how: How,
    /// Deadline.
    pub due_on: Date,
}

/// Somebody who is expected to file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The org.
    pub org: OrgId,
    /// Its name in the period.
    pub name: String,
    /// Its kind.
    pub kind: OrgKind,
    /// Number of its level from below.
    pub level: usize,
    /// Deadline.
    pub due_on: Date,
    /// The return and how far it is.
    pub there: Option<(ReturnId, ReturnStatus)>,
    /// Days past the deadline.
    pub late: Option<i32>,
    /// Whether the org was merged or closed: its return is still to be read and counts.
    pub gone: bool,
}

fn day(period: Period, today: Date) -> Date {
    period.last_day().min(today)
}

/// Orgs above one on the tree of a day, from the root down, with their kinds.
fn above(tree: &Tree, org: OrgId) -> Vec<(OrgId, OrgKind)> {
    let up = tree.upto_root(org).into_iter().skip(1);
    let kinds = up.filter_map(|id| Some((id, tree.get(id)?.kind.parse().ok()?)));
    let mut all: Vec<(OrgId, OrgKind)> = kinds.collect();
    all.reverse();
    all
}

/// The nearest org above of the kind that a level names; the one directly above when there is none of it, the org itself when
/// the level names nobody or nothing stands above.
fn nearest(word: &str, org: OrgId, above: &[(OrgId, OrgKind)]) -> OrgId {
    let Ok(kind) = word.parse::<OrgKind>() else {
        return org;
    };
    let of_kind = above.iter().rev().find(|(_, one)| *one == kind);
    of_kind.or(above.last()).map_or(org, |(id, _)| *id)
}

fn place_of(
    definition: &Definition,
    level: &Level,
    org: OrgId,
    kind: OrgKind,
    above: &[(OrgId, OrgKind)],
) -> Place {
    Place {
        upper: definition.upper(kind, above),
        check: nearest(&level.checked_by, org, above),
        approve: nearest(&level.approved_by, org, above),
        how: level.how,
        due_on: Date::default(),
    }
}

/// Returns are opened by published versions only.
///
/// # Errors
/// [`AppError::Refused`].
pub fn in_use(version: &VersionRow) -> AppResult<()> {
    if version.status == crate::datasets::model::DatasetStatus::Published {
        return Ok(());
    }
    Err(AppError::refused_with_door(
        "not_published",
        "这个版本的报表没有在用，不能用它填报。请选已发布的版本。",
        "统计填报",
        "/desk/returns",
    ))
}

/// Where the return of an org stands.
///
/// # Errors
/// [`AppError::Invalid`] when the org does not file this dataset, and for a period that it is not for.
pub async fn place(
    ctx: &Ctx,
    metrics: &Measures,
    definition: &Definition,
    version: &VersionRow,
    org: &OrgBrief,
    period: Period,
) -> AppResult<Place> {
    if !version.is_for(period) {
        return Err(AppError::invalid(
            "period",
            format!("这一版报表不用于{}。请换一个时期，或换一个版本。", period.label()),
        ));
    }
    if period.first_day() > ctx.today() {
        return Err(AppError::invalid(
            "period",
            format!("{}还没有开始，不能填报。", period.label()),
        ));
    }
    let tree = metrics.tree(ctx.db(), day(period, ctx.today())).await?;
    let standing = tree.get(org.id).filter(|node| node.standing);
    if standing.is_none() {
        return Err(AppError::invalid(
            "org",
            format!("“{}”在{}还没有设立，或者已经撤并。", org.name, period.label()),
        ));
    }
    let above = above(&tree, org.id);
    let issued = version.org_id == org.id || above.iter().any(|(id, _)| *id == version.org_id);
    let (_, level) = definition.level(org.kind).filter(|_| issued).ok_or_else(|| {
        AppError::invalid(
            "org",
            format!("“{}”不填这套报表。谁来填写在报表制度里。", org.name),
        )
    })?;
    Ok(Place {
        due_on: level.due.on(period),
        ..place_of(definition, level, org.id, org.kind, &above)
    })
}

/// Who stands under an org by its dataset on the tree of a day.
fn below(definition: &Definition, tree: &Tree, upper: OrgId) -> HashSet<OrgId> {
    let standing = |id: &OrgId| {
        let node = tree.get(*id).filter(|node| node.standing)?;
        definition.upper(node.kind.parse().ok()?, &above(tree, *id))
    };
    let mut all: HashSet<OrgId> = tree.subtree(upper).into_iter().collect();
    all.retain(|id| *id != upper && standing(id) == Some(upper));
    all
}

/// Orgs below a summed return that stand and are expected to file, but do not count in its sums yet.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn missing_below(
    ctx: &Ctx,
    db: &Db,
    metrics: &Measures,
    definition: &Definition,
    row: &ReturnRow,
) -> AppResult<i64> {
    let Some(period) = row.when().filter(|_| row.how == How::Sum) else {
        return Ok(0);
    };
    let tree = metrics.tree(ctx.db(), day(period, ctx.today())).await?;
    let counted = store::counted_below(db, row.dataset_id, &row.period, row.org_id).await?;
    let counted: HashSet<OrgId> = counted.into_iter().collect();
    let missing = below(definition, &tree, row.org_id).difference(&counted).count();
    Ok(i64::try_from(missing).unwrap_or(i64::MAX))
}

/// Whether a summed return has nothing to sum up for good: nobody stands below it by its dataset, and nobody counts in it.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn nobody_below(
    ctx: &Ctx,
    metrics: &Measures,
    definition: &Definition,
    row: &ReturnRow,
) -> AppResult<bool> {
    let missing = missing_below(ctx, ctx.db(), metrics, definition, row).await?;
    Ok(missing == 0 && !counts_below(ctx.db(), row).await?)
}

/// Whether anybody counts in a summed return.
pub(super) async fn counts_below(db: &Db, row: &ReturnRow) -> AppResult<bool> {
    let counted = store::counted_below(db, row.dataset_id, &row.period, row.org_id).await?;
    Ok(!counted.is_empty())
}

/// A return that the tree of now has elsewhere.
struct Move {
    id: ReturnId,
    org: OrgId,
    from: Option<OrgId>,
    to: Place,
}

impl Move {
    /// Orgs whose sums it touches, and its own.
    fn orgs(&self) -> impl Iterator<Item = OrgId> {
        [Some(self.org), self.from, self.to.upper].into_iter().flatten()
    }
}

/// Which returns are put where the tree of now has them.
#[derive(Debug, Clone, Copy)]
enum Which {
    /// Those that an org sums up, or summed up.
    Below(OrgId),
    /// One return.
    Own(ReturnId),
}

/// Which of these returns the tree of now has elsewhere.
fn moves(definition: &Definition, tree: &Tree, which: Which, placed: &[PlacedRow]) -> Vec<Move> {
    let status: HashMap<OrgId, ReturnStatus> = placed.iter().map(|one| (one.org_id, one.status)).collect();
    let status = |org: Option<OrgId>| org.and_then(|org| status.get(&org).copied());
    let moved = |one: &PlacedRow| {
        let kind = tree.get(one.org_id)?.kind.parse().ok()?;
        let (_, level) = definition.level(kind)?;
        let to = place_of(definition, level, one.org_id, kind, &above(tree, one.org_id));
        let concerned = match which {
            Which::Below(org) => to.upper == Some(org) || one.upper_org == Some(org),
            Which::Own(id) => one.id == id,
        };
        let same = (to.upper, to.check, to.approve) == (one.upper_org, one.check_org, one.approve_org);
        let may = model::may_move(one.status, status(one.upper_org), status(to.upper));
        (concerned && !same && may).then_some(Move {
            id: one.id,
            org: one.org_id,
            from: one.upper_org,
            to,
        })
    };
    placed.iter().filter_map(moved).collect()
}

/// Puts the returns that an org sums up, or summed up, where the tree of now has them: an org may be merged or moved in the
/// middle of a period, and its return would count nowhere. What was summed up stays.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn put_below(
    ctx: &Ctx,
    metrics: &Measures,
    definition: &Definition,
    row: &ReturnRow,
) -> AppResult<()> {
    if row.how == How::Sum {
        put(ctx, metrics, definition, row, Which::Below(row.org_id)).await?;
    }
    Ok(())
}

/// Puts a return where the tree of now has it, before somebody decides on it: who checks, approves and sums it up may be
/// others since. Gives whether it went elsewhere.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn put_own(
    ctx: &Ctx,
    metrics: &Measures,
    definition: &Definition,
    row: &ReturnRow,
) -> AppResult<bool> {
    put(ctx, metrics, definition, row, Which::Own(row.id)).await
}

async fn put(
    ctx: &Ctx,
    metrics: &Measures,
    definition: &Definition,
    row: &ReturnRow,
    which: Which,
) -> AppResult<bool> {
    let Some(period) = row.when() else {
        return Ok(false);
    };
    let tree = metrics.tree(ctx.db(), day(period, ctx.today())).await?;
    let placed = store::placed(ctx.db(), row.dataset_id, &row.period).await?;
    let seen = moves(definition, &tree, which, &placed);
    if seen.is_empty() {
        return Ok(false);
    }
    // The sums that lose and that gain a return are locked in one order with it; what is decided is decided below the locks.
    let orgs: HashSet<OrgId> = seen.iter().flat_map(Move::orgs).collect();
    let tx = ctx.begin().await?;
    let numbers: Vec<i64> = orgs.iter().map(|org| org.raw()).collect();
    tx.lock_all("returns of org", &numbers).await?;
    let placed = store::placed(&tx, row.dataset_id, &row.period).await?;
    let mut events = Vec::new();
    for one in moves(definition, &tree, which, &placed) {
        if one.orgs().all(|org| orgs.contains(&org)) {
            store::put_under(&tx, one.id, (one.to.upper, one.to.check, one.to.approve)).await?;
            let event = Event::new("return.moved", "stat_return", one.id).at(one.org);
            events.push(event.data(json!({ "from": one.from, "to": one.to.upper })));
        }
    }
    if events.is_empty() {
        return Ok(false);
    }
    tx.commit(events).await?;
    Ok(true)
}

/// Everybody inside the scope who is expected to file, the lowest level first, by deadline and name.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn expected(
    ctx: &Ctx,
    metrics: &Measures,
    definition: &Definition,
    version: &VersionRow,
    period: Period,
    scope: &Scope,
    returns: Vec<ReturnRow>,
) -> AppResult<Vec<Expected>> {
    let tree = metrics.tree(ctx.db(), day(period, ctx.today())).await?;
    let mut there: HashMap<OrgId, (ReturnId, ReturnStatus)> = returns
        .iter()
        .map(|row| (row.org_id, (row.id, row.status)))
        .collect();
    let mut all = Vec::new();
    for id in tree.subtree(version.org_id) {
        let Some(node) = tree.get(id) else {
            continue;
        };
        if let Some(one) = expect(&tree, node, definition, scope, period, &mut there, ctx.today()) {
            all.push(one);
        }
    }
    all.sort_by(|a, b| (a.level, a.due_on, &a.name, a.org).cmp(&(b.level, b.due_on, &b.name, b.org)));
    Ok(all)
}

fn expect(
    tree: &Tree,
    node: &Placed,
    definition: &Definition,
    scope: &Scope,
    period: Period,
    there: &mut HashMap<OrgId, (ReturnId, ReturnStatus)>,
    today: Date,
) -> Option<Expected> {
    let kind: OrgKind = node.kind.parse().ok()?;
    let (number, level) = definition.level(kind)?;
    let found = there.remove(&node.id);
    let mut up = tree.upto_root(node.id);
    up.reverse();
    let path: String = up.iter().fold("/".to_owned(), |path, id| format!("{path}{id}/"));
    // Of what was merged or closed only a return that is there is shown.
    if found.is_none() && !(node.standing && scope.contains(&path)) {
        return None;
    }
    let due_on = level.due.on(period);
    Some(Expected {
        org: node.id,
        name: node.name.clone(),
        kind,
        level: number,
        // Who was merged or closed has nobody left to file.
        late: model::days_late(due_on, found.map(|(_, status)| status), today).filter(|_| node.standing),
        there: found,
        due_on,
        gone: !node.standing,
    })
}
