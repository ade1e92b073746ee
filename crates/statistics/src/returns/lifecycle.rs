//! A return on its way up: filed, checked, sent back by cells, approved, locked, amended on request.

use super::actions::{compare, reaches};
use super::filled::{self, Filled, machine_values};
use super::issues;
use super::levels;
use super::model::{self, Act, MOST_LETTERS, Origin, ReturnStatus};
use super::store::{self, ReturnRow};
use crate::datasets::definition::{Definition, How};
use crate::{AmendmentId, Measures, ReturnId};
use db::Scope;
use kernel::{OrgId, bounded};
use platform::{AppError, AppResult, Ctx, Event, FieldError, Permission, Tx};
use serde_json::json;
use std::collections::HashSet;

/// A return that somebody judges, locked for the transaction, where the tree of the period has it. Those whom a move in the middle
/// of the period concerns decide, and no others.
async fn seize_placed(
    ctx: &Ctx,
    metrics: &Measures,
    permission: Permission,
    id: ReturnId,
    version: i64,
) -> AppResult<(Tx, ReturnRow)> {
    let version = placed(ctx, metrics, permission, id, version).await?;
    seize(ctx, permission, id, version).await
}

/// A return that somebody acts on, locked for the transaction.
async fn seize(ctx: &Ctx, permission: Permission, id: ReturnId, version: i64) -> AppResult<(Tx, ReturnRow)> {
    // Who checks or approves holds the permission above the return, so the scope holds it too.
    let scope = ctx.may(permission)?;
    let tx = ctx.begin().await?;
    let row = locked(&tx, &scope, id).await?;
    if row.version != version {
        return Err(model::changed_meanwhile());
    }
    Ok((tx, row))
}

/// Puts a return, and those that it sums up, where the tree of the period has them, before somebody judges by where it stands.
/// Gives the version to go on with: going elsewhere is one change, which whoever looked at it before did not make.
async fn placed(
    ctx: &Ctx,
    metrics: &Measures,
    permission: Permission,
    id: ReturnId,
    version: i64,
) -> AppResult<i64> {
    let scope = ctx.may(permission)?;
    let row = store::find_within(ctx.db(), &scope, id).await?;
    let form = filled::form(ctx.db(), row.dataset_version_id).await?;
    levels::put_below(ctx, metrics, &form.definition, &row).await?;
    let moved = levels::put_own(ctx, metrics, &form.definition, &row).await?;
    Ok(version + i64::from(moved && row.version == version))
}

/// A return, locked together with what it sums up and what sums it up: whether it counts is decided for all of them in one
/// order, so that no sum is approved over a return that is being changed, and no return is approved past its sum.
pub(crate) async fn locked(tx: &Tx, scope: &Scope, id: ReturnId) -> AppResult<ReturnRow> {
    tx.lock("stat_return", id.raw()).await?;
    let seen = store::find_within(tx, scope, id).await?;
    let sums: Vec<i64> = [Some(seen.org_id), seen.upper_org]
        .into_iter()
        .flatten()
        .map(OrgId::raw)
        .collect();
    tx.lock_all("returns of org", &sums).await?;
    let row = store::find_within(tx, scope, id).await?;
    if row.upper_org != seen.upper_org {
        return Err(model::changed_meanwhile());
    }
    Ok(row)
}

/// The sums of a return must be those of now before it goes on. The door is where the actor can do something about it.
async fn same_sums(ctx: &Ctx, tx: &Tx, metrics: &Measures, filled: &Filled) -> AppResult<()> {
    if filled.row.how != How::Sum {
        return Ok(());
    }
    let machine = machine_values(ctx, tx, metrics, &filled.form, &filled.row).await?;
    let changed = compare(filled, &machine).into_iter();
    let sums = changed.filter(|one| model::automatic(&one.element, How::Sum) == Some(Origin::Sum));
    match sums.count() {
        0 => Ok(()),
        // Who approves cannot ask the machine again: the office does, once a cell is sent back.
        count if filled.row.status == ReturnStatus::Checked => Err(AppError::refused_with_door(
            "sums_changed",
            format!(
                "下级的数变了，有 {count} 格的汇总不是最新的。请把其中一格退回，写上“请重新取数”；填报的一级重新取数以后再上报。"
            ),
            "去退回",
            format!("/desk/returns/{}/review?show=all", filled.row.id),
        )),
        count => Err(AppError::refused_with_door(
            "sums_changed",
            format!("下级的数变了，有 {count} 格的汇总不是最新的。请先重新取数。"),
            "看哪些数变了",
            format!("/desk/returns/{}/refresh", filled.row.id),
        )),
    }
}

/// A sum of nothing is not filed: every cell of it would ask for a figure that only the returns below can give.
fn nothing_below(definition: &Definition, row: &ReturnRow, missing: i64) -> AppError {
    let due = row
        .when()
        .and_then(|period| definition.due_before(row.due_on, period));
    let due = due.map_or_else(String::new, |due| format!("，他们最晚 {due} 上报"));
    AppError::refused_with_door(
        "nothing_below",
        format!(
            "下级还没有审核通过的报表，没有数可以汇总：{missing} 个下级都还没有审核通过{due}。\
             请先等下级上报、审核通过，再重新取数、上报。"
        ),
        "看下级填到哪一步",
        format!(
            "/desk/returns?version={}&period={}",
            row.dataset_version_id, row.period
        ),
    )
}

/// Hands a return in.
///
/// # Errors
/// [`AppError::Refused`] with what is missing; [`AppError::Invalid`] beside `note` where an explanation is asked for.
pub async fn file(ctx: &Ctx, metrics: &Measures, id: ReturnId, note: &str, version: i64) -> AppResult<()> {
    let (tx, row) = seize_placed(ctx, metrics, Permission::ReturnFill, id, version).await?;
    let next = model::next(row.status, Act::File)?;
    let filled = Filled::read(&tx, row).await?;
    same_sums(ctx, &tx, metrics, &filled).await?;
    let missing = levels::missing_below(ctx, &tx, metrics, &filled.form.definition, &filled.row).await?;
    if missing > 0 && !levels::counts_below(&tx, &filled.row).await? {
        return Err(nothing_below(&filled.form.definition, &filled.row, missing));
    }
    let note = issues::may_file(&filled.issues(), missing, note)?;
    // Formulas are computed when a return is read: what they give now is kept with it.
    let mut cells = filled.cells.clone();
    for cell in &mut cells {
        cell.open = false;
    }
    store::update_cells(&tx, id, &cells).await?;
    store::set_filed(&tx, id, ctx.actor.person, ctx.now(), &note).await?;
    let mut event = Event::new("return.filed", "stat_return", id).at(filled.row.org_id);
    event =
        event.data(json!({ "from": filled.row.status.as_str(), "to": next.as_str(), "missing": missing }));
    if !note.is_empty() {
        event = event.note(note);
    }
    tx.commit(vec![event]).await
}

/// Whether the actor stands where a return is checked or approved.
async fn stands(ctx: &Ctx, row: &ReturnRow, permission: Permission) -> AppResult<()> {
    let org = match permission {
        Permission::ReturnCheck => row.check_org,
        _ => row.approve_org,
    };
    if reaches(ctx, permission, org).await? {
        return Ok(());
    }
    let level = orgs::tree::find(ctx.db(), org).await?.name;
    Err(AppError::Forbidden(format!(
        "这份报表由“{level}”来做这一步，您的岗位不在那一级。"
    )))
}

/// Finds a return in order: it goes to who approves.
///
/// # Errors
/// [`AppError::Forbidden`] when the actor does not stand at the checking level; as [`model::next`] and
/// [`model::other_person`].
pub async fn check(ctx: &Ctx, metrics: &Measures, id: ReturnId, version: i64) -> AppResult<()> {
    let (tx, row) = seize_placed(ctx, metrics, Permission::ReturnCheck, id, version).await?;
    stands(ctx, &row, Permission::ReturnCheck).await?;
    let next = model::next(row.status, Act::Check)?;
    model::other_person(row.filed_by, ctx.actor.person, row.check_org != row.org_id)?;
    store::set_status(&tx, id, next, ctx.actor.person, ctx.now()).await?;
    let event = Event::new("return.checked", "stat_return", id).at(row.org_id);
    tx.commit(vec![event]).await
}

/// What the level above asks of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The cell.
    pub element: String,
    /// What is to be looked at.
    pub text: String,
}

/// Sends single cells back; the others stay shut.
///
/// # Errors
/// [`AppError::Invalid`] beside each remark that is wrong; otherwise as [`check`].
pub async fn send_back(
    ctx: &Ctx,
    metrics: &Measures,
    id: ReturnId,
    remarks: Vec<Remark>,
    version: i64,
) -> AppResult<()> {
    let (tx, row) = seize_placed(ctx, metrics, Permission::ReturnCheck, id, version).await?;
    match row.status {
        ReturnStatus::Checked => stands(ctx, &row, Permission::ReturnApprove).await?,
        // Sent back by whom it may be: either step may send back more.
        ReturnStatus::SentBack if stands(ctx, &row, Permission::ReturnApprove).await.is_ok() => {}
        _ => stands(ctx, &row, Permission::ReturnCheck).await?,
    }
    let next = model::next(row.status, Act::SendBack)?;
    let mut filled = Filled::read(&tx, row).await?;
    let remarks = good_remarks(&filled, remarks)?;
    let mut touched = Vec::new();
    for remark in &remarks {
        let at = filled.form.place(&remark.element);
        if let Some(cell) = at.and_then(|at| filled.cells.get_mut(at)) {
            cell.open = true;
            cell.remark.clone_from(&remark.text);
            cell.version += 1;
            touched.push(cell.clone());
        }
    }
    store::update_cells(&tx, id, &touched).await?;
    store::set_status(&tx, id, next, ctx.actor.person, ctx.now()).await?;
    let codes: Vec<&str> = remarks.iter().map(|remark| remark.element.as_str()).collect();
    let words: Vec<String> = remarks
        .iter()
        .map(|remark| format!("{}：{}", remark.element, remark.text))
        .collect();
    let event = Event::new("return.sent_back", "stat_return", id).at(filled.row.org_id);
    tx.commit(vec![event.data(json!({ "cells": codes })).note(words.join("\n"))])
        .await
}

fn good_remarks(filled: &Filled, remarks: Vec<Remark>) -> AppResult<Vec<Remark>> {
    let mut wrong = Vec::new();
    let mut good = Vec::new();
    for mut remark in remarks {
        let sentence = match filled.find(&remark.element) {
            None => Some("这套报表里没有这一格。".to_owned()),
            Some((_, cell)) if cell.origin == Origin::Formula => {
                Some("这一格由公式算出，请退回它用到的格。".to_owned())
            }
            Some(_) => match bounded(&remark.text, 2, MOST_LETTERS, "退回意见") {
                Ok(text) => {
                    remark.text = text;
                    None
                }
                Err(sentence) => Some(sentence),
            },
        };
        match sentence {
            Some(sentence) => wrong.push(FieldError {
                field: remark.element,
                sentence,
            }),
            None => good.push(remark),
        }
    }
    if !wrong.is_empty() {
        return Err(AppError::Invalid(wrong));
    }
    if good.is_empty() {
        return Err(AppError::invalid(
            "cells",
            "请至少在一格旁边写上意见，再退回。没有意见就点“通过”。",
        ));
    }
    Ok(good)
}

/// Approves a return: what its cells hold is what counts above; the returns that it sums up are locked.
///
/// # Errors
/// As [`check`]; [`AppError::Refused`] with `sums_changed` when the returns below changed since, and as
/// [`model::before_its_sum`].
pub async fn approve(ctx: &Ctx, metrics: &Measures, id: ReturnId, version: i64) -> AppResult<()> {
    let (tx, row) = seize_placed(ctx, metrics, Permission::ReturnApprove, id, version).await?;
    stands(ctx, &row, Permission::ReturnApprove).await?;
    model::next(row.status, Act::Approve)?;
    model::other_person(row.filed_by, ctx.actor.person, row.approve_org != row.org_id)?;
    if let Some(upper) = upper_of(&tx, &row).await? {
        model::before_its_sum(upper.status, &format!("/desk/returns/{}", upper.id))?;
    }
    let filled = Filled::read(&tx, row).await?;
    same_sums(ctx, &tx, metrics, &filled).await?;
    let changed = filled.cells.iter().filter(|cell| cell.is_new()).count();
    store::set_approved(&tx, id, ctx.actor.person, ctx.now()).await?;
    let locked = match filled.row.how {
        How::Sum => store::lock_below(&tx, &filled.row, ctx.now()).await?,
        How::Fill => 0,
    };
    let event = Event::new("return.approved", "stat_return", id).at(filled.row.org_id);
    let data = json!({ "changed": changed, "locked_below": locked, "approvals": filled.row.approvals + 1 });
    tx.commit(vec![event.data(data)]).await
}

/// Fixes an approved return for ever.
///
/// # Errors
/// As [`check`].
pub async fn lock(ctx: &Ctx, id: ReturnId, version: i64) -> AppResult<()> {
    let (tx, row) = seize(ctx, Permission::ReturnApprove, id, version).await?;
    stands(ctx, &row, Permission::ReturnApprove).await?;
    let next = model::next(row.status, Act::Lock)?;
    store::set_status(&tx, id, next, ctx.actor.person, ctx.now()).await?;
    let event = Event::new("return.locked", "stat_return", id).at(row.org_id);
    tx.commit(vec![event]).await
}

/// Asks in writing to change cells of a return that was filed.
///
/// # Errors
/// [`AppError::Invalid`] for wrong cells or reason; [`AppError::Refused`] when it is too late, or one waits already.
pub async fn ask_amendment(
    ctx: &Ctx,
    id: ReturnId,
    elements: &[String],
    reason: &str,
) -> AppResult<AmendmentId> {
    let scope = ctx.may(Permission::ReturnFill)?;
    let reason = bounded(reason, 4, 500, "更正理由").map_err(|wrong| AppError::invalid("reason", wrong))?;
    let tx = ctx.begin().await?;
    let row = locked(&tx, &scope, id).await?;
    model::before_summing(upper_of(&tx, &row).await?.map(|upper| upper.status), row.status)?;
    model::next(row.status, Act::Reopen)?;
    if store::amendments(&tx, id)
        .await?
        .iter()
        .any(|one| one.status == "open")
    {
        return Err(AppError::refused(
            "one_waits",
            "这份报表已经有一份更正申请在等上级答复。请等答复以后再提。",
        ));
    }
    let filled = Filled::read(&tx, row).await?;
    let mut seen = HashSet::new();
    let elements: Vec<&String> = elements
        .iter()
        .filter(|code| seen.insert(code.as_str()))
        .collect();
    let unknown = elements.iter().find(|code| {
        let found = filled.find(code);
        found.is_none_or(|(_, cell)| cell.origin == Origin::Formula)
    });
    if let Some(code) = unknown {
        let sentence = format!("“{code}”不是能改的格。请写格的编号，公式算出的格不用写。");
        return Err(AppError::invalid("elements", sentence));
    }
    if elements.is_empty() || elements.len() > 200 {
        return Err(AppError::invalid("elements", "请写明要改哪几格，1 到 200 格。"));
    }
    let amendment: AmendmentId = ctx.new_id();
    let codes: Vec<&str> = elements.iter().map(|code| code.as_str()).collect();
    let what = (codes.join(";"), reason);
    store::insert_amendment(
        &tx,
        amendment,
        &filled.row,
        (&what.0, &what.1),
        ctx.actor.person,
        ctx.now(),
    )
    .await?;
    let event = Event::new("return.amendment_asked", "stat_return", id).at(filled.row.org_id);
    tx.commit(vec![event.data(json!({ "cells": codes })).note(what.1)])
        .await?;
    Ok(amendment)
}

/// The return that sums a return up, where it is open.
async fn upper_of(tx: &Tx, row: &ReturnRow) -> AppResult<Option<ReturnRow>> {
    let Some(upper) = row.upper_org else {
        return Ok(None);
    };
    Ok(store::of_org(tx, row.dataset_id, &row.period, upper).await?)
}

/// Answers a request to change a return: granted, its cells are open again.
///
/// # Errors
/// [`AppError::Forbidden`] when the actor does not stand at the level above; [`AppError::Refused`] when the level above has
/// summed up meanwhile, or the request was answered.
pub async fn answer_amendment(ctx: &Ctx, id: AmendmentId, grant: bool, answer: &str) -> AppResult<ReturnId> {
    let scope = ctx.may(Permission::ReturnApprove)?;
    let least = if grant { 0 } else { 2 };
    let answer =
        bounded(answer, least, MOST_LETTERS, "答复").map_err(|wrong| AppError::invalid("answer", wrong))?;
    let tx = ctx.begin().await?;
    let asked = store::amendment_within(&tx, &scope, id).await?;
    let row = locked(&tx, &scope, asked.return_id).await?;
    let asked = store::amendment_within(&tx, &scope, asked.id).await?;
    stands(ctx, &row, Permission::ReturnApprove).await?;
    if asked.status != "open" {
        return Err(AppError::refused("answered", "这份更正申请已经答复过了。"));
    }
    let status = if grant { "granted" } else { "refused" };
    store::answer_amendment(&tx, id, status, &answer, ctx.actor.person, ctx.now()).await?;
    let org = row.org_id;
    if grant {
        model::before_summing(upper_of(&tx, &row).await?.map(|upper| upper.status), row.status)?;
        let next = model::next(row.status, Act::Reopen)?;
        let mut filled = Filled::read(&tx, row).await?;
        let mut touched = Vec::new();
        for code in asked.elements.split(';') {
            let at = filled.form.place(code);
            if let Some(cell) = at.and_then(|at| filled.cells.get_mut(at)) {
                cell.open = true;
                cell.remark = "同意更正".into();
                cell.version += 1;
                touched.push(cell.clone());
            }
        }
        store::update_cells(&tx, asked.return_id, &touched).await?;
        store::set_status(&tx, asked.return_id, next, ctx.actor.person, ctx.now()).await?;
    }
    let event = Event::new("return.amendment_answered", "stat_return", asked.return_id).at(org);
    let mut event = event.data(json!({ "granted": grant }));
    if !answer.is_empty() {
        event = event.note(answer);
    }
    tx.commit(vec![event]).await?;
    Ok(asked.return_id)
}
