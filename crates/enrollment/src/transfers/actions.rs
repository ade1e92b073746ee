//! Asking for a transfer, taking it back, deciding it.

use super::model::{self, Leaving, TransferStatus, Why};
use super::store::{self, TransferRow};
use crate::enrollments::actions::{desk_channel, own, place};
use crate::enrollments::store::{self as enrollments, EnrollmentRow};
use crate::enrollments::wishes;
use crate::seat_desk::{Ask, Asked, MoveWhy, SeatDesk};
use crate::{EnrollmentId, EnrollmentStatus, TransferId};
use db::Db;
use kernel::{PersonId, bounded};
use people::contact;
use people::persons::{self, PersonBrief};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission, Waiting};
use serde_json::json;
use teaching::ClassId;
use teaching::classes::{self, ClassRow};

/// An enrolment with where its learner might go.
#[derive(Debug)]
pub struct Choices {
    /// The enrolment.
    pub row: EnrollmentRow,
    /// Its class.
    pub class: ClassRow,
    /// Whose it is.
    pub person: PersonBrief,
    /// The last wish.
    pub last: Option<TransferRow>,
    /// Why not at all, in words.
    pub why: Option<String>,
    /// Where to: class and place.
    pub classes: Vec<(ClassRow, String)>,
}

const fn leaving<'a>(row: &EnrollmentRow, class: &'a ClassRow) -> Leaving<'a> {
    Leaving {
        class,
        status: row.status,
        fen: row.due_fen,
    }
}

async fn choices(ctx: &Ctx, row: EnrollmentRow) -> AppResult<Choices> {
    let db = ctx.db();
    let class = classes::find(db, row.class_id).await?;
    let weeks = crate::school_rules::of(db, row.org_id).await?.transfer_weeks;
    let last = store::last_of(db, row.id).await?;
    let open = last
        .as_ref()
        .is_some_and(|wish| wish.status == TransferStatus::Open);
    let may = model::may_leave(leaving(&row, &class), weeks, ctx.today());
    let why = if open { Err(Why::Asked) } else { may };
    let mut to = Vec::new();
    if why.is_ok() {
        let held = held(db, row.person_id).await?;
        for id in store::candidates(db, &class, row.due_fen).await? {
            let other = classes::find(db, id).await?;
            if model::may_go(leaving(&row, &class), &other, &held).is_ok() {
                to.push((place(ctx, &other).await?, other));
            }
        }
    }
    Ok(Choices {
        person: persons::find(db, row.person_id).await?,
        classes: to.into_iter().map(|(place, class)| (class, place)).collect(),
        why: why.err().map(|why| why.refused().sentence()),
        last,
        class,
        row,
    })
}

async fn held(db: &Db, person: PersonId) -> AppResult<Vec<ClassId>> {
    let rows = enrollments::live_of_person(db, person).await?;
    Ok(rows.into_iter().map(|row| row.class_id).collect())
}

/// Where one might go oneself, or somebody for whom one may act.
///
/// # Errors
/// [`AppError::NotFound`] when it is anybody else's.
pub async fn show(ctx: &Ctx, id: EnrollmentId) -> AppResult<Choices> {
    let row = own(ctx, id).await?;
    choices(ctx, row).await
}

/// As [`show`], for a clerk.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn show_within(ctx: &Ctx, id: EnrollmentId) -> AppResult<Choices> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    choices(ctx, row).await
}

/// Asks for a transfer; the school decides.
///
/// # Errors
/// [`AppError::NotFound`] when it is anybody else's; [`AppError::Refused`] by the rules; [`AppError::Invalid`] without a reason.
pub async fn ask(ctx: &Ctx, id: EnrollmentId, to: ClassId, reason: &str) -> AppResult<TransferId> {
    let row = own(ctx, id).await?;
    let channel = match ctx.actor.person == Some(row.person_id) {
        true => ctx.channel,
        false => Channel::Family,
    };
    open(ctx, &row, to, reason, channel).await
}

async fn open(
    ctx: &Ctx,
    row: &EnrollmentRow,
    to: ClassId,
    reason: &str,
    channel: Channel,
) -> AppResult<TransferId> {
    let reason = bounded(reason, 2, 200, "原因").map_err(|sentence| AppError::invalid("reason", sentence))?;
    let tx = ctx.begin().await?;
    tx.lock("person", row.person_id.raw()).await?;
    let row = enrollments::find(&tx, row.id).await?;
    let class = classes::find(&tx, row.class_id).await?;
    let other = classes::find(&tx, to).await?;
    let weeks = crate::school_rules::of(&tx, row.org_id).await?.transfer_weeks;
    let last = store::last_of(&tx, row.id).await?;
    if last.is_some_and(|wish| wish.status == TransferStatus::Open) {
        return Err(Why::Asked.refused());
    }
    model::may_leave(leaving(&row, &class), weeks, ctx.today()).map_err(Why::refused)?;
    model::may_go(leaving(&row, &class), &other, &held(&tx, row.person_id).await?).map_err(Why::refused)?;
    let id: TransferId = ctx.new_id();
    store::insert(&tx, (id, row.org_id), (row.id, to), &reason, channel).await?;
    let event = event(ctx, "enrollment.transfer_asked", &row, channel);
    let event = event.data(json!({ "transfer": id, "to_class": to }));
    tx.commit(vec![event.note(reason)]).await?;
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
    let tx = ctx.begin().await?;
    tx.lock("person", row.person_id.raw()).await?;
    let last = store::last_of(&tx, id).await?.ok_or(AppError::NotFound)?;
    if last.status != TransferStatus::Open {
        return Ok(());
    }
    store::decide(&tx, last.id, TransferStatus::TakenBack, "", None).await?;
    let event = event(ctx, "enrollment.transfer_taken_back", &row, ctx.channel);
    tx.commit(vec![event.data(json!({ "transfer": last.id }))]).await
}

/// Moves somebody at once, on their word at the counter.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; a refusal by the rules, of the seat desk too.
pub async fn transfer(
    ctx: &Ctx,
    desk: &SeatDesk,
    id: EnrollmentId,
    to: ClassId,
    reason: &str,
) -> AppResult<EnrollmentId> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    let wish = open(ctx, &row, to, reason, desk_channel(ctx)).await?;
    match approve(ctx, desk, wish).await {
        Ok(seat) => Ok(seat),
        Err(error) => {
            // Nobody asked for a decision: the wish does not stay open.
            take_off(ctx, &row, wish).await?;
            Err(error)
        }
    }
}

async fn take_off(ctx: &Ctx, row: &EnrollmentRow, wish: TransferId) -> AppResult<()> {
    let tx = ctx.begin().await?;
    store::decide(&tx, wish, TransferStatus::TakenBack, "", None).await?;
    let event = event(ctx, "enrollment.transfer_taken_back", row, desk_channel(ctx));
    tx.commit(vec![event.data(json!({ "transfer": wish }))]).await
}

/// Approves a wish: the seat desk moves the seat, whole or not at all. Approved twice is the same.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; a refusal by the rules, of the seat desk too: then the wish stays open.
pub async fn approve(ctx: &Ctx, desk: &SeatDesk, id: TransferId) -> AppResult<EnrollmentId> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let wish = store::find_within(ctx.db(), &scope, id).await?;
    classes::find_within(ctx.db(), &scope, wish.to_class).await?;
    let row = enrollments::find(ctx.db(), wish.enrollment_id).await?;
    if matches!(wish.status, TransferStatus::Refused | TransferStatus::TakenBack) {
        return Err(decided());
    }
    let before = match row.status {
        EnrollmentStatus::Transferred => store::continued(ctx.db(), row.id).await?,
        _ => None,
    };
    let seat = match before {
        Some(seat) => seat,
        None => moved(ctx, desk, &wish, &row).await?,
    };
    if wish.status == TransferStatus::Open {
        let tx = ctx.begin().await?;
        store::decide(&tx, id, TransferStatus::Approved, "", Some(seat)).await?;
        let event = event(ctx, "enrollment.transfer_decided", &row, desk_channel(ctx));
        let data = json!({ "transfer": id, "approved": true, "to_enrollment": seat });
        tx.commit(vec![event.data(data)]).await?;
    }
    Ok(seat)
}

async fn moved(
    ctx: &Ctx,
    desk: &SeatDesk,
    wish: &TransferRow,
    row: &EnrollmentRow,
) -> AppResult<EnrollmentId> {
    let class = classes::find(ctx.db(), row.class_id).await?;
    let other = classes::find(ctx.db(), wish.to_class).await?;
    model::may_go(
        leaving(row, &class),
        &other,
        &held(ctx.db(), row.person_id).await?,
    )
    .map_err(Why::refused)?;
    let asked = Asked {
        ask: Ask::Move {
            person: row.person_id,
            class: wish.to_class,
            from: row.class_id,
            enrollment: row.id,
            new_id: ctx.new_id(),
            why: MoveWhy::Transfer,
        },
        by: ctx.actor.person,
        channel: desk_channel(ctx),
        reason: String::new(),
        key: None,
    };
    match desk.ask_whether(asked).await? {
        Some(answer) => Ok(answer.enrollment),
        None => Err(Why::NoSeat.refused()),
    }
}

fn decided() -> AppError {
    AppError::refused_with_door(
        "transfer_decided",
        "这个转班申请已经办过了。",
        "看转班申请",
        "/desk/transfers",
    )
}

/// Refuses a wish, with the reason that the learner is told.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] without a reason; a refusal when it was decided.
pub async fn refuse(ctx: &Ctx, id: TransferId, note: &str) -> AppResult<()> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let wish = store::find_within(ctx.db(), &scope, id).await?;
    let note =
        bounded(note, 2, 100, "不同意的原因").map_err(|sentence| AppError::invalid("note", sentence))?;
    let tx = ctx.begin().await?;
    tx.lock("person", wish.person_id.raw()).await?;
    let wish = store::find_within(&tx, &scope, id).await?;
    if wish.status != TransferStatus::Open {
        return Err(decided());
    }
    let row = enrollments::find(&tx, wish.enrollment_id).await?;
    store::decide(&tx, id, TransferStatus::Refused, &note, None).await?;
    let text = format!(
        "【学圈】您想从“{}”转到“{}”，学校没有同意：{note}。您还在原来的班。有疑问，请打电话或到学校。",
        wish.from_name, wish.to_name
    );
    contact::tell(
        &tx,
        wish.person_id,
        Some(wish.org_id),
        "enrollment.transfer_refused",
        text,
    )
    .await?;
    let event = event(ctx, "enrollment.transfer_decided", &row, desk_channel(ctx));
    let data = json!({ "transfer": id, "approved": false });
    tx.commit(vec![event.data(data).note(note)]).await
}

/// Open wishes of the scope with whose they are.
///
/// # Errors
/// [`AppError::Forbidden`] without a post for it.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<(TransferRow, PersonBrief)>> {
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
        title: format!("转班申请：{} 个", rows.len()),
        detail: format!(
            "最早的一个 {} 提出，从“{}”转到“{}”。",
            kernel::chinese_date::date_text(first.asked_at.date()),
            first.from_name,
            first.to_name
        ),
        href: "/desk/transfers".into(),
        due: None,
        count: i64::try_from(rows.len()).unwrap_or(0),
    }])
}
