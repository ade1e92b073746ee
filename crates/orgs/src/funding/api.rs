//! JSON of funding.

use super::actions;
use super::model::{FundingLevel, LineDraft, LineState, PopulationKind, Purpose};
use super::store::LineRow;
use super::years::YearFigures;
use crate::BudgetLineId;
use crate::facts::Basis;
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{
    Asked, At, Created, Listed, Made, Moment, Paging, Reasoned, created, done, given, version,
};
use platform::{AppError, AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(FundingLevel, Purpose, PopulationKind, LineState);

/// A budget line as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineJson {
    /// Id.
    id: String,
    /// Id of the organisation that the money is for.
    org: String,
    /// The budget's year.
    year: i64,
    /// Who gives, by level.
    level: FundingLevel,
    /// What for.
    purpose: Purpose,
    /// What was budgeted, in fen.
    budgeted_fen: i64,
    /// What has been paid, in fen.
    paid_fen: i64,
    /// By whom an amount per head is measured.
    population: PopulationKind,
    /// Who pays.
    payer: String,
    /// Number of the document.
    document: String,
    /// What kind of figures these are.
    basis: Option<Basis>,
    /// Proof in words.
    proof: String,
    /// Whether it counts.
    state: LineState,
    /// Why this version was written.
    reason: String,
    /// When.
    recorded_at: Moment,
    /// Counts corrections.
    version: i64,
}

impl From<LineRow> for LineJson {
    fn from(row: LineRow) -> Self {
        Self {
            id: row.id.to_string(),
            org: row.org_id.to_string(),
            year: row.year,
            level: row.level,
            purpose: row.purpose,
            budgeted_fen: row.budgeted_fen,
            paid_fen: row.paid_fen,
            population: row.population,
            payer: row.payer,
            document: row.document,
            basis: row.basis.parse().ok(),
            proof: row.proof,
            state: row.state,
            reason: row.reason,
            recorded_at: row.recorded_at.into(),
            version: row.version,
        }
    }
}

/// A budget line with all its versions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineHistoryJson {
    /// As it stands.
    #[serde(flatten)]
    line: LineJson,
    /// The versions before.
    before: Vec<LineJson>,
}

/// A budget line to write or to correct.
#[derive(Debug, Deserialize, ToSchema)]
pub struct LineBody {
    /// The budget's year.
    year: i64,
    /// Who gives, by level.
    level: FundingLevel,
    /// What for.
    purpose: Purpose,
    /// What was budgeted, in fen.
    budgeted_fen: i64,
    /// What has been paid, in fen.
    paid_fen: i64,
    /// By whom an amount per head is measured.
    population: PopulationKind,
    /// Who pays, 2 to 60 characters.
    payer: String,
    /// Number of the document, up to 80 characters.
    #[serde(default)]
    document: String,
    /// What kind of figures these are.
    basis: Basis,
    /// Proof in words, 2 to 300 characters.
    proof: String,
    /// Why, to correct a line.
    #[serde(default)]
    reason: Option<String>,
    /// Version that you read, to correct a line.
    #[serde(default)]
    version: Option<i64>,
}

impl From<LineBody> for LineDraft {
    fn from(body: LineBody) -> Self {
        Self {
            year: body.year,
            level: body.level,
            purpose: body.purpose,
            budgeted_fen: body.budgeted_fen,
            paid_fen: body.paid_fen,
            population: body.population,
            payer: body.payer,
            document: body.document,
            basis: body.basis,
            proof: body.proof,
        }
    }
}

/// An amount per head.
#[derive(Debug, Serialize, ToSchema)]
pub struct PerHeadJson {
    /// By whom it is measured.
    population: PopulationKind,
    /// Fen for each, rounded.
    fen: i64,
    /// What public budgets give that is measured so, in fen.
    budgeted_fen: i64,
    /// How many people.
    people: i64,
    /// At the end of which year.
    counted_in: i64,
}

/// How one level matches another.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatchJson {
    /// Who has to match.
    level: FundingLevel,
    /// Whom.
    against: FundingLevel,
    /// What the first gives for each 100 of the other.
    hundredths: i64,
    /// Whether it is enough.
    met: bool,
}

/// The figures of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct FundingYearJson {
    /// The year.
    year: i64,
    /// All that was budgeted, in fen.
    budgeted_fen: i64,
    /// All that has been paid, in fen.
    paid_fen: i64,
    /// Growth of the budget over the year before in tenths of a percent.
    #[schema(required)]
    growth_tenths: Option<i64>,
    /// Per head, by population.
    per_head: Vec<PerHeadJson>,
    /// The match that a standard asks for.
    #[schema(required)]
    matching: Option<MatchJson>,
    /// What is not as it should be, in Chinese sentences.
    warnings: Vec<String>,
}

impl From<YearFigures> for FundingYearJson {
    fn from(year: YearFigures) -> Self {
        let per_head = year.per_head.into_iter().map(|one| PerHeadJson {
            population: one.population,
            fen: one.fen,
            budgeted_fen: one.budgeted_fen,
            people: one.people,
            counted_in: one.counted_in,
        });
        Self {
            year: year.year,
            budgeted_fen: year.budgeted_fen,
            paid_fen: year.paid_fen,
            growth_tenths: year.growth,
            per_head: per_head.collect(),
            matching: year.matching.map(|one| MatchJson {
                level: one.level,
                against: one.against,
                hundredths: one.hundredths,
                met: one.met,
            }),
            warnings: year.warnings,
        }
    }
}

/// The budget lines of an organisation as they stand, newest years first; withdrawn ones too.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/funding", tag = "funding",
    params(("org" = String, Path, description = "id of the organisation"), Paging),
    responses((status = 200, body = Listed<LineJson>)))]
pub(super) async fn list(ctx: Ctx, At(org): At<OrgId>, asked: Asked) -> AppResult<Json<Listed<LineJson>>> {
    let part = asked.part()?;
    let view = actions::get(&ctx, org).await?;
    Ok(Json(part.of(view.lines).map(LineJson::from)))
}

/// The figures of an organisation's subtree by year, newest first, with what they warn of.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/funding/years", tag = "funding",
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 200, body = Listed<FundingYearJson>)))]
pub(super) async fn years(ctx: Ctx, At(org): At<OrgId>) -> AppResult<Json<Listed<FundingYearJson>>> {
    let view = actions::get(&ctx, org).await?;
    Ok(Json(Listed::whole(
        view.years.into_iter().map(FundingYearJson::from),
    )))
}

/// One budget line with its versions.
#[utoipa::path(get, path = "/api/v1/funding/{line}", tag = "funding",
    params(("line" = String, Path, description = "id of the line")),
    responses((status = 200, body = LineHistoryJson)))]
pub(super) async fn get(ctx: Ctx, At(line): At<BudgetLineId>) -> AppResult<Json<LineHistoryJson>> {
    let (_, versions) = actions::line(&ctx, line).await?;
    let mut versions = versions.into_iter().map(LineJson::from);
    let line = versions.next().ok_or(AppError::NotFound)?;
    Ok(Json(LineHistoryJson {
        line,
        before: versions.collect(),
    }))
}

/// Writes a budget line.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/funding", tag = "funding", request_body = LineBody,
    params(("org" = String, Path, description = "id of the organisation that the money is for")),
    responses((status = 201, body = Made), (status = 409, description = "the organisation has ended")))]
pub(super) async fn create(
    ctx: Ctx,
    At(org): At<OrgId>,
    web::Json(body): web::Json<LineBody>,
) -> AppResult<Created> {
    actions::create(&ctx, org, body.into()).await.map(created)
}

/// Corrects a budget line with a reason; the versions before stay.
#[utoipa::path(put, path = "/api/v1/funding/{line}", tag = "funding", request_body = LineBody,
    params(("line" = String, Path, description = "id of the line")),
    responses((status = 204, description = "corrected"), (status = 409, description = "withdrawn, or somebody corrected it meanwhile")))]
pub(super) async fn correct(
    ctx: Ctx,
    At(line): At<BudgetLineId>,
    web::Json(body): web::Json<LineBody>,
) -> AppResult<StatusCode> {
    let version = version(body.version)?;
    let reason = given(body.reason.clone(), "reason")?;
    actions::correct(&ctx, line, body.into(), &reason, version)
        .await
        .map(done)
}

/// Withdraws a budget line that should not be.
#[utoipa::path(post, path = "/api/v1/funding/{line}/withdraw", tag = "funding", request_body = Reasoned,
    params(("line" = String, Path, description = "id of the line")),
    responses((status = 204, description = "withdrawn"), (status = 409, description = "withdrawn, or somebody corrected it meanwhile")))]
pub(super) async fn withdraw(
    ctx: Ctx,
    At(line): At<BudgetLineId>,
    web::Json(body): web::Json<Reasoned>,
) -> AppResult<StatusCode> {
    actions::withdraw(&ctx, line, &body.reason, body.version)
        .await
        .map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, years, get, create, correct, withdraw))]
pub struct FundingApi;
