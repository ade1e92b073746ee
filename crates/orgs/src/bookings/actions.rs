//! What can be done with bookings.

use super::model::{self, BookingDraft, BookingStatus, Busy, BusyHours};
use super::store::{self, Asker, BookingRow, OpenRoom};
use crate::{RoomBookingId, RoomId};
use db::{Db, Scope};
use kernel::{Date, Time};
use platform::api::{Listed, Part};
use platform::{AppError, AppResult, Ctx, Event, Permission, Waiting};
use serde_json::json;

/// The rooms that the actor keeps; nothing for somebody who only books.
fn keeps(ctx: &Ctx) -> AppResult<Scope> {
    let keeps = ctx.reach(Permission::RoomApprove);
    if keeps.is_nothing() {
        ctx.may(Permission::RoomBook)?;
    }
    Ok(keeps)
}

/// Bookings of the rooms that the actor keeps, from today on.
///
/// # Errors
/// [`AppError::Forbidden`] without `room.book` and `room.approve`.
pub async fn of_rooms(ctx: &Ctx, part: Part) -> AppResult<Listed<BookingRow>> {
    let keeps = keeps(ctx)?;
    Ok(part.listed(store::of_rooms(ctx.db(), &keeps, ctx.today(), part).await?))
}

/// Bookings that the actor asked for, from today on.
///
/// # Errors
/// [`AppError::SignInNeeded`], or [`AppError::Forbidden`] without `room.book` and `room.approve`.
pub async fn own(ctx: &Ctx, part: Part) -> AppResult<Listed<BookingRow>> {
    keeps(ctx)?;
    let person = ctx.person()?;
    Ok(part.listed(store::of_person(ctx.db(), person, ctx.today(), part).await?))
}

/// Rooms that the actor can book; `q` is part of a name.
///
/// # Errors
/// [`AppError::Forbidden`] without `room.book`.
pub async fn rooms(ctx: &Ctx, q: &str, part: Part) -> AppResult<Listed<OpenRoom>> {
    let own = ctx.may(Permission::RoomBook)?;
    Ok(part.listed(store::rooms(ctx.db(), &own, q, part).await?))
}

/// One room that the actor can book.
///
/// # Errors
/// [`AppError::NotFound`] when it is neither open to others nor the actor's own institution's.
pub async fn room(ctx: &Ctx, id: RoomId) -> AppResult<OpenRoom> {
    let own = ctx.may(Permission::RoomBook)?;
    Ok(store::room(ctx.db(), &own, id).await?)
}

/// A booking that the actor keeps or asked for; the flag says whether the actor decides on it.
///
/// # Errors
/// [`AppError::NotFound`] for any other.
pub async fn get(ctx: &Ctx, id: RoomBookingId) -> AppResult<(BookingRow, bool)> {
    let keeps = keeps(ctx)?;
    let row = store::find(ctx.db(), &keeps, ctx.actor.person, id).await?;
    let decides = store::find(ctx.db(), &keeps, None, id).await.is_ok();
    Ok((row, decides))
}

/// Asks for a room. `busy` tells of lessons.
///
/// # Errors
/// [`AppError::Invalid`] for wrong fields; [`AppError::Refused`] with code `room_taken` for a clash.
pub async fn request(
    ctx: &Ctx,
    room: RoomId,
    draft: BookingDraft,
    busy: Option<BusyHours>,
) -> AppResult<RoomBookingId> {
    let own = ctx.may(Permission::RoomBook)?;
    let person = ctx.person()?;
    let tx = ctx.begin().await?;
    tx.lock("room", room.raw()).await?;
    let room = store::room(&tx, &own, room).await?;
    let (today, now) = ctx.now().china();
    let draft = model::check(draft, room.seats, today, now)?;
    free(&tx, room.id, (draft.day, draft.starts, draft.minutes), busy).await?;
    let id: RoomBookingId = ctx.new_id();
    let asker = Asker {
        person,
        for_org: ctx.actor.posts.first().map(|post| post.org),
        at: ctx.now(),
    };
    store::insert(&tx, id, &room, asker, &draft).await?;
    let data = json!({ "room": room.id.to_string(), "day": draft.day.to_string(), "minutes": draft.minutes });
    let event = Event::new("booking.requested", "room_booking", id);
    tx.commit(vec![event.at(room.org_id).data(data)]).await?;
    Ok(id)
}

/// Lends the room. `busy` tells of lessons.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] for a clash, or when it was decided meanwhile.
pub async fn approve(ctx: &Ctx, id: RoomBookingId, version: i64, busy: Option<BusyHours>) -> AppResult<()> {
    let scope = ctx.may(Permission::RoomApprove)?;
    let tx = ctx.begin().await?;
    let found = store::find(&tx, &scope, None, id).await?;
    tx.lock("room", found.room_id.raw()).await?;
    let booking = store::find(&tx, &scope, None, id).await?;
    changeable(&booking, version, ctx.today(), &[BookingStatus::Waiting])?;
    let hours = (booking.day, booking.starts, booking.minutes);
    free(&tx, booking.room_id, hours, busy).await?;
    store::decide(&tx, id, BookingStatus::Approved, "").await?;
    let event = Event::new("booking.approved", "room_booking", id).at(booking.org_id);
    tx.commit(vec![event]).await
}

/// Does not lend the room, with the reason.
///
/// # Errors
/// As [`approve`]; [`AppError::Invalid`] without a reason.
pub async fn refuse(ctx: &Ctx, id: RoomBookingId, version: i64, reason: &str) -> AppResult<()> {
    let scope = ctx.may(Permission::RoomApprove)?;
    let allowed = [BookingStatus::Waiting];
    end(
        ctx,
        &scope,
        false,
        (id, version),
        BookingStatus::Refused,
        &allowed,
        reason,
    )
    .await
}

/// Takes a booking back, by who asked or who keeps the room, with the reason.
///
/// # Errors
/// As [`refuse`].
pub async fn cancel(ctx: &Ctx, id: RoomBookingId, version: i64, reason: &str) -> AppResult<()> {
    let scope = keeps(ctx)?;
    let allowed = [BookingStatus::Waiting, BookingStatus::Approved];
    end(
        ctx,
        &scope,
        true,
        (id, version),
        BookingStatus::Cancelled,
        &allowed,
        reason,
    )
    .await
}

async fn end(
    ctx: &Ctx,
    scope: &Scope,
    own_too: bool,
    (id, version): (RoomBookingId, i64),
    status: BookingStatus,
    from: &[BookingStatus],
    reason: &str,
) -> AppResult<()> {
    let person = ctx.actor.person.filter(|_| own_too);
    let tx = ctx.begin().await?;
    let found = store::find(&tx, scope, person, id).await?;
    tx.lock("room", found.room_id.raw()).await?;
    let booking = store::find(&tx, scope, person, id).await?;
    changeable(&booking, version, ctx.today(), from)?;
    let reason =
        kernel::bounded(reason, 2, 200, "原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    store::decide(&tx, id, status, &reason).await?;
    let kind = match status {
        BookingStatus::Refused => "booking.refused",
        _ => "booking.cancelled",
    };
    let event = Event::new(kind, "room_booking", id)
        .at(booking.org_id)
        .note(reason);
    tx.commit(vec![event]).await
}

/// What waits for the actor: requests for rooms they keep.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::RoomApprove);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let (count, first) = store::waiting(ctx.db(), &scope, ctx.today()).await?;
    if count == 0 {
        return Ok(Vec::new());
    }
    Ok(vec![Waiting {
        title: format!("答复教室借用：{count} 个"),
        detail: "同意或者不同意，都请在借用的日子以前答复".into(),
        href: "/desk/bookings".into(),
        due: first,
        count,
    }])
}

/// Rule 3.
async fn free(db: &Db, room: RoomId, hours: (Date, Time, i64), lessons: Option<BusyHours>) -> AppResult<()> {
    let (day, starts, minutes) = hours;
    let lent = store::approved(db, &[room], day, day).await?;
    let mut busy: Vec<Busy> = lent.into_iter().map(|(_, busy)| busy).collect();
    if let Some(BusyHours(lessons)) = lessons {
        busy.extend(lessons(db.clone(), room, day).await?);
    }
    match model::clash(day, starts, minutes, &busy) {
        Some(other) => Err(model::taken(other)),
        None => Ok(()),
    }
}

/// Rule 4, and two deciders at once.
fn changeable(booking: &BookingRow, version: i64, today: Date, from: &[BookingStatus]) -> AppResult<()> {
    if booking.version != version || !from.contains(&booking.status) {
        return Err(AppError::refused_with_door(
            "changed_meanwhile",
            "您打开这一页以后，这个借用已经有了答复或取消了。请看最新的情况。",
            "看这个借用",
            format!("/desk/bookings/{}", booking.id),
        ));
    }
    if booking.day < today {
        return Err(AppError::refused(
            "day_is_over",
            "这个借用的日子已经过了，不能再改。",
        ));
    }
    Ok(())
}
