//! What can be done with standards of funding.

use super::model::{self, Demand, Standard};
use super::store;
use crate::FundingStandardId;
use crate::tree::{self, OrgBrief, OrgStatus};
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// The standards that hold for an organisation.
pub struct View {
    /// Which.
    pub org: OrgBrief,
    /// Those that hold, its own and those from above, the nearest first.
    pub holding: Vec<Standard>,
    /// Its own that were withdrawn.
    pub withdrawn: Vec<Standard>,
}

/// The standards that hold for an organisation, and its own withdrawn ones.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn list(ctx: &Ctx, id: OrgId) -> AppResult<View> {
    let scope = ctx.may(Permission::OrgRead)?;
    let org = tree::find_within(ctx.db(), &scope, id).await?;
    let jurisdictions: Vec<OrgId> = tree::ids_of(&org.path).collect();
    let holding = store::holding_for(ctx.db(), &jurisdictions).await?;
    let withdrawn = store::withdrawn_within(ctx.db(), &scope, id).await?;
    Ok(View {
        org,
        holding,
        withdrawn: withdrawn.into_iter().map(Standard::from).collect(),
    })
}

/// One standard, withdrawn or not, with its jurisdiction.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn get(ctx: &Ctx, id: FundingStandardId) -> AppResult<(OrgBrief, Standard)> {
    let scope = ctx.may(Permission::OrgRead)?;
    let row = store::find_within(ctx.db(), &scope, id).await?;
    let org = tree::find(ctx.db(), row.org_id).await?;
    Ok((org, row.into()))
}

/// Sets a standard of an area.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] for wrong fields; [`AppError::Refused`] for an
/// institution or an area that has ended.
pub async fn set(ctx: &Ctx, id: OrgId, demand: Demand) -> AppResult<FundingStandardId> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("funding standards", id.raw()).await?;
    let org = tree::find_within(&tx, &scope, id).await?;
    if !org.kind.is_area() || org.status != OrgStatus::Open {
        return Err(AppError::refused(
            "no_jurisdiction",
            format!(
                "“{}”不是现有的区域，不能定经费标准。请打开它所在的街镇、区或市。",
                org.name
            ),
        ));
    }
    let demand = model::check(demand, ctx.today())?;
    let standard: FundingStandardId = ctx.new_id();
    store::insert(&tx, standard, id, &demand).await?;
    let data = json!({
        "from": demand.from_date.to_string(), "amount_fen": demand.amount_fen,
        "match": demand.matching.map(|rule| [rule.num, rule.den]), "not_below": demand.not_below_last_year,
    });
    let event = Event::new("funding.standard_set", "funding_standard", standard).at(id);
    tx.commit(vec![event.data(data)]).await?;
    Ok(standard)
}

/// Takes a standard back with a reason, by one who saw this `version`; gives whose it was.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] without a reason; [`AppError::Refused`] when it was
/// withdrawn already.
pub async fn withdraw(ctx: &Ctx, id: FundingStandardId, reason: &str, version: i64) -> AppResult<OrgId> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("funding standard", id.raw()).await?;
    let held = store::find_within(&tx, &scope, id).await?;
    let reason =
        kernel::bounded(reason, 2, 200, "作废的原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    if !held.reason.is_empty() || held.version != version {
        return Err(AppError::refused(
            "changed_meanwhile",
            "这条标准已经被别人作废了。请刷新后再看。",
        ));
    }
    store::withdraw(&tx, id, &reason).await?;
    let event = Event::new("funding.standard_withdrawn", "funding_standard", id).at(held.org_id);
    tx.commit(vec![event.note(reason)]).await?;
    Ok(held.org_id)
}
