//! Asking for leave and deciding on it.

use super::store;
use crate::marks::access::{self, Opened};
use crate::marks::actions::{people_of, settle};
use crate::marks::store::{NewMark, add};
use crate::marks::{Mark, Method, Status};
use db::{Db, record, text_enum};
use enrollment::roll;
use kernel::PersonId;
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx};
use serde_json::json;
use std::collections::HashMap;
use teaching::{ClassId, SessionId};
use ui::{Icon, Tag, Tone};

text_enum! {
    /// How a leave stands.
    pub enum LeaveStatus {
        /// Waits for the teacher.
        Asked => "asked",
        /// Granted.
        Granted => "granted",
        /// Not granted.
        Refused => "refused",
        /// Taken back by the learner.
        Withdrawn => "withdrawn",
    }
}

impl LeaveStatus {
    /// The sentence for the learner.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Asked => "您已经请假，等老师同意。",
            Self::Granted => "老师同意了您的请假。",
            Self::Refused => "老师没有同意您的请假。有疑问请打电话给老师。",
            Self::Withdrawn => "您取消了请假。",
        }
    }
}

record! {
    /// A leave of a learner at a session.
    pub struct LeaveBrief {
        /// The session.
        pub session_id: SessionId,
        /// The learner.
        pub person_id: PersonId,
        /// Why, in the learner's words.
        pub reason: String,
        /// How it stands.
        pub status: LeaveStatus,
    }
}

impl LeaveBrief {
    /// Whether somebody must decide.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == LeaveStatus::Asked
    }

    /// The tag on screen.
    #[must_use]
    pub fn tag(&self) -> Tag {
        match self.status {
            LeaveStatus::Asked => Tag::waiting("请假，等老师同意"),
            LeaveStatus::Granted => Tag::good("请假已同意"),
            LeaveStatus::Refused => Tag::bad("请假没有同意"),
            LeaveStatus::Withdrawn => Tag::new(Tone::Quiet, Icon::Undo, "请假已取消"),
        }
    }

    /// Address of the decision.
    #[must_use]
    pub fn action(&self, decision: &str) -> String {
        format!(
            "/desk/sessions/{}/leave/{}?decision={decision}",
            self.session_id, self.person_id
        )
    }
}

/// The leaves of a session that were not taken back, by learner.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_session(db: &Db, session: SessionId) -> AppResult<HashMap<PersonId, LeaveBrief>> {
    let rows = store::of_session(db, session).await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row)).collect())
}

/// How a person's leaves in a class stand, by session.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_person(
    db: &Db,
    class: ClassId,
    person: PersonId,
) -> AppResult<HashMap<SessionId, LeaveStatus>> {
    Ok(store::of_person(db, class, person).await?.into_iter().collect())
}

/// The learner's own leave at a session, and whether one may still ask.
#[derive(Debug)]
pub struct OwnLeave {
    /// Session and class.
    pub opened: Opened,
    /// The leave, if one was asked for.
    pub leave: Option<LeaveBrief>,
    /// Whether the session has not begun and is held.
    pub open: bool,
}

/// The learner's own leave at a session.
///
/// # Errors
/// [`AppError::NotFound`] for a session of a class one is not in.
pub async fn own(ctx: &Ctx, id: SessionId) -> AppResult<OwnLeave> {
    let person = ctx.person()?;
    let opened = access::own_session(ctx.db(), person, id).await?;
    Ok(OwnLeave {
        leave: of_session(ctx.db(), id).await?.remove(&person),
        open: may_ask(ctx, &opened).is_ok(),
        opened,
    })
}

fn may_ask(ctx: &Ctx, opened: &Opened) -> AppResult<()> {
    access::is_held(&opened.session)?;
    if ctx.now() >= opened.start() {
        return Err(AppError::refused(
            "session_started",
            "这次课已经开始，不能在网上请假了。请打电话给老师或学校，他们可以替您记上。",
        ));
    }
    Ok(())
}

fn checked(reason: &str) -> AppResult<String> {
    let reason = reason.trim();
    if !(2..=200).contains(&reason.chars().count()) {
        return Err(AppError::invalid(
            "reason",
            "请简单写一下原因，2 到 200 个字，例如：身体不舒服。",
        ));
    }
    Ok(reason.to_owned())
}

/// After the day a leave changes what was recorded, so it needs the permission of a correction.
async fn may_change(ctx: &Ctx, opened: &Opened) -> AppResult<()> {
    if ctx.today() > opened.session.day {
        let scope = ctx.may(Permission::AttendanceCorrect)?;
        teaching::classes::find_within(ctx.db(), &scope, opened.class.id).await?;
    }
    Ok(())
}

/// The learner asks for leave. Asking twice changes the reason.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Invalid`] without a reason, [`AppError::Refused`] once the session has begun.
pub async fn ask(ctx: &Ctx, id: SessionId, reason: &str) -> AppResult<()> {
    let person = ctx.person()?;
    let opened = access::own_session(ctx.db(), person, id).await?;
    may_ask(ctx, &opened)?;
    let reason = checked(reason)?;
    let tx = ctx.begin().await?;
    tx.lock("attendance", id.raw()).await?;
    let before = of_session(&tx, id).await?.remove(&person);
    if before.is_some_and(|leave| leave.status == LeaveStatus::Granted) {
        return Err(AppError::refused(
            "leave_granted",
            "您的请假老师已经同意了，不用再请。",
        ));
    }
    let leave = LeaveBrief {
        session_id: id,
        person_id: person,
        reason,
        status: LeaveStatus::Asked,
    };
    store::put(&tx, ctx.new_id(), &leave, Some(person), ctx.now()).await?;
    tx.commit(vec![
        Event::new("leave.asked", "session", id)
            .at(opened.class.org_id)
            .note(leave.reason),
    ])
    .await
}

/// The learner takes back a leave that nobody has decided on.
///
/// # Errors
/// [`AppError::NotFound`] without a leave, [`AppError::Refused`] when it was decided on.
pub async fn withdraw(ctx: &Ctx, id: SessionId) -> AppResult<()> {
    let person = ctx.person()?;
    let opened = access::own_session(ctx.db(), person, id).await?;
    let tx = ctx.begin().await?;
    tx.lock("attendance", id.raw()).await?;
    let leave = of_session(&tx, id)
        .await?
        .remove(&person)
        .ok_or(AppError::NotFound)?;
    if !leave.is_open() {
        return Err(AppError::refused(
            "leave_decided",
            "老师已经看过您的请假。要改的话，请直接和老师说。",
        ));
    }
    store::settle(&tx, id, person, LeaveStatus::Withdrawn, Some(person), ctx.now()).await?;
    tx.commit(vec![
        Event::new("leave.withdrawn", "session", id).at(opened.class.org_id),
    ])
    .await
}

/// Staff decide on a learner's leave.
///
/// # Errors
/// As [`access::session`]; [`AppError::NotFound`] without a leave; [`AppError::Refused`] when it was decided on or taken back.
pub async fn decide(ctx: &Ctx, id: SessionId, person: PersonId, granted: bool) -> AppResult<()> {
    let opened = access::session(ctx, id).await?;
    may_change(ctx, &opened).await?;
    let tx = ctx.begin().await?;
    tx.lock("attendance", id.raw()).await?;
    let leave = of_session(&tx, id)
        .await?
        .remove(&person)
        .ok_or(AppError::NotFound)?;
    if !leave.is_open() {
        return Err(AppError::refused(
            "changed_meanwhile",
            "这份请假已经有人处理过了，或者学员取消了。请刷新看看。",
        ));
    }
    let (status, kind) = if granted {
        (LeaveStatus::Granted, "leave.granted")
    } else {
        (LeaveStatus::Refused, "leave.refused")
    };
    store::settle(&tx, id, person, status, ctx.actor.person, ctx.now()).await?;
    if granted {
        mark(&tx, id, person).await?;
    }
    let event = Event::new(kind, "session", id)
        .at(opened.class.org_id)
        .on_behalf_of(person);
    tx.commit(vec![event.data(json!({ "class": opened.class.id }))])
        .await
}

/// Staff note a leave for a learner who told them; it is granted at once. It may come after the session.
///
/// # Errors
/// As [`access::session`]; [`AppError::NotFound`] for somebody not on the roll; [`AppError::Invalid`] without a reason.
pub async fn note_for(ctx: &Ctx, id: SessionId, person: PersonId, reason: &str) -> AppResult<()> {
    let opened = access::session(ctx, id).await?;
    may_change(ctx, &opened).await?;
    access::is_held(&opened.session)?;
    let reason = checked(reason)?;
    let tx = ctx.begin().await?;
    tx.lock("attendance", id.raw()).await?;
    if !people_of(&roll::confirmed(&tx, opened.class.id).await?).contains(&person) {
        return Err(AppError::NotFound);
    }
    let leave = LeaveBrief {
        session_id: id,
        person_id: person,
        reason,
        status: LeaveStatus::Asked,
    };
    store::put(&tx, ctx.new_id(), &leave, ctx.actor.person, ctx.now()).await?;
    store::settle(&tx, id, person, LeaveStatus::Granted, ctx.actor.person, ctx.now()).await?;
    mark(&tx, id, person).await?;
    let event = Event::new("leave.granted", "session", id)
        .at(opened.class.org_id)
        .on_behalf_of(person);
    tx.commit(vec![event.note(leave.reason)]).await
}

async fn mark(tx: &Tx, session: SessionId, person: PersonId) -> AppResult<()> {
    let ctx = tx.ctx();
    let new = NewMark {
        id: ctx.new_id(),
        session,
        person,
        mark: Mark {
            status: Status::Excused,
            method: Method::Leave,
            marked_at: ctx.now(),
        },
        by: ctx.actor.person,
        reason: "",
        device_key: None,
    };
    add(tx, new).await?;
    settle(tx, session, &[person]).await
}
