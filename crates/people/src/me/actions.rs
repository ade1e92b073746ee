//! What somebody does with their own things.

use super::store::{self, ConsentLine, SignInLine, TokenLine};
use crate::persons::{self, PersonRow, sealed};
use crate::sign_in::session::{hash_text, token_hash};
use crate::sign_in::watch::Watch;
use crate::{ApiTokenId, SignInId};
use db::text_enum;
use kernel::{Instant, PersonId};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission, Tx};
use serde_json::{Value, json};

text_enum! {
    /// What somebody's data may be used for.
    pub enum Purpose {
        /// To enrol and to be taught.
        Teaching => "teaching",
        /// To be told about classes by message.
        Notices => "notices",
        /// To be seen in pictures of classes.
        Photos => "photos",
    }
}

impl Purpose {
    /// The words on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Teaching => "报名和上课",
            Self::Notices => "用短信通知我课程和活动",
            Self::Photos => "在宣传照片里出现",
        }
    }
}

/// Version of the texts of consent: the day they were written.
const TEXT_VERSION: &str = "2026-11-22";
/// Tokens that one person may have.
const MOST_TOKENS: usize = 20;

/// Everything of the settings page.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Own data, masked.
    pub person: PersonRow,
    /// Sign-ins that are not over.
    pub sign_ins: Vec<SignInLine>,
    /// Tokens in use.
    pub tokens: Vec<TokenLine>,
    /// Purposes with a consent that stands, and since when.
    pub consents: Vec<(Purpose, Option<Instant>)>,
    /// Since when erasure is asked for.
    pub erasure: Option<Instant>,
}

/// Own things of the signed-in person.
///
/// # Errors
/// [`AppError::SignInNeeded`].
pub async fn settings(ctx: &Ctx) -> AppResult<Settings> {
    let person = ctx.person()?;
    let db = ctx.db();
    let given = store::consents(db, person).await?;
    let standing = |purpose: Purpose| {
        let stands = |line: &&ConsentLine| line.purpose == purpose && line.withdrawn_at.is_none();
        given.iter().find(stands).map(|line| line.given_at)
    };
    Ok(Settings {
        person: persons::store::row(db, person).await?,
        sign_ins: store::sign_ins(db, person, ctx.now()).await?,
        tokens: store::tokens(db, person).await?,
        consents: Purpose::ALL.iter().map(|p| (*p, standing(*p))).collect(),
        erasure: store::erasure(db, person).await?,
    })
}

/// Records the consent that somebody gives by registering; the caller commits.
pub(crate) async fn consent(tx: &Tx, person: PersonId, channel: Channel) -> AppResult<()> {
    let id = tx.ctx().new_id();
    let now = tx.ctx().now();
    store::give(
        tx,
        id,
        person,
        Purpose::Teaching,
        TEXT_VERSION,
        channel.as_str(),
        now,
    )
    .await?;
    Ok(())
}

/// Ends one of one's own sign-ins; on a lost telephone, say.
///
/// # Errors
/// [`AppError::NotFound`] when it is not one's own.
pub async fn end_sign_in(ctx: &Ctx, id: SignInId) -> AppResult<()> {
    let person = own(ctx)?;
    let tx = ctx.begin().await?;
    if store::end_sign_in(&tx, person, id, ctx.now()).await? == 0 {
        return Err(AppError::NotFound);
    }
    let event = Event::new("sign_in.ended", "person", person).data(json!({ "sign_in": id }));
    tx.commit(vec![event]).await?;
    Watch::of(&ctx.platform).forget(person);
    Ok(())
}

/// Sets which purposes stand from now on.
///
/// # Errors
/// [`AppError::Refused`] when the consent for teaching would go.
pub async fn set_consents(ctx: &Ctx, wanted: &[Purpose]) -> AppResult<()> {
    let person = own(ctx)?;
    if !wanted.contains(&Purpose::Teaching) {
        return Err(AppError::refused(
            "consent_needed",
            "报名和上课离不开这些资料，所以不能单独撤回。想让学校删掉资料，请用下面的“申请删除我的资料”。",
        ));
    }
    let now = ctx.now();
    let standing = settings(ctx).await?.consents;
    let tx = ctx.begin().await?;
    tx.lock("person", person.raw()).await?;
    let mut events = Vec::new();
    for (purpose, since) in standing {
        let data = json!({ "purpose": purpose.as_str(), "text": TEXT_VERSION });
        if wanted.contains(&purpose) && since.is_none() {
            let id = ctx.new_id();
            store::give(&tx, id, person, purpose, TEXT_VERSION, ctx.channel.as_str(), now).await?;
            events.push(Event::new("consent.given", "person", person).data(data));
        } else if !wanted.contains(&purpose) && since.is_some() {
            store::withdraw(&tx, person, purpose, now).await?;
            events.push(Event::new("consent.withdrawn", "person", person).data(data));
        }
    }
    if events.is_empty() {
        return Ok(());
    }
    tx.commit(events).await
}

/// The signed-in person, not acting through a limited token.
fn own(ctx: &Ctx) -> AppResult<PersonId> {
    if ctx.actor.limited_to.is_some() {
        return Err(AppError::Forbidden(
            "令牌不能做这件事。请本人在网页上登录后再做。".into(),
        ));
    }
    ctx.person()
}

/// Permissions that the signed-in member of staff may give to a token.
#[must_use]
pub fn offered(ctx: &Ctx) -> Vec<Permission> {
    let held = |permission: &&Permission| ctx.actor.strong && ctx.can(**permission);
    let safe =
        |permission: &&Permission| !matches!(permission, Permission::PersonReveal | Permission::PostGrant);
    Permission::ALL
        .iter()
        .filter(safe)
        .filter(held)
        .copied()
        .collect()
}

/// A new token; its text is shown this once.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What the owner sees later.
    pub line: TokenLine,
    /// The text for `Authorization: Bearer`.
    pub text: String,
}

/// Makes a token. `days` is how long it is good for, at most 366.
///
/// # Errors
/// [`AppError::Forbidden`] from a token, or for permissions that one does not hold.
pub async fn make_token(ctx: &Ctx, name: &str, permissions: &[Permission], days: i64) -> AppResult<NewToken> {
    let person = own(ctx)?;
    let name =
        kernel::bounded(name, 1, 40, "用途").map_err(|sentence| AppError::invalid("token_name", sentence))?;
    if !(1..=366).contains(&days) {
        return Err(AppError::invalid("days", "有效天数要在 1 到 366 之间。"));
    }
    let offered = offered(ctx);
    if permissions.iter().any(|wanted| !offered.contains(wanted)) {
        return Err(AppError::Forbidden(
            "只能把您自己有的权限给令牌，而且要先用动态码登录。".into(),
        ));
    }
    let tx = ctx.begin().await?;
    tx.lock("person", person.raw()).await?;
    if store::tokens(&tx, person).await?.len() >= MOST_TOKENS {
        return Err(AppError::refused(
            "too_many_tokens",
            "最多可以有 20 个令牌。请先作废不用的。",
        ));
    }
    let text = ctx.platform.random.token();
    let codes: Vec<&str> = permissions.iter().map(|one| one.as_str()).collect();
    let line = TokenLine {
        id: ctx.new_id(),
        name,
        permissions: codes.join(","),
        created_at: ctx.now(),
        expires_at: Some(ctx.now().plus_secs(days * 86_400)),
        used_at: None,
    };
    store::insert_token(&tx, person, &hash_text(&token_hash(&text)), &line).await?;
    let event = Event::new("api_token.made", "person", person)
        .data(json!({ "token": line.id, "permissions": codes }));
    tx.commit(vec![event]).await?;
    Ok(NewToken { line, text })
}

/// One's tokens in use.
///
/// # Errors
/// [`AppError::SignInNeeded`].
pub async fn tokens(ctx: &Ctx) -> AppResult<Vec<TokenLine>> {
    Ok(store::tokens(ctx.db(), ctx.person()?).await?)
}

/// Makes a token worthless at once. A token may end itself or another of the same person.
///
/// # Errors
/// [`AppError::NotFound`] when it is not one's own.
pub async fn end_token(ctx: &Ctx, id: ApiTokenId) -> AppResult<()> {
    let person = ctx.person()?;
    let tx = ctx.begin().await?;
    if store::end_token(&tx, person, id, ctx.now()).await? == 0 {
        return Err(AppError::NotFound);
    }
    let event = Event::new("api_token.ended", "person", person).data(json!({ "token": id }));
    tx.commit(vec![event]).await?;
    Watch::of(&ctx.platform).forget(person);
    Ok(())
}

/// Asks for erasure of one's data, or takes the wish back.
///
/// # Errors
/// [`AppError::SignInNeeded`].
pub async fn ask_erasure(ctx: &Ctx, wanted: bool) -> AppResult<()> {
    let person = own(ctx)?;
    let tx = ctx.begin().await?;
    tx.lock("person", person.raw()).await?;
    let standing = store::erasure(&tx, person).await?.is_some();
    let kind = match (standing, wanted) {
        (false, true) => {
            store::ask_erasure(&tx, ctx.new_id(), person, ctx.now()).await?;
            "person.erasure_asked"
        }
        (true, false) => {
            store::withdraw_erasure(&tx, person, ctx.now()).await?;
            "person.erasure_withdrawn"
        }
        _ => return Ok(()),
    };
    tx.commit(vec![Event::new(kind, "person", person)]).await
}

/// All that this domain keeps of the signed-in person, in full.
///
/// # Errors
/// [`AppError::Forbidden`] for a token.
pub async fn export(ctx: &Ctx) -> AppResult<Value> {
    let person = own(ctx)?;
    let all = settings(ctx).await?;
    let row = &all.person;
    let opened = |sealed: Option<&str>, place: String| persons::unseal(ctx, sealed, &place);
    let consents = store::consents(ctx.db(), person).await?;
    let value = json!({
        "made_at": ctx.now().to_china_text(),
        "person": {
            "id": row.id,
            "number": row.number,
            "name": row.name,
            "sex": row.sex.map(persons::Sex::as_str),
            "birth": row.birth.map(|day| day.to_string()),
            "id_number": opened(row.id_sealed.as_deref(), sealed::id_place(person))?,
            "phone": opened(row.phone_sealed.as_deref(), sealed::phone_place(person))?,
            "emergency_contact": opened(row.contact_sealed.as_deref(), sealed::contact_place(person))?,
            "home": row.home_name,
            "registered_at": row.registered_name,
            "needs": row.needs,
        },
        "sign_ins": all.sign_ins.iter().map(|one| json!({
            "method": one.method.as_str(), "device": one.device, "since": one.created_at.to_china_text(),
        })).collect::<Vec<_>>(),
        "consents": consents.iter().map(|one| json!({
            "purpose": one.purpose.as_str(), "text_version": one.text_version, "channel": one.channel,
            "given_at": one.given_at.to_china_text(), "withdrawn_at": one.withdrawn_at.map(Instant::to_china_text),
        })).collect::<Vec<_>>(),
        "tokens": all.tokens.iter().map(|one| json!({
            "name": one.name, "permissions": one.permissions, "since": one.created_at.to_china_text(),
        })).collect::<Vec<_>>(),
        "posts": ctx.actor.posts.iter().map(|post| json!({ "role": post.role.as_str(), "org": post.org_name }))
            .collect::<Vec<_>>(),
        "erasure_asked_at": all.erasure.map(Instant::to_china_text),
    });
    let tx = ctx.begin().await?;
    tx.commit(vec![Event::new("person.exported", "person", person)])
        .await?;
    Ok(value)
}

/// Wishes for erasure of people in the actor's scope, to be answered within 15 workdays.
pub(crate) async fn waiting(ctx: &Ctx) -> AppResult<Vec<platform::Waiting>> {
    let scope = ctx.reach(Permission::PersonEdit);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let asked = store::erasures_within(ctx.db(), &scope).await?;
    let line = |one: store::Asked| platform::Waiting {
        title: format!("{}申请删除资料", one.name),
        detail: format!("{} 提出，要在 15 个工作日内答复。", one.asked_at.date()),
        href: format!("/desk/people/{}", one.id),
        // 15 workdays are three weeks without holidays; holidays only give more time.
        due: Some(one.asked_at.plus_secs(21 * 86_400).date()),
        count: 1,
    };
    Ok(asked.into_iter().map(line).collect())
}
