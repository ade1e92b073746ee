//! Certificates for programs: of the staff, and of anybody who checks one.

use super::actions::{self, Brief, Checked, Facts};
use super::verify::Sender;
use crate::CertificateId;
use axum::http::StatusCode;
use axum::{Extension, Json};
use platform::api::{Asked, At, Listed, NoBody, Paging, done};
use platform::{AppError, AppResult, Ctx, Tries, web};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use teaching::ClassId;
use utoipa::ToSchema;

/// What anybody with the code gets to know of a certificate.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedJson {
    /// Whether it is valid; false when it was revoked.
    valid: bool,
    /// Its number in the school's register.
    number: String,
    /// Whose it is: surname and stars.
    name_masked: String,
    /// What it says.
    facts: Facts,
    /// Day of issue.
    issued_on: String,
    /// Day of revocation.
    revoked_on: Option<String>,
}

impl From<Checked> for CheckedJson {
    fn from(checked: Checked) -> Self {
        Self {
            valid: checked.revoked_on.is_none(),
            number: checked.number,
            name_masked: checked.name,
            facts: checked.facts,
            issued_on: checked.issued_on,
            revoked_on: checked.revoked_on,
        }
    }
}

/// A certificate as its staff see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CertificateJson {
    /// Its id.
    id: String,
    /// Its number in the school's register.
    number: String,
    /// Whose it is.
    name: String,
    /// What it says.
    facts: Facts,
    /// Day of issue.
    issued_on: String,
    /// Day of revocation; null while it is valid.
    revoked_on: Option<String>,
    /// Why it was revoked; only where one certificate is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoke_reason: Option<String>,
    /// The code by which anybody checks it.
    code: String,
}

impl From<Brief> for CertificateJson {
    fn from(brief: Brief) -> Self {
        Self {
            id: brief.id.to_string(),
            number: brief.number,
            name: brief.name,
            facts: brief.facts,
            issued_on: brief.issued_on,
            revoked_on: brief.revoked_on,
            revoke_reason: None,
            code: brief.code,
        }
    }
}

/// How many were issued.
#[derive(Debug, Serialize, ToSchema)]
pub struct Issued {
    /// Certificates that are new.
    issued: usize,
}

/// Why a certificate is revoked.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RevokeBody {
    /// Why, 2 to 200 characters; staff only see it.
    reason: String,
    /// Whether hours and completion are taken back too.
    #[serde(default)]
    with_hours: bool,
}

/// Checks a certificate by the code printed on it. Thirty wrong codes from one address in ten minutes stop it.
#[utoipa::path(get, path = "/api/v1/certificates/{code}", tag = "records",
    params(("code" = String, Path, description = "16 letters and digits; blanks, strokes and small letters are understood")),
    responses((status = 200, body = CheckedJson), (status = 404, description = "no such certificate"),
        (status = 429, description = "too many wrong codes")))]
pub(super) async fn check(
    ctx: Ctx,
    Extension(tries): Extension<Arc<Tries>>,
    Sender(sender): Sender,
    At(code): At<String>,
) -> AppResult<Json<CheckedJson>> {
    let found = actions::try_code(&ctx, &tries, &sender, &code).await?;
    found.map(|found| Json(found.into())).ok_or(AppError::NotFound)
}

/// The certificates of a class of your subtree, by number.
#[utoipa::path(get, path = "/api/v1/classes/{id}/certificates", tag = "records",
    params(("id" = String, Path, description = "id of the class"), Paging),
    responses((status = 200, body = Listed<CertificateJson>)))]
pub(super) async fn of_class(
    ctx: Ctx,
    At(class): At<ClassId>,
    asked: Asked,
) -> AppResult<Json<Listed<CertificateJson>>> {
    let part = asked.part()?;
    let found = actions::of_class(&ctx, class).await?;
    Ok(Json(part.of(found).map(CertificateJson::from)))
}

/// Issues a certificate for everybody who completed the class and has none.
#[utoipa::path(post, path = "/api/v1/classes/{id}/certificates", tag = "records",
    params(("id" = String, Path, description = "id of the class")),
    responses((status = 200, body = Issued)))]
pub(super) async fn issue(ctx: Ctx, At(class): At<ClassId>, _: NoBody) -> AppResult<Json<Issued>> {
    let issued = actions::issue(&ctx, class).await?;
    Ok(Json(Issued { issued }))
}

/// One certificate of your subtree.
#[utoipa::path(get, path = "/api/v1/desk/certificates/{id}", tag = "records",
    params(("id" = String, Path, description = "id of the certificate")),
    responses((status = 200, body = CertificateJson)))]
pub(super) async fn show(ctx: Ctx, At(id): At<CertificateId>) -> AppResult<Json<CertificateJson>> {
    let (brief, reason) = actions::show(&ctx, id).await?;
    let revoke_reason = Some(reason).filter(|_| !brief.is_valid());
    Ok(Json(CertificateJson {
        revoke_reason,
        ..brief.into()
    }))
}

/// Revokes a certificate; whoever checks it sees so at once.
#[utoipa::path(post, path = "/api/v1/desk/certificates/{id}/revoke", tag = "records", request_body = RevokeBody,
    params(("id" = String, Path, description = "id of the certificate")),
    responses((status = 204, description = "revoked"), (status = 409, description = "it was revoked already")))]
pub(super) async fn revoke(
    ctx: Ctx,
    At(id): At<CertificateId>,
    web::Json(body): web::Json<RevokeBody>,
) -> AppResult<StatusCode> {
    actions::revoke(&ctx, id, &body.reason, body.with_hours)
        .await
        .map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(check, of_class, issue, show, revoke))]
pub(crate) struct CertificatesApi;
