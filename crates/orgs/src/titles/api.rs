//! JSON of titles.

use super::TitleRow;
use super::actions::{self, Sent};
use super::model::{Holder, Status, TitleDraft, TitleKind, TitleLevel};
use crate::TitleId;
use crate::facts::Basis;
use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Date, OrgId};
use platform::api::{Asked, At, Created, Day, Listed, Made, Paging, created, done, version};
use platform::{AppError, AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(TitleLevel, TitleKind, Holder, Status);

/// The file that proves a title.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProofJson {
    /// Its name.
    name: String,
    /// Its content type.
    content_type: String,
    /// Its bytes.
    size: i64,
    /// SHA-256 of its content.
    sha256: String,
}

/// A title.
#[derive(Debug, Serialize, ToSchema)]
pub struct TitleJson {
    /// Id.
    id: String,
    /// Id of the organisation.
    org: String,
    /// What of the organisation holds it.
    holder: Holder,
    /// Name of the team or course; empty for the organisation itself.
    holder_name: String,
    /// The title.
    name: String,
    /// Who grants it, by level.
    level: TitleLevel,
    /// What is honoured.
    kind: TitleKind,
    /// Who granted it.
    granted_by: String,
    /// Number of the document.
    document: String,
    /// The day on which it was granted.
    granted_on: Day,
    /// The last day; null when it has no end.
    #[schema(required)]
    valid_to: Option<Day>,
    /// Where this comes from.
    basis: Option<Basis>,
    /// Whether it counts today.
    status: Status,
    /// The day on which it was taken back.
    #[schema(required)]
    revoked_on: Option<Day>,
    /// Why.
    revoke_reason: String,
    /// The file that proves it.
    #[schema(required)]
    proof: Option<ProofJson>,
    /// Counts changes.
    version: i64,
}

fn json(row: TitleRow, today: Date) -> TitleJson {
    TitleJson {
        id: row.id.to_string(),
        org: row.org_id.to_string(),
        status: row.status(today),
        holder: row.holder,
        holder_name: row.holder_name,
        name: row.name,
        level: row.level,
        kind: row.kind,
        granted_by: row.granted_by,
        document: row.document,
        granted_on: row.granted_on.into(),
        valid_to: row.valid_to.map(Day),
        basis: row.basis.parse().ok(),
        revoked_on: row.revoked_on.map(Day),
        revoke_reason: row.revoke_reason,
        proof: row.proof.map(|sha256| ProofJson {
            name: row.proof_name,
            content_type: row.proof_type,
            size: row.proof_size,
            sha256,
        }),
        version: row.version,
    }
}

/// A title to register or to change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TitleBody {
    /// What of the organisation holds it.
    holder: Holder,
    /// Name of the team or course, up to 60 characters; empty for the organisation itself.
    #[serde(default)]
    holder_name: String,
    /// The title, 2 to 60 characters.
    name: String,
    /// Who grants it, by level.
    level: TitleLevel,
    /// What is honoured.
    kind: TitleKind,
    /// Who granted it, 2 to 60 characters.
    granted_by: String,
    /// Number of the document, up to 80 characters.
    #[serde(default)]
    document: String,
    /// The day on which it was granted; not in the future.
    granted_on: Day,
    /// The last day; left out when it has no end.
    #[serde(default)]
    valid_to: Option<Day>,
    /// Where this comes from.
    basis: Basis,
    /// Version that you read, to change a title.
    #[serde(default)]
    version: Option<i64>,
}

impl From<TitleBody> for TitleDraft {
    fn from(body: TitleBody) -> Self {
        Self {
            holder: body.holder,
            holder_name: body.holder_name,
            name: body.name,
            level: body.level,
            kind: body.kind,
            granted_by: body.granted_by,
            document: body.document,
            granted_on: body.granted_on.0,
            valid_to: body.valid_to.map(|day| day.0),
            basis: body.basis,
        }
    }
}

/// A title that was taken back.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TitleRevokeBody {
    /// From this day on; not in the future.
    revoked_on: Day,
    /// Why, 2 to 200 characters.
    reason: String,
    /// Version of the title that you read; 409 when it was changed since.
    version: i64,
}

/// A proof, as a form with a file.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `web::Upload` reads")]
pub struct ProofForm {
    /// A PDF, JPEG or PNG file.
    #[schema(format = Binary, value_type = String)]
    file: String,
    /// Version of the title that you read; 409 when it was changed since.
    version: i64,
}

/// The titles of an organisation, the latest first.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/titles", tag = "titles",
    params(("org" = String, Path, description = "id of the organisation"), Paging),
    responses((status = 200, body = Listed<TitleJson>)))]
pub(super) async fn list(ctx: Ctx, At(org): At<OrgId>, asked: Asked) -> AppResult<Json<Listed<TitleJson>>> {
    let part = asked.part()?;
    let (_, titles) = actions::list(&ctx, org).await?;
    Ok(Json(part.of(titles).map(|row| json(row, ctx.today()))))
}

/// One title.
#[utoipa::path(get, path = "/api/v1/titles/{title}", tag = "titles",
    params(("title" = String, Path, description = "id of the title")),
    responses((status = 200, body = TitleJson)))]
pub(super) async fn get(ctx: Ctx, At(title): At<TitleId>) -> AppResult<Json<TitleJson>> {
    let (_, row) = actions::get(&ctx, title).await?;
    Ok(Json(json(row, ctx.today())))
}

/// Registers a title; its proof is sent after it.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/titles", tag = "titles", request_body = TitleBody,
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 201, body = Made)))]
pub(super) async fn register(
    ctx: Ctx,
    At(org): At<OrgId>,
    web::Json(body): web::Json<TitleBody>,
) -> AppResult<Created> {
    actions::register(&ctx, org, body.into(), None).await.map(created)
}

/// Changes a title.
#[utoipa::path(put, path = "/api/v1/titles/{title}", tag = "titles", request_body = TitleBody,
    params(("title" = String, Path, description = "id of the title")),
    responses((status = 204, description = "changed"), (status = 409, description = "revoked, or somebody changed it meanwhile")))]
pub(super) async fn change(
    ctx: Ctx,
    At(title): At<TitleId>,
    web::Json(body): web::Json<TitleBody>,
) -> AppResult<StatusCode> {
    let version = version(body.version)?;
    actions::change(&ctx, title, body.into(), version).await.map(done)
}

/// Notes that a title was taken back.
#[utoipa::path(post, path = "/api/v1/titles/{title}/revoke", tag = "titles", request_body = TitleRevokeBody,
    params(("title" = String, Path, description = "id of the title")),
    responses((status = 204, description = "revoked"), (status = 409, description = "revoked already, or somebody changed it meanwhile")))]
pub(super) async fn revoke(
    ctx: Ctx,
    At(title): At<TitleId>,
    web::Json(body): web::Json<TitleRevokeBody>,
) -> AppResult<StatusCode> {
    actions::revoke(&ctx, title, body.revoked_on.0, &body.reason, body.version)
        .await
        .map(done)
}

/// The file that proves a title.
#[utoipa::path(get, path = "/api/v1/titles/{title}/proof", tag = "titles",
    params(("title" = String, Path, description = "id of the title")),
    responses((status = 200, description = "the file", content_type = "application/octet-stream", body = Vec<u8>), (status = 404, description = "no such title, or it has no proof")))]
pub(super) async fn proof(ctx: Ctx, At(title): At<TitleId>) -> AppResult<Response> {
    let (row, bytes) = actions::proof(&ctx, title).await?;
    Ok(ui::respond::download(bytes, &row.proof_name, &row.proof_type))
}

/// Sends the file that proves a title, in place of the one before.
#[utoipa::path(post, path = "/api/v1/titles/{title}/proof", tag = "titles",
    request_body(content = ProofForm, content_type = "multipart/form-data"),
    params(("title" = String, Path, description = "id of the title")),
    responses((status = 204, description = "kept"), (status = 409, description = "revoked, or somebody changed it meanwhile"), (status = 413, description = "too large")))]
pub(super) async fn prove(ctx: Ctx, At(title): At<TitleId>, upload: web::Upload) -> AppResult<StatusCode> {
    let version = version(upload.fields.get("version").parse().ok())?;
    if upload.bytes.is_empty() {
        return Err(AppError::invalid("file", "没有收到文件，或者文件是空的。"));
    }
    let sent = Sent {
        name: upload.name,
        bytes: upload.bytes,
    };
    actions::prove(&ctx, title, sent, version).await.map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, get, register, change, revoke, proof, prove))]
pub struct TitlesApi;
