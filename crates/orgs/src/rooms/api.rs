//! JSON of rooms.

use super::RoomRow;
use super::actions;
use super::model::Facility;
use crate::tree::id_in_path;
use axum::Json;
use axum::extract::Path;
use platform::{AppResult, Ctx};
use serde::Serialize;
use utoipa::ToSchema;

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
    /// Facilities in words.
    facilities: Vec<String>,
    /// Whether one gets there without a step.
    step_free: bool,
    /// Whether others may book it.
    open_to_others: bool,
}

impl From<RoomRow> for RoomJson {
    fn from(row: RoomRow) -> Self {
        Self {
            id: row.id.to_string(),
            org: row.org_id.to_string(),
            facilities: Facility::words(&row.facilities)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            name: row.name,
            floor: row.floor,
            seats: row.seats,
            area_m2: row.area_m2,
            step_free: row.step_free,
            open_to_others: row.open_to_others,
        }
    }
}

/// A list of rooms; never more than one page.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomList {
    /// The rooms in use, by name.
    items: Vec<RoomJson>,
    /// Always null: all rooms are on this page.
    next: Option<String>,
}

/// The rooms in use of a public institution.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/rooms", tag = "orgs",
    params(("org" = String, Path, description = "id of the institution")),
    responses((status = 200, body = RoomList), (status = 404, description = "no such public institution")))]
pub(super) async fn list(ctx: Ctx, Path(org): Path<String>) -> AppResult<Json<RoomList>> {
    let rooms = actions::list_public(&ctx, id_in_path(&org)?).await?;
    Ok(Json(RoomList {
        items: rooms.into_iter().map(RoomJson::from).collect(),
        next: None,
    }))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list), components(schemas(RoomList, RoomJson)))]
pub struct RoomsApi;
