//! What can be done with population.

use super::model::{self, YearDraft};
use super::store::{self, BandRow};
use crate::tree::{self, OrgBrief};
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// The figures of an area, all years, newest first.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] for an institution.
pub async fn get(ctx: &Ctx, id: OrgId) -> AppResult<(OrgBrief, Vec<BandRow>)> {
    let scope = ctx.may(Permission::OrgRead)?;
    let org = tree::find_within(ctx.db(), &scope, id).await?;
    is_area(&org)?;
    let rows = store::all_within(ctx.db(), &scope, id).await?;
    Ok((org, rows))
}

/// Writes a year of an area anew.
///
/// # Errors
/// [`AppError::Invalid`] for wrong fields; otherwise as [`get`].
pub async fn set(ctx: &Ctx, id: OrgId, draft: YearDraft) -> AppResult<()> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("population", id.raw()).await?;
    let org = tree::find_within(&tx, &scope, id).await?;
    is_area(&org)?;
    let draft = model::check(draft, i64::from(ctx.today().year()))?;
    store::set(&tx, id, &draft).await?;
    let total: i64 = draft.bands.iter().map(|(_, male, female)| male + female).sum();
    let data = json!({ "year": draft.year, "total": total, "basis": draft.basis.as_str() });
    tx.commit(vec![
        Event::new("org.population_set", "org", id).at(id).data(data),
    ])
    .await
}

fn is_area(org: &OrgBrief) -> AppResult<()> {
    if org.kind.is_area() {
        return Ok(());
    }
    Err(AppError::refused(
        "no_area",
        format!("“{}”不是区域，没有常住人口。请打开它所在的街镇或居村。", org.name),
    ))
}
