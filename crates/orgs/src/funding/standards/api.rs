//! JSON of standards of funding.

use super::super::model::{FundingLevel, PopulationKind};
use super::actions;
use super::model::{Demand, Matching, Standard};
use crate::FundingStandardId;
use crate::facts::Basis;
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{At, Created, Day, Listed, Made, Reasoned, created};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One level has to give so much for so much of another.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct MatchingJson {
    /// Who has to match.
    level: FundingLevel,
    /// Whom.
    against: FundingLevel,
    /// So many parts, 1 to 100.
    num: i64,
    /// For each so many of the other's, 1 to 100.
    den: i64,
}

/// A standard of funding.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandardJson {
    /// Id.
    id: String,
    /// Id of the jurisdiction.
    org: String,
    /// The jurisdiction's name.
    org_name: String,
    /// The first day.
    from_date: Day,
    /// Fen per head and year; null when the document states no amount.
    #[schema(required)]
    amount_fen: Option<i64>,
    /// Whose number the amount is measured by.
    population: PopulationKind,
    /// Who has to give it; null for all public budgets together.
    #[schema(required)]
    payer: Option<FundingLevel>,
    /// Whether no year may be below the one before.
    not_below_last_year: bool,
    /// The match, if one is asked for.
    #[schema(required)]
    matching: Option<MatchingJson>,
    /// Number or title of the document.
    document: String,
    /// Where it comes from.
    basis: Basis,
    /// The document's words.
    words: String,
    /// Counts changes.
    version: i64,
}

impl From<Standard> for StandardJson {
    fn from(standard: Standard) -> Self {
        let demand = standard.demand;
        Self {
            id: standard.id.to_string(),
            org: standard.org_id.to_string(),
            org_name: standard.org,
            from_date: demand.from_date.into(),
            amount_fen: demand.amount_fen,
            population: demand.population,
            payer: demand.payer,
            not_below_last_year: demand.not_below_last_year,
            matching: demand.matching.map(|rule| MatchingJson {
                level: rule.level,
                against: rule.against,
                num: rule.num,
                den: rule.den,
            }),
            document: demand.document,
            basis: demand.basis,
            words: demand.words,
            version: standard.version,
        }
    }
}

/// A standard to set.
#[derive(Debug, Deserialize, ToSchema)]
pub struct StandardBody {
    /// The first day.
    from_date: Day,
    /// Fen per head and year; leave it out when the document states no amount.
    #[serde(default)]
    amount_fen: Option<i64>,
    /// Whose number the amount is measured by.
    population: PopulationKind,
    /// Who has to give it; left out for all public budgets together.
    #[serde(default)]
    payer: Option<FundingLevel>,
    /// Whether no year may be below the one before.
    #[serde(default)]
    not_below_last_year: bool,
    /// The match, if one is asked for.
    #[serde(default)]
    matching: Option<MatchingJson>,
    /// Number or title of the document, 2 to 80 characters.
    document: String,
    /// Where it comes from.
    basis: Basis,
    /// The document's words, 2 to 300 characters.
    words: String,
}

/// The standards that hold for an organisation, its own and those from above, the nearest first.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/funding/standards", tag = "funding",
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 200, body = Listed<StandardJson>)))]
pub(super) async fn list(ctx: Ctx, At(org): At<OrgId>) -> AppResult<Json<Listed<StandardJson>>> {
    let view = actions::list(&ctx, org).await?;
    Ok(Json(Listed::whole(
        view.holding.into_iter().map(StandardJson::from),
    )))
}

/// Sets a standard of an area.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/funding/standards", tag = "funding", request_body = StandardBody,
    params(("org" = String, Path, description = "id of the area")),
    responses((status = 201, body = Made), (status = 409, description = "no area, or one that has ended")))]
pub(super) async fn set(
    ctx: Ctx,
    At(org): At<OrgId>,
    web::Json(body): web::Json<StandardBody>,
) -> AppResult<Created> {
    let demand = Demand {
        from_date: body.from_date.0,
        amount_fen: body.amount_fen,
        population: body.population,
        payer: body.payer,
        not_below_last_year: body.not_below_last_year,
        matching: body.matching.map(|rule| Matching {
            level: rule.level,
            against: rule.against,
            num: rule.num,
            den: rule.den,
        }),
        document: body.document,
        basis: body.basis,
        words: body.words,
    };
    let set = actions::set(&ctx, org, demand).await.map(created);
    set.map_err(|error| {
        let places = ["against", "num", "den"];
        places.iter().fold(error, |error, place| {
            error.beside(&format!("match_{place}"), &format!("matching.{place}"))
        })
    })
}

/// Takes a standard back.
#[utoipa::path(post, path = "/api/v1/funding-standards/{standard}/withdraw", tag = "funding", request_body = Reasoned,
    params(("standard" = String, Path, description = "id of the standard")),
    responses((status = 204, description = "withdrawn"), (status = 409, description = "withdrawn already")))]
pub(super) async fn withdraw(
    ctx: Ctx,
    At(standard): At<FundingStandardId>,
    web::Json(body): web::Json<Reasoned>,
) -> AppResult<StatusCode> {
    actions::withdraw(&ctx, standard, &body.reason, body.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, set, withdraw))]
pub struct StandardsApi;
