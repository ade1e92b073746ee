//! What can be done with declarations of staff.

use super::model::{self, Draft};
use super::store::{self, CountRow, Total, Written};
use crate::population::{self, Residents};
use crate::tree::{self, OrgBrief, OrgStatus};
use kernel::{Date, OrgId};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// The staff of an organisation.
pub struct View {
    /// Whose.
    pub org: OrgBrief,
    /// Its own declarations, newest days first.
    pub rows: Vec<CountRow>,
    /// An area's whole subtree today, by what they do; empty for an institution.
    pub below: Vec<Total>,
    /// The area's residents at the end of the last year that is known.
    pub residents: Option<Residents>,
}

impl View {
    /// How many declarations have been written.
    #[must_use]
    pub fn version(&self) -> i64 {
        last_serial(&self.rows)
    }
}

/// The declarations of an organisation; of an area, also what its whole subtree has today.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn get(ctx: &Ctx, id: OrgId) -> AppResult<View> {
    let scope = ctx.may(Permission::OrgRead)?;
    let org = tree::find_within(ctx.db(), &scope, id).await?;
    let rows = store::all_within(ctx.db(), &scope, id).await?;
    let mut view = View {
        rows,
        below: Vec::new(),
        residents: None,
        org,
    };
    if view.org.kind.is_area() {
        let subtree = scope.below(&view.org.path);
        view.below = store::totals(ctx.db(), &subtree, ctx.today()).await?;
        // The end of this year has not been: who enters it early changes no ratio yet.
        let ended = |known: &population::Residents| known.year < i64::from(ctx.today().year());
        view.residents = population::residents(ctx.db(), id).await?.into_iter().find(ended);
    }
    Ok(view)
}

/// Declares the staff of an organisation from a day on, by one who saw this `version`.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] for wrong fields; [`AppError::Refused`] for an
/// organisation that has ended, and with code `changed_meanwhile` when somebody declared since.
pub async fn declare(ctx: &Ctx, id: OrgId, draft: Draft, version: i64) -> AppResult<()> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("staffing", id.raw()).await?;
    let org = tree::find_within(&tx, &scope, id).await?;
    if org.status != OrgStatus::Open {
        return Err(AppError::refused(
            "org_not_open",
            format!(
                "“{}”已经撤销或并入别的机构，不能再登记新的人员数。以前登记错的还可以更正。",
                org.name
            ),
        ));
    }
    let draft = model::check(draft, ctx.today())?;
    let rows = store::all_within(&tx, &scope, id).await?;
    model::unchanged(last_serial(&rows), version)?;
    let last = rows.iter().filter(|row| row.in_force).map(|row| row.valid_from);
    model::follows(last.max(), draft.valid_from)?;
    store::end_open(&tx, id, draft.valid_from).await?;
    let written = Written {
        serial: version + 1,
        valid_to: None,
        reason: "",
        at: ctx.now(),
    };
    store::insert(&tx, id, &draft, &written).await?;
    let event = Event::new("staffing.declared", "org", id).at(id);
    tx.commit(vec![event.data(told(&draft, written.serial))]).await
}

/// Corrects a declaration with a reason: the same days, other numbers.
///
/// # Errors
/// As [`declare`]; [`AppError::NotFound`] when no such declaration is in force.
pub async fn correct(
    ctx: &Ctx,
    id: OrgId,
    serial: i64,
    draft: Draft,
    reason: &str,
    version: i64,
) -> AppResult<()> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("staffing", id.raw()).await?;
    tree::find_within(&tx, &scope, id).await?;
    let rows = store::all_within(&tx, &scope, id).await?;
    let reason =
        kernel::bounded(reason, 2, 200, "更正的原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    let known = rows.iter().find(|row| row.serial == serial);
    let (valid_from, valid_to, in_force) = known
        .map(|row| (row.valid_from, row.valid_to, row.in_force))
        .ok_or(AppError::NotFound)?;
    let draft = model::check(Draft { valid_from, ..draft }, ctx.today())?;
    model::unchanged(last_serial(&rows), version)?;
    if !in_force {
        return Err(AppError::NotFound);
    }
    store::set_aside(&tx, id, serial).await?;
    let written = Written {
        serial: version + 1,
        valid_to,
        reason: &reason,
        at: ctx.now(),
    };
    store::insert(&tx, id, &draft, &written).await?;
    let data = json!({ "declared": told(&draft, written.serial), "corrects": serial });
    let event = Event::new("staffing.corrected", "org", id).at(id).data(data);
    tx.commit(vec![event.note(reason)]).await
}

/// The declaration of an organisation that is to be corrected, with the day from which it holds.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope, or when no such declaration is in force.
pub async fn find(ctx: &Ctx, id: OrgId, serial: i64) -> AppResult<(View, Vec<CountRow>, Date)> {
    ctx.may(Permission::OrgEdit)?;
    let view = get(ctx, id).await?;
    let of_serial = view
        .rows
        .iter()
        .filter(|row| row.serial == serial && row.in_force);
    let rows: Vec<CountRow> = of_serial.cloned().collect();
    let from = rows.first().map(|row| row.valid_from).ok_or(AppError::NotFound)?;
    Ok((view, rows, from))
}

/// The declaration that somebody is correcting, and the one that is in force in its place, should another clerk have
/// corrected it meanwhile; with the day from which it counts.
///
/// # Errors
/// As [`get`]; [`AppError::NotFound`] for a number that was never given.
pub async fn being_corrected(ctx: &Ctx, id: OrgId, serial: i64) -> AppResult<(View, i64, Date)> {
    ctx.may(Permission::OrgEdit)?;
    let view = get(ctx, id).await?;
    let known = view.rows.iter().find(|row| row.serial == serial);
    let from = known.map(|row| row.valid_from).ok_or(AppError::NotFound)?;
    let now = view
        .rows
        .iter()
        .find(|row| row.in_force && row.valid_from == from);
    let now = now.map_or(serial, |row| row.serial);
    Ok((view, now, from))
}

fn last_serial(rows: &[CountRow]) -> i64 {
    rows.iter().map(|row| row.serial).max().unwrap_or(0)
}

fn told(draft: &Draft, serial: i64) -> serde_json::Value {
    let counts = draft.counts.iter();
    let counts: Vec<_> = counts
        .map(|count| json!([count.kind.as_str(), count.full_time, count.part_time]))
        .collect();
    json!({ "serial": serial, "from": draft.valid_from.to_string(), "counts": counts, "basis": draft.basis.as_str() })
}
