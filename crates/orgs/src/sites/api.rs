//! JSON of places where people learn, for everybody.

use super::SiteFilter;
use super::actions;
use crate::facts::FactsJson;
use crate::rooms::RoomJson;
use crate::tree::{OrgJson, OrgKind, Place};
use axum::Json;
use kernel::OrgId;
use platform::api::{Asked, At, Listed, Paging};
use platform::{AppResult, Ctx};
use serde::Serialize;
use utoipa::ToSchema;

/// A place on a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceJson {
    /// Id of the institution.
    id: String,
    /// Kind.
    kind: OrgKind,
    /// Whole name.
    name: String,
    /// Street address.
    address: String,
    /// Telephone.
    phone: String,
    /// Opening hours in words.
    hours: String,
    /// Id of the street it lies in.
    street: Option<String>,
    /// The street's name.
    street_name: String,
    /// Longitude in WGS-84 degrees.
    lng: Option<f64>,
    /// Latitude in WGS-84 degrees.
    lat: Option<f64>,
    /// Whether one gets in without a step.
    step_free: bool,
    /// Whether there is a toilet for wheelchair users.
    accessible_toilet: bool,
    /// Whether there is a lift.
    lift: bool,
    /// Whether there is a hearing loop.
    hearing_loop: bool,
}

impl From<Place> for PlaceJson {
    fn from(place: Place) -> Self {
        Self {
            id: place.id.to_string(),
            kind: place.kind,
            street: place.street.map(|street| street.to_string()),
            lng: place.point.map(kernel::Point::lng),
            lat: place.point.map(kernel::Point::lat),
            name: place.name,
            address: place.address,
            phone: place.phone,
            hours: place.hours,
            street_name: place.street_name,
            step_free: place.step_free,
            accessible_toilet: place.accessible_toilet,
            lift: place.lift,
            hearing_loop: place.hearing_loop,
        }
    }
}

/// A place with its facts and rooms.
#[derive(Debug, Serialize, ToSchema)]
pub struct SiteJson {
    #[serde(flatten)]
    org: OrgJson,
    /// Those above it, from the root down.
    above: Vec<OrgJson>,
    /// Its facts.
    facts: FactsJson,
    /// Its rooms in use, by name.
    rooms: Vec<RoomJson>,
}

/// Open public institutions where people learn, by name.
#[utoipa::path(get, path = "/api/v1/sites", tag = "sites",
    params(("q" = Option<String>, Query, description = "part of the name, its pinyin or initials, or of the address"),
        ("street" = Option<String>, Query, description = "id of a street"),
        ("kind" = Option<OrgKind>, Query, description = "only this kind"),
        ("step_free" = Option<bool>, Query, description = "only where one gets in without a step"), Paging),
    responses((status = 200, body = Listed<PlaceJson>), (status = 422, description = "a filter cannot be read")))]
pub(super) async fn list(ctx: Ctx, asked: Asked) -> AppResult<Json<Listed<PlaceJson>>> {
    let filter = SiteFilter {
        q: asked.text("q"),
        street: asked.id("street")?,
        kind: asked.word("kind", OrgKind::ALL, OrgKind::as_str)?,
        step_free: asked.flag("step_free")?,
    };
    let part = asked.part()?;
    let (found, _) = actions::list(&ctx, &filter).await?;
    Ok(Json(part.of(found).map(PlaceJson::from)))
}

/// One place with its facts and rooms.
#[utoipa::path(get, path = "/api/v1/sites/{org}", tag = "sites",
    params(("org" = String, Path, description = "id of the institution")),
    responses((status = 200, body = SiteJson)))]
pub(super) async fn get(ctx: Ctx, At(org): At<OrgId>) -> AppResult<Json<SiteJson>> {
    let site = actions::get(&ctx, org).await?;
    Ok(Json(SiteJson {
        facts: FactsJson::of(site.facts, site.version),
        org: site.org.into(),
        above: site.above.into_iter().map(OrgJson::from).collect(),
        rooms: site.rooms.into_iter().map(RoomJson::from).collect(),
    }))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, get))]
pub struct SitesApi;
