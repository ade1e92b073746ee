//! What can be done with facts.

use super::model::{self, Basis, FactsDraft};
use super::store::{self, Facts};
use crate::tree::{self, OrgBrief};
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// The facts of an institution with its version, for staff; `None` when none were written yet.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn get(ctx: &Ctx, id: OrgId) -> AppResult<(Option<Facts>, i64)> {
    let scope = ctx.may(Permission::OrgRead)?;
    tree::find_within(ctx.db(), &scope, id).await?;
    let facts = store::find_within(ctx.db(), &scope, id).await?;
    Ok((facts, tree::version_of(ctx.db(), id).await?))
}

/// An institution with its facts and version, for those who may change them.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] for an area or a closed institution.
pub async fn get_for_change(ctx: &Ctx, id: OrgId) -> AppResult<(OrgBrief, Option<Facts>, i64)> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let org = tree::find_within(ctx.db(), &scope, id).await?;
    may_have_facts(&org)?;
    let facts = store::find_within(ctx.db(), &scope, id).await?;
    Ok((org, facts, tree::version_of(ctx.db(), id).await?))
}

/// Writes the facts of an institution.
///
/// # Errors
/// [`AppError::Invalid`] for wrong fields; [`AppError::Refused`] when it was changed meanwhile; otherwise as
/// [`get_for_change`].
pub async fn save(ctx: &Ctx, id: OrgId, draft: FactsDraft, version: i64) -> AppResult<()> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("org", id.raw()).await?;
    let org = tree::find_within(&tx, &scope, id).await?;
    may_have_facts(&org)?;
    let (facts, point) = model::check(draft)?;
    if tree::version_of(&tx, id).await? != version {
        return Err(tree::model::changed_meanwhile());
    }
    let before = store::find_within(&tx, &scope, id).await?;
    // A place that was not touched keeps its source; one that staff typed is the institution's own.
    let basis = match &before {
        Some(old) if old.point() == point => old.place_basis.clone(),
        _ => Basis::Official.as_str().to_owned(),
    };
    store::save(&tx, id, &facts, point, &basis).await?;
    let data = json!({
        "floor_area_m2": [before.as_ref().and_then(|old| old.floor_area_m2), facts.floor_area_m2],
        "place_moved": before.and_then(|old| old.point()) != point,
    });
    tx.commit(vec![Event::new("org.facts_changed", "org", id).at(id).data(data)])
        .await
}

fn may_have_facts(org: &OrgBrief) -> AppResult<()> {
    if org.kind.is_area() {
        return Err(AppError::refused(
            "area_without_facts",
            format!(
                "“{}”是一个区域，没有地址和开放时间。请打开它下面的机构。",
                org.name
            ),
        ));
    }
    tree::model::is_open(org)
}
