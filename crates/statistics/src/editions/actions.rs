//! What can be done with editions: one function a verb.

use super::family::Saids;
use super::model;
use super::reading::{self, Kept};
use super::store::{self, EditionRow, ErratumRow, FrozenRow};
use crate::datasets::form::Form;
use crate::number::Number;
use crate::returns::actions::reaches;
use crate::returns::filled;
use crate::returns::lifecycle::locked;
use crate::returns::model::hex;
use crate::returns::store::{self as returns, ReturnRow};
use crate::{EditionId, Measures, ReturnId};
use db::Db;
use kernel::bounded;
use orgs::tree::{self, OrgBrief};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;

/// An edition with its own figures and its errata.
#[derive(Debug)]
pub struct Shown {
    /// The edition.
    pub edition: EditionRow,
    /// Whose figures it holds.
    pub org: OrgBrief,
    /// The form.
    pub form: Arc<Form>,
    /// Its own figures.
    pub cells: Vec<FrozenRow>,
    /// Errata, newest first.
    pub errata: Vec<ErratumRow>,
    /// Whether the actor may tell errata.
    pub may_tell: bool,
}

async fn read(ctx: &Ctx, edition: EditionRow) -> AppResult<Shown> {
    Ok(Shown {
        org: tree::find(ctx.db(), edition.org_id).await?,
        form: filled::form(ctx.db(), edition.dataset_version_id).await?,
        cells: store::own_cells(ctx.db(), &edition).await?,
        errata: store::errata(ctx.db(), edition.id).await?,
        may_tell: false,
        edition,
    })
}

/// An edition as everybody reads it.
#[derive(Debug)]
pub struct Public {
    /// The edition.
    pub shown: Shown,
    /// What is said of each figure.
    pub said: Arc<Saids>,
}

/// An edition, for everybody.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn public(ctx: &Ctx, metrics: &Measures, kept: &Kept, id: EditionId) -> AppResult<Public> {
    let edition = store::find(ctx.db(), id).await?;
    let shown = read(ctx, edition).await?;
    let said = reading::said(ctx.db(), metrics, kept, id).await?;
    Ok(Public { shown, said })
}

/// An edition, for staff of its area.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn get(ctx: &Ctx, id: EditionId) -> AppResult<Shown> {
    let scope = ctx.may(Permission::ReturnFill)?;
    let edition = store::find_within(ctx.db(), &scope, id).await?;
    let top = returns::find_within(ctx.db(), &scope, edition.return_id).await?;
    Ok(Shown {
        may_tell: reaches(ctx, Permission::ReturnApprove, top.approve_org).await?,
        ..read(ctx, edition).await?
    })
}

/// An edition is a matter of the level that approved the return at its top.
async fn decides(ctx: &Ctx, top: &ReturnRow) -> AppResult<()> {
    if reaches(ctx, Permission::ReturnApprove, top.approve_org).await? {
        return Ok(());
    }
    Err(AppError::Forbidden(
        "年度版和它的勘误由审核这份报表的那一级来定。".into(),
    ))
}

fn not_approved() -> AppError {
    AppError::refused("not_approved", "审核通过的报表才能定为年度版。请先审核。")
}

/// Freezes an approved sum with all returns that it sums up, and those that they sum up.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] when it is not approved, or frozen already, and as
/// [`model::may_freeze`]; [`AppError::Invalid`] for a wrong name.
pub async fn freeze(
    ctx: &Ctx,
    metrics: &Measures,
    kept: &Kept,
    id: ReturnId,
    name: &str,
) -> AppResult<EditionId> {
    let scope = ctx.may(Permission::ReturnApprove)?;
    let row = returns::find_within(ctx.db(), &scope, id).await?;
    decides(ctx, &row).await?;
    model::may_freeze(row.how, row.when(), ctx.today())?;
    if !row.status.counts() {
        return Err(not_approved());
    }
    let name = bounded(name, 2, 60, "年度版的名称").map_err(|wrong| AppError::invalid("name", wrong))?;
    let form = filled::form(ctx.db(), row.dataset_version_id).await?;
    let open = reading::open_beside(ctx, metrics, kept, &form, (row.org_id, row.when())).await?;
    let tx = ctx.begin().await?;
    let row = locked(&tx, &scope, id).await?;
    decides(ctx, &row).await?;
    // Each edition is judged beside those before it, so they are frozen one after the other.
    tx.lock("editions of dataset", row.dataset_id.raw()).await?;
    if !row.status.counts() {
        return Err(not_approved());
    }
    if let Some(there) = store::of_return(&tx, id).await? {
        return Err(AppError::refused_with_door(
            "frozen",
            "这份报表已经定了年度版，不能再定一次。有错请发勘误。",
            "看年度版",
            format!("/desk/editions/{there}"),
        ));
    }
    // The locks on the return's org hold for its names too.
    if store::is_named(&tx, row.org_id, &name).await? {
        let taken = "本级已经有叫这个名称的年度版，请换一个名称。";
        return Err(AppError::invalid("name", taken));
    }
    let edition: EditionId = ctx.new_id();
    store::freeze(&tx, edition, &row, &name, ctx.actor.person, ctx.now()).await?;
    let cells = store::hashes(&tx, edition).await?;
    let mut digest = Sha256::new();
    let mut seen = BTreeSet::new();
    for (of, element, hash) in &cells {
        seen.insert(of.raw());
        digest.update(format!("{of}\n{element}\n{hash}\n").as_bytes());
    }
    let hash = hex(&digest.finalize());
    store::seal(&tx, edition, i64::try_from(seen.len()).unwrap_or(i64::MAX), &hash).await?;
    reading::decide(&tx, metrics, kept, edition, open.as_ref()).await?;
    let event = Event::new("edition.frozen", "stat_edition", edition).at(row.org_id);
    let data = json!({ "returns": seen.len(), "cells": cells.len(), "hash": hash });
    tx.commit(vec![event.data(data)]).await?;
    Ok(edition)
}

/// What turned out to be wrong.
#[derive(Debug, Clone, Copy)]
pub struct ErratumDraft<'a> {
    /// Code of the figure.
    pub element: &'a str,
    /// What it is, as typed.
    pub value: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Tells that a figure of an edition is wrong. What everybody reads of it is decided now, beside what is published, and kept.
///
/// # Errors
/// [`AppError::Forbidden`] as [`freeze`]; [`AppError::Invalid`] for a figure that the edition does not hold, a wrong number or
/// reason.
pub async fn tell(
    ctx: &Ctx,
    metrics: &Measures,
    kept: &Kept,
    id: EditionId,
    draft: ErratumDraft<'_>,
) -> AppResult<()> {
    let scope = ctx.may(Permission::ReturnApprove)?;
    let reason =
        bounded(draft.reason, 4, 300, "勘误的原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    let edition = store::find_within(ctx.db(), &scope, id).await?;
    let top = returns::find_within(ctx.db(), &scope, edition.return_id).await?;
    decides(ctx, &top).await?;
    let form = filled::form(ctx.db(), edition.dataset_version_id).await?;
    let open = reading::open_beside(ctx, metrics, kept, &form, (edition.org_id, top.when())).await?;
    let tx = ctx.begin().await?;
    // As an edition, an erratum is judged beside what was published before it.
    tx.lock("editions of dataset", top.dataset_id.raw()).await?;
    let (element, was, is) = correction(&tx, &edition, &form, draft).await?;
    let said = reading::decide_erratum(&tx, metrics, kept, id, (&element, is), open.as_ref()).await?;
    let one = ErratumRow {
        id: ctx.new_id(),
        org_id: edition.org_id,
        element,
        value_was: was,
        value_is: is,
        reason,
        created_at: ctx.now(),
        said: serde_json::to_string(&said).map_err(|error| AppError::Internal(error.to_string()))?,
    };
    store::insert_erratum(&tx, id, &one, ctx.actor.person).await?;
    let event = Event::new("edition.erratum", "stat_edition", id).at(edition.org_id);
    tx.commit(vec![event.data(json!({ "element": one.element }))])
        .await
}

/// The code of a figure, what holds of it by now and what it is.
async fn correction(
    db: &Db,
    edition: &EditionRow,
    form: &Form,
    draft: ErratumDraft<'_>,
) -> AppResult<(String, Option<i64>, Option<i64>)> {
    let element = draft.element.trim();
    let unknown = || AppError::invalid("element", "年度版里没有这一格。请从列出的数里选。");
    let what = form.find(element).ok_or_else(unknown)?;
    let frozen = store::cell(db, edition.id, edition.org_id, element).await?;
    let frozen = frozen.ok_or_else(unknown)?;
    let told = store::errata(db, edition.id).await?;
    let was = told
        .iter()
        .find(|one| one.element == element)
        .map_or(frozen.value, |one| one.value_is);
    let number =
        Number::read(draft.value, what.decimals).map_err(|wrong| AppError::invalid("value", wrong))?;
    if was == Some(number.raw()) {
        return Err(AppError::invalid("value", "现在公布的就是这个数，没有要更正的。"));
    }
    Ok((element.to_owned(), was, Some(number.raw())))
}
