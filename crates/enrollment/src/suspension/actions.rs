//! Asking for a pause, taking it back, deciding it, coming back.

use super::model::{self, SuspensionStatus, Wanting, Why};
use super::store::{self, SuspensionRow};
use crate::enrollments::actions::{desk_channel, own, place};
use crate::enrollments::store::{self as enrollments, EnrollmentRow};
use crate::enrollments::wishes;
use crate::fees::Money;
use crate::fees::ladder::Cause;
use crate::school_rules::{self, FeeMeanwhile, Ruling, SeatMeanwhile};
use crate::seat_desk::{Answer, Ask, Asked, SeatDesk};
use crate::{EnrollmentId, EnrollmentStatus, SuspensionId};
use db::Db;
use kernel::{Date, bounded};
use people::contact;
use people::persons::{self, PersonBrief};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission, Waiting};
use serde_json::json;
use teaching::classes::{self, ClassRow};
use teaching::{ClassId, TermId, terms};

/// An enrolment with its pause, or with what a pause would mean.
#[derive(Debug)]
pub struct Standing {
    /// The enrolment.
    pub row: EnrollmentRow,
    /// Its class.
    pub class: ClassRow,
    /// Whose it is.
    pub person: PersonBrief,
    /// The last wish.
    pub last: Option<SuspensionRow>,
    /// What counts: for a wish that stands what it began with, else what the school has decided now.
    pub seat: SeatMeanwhile,
    /// So does this.
    pub fee: FeeMeanwhile,
    /// Until when the place is kept; `None` where that term is not planned yet.
    pub until: Option<Date>,
    /// Why one cannot ask, in words.
    pub why: Option<String>,
    /// Where one can return to, class and place; only for a pause.
    pub classes: Vec<(ClassRow, String)>,
}

impl Standing {
    /// Whether they pause now.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.row.status == EnrollmentStatus::Suspended
    }

    /// Whether a wish waits for the school.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.last
            .as_ref()
            .is_some_and(|wish| wish.status == SuspensionStatus::Open)
    }
}

/// The last day on which the place of somebody is kept who pauses in a term: that of so many terms after it.
pub(crate) async fn kept_until(db: &Db, term: TermId, later: i64) -> AppResult<Option<Date>> {
    Ok(terms::later(db, term, later).await?.map(|term| term.ends_on))
}

async fn standing(ctx: &Ctx, row: EnrollmentRow) -> AppResult<Standing> {
    let db = ctx.db();
    let class = classes::find(db, row.class_id).await?;
    let rules = school_rules::of(db, row.org_id).await?;
    let last = store::last_of(db, row.id).await?;
    let counts = last
        .as_ref()
        .filter(|wish| wish.status == SuspensionStatus::Open || row.status == EnrollmentStatus::Suspended);
    let (seat, fee, later) = counts.map_or(
        (rules.suspend_seat, rules.suspend_fee, rules.suspend_terms),
        |wish| (wish.seat, wish.fee, wish.terms),
    );
    let until = kept_until(db, row.term_id, later).await?;
    let wanting = wanting(&row, &class);
    let mut standing = Standing {
        why: model::may_ask(wanting, rules.suspend_weeks, ctx.today())
            .err()
            .map(|why| why.refused().sentence()),
        person: persons::find(db, row.person_id).await?,
        classes: Vec::new(),
        row,
        class,
        last,
        seat,
        fee,
        until,
    };
    if standing.is_paused() {
        standing.classes = classes_to_return_to(ctx, &standing).await?;
    }
    Ok(standing)
}

const fn wanting<'a>(row: &EnrollmentRow, class: &'a ClassRow) -> Wanting<'a> {
    Wanting {
        class,
        status: row.status,
        before: row.suspended_on.is_some(),
    }
}

async fn classes_to_return_to(ctx: &Ctx, standing: &Standing) -> AppResult<Vec<(ClassRow, String)>> {
    let db = ctx.db();
    let (row, class) = (&standing.row, &standing.class);
    let carried = standing.fee == FeeMeanwhile::Carry && matches!(row.money, Money::Paid | Money::Waived);
    let days = (ctx.today(), standing.until);
    let mut found = store::candidates(db, class, days, carried.then_some(row.due_fen)).await?;
    let held = enrollments::live_of_person(db, row.person_id).await?;
    found.retain(|class| {
        !held
            .iter()
            .any(|other| other.id != row.id && other.class_id == *class)
    });
    let kept = held.iter().any(|other| other.id == row.id);
    if kept && !found.contains(&class.id) && class.ends_on >= ctx.today() {
        found.insert(0, class.id);
    }
    let mut all = Vec::with_capacity(found.len());
    for id in found {
        let class = classes::find(db, id).await?;
        let place = place(ctx, &class).await?;
        all.push((class, place));
    }
    Ok(all)
}

/// One's own enrolment, or that of somebody for whom one may act.
///
/// # Errors
/// [`AppError::NotFound`] when it is anybody else's.
pub async fn show(ctx: &Ctx, id: EnrollmentId) -> AppResult<Standing> {
    let row = own(ctx, id).await?;
    standing(ctx, row).await
}

/// As [`show`], for a clerk.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn show_within(ctx: &Ctx, id: EnrollmentId) -> AppResult<Standing> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    standing(ctx, row).await
}

/// What comes back to somebody who gives a pause up, in fen; `None` when nothing had stayed.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn would_get_back(ctx: &Ctx, row: &EnrollmentRow) -> AppResult<Option<i64>> {
    let pause = store::pauses(ctx.db(), &[row.id]).await?;
    if !pause.iter().any(|pause| pause.fee == Some(FeeMeanwhile::Carry)) {
        return Ok(None);
    }
    let since = store::since(ctx.db(), row.id).await?.unwrap_or(ctx.now());
    crate::fees::actions::would_get_back_for(ctx, row, Cause::Suspended, since).await
}

/// Asks for a pause; the school decides.
///
/// # Errors
/// [`AppError::NotFound`] when it is anybody else's; [`AppError::Refused`] by the rules; [`AppError::Invalid`] without a reason.
pub async fn ask(ctx: &Ctx, id: EnrollmentId, reason: &str) -> AppResult<SuspensionId> {
    let row = own(ctx, id).await?;
    let channel = own_channel(ctx, &row);
    open(ctx, &row, reason, channel).await
}

fn own_channel(ctx: &Ctx, row: &EnrollmentRow) -> Channel {
    match ctx.actor.person == Some(row.person_id) {
        true => ctx.channel,
        false => Channel::Family,
    }
}

async fn open(ctx: &Ctx, row: &EnrollmentRow, reason: &str, channel: Channel) -> AppResult<SuspensionId> {
    let reason = bounded(reason, 2, 200, "原因").map_err(|sentence| AppError::invalid("reason", sentence))?;
    let tx = ctx.begin().await?;
    tx.lock("person", row.person_id.raw()).await?;
    let row = enrollments::find(&tx, row.id).await?;
    let class = classes::find(&tx, row.class_id).await?;
    let ruling: Ruling = school_rules::ruling(&tx, row.org_id).await?;
    let last = store::last_of(&tx, row.id).await?;
    if last.is_some_and(|wish| wish.status == SuspensionStatus::Open) {
        return Err(Why::Asked.refused());
    }
    model::may_ask(wanting(&row, &class), ruling.rules.suspend_weeks, ctx.today()).map_err(Why::refused)?;
    let id: SuspensionId = ctx.new_id();
    store::insert(&tx, (id, row.org_id), row.id, (&reason, channel), &ruling).await?;
    let event = event(ctx, "enrollment.suspension_asked", &row, channel);
    let data = json!({ "suspension": id, "rule_org": ruling.org, "rule_version": ruling.version });
    tx.commit(vec![event.data(data).note(reason)]).await?;
    Ok(id)
}

fn event(ctx: &Ctx, kind: &'static str, row: &EnrollmentRow, channel: Channel) -> Event {
    let event = Event::new(kind, "enrollment", row.id).at(row.org_id).via(channel);
    if ctx.actor.person == Some(row.person_id) {
        event
    } else {
        event.on_behalf_of(row.person_id)
    }
}

/// Takes an open wish back. Taken back twice is the same.
///
/// # Errors
/// [`AppError::NotFound`] when it is anybody else's, or there is none.
pub async fn take_back(ctx: &Ctx, id: EnrollmentId) -> AppResult<()> {
    let row = own(ctx, id).await?;
    take_off(ctx, &row, own_channel(ctx, &row)).await
}

async fn take_off(ctx: &Ctx, row: &EnrollmentRow, channel: Channel) -> AppResult<()> {
    let tx = ctx.begin().await?;
    tx.lock("person", row.person_id.raw()).await?;
    let last = store::last_of(&tx, row.id).await?.ok_or(AppError::NotFound)?;
    if last.status != SuspensionStatus::Open {
        return Ok(());
    }
    store::decide(&tx, last.id, SuspensionStatus::TakenBack, "").await?;
    let event = event(ctx, "enrollment.suspension_taken_back", row, channel);
    tx.commit(vec![event.data(json!({ "suspension": last.id }))])
        .await
}

/// Lets somebody pause at once, on their word at the counter.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; a refusal by the rules.
pub async fn suspend(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId, reason: &str) -> AppResult<()> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    let channel = desk_channel(ctx);
    let wish = open(ctx, &row, reason, channel).await?;
    let done = approve(ctx, desk, wish).await;
    if done.is_err() {
        // Nobody asked for a decision: the wish does not stay open.
        take_off(ctx, &row, channel).await?;
    }
    done
}

/// Approves a wish: the seat desk lets the enrolment rest and writes the decision with it. Approved twice is the same.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; a refusal when it was decided or nothing is left to pause from.
pub async fn approve(ctx: &Ctx, desk: &SeatDesk, id: SuspensionId) -> AppResult<()> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let wish = store::find_within(ctx.db(), &scope, id).await?;
    match wish.status {
        SuspensionStatus::Open => {}
        SuspensionStatus::Approved => return Ok(()),
        SuspensionStatus::Refused | SuspensionStatus::TakenBack => return Err(Why::Over.refused()),
    }
    let ask = Ask::Suspend {
        person: wish.person_id,
        class: wish.class_id,
        enrollment: wish.enrollment_id,
        keeps_seat: wish.seat == SeatMeanwhile::Keep,
        refund: wish.fee == FeeMeanwhile::Refund,
    };
    match desk.ask_whether(asked(ctx, ask, desk_channel(ctx))).await? {
        Some(_) => Ok(()),
        None => Err(Why::NoSeat.refused()),
    }
}

fn asked(ctx: &Ctx, ask: Ask, channel: Channel) -> Asked {
    Asked {
        ask,
        by: ctx.actor.person,
        channel,
        reason: String::new(),
        key: None,
    }
}

/// Refuses a wish, with the reason that the learner is told.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] without a reason; a refusal when it was decided.
pub async fn refuse(ctx: &Ctx, id: SuspensionId, note: &str) -> AppResult<()> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let wish = store::find_within(ctx.db(), &scope, id).await?;
    let note =
        bounded(note, 2, 100, "不同意的原因").map_err(|sentence| AppError::invalid("note", sentence))?;
    let tx = ctx.begin().await?;
    tx.lock("person", wish.person_id.raw()).await?;
    let wish = store::find_within(&tx, &scope, id).await?;
    if wish.status != SuspensionStatus::Open {
        return Err(Why::Over.refused());
    }
    let row = enrollments::find(&tx, wish.enrollment_id).await?;
    store::decide(&tx, id, SuspensionStatus::Refused, &note).await?;
    let text = format!(
        "【学圈】您申请从“{}”休学，学校没有同意：{note}。您还在这个班。有疑问，请打电话或到学校。",
        wish.class_name
    );
    let template = "enrollment.suspension_refused";
    contact::tell(&tx, wish.person_id, Some(wish.org_id), template, text).await?;
    let event = event(ctx, "enrollment.suspension_refused", &row, desk_channel(ctx));
    tx.commit(vec![event.data(json!({ "suspension": id })).note(note)])
        .await
}

/// Comes back into a class: oneself, or somebody for whom one may act.
///
/// # Errors
/// [`AppError::NotFound`] when it is anybody else's; a refusal by the rules, of the seat desk too.
pub async fn come_back(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId, to: ClassId) -> AppResult<Answer> {
    let row = own(ctx, id).await?;
    let channel = own_channel(ctx, &row);
    back(ctx, desk, row, to, channel).await
}

/// As [`come_back`], at the counter.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; as [`come_back`].
pub async fn come_back_for(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId, to: ClassId) -> AppResult<Answer> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    back(ctx, desk, row, to, desk_channel(ctx)).await
}

async fn back(
    ctx: &Ctx,
    desk: &SeatDesk,
    row: EnrollmentRow,
    to: ClassId,
    channel: Channel,
) -> AppResult<Answer> {
    if row.status != EnrollmentStatus::Suspended {
        return Err(Why::Over.refused());
    }
    let other = classes::find(ctx.db(), to).await?;
    let standing = standing(ctx, row).await?;
    let (row, class) = (&standing.row, &standing.class);
    let in_time = standing.until.is_none_or(|until| other.starts_on <= until);
    if other.org_id != class.org_id || other.course_id != class.course_id || !in_time {
        return Err(Why::NotThere.refused());
    }
    let ask = Ask::Return {
        person: row.person_id,
        class: to,
        from: row.class_id,
        enrollment: row.id,
        new_id: ctx.new_id(),
    };
    match desk.ask_whether(asked(ctx, ask, channel)).await? {
        Some(answer) => Ok(answer),
        None => Err(Why::NotThere.refused()),
    }
}

/// Open wishes of the scope with whose they are.
///
/// # Errors
/// [`AppError::Forbidden`] without a post for it.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<(SuspensionRow, PersonBrief)>> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let rows = store::open_within(ctx.db(), &scope).await?;
    wishes::with_people(ctx.db(), rows, |row| row.person_id).await
}

/// Wishes that wait for a decision.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::EnrollmentAct);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let rows = store::open_within(ctx.db(), &scope).await?;
    let Some(first) = rows.first() else {
        return Ok(Vec::new());
    };
    Ok(vec![Waiting {
        title: format!("休学申请：{} 个", rows.len()),
        detail: format!(
            "最早的一个 {} 提出，从“{}”休学。",
            kernel::chinese_date::date_text(first.asked_at.date()),
            first.class_name
        ),
        href: "/desk/suspensions".into(),
        due: None,
        count: i64::try_from(rows.len()).unwrap_or(0),
    }])
}
