//! JSON of staffing.

use super::actions;
use super::model::{Counts, Draft, StaffKind};
use super::store::CountRow;
use crate::facts::Basis;
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{At, Day, Listed, Moment, done, version};
use platform::{AppError, AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(StaffKind);

/// How many of a kind.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CountsJson {
    /// What they do.
    kind: StaffKind,
    /// Full-time.
    full_time: i64,
    /// Part-time.
    part_time: i64,
}

/// A declaration of the staff of an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffingJson {
    /// Number of the declaration.
    serial: i64,
    /// The first day.
    valid_from: Day,
    /// The first day after; null while it goes on.
    #[schema(required)]
    valid_to: Option<Day>,
    /// Whether it counts; a corrected one does not.
    in_force: bool,
    /// All kinds.
    counts: Vec<CountsJson>,
    /// What kind of figures these are.
    basis: Option<Basis>,
    /// Which document or proof.
    source: String,
    /// Why it corrects another; empty when it does not.
    reason: String,
    /// When it was written.
    recorded_at: Moment,
    /// Declarations written so far; send it back as `version`.
    version: i64,
}

/// A declaration to write.
#[derive(Debug, Deserialize, ToSchema)]
pub struct StaffingBody {
    /// The first day; not in the future, and after the one of the declaration before.
    valid_from: Day,
    /// All four kinds, in order.
    counts: Vec<CountsJson>,
    /// What kind of figures these are.
    basis: Basis,
    /// Which document or proof, 2 to 200 characters.
    source: String,
    /// Declarations that you know of; 0 for the first.
    #[serde(default)]
    version: Option<i64>,
}

/// A declaration that corrects another.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CorrectionBody {
    /// All four kinds, in order.
    counts: Vec<CountsJson>,
    /// What kind of figures these are.
    basis: Basis,
    /// Which document or proof, 2 to 200 characters.
    source: String,
    /// Why, 2 to 200 characters.
    reason: String,
    /// Declarations that you know of.
    #[serde(default)]
    version: Option<i64>,
}

fn counts(body: Vec<CountsJson>) -> Vec<Counts> {
    let all = body.into_iter().map(|count| Counts {
        kind: count.kind,
        full_time: count.full_time,
        part_time: count.part_time,
    });
    all.collect()
}

fn declarations(rows: Vec<CountRow>, version: i64) -> Vec<StaffingJson> {
    let mut all: Vec<StaffingJson> = Vec::new();
    for row in rows {
        if all.last().is_none_or(|last| last.serial != row.serial) {
            all.push(StaffingJson {
                serial: row.serial,
                valid_from: row.valid_from.into(),
                valid_to: row.valid_to.map(Day),
                in_force: row.in_force,
                counts: Vec::new(),
                basis: row.basis.parse().ok(),
                source: row.source,
                reason: row.reason,
                recorded_at: row.recorded_at.into(),
                version,
            });
        }
        if let Some(last) = all.last_mut() {
            last.counts.push(CountsJson {
                kind: row.kind,
                full_time: row.full_time,
                part_time: row.part_time,
            });
        }
    }
    for one in &mut all {
        one.counts.sort_by_key(|count| count.kind);
    }
    all
}

/// All declarations of the staff of an organisation, newest days first, corrected ones after those that correct them.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/staffing", tag = "orgs",
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 200, body = Listed<StaffingJson>)))]
pub(super) async fn list(ctx: Ctx, At(org): At<OrgId>) -> AppResult<Json<Listed<StaffingJson>>> {
    let view = actions::get(&ctx, org).await?;
    let version = view.version();
    Ok(Json(Listed::whole(declarations(view.rows, version))))
}

/// Declares the staff of an organisation from a day on; the declaration before ends there.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/staffing", tag = "orgs", request_body = StaffingBody,
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 204, description = "declared"), (status = 409, description = "the organisation has ended, or somebody declared meanwhile")))]
pub(super) async fn declare(
    ctx: Ctx,
    At(org): At<OrgId>,
    web::Json(body): web::Json<StaffingBody>,
) -> AppResult<StatusCode> {
    let version = version(body.version)?;
    let draft = Draft {
        valid_from: body.valid_from.0,
        counts: counts(body.counts),
        basis: body.basis,
        source: body.source,
    };
    actions::declare(&ctx, org, draft, version)
        .await
        .map(done)
        .map_err(in_body)
}

/// Corrects a declaration that is in force; the wrong one stays to be seen.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/staffing/{serial}/correct", tag = "orgs", request_body = CorrectionBody,
    params(("org" = String, Path, description = "id of the organisation"), ("serial" = i64, Path, description = "number of the declaration")),
    responses((status = 204, description = "corrected"), (status = 409, description = "somebody declared meanwhile")))]
pub(super) async fn correct(
    ctx: Ctx,
    At((org, serial)): At<(OrgId, i64)>,
    web::Json(body): web::Json<CorrectionBody>,
) -> AppResult<StatusCode> {
    let version = version(body.version)?;
    let draft = Draft {
        // The action takes the day of the declaration that it corrects.
        valid_from: ctx.today(),
        counts: counts(body.counts),
        basis: body.basis,
        source: body.source,
    };
    actions::correct(&ctx, org, serial, draft, &body.reason, version)
        .await
        .map(done)
        .map_err(in_body)
}

/// What is wrong with a number, beside its place in the body.
fn in_body(error: AppError) -> AppError {
    let kinds = StaffKind::ALL.iter().enumerate();
    kinds.fold(error, |error, (at, kind)| {
        error
            .beside(
                &format!("full_{}", kind.as_str()),
                &format!("counts[{at}].full_time"),
            )
            .beside(
                &format!("part_{}", kind.as_str()),
                &format!("counts[{at}].part_time"),
            )
    })
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, declare, correct))]
pub struct StaffingApi;
