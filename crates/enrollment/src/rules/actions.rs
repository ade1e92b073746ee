//! Looking at an org's rule and changing it.

use super::model::{self, Rule};
use super::store;
use kernel::OrgId;
use orgs::tree::{self, OrgBrief};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// An org's rule as it counts now.
#[derive(Debug)]
pub struct RuleNow {
    /// The org.
    pub org: OrgBrief,
    /// What counts.
    pub rule: Rule,
    /// Name of the org that decided it; `None` for the defaults.
    pub decided_by: Option<String>,
    /// Version of the org's own rule; 0 without one.
    pub version: i64,
    /// Further orgs that the actor may decide for.
    pub orgs: Vec<OrgBrief>,
}

/// The rule of an org, the actor's first when none is named.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope of `RoundRun`.
pub async fn show(ctx: &Ctx, org: Option<OrgId>) -> AppResult<RuleNow> {
    let scope = ctx.may(Permission::RoundRun)?;
    let orgs = tree::open_within(ctx.db(), &scope, |kind| !kind.is_area()).await?;
    let org = match org {
        Some(org) => tree::find_within(ctx.db(), &scope, org).await?,
        None => orgs.first().cloned().ok_or(AppError::NotFound)?,
    };
    let decided = store::of_org(ctx.db(), org.id).await?;
    let decided_by = match decided {
        Some((by, _)) => Some(tree::find(ctx.db(), by).await?.name),
        None => None,
    };
    Ok(RuleNow {
        rule: decided.map(|(_, rule)| rule).unwrap_or_default(),
        decided_by,
        version: store::version(ctx.db(), org.id).await?,
        org,
        orgs,
    })
}

/// Decides a rule for an org and all below it that have none.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope of `RoundRun`; invalid out of bounds; refused when it changed meanwhile.
pub async fn change(ctx: &Ctx, org: OrgId, rule: Rule, version: i64) -> AppResult<()> {
    let scope = ctx.may(Permission::RoundRun)?;
    model::check(&rule)?;
    let tx = ctx.begin().await?;
    tx.lock("enrollment_rule", org.raw()).await?;
    let org = tree::find_within(&tx, &scope, org).await?;
    if store::version(&tx, org.id).await? != version {
        return Err(AppError::refused_with_door(
            "changed_meanwhile",
            "您打开这一页以后，有人改过这些规则，所以没有保存。请看过现在的规则，再改一次。",
            "看现在的规则",
            format!("/desk/rules?org={}", org.id),
        ));
    }
    store::set(&tx, org.id, &rule).await?;
    let data = json!({ "turn": rule.turn.as_str(), "online_hours": rule.online_hours, "counter_hours": rule.counter_hours,
        "lead_days": rule.lead_days, "room_percent": rule.room_percent,
        "trial_seats": rule.trial_seats, "trial_weeks": rule.trial_weeks, "trial_limit": rule.trial_limit });
    let event = Event::new("rule.changed", "org", org.id).at(org.id).data(data);
    tx.commit(vec![event]).await
}
