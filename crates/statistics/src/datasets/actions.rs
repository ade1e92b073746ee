//! What can be done with datasets: one function a verb.

use super::bounds;
use super::definition::{Definition, Fill};
use super::form::Fault;
use super::model::{self, AboutMetric, DatasetStatus, Over};
use super::store::{self, DatasetRow, NewVersion, VersionRow};
use super::workbook;
use crate::{DatasetId, VersionId};
use kernel::OrgId;
use metrics::{Dimension, How, Metrics};
use orgs::tree::{self, OrgBrief};
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx};
use serde_json::json;

/// What the rules must know of a metric.
#[must_use]
pub fn about(metrics: &Metrics, id: &str) -> Option<AboutMetric> {
    let metric = metrics.find(id)?;
    let codes: Vec<&'static str> = metric.breakdowns.iter().copied().map(Dimension::code).collect();
    Some(AboutMetric {
        moment: metric.is_moment(&metrics.registry),
        never_added: matches!(metric.how, How::Persons { .. } | How::Ratio { .. }),
        dimensions: [0, 1, 2].map(|at| codes.get(at).copied()),
    })
}

/// What stands in the way of publishing this.
#[must_use]
pub fn faults(metrics: &Metrics, definition: &Definition) -> Vec<Fault> {
    let found = model::ready(definition, &|id| about(metrics, id));
    found.err().unwrap_or_default()
}

/// All datasets with their newest versions.
///
/// # Errors
/// When no post allows it.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<DatasetRow>> {
    ctx.may(Permission::ReturnFill)?;
    Ok(store::list(ctx.db()).await?)
}

/// A version with everything around it.
#[derive(Debug)]
pub struct Shown {
    /// The version.
    pub version: VersionRow,
    /// What it asks.
    pub definition: Definition,
    /// All versions of the dataset, newest first.
    pub versions: Vec<VersionRow>,
    /// Who issues it.
    pub issuer: OrgBrief,
    /// Whether the actor may change the dataset.
    pub may_edit: bool,
}

/// One version.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn get(ctx: &Ctx, id: VersionId) -> AppResult<Shown> {
    ctx.may(Permission::ReturnFill)?;
    let version = store::find(ctx.db(), id).await?;
    let issuer = tree::find(ctx.db(), version.org_id).await?;
    Ok(Shown {
        definition: store::definition(ctx.db(), id).await?.read()?,
        versions: store::versions(ctx.db(), version.dataset_id).await?,
        may_edit: ctx.reach(Permission::DatasetEdit).contains(&issuer.path),
        issuer,
        version,
    })
}

/// Areas for which the actor may issue datasets.
///
/// # Errors
/// When no post allows it.
pub async fn issuers(ctx: &Ctx) -> AppResult<Vec<OrgBrief>> {
    let scope = ctx.may(Permission::DatasetEdit)?;
    tree::open_within(ctx.db(), &scope, |kind| {
        matches!(kind, orgs::OrgKind::City | orgs::OrgKind::District)
    })
    .await
}

/// A file that holds a dataset, by its content.
///
/// # Errors
/// [`AppError::Invalid`] beside `file` with the place that cannot be read.
pub fn read_file(bytes: &[u8]) -> AppResult<Definition> {
    if bytes.starts_with(b"PK") {
        return workbook::read(bytes);
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| AppError::invalid("file", "这个文件读不懂。请选 .toml（UTF-8）或 .xlsx 文件。"))?;
    Definition::from_toml(text.trim_start_matches('\u{feff}'))
        .map_err(|sentence| AppError::invalid("file", sentence))
}

/// What came of putting a dataset in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// The draft.
    pub version: VersionId,
    /// Its number.
    pub number: i64,
    /// Whether the dataset is new.
    pub new_dataset: bool,
    /// Whether a draft that was there was written over.
    pub replaced: bool,
    /// What stands in the way of publishing it.
    pub faults: Vec<Fault>,
    /// Cells, and how many of them a metric fills.
    pub cells: (usize, usize),
}

/// Puts a whole dataset in as a draft: a new dataset, a new version of one, or over its draft. `over` says what may be there;
/// nothing is kept when dry, the second of the pair.
///
/// # Errors
/// [`AppError::Invalid`] for what is out of bounds; [`AppError::NotFound`] for an org outside the scope;
/// [`AppError::Refused`] when the code belongs to somebody else's dataset, and as [`model::may_put`].
pub async fn put(
    ctx: &Ctx,
    metrics: &Metrics,
    org: OrgId,
    definition: Definition,
    (over, dry): (Over, bool),
) -> AppResult<Put> {
    let scope = ctx.may(Permission::DatasetEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("datasets", 0).await?;
    let issuer = tree::find_within(&tx, &scope, org).await?;
    let out_of_bounds = bounds::of(&definition);
    if !out_of_bounds.is_empty() {
        return Err(model::refusal(out_of_bounds));
    }
    let known = store::by_code(&tx, &definition.code).await?;
    if let Some((_, owner)) = known {
        let owner = tree::find(&tx, owner).await?;
        if !scope.contains(&owner.path) {
            return Err(AppError::refused(
                "code_taken",
                format!(
                    "报表编号“{}”是“{}”的报表。请换一个编号，例如在后面加上本区的拼音。",
                    definition.code, owner.name
                ),
            ));
        }
    }
    if let Some((dataset, _)) = known {
        let draft = seize_draft(&tx, dataset).await?;
        let newest = store::versions(&tx, dataset).await?.into_iter().next();
        let door = draft.as_ref().or(newest.as_ref());
        let door = door.map_or_else(String::new, |one| format!("/desk/datasets/{}", one.id));
        model::may_put(over, draft.map(|one| one.version), &definition.code, &door)?;
    }
    let elements = definition.elements();
    let filled = elements
        .iter()
        .filter(|one| matches!(one.fill, Fill::Metric { .. }));
    let cells = (elements.len(), filled.count());
    let faults = faults(metrics, &definition);
    let written = write(ctx, &tx, known, issuer.id, &definition).await?;
    let put = Put {
        new_dataset: known.is_none(),
        faults,
        cells,
        ..written
    };
    if dry {
        return Ok(put);
    }
    let data = json!({ "number": put.number, "cells": put.cells.0, "replaced": put.replaced });
    let event = Event::new("dataset.drafted", "dataset_version", put.version).at(issuer.id);
    tx.commit(vec![event.data(data)]).await?;
    Ok(put)
}

/// The draft of a dataset, locked against whoever publishes or changes it at this moment.
async fn seize_draft(tx: &Tx, dataset: DatasetId) -> AppResult<Option<VersionRow>> {
    let is_draft = |one: &VersionRow| one.status == DatasetStatus::Draft;
    let Some(seen) = store::versions(tx, dataset).await?.into_iter().find(is_draft) else {
        return Ok(None);
    };
    tx.lock("dataset_version", seen.id.raw()).await?;
    Ok(store::versions(tx, dataset).await?.into_iter().find(is_draft))
}

async fn write(
    ctx: &Ctx,
    tx: &Tx,
    known: Option<(DatasetId, OrgId)>,
    org: OrgId,
    definition: &Definition,
) -> AppResult<Put> {
    let (dataset, org) = match known {
        Some(known) => known,
        None => {
            let id: DatasetId = ctx.new_id();
            store::insert(tx, id, org, definition, ctx.now()).await?;
            (id, org)
        }
    };
    let versions = store::versions(tx, dataset).await?;
    let draft = versions.iter().find(|one| one.status == DatasetStatus::Draft);
    let newest = versions.first().map_or(0, |one| one.number);
    let (version, number) = match draft {
        Some(draft) => {
            store::update(tx, draft.id, dataset, definition).await?;
            (draft.id, draft.number)
        }
        None => {
            let new = NewVersion {
                id: ctx.new_id(),
                dataset,
                org,
                definition,
                by: ctx.actor.person,
                now: ctx.now(),
            };
            store::insert_version(tx, &new).await?;
            (new.id, newest + 1)
        }
    };
    Ok(Put {
        version,
        number,
        new_dataset: false,
        replaced: draft.is_some(),
        faults: Vec::new(),
        cells: (0, 0),
    })
}

/// Opens a new draft from a version, for changes.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] when there is a draft already.
pub async fn copy(ctx: &Ctx, id: VersionId) -> AppResult<VersionId> {
    let scope = ctx.may(Permission::DatasetEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("datasets", 0).await?;
    let from = store::find_within(&tx, &scope, id).await?;
    let versions = store::versions(&tx, from.dataset_id).await?;
    if let Some(draft) = versions.iter().find(|one| one.status == DatasetStatus::Draft) {
        return Err(AppError::refused_with_door(
            "has_a_draft",
            "这套报表已经有一份草稿，请接着改那一份。",
            "打开草稿",
            format!("/desk/datasets/{}", draft.id),
        ));
    }
    let definition = store::definition(&tx, id).await?.read()?;
    let known = Some((from.dataset_id, from.org_id));
    let put = write(ctx, &tx, known, from.org_id, &definition).await?;
    let event = Event::new("dataset.drafted", "dataset_version", put.version).at(from.org_id);
    let data = json!({ "number": put.number, "from": from.number });
    tx.commit(vec![event.data(data)]).await?;
    Ok(put.version)
}

/// Changes a draft that the actor saw in this `version`.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] for what is no draft, or `changed_meanwhile`;
/// [`AppError::Invalid`] as the edit says, and for what is out of bounds.
pub async fn change(
    ctx: &Ctx,
    id: VersionId,
    version: i64,
    edit: impl FnOnce(&mut Definition) -> AppResult<()>,
) -> AppResult<()> {
    let scope = ctx.may(Permission::DatasetEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("dataset_version", id.raw()).await?;
    let before = store::find_within(&tx, &scope, id).await?;
    model::may_change(before.status)?;
    if before.version != version {
        return Err(model::changed_meanwhile());
    }
    let mut definition = store::definition(&tx, id).await?.read()?;
    let code = definition.code.clone();
    edit(&mut definition)?;
    // The code is the dataset's name for ever.
    definition.code = code;
    let faults = bounds::of(&definition);
    if !faults.is_empty() {
        return Err(model::refusal(faults));
    }
    store::update(&tx, id, before.dataset_id, &definition).await?;
    let event = Event::new("dataset.changed", "dataset_version", id).at(before.org_id);
    tx.commit(vec![event.data(json!({ "number": before.number }))])
        .await
}

/// Publishes a draft: from now on returns are opened by it.
///
/// # Errors
/// As [`change`]; [`AppError::Invalid`] with every fault that stands in the way.
pub async fn publish(ctx: &Ctx, metrics: &Metrics, id: VersionId, version: i64) -> AppResult<()> {
    let scope = ctx.may(Permission::DatasetEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("datasets", 0).await?;
    tx.lock("dataset_version", id.raw()).await?;
    let before = store::find_within(&tx, &scope, id).await?;
    model::may_change(before.status)?;
    if before.version != version {
        return Err(model::changed_meanwhile());
    }
    let definition = store::definition(&tx, id).await?.read()?;
    let faults = faults(metrics, &definition);
    if !faults.is_empty() {
        return Err(model::refusal(faults));
    }
    let closed = close_earlier(&tx, &before).await?;
    store::set_status(&tx, id, DatasetStatus::Published, Some(ctx.now())).await?;
    let event = Event::new("dataset.published", "dataset_version", id).at(before.org_id);
    let data =
        json!({ "number": before.number, "valid_from": before.valid_from.to_string(), "closed": closed });
    tx.commit(vec![event.data(data)]).await
}

/// Ends the versions in use where the new one begins, so that each period has one. Gives their numbers.
async fn close_earlier(tx: &Tx, new: &VersionRow) -> AppResult<Vec<i64>> {
    let mut closed = Vec::new();
    let others = store::versions(tx, new.dataset_id).await?.into_iter();
    for old in others.filter(|one| one.status == DatasetStatus::Published) {
        match model::beside(new.span(), old.span()) {
            model::Beside::Apart => {}
            model::Beside::Closed => {
                store::close(tx, old.id, new.valid_from).await?;
                closed.push(old.number);
            }
            model::Beside::Clash => {
                return Err(AppError::refused_with_door(
                    "versions_overlap",
                    format!(
                        "第 {} 版从 {} 起在用，和这一版的时期重叠，填报时分不清用哪一版。请把这一版的启用日期改到那以后，或先停用那一版。",
                        old.number, old.valid_from
                    ),
                    "看那一版",
                    format!("/desk/datasets/{}", old.id),
                ));
            }
        }
    }
    Ok(closed)
}

/// Takes a published version out of use: no return is opened by it any more.
///
/// # Errors
/// As [`change`]; [`AppError::Invalid`] without a reason.
pub async fn retire(ctx: &Ctx, id: VersionId, reason: &str, version: i64) -> AppResult<()> {
    let reason =
        kernel::bounded(reason, 2, 200, "原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    let scope = ctx.may(Permission::DatasetEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("dataset_version", id.raw()).await?;
    let before = store::find_within(&tx, &scope, id).await?;
    if before.version != version {
        return Err(model::changed_meanwhile());
    }
    if before.status != DatasetStatus::Published {
        return Err(AppError::refused(
            "not_published",
            "只有发布了的版本才能停用；草稿改好再发布就行。",
        ));
    }
    store::set_status(&tx, id, DatasetStatus::Retired, None).await?;
    let event = Event::new("dataset.retired", "dataset_version", id).at(before.org_id);
    tx.commit(vec![event.note(reason)]).await
}
