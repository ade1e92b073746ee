//! Telling a person what is held about them, and erasing it.

use super::export::Told;
use super::model::{self, State, WAIT_DAYS};
use super::store::{self, RequestRow};
use crate::me::actions::own;
use crate::persons::{self, PersonRow};
use crate::sign_in::watch::Watch;
use crate::{ErasureRequestId, contact};
use kernel::{Date, PersonId};
use platform::personal::{Keeper, Section};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission, Tx, Waiting};
use serde_json::json;

/// Days within which a wish is answered: 15 workdays are three weeks without holidays, and holidays only give more time.
const ANSWER_DAYS: i64 = 21;

async fn told(ctx: &Ctx, person: PersonId, keepers: &[Keeper]) -> AppResult<Vec<Section>> {
    let mut sections = Vec::new();
    for keeper in keepers {
        sections.extend((keeper.tell)(ctx, person).await?);
    }
    Ok(sections)
}

async fn export(ctx: &Ctx, person: PersonId, keepers: &[Keeper], event: Event) -> AppResult<Told> {
    let brief = persons::find(ctx.db(), person).await?;
    let sections = told(ctx, person, keepers).await?;
    ctx.begin().await?.commit(vec![event]).await?;
    Ok(Told {
        name: brief.name,
        made_at: ctx.now(),
        sections,
    })
}

/// Everything held about the signed-in person.
///
/// # Errors
/// [`AppError::Forbidden`] for a token.
pub async fn export_own(ctx: &Ctx, keepers: &[Keeper]) -> AppResult<Told> {
    let person = own(ctx)?;
    let event = Event::new("person.exported", "person", person);
    export(ctx, person, keepers, event).await
}

/// Whose data the actor may export: their name.
///
/// # Errors
/// As [`export_for`].
pub async fn exportable(ctx: &Ctx, person: PersonId) -> AppResult<String> {
    Ok(persons::may_reveal(ctx, ctx.db(), person).await?.name)
}

/// Everything held about somebody who came to the counter.
///
/// # Errors
/// [`AppError::Forbidden`] without permission or second factor, [`AppError::NotFound`] outside the scope,
/// [`AppError::Invalid`] without a reason.
pub async fn export_for(ctx: &Ctx, person: PersonId, reason: &str, keepers: &[Keeper]) -> AppResult<Told> {
    let row = persons::may_reveal(ctx, ctx.db(), person).await?;
    let reason =
        kernel::bounded(reason, 4, 200, "理由").map_err(|sentence| AppError::invalid("reason", sentence))?;
    let event = at_org(Event::new("person.exported", "person", person), &row)
        .on_behalf_of(person)
        .note(reason);
    export(ctx, person, keepers, event).await
}

fn at_org(event: Event, row: &PersonRow) -> Event {
    match row.registered_at_org_id.or(row.home_org_id) {
        Some(org) => event.at(org),
        None => event,
    }
}

/// How the signed-in person's latest wish stands.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn latest(ctx: &Ctx, person: PersonId) -> AppResult<Option<RequestRow>> {
    Ok(store::latest(ctx.db(), person).await?)
}

/// Asks for erasure of one's data, or takes the wish back.
///
/// # Errors
/// [`AppError::SignInNeeded`].
pub async fn ask(ctx: &Ctx, wanted: bool) -> AppResult<()> {
    let person = own(ctx)?;
    let tx = ctx.begin().await?;
    tx.lock("person", person.raw()).await?;
    let standing = store::latest(&tx, person)
        .await?
        .filter(|row| row.state().stands());
    let event = match (standing, wanted) {
        (None, true) => asked(&tx, person, None, ctx.channel).await?,
        (Some(row), false) => {
            store::withdraw(&tx, row.id, ctx.now()).await?;
            Event::new("person.erasure_withdrawn", "person", person)
        }
        _ => return Ok(()),
    };
    tx.commit(vec![event]).await
}

async fn asked(tx: &Tx, person: PersonId, by: Option<PersonId>, channel: Channel) -> AppResult<Event> {
    let ctx = tx.ctx();
    store::ask(tx, ctx.new_id(), person, by, channel.as_str(), ctx.now()).await?;
    Ok(Event::new("person.erasure_asked", "person", person))
}

/// Takes the wish of somebody who came to the counter.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] when a wish stands already or the data are erased.
pub async fn ask_for(ctx: &Ctx, person: PersonId) -> AppResult<()> {
    let scope = ctx.may(Permission::PersonEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("person", person.raw()).await?;
    let row = persons::store::row_within(&tx, &scope, person).await?;
    persons::is_kept(&row)?;
    let standing = store::latest(&tx, person)
        .await?
        .is_some_and(|row| row.state().stands());
    if standing {
        return Err(AppError::refused(
            "erasure_asked",
            "这位的删除申请已经登记过，正在办理，不用再登记。",
        ));
    }
    let event = asked(&tx, person, ctx.actor.person, Channel::Desk).await?;
    let event = at_org(event, &row).via(Channel::Desk).on_behalf_of(person);
    tx.commit(vec![event]).await
}

/// Wishes of the people whom the actor answers for, the newest first.
///
/// # Errors
/// [`AppError::Forbidden`] without `PersonErase`.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<RequestRow>> {
    let scope = ctx.may(Permission::PersonErase)?;
    let whole = ctx.reaches_all(Permission::PersonErase);
    Ok(store::list_within(ctx.db(), &scope, whole).await?)
}

/// A wish, and how many rows of each kind are held.
///
/// # Errors
/// [`AppError::Forbidden`] without `PersonErase`, [`AppError::NotFound`] outside its scope.
pub async fn show(
    ctx: &Ctx,
    id: ErasureRequestId,
    keepers: &[Keeper],
) -> AppResult<(RequestRow, Vec<(&'static str, usize)>)> {
    let scope = ctx.may(Permission::PersonErase)?;
    let whole = ctx.reaches_all(Permission::PersonErase);
    let row = store::find_within(ctx.db(), &scope, whole, id).await?;
    let sections = told(ctx, row.person_id, keepers).await?;
    let held = sections.iter().map(|section| (section.title, section.rows.len()));
    Ok((row, held.filter(|(_, count)| *count > 0).collect()))
}

/// Accepts a wish, which then is carried out after the time to take it back, or refuses it; the person is told.
///
/// # Errors
/// As [`show`]; [`AppError::Invalid`] without a reason, [`AppError::Refused`] when it was decided on meanwhile, or when
/// the person holds a post.
pub async fn decide(ctx: &Ctx, id: ErasureRequestId, accepted: bool, reason: &str) -> AppResult<()> {
    let scope = ctx.may(Permission::PersonErase)?;
    let whole = ctx.reaches_all(Permission::PersonErase);
    let reason =
        kernel::bounded(reason, 4, 200, "理由").map_err(|sentence| AppError::invalid("reason", sentence))?;
    let tx = ctx.begin().await?;
    let row = store::find_within(&tx, &scope, whole, id).await?;
    tx.lock("person", row.person_id.raw()).await?;
    let row = store::find_within(&tx, &scope, whole, id).await?;
    model::may_decide(row.state())?;
    if accepted && store::holds_post(&tx, row.person_id, ctx.today()).await? {
        return Err(model::holds_post());
    }
    let (word, kind) = if accepted {
        ("accepted", "person.erasure_accepted")
    } else {
        ("refused", "person.erasure_refused")
    };
    let due = accepted.then(|| ctx.now().plus_secs(WAIT_DAYS * 86_400).date());
    store::decide(&tx, id, (word, &reason), ctx.actor.person, due, ctx.now()).await?;
    contact::tell(&tx, row.person_id, None, kind, answer(due, &reason)).await?;
    let person = persons::store::row(&tx, row.person_id).await?;
    let data = json!({ "request": id, "due": due.map(|day| day.to_string()) });
    let event = at_org(Event::new(kind, "erasure_request", id), &person);
    tx.commit(vec![event.on_behalf_of(row.person_id).data(data).note(reason)])
        .await
}

fn answer(due: Option<Date>, reason: &str) -> String {
    match due {
        Some(due) => format!(
            "【学圈】您删除资料的申请已经同意，{due} 删除，删了不能恢复，还没上完的班也会取消。改主意了，请在这一天以前到“我的设置”撤回，或打电话给学校。"
        ),
        None => format!("【学圈】您删除资料的申请没有办：{reason}。有疑问请打电话给学校，也可以再申请。"),
    }
}

/// Carries out every accepted wish whose day has come; queued once a day. Who got a post meanwhile waits at the desk. Run
/// again, it finds nobody left.
///
/// # Errors
/// When the database refuses.
pub async fn carry_out(ctx: &Ctx, keepers: &[Keeper]) -> AppResult<String> {
    let (mut done, mut held) = (0, 0);
    for id in store::due(ctx.db(), ctx.today()).await? {
        match erase(ctx, id, keepers).await {
            Ok(()) => done += 1,
            Err(AppError::Refused { .. }) => held += 1,
            Err(other) => return Err(other),
        }
    }
    Ok(format!("删除了 {done} 人的资料；{held} 人还有岗位，没有删"))
}

async fn erase(ctx: &Ctx, id: ErasureRequestId, keepers: &[Keeper]) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let person = store::find(&tx, id).await?.person_id;
    tx.lock("person", person.raw()).await?;
    let row = store::find(&tx, id).await?;
    if !row.state().is_due(ctx.today()) {
        return Ok(());
    }
    if store::holds_post(&tx, person, ctx.today()).await? {
        return Err(model::holds_post());
    }
    let mut events = Vec::new();
    for keeper in keepers {
        events.extend((keeper.erase)(&tx, person).await?);
    }
    store::done(&tx, id, ctx.now()).await?;
    events.push(Event::new("person.erased", "person", person).data(json!({ "request": id })));
    tx.commit(events).await?;
    Watch::of(&ctx.platform).forget(person);
    Ok(())
}

/// Wishes in the actor's scope that wait for an answer, or that could not be carried out on their day.
pub(crate) async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::PersonErase);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let whole = ctx.reaches_all(Permission::PersonErase);
    let rows = store::waiting_within(ctx.db(), &scope, whole, ctx.today()).await?;
    Ok(rows.iter().map(to_do).collect())
}

fn to_do(row: &RequestRow) -> Waiting {
    let (title, detail, due) = match row.state() {
        State::Accepted(due) => (
            format!("{}的资料到期没有删掉", row.name),
            "这位又有了岗位。请先结束岗位，第二天会自动删除。".to_owned(),
            due,
        ),
        _ => (
            format!("{}申请删除资料", row.name),
            format!("{} 提出，要在 15 个工作日内答复。", row.asked_at.date()),
            row.asked_at.plus_secs(ANSWER_DAYS * 86_400).date(),
        ),
    };
    Waiting {
        title,
        detail,
        href: format!("/desk/erasures/{}", row.id),
        due: Some(due),
        count: 1,
    }
}
