//! How staff sign in: login and password, then the code of an authenticator app.

use super::actions::{From, Opened, bound_tries, locked, open};
use super::model::{self, Method, Stage, Step, Who};
use super::store::{self, AccountRow};
use super::watch::Watch;
use kernel::AccountId;
use platform::{AppError, AppResult, Ctx, Event, TotpSecret, password};

/// What comes after a right password.
#[derive(Debug)]
pub(crate) enum Next {
    /// Signed in.
    In(Opened),
    /// The code of the app is wanted.
    Code(Step),
    /// The app is to be set up with this secret.
    SetUp(Step, Box<SetUp>),
    /// A new password is wanted.
    Password(Step),
}

/// What somebody needs to set up an authenticator app.
#[derive(Debug, Clone, Default)]
pub(crate) struct SetUp {
    /// For the QR code.
    pub(crate) uri: String,
    /// For typing.
    pub(crate) secret: String,
}

fn wrong() -> AppError {
    AppError::invalid(
        "password",
        "登录名或密码不对。请再输一遍；连着错 5 次要停 15 分钟。忘记密码请找本机构的管理员重设。",
    )
}

async fn verified(typed: String, stored: Option<String>) -> AppResult<bool> {
    let work = move || password::verify(&typed, stored.as_deref());
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AppError::Internal(error.to_string()))
}

/// Checks login and password. An unknown login takes as long, and is answered the same, as a wrong password.
pub(crate) async fn by_password(
    ctx: &Ctx,
    login: &str,
    typed: &str,
    back: &str,
    from: &From,
) -> AppResult<Next> {
    bound_tries(ctx, from)?;
    let login = kernel::normalise_width(login).trim().to_lowercase();
    let now = ctx.now();
    let account = store::account_by_login(ctx.db(), &login).await?;
    let stored = account.as_ref().and_then(|account| account.password_hash.clone());
    let right = verified(typed.to_owned(), stored).await?;
    let Some(account) = account else {
        // The same number of tries, so that the answer does not tell which logins exist.
        let watch = Watch::of(&ctx.platform);
        let most = u32::try_from(model::FAILURES - 1).unwrap_or(4);
        let open = watch.allows("login", &login, most, model::LOCK_SECS, now);
        return Err(if open { wrong() } else { locked() });
    };
    if account.locked_until.is_some_and(|until| now < until) {
        return Err(locked());
    }
    if !right {
        return Err(fail(ctx, account.id, wrong()).await?);
    }
    go_on(ctx, &account, back, from).await
}

/// Counts a failure; gives what to answer.
async fn fail(ctx: &Ctx, id: AccountId, answer: AppError) -> AppResult<AppError> {
    let tx = ctx.begin().await?;
    tx.lock("account", id.raw()).await?;
    let account = store::account(&tx, id).await?;
    let failures = account.failures + 1;
    if failures >= model::FAILURES {
        let until = ctx.now().plus_secs(model::LOCK_SECS);
        store::set_failures(&tx, id, 0, Some(until)).await?;
        tx.commit(vec![Event::new("account.locked", "account", id)])
            .await?;
        return Ok(locked());
    }
    store::set_failures(&tx, id, failures, None).await?;
    tx.commit(vec![Event::new("account.failed", "sign_in", id)])
        .await?;
    Ok(answer)
}

async fn go_on(ctx: &Ctx, account: &AccountRow, back: &str, from: &From) -> AppResult<Next> {
    let now = ctx.now();
    let posts = store::grants(ctx.db(), account.person_id, ctx.today()).await?;
    let wanted = posts.iter().any(|post| post.role.needs_second_factor());
    if account.totp_last.is_some() {
        return Ok(Next::Code(Step::new(Stage::SecondFactor(account.id), back, now)));
    }
    if wanted {
        let set_up = set_up(ctx, account).await?;
        let step = Step::new(Stage::SecondFactor(account.id), back, now);
        return Ok(Next::SetUp(step, Box::new(set_up)));
    }
    finish(ctx, account, false, back, from).await
}

fn totp_place(id: AccountId) -> String {
    format!("account.totp.{id}")
}

fn secret_of(ctx: &Ctx, account: &AccountRow) -> Option<TotpSecret> {
    let sealed = account.totp_sealed.as_deref()?;
    let text = ctx.platform.keys.open(sealed, &totp_place(account.id)).ok()?;
    TotpSecret::from_base32(&text)
}

/// The secret that waits to be set up; made at the first look, the same until a code of it was right.
async fn set_up(ctx: &Ctx, account: &AccountRow) -> AppResult<SetUp> {
    let secret = match secret_of(ctx, account) {
        Some(secret) => secret,
        None => {
            let secret = TotpSecret::generate(&ctx.platform.random);
            let sealed = ctx
                .platform
                .keys
                .seal(&secret.to_base32(), &totp_place(account.id));
            let tx = ctx.begin().await?;
            store::set_totp(&tx, account.id, Some(sealed)).await?;
            let event = Event::new("account.second_factor_begun", "sign_in", account.id);
            tx.commit(vec![event]).await?;
            secret
        }
    };
    Ok(SetUp {
        uri: secret.uri("学圈", account.login.as_deref().unwrap_or_default()),
        secret: secret.to_base32(),
    })
}

/// What the set-up page shows again after a wrong code; `None` when the app is set up already.
pub(crate) async fn set_up_again(ctx: &Ctx, step: &Step) -> AppResult<Option<SetUp>> {
    let Stage::SecondFactor(id) = step.stage else {
        return Err(model::start_again());
    };
    let account = store::account(ctx.db(), id).await?;
    if account.totp_last.is_some() {
        return Ok(None);
    }
    Ok(Some(set_up(ctx, &account).await?))
}

/// Checks the code of the app; each code is good once.
pub(crate) async fn second(ctx: &Ctx, step: &Step, code: &str, from: &From) -> AppResult<Next> {
    bound_tries(ctx, from)?;
    let Stage::SecondFactor(id) = step.stage else {
        return Err(model::start_again());
    };
    let now = ctx.now();
    let account = store::account(ctx.db(), id).await?;
    if account.locked_until.is_some_and(|until| now < until) {
        return Err(locked());
    }
    let secret = secret_of(ctx, &account).ok_or_else(model::start_again)?;
    let wrong = || {
        AppError::invalid(
            "code",
            "动态码不对，或者已经用过。请等应用里换一个新的数字再输；还不行，请看手机时间准不准。",
        )
    };
    let Some(used) = secret.check(code, now, account.totp_last) else {
        return Err(fail(ctx, id, wrong()).await?);
    };
    let tx = ctx.begin().await?;
    if store::use_totp(&tx, id, used).await? == 0 {
        return Err(wrong());
    }
    let event = Event::new("account.second_factor_given", "sign_in", id);
    tx.commit(vec![event]).await?;
    finish(ctx, &account, true, &step.back, from).await
}

async fn finish(ctx: &Ctx, account: &AccountRow, strong: bool, back: &str, from: &From) -> AppResult<Next> {
    if account.must_change {
        let stage = Stage::NewPassword(account.id, strong);
        return Ok(Next::Password(Step::new(stage, back, ctx.now())));
    }
    if account.failures > 0 {
        let tx = ctx.db().begin().await?;
        store::set_failures(&tx, account.id, 0, None).await?;
        tx.finish().await?;
    }
    let who = Who {
        person: account.person_id,
        account: Some(account.id),
        method: Method::Password,
        strong,
        remember: false,
    };
    Ok(Next::In(open(ctx, &who, from).await?))
}

/// Takes a new password from who gave the old one just now, and signs them in.
pub(crate) async fn new_password(
    ctx: &Ctx,
    step: &Step,
    typed: &str,
    again: &str,
    from: &From,
) -> AppResult<Next> {
    let Stage::NewPassword(id, strong) = step.stage else {
        return Err(model::start_again());
    };
    let mut account = store::account(ctx.db(), id).await?;
    let person = crate::persons::find(ctx.db(), account.person_id).await?;
    let login = account.login.clone().unwrap_or_default();
    password::check_staff_password(typed, &[&login, &person.name])
        .map_err(|weak| AppError::invalid("new_password", weak.to_string()))?;
    if typed != again {
        return Err(AppError::invalid("again", "两次输入的新密码不一样。请再输一遍。"));
    }
    if verified(typed.to_owned(), account.password_hash.clone()).await? {
        return Err(AppError::invalid(
            "new_password",
            "新密码和现在的一样。请换一个。",
        ));
    }
    let hash = hashed(ctx, typed.to_owned()).await?;
    let tx = ctx.begin().await?;
    store::set_password(&tx, id, &hash, false).await?;
    tx.commit(vec![Event::new("account.password_changed", "account", id)])
        .await?;
    account.must_change = false;
    finish(ctx, &account, strong, &step.back, from).await
}

/// The hash of a password, made on a thread for slow work.
pub(crate) async fn hashed(ctx: &Ctx, typed: String) -> AppResult<String> {
    let random = ctx.platform.random.clone();
    tokio::task::spawn_blocking(move || password::hash(&typed, &random))
        .await
        .map_err(|error| AppError::Internal(error.to_string()))?
        .map_err(|error| AppError::Internal(error.to_string()))
}
