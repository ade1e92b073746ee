//! Family links at the counter: recorded and ended on the word of an elder who stands there.

use super::actions::{begin, both, tell_ended};
use super::model::{IdentityCheck, LinkStatus, Relation, Standing};
use super::store::{self, LinkRow, NewAsk, Word};
use crate::FamilyLinkId;
use crate::persons::{self, PersonRow};
use kernel::PersonId;
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission, Tx};
use serde_json::json;

/// What a clerk records.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Learner's number of the helper.
    pub number: String,
    /// What the helper is to the elder.
    pub relation: Relation,
    /// How the elder's identity was checked.
    pub check: IdentityCheck,
    /// Why at the counter.
    pub reason: String,
}

/// A person in scope, and the links in which they are helped: in force and waiting.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn show(ctx: &Ctx, elder: PersonId) -> AppResult<(PersonRow, Vec<LinkRow>)> {
    let scope = ctx.may(Permission::PersonEdit)?;
    let row = persons::store::row_within(ctx.db(), &scope, elder).await?;
    let mut links = store::of_elder(ctx.db(), elder).await?;
    links.retain(|link| matches!(link.standing(ctx.now()), Standing::Waiting | Standing::Active));
    Ok((row, links))
}

/// Records that an elder at the counter lets somebody act for them; answers that person's request, if one waits.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] for wrong fields; [`AppError::Refused`] for oneself
/// or when there are too many links.
pub async fn record(ctx: &Ctx, elder: PersonId, recorded: Recorded) -> AppResult<FamilyLinkId> {
    let scope = ctx.may(Permission::PersonEdit)?;
    let row = persons::store::row_within(ctx.db(), &scope, elder).await?;
    persons::is_kept(&row)?;
    let reason = reason(&recorded.reason)?;
    let helper = persons::find_by_number(ctx.db(), &recorded.number).await?;
    let helper = helper.filter(|found| found.id != elder).ok_or_else(|| {
        AppError::invalid(
            "number",
            "没有这个学员号，或者就是本人。请看代办人的学习卡；没有登记过的，先登记。",
        )
    })?;
    if ctx.actor.person == Some(helper.id) {
        return Err(AppError::refused(
            "own_link",
            "不能给自己登记代办。请换一位同事来登记。",
        ));
    }
    let tx = ctx.begin().await?;
    tx.lock_all("person", &both(helper.id, elder)).await?;
    let link = waiting_or_new(&tx, helper.id, elder, recorded.relation).await?;
    let word = Word {
        by: ctx.person()?,
        channel: channel(ctx).as_str(),
        check: Some(recorded.check),
        now: ctx.now(),
    };
    begin(&tx, &link, elder, recorded.relation, &word).await?;
    let data = json!({ "helper": helper.id, "check": recorded.check.as_str(), "relation": recorded.relation.as_str() });
    let event = Event::new("family.recorded", "family_link", link.id).data(data);
    tx.commit(vec![at_desk(ctx, event, &row).note(reason)]).await?;
    Ok(link.id)
}

fn reason(text: &str) -> AppResult<String> {
    kernel::bounded(text, 2, 200, "原因").map_err(|sentence| AppError::invalid("reason", sentence))
}

fn channel(ctx: &Ctx) -> Channel {
    match ctx.channel {
        Channel::Api => Channel::Api,
        _ => Channel::Desk,
    }
}

fn at_desk(ctx: &Ctx, event: Event, elder: &PersonRow) -> Event {
    let event = event.via(channel(ctx)).on_behalf_of(elder.id);
    match elder.registered_at_org_id.or(elder.home_org_id) {
        Some(org) => event.at(org),
        None => event,
    }
}

async fn waiting_or_new(
    tx: &Tx,
    helper: PersonId,
    elder: PersonId,
    relation: Relation,
) -> AppResult<LinkRow> {
    let now = tx.ctx().now();
    let rows = store::of_elder(tx, elder).await?;
    let waits = |row: &LinkRow| row.helper_id == helper && row.standing(now) == Standing::Waiting;
    if let Some(row) = rows.into_iter().find(waits) {
        return Ok(row);
    }
    let ask = NewAsk {
        id: tx.ctx().new_id(),
        helper,
        elder: Some(elder),
        relation,
        asked: None,
        now,
        expires_at: now,
    };
    store::insert(tx, &ask).await?;
    Ok(store::find(tx, ask.id).await?)
}

/// Ends a link of a person in scope on their word.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope or when it is no link of theirs; [`AppError::Invalid`] without a reason.
pub async fn end(ctx: &Ctx, elder: PersonId, id: FamilyLinkId, why: &str) -> AppResult<()> {
    let scope = ctx.may(Permission::PersonEdit)?;
    let row = persons::store::row_within(ctx.db(), &scope, elder).await?;
    let tx = ctx.begin().await?;
    let link = store::find(&tx, id).await?;
    if link.elder_id != Some(elder) || link.status == LinkStatus::Refused {
        return Err(AppError::NotFound);
    }
    let why = reason(why)?;
    if store::end(&tx, id, ctx.person()?, ctx.now()).await? == 0 {
        return Ok(());
    }
    if link.standing(ctx.now()) == Standing::Active {
        tell_ended(&tx, &link, false).await?;
    }
    let event = Event::new("family.ended", "family_link", id);
    tx.commit(vec![at_desk(ctx, event, &row).note(why)]).await
}
