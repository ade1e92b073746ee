//! JSON of population.

use super::BandRow;
use super::actions;
use super::model::YearDraft;
use crate::facts::Basis;
use axum::Json;
use axum::http::StatusCode;
use kernel::{AgeBand, OrgId};
use platform::api::{At, Listed, done};
use platform::{AppError, AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Men and women of an age band.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BandJson {
    /// 0-17, 18-44, 45-59, 60-69, 70-79 or 80+.
    band: String,
    /// Men.
    male: i64,
    /// Women.
    female: i64,
}

/// The residents of an area at the end of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct YearJson {
    /// The year.
    year: i64,
    /// What kind of figures these are.
    basis: Option<Basis>,
    /// Which document they come from.
    source: String,
    /// The bands, youngest first.
    bands: Vec<BandJson>,
}

/// The figures of a year.
#[derive(Debug, Deserialize, ToSchema)]
pub struct YearBody {
    /// What kind of figures these are.
    basis: Basis,
    /// Which document they come from, 2 to 200 characters.
    source: String,
    /// All six bands.
    bands: Vec<BandJson>,
}

fn years(rows: Vec<BandRow>) -> Vec<YearJson> {
    let mut years: Vec<YearJson> = Vec::new();
    for row in rows {
        let band = BandJson {
            band: row.band,
            male: row.male,
            female: row.female,
        };
        match years.last_mut().filter(|last| last.year == row.year) {
            Some(year) => year.bands.push(band),
            None => years.push(YearJson {
                year: row.year,
                basis: row.basis.parse().ok(),
                source: row.source,
                bands: vec![band],
            }),
        }
    }
    years
}

/// The residents of an area by year, newest first, with the source of each year.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/population", tag = "orgs",
    params(("org" = String, Path, description = "id of the area")),
    responses((status = 200, body = Listed<YearJson>), (status = 409, description = "not an area")))]
pub(super) async fn list(ctx: Ctx, At(org): At<OrgId>) -> AppResult<Json<Listed<YearJson>>> {
    let (_, rows) = actions::get(&ctx, org).await?;
    Ok(Json(Listed::whole(years(rows))))
}

/// Writes a year of an area anew.
#[utoipa::path(put, path = "/api/v1/orgs/{org}/population/{year}", tag = "orgs", request_body = YearBody,
    params(("org" = String, Path, description = "id of the area"), ("year" = i64, Path, description = "at whose end was counted")),
    responses((status = 204, description = "written"), (status = 409, description = "not an area")))]
pub(super) async fn set(
    ctx: Ctx,
    At((org, year)): At<(OrgId, i64)>,
    web::Json(body): web::Json<YearBody>,
) -> AppResult<StatusCode> {
    let mut bands = Vec::with_capacity(body.bands.len());
    for (at, band) in body.bands.iter().enumerate() {
        let known = AgeBand::from_code(&band.band).ok_or_else(|| {
            let all: Vec<&str> = AgeBand::ALL.iter().map(|band| band.code()).collect();
            let sentence = format!("这里只能写 {}。", all.join("、"));
            AppError::invalid(&format!("bands[{at}].band"), sentence)
        })?;
        bands.push((known, band.male, band.female));
    }
    let draft = YearDraft {
        year,
        bands,
        basis: body.basis,
        source: body.source,
    };
    actions::set(&ctx, org, draft).await.map(done).map_err(in_body)
}

/// What is wrong with a figure, beside its place in the body.
fn in_body(error: AppError) -> AppError {
    let sexes = |at: usize| ["male", "female"].map(|sex| (at, sex));
    let places = (0..AgeBand::ALL.len()).flat_map(sexes);
    places.fold(error, |error, (at, sex)| {
        error.beside(&format!("{sex}_{at}"), &format!("bands[{at}].{sex}"))
    })
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, set))]
pub struct PopulationApi;
