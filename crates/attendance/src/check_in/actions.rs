//! Checking in.

use super::model::{self, Typed};
use crate::marks::access::{self, Opened};
use crate::marks::actions::{people_of, settle, truths};
use crate::marks::model::{CheckIn, check_in};
use crate::marks::store::{NewMark, PersonMark, add, marks_of};
use crate::marks::{Mark, Method, Status};
use enrollment::roll;
use kernel::{Instant, PersonId};
use platform::{AppError, AppResult, Ctx, Event, Tries};
use serde_json::json;
use teaching::SessionId;

/// A session and the truth of one learner at it.
#[derive(Debug)]
pub struct CheckedIn {
    /// Session and class.
    pub opened: Opened,
    /// The learner's name.
    pub name: String,
    /// What is true now.
    pub now: Option<Mark>,
}

/// The teacher scanned a learner's code.
///
/// # Errors
/// As [`access::session`]; [`AppError::Refused`] for a code that is none, somebody not in the class, or outside the window.
pub async fn by_learner_code(ctx: &Ctx, id: SessionId, text: &str) -> AppResult<PersonId> {
    let opened = access::session(ctx, id).await?;
    let person = people::persons::person_of_code(ctx, text).await?;
    record(ctx, &opened, person, Method::LearnerCode).await?;
    Ok(person)
}

/// The learner scanned or typed the code on the screen.
///
/// # Errors
/// [`AppError::TooMany`] after many wrong codes, [`AppError::Refused`] `code_wrong` for a code that is not (or no longer)
/// shown, and as [`by_learner_code`].
pub async fn by_class_code(ctx: &Ctx, tries: &Tries, text: &str) -> AppResult<SessionId> {
    let person = ctx.person()?;
    let key = person.to_string();
    tries.check(&key, ctx.now())?;
    let Some(opened) = session_of_code(ctx, person, text).await? else {
        tries.note(&key, ctx.now());
        return Err(AppError::refused_with_door(
            "code_wrong",
            "这个码不对，或者屏幕上已经换了新的。请看着教室里的屏幕再扫一次；也可以请老师点名。",
            "再试一次",
            "/check-in",
        ));
    };
    record(ctx, &opened, person, Method::ClassCode).await?;
    Ok(opened.session.id)
}

/// The session whose code this is, among those of the person's classes today.
async fn session_of_code(ctx: &Ctx, person: PersonId, text: &str) -> AppResult<Option<Opened>> {
    let (wanted, digits) = match model::read(text) {
        Some(Typed::Whole(session, digits)) => (Some(session), digits),
        Some(Typed::Digits(digits)) => (None, digits),
        None => return Ok(None),
    };
    let classes = roll::classes_of_person(ctx.db(), person).await?;
    let sessions = teaching::sessions::of_classes(ctx.db(), &classes).await?;
    let (now, today) = (ctx.now(), ctx.today());
    let found = sessions.into_iter().find(|session| {
        session.day == today
            && wanted.is_none_or(|wanted| wanted == session.id)
            && model::is_valid(&ctx.platform.keys, session.id, &digits, now)
    });
    match found {
        Some(session) => Ok(Some(access::own_session(ctx.db(), person, session.id).await?)),
        None => Ok(None),
    }
}

/// Keeps a check-in; the first of a method counts, a second says nothing new.
async fn record(ctx: &Ctx, opened: &Opened, person: PersonId, method: Method) -> AppResult<()> {
    access::is_held(&opened.session)?;
    let status = within_window(opened, ctx.now())?;
    let id = opened.session.id;
    let tx = ctx.begin().await?;
    tx.lock("attendance", id.raw()).await?;
    if !people_of(&roll::confirmed(&tx, opened.class.id).await?).contains(&person) {
        return Err(AppError::refused(
            "not_in_class",
            "这位学员没有报上这个班，没有签到。请核对是不是走错了教室，或者请教务查报名。",
        ));
    }
    let before = marks_of(&tx, id, &[person]).await?;
    if before.iter().any(|mark| mark.method == method) {
        return Ok(());
    }
    let mark = Mark {
        status,
        method,
        marked_at: ctx.now(),
    };
    let new = NewMark {
        id: ctx.new_id(),
        session: id,
        person,
        mark,
        by: ctx.actor.person,
        reason: "",
        device_key: None,
    };
    add(&tx, new).await?;
    settle(&tx, id, &[person]).await?;
    let event = Event::new("attendance.checked_in", "session", id)
        .at(opened.class.org_id)
        .on_behalf_of(person)
        .data(json!({ "method": method.as_str(), "status": status.as_str() }));
    tx.commit(vec![event]).await
}

fn within_window(opened: &Opened, now: Instant) -> AppResult<Status> {
    match check_in(opened.start(), opened.session.minutes, now) {
        CheckIn::Counts(status) => Ok(status),
        CheckIn::TooEarly(opens) => {
            let (_, time) = opens.china();
            Err(AppError::refused(
                "check_in_early",
                format!(
                    "还没到签到的时间。{} 开始签到，请到时候再来。",
                    kernel::chinese_date::time_text(time)
                ),
            ))
        }
        CheckIn::Over => Err(AppError::refused(
            "check_in_over",
            "这次课已经结束，不能再签到。来上课了没签到的，请老师在点名里补上。",
        )),
    }
}

/// The screen of the room: digits, the address in the QR code, and seconds until it changes.
#[derive(Debug)]
pub struct Screen {
    /// Session and class.
    pub opened: Opened,
    /// Six digits.
    pub digits: String,
    /// What the QR code holds.
    pub address: String,
    /// Seconds until the code changes.
    pub seconds: i64,
    /// Learners checked in so far.
    pub here: usize,
    /// Learners on the roll.
    pub all: usize,
}

/// What the screen of the room shows now.
///
/// # Errors
/// As [`access::session`].
pub async fn screen(ctx: &Ctx, id: SessionId) -> AppResult<Screen> {
    let opened = access::session(ctx, id).await?;
    access::is_held(&opened.session)?;
    let now = ctx.now();
    let digits = model::code(&ctx.platform.keys, id, model::step(now));
    let here = truths(ctx.db(), id).await?;
    let came = |mark: &&PersonMark| matches!(mark.status, Status::Present | Status::Late);
    Ok(Screen {
        address: format!("{}/check-in/{id}-{digits}", ctx.platform.public_url),
        seconds: model::seconds_left(now),
        here: here.values().filter(came).count(),
        all: roll::confirmed(ctx.db(), opened.class.id).await?.len(),
        digits,
        opened,
    })
}

/// How a learner stands at a session, for who may take its roll.
///
/// # Errors
/// As [`access::session`]; [`AppError::NotFound`] for somebody not on the roll.
pub async fn stands(
    ctx: &Ctx,
    id: SessionId,
    person: Option<PersonId>,
) -> AppResult<(Opened, Option<CheckedIn>)> {
    let opened = access::session(ctx, id).await?;
    let Some(person) = person else {
        return Ok((opened, None));
    };
    let checked = standing(ctx, opened.clone(), person).await?;
    Ok((opened, Some(checked)))
}

/// How the signed-in learner stands at a session.
///
/// # Errors
/// [`AppError::NotFound`] for a session of a class one is not in.
pub async fn own(ctx: &Ctx, id: SessionId) -> AppResult<CheckedIn> {
    let person = ctx.person()?;
    let opened = access::own_session(ctx.db(), person, id).await?;
    standing(ctx, opened, person).await
}

async fn standing(ctx: &Ctx, opened: Opened, person: PersonId) -> AppResult<CheckedIn> {
    let roll = roll::confirmed(ctx.db(), opened.class.id).await?;
    let learner = roll
        .into_iter()
        .find(|row| row.person == person)
        .ok_or(AppError::NotFound)?;
    let now = truths(ctx.db(), opened.session.id).await?;
    Ok(CheckedIn {
        name: learner.name,
        now: now.get(&person).map(PersonMark::mark),
        opened,
    })
}
