//! Opening and ending a sign-in, and the ways of learners: telephone, card, and the buttons of the demonstration.

use super::model::{self, Method, Stage, Step, Who};
use super::session::{hash_text, token_hash};
use super::store::{self, CodeRow};
use super::watch::Watch;
use crate::persons::{self, PersonBrief, PersonDraft, sealed};
use crate::{CodeCardId, SignInId};
use kernel::{PersonId, Phone};
use platform::message::{self, Draft};
use platform::{AppError, AppResult, Ctx, Event};
use serde_json::json;

/// Where a request came from, as far as signing in needs to know.
#[derive(Debug, Clone, Default)]
pub(crate) struct From {
    /// The network address, for limits only; never stored.
    pub(crate) address: String,
    /// What the browser says it is.
    pub(crate) agent: String,
}

/// A fresh sign-in: the token for the cookie and how long the browser keeps it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) token: String,
    /// Seconds the cookie lives on after the browser is closed; `None` when it ends with the browser.
    pub(crate) keep_secs: Option<i64>,
}

pub(crate) async fn open(ctx: &Ctx, who: &Who, from: &From) -> AppResult<Opened> {
    let now = ctx.now();
    let token = ctx.platform.random.token();
    let (idle_secs, most_secs) = who.method.lasts(who.remember);
    let id: SignInId = ctx.new_id();
    let tx = ctx.begin().await?;
    let hash = hash_text(&token_hash(&token));
    let new = store::NewSignIn {
        id,
        hash: &hash,
        who,
        device: model::device(&from.agent),
        now,
        expires: now.plus_secs(most_secs),
        idle_secs,
    };
    store::insert_sign_in(&tx, &new).await?;
    let event = Event::new("sign_in.opened", "person", who.person)
        .by(who.person)
        .data(json!({ "method": who.method.as_str(), "strong": who.strong, "sign_in": id }));
    tx.commit(vec![event]).await?;
    let keep_secs = Some(most_secs).filter(|_| who.remember);
    Ok(Opened { token, keep_secs })
}

/// Ends the sign-in of this request.
pub(crate) async fn sign_out(ctx: &Ctx) -> AppResult<()> {
    let Some(person) = ctx.actor.person else {
        return Ok(());
    };
    let tx = ctx.begin().await?;
    store::end_by_hash(&tx, &ctx.actor.session, ctx.now()).await?;
    tx.commit(vec![Event::new("sign_in.ended", "person", person)])
        .await?;
    Watch::of(&ctx.platform).forget(person);
    Ok(())
}

pub(crate) fn bound_tries(ctx: &Ctx, from: &From) -> AppResult<()> {
    let watch = Watch::of(&ctx.platform);
    if watch.allows("try", &from.address, model::TRIES_A_QUARTER, 900, ctx.now()) {
        return Ok(());
    }
    Err(AppError::TooMany(
        "这个网络上试登录的次数太多了。请过 15 分钟再试，或到身边的学习点请工作人员帮忙。".into(),
    ))
}

/// Sends a code to a telephone. The answer is the same whether or not anybody with it is known.
pub(crate) async fn send_code(ctx: &Ctx, typed: &str, back: &str, from: &From) -> AppResult<Step> {
    let phone = Phone::parse(typed).map_err(|error| AppError::invalid("phone", error.sentence()))?;
    let now = ctx.now();
    let watch = Watch::of(&ctx.platform);
    if !watch.allows("send", &from.address, model::SENDS_AN_HOUR, 3600, now) {
        return Err(AppError::TooMany(
            "这个网络上要验证码的次数太多了。请过一小时再试，或到身边的学习点请工作人员帮忙。".into(),
        ));
    }
    let keys = &ctx.platform.keys;
    let index = sealed::phone_index(keys, &phone);
    let tx = ctx.begin().await?;
    tx.lock("person.phone", persons::lock_number(&index)).await?;
    let today = ctx.today();
    let old = store::code(&tx, &index).await?;
    if let Some(old) = &old {
        let wait = model::RESEND_SECS - now.secs_since(old.sent_at);
        if wait > 0 {
            return Err(AppError::TooMany(format!(
                "验证码刚发过，短信可能还在路上。请等 {wait} 秒，还没收到再要一次。"
            )));
        }
    }
    let same_day = old.as_ref().filter(|old| old.day == today);
    let sent_today = same_day.map_or(0, |old| old.sent_today);
    if sent_today >= model::CODES_A_DAY {
        return Err(AppError::TooMany(
            "这个手机号今天已经发了 10 次验证码，今天不能再发了。请明天再试，或到身边的学习点柜台办理。"
                .into(),
        ));
    }
    let code = ctx.platform.random.digits(6);
    let row = CodeRow {
        code_hash: code_hash(ctx, &phone, &code),
        sent_at: now,
        expires_at: now.plus_secs(model::CODE_SECS),
        tries: 0,
        sent_today: sent_today + 1,
        day: today,
        older: old.map_or_else(String::new, |old| model::with_older(&old.older, &old.code_hash)),
    };
    store::put_code(&tx, &index, &row).await?;
    let draft = Draft {
        person: None,
        org: None,
        phone: phone.as_str(),
        template: "sign_in.code",
        text: format!("【学圈】您的验证码是 {code}，5 分钟内有效。不是您本人在登录的话，请不要告诉任何人。"),
    };
    let message = message::send(&tx, draft).await?;
    tx.commit(vec![Event::new("sign_in.code_sent", "message", message)])
        .await?;
    Ok(Step::new(Stage::CodeSent(phone.as_str().to_owned()), back, now))
}

/// Keyed, so that six digits cannot be found again by trying all of them on a copy of the database.
fn code_hash(ctx: &Ctx, phone: &Phone, code: &str) -> String {
    let text = format!("{}:{code}", phone.as_str());
    ctx.platform.keys.blind_index("sign_in.code", &text)
}

fn phone_of(step: &Step) -> AppResult<(Phone, bool)> {
    let (Stage::CodeSent(text), remember) = (match &step.stage {
        Stage::PhoneProven(text, remember) => (Stage::CodeSent(text.clone()), *remember),
        other => (other.clone(), false),
    }) else {
        return Err(model::start_again());
    };
    let phone = Phone::parse(&text).map_err(|_| model::start_again())?;
    Ok((phone, remember))
}

/// Sends another code for the same telephone.
pub(crate) async fn resend(ctx: &Ctx, step: &Step, from: &From) -> AppResult<Step> {
    let (phone, _) = phone_of(step)?;
    send_code(ctx, phone.as_str(), &step.back, from).await
}

/// Gives a slow reader five more minutes, up to twenty minutes after the code was sent.
pub(crate) async fn extend(ctx: &Ctx, step: &Step) -> AppResult<()> {
    let (phone, _) = phone_of(step)?;
    let index = sealed::phone_index(&ctx.platform.keys, &phone);
    let now = ctx.now();
    // Bookkeeping of a code, no act on anybody's data: it has no event.
    let tx = ctx.db().begin().await?;
    tx.lock("person.phone", persons::lock_number(&index)).await?;
    let row = store::code(&tx, &index).await?;
    let Some(mut row) = row.filter(|row| now.secs_since(row.sent_at) < model::CODE_MOST_SECS) else {
        return Err(expired());
    };
    row.expires_at = now.plus_secs(model::CODE_SECS);
    store::put_code(&tx, &index, &row).await?;
    tx.finish().await?;
    Ok(())
}

fn expired() -> AppError {
    AppError::invalid(
        "code",
        "这个验证码已经过了时间。请点“再发一次验证码”，用新的那个。",
    )
}

fn replaced() -> AppError {
    AppError::invalid(
        "code",
        "这是先前发的验证码，后来又发了一个新的。请看最新那条短信，输入里面的 6 位数字。",
    )
}

/// Checks a code. Right: the step goes on with the telephone proven. Wrong: counted, and said how many tries are left.
pub(crate) async fn check_code(
    ctx: &Ctx,
    step: &Step,
    typed: &str,
    remember: bool,
    from: &From,
) -> AppResult<Step> {
    bound_tries(ctx, from)?;
    let (phone, _) = phone_of(step)?;
    let index = sealed::phone_index(&ctx.platform.keys, &phone);
    let now = ctx.now();
    // Counting tries is bookkeeping and must stay even though the sign-in fails: it has no event.
    let tx = ctx.db().begin().await?;
    tx.lock("person.phone", persons::lock_number(&index)).await?;
    let Some(mut row) = store::code(&tx, &index).await? else {
        return Err(expired());
    };
    if row.tries >= model::CODE_TRIES {
        return Err(AppError::invalid(
            "code",
            "这个验证码已经输错 5 次，不能再用了。请点“再发一次验证码”，用新的那个。",
        ));
    }
    if row.code_hash.is_empty() || now >= row.expires_at {
        return Err(expired());
    }
    let digits: String = kernel::normalise_width(typed)
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let typed = code_hash(ctx, &phone, &digits);
    if typed != row.code_hash && model::is_older(&row.older, &typed) {
        // No guess: whoever types it has read the message.
        return Err(replaced());
    }
    if typed != row.code_hash {
        row.tries += 1;
        let left = model::CODE_TRIES - row.tries;
        store::put_code(&tx, &index, &row).await?;
        tx.finish().await?;
        return Err(AppError::invalid(
            "code",
            if left > 0 {
                format!("验证码不对，请看一遍短信里的 6 位数字。还可以再试 {left} 次。")
            } else {
                "验证码不对，而且已经错了 5 次。请点“再发一次验证码”，用新的那个。".into()
            },
        ));
    }
    // A code is good once.
    row.older = model::with_older(&row.older, &row.code_hash);
    row.code_hash = String::new();
    store::put_code(&tx, &index, &row).await?;
    tx.finish().await?;
    let stage = Stage::PhoneProven(phone.as_str().to_owned(), remember);
    Ok(Step::new(stage, &step.back, now))
}

/// The people of a proven telephone.
pub(crate) async fn people_of(ctx: &Ctx, step: &Step) -> AppResult<Vec<PersonBrief>> {
    let Stage::PhoneProven(..) = &step.stage else {
        return Err(model::start_again());
    };
    let (phone, _) = phone_of(step)?;
    let index = sealed::phone_index(&ctx.platform.keys, &phone);
    Ok(persons::store::by_phone(ctx.db(), &index).await?)
}

/// Signs in as one of the people of a proven telephone.
pub(crate) async fn enter(ctx: &Ctx, step: &Step, person: PersonId, from: &From) -> AppResult<Opened> {
    let people = people_of(ctx, step).await?;
    if !people.iter().any(|known| known.id == person) {
        return Err(AppError::NotFound);
    }
    let (_, remember) = phone_of(step)?;
    let who = Who {
        person,
        account: None,
        method: Method::Phone,
        strong: false,
        remember,
    };
    open(ctx, &who, from).await
}

/// Registers who holds a proven telephone and signs them in.
pub(crate) async fn sign_up(
    ctx: &Ctx,
    step: &Step,
    mut draft: PersonDraft,
    from: &From,
) -> AppResult<Opened> {
    let Stage::PhoneProven(..) = &step.stage else {
        return Err(model::start_again());
    };
    let (phone, _) = phone_of(step)?;
    draft.phone = phone.as_str().to_owned();
    draft.org = None;
    let person = persons::model::check(&draft, ctx.today()).map_err(AppError::Invalid)?;
    let tx = ctx.begin().await?;
    if let Some(known) = persons::duplicate(&tx, &person).await? {
        let index = sealed::phone_index(&ctx.platform.keys, &phone);
        let mine = persons::store::by_phone(&tx, &index).await?;
        drop(tx);
        // With the same telephone it is the person themselves; with another one, who they are is settled at a counter.
        return if mine.iter().any(|person| person.id == known) {
            enter(ctx, step, known, from).await
        } else {
            Err(AppError::refused_with_door(
                "person_known",
                "用这个身份证号登记不了，它可能已经用别的手机号登记过。请带身份证到身边的学习点柜台办理。",
                "看学习点在哪里",
                "/sites",
            ))
        };
    }
    let id = persons::add(&tx, &person).await?;
    crate::me::consent(&tx, id, ctx.channel).await?;
    tx.commit(vec![Event::new("person.registered", "person", id).by(id)])
        .await?;
    enter(ctx, step, id, from).await
}

fn card_index(ctx: &Ctx, number: &str, code: &str) -> String {
    ctx.platform
        .keys
        .blind_index("code_card", &format!("{number}:{code}"))
}

/// Signs in with the number and the code of a printed card.
pub(crate) async fn by_card(ctx: &Ctx, number: &str, code: &str, from: &From) -> AppResult<Opened> {
    bound_tries(ctx, from)?;
    let wrong = || {
        AppError::invalid(
            "code",
            "学员号或卡上的密码不对。请照着卡再输一遍；卡旧了，请到柜台换一张新的。",
        )
    };
    let number = kernel::normalise_width(number).trim().to_uppercase();
    let now = ctx.now();
    // Counting failures is bookkeeping: it has no event.
    let tx = ctx.db().begin().await?;
    let Some(card) = store::card(&tx, &number).await? else {
        return Err(wrong());
    };
    if card.locked_until.is_some_and(|until| now < until) {
        return Err(locked());
    }
    if card.code_index != card_index(ctx, &number, &model::card_code(code)) {
        let failures = card.failures + 1;
        let until = (failures >= model::FAILURES).then(|| now.plus_secs(model::LOCK_SECS));
        let failures = if until.is_some() { 0 } else { failures };
        store::set_card_failures(&tx, card.id, failures, until).await?;
        tx.finish().await?;
        return Err(if until.is_some() { locked() } else { wrong() });
    }
    store::set_card_failures(&tx, card.id, 0, None).await?;
    tx.finish().await?;
    let who = Who {
        person: card.person_id,
        account: None,
        method: Method::Card,
        strong: false,
        remember: false,
    };
    open(ctx, &who, from).await
}

pub(crate) fn locked() -> AppError {
    AppError::TooMany("连着错了 5 次，为了安全先停用 15 分钟。请过 15 分钟再试，或请工作人员帮忙。".into())
}

/// Issues a printed card to a person in scope, and ends the cards they had. The code stands on the card only.
pub(crate) async fn issue_card(ctx: &Ctx, person: PersonId) -> AppResult<documents::CodeCards> {
    let scope = ctx.may(platform::Permission::PersonEdit)?;
    let tx = ctx.begin().await?;
    let row = persons::store::row_within(&tx, &scope, person).await?;
    persons::is_kept(&row)?;
    let code = model::new_card_code(&ctx.platform.random);
    let index = card_index(ctx, &row.number, &code);
    let id: CodeCardId = ctx.new_id();
    store::replace_card(&tx, id, person, &index, ctx.actor.person, ctx.now()).await?;
    let mut event = Event::new("code_card.issued", "code_card", id).on_behalf_of(person);
    if let Some(post) = ctx.actor.posts.first() {
        event = event.at(post.org);
    }
    tx.commit(vec![event]).await?;
    let learner_code = persons::model::code_text(&ctx.platform.keys, person, row.code_serial);
    let (head, tail) = code.split_at_checked(4).unwrap_or((&code, ""));
    let card = documents::CodeCard {
        name: row.name,
        text: format!("{} {head} {tail}", row.number),
        code: documents::Code::new(learner_code),
    };
    let provider = ctx.actor.posts.first().map(|post| post.org_name.clone());
    Ok(documents::CodeCards {
        provider: provider.unwrap_or_else(|| "学圈".into()),
        phone: None,
        cards: vec![card],
    })
}

/// Signs in with a button of the demonstration.
pub(crate) async fn by_demo(ctx: &Ctx, role: &str, from: &From) -> AppResult<(Opened, bool)> {
    let known = ctx.platform.demo && model::demo_roles().iter().any(|(key, _)| *key == role);
    if !known {
        return Err(AppError::NotFound);
    }
    let account = store::account_by_login(ctx.db(), &format!("demo-{role}")).await?;
    let account = account.ok_or(AppError::NotFound)?;
    let staff = role != "learner";
    let who = Who {
        person: account.person_id,
        account: Some(account.id),
        method: Method::Demo,
        strong: staff,
        remember: false,
    };
    Ok((open(ctx, &who, from).await?, staff))
}
