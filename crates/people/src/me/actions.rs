//! What somebody does with their own things.

use super::store::{self, ConsentLine, SignInLine, TokenLine};
use crate::erasure::store::RequestRow;
use crate::persons::{self, PersonRow};
use crate::sign_in::session::{hash_text, token_hash};
use crate::sign_in::watch::Watch;
use crate::{ApiTokenId, SignInId};
use db::text_enum;
use kernel::{Instant, PersonId};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission, Tx};
use serde_json::json;

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
    /// The latest wish for erasure.
    pub erasure: Option<RequestRow>,
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
        erasure: crate::erasure::actions::latest(ctx, person).await?,
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

/// Every consent that a person gave, withdrawn ones too.
pub(crate) async fn all_consents(ctx: &Ctx, person: PersonId) -> AppResult<Vec<ConsentLine>> {
    Ok(store::consents(ctx.db(), person).await?)
}

/// The signed-in person, not acting through a limited token.
pub(crate) fn own(ctx: &Ctx) -> AppResult<PersonId> {
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
    let safe = |permission: &&Permission| {
        !matches!(
            permission,
            Permission::PersonReveal | Permission::PersonErase | Permission::PostGrant
        )
    };
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
