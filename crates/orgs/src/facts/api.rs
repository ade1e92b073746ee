//! JSON of facts.

use super::actions;
use super::model::{Basis, FactsDraft};
use super::store::Facts;
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{At, done};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(Basis);

/// Facts of an institution that people come to, as they are read and written.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct FactsJson {
    /// Street address, at most 100 characters.
    #[serde(default)]
    address: String,
    /// Telephone as people dial it.
    #[serde(default)]
    phone: String,
    /// Opening hours in words, at most 100 characters.
    #[serde(default)]
    hours: String,
    /// A few sentences about the place, at most 600 characters.
    #[serde(default)]
    intro: String,
    /// How to get there, at most 300 characters.
    #[serde(default)]
    transport: String,
    /// Longitude in WGS-84 degrees; with `lat` or not at all.
    #[serde(default)]
    lng: Option<f64>,
    /// Latitude in WGS-84 degrees.
    #[serde(default)]
    lat: Option<f64>,
    /// Where the place comes from; passed over when written.
    #[serde(default)]
    #[schema(read_only)]
    place_basis: Option<Basis>,
    /// Floor area in square metres.
    #[serde(default)]
    floor_area_m2: Option<i64>,
    /// Whether one gets in without a step.
    #[serde(default)]
    step_free: bool,
    /// Whether there is a toilet for wheelchair users.
    #[serde(default)]
    accessible_toilet: bool,
    /// Whether there is a lift.
    #[serde(default)]
    lift: bool,
    /// Whether there is a hearing loop.
    #[serde(default)]
    hearing_loop: bool,
    /// Version of the organisation that you read; 409 when it was changed since.
    version: i64,
}

impl FactsJson {
    /// The facts as they are shown; those of a place without any are empty.
    pub(crate) fn of(facts: Option<Facts>, version: i64) -> Self {
        let Some(facts) = facts else {
            return Self {
                version,
                ..Self::default()
            };
        };
        let point = facts.point();
        Self {
            lng: point.map(kernel::Point::lng),
            lat: point.map(kernel::Point::lat),
            place_basis: facts.place_basis.parse().ok(),
            address: facts.address,
            phone: facts.phone,
            hours: facts.hours,
            intro: facts.intro,
            transport: facts.transport,
            floor_area_m2: facts.floor_area_m2,
            step_free: facts.step_free,
            accessible_toilet: facts.accessible_toilet,
            lift: facts.lift,
            hearing_loop: facts.hearing_loop,
            version,
        }
    }

    fn draft(self) -> FactsDraft {
        // One of the two alone is no place: the check says what a place looks like.
        let text = |degrees: Option<f64>| degrees.map(|degrees| degrees.to_string()).unwrap_or_default();
        let place = match (self.lng, self.lat) {
            (None, None) => String::new(),
            (lng, lat) => format!("{},{}", text(lng), text(lat)),
        };
        FactsDraft {
            address: self.address,
            phone: self.phone,
            hours: self.hours,
            intro: self.intro,
            transport: self.transport,
            place,
            floor_area_m2: self.floor_area_m2,
            step_free: self.step_free,
            accessible_toilet: self.accessible_toilet,
            lift: self.lift,
            hearing_loop: self.hearing_loop,
        }
    }
}

/// The facts of an institution; empty ones when none were written yet.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/facts", tag = "orgs",
    params(("org" = String, Path, description = "id of the institution")),
    responses((status = 200, body = FactsJson)))]
pub(super) async fn get(ctx: Ctx, At(org): At<OrgId>) -> AppResult<Json<FactsJson>> {
    let (facts, version) = actions::get(&ctx, org).await?;
    Ok(Json(FactsJson::of(facts, version)))
}

/// Writes the facts of an institution anew.
#[utoipa::path(put, path = "/api/v1/orgs/{org}/facts", tag = "orgs", request_body = FactsJson,
    params(("org" = String, Path, description = "id of the institution")),
    responses((status = 204, description = "written"),
        (status = 409, description = "an area, or it has ended, or somebody changed it meanwhile")))]
pub(super) async fn save(
    ctx: Ctx,
    At(org): At<OrgId>,
    web::Json(body): web::Json<FactsJson>,
) -> AppResult<StatusCode> {
    let version = body.version;
    let saved = actions::save(&ctx, org, body.draft(), version).await;
    saved.map(done).map_err(|error| error.beside("place", "lng"))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(get, save))]
pub struct FactsApi;
