//! Giving and ending posts, and the accounts of those who hold them.

use super::store::{self, NewPost, StaffLine};
use crate::persons::{self, OrgChoice, PersonDraft};
use crate::sign_in::{self, staff};
use db::{Db, Scope};
use kernel::{AccountId, Date, OrgId, PersonId, PostId};
use platform::api::{Listed, Part};
use platform::{AppError, AppResult, Ctx, Event, Permission, Role};
use serde_json::json;

/// A part of the posts that stand, in scope; `q` narrows by name of person or org.
///
/// # Errors
/// [`AppError::Forbidden`] without [`Permission::PostGrant`].
pub async fn list(ctx: &Ctx, q: &str, part: Part) -> AppResult<Listed<StaffLine>> {
    let scope = ctx.may(Permission::PostGrant)?;
    let q: String = q.chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
    let rows = store::list(ctx.db(), &scope, ctx.today(), q.trim(), part).await?;
    Ok(part.listed(rows))
}

/// Who holds a role today at one of these orgs or inside the scope: id and name, by name, at most 500; for other domains
/// that have checked their own permission.
///
/// # Errors
/// When the database cannot be read.
pub async fn holders(
    db: &Db,
    scope: &Scope,
    role: Role,
    orgs: &[OrgId],
    today: Date,
) -> AppResult<Vec<(PersonId, String)>> {
    Ok(store::holders(db, scope, role, orgs, today).await?)
}

/// Orgs in which the actor may give posts.
pub(super) async fn orgs(ctx: &Ctx) -> AppResult<Vec<OrgChoice>> {
    let scope = ctx.may(Permission::PostGrant)?;
    Ok(store::orgs(ctx.db(), &scope).await?)
}

/// Roles that the actor may give somewhere.
pub(super) fn roles(ctx: &Ctx) -> Vec<Role> {
    let able = |role: &&Role| {
        ctx.actor
            .posts
            .iter()
            .any(|post| post.role.may_give().contains(role))
    };
    Role::ALL.iter().filter(able).copied().collect()
}

/// A post is given and taken by one above it, at its own place or below.
fn outranks(ctx: &Ctx, role: Role, path: &str) -> AppResult<()> {
    let mut posts = ctx.actor.posts.iter();
    if ctx.actor.system
        || posts.any(|post| post.role.may_give().contains(&role) && path.starts_with(&post.org_path))
    {
        return Ok(());
    }
    Err(AppError::Forbidden(format!(
        "“{}”这个岗位要由上级来定。请找上级机构的管理员。",
        role.label()
    )))
}

/// Who gets a post.
#[derive(Debug, Clone)]
pub enum NewStaff {
    /// Somebody registered already, by their number.
    Known(String),
    /// Somebody new.
    New(Box<PersonDraft>),
}

/// A post that was given.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The post.
    pub post: PostId,
    /// Its person.
    pub person: PersonId,
    /// The first password, to be handed over, when an account was made.
    pub password: Option<String>,
}

/// Gives a post, and makes a staff account with `login` unless it is empty or the person has one.
///
/// # Errors
/// [`AppError::NotFound`] for an org outside the scope; [`AppError::Forbidden`] for a role above one's own;
/// [`AppError::Invalid`] for wrong fields; [`AppError::Refused`] `post_held`.
pub async fn grant(ctx: &Ctx, staff: NewStaff, role: Role, org: OrgId, login: &str) -> AppResult<Granted> {
    let scope = ctx.may(Permission::PostGrant)?;
    let place = persons::store::org_within(ctx.db(), &scope, org).await?;
    outranks(ctx, role, &place.path)?;
    let login = check_login(login)?;
    let password = first_password(ctx);
    let hash = sign_in::staff::hashed(ctx, password.clone()).await?;
    let tx = ctx.begin().await?;
    let mut events = Vec::new();
    let person = holder(&tx, staff, org, &mut events).await?;
    tx.lock("person", person.raw()).await?;
    if store::held(&tx, person, role, org, ctx.today()).await? {
        return Err(AppError::refused(
            "post_held",
            "他已经有这个岗位了，不用再给一次。",
        ));
    }
    let has_account = store::account_of(&tx, person).await?.is_some();
    let mut shown = None;
    if let (Some(login), false) = (&login, has_account) {
        if store::login_taken(&tx, login).await? {
            return Err(AppError::invalid(
                "login",
                "这个登录名有人用了。请换一个，例如加上单位简称。",
            ));
        }
        let id: AccountId = ctx.new_id();
        store::insert_account(&tx, id, person, login, &hash, ctx.now()).await?;
        events.push(
            Event::new("account.made", "account", id)
                .at(org)
                .on_behalf_of(person),
        );
        shown = Some(password);
    }
    let post = NewPost {
        id: ctx.new_id(),
        person,
        role,
        org,
        from: ctx.today(),
        by: ctx.actor.person,
        now: ctx.now(),
    };
    store::insert(&tx, &post).await?;
    let data = json!({ "role": role.as_str(), "person": person });
    events.push(
        Event::new("post.granted", "post", post.id)
            .at(org)
            .on_behalf_of(person)
            .data(data),
    );
    tx.commit(events).await?;
    sign_in::forget(ctx, person);
    Ok(Granted {
        post: post.id,
        person,
        password: shown,
    })
}

/// The person who gets the post: known by number, or registered now unless they are known already.
async fn holder(
    tx: &platform::Tx,
    staff: NewStaff,
    org: OrgId,
    events: &mut Vec<Event>,
) -> AppResult<PersonId> {
    let mut draft = match staff {
        NewStaff::Known(number) => return known(tx, &number).await,
        NewStaff::New(draft) => draft,
    };
    draft.org = Some(org);
    let person = persons::model::check(&draft, tx.ctx().today()).map_err(AppError::Invalid)?;
    if let Some(known) = persons::duplicate(tx, &person).await? {
        return Ok(known);
    }
    let id = persons::add(tx, &person).await?;
    events.push(Event::new("person.registered", "person", id).at(org));
    Ok(id)
}

async fn known(tx: &platform::Tx, number: &str) -> AppResult<PersonId> {
    let number = kernel::normalise_width(number).trim().to_uppercase();
    persons::store::by_number(tx, &number).await?.ok_or_else(|| {
        AppError::invalid(
            "number",
            "没有这个学员号。请再看一遍，或者空着，在下面登记新的人。",
        )
    })
}

fn check_login(typed: &str) -> AppResult<Option<String>> {
    let login = kernel::normalise_width(typed).trim().to_lowercase();
    if login.is_empty() {
        return Ok(None);
    }
    let letters = login
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if !letters || !(4..=40).contains(&login.len()) {
        return Err(AppError::invalid(
            "login",
            "登录名要 4 到 40 个小写字母、数字、点或横线，例如 wang.fang。",
        ));
    }
    Ok(Some(login))
}

/// Four groups of four letters and digits, none that looks like another.
fn first_password(ctx: &Ctx) -> String {
    let code = || sign_in::model::new_card_code(&ctx.platform.random);
    let (first, second) = (code(), code());
    format!("{first}-{second}")
}

/// Ends a post today.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Forbidden`] for a role above one's own;
/// [`AppError::Refused`] for one's own post.
pub async fn end(ctx: &Ctx, id: PostId) -> AppResult<()> {
    let scope = ctx.may(Permission::PostGrant)?;
    let tx = ctx.begin().await?;
    let line = store::find(&tx, &scope, id).await?;
    if ctx.actor.person == Some(line.person_id) {
        return Err(AppError::refused(
            "own_post",
            "不能停自己的岗位。请上级机构的管理员来停。",
        ));
    }
    outranks(ctx, line.role, &line.org_path)?;
    store::end(&tx, id, ctx.today()).await?;
    let event = Event::new("post.ended", "post", id)
        .at(line.org_id)
        .on_behalf_of(line.person_id)
        .data(json!({ "role": line.role.as_str() }));
    tx.commit(vec![event]).await?;
    sign_in::forget(ctx, line.person_id);
    Ok(())
}

db::text_enum! {
    /// What an administrator does with an account.
    pub enum AccountChange {
        /// A new first password.
        Password => "password",
        /// The authenticator app is set up anew at the next sign-in.
        SecondFactor => "second_factor",
        /// Nobody signs in with it.
        Close => "close",
        /// It is in use again.
        Open => "open",
    }
}

/// Changes a staff account; gives the new first password where there is one. All sign-ins of the person end.
///
/// # Errors
/// [`AppError::NotFound`] when no post of the person is in scope; [`AppError::Forbidden`] when one of their posts is
/// above one's own.
pub async fn change_account(ctx: &Ctx, id: AccountId, what: AccountChange) -> AppResult<Option<String>> {
    let scope = ctx.may(Permission::PostGrant)?;
    let account = store::account(ctx.db(), id).await?;
    let posts = sign_in::store::grants(ctx.db(), account.person_id, ctx.today()).await?;
    if !posts.iter().any(|post| scope.contains(&post.org_path)) {
        return Err(AppError::NotFound);
    }
    for post in &posts {
        outranks(ctx, post.role, &post.org_path)?;
    }
    let password = first_password(ctx);
    let hash = staff::hashed(ctx, password.clone()).await?;
    let tx = ctx.begin().await?;
    let kind = match what {
        AccountChange::Password => {
            sign_in::store::set_password(&tx, id, &hash, true).await?;
            "account.password_reset"
        }
        AccountChange::SecondFactor => {
            sign_in::store::set_totp(&tx, id, None).await?;
            "account.second_factor_reset"
        }
        AccountChange::Close => {
            store::set_status(&tx, id, "closed").await?;
            "account.closed"
        }
        AccountChange::Open => {
            store::set_status(&tx, id, "active").await?;
            "account.opened"
        }
    };
    sign_in::store::end_all(&tx, account.person_id, ctx.now()).await?;
    let mut event = Event::new(kind, "account", id).on_behalf_of(account.person_id);
    if let Some(post) = posts.iter().find(|post| scope.contains(&post.org_path)) {
        event = event.at(post.org);
    }
    tx.commit(vec![event]).await?;
    sign_in::forget(ctx, account.person_id);
    Ok(Some(password).filter(|_| what == AccountChange::Password))
}
