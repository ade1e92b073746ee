//! JSON of bookings.

use super::actions;
use super::model::{BookingDraft, BookingStatus};
use super::{BookingRow, BusyHours, OpenRoom};
use crate::rooms::Facility;
use crate::{RoomBookingId, RoomId};
use axum::http::StatusCode;
use axum::{Extension, Json};
use platform::api::{
    Asked, At, Created, Day, Listed, Made, Paging, Reasoned, Seen, TimeOfDay, created, done,
};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(BookingStatus);

type Lessons = Option<Extension<BusyHours>>;

/// A room that can be booked.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenRoomJson {
    /// Id.
    id: String,
    /// Name.
    name: String,
    /// Seats.
    seats: i64,
    /// Area in square metres.
    area_m2: i64,
    /// Facilities.
    facilities: Vec<Facility>,
    /// Id of the institution.
    org: String,
    /// The institution's name.
    org_name: String,
}

impl From<OpenRoom> for OpenRoomJson {
    fn from(room: OpenRoom) -> Self {
        Self {
            id: room.id.to_string(),
            name: room.name,
            seats: room.seats,
            area_m2: room.area_m2,
            facilities: Facility::stored(&room.facilities).collect(),
            org: room.org_id.to_string(),
            org_name: room.org_name,
        }
    }
}

/// A booking.
#[derive(Debug, Serialize, ToSchema)]
pub struct BookingJson {
    /// Id.
    id: String,
    /// Id of the room.
    room: String,
    /// The room's name.
    room_name: String,
    /// Id of the institution whose room it is.
    org: String,
    /// That institution's name.
    org_name: String,
    /// Id of the organisation for which it is; null for a person's own.
    for_org: Option<String>,
    /// That organisation's name.
    for_org_name: Option<String>,
    /// What for.
    purpose: String,
    /// Day.
    day: Day,
    /// Beginning.
    starts: TimeOfDay,
    /// Length in minutes.
    minutes: i64,
    /// How many people come.
    people: i64,
    /// How far it is.
    status: BookingStatus,
    /// Why it was refused or cancelled.
    reason: String,
    /// Counts changes.
    version: i64,
}

impl From<BookingRow> for BookingJson {
    fn from(row: BookingRow) -> Self {
        Self {
            id: row.id.to_string(),
            room: row.room_id.to_string(),
            room_name: row.room_name,
            org: row.org_id.to_string(),
            org_name: row.org_name,
            for_org: row.for_org_id.map(|org| org.to_string()),
            for_org_name: row.for_org_name,
            purpose: row.purpose,
            day: row.day.into(),
            starts: row.starts.into(),
            minutes: row.minutes,
            people: row.people,
            status: row.status,
            reason: row.reason,
            version: row.version,
        }
    }
}

/// A booking to ask for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BookingBody {
    /// Day, from today to half a year ahead.
    day: Day,
    /// Beginning, from 06:00.
    starts: TimeOfDay,
    /// Length in minutes, 30 to 600, not past 22:00.
    minutes: i64,
    /// How many people come, not more than seats.
    people: i64,
    /// What for, 2 to 100 characters.
    purpose: String,
}

/// Rooms that you can book: those open to others and those of your own institution, by institution and name.
#[utoipa::path(get, path = "/api/v1/bookings/rooms", tag = "bookings",
    params(("q" = Option<String>, Query, description = "part of the room's or institution's name"), Paging),
    responses((status = 200, body = Listed<OpenRoomJson>)))]
pub(super) async fn rooms(ctx: Ctx, asked: Asked) -> AppResult<Json<Listed<OpenRoomJson>>> {
    let rooms = actions::rooms(&ctx, &asked.text("q"), asked.part()?).await?;
    Ok(Json(rooms.map(OpenRoomJson::from)))
}

/// Bookings from today on of the rooms that you keep, those to decide first; with `own=true` those you asked for.
#[utoipa::path(get, path = "/api/v1/bookings", tag = "bookings",
    params(("own" = Option<bool>, Query, description = "those that you asked for, by day"), Paging),
    responses((status = 200, body = Listed<BookingJson>)))]
pub(super) async fn list(ctx: Ctx, asked: Asked) -> AppResult<Json<Listed<BookingJson>>> {
    let part = asked.part()?;
    let bookings = if asked.flag("own")? {
        actions::own(&ctx, part).await?
    } else {
        actions::of_rooms(&ctx, part).await?
    };
    Ok(Json(bookings.map(BookingJson::from)))
}

/// One booking that you keep or asked for.
#[utoipa::path(get, path = "/api/v1/bookings/{booking}", tag = "bookings",
    params(("booking" = String, Path, description = "id of the booking")),
    responses((status = 200, body = BookingJson)))]
pub(super) async fn get(ctx: Ctx, At(booking): At<RoomBookingId>) -> AppResult<Json<BookingJson>> {
    let (booking, _) = actions::get(&ctx, booking).await?;
    Ok(Json(booking.into()))
}

/// Asks for a room.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/bookings", tag = "bookings", request_body = BookingBody,
    params(("room" = String, Path, description = "id of the room")),
    responses((status = 201, body = Made), (status = 409, description = "the room is taken at that time")))]
pub(super) async fn request(
    ctx: Ctx,
    At(room): At<RoomId>,
    lessons: Lessons,
    web::Json(body): web::Json<BookingBody>,
) -> AppResult<Created> {
    let draft = BookingDraft {
        day: body.day.0,
        starts: body.starts.0,
        minutes: body.minutes,
        people: body.people,
        purpose: body.purpose,
    };
    actions::request(&ctx, room, draft, lessons.map(|Extension(hours)| hours))
        .await
        .map(created)
}

/// Lends the room.
#[utoipa::path(post, path = "/api/v1/bookings/{booking}/approve", tag = "bookings", request_body = Seen,
    params(("booking" = String, Path, description = "id of the booking")),
    responses((status = 204, description = "lent"), (status = 409, description = "the room is taken, or it was decided meanwhile")))]
pub(super) async fn approve(
    ctx: Ctx,
    At(booking): At<RoomBookingId>,
    lessons: Lessons,
    web::Json(body): web::Json<Seen>,
) -> AppResult<StatusCode> {
    let lessons = lessons.map(|Extension(hours)| hours);
    actions::approve(&ctx, booking, body.version, lessons)
        .await
        .map(done)
}

/// Does not lend the room.
#[utoipa::path(post, path = "/api/v1/bookings/{booking}/refuse", tag = "bookings", request_body = Reasoned,
    params(("booking" = String, Path, description = "id of the booking")),
    responses((status = 204, description = "refused"), (status = 409, description = "it was decided meanwhile")))]
pub(super) async fn refuse(
    ctx: Ctx,
    At(booking): At<RoomBookingId>,
    web::Json(body): web::Json<Reasoned>,
) -> AppResult<StatusCode> {
    actions::refuse(&ctx, booking, body.version, &body.reason)
        .await
        .map(done)
}

/// Takes a booking back: who asked for it, or who keeps the room.
#[utoipa::path(post, path = "/api/v1/bookings/{booking}/cancel", tag = "bookings", request_body = Reasoned,
    params(("booking" = String, Path, description = "id of the booking")),
    responses((status = 204, description = "cancelled"), (status = 409, description = "it has ended meanwhile")))]
pub(super) async fn cancel(
    ctx: Ctx,
    At(booking): At<RoomBookingId>,
    web::Json(body): web::Json<Reasoned>,
) -> AppResult<StatusCode> {
    actions::cancel(&ctx, booking, body.version, &body.reason)
        .await
        .map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(rooms, list, get, request, approve, refuse, cancel))]
pub struct BookingsApi;
