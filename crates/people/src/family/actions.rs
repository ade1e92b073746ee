//! Asking, confirming and ending family links by the two people themselves.

use super::model::{self, ASK_DAYS, LINK_DAYS, LinkStatus, Relation, Standing};
use super::store::{self, LinkRow, NewAsk, Word};
use crate::me::actions::own;
use crate::persons::{self, sealed};
use crate::{FamilyLinkId, contact};
use db::Db;
use kernel::{Date, Instant, PersonId, PersonName, Phone};
use platform::{AppError, AppResult, Ctx, Event, Tx};
use serde_json::json;

const DAY_SECS: i64 = 86_400;

/// Somebody for whom the signed-in person may act.
#[derive(Debug, Clone)]
pub struct Beneficiary {
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// What the helper calls them; a key of the English catalogue.
    pub calls: &'static str,
}

/// People for whom the signed-in person may act now, by the newest link.
///
/// # Errors
/// [`AppError::SignInNeeded`].
pub async fn beneficiaries(ctx: &Ctx) -> AppResult<Vec<Beneficiary>> {
    let links = active(ctx.db(), Some(ctx.person()?), None, ctx.now()).await?;
    let one = |row: LinkRow| {
        Some(Beneficiary {
            person: row.elder_id?,
            name: row.elder_name?,
            calls: row.relation.calls(row.elder_sex),
        })
    };
    Ok(links.into_iter().filter_map(one).collect())
}

/// The link by which the signed-in person may act for somebody now.
///
/// # Errors
/// [`AppError::NotFound`] when there is none: whether the person exists is not said.
pub async fn link(ctx: &Ctx, elder: PersonId) -> AppResult<LinkRow> {
    let found = active(ctx.db(), Some(ctx.person()?), Some(elder), ctx.now()).await?;
    found.into_iter().next().ok_or(AppError::NotFound)
}

/// What an elder calls who acted for them, with the name: `女儿李娟`; the name alone when they never had a link.
///
/// # Errors
/// When the database cannot be read.
pub async fn called(db: &Db, helper: PersonId, elder: PersonId) -> AppResult<String> {
    match store::latest_of(db, helper, elder).await? {
        Some(row) => Ok(row.helper()),
        None => Ok(persons::find(db, helper).await?.name),
    }
}

/// Requests that wait for the signed-in person's word.
///
/// # Errors
/// [`AppError::SignInNeeded`].
pub async fn requests(ctx: &Ctx) -> AppResult<Vec<LinkRow>> {
    let mut rows = store::of_elder(ctx.db(), ctx.person()?).await?;
    rows.retain(|row| row.standing(ctx.now()) == Standing::Waiting);
    Ok(rows)
}

async fn active(
    db: &Db,
    helper: Option<PersonId>,
    elder: Option<PersonId>,
    now: Instant,
) -> AppResult<Vec<LinkRow>> {
    let mut rows = store::confirmed_of(db, helper, elder).await?;
    rows.retain(|row| row.standing(now) == Standing::Active);
    Ok(rows)
}

/// A link as the helper sees it: nothing of an elder who has not agreed but what the helper typed.
#[derive(Debug, Clone)]
pub struct Helping {
    /// The link.
    pub id: FamilyLinkId,
    /// For whom, once they agreed.
    pub elder: Option<PersonId>,
    /// Their name, or what was typed.
    pub name: String,
    /// The telephone that was typed, masked.
    pub phone: String,
    /// What the helper is to them.
    pub relation: Relation,
    /// How it stands, as far as the helper may know.
    pub standing: Standing,
    /// Until when the request can be answered.
    pub expires_at: Instant,
    /// First day without the link.
    pub valid_to: Option<Date>,
}

/// Both sides of one's links.
#[derive(Debug, Clone)]
pub struct Mine {
    /// Where one is helped: in force or waiting.
    pub helped: Vec<LinkRow>,
    /// Where one helps.
    pub helping: Vec<Helping>,
}

/// One's links: those in force and waiting, and of one's own requests also the latest that came to nothing.
///
/// # Errors
/// [`AppError::SignInNeeded`].
pub async fn mine(ctx: &Ctx) -> AppResult<Mine> {
    let (person, now) = (ctx.person()?, ctx.now());
    let mut helped = store::of_elder(ctx.db(), person).await?;
    helped.retain(|row| matches!(row.standing(now), Standing::Waiting | Standing::Active));
    let mut helping = all_helping(ctx, person).await?;
    helping.retain(|link| link.standing != Standing::Ended);
    Ok(Mine { helped, helping })
}

/// Every link in which a person helps, as they may know it.
pub(crate) async fn all_helping(ctx: &Ctx, person: PersonId) -> AppResult<Vec<Helping>> {
    let rows = store::of_helper(ctx.db(), person).await?;
    rows.into_iter().map(|row| as_helper(ctx, row)).collect()
}

/// The place to which what a helper typed is sealed.
fn asked_place(id: FamilyLinkId) -> String {
    format!("family_link.asked.{id}")
}

fn as_helper(ctx: &Ctx, row: LinkRow) -> AppResult<Helping> {
    let typed = persons::unseal(ctx, row.asked_sealed.as_deref(), &asked_place(row.id))?.unwrap_or_default();
    let (name, phone) = typed.split_once('\t').unwrap_or_default();
    let standing = model::as_helper_sees(row.standing(ctx.now()), row.expires_at, ctx.now());
    let agreed = matches!(standing, Standing::Active | Standing::Over);
    Ok(Helping {
        id: row.id,
        elder: row.elder_id.filter(|_| agreed),
        name: row
            .elder_name
            .filter(|_| agreed)
            .unwrap_or_else(|| name.to_owned()),
        phone: phone.to_owned(),
        relation: row.relation,
        standing,
        expires_at: row.expires_at,
        valid_to: row.valid_to,
    })
}

/// Asks to act for somebody. The answer is the same whether they are known or not.
///
/// # Errors
/// [`AppError::Invalid`] for wrong fields; [`AppError::TooMany`]; [`AppError::Refused`] `too_many_elders`.
pub async fn ask(ctx: &Ctx, name: &str, phone: &str, relation: Relation) -> AppResult<FamilyLinkId> {
    let helper = own(ctx)?;
    let name = PersonName::parse(name).map_err(|error| AppError::invalid("name", error.sentence()))?;
    let phone = Phone::parse(phone).map_err(|error| AppError::invalid("phone", error.sentence()))?;
    let (keys, now) = (&ctx.platform.keys, ctx.now());
    let phone_index = sealed::phone_index(keys, &phone);
    let index = keys.blind_index("family.asked", &format!("{}\t{}", name.as_str(), phone.as_str()));
    let tx = ctx.begin().await?;
    tx.lock("person", helper.raw()).await?;
    if let Some(open) = store::open_ask(&tx, helper, &index, now).await? {
        return Ok(open);
    }
    let since = now.plus_secs(-DAY_SECS);
    let held = store::of_helper(&tx, helper).await?;
    let seen = |row: &&LinkRow| {
        let standing = model::as_helper_sees(row.standing(now), row.expires_at, now);
        matches!(standing, Standing::Waiting | Standing::Active)
    };
    let held = held.iter().filter(seen).count();
    model::may_ask(held, store::asks_of_helper(&tx, helper, since).await?)?;
    let found = store::named(&tx, name.as_str(), &phone_index).await?;
    // Two people of one name and telephone: nobody can say who is meant; the counter can.
    let elder = found.first().copied().filter(|_| found.len() == 1);
    if elder == Some(helper) {
        return Err(AppError::invalid(
            "phone",
            "这是您自己的名字和手机号。请填要代办的那位的。",
        ));
    }
    let id: FamilyLinkId = ctx.new_id();
    let typed = format!("{}\t{}", name.as_str(), phone.masked());
    let asked = NewAsk {
        id,
        helper,
        elder,
        relation,
        asked: Some((keys.seal(&typed, &asked_place(id)), index)),
        now,
        expires_at: now.plus_secs(ASK_DAYS * DAY_SECS),
    };
    if let Some(elder) = elder
        && store::asks_to_elder(&tx, elder, since).await? < model::TOLD_A_DAY
    {
        tell_asked(&tx, helper, elder, relation).await?;
    }
    store::insert(&tx, &asked).await?;
    let data = json!({ "relation": relation.as_str() });
    tx.commit(vec![Event::new("family.asked", "family_link", id).data(data)])
        .await?;
    Ok(id)
}

async fn tell_asked(tx: &Tx, helper: PersonId, elder: PersonId, relation: Relation) -> AppResult<()> {
    let who = persons::find(tx, helper).await?;
    let text = format!(
        "【学圈】{}{}想替您报名和取消报名。同意的话，请在 {ASK_DAYS} 天内到网上“我的学习”点同意，或到柜台办。不认识、不愿意，不用理。",
        relation.called(who.sex),
        who.name
    );
    contact::tell(tx, elder, None, "family.asked", text).await?;
    Ok(())
}

/// The elder's word on a request.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs; [`AppError::Refused`] when it is over or there are too many links.
pub async fn decide(ctx: &Ctx, id: FamilyLinkId, agree: bool) -> AppResult<()> {
    let elder = own(ctx)?;
    let tx = ctx.begin().await?;
    let row = store::find(&tx, id).await?;
    if row.elder_id != Some(elder) {
        return Err(AppError::NotFound);
    }
    tx.lock_all("person", &both(row.helper_id, elder)).await?;
    let row = store::find(&tx, id).await?;
    if row.standing(ctx.now()) != Standing::Waiting {
        return Err(AppError::refused_with_door(
            "request_over",
            "这个申请已经过期，或者已经答复过了。还想请他代办，请他再申请一次。",
            "看谁能替我办事",
            "/me/family",
        ));
    }
    let word = Word {
        by: elder,
        channel: ctx.channel.as_str(),
        check: None,
        now: ctx.now(),
    };
    let event = if agree {
        begin(&tx, &row, elder, row.relation, &word).await?;
        Event::new("family.confirmed", "family_link", id)
    } else {
        store::decide(&tx, id, LinkStatus::Refused, row.relation, None, &word).await?;
        Event::new("family.refused", "family_link", id)
    };
    tx.commit(vec![event]).await
}

/// Two people in the order in which they are locked.
pub(super) fn both(one: PersonId, other: PersonId) -> [i64; 2] {
    let (one, other) = (one.raw(), other.raw());
    [one.min(other), one.max(other)]
}

/// Lets a request become a link in force, in the place of the two people's earlier one, and tells the helper.
pub(super) async fn begin(
    tx: &Tx,
    row: &LinkRow,
    elder: PersonId,
    relation: Relation,
    word: &Word,
) -> AppResult<()> {
    let helpers = active(tx, None, Some(elder), word.now).await?;
    let elders = active(tx, Some(row.helper_id), None, word.now).await?;
    let of_both = |one: &&LinkRow| one.helper_id == row.helper_id && one.elder_id == Some(elder);
    model::may_begin(
        helpers.iter().filter(|one| !of_both(one)).count(),
        elders.iter().filter(|one| !of_both(one)).count(),
    )?;
    for old in helpers.iter().filter(of_both) {
        store::end(tx, old.id, word.by, word.now).await?;
    }
    let valid_to = word.now.plus_secs(LINK_DAYS * DAY_SECS).date();
    store::decide(tx, row.id, LinkStatus::Confirmed, relation, Some(valid_to), word).await?;
    let elder = persons::find(tx, elder).await?;
    let text = format!(
        "【学圈】{}同意您代办，到 {valid_to} 为止。您登录以后，可以替{}报名、取消报名、看报了哪些班。",
        elder.name,
        relation.calls(elder.sex)
    );
    contact::tell(tx, row.helper_id, None, "family.confirmed", text).await?;
    Ok(())
}

/// Ends one's link, or takes one's request back.
///
/// # Errors
/// [`AppError::NotFound`] when one is on neither side; the elder refuses a request instead of ending it.
pub async fn end(ctx: &Ctx, id: FamilyLinkId) -> AppResult<()> {
    let person = own(ctx)?;
    let tx = ctx.begin().await?;
    let row = store::find(&tx, id).await?;
    let helps = row.helper_id == person;
    let let_act = row.elder_id == Some(person) && row.status == LinkStatus::Confirmed;
    if !helps && !let_act {
        return Err(AppError::NotFound);
    }
    if store::end(&tx, id, person, ctx.now()).await? == 0 {
        return Ok(());
    }
    if row.standing(ctx.now()) == Standing::Active {
        tell_ended(&tx, &row, helps).await?;
    }
    tx.commit(vec![Event::new("family.ended", "family_link", id)])
        .await
}

/// Tells the other side that a link was ended.
pub(super) async fn tell_ended(tx: &Tx, row: &LinkRow, by_helper: bool) -> AppResult<()> {
    let (Some(elder), Some(elder_name)) = (row.elder_id, &row.elder_name) else {
        return Ok(());
    };
    let (to, text) = if by_helper {
        (elder, format!("【学圈】{}以后不再替您办事了。", row.helper()))
    } else {
        let text = format!("【学圈】您替{elder_name}办事的授权已经停了。要再办，请重新申请。");
        (row.helper_id, text)
    };
    contact::tell(tx, to, None, "family.ended", text).await?;
    Ok(())
}

/// The words for how a link stands; keys of the English catalogue.
#[must_use]
pub const fn label(standing: Standing) -> &'static str {
    match standing {
        Standing::Waiting => "等本人同意",
        Standing::Active => "可以代办",
        Standing::Lapsed => "没有等到同意",
        Standing::Refused => "没有同意",
        Standing::Over => "已到期",
        Standing::Ended => "已停用",
    }
}
