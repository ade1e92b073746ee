//! Who files what to whom: levels of a dataset on the tree of the period.

use super::model::{self, ReturnStatus};
use super::store::ReturnRow;
use crate::datasets::VersionRow;
use crate::datasets::definition::{Definition, How, Level};
use crate::{Measures, ReturnId};
use db::Scope;
use kernel::{Date, OrgId};
use metrics::{Period, Placed, Tree};
use orgs::OrgKind;
use orgs::tree::OrgBrief;
use platform::{AppError, AppResult, Ctx};
use std::collections::HashMap;

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
    if !node.standing || !(found.is_some() || scope.contains(&path)) {
        return None;
    }
    let due_on = level.due.on(period);
    Some(Expected {
        org: node.id,
        name: node.name.clone(),
        kind,
        level: number,
        late: model::days_late(due_on, found.map(|(_, status)| status), today),
        there: found,
        due_on,
    })
}
