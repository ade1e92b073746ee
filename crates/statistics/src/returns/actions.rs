//! Filling a return: one function a verb. Filing and what follows is in `lifecycle.rs`.

use super::filled::{self, Filled, Machine, blank, machine_values, take_machine};
use super::levels::{self, Expected};
use super::lifecycle::locked;
use super::model::{self, MOST_AT_ONCE, Origin, ReturnStatus};
use super::store::{self, AmendmentRow, CellRow, ChangeRow, NewReturn, ReturnRow};
use crate::datasets::definition::{Element, How};
use crate::datasets::model::DatasetStatus;
use crate::datasets::{VersionRow, store as datasets};
use crate::editions::model::may_freeze;
use crate::number::Number;
use crate::{Measures, ReturnId};
use db::Value;
use kernel::{Id, OrgId};
use metrics::Period;
use orgs::tree::{self, OrgBrief};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// What may be filled, where, and how far it is.
#[derive(Debug)]
pub struct Overview {
    /// Versions that somebody in the scope fills or filled: of each dataset those in use first, the newest first.
    pub versions: Vec<(VersionRow, String)>,
    /// The one that is shown.
    pub version: Option<VersionRow>,
    /// Its period that is shown.
    pub period: Option<Period>,
    /// Who is expected to file it, with what there is.
    pub expected: Vec<Expected>,
}

/// Versions in use, or taken out of use, whose issuer stands above or inside the actor's scope, with the names of their
/// datasets. Returns of a version that is out of use are still to be read.
///
/// # Errors
/// When no post allows it.
pub async fn versions(ctx: &Ctx) -> AppResult<Vec<(VersionRow, String)>> {
    let scope = ctx.may(Permission::ReturnFill)?;
    let mut found = Vec::new();
    for dataset in datasets::list(ctx.db()).await? {
        let issuer = tree::find(ctx.db(), dataset.org_id).await?;
        let above = ctx
            .actor
            .posts
            .iter()
            .any(|post| post.org_path.starts_with(&issuer.path));
        if above || scope.contains(&issuer.path) {
            let versions = datasets::versions(ctx.db(), dataset.id).await?.into_iter();
            let mut issued: Vec<VersionRow> = versions
                .filter(|one| one.status != DatasetStatus::Draft)
                .collect();
            issued.sort_by_key(|one| one.status != DatasetStatus::Published);
            found.extend(issued.into_iter().map(|one| (one, dataset.name.clone())));
        }
    }
    Ok(found)
}

/// What is to be filed by whom for a version and a period, inside the actor's scope.
///
/// # Errors
/// [`AppError::Invalid`] for a period that the version is not for.
pub async fn overview(
    ctx: &Ctx,
    metrics: &Measures,
    version: Option<crate::VersionId>,
    period: Option<Period>,
) -> AppResult<Overview> {
    overview_below(ctx, metrics, version, period, None).await
}

/// An org inside the actor's scope, of which and below which one looks at returns.
///
/// # Errors
/// [`AppError::Invalid`] for what is none, and outside the scope.
pub async fn area(ctx: &Ctx, text: &str) -> AppResult<OrgBrief> {
    let scope = ctx.may(Permission::ReturnFill)?;
    let unknown = || {
        AppError::invalid(
            "org",
            "没有找到要看的机构，或者它不在您的范围里。下面列的是您能看的全部。",
        )
    };
    let org = text.parse().map_err(|_| unknown())?;
    match tree::find_within(ctx.db(), &scope, org).await {
        Err(AppError::NotFound) => Err(unknown()),
        found => found,
    }
}

/// As [`overview`], of an org and those below it.
///
/// # Errors
/// As [`overview`].
pub async fn overview_below(
    ctx: &Ctx,
    metrics: &Measures,
    version: Option<crate::VersionId>,
    period: Option<Period>,
    area: Option<&OrgBrief>,
) -> AppResult<Overview> {
    let scope = ctx.may(Permission::ReturnFill)?;
    let scope = area.map_or(scope.clone(), |area| scope.below(&area.path));
    let versions = versions(ctx).await?;
    let chosen = match version {
        Some(id) => Some(
            versions
                .iter()
                .find(|(one, _)| one.id == id)
                .ok_or(AppError::NotFound)?,
        ),
        None => {
            let in_use = |(one, _): &&(VersionRow, String)| one.status == DatasetStatus::Published;
            let mut published = versions.iter().filter(in_use);
            let today = published.find(|(one, _)| one.is_for(one.period.at(ctx.today())));
            today.or(versions.first())
        }
    };
    let Some(version) = chosen.map(|(version, _)| version.clone()) else {
        return Ok(Overview {
            versions,
            version: None,
            period: None,
            expected: Vec::new(),
        });
    };
    let form = filled::form(ctx.db(), version.id).await?;
    let asked = period.is_some();
    let period = period.unwrap_or_else(|| version.period_at(ctx.today()));
    if asked && !version.is_for(period) {
        return Err(AppError::invalid(
            "period",
            format!(
                "这一版报表{}填一次，用于 {} 起的时期。请换一个时期，或换一个版本。",
                version.period.label(),
                version.valid_from
            ),
        ));
    }
    let returns = store::list_within(ctx.db(), &scope, version.dataset_id, &period.to_string()).await?;
    let expected =
        levels::expected(ctx, metrics, &form.definition, &version, period, &scope, returns).await?;
    Ok(Overview {
        versions,
        version: Some(version),
        period: Some(period),
        expected,
    })
}

/// Opens the return of an org for a period: every cell that the machine knows is filled. One that is open already is given.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] for an org that does not file this dataset, and for a
/// period that the version is not for or that has not begun.
pub async fn open(
    ctx: &Ctx,
    metrics: &Measures,
    version: crate::VersionId,
    org: OrgId,
    period: Period,
) -> AppResult<ReturnId> {
    let scope = ctx.may(Permission::ReturnFill)?;
    let org = tree::find_within(ctx.db(), &scope, org).await?;
    let version = datasets::find(ctx.db(), version).await?;
    if let Some(there) = store::of_org(ctx.db(), version.dataset_id, &period.to_string(), org.id).await? {
        return Ok(there.id);
    }
    levels::in_use(&version)?;
    let form = filled::form(ctx.db(), version.id).await?;
    let place = levels::place(ctx, metrics, &form.definition, &version, &org, period).await?;
    let row = ReturnRow {
        id: ctx.new_id(),
        dataset_id: version.dataset_id,
        dataset_version_id: version.id,
        org_id: org.id,
        upper_org: place.upper,
        check_org: place.check,
        approve_org: place.approve,
        period: period.to_string(),
        how: place.how,
        status: ReturnStatus::Draft,
        due_on: place.due_on,
        note: String::new(),
        machine_at: ctx.now(),
        filed_by: None,
        filed_at: None,
        approved_at: None,
        approvals: 0,
        version: 1,
    };
    levels::put_below(ctx, metrics, &form.definition, &row).await?;
    let cells = first_cells(ctx, metrics, &form.elements, &row).await?;
    let tx = ctx.begin().await?;
    tx.lock("returns of org", org.id.raw()).await?;
    if let Some(there) = store::of_org(&tx, row.dataset_id, &row.period, org.id).await? {
        return Ok(there.id);
    }
    let new = NewReturn {
        id: row.id,
        dataset: row.dataset_id,
        version: row.dataset_version_id,
        org: org.id,
        above: (row.upper_org, row.check_org, row.approve_org),
        period: row.period.clone(),
        how: row.how,
        due_on: row.due_on,
        by: ctx.actor.person,
        now: ctx.now(),
    };
    store::insert(&tx, &new).await?;
    store::insert_cells(&tx, row.id, &cells).await?;
    let event = Event::new("return.opened", "stat_return", row.id).at(org.id);
    let known = cells.iter().filter(|cell| cell.machine.is_some()).count();
    let data = json!({ "period": row.period, "cells": cells.len(), "filled": known });
    tx.commit(vec![event.data(data)]).await?;
    Ok(row.id)
}

/// The cells of a new return with what the machine says; formulas are computed when it is read.
async fn first_cells(
    ctx: &Ctx,
    metrics: &Measures,
    elements: &[Element],
    row: &ReturnRow,
) -> AppResult<Vec<CellRow>> {
    let form = filled::form(ctx.db(), row.dataset_version_id).await?;
    let machine = machine_values(ctx, ctx.db(), metrics, &form, row).await?;
    let mut cells: Vec<CellRow> = elements.iter().map(|element| blank(element, row.how)).collect();
    for ((cell, element), machine) in cells.iter_mut().zip(elements).zip(machine) {
        if let Some(machine) = machine {
            take_machine(cell, model::automatic(element, row.how), &machine, ctx.now());
            cell.version = 1;
        }
    }
    let mut values: Vec<Option<Number>> = cells
        .iter()
        .map(|cell| cell.value.map(Number::from_raw))
        .collect();
    form.compute(&mut values, &|_| None);
    for (cell, value) in cells.iter_mut().zip(values) {
        if cell.origin == Origin::Formula {
            cell.value = value.map(Number::raw);
            cell.hash = cell.content().hash(&cell.element);
        }
    }
    Ok(cells)
}

/// A return with what the actor may do with it.
#[derive(Debug)]
pub struct Shown {
    /// The return with everything around it.
    pub filled: Filled,
    /// Whose it is.
    pub org: OrgBrief,
    /// Whether the actor may fill and file it.
    pub may_fill: bool,
    /// Whether the actor stands at the level that checks.
    pub may_check: bool,
    /// Whether the actor stands at the level that approves.
    pub may_approve: bool,
    /// Whether the actor may freeze an edition of it.
    pub may_freeze: bool,
    /// Requests about it, newest first.
    pub amendments: Vec<AmendmentRow>,
    /// Returns below it by status, for one that is summed up.
    pub below: Vec<(ReturnStatus, i64)>,
}

/// One return.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn get(ctx: &Ctx, id: ReturnId) -> AppResult<Shown> {
    let scope = ctx.may(Permission::ReturnFill)?;
    let row = store::find_within(ctx.db(), &scope, id).await?;
    let org = tree::find(ctx.db(), row.org_id).await?;
    let (check, approve) = (row.check_org, row.approve_org);
    let below = if row.how == How::Sum {
        store::below(ctx.db(), row.dataset_id, &row.period, row.org_id).await?
    } else {
        Vec::new()
    };
    let may_approve = reaches(ctx, Permission::ReturnApprove, approve).await?;
    Ok(Shown {
        may_fill: ctx.reach(Permission::ReturnFill).contains(&org.path),
        may_check: reaches(ctx, Permission::ReturnCheck, check).await?,
        may_freeze: may_approve
            && row.status.counts()
            && may_freeze(row.how, row.when(), ctx.today()).is_ok(),
        may_approve,
        amendments: store::amendments(ctx.db(), id).await?,
        filled: Filled::read(ctx.db(), row).await?,
        below,
        org,
    })
}

/// Whether the actor holds a permission at an org or above it.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn reaches(ctx: &Ctx, permission: Permission, org: OrgId) -> AppResult<bool> {
    let path = tree::find(ctx.db(), org).await?.path;
    Ok(ctx.reach(permission).contains(&path))
}

/// What people changed in a cell.
///
/// # Errors
/// As [`get`].
pub async fn changes(ctx: &Ctx, id: ReturnId, element: &str) -> AppResult<Vec<ChangeRow>> {
    let scope = ctx.may(Permission::ReturnFill)?;
    store::find_within(ctx.db(), &scope, id).await?;
    Ok(store::changes(ctx.db(), id, element).await?)
}

/// What somebody typed into a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// The cell.
    pub element: String,
    /// The number as text.
    pub value: String,
    /// Why; `None` keeps what stands there.
    pub reason: Option<String>,
    /// Version of the cell that they saw.
    pub seen: i64,
}

/// What stands against what was typed into a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsaved {
    /// What was typed.
    pub typed: Typed,
    /// Why it was not kept.
    pub sentence: String,
    /// Whether somebody else changed the cell meanwhile.
    pub conflict: bool,
}

/// What came of saving.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saved {
    /// Cells that hold something else now.
    pub changed: usize,
    /// Cells that were not kept.
    pub unsaved: Vec<Unsaved>,
}

/// What is kept when something of what was typed is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The good cells.
    Good,
    /// Nothing.
    AllOrNothing,
}

/// Saves what was typed into cells. What is good is kept, if so chosen; what is wrong, or was changed by somebody else, comes
/// back.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] when nothing may be changed now.
pub async fn save(ctx: &Ctx, id: ReturnId, all: Vec<Typed>, keep: Keep) -> AppResult<Saved> {
    let scope = ctx.may(Permission::ReturnFill)?;
    if all.len() > MOST_AT_ONCE {
        return Err(AppError::TooLarge(format!("一次最多保存 {MOST_AT_ONCE} 格。")));
    }
    let tx = ctx.begin().await?;
    tx.lock("stat_return", id.raw()).await?;
    let row = store::find_within(&tx, &scope, id).await?;
    if !matches!(row.status, ReturnStatus::Draft | ReturnStatus::SentBack) {
        return Err(AppError::refused(
            "not_open",
            format!(
                "这份报表现在是“{}”，不能再改。确实有错的话，请提出更正申请。",
                row.status.label()
            ),
        ));
    }
    let (status, how) = (row.status, row.how);
    let mut filled = Filled::read(&tx, row).await?;
    let before: Vec<i64> = filled.cells.iter().map(|cell| cell.version).collect();
    let mut saved = Saved::default();
    let mut changes = Vec::new();
    for typed in all {
        let taken = take(ctx, &mut filled, (status, how), &typed);
        match taken {
            Ok(Some(change)) => changes.push(change),
            Ok(None) => {}
            Err((sentence, conflict)) => saved.unsaved.push(Unsaved {
                typed,
                sentence,
                conflict,
            }),
        }
    }
    let all_or_nothing = keep == Keep::AllOrNothing && !saved.unsaved.is_empty();
    if changes.is_empty() || all_or_nothing {
        return Ok(saved);
    }
    filled.compute();
    saved.changed = changes.len();
    let cells = filled.cells.iter().zip(before);
    let cells: Vec<CellRow> = cells
        .filter(|(cell, before)| cell.version != *before)
        .map(|(cell, _)| cell.clone())
        .collect();
    store::update_cells(&tx, id, &cells).await?;
    let rows: Vec<Vec<Value>> = changes.iter().map(|change| change.row(ctx, id)).collect();
    store::insert_changes(&tx, &rows).await?;
    let event = Event::new("return.saved", "stat_return", id).at(filled.row.org_id);
    let codes: Vec<&str> = changes
        .iter()
        .map(|change| change.element.as_str())
        .take(100)
        .collect();
    let data = json!({ "cells": codes, "count": changes.len() });
    tx.commit(vec![event.data(data)]).await?;
    Ok(saved)
}

/// What a person changed in a cell.
struct Change {
    element: String,
    before: Option<i64>,
    after: Option<i64>,
    origin: Origin,
    reason: String,
}

impl Change {
    fn row(&self, ctx: &Ctx, id: ReturnId) -> Vec<Value> {
        let change: Id<()> = ctx.new_id();
        vec![
            change.into(),
            id.into(),
            (&self.element).into(),
            self.before.into(),
            self.after.into(),
            self.origin.into(),
            (&self.reason).into(),
            ctx.actor.person.into(),
            ctx.now().into(),
        ]
    }
}

/// Puts what was typed into its cell; nothing when it says what stands there. The error says whether it is a conflict.
fn take(
    ctx: &Ctx,
    filled: &mut Filled,
    (status, how): (ReturnStatus, How),
    typed: &Typed,
) -> Result<Option<Change>, (String, bool)> {
    let wrong = |sentence: String| (sentence, false);
    let at = filled.form.place(&typed.element);
    let place = at.and_then(|at| Some((filled.form.elements.get(at)?, filled.cells.get_mut(at)?)));
    let (element, cell) = place.ok_or_else(|| wrong(format!("这套报表里没有“{}”这一格。", typed.element)))?;
    let automatic = model::automatic(element, how);
    let reason = typed.reason.as_deref().unwrap_or(&cell.reason);
    let content = model::typed(element, automatic, cell.machine(), &typed.value, reason).map_err(wrong)?;
    if content == cell.content() {
        return Ok(None);
    }
    if status == ReturnStatus::SentBack && !cell.open {
        return Err(wrong("这一格没有退回，不能改。只改标着“退回”的格。".into()));
    }
    if cell.version != typed.seen {
        let shown = |value: Option<Number>| {
            value.map_or_else(|| "空".to_owned(), |value| value.text(element.decimals))
        };
        return Err((
            format!(
                "别人刚把这一格改成了 {}，您填的是 {}，还没有保存。要用您的数，就再保存一次。",
                shown(cell.value.map(Number::from_raw)),
                shown(content.value)
            ),
            true,
        ));
    }
    let before = cell.value;
    cell.value = content.value.map(Number::raw);
    cell.origin = content.origin;
    cell.reason = content.reason;
    cell.hash = cell.content().hash(&cell.element);
    cell.version += 1;
    cell.changed_by = ctx.actor.person;
    cell.changed_at = Some(ctx.now());
    Ok(Some(Change {
        element: cell.element.clone(),
        before,
        after: cell.value,
        origin: cell.origin,
        reason: cell.reason.clone(),
    }))
}

/// How a cell differs from what the machine says now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The cell.
    pub element: Element,
    /// What the machine said.
    pub before: Option<Number>,
    /// What it says now.
    pub after: Option<Number>,
    /// What stands there.
    pub value: Option<Number>,
    /// Whether the cell follows, or was typed against the machine and stays.
    pub follows: bool,
}

/// What the machine says otherwise now. Nothing is changed.
///
/// # Errors
/// As [`get`].
pub async fn differences(ctx: &Ctx, metrics: &Measures, shown: &Shown) -> AppResult<Vec<Difference>> {
    let filled = &shown.filled;
    let machine = machine_values(ctx, ctx.db(), metrics, &filled.form, &filled.row).await?;
    Ok(compare(filled, &machine))
}

/// Cells of which the machine says something else than when it was asked.
#[must_use]
pub fn compare(filled: &Filled, machine: &[Option<Machine>]) -> Vec<Difference> {
    let cells = filled.form.elements.iter().zip(&filled.cells).zip(machine);
    let differs = |((element, cell), machine): ((&Element, &CellRow), &Option<Machine>)| {
        let after = machine.as_ref()?.value;
        (after != cell.machine()).then(|| Difference {
            before: cell.machine(),
            after,
            value: cell.value.map(Number::from_raw),
            follows: model::follows(
                filled.row.status,
                cell.open,
                model::automatic(element, filled.row.how),
            ) && cell.origin != Origin::Override
                && (cell.origin != Origin::Typed || cell.value.is_none()),
            element: element.clone(),
        })
    };
    cells.filter_map(differs).collect()
}

/// Takes up what the machine says now. Gives how many cells changed.
///
/// # Errors
/// As [`save`].
pub async fn refresh(ctx: &Ctx, metrics: &Measures, id: ReturnId) -> AppResult<usize> {
    let scope = ctx.may(Permission::ReturnFill)?;
    let row = store::find_within(ctx.db(), &scope, id).await?;
    let form = filled::form(ctx.db(), row.dataset_version_id).await?;
    levels::put_below(ctx, metrics, &form.definition, &row).await?;
    let tx = ctx.begin().await?;
    let row = locked(&tx, &scope, id).await?;
    if !matches!(row.status, ReturnStatus::Draft | ReturnStatus::SentBack) {
        return Err(AppError::refused(
            "not_open",
            format!("这份报表现在是“{}”，不能再取数。", row.status.label()),
        ));
    }
    let machine = machine_values(ctx, &tx, metrics, &form, &row).await?;
    let mut filled = Filled::read(&tx, row).await?;
    let before: Vec<i64> = filled.cells.iter().map(|cell| cell.version).collect();
    let how = filled.row.how;
    let status = filled.row.status;
    for ((cell, element), machine) in filled.cells.iter_mut().zip(&form.elements).zip(machine) {
        let automatic = model::automatic(element, how);
        let Some(machine) = machine.filter(|_| model::follows(status, cell.open, automatic)) else {
            continue;
        };
        let held = (cell.value, cell.origin);
        take_machine(cell, automatic, &machine, ctx.now());
        if status == ReturnStatus::SentBack && !cell.open && held != (cell.value, cell.origin) {
            // What changed by itself may ask for a reason, which only an open cell takes.
            cell.open = true;
            cell.remark = "下级的数变了，重新汇总".into();
        }
    }
    filled.compute();
    let cells = filled.cells.iter().zip(before);
    let cells: Vec<CellRow> = cells
        .filter(|(cell, before)| cell.version != *before)
        .map(|(cell, _)| cell.clone())
        .collect();
    store::update_cells(&tx, id, &cells).await?;
    store::set_machine_at(&tx, id, ctx.now()).await?;
    let event = Event::new("return.refreshed", "stat_return", id).at(filled.row.org_id);
    tx.commit(vec![event.data(json!({ "count": cells.len() }))])
        .await?;
    Ok(cells.len())
}

/// Names of people who had a hand in a return.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn names(
    ctx: &Ctx,
    people: impl IntoIterator<Item = Option<kernel::PersonId>>,
) -> AppResult<std::collections::HashMap<kernel::PersonId, String>> {
    let mut ids: Vec<kernel::PersonId> = people.into_iter().flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let found = people::persons::find_many(ctx.db(), &ids).await?.into_iter();
    Ok(found.map(|(id, person)| (id, person.name)).collect())
}
