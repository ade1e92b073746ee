//! JSON of rooms.

use super::RoomRow;
use super::actions;
use super::model::{Facility, RoomDraft};
use crate::RoomId;
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{Asked, At, Created, Listed, Made, Paging, Reasoned, Seen, created, done, version};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(Facility);

/// A room.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomJson {
    /// Id.
    id: String,
    /// Id of the institution.
    org: String,
    /// Name.
    name: String,
    /// Floor in words.
    floor: String,
    /// Seats.
    seats: i64,
    /// Area in square metres.
    area_m2: i64,
    /// Facilities.
    facilities: Vec<Facility>,
    /// Facilities in words.
    facility_names: Vec<String>,
    /// Whether one gets there without a step.
    step_free: bool,
    /// Whether others may book it.
    open_to_others: bool,
    /// Whether it is in use.
    active: bool,
    /// Counts changes.
    version: i64,
}

impl From<RoomRow> for RoomJson {
    fn from(row: RoomRow) -> Self {
        let names = Facility::words(&row.facilities).into_iter();
        Self {
            id: row.id.to_string(),
            org: row.org_id.to_string(),
            facilities: Facility::stored(&row.facilities).collect(),
            facility_names: names.map(str::to_owned).collect(),
            name: row.name,
            floor: row.floor,
            seats: row.seats,
            area_m2: row.area_m2,
            step_free: row.step_free,
            open_to_others: row.open_to_others,
            active: row.active,
            version: row.version,
        }
    }
}

/// A room to register or to change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RoomBody {
    /// Name, 1 to 30 characters; no other room of the institution has it.
    name: String,
    /// Floor in words.
    #[serde(default)]
    floor: String,
    /// Seats.
    seats: i64,
    /// Area in square metres.
    area_m2: i64,
    /// Facilities.
    #[serde(default)]
    facilities: Vec<Facility>,
    /// Whether one gets there without a step.
    #[serde(default)]
    step_free: bool,
    /// Whether others may book it.
    #[serde(default)]
    open_to_others: bool,
    /// Version that you read, to change a room.
    #[serde(default)]
    version: Option<i64>,
}

impl From<RoomBody> for RoomDraft {
    fn from(body: RoomBody) -> Self {
        Self {
            name: body.name,
            floor: body.floor,
            seats: body.seats,
            area_m2: body.area_m2,
            facilities: body.facilities,
            step_free: body.step_free,
            open_to_others: body.open_to_others,
        }
    }
}

/// The rooms in use of a public institution, by name.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/rooms", tag = "rooms",
    params(("org" = String, Path, description = "id of the institution"), Paging),
    responses((status = 200, body = Listed<RoomJson>)))]
pub(super) async fn list(ctx: Ctx, At(org): At<OrgId>, asked: Asked) -> AppResult<Json<Listed<RoomJson>>> {
    let part = asked.part()?;
    let rooms = actions::list_public(&ctx, org).await?;
    Ok(Json(part.of(rooms).map(RoomJson::from)))
}

/// All rooms of an institution for its staff, those in use first.
#[utoipa::path(get, path = "/api/v1/desk/orgs/{org}/rooms", tag = "rooms",
    params(("org" = String, Path, description = "id of the institution"), Paging),
    responses((status = 200, body = Listed<RoomJson>)))]
pub(super) async fn list_all(
    ctx: Ctx,
    At(org): At<OrgId>,
    asked: Asked,
) -> AppResult<Json<Listed<RoomJson>>> {
    let part = asked.part()?;
    let (_, rooms) = actions::list(&ctx, org).await?;
    Ok(Json(part.of(rooms).map(RoomJson::from)))
}

/// One room, for staff.
#[utoipa::path(get, path = "/api/v1/rooms/{room}", tag = "rooms",
    params(("room" = String, Path, description = "id of the room")),
    responses((status = 200, body = RoomJson)))]
pub(super) async fn get(ctx: Ctx, At(room): At<RoomId>) -> AppResult<Json<RoomJson>> {
    let (_, room) = actions::get(&ctx, room).await?;
    Ok(Json(room.into()))
}

/// Registers a room.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/rooms", tag = "rooms", request_body = RoomBody,
    params(("org" = String, Path, description = "id of the institution")),
    responses((status = 201, body = Made), (status = 409, description = "an area, or an institution that has ended")))]
pub(super) async fn create(
    ctx: Ctx,
    At(org): At<OrgId>,
    web::Json(body): web::Json<RoomBody>,
) -> AppResult<Created> {
    actions::create(&ctx, org, body.into()).await.map(created)
}

/// Changes a room.
#[utoipa::path(put, path = "/api/v1/rooms/{room}", tag = "rooms", request_body = RoomBody,
    params(("room" = String, Path, description = "id of the room")),
    responses((status = 204, description = "changed"), (status = 409, description = "somebody changed it meanwhile")))]
pub(super) async fn change(
    ctx: Ctx,
    At(room): At<RoomId>,
    web::Json(body): web::Json<RoomBody>,
) -> AppResult<StatusCode> {
    let version = version(body.version)?;
    actions::change(&ctx, room, body.into(), version).await.map(done)
}

/// Takes a room out of use.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/retire", tag = "rooms", request_body = Reasoned,
    params(("room" = String, Path, description = "id of the room")),
    responses((status = 204, description = "out of use"), (status = 409, description = "somebody changed it meanwhile")))]
pub(super) async fn retire(
    ctx: Ctx,
    At(room): At<RoomId>,
    web::Json(body): web::Json<Reasoned>,
) -> AppResult<StatusCode> {
    actions::retire(&ctx, room, &body.reason, body.version)
        .await
        .map(done)
}

/// Takes a room back into use.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/restore", tag = "rooms", request_body = Seen,
    params(("room" = String, Path, description = "id of the room")),
    responses((status = 204, description = "in use"), (status = 409, description = "somebody changed it meanwhile")))]
pub(super) async fn restore(
    ctx: Ctx,
    At(room): At<RoomId>,
    web::Json(body): web::Json<Seen>,
) -> AppResult<StatusCode> {
    actions::restore(&ctx, room, body.version).await.map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, list_all, get, create, change, retire, restore))]
pub struct RoomsApi;
