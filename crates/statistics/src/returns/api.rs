//! JSON of returns.

use super::actions::{self, Keep, Shown, Typed};
use super::lifecycle::{self, Remark};
use super::model::{Origin, ReturnStatus};
use crate::number::Number;
use crate::{AmendmentId, Measures, ReturnId, VersionId};
use axum::Extension;
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use metrics::Period;
use platform::api::{Asked, At, Created, Day, Listed, Made, Named, Paging, Ref, Seen, created, done};
use platform::{AppError, AppResult, Ctx, FieldError, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody who is expected to file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExpectedJson {
    /// The org.
    org: Named,
    /// Deadline.
    due_on: Day,
    /// Id of the return; null while nobody has opened it.
    #[schema(required)]
    id: Option<String>,
    /// How far it is.
    #[schema(required)]
    status: Option<ReturnStatus>,
    /// Days past the deadline.
    #[schema(required)]
    days_late: Option<i32>,
}

/// A cell of a return.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellJson {
    /// Code.
    element: String,
    /// Row and column.
    label: String,
    /// Unit.
    unit: String,
    /// The value as decimal text; null while it is empty.
    #[schema(required)]
    value: Option<String>,
    /// What the machine says.
    #[schema(required)]
    machine: Option<String>,
    /// Why the machine says nothing, or not all.
    machine_note: String,
    /// Where the value comes from.
    origin: Origin,
    /// Why it differs.
    reason: String,
    /// Whether it was sent back, and with which remark.
    open: bool,
    /// What the level above asked.
    remark: String,
    /// Hash of its content.
    hash: String,
    /// Whether it is other than when it was approved last.
    changed_since_approval: bool,
    /// Counts changes; to be sent back when it is saved.
    version: i64,
}

/// A return.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnJson {
    /// Id.
    id: String,
    /// The org.
    org: Named,
    /// Id of the version of the dataset.
    version_id: String,
    /// Period: `2026`, `2026-09`, `2026-Q3`, `2026-H1`, `2026-S`.
    period: String,
    /// How far it is.
    status: ReturnStatus,
    /// Deadline.
    due_on: Day,
    /// Counts changes of the return as a whole.
    version: i64,
    /// Cells in the order of the form.
    cells: Vec<CellJson>,
    /// What is to be mended, and what asks for an explanation; the field is the cell.
    issues: Vec<FieldError>,
}

impl From<Shown> for ReturnJson {
    fn from(shown: Shown) -> Self {
        let filled = &shown.filled;
        let text = |value: Option<i64>| value.map(|value| Number::from_raw(value).to_string());
        let cells = filled
            .form
            .elements
            .iter()
            .zip(&filled.cells)
            .map(|(element, cell)| CellJson {
                element: element.code.clone(),
                label: element.label(),
                unit: element.unit.clone(),
                value: text(cell.value),
                machine: text(cell.machine),
                machine_note: cell.machine_note.clone(),
                origin: cell.origin,
                reason: cell.reason.clone(),
                open: cell.open,
                remark: cell.remark.clone(),
                hash: cell.hash.clone(),
                changed_since_approval: cell.is_new(),
                version: cell.version,
            });
        let issues = filled.issues().into_iter().map(|issue| FieldError {
            field: issue.cells.first().cloned().unwrap_or_default(),
            sentence: issue.sentence,
        });
        Self {
            cells: cells.collect(),
            issues: issues.collect(),
            id: filled.row.id.to_string(),
            version_id: filled.row.dataset_version_id.to_string(),
            period: filled.row.period.clone(),
            status: filled.row.status,
            due_on: filled.row.due_on.into(),
            version: filled.row.version,
            org: Named::new(shown.org.id, shown.org.name),
        }
    }
}

/// A return to open.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReturnOpenBody {
    /// Id of the version of the dataset.
    #[schema(value_type = String)]
    version: Ref<VersionId>,
    /// The org.
    #[schema(value_type = String)]
    org: Ref<OrgId>,
    /// Period.
    period: String,
}

/// A cell to save.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TypedJson {
    /// Code.
    element: String,
    /// The number as text; empty takes the machine's.
    #[serde(default)]
    value: String,
    /// Why it differs; what stands there stays when missing.
    #[serde(default)]
    reason: Option<String>,
    /// Version of the cell that you read.
    version: i64,
}

/// Cells to save.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SaveBody {
    /// The cells.
    cells: Vec<TypedJson>,
    /// Nothing is kept when one cell is wrong.
    #[serde(default)]
    all_or_nothing: bool,
}

/// What came of saving.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedJson {
    /// Cells that hold something else now.
    changed: usize,
    /// Cells that were not kept, and why.
    unsaved: Vec<FieldError>,
}

/// A return to file.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FileBody {
    /// What is to be explained.
    #[serde(default)]
    note: String,
    /// Version that you read.
    version: i64,
}

/// What is asked of a cell.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RemarkJson {
    /// Code.
    element: String,
    /// What is to be looked at, 2 to 200 letters.
    remark: String,
}

/// Cells to send back.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SendBackBody {
    /// The cells.
    cells: Vec<RemarkJson>,
    /// Version that you read.
    version: i64,
}

/// A written request.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AmendmentBody {
    /// Codes of cells.
    elements: Vec<String>,
    /// Why.
    reason: String,
}

/// An answer to a request.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AnswerBody {
    /// Whether it is granted.
    grant: bool,
    /// What is answered; needed when it is not.
    #[serde(default)]
    answer: String,
}

fn period(text: &str) -> AppResult<Period> {
    text.parse()
        .map_err(|sentence: String| AppError::invalid("period", sentence))
}

/// Who is expected to file a dataset for a period, and how far they are.
#[utoipa::path(get, path = "/api/v1/returns", tag = "statistics",
    params(("version" = Option<String>, Query, description = "id of the version; the first one when missing"),
        ("period" = Option<String>, Query, description = "period; the running one when missing"),
        ("status" = Option<String>, Query, description = "only returns of this status"), Paging),
    responses((status = 200, body = Listed<ExpectedJson>)))]
pub(super) async fn list(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    asked: Asked,
) -> AppResult<Json<Listed<ExpectedJson>>> {
    let part = asked.part()?;
    let status = asked.word("status", ReturnStatus::ALL, ReturnStatus::as_str)?;
    let when = match asked.text("period").as_str() {
        "" => None,
        text => Some(period(text)?),
    };
    let found = actions::overview(&ctx, &metrics, asked.id("version")?, when).await?;
    let mut rows = found.expected;
    if let Some(status) = status {
        rows.retain(|one| one.there.is_some_and(|(_, is)| is == status));
    }
    Ok(Json(part.of(rows).map(|one| ExpectedJson {
        org: Named::new(one.org, one.name),
        due_on: one.due_on.into(),
        id: one.there.map(|(id, _)| id.to_string()),
        status: one.there.map(|(_, status)| status),
        days_late: one.late,
    })))
}

/// Opens a return, filled; one that is open already is given.
#[utoipa::path(post, path = "/api/v1/returns", tag = "statistics", request_body = ReturnOpenBody,
    responses((status = 201, body = Made)))]
pub(super) async fn open(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    web::Json(body): web::Json<ReturnOpenBody>,
) -> AppResult<Created> {
    let when = period(&body.period)?;
    actions::open(&ctx, &metrics, body.version.0, body.org.0, when)
        .await
        .map(created)
}

/// One return with its cells.
#[utoipa::path(get, path = "/api/v1/returns/{return}", tag = "statistics",
    params(("return" = String, Path, description = "id of the return")),
    responses((status = 200, body = ReturnJson)))]
pub(super) async fn get(ctx: Ctx, At(id): At<ReturnId>) -> AppResult<Json<ReturnJson>> {
    let shown = actions::get(&ctx, id).await?;
    Ok(Json(shown.into()))
}

/// Saves cells. Cells that are wrong, or were changed by somebody else, are told and not kept.
#[utoipa::path(post, path = "/api/v1/returns/{return}/cells", tag = "statistics", request_body = SaveBody,
    params(("return" = String, Path, description = "id of the return")),
    responses((status = 200, body = SavedJson), (status = 409, description = "nothing may be changed now")))]
pub(super) async fn save(
    ctx: Ctx,
    At(id): At<ReturnId>,
    web::Json(body): web::Json<SaveBody>,
) -> AppResult<Json<SavedJson>> {
    let typed = body.cells.into_iter().map(|cell| Typed {
        element: cell.element,
        value: cell.value,
        reason: cell.reason,
        seen: cell.version,
    });
    let keep = if body.all_or_nothing {
        Keep::AllOrNothing
    } else {
        Keep::Good
    };
    let saved = actions::save(&ctx, id, typed.collect(), keep).await?;
    let unsaved = saved.unsaved.into_iter().map(|one| FieldError {
        field: one.typed.element,
        sentence: one.sentence,
    });
    Ok(Json(SavedJson {
        changed: saved.changed,
        unsaved: unsaved.collect(),
    }))
}

/// Takes up what the machine says now.
#[utoipa::path(post, path = "/api/v1/returns/{return}/refresh", tag = "statistics",
    params(("return" = String, Path, description = "id of the return")),
    responses((status = 204, description = "taken up")))]
pub(super) async fn refresh(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    At(id): At<ReturnId>,
    _: platform::api::NoBody,
) -> AppResult<StatusCode> {
    actions::refresh(&ctx, &metrics, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hands a return in.
#[utoipa::path(post, path = "/api/v1/returns/{return}/file", tag = "statistics", request_body = FileBody,
    params(("return" = String, Path, description = "id of the return")),
    responses((status = 204, description = "filed"), (status = 409, description = "what is to be mended first")))]
pub(super) async fn file(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    At(id): At<ReturnId>,
    web::Json(body): web::Json<FileBody>,
) -> AppResult<StatusCode> {
    lifecycle::file(&ctx, &metrics, id, &body.note, body.version)
        .await
        .map(done)
}

/// Finds a return in order.
#[utoipa::path(post, path = "/api/v1/returns/{return}/check", tag = "statistics", request_body = Seen,
    params(("return" = String, Path, description = "id of the return")),
    responses((status = 204, description = "checked"), (status = 409, description = "not now")))]
pub(super) async fn check(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    At(id): At<ReturnId>,
    web::Json(body): web::Json<Seen>,
) -> AppResult<StatusCode> {
    lifecycle::check(&ctx, &metrics, id, body.version).await.map(done)
}

/// Sends single cells back.
#[utoipa::path(post, path = "/api/v1/returns/{return}/send-back", tag = "statistics", request_body = SendBackBody,
    params(("return" = String, Path, description = "id of the return")),
    responses((status = 204, description = "sent back"), (status = 409, description = "not now")))]
pub(super) async fn send_back(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    At(id): At<ReturnId>,
    web::Json(body): web::Json<SendBackBody>,
) -> AppResult<StatusCode> {
    let remarks = body.cells.into_iter().map(|cell| Remark {
        element: cell.element,
        text: cell.remark,
    });
    lifecycle::send_back(&ctx, &metrics, id, remarks.collect(), body.version)
        .await
        .map(done)
}

/// Approves a return.
#[utoipa::path(post, path = "/api/v1/returns/{return}/approve", tag = "statistics", request_body = Seen,
    params(("return" = String, Path, description = "id of the return")),
    responses((status = 204, description = "approved"), (status = 409, description = "not now")))]
pub(super) async fn approve(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    At(id): At<ReturnId>,
    web::Json(body): web::Json<Seen>,
) -> AppResult<StatusCode> {
    lifecycle::approve(&ctx, &metrics, id, body.version)
        .await
        .map(done)
}

/// Fixes an approved return for ever.
#[utoipa::path(post, path = "/api/v1/returns/{return}/lock", tag = "statistics", request_body = Seen,
    params(("return" = String, Path, description = "id of the return")),
    responses((status = 204, description = "locked"), (status = 409, description = "not now")))]
pub(super) async fn lock(
    ctx: Ctx,
    At(id): At<ReturnId>,
    web::Json(body): web::Json<Seen>,
) -> AppResult<StatusCode> {
    lifecycle::lock(&ctx, id, body.version).await.map(done)
}

/// Asks in writing to change cells of what was filed.
#[utoipa::path(post, path = "/api/v1/returns/{return}/amendments", tag = "statistics", request_body = AmendmentBody,
    params(("return" = String, Path, description = "id of the return")),
    responses((status = 201, body = Made), (status = 409, description = "too late, or one waits")))]
pub(super) async fn ask_amendment(
    ctx: Ctx,
    At(id): At<ReturnId>,
    web::Json(body): web::Json<AmendmentBody>,
) -> AppResult<Created> {
    lifecycle::ask_amendment(&ctx, id, &body.elements, &body.reason)
        .await
        .map(created)
}

/// Answers a request.
#[utoipa::path(post, path = "/api/v1/amendments/{amendment}/answer", tag = "statistics", request_body = AnswerBody,
    params(("amendment" = String, Path, description = "id of the request")),
    responses((status = 204, description = "answered"), (status = 409, description = "too late, or answered")))]
pub(super) async fn answer_amendment(
    ctx: Ctx,
    At(id): At<AmendmentId>,
    web::Json(body): web::Json<AnswerBody>,
) -> AppResult<StatusCode> {
    lifecycle::answer_amendment(&ctx, id, body.grant, &body.answer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    list,
    open,
    get,
    save,
    refresh,
    file,
    check,
    send_back,
    approve,
    lock,
    ask_amendment,
    answer_amendment
))]
pub struct ReturnsApi;
