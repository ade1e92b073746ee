//! The import: one transaction, all or nothing.

use super::file::{self, Row};
use super::model::{self, Change, ChangeKind, ImportReport, Plan};
use super::store::{self, Known};
use crate::tree::{self, NewOrg, OrgStatus};
use db::Scope;
use kernel::{OrgId, RegionCode};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission, Tx};
use serde_json::json;
use std::collections::HashMap;

/// Loads a file of areas, or reports what it would change.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong line (field `file`), [`AppError::TooLarge`],
/// [`AppError::Forbidden`] when the file changes something outside the actor's subtree. Nothing is written then.
pub async fn import(ctx: &Ctx, csv: &[u8], dry_run: bool) -> AppResult<ImportReport> {
    let scope = ctx.may(Permission::OrgStructure)?;
    let rows = file::read(csv)?;
    let ctx = Ctx {
        channel: Channel::Import,
        ..ctx.clone()
    };
    let tx = ctx.begin().await?;
    tx.lock("org tree", 0).await?;
    let known = store::known(&tx).await?;
    let mut plan = model::plan(&rows, &known)?;
    in_scope(&scope, &plan, &known)?;
    let mut changes = std::mem::take(&mut plan.changes);
    let mut events = Vec::new();
    let new = insert(&ctx, &tx, &plan, &known).await?;
    rename_and_move(&tx, &plan, &known, &new, &mut events).await?;
    end(&tx, &plan, &known, &new, &mut changes, &mut events).await?;
    let report = ImportReport {
        rows: rows.len(),
        unchanged: plan.unchanged,
        changes,
        dry_run,
    };
    let nothing = new.is_empty() && events.is_empty() && plan.renamed.is_empty();
    let root = rows.first().and_then(|row| id_of(row.code, &known, &new));
    if let (false, false, Some((root, _))) = (dry_run, nothing, root) {
        let counts: HashMap<&str, usize> = ChangeKind::ALL
            .iter()
            .map(|kind| (kind.as_str(), report.count(*kind)))
            .collect();
        let event = Event::new("regions.imported", "org", root).at(root);
        events.push(event.data(json!({ "rows": report.rows, "changes": counts })));
        tx.commit(events).await?;
    }
    Ok(report)
}

type New = HashMap<RegionCode, (OrgId, String)>;

fn id_of(code: RegionCode, known: &HashMap<String, Known>, new: &New) -> Option<(OrgId, String)> {
    new.get(&code)
        .cloned()
        .or_else(|| known.get(code.as_str()).map(|area| (area.id, area.path.clone())))
}

fn in_scope(scope: &Scope, plan: &Plan<'_>, known: &HashMap<String, Known>) -> AppResult<()> {
    // A new area below a new one is as far in as the topmost of them.
    let added = plan.added.iter().filter_map(|row| match row.parent {
        None => Some("/"),
        Some(parent) => known.get(parent.as_str()).map(|area| area.path.as_str()),
    });
    let targets = plan
        .moved
        .iter()
        .map(|(_, code, _)| code)
        .chain(plan.merged.iter().map(|(_, code, _)| code));
    let targets = targets.filter_map(|code| known.get(code.as_str()));
    let touched = plan.renamed.iter().map(|(area, _)| *area);
    let touched = touched.chain(plan.moved.iter().map(|(area, ..)| *area));
    let touched = touched.chain(plan.merged.iter().map(|(area, ..)| *area));
    let touched = touched
        .chain(plan.gone.iter().map(|(area, _)| *area))
        .chain(targets);
    let mut paths = added.chain(touched.map(|area| area.path.as_str()));
    if paths.all(|path| scope.contains(path)) {
        return Ok(());
    }
    Err(AppError::Forbidden(
        "文件里有您管辖范围以外的变动，没有导入。请只留下本区域的行，或请上级导入。".into(),
    ))
}

async fn insert(ctx: &Ctx, tx: &Tx, plan: &Plan<'_>, known: &HashMap<String, Known>) -> AppResult<New> {
    let mut new = New::new();
    let mut all = Vec::with_capacity(plan.added.len());
    for row in &plan.added {
        let id: OrgId = ctx.new_id();
        let above = match row.parent {
            None => None,
            Some(code) => Some(
                id_of(code, known, &new)
                    .ok_or_else(|| AppError::Internal(format!("parent {code} was planned and is missing")))?,
            ),
        };
        let path = format!("{}{id}/", above.as_ref().map_or("/", |(_, path)| path.as_str()));
        new.insert(row.code, (id, path.clone()));
        all.push(new_org(row, id, above.map(|(id, _)| id), path));
    }
    tree::insert_many(tx, &all).await?;
    Ok(new)
}

fn new_org(row: &Row, id: OrgId, parent: Option<OrgId>, path: String) -> NewOrg {
    NewOrg {
        id,
        kind: row.kind,
        parent,
        path,
        name: row.name.clone(),
        short_name: row.short_name.clone(),
        region_code: Some(row.code.to_string()),
        opened_on: row.valid_from,
        is_public: true,
        special: row.special,
    }
}

async fn rename_and_move(
    tx: &Tx,
    plan: &Plan<'_>,
    known: &HashMap<String, Known>,
    new: &New,
    events: &mut Vec<Event>,
) -> AppResult<()> {
    for (area, row) in &plan.renamed {
        tree::rename_row(tx, area.id, &row.name, &row.short_name, row.valid_from).await?;
        store::mark(tx, area.id, row.special).await?;
        let data = json!({ "on": row.valid_from.to_string(), "code": area.region_code });
        events.push(Event::new("org.renamed", "org", area.id).at(area.id).data(data));
    }
    for (area, parent, on) in &plan.moved {
        let Some((parent, _)) = id_of(*parent, known, new) else {
            continue;
        };
        // Earlier moves may have changed both paths.
        let now = tree::find(tx, area.id).await?;
        let above = tree::find(tx, parent).await?;
        tree::move_subtree(tx, (area.id, &now.path), (parent, &above.path), *on).await?;
        let data = json!({ "to": parent.to_string(), "on": on.to_string(), "code": area.region_code });
        events.push(Event::new("org.moved", "org", area.id).at(area.id).data(data));
    }
    Ok(())
}

async fn end(
    tx: &Tx,
    plan: &Plan<'_>,
    known: &HashMap<String, Known>,
    new: &New,
    changes: &mut [Change],
    events: &mut Vec<Event>,
) -> AppResult<()> {
    for (area, into, on) in &plan.merged {
        let Some((into, _)) = id_of(*into, known, new) else {
            continue;
        };
        let now = tree::find(tx, area.id).await?;
        let into = tree::find(tx, into).await?;
        tree::merge_rows(tx, &now, &into, *on).await?;
        let data = json!({ "into": into.id.to_string(), "on": on.to_string(), "code": area.region_code });
        events.push(Event::new("org.merged", "org", area.id).at(area.id).data(data));
    }
    for (area, on) in &plan.gone {
        if store::open_children(tx, area.id).await? > 0 {
            let line = changes
                .iter_mut()
                .find(|change| change.code == area.region_code && change.kind == ChangeKind::Gone);
            if let Some(line) = line {
                line.kind = ChangeKind::Kept;
                "下面还有正常的机构，没有撤销。请先把它们挪走，再导入一次".clone_into(&mut line.detail);
            }
            continue;
        }
        tree::close_row(tx, area.id, OrgStatus::Closed, None, *on).await?;
        let data = json!({ "on": on.to_string(), "code": area.region_code });
        events.push(Event::new("org.closed", "org", area.id).at(area.id).data(data));
    }
    Ok(())
}
