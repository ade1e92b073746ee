//! What can be done with budget lines.

use super::model::{self, LineDraft, LineState};
use super::standards::{self, Standard};
use super::store::{self, LineRow, Written};
use super::years::{self, YearFigures};
use crate::BudgetLineId;
use crate::population;
use crate::tree::{self, OrgBrief, OrgStatus};
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx};
use serde_json::json;

/// The funding of an organisation.
pub struct View {
    /// Whose.
    pub org: OrgBrief,
    /// Its own lines, newest years first.
    pub lines: Vec<LineRow>,
    /// The figures of its whole subtree by year, newest first.
    pub years: Vec<YearFigures>,
    /// The standards that hold for it, the nearest first.
    pub standards: Vec<Standard>,
    /// Whether the number of its residents is known.
    pub counted: bool,
}

/// The lines of an organisation and the figures of its subtree.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn get(ctx: &Ctx, id: OrgId) -> AppResult<View> {
    let scope = ctx.may(Permission::OrgRead)?;
    let org = tree::find_within(ctx.db(), &scope, id).await?;
    let lines = store::list_within(ctx.db(), &scope, id).await?;
    let sums = store::sums(ctx.db(), &scope.below(&org.path)).await?;
    let residents = population::residents(ctx.db(), id).await?;
    let jurisdictions: Vec<OrgId> = tree::ids_of(&org.path).collect();
    let standards = standards::holding_for(ctx.db(), &jurisdictions).await?;
    let this_year = i64::from(ctx.today().year());
    Ok(View {
        years: years::figures(&sums, &residents, &standards, this_year),
        counted: !residents.is_empty(),
        org,
        lines,
        standards,
    })
}

/// One line: its organisation, and all versions, newest first.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn line(ctx: &Ctx, id: BudgetLineId) -> AppResult<(OrgBrief, Vec<LineRow>)> {
    let scope = ctx.may(Permission::OrgRead)?;
    let versions = store::versions_within(ctx.db(), &scope, id).await?;
    let newest = versions.first().ok_or(AppError::NotFound)?;
    let org = tree::find(ctx.db(), newest.org_id).await?;
    Ok((org, versions))
}

/// The organisation to which the actor may add a line.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] for one that has ended.
pub async fn home_of_new(ctx: &Ctx, id: OrgId) -> AppResult<OrgBrief> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let org = tree::find_within(ctx.db(), &scope, id).await?;
    is_open(&org)?;
    Ok(org)
}

/// Writes a line.
///
/// # Errors
/// [`AppError::Invalid`] for wrong fields, or when there is such a line; otherwise as [`home_of_new`].
pub async fn create(ctx: &Ctx, org: OrgId, draft: LineDraft) -> AppResult<BudgetLineId> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("funding", org.raw()).await?;
    is_open(&tree::find_within(&tx, &scope, org).await?)?;
    let draft = model::check(draft, i64::from(ctx.today().year()))?;
    let id: BudgetLineId = ctx.new_id();
    if store::is_there(&tx, org, &draft, id).await? {
        return Err(model::already_there(&draft));
    }
    let written = Written {
        id,
        version: 1,
        state: LineState::InForce,
        reason: "",
        at: ctx.now(),
    };
    store::insert(&tx, org, &draft, &written).await?;
    let event = Event::new("funding.line_written", "budget_line", id).at(org);
    tx.commit(vec![event.data(told(&draft))]).await?;
    Ok(id)
}

/// Corrects a line that the actor saw in this `version`, with a reason.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] for wrong fields or no reason; [`AppError::Refused`]
/// for a withdrawn line, and with code `changed_meanwhile` when somebody corrected it since.
pub async fn correct(
    ctx: &Ctx,
    id: BudgetLineId,
    draft: LineDraft,
    reason: &str,
    version: i64,
) -> AppResult<()> {
    let (tx, now) = open(ctx, id).await?;
    let draft = model::check(draft, i64::from(ctx.today().year()))?;
    let reason = given(reason, "更正的原因")?;
    may_follow(&now, version)?;
    tx.lock("funding", now.org_id.raw()).await?;
    if store::is_there(&tx, now.org_id, &draft, id).await? {
        return Err(model::already_there(&draft));
    }
    let written = next(ctx, &now, LineState::InForce, &reason);
    store::replace(&tx, id).await?;
    store::insert(&tx, now.org_id, &draft, &written).await?;
    let data = json!({ "line": told(&draft), "before": told(&now.draft()) });
    let event = Event::new("funding.line_corrected", "budget_line", id).at(now.org_id);
    tx.commit(vec![event.data(data).note(reason)]).await
}

/// Withdraws a line that should not be, with a reason.
///
/// # Errors
/// As [`correct`].
pub async fn withdraw(ctx: &Ctx, id: BudgetLineId, reason: &str, version: i64) -> AppResult<()> {
    let (tx, now) = open(ctx, id).await?;
    let reason = given(reason, "作废的原因")?;
    may_follow(&now, version)?;
    let written = next(ctx, &now, LineState::Withdrawn, &reason);
    store::replace(&tx, id).await?;
    store::insert(&tx, now.org_id, &now.draft(), &written).await?;
    let event = Event::new("funding.line_withdrawn", "budget_line", id).at(now.org_id);
    let data = json!({ "year": now.year, "budgeted_fen": now.budgeted_fen, "paid_fen": now.paid_fen });
    tx.commit(vec![event.data(data).note(reason)]).await
}

/// A transaction on a line, and its newest version.
async fn open(ctx: &Ctx, id: BudgetLineId) -> AppResult<(Tx, LineRow)> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("budget line", id.raw()).await?;
    let versions = store::versions_within(&tx, &scope, id).await?;
    let newest = versions.into_iter().next().ok_or(AppError::NotFound)?;
    Ok((tx, newest))
}

fn next<'a>(ctx: &Ctx, now: &LineRow, state: LineState, reason: &'a str) -> Written<'a> {
    Written {
        id: now.id,
        version: now.version + 1,
        state,
        reason,
        at: ctx.now(),
    }
}

fn may_follow(now: &LineRow, seen: i64) -> AppResult<()> {
    if now.state == LineState::Withdrawn {
        return Err(model::withdrawn());
    }
    if now.version != seen {
        return Err(model::changed_meanwhile());
    }
    Ok(())
}

fn given(reason: &str, label: &str) -> AppResult<String> {
    kernel::bounded(reason, 2, 200, label).map_err(|wrong| AppError::invalid("reason", wrong))
}

fn is_open(org: &OrgBrief) -> AppResult<()> {
    if org.status == OrgStatus::Open {
        return Ok(());
    }
    Err(AppError::refused(
        "org_not_open",
        format!(
            "“{}”已经撤销或并入别的机构，不能再登记新的经费。以前的可以更正。",
            org.name
        ),
    ))
}

fn told(draft: &LineDraft) -> serde_json::Value {
    json!({
        "year": draft.year, "level": draft.level.as_str(), "purpose": draft.purpose.as_str(),
        "budgeted_fen": draft.budgeted_fen, "paid_fen": draft.paid_fen, "basis": draft.basis.as_str(),
    })
}

impl LineRow {
    /// What the line says, to be written again.
    #[must_use]
    pub fn draft(&self) -> LineDraft {
        LineDraft {
            year: self.year,
            level: self.level,
            purpose: self.purpose,
            budgeted_fen: self.budgeted_fen,
            paid_fen: self.paid_fen,
            population: self.population,
            payer: self.payer.clone(),
            document: self.document.clone(),
            basis: self.basis.parse().unwrap_or(crate::facts::Basis::Derived),
            proof: self.proof.clone(),
        }
    }
}
