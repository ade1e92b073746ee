//! Fees for programs.

use super::actions::{self, Fee, Taking};
use super::closing;
use super::ladder::Cause;
use super::model::{Kind, Method, Money, receipt_text};
use super::online;
use super::store::ClosingRow;
use super::store::{PostingRow, RefundRow};
use super::way_back::WayBack;
use crate::enrollments::api::{EnrollmentAnswer, IdempotencyKey};
use crate::seat_desk::SeatDesk;
use crate::{EnrollmentId, PostingId, RefundId};
use axum::http::{HeaderMap, StatusCode};
use kernel::OrgId;
use platform::api::{Asked, At, Listed, Moment, Paging};
use platform::payment::PayCall;
use platform::web::{Json, Shared};
use platform::{AppError, AppResult, Ctx};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The fee of an enrolment.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeeItem {
    /// The enrolment.
    #[schema(value_type = String)]
    pub enrollment: EnrollmentId,
    /// The class's name.
    pub class: String,
    /// The fee in fen.
    pub due_fen: i64,
    /// How it stands.
    pub money: Money,
    /// Until when the seat is kept unpaid; null when it is not.
    pub pay_by: Option<String>,
    /// What moved, oldest first.
    pub postings: Vec<PostingItem>,
    /// What goes back, oldest first.
    pub refunds: Vec<RefundItem>,
}

/// A step with money.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostingItem {
    /// Its id.
    #[schema(value_type = String)]
    pub id: PostingId,
    /// What it stands for.
    pub kind: Kind,
    /// By what money moved.
    pub method: Method,
    /// How much, in fen; negative for one that undoes another.
    pub amount_fen: i64,
    /// Number of its receipt.
    pub receipt: Option<String>,
    /// When it was made.
    pub at: Moment,
    /// Whether it was undone.
    pub undone: bool,
    /// Whether it can be undone now.
    pub can_undo: bool,
}

/// Money that goes back.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefundItem {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RefundId,
    /// Why.
    pub cause: Cause,
    /// How much, in fen.
    pub amount_fen: i64,
    /// open, paid, or nothing when nothing goes back.
    pub status: String,
    /// The ladder that gave the amount.
    pub ladder_version: String,
    /// When it was decided.
    pub created_at: Moment,
    /// Why it did not go back the way the fee was paid; nothing where it did.
    pub way_reason: Option<String>,
}

impl From<RefundRow> for RefundItem {
    fn from(row: RefundRow) -> Self {
        Self {
            id: row.id,
            cause: row.cause,
            amount_fen: row.amount_fen,
            status: row.status,
            ladder_version: row.ladder_version,
            created_at: row.created_at.into(),
            way_reason: row.way_reason,
        }
    }
}

fn posting(ctx: &Ctx, fee: &Fee, row: &PostingRow) -> PostingItem {
    let receipt = row.receipt_year.zip(row.receipt_number);
    PostingItem {
        id: row.id,
        kind: row.kind,
        method: row.method,
        amount_fen: row.amount_fen,
        receipt: receipt.map(|(year, number)| receipt_text(year, number)),
        at: row.at.into(),
        undone: row.reversed_by.is_some(),
        can_undo: fee.can_undo(row, ctx.now()),
    }
}

fn item(ctx: &Ctx, fee: Fee) -> FeeItem {
    FeeItem {
        enrollment: fee.row.id,
        due_fen: fee.row.due_fen,
        money: fee.row.money,
        pay_by: (fee.row.money == Money::Due)
            .then(|| fee.row.held_until.map(kernel::Instant::to_china_text))
            .flatten(),
        postings: fee.postings.iter().map(|row| posting(ctx, &fee, row)).collect(),
        class: fee.class.name,
        refunds: fee.refunds.into_iter().map(RefundItem::from).collect(),
    }
}

/// The caller's fees: of every enrolment with something to pay or paid, newest first.
#[utoipa::path(get, path = "/api/v1/me/fees", tag = "fees", params(Paging),
    responses((status = 200, body = Listed<FeeItem>)))]
pub async fn mine(ctx: Ctx, asked: Asked) -> AppResult<axum::Json<Listed<FeeItem>>> {
    let part = asked.part()?;
    let all = actions::mine(&ctx).await?;
    Ok(axum::Json(part.of(all).map(|fee| item(&ctx, fee))))
}

/// The fee of an enrolment: one's own, or one in the cashier's scope.
#[utoipa::path(get, path = "/api/v1/enrollments/{id}/fees", tag = "fees", params(("id" = String, Path, description = "The enrolment")),
    responses((status = 200, body = FeeItem), (status = 404, description = "None, or not the caller's")))]
pub async fn find(ctx: Ctx, At(id): At<EnrollmentId>) -> AppResult<axum::Json<FeeItem>> {
    let fee = match actions::show_own(&ctx, id).await {
        Err(AppError::NotFound) if ctx.can(platform::Permission::FeeTake) => {
            actions::show_within(&ctx, id).await?.0
        }
        other => other?,
    };
    Ok(axum::Json(item(&ctx, fee)))
}

/// By what a fee is taken.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TakeBody {
    /// cash, card or waiver.
    pub method: Method,
    /// Why, when it is waived.
    #[serde(default)]
    pub reason: String,
}

/// Takes or waives the fee of a kept seat, which becomes the person's.
#[utoipa::path(post, path = "/api/v1/enrollments/{id}/payments", tag = "fees", request_body = TakeBody, params(
    ("id" = String, Path, description = "The enrolment"),
    ("Idempotency-Key" = Option<String>, Header, description = "The same key gives the same answer")),
    responses((status = 201, body = EnrollmentAnswer), (status = 404, description = "None, or not in the scope"),
    (status = 409, description = "Nothing is due, or the time is over: problem+json")))]
pub async fn take(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    At(id): At<EnrollmentId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<TakeBody>,
) -> AppResult<(StatusCode, axum::Json<EnrollmentAnswer>)> {
    let taking = Taking {
        method: body.method,
        reason: body.reason,
        key,
    };
    let answer = actions::take(&ctx, &desk, id, taking).await?;
    Ok((StatusCode::CREATED, axum::Json(answer.into())))
}

/// Undoes a step with money: one's own payment on line, or a step in the cashier's scope; for ten minutes.
#[utoipa::path(post, path = "/api/v1/fee-postings/{id}/reversal", tag = "fees", params(("id" = String, Path, description = "The step")),
    responses((status = 200, body = FeeItem), (status = 404, description = "None, or not the caller's"),
    (status = 409, description = "Too late: problem+json")))]
pub async fn undo(ctx: Ctx, At(id): At<PostingId>) -> AppResult<axum::Json<FeeItem>> {
    let enrollment = actions::undo(&ctx, id).await?;
    find(ctx, At(enrollment)).await
}

/// By what a refund is paid.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RefundBody {
    /// cash, card or online; nothing said means the way the fee was paid.
    #[serde(default)]
    pub method: Option<Method>,
    /// Why not by the way the fee was paid; required for another way, 2 to 200 letters.
    #[serde(default)]
    pub reason: String,
}

/// Pays a refund back, the way the fee was paid; another way only with a reason.
#[utoipa::path(post, path = "/api/v1/fee-refunds/{id}/payment", tag = "fees", request_body = RefundBody, params(("id" = String, Path, description = "The refund")),
    responses((status = 201, body = RefundItem), (status = 404, description = "None, or not in the scope"),
    (status = 409, description = "Paid before: problem+json"),
    (status = 422, description = "Another way without a reason: problem+json")))]
pub async fn pay_refund(
    ctx: Ctx,
    At(id): At<RefundId>,
    Json(body): Json<RefundBody>,
) -> AppResult<(StatusCode, axum::Json<RefundItem>)> {
    let way = WayBack {
        method: body.method,
        reason: body.reason,
    };
    let refund = actions::pay_refund(&ctx, id, &way).await?;
    Ok((StatusCode::CREATED, axum::Json(refund.into())))
}

/// Where to pay on line.
#[derive(Debug, Serialize, ToSchema)]
pub struct BegunAnswer {
    /// Address of the provider's page.
    pub pay_url: String,
}

/// Begins to pay one's own fee on line.
#[utoipa::path(post, path = "/api/v1/enrollments/{id}/online-payments", tag = "fees", params(("id" = String, Path, description = "The enrolment")),
    responses((status = 201, body = BegunAnswer), (status = 404, description = "None, or not the caller's"),
    (status = 409, description = "Nothing is due: problem+json")))]
pub async fn begin(ctx: Ctx, At(id): At<EnrollmentId>) -> AppResult<(StatusCode, axum::Json<BegunAnswer>)> {
    let pay_url = online::begin(&ctx, id).await?;
    Ok((StatusCode::CREATED, axum::Json(BegunAnswer { pay_url })))
}

/// `POST /pay/callback`: what the provider tells. Its answer is 200 for whatever was understood, however it was decided.
pub(super) async fn callback(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> AppResult<StatusCode> {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let call = PayCall {
        timestamp: header("x-xuequan-timestamp"),
        nonce: header("x-xuequan-nonce"),
        signature: header("x-xuequan-signature"),
        body: &body,
    };
    let outcome = online::called(&ctx, &desk, &call).await?;
    tracing::info!(?outcome, "the provider of payments has called");
    Ok(StatusCode::OK)
}

/// A cashier's day that is closed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosingItem {
    /// The last day it covers.
    pub day: String,
    /// What the books said was in the drawer, in fen.
    pub cash_fen: i64,
    /// What was counted, in fen.
    pub counted_fen: i64,
    /// Why the two differ; empty when they do not.
    pub reason: String,
    /// When it was closed.
    pub closed_at: Moment,
}

impl From<ClosingRow> for ClosingItem {
    fn from(row: ClosingRow) -> Self {
        Self {
            day: row.day.to_string(),
            cash_fen: row.cash_fen,
            counted_fen: row.counted_fen,
            reason: row.reason,
            closed_at: row.closed_at.into(),
        }
    }
}

/// Closed days of an org, the last first.
#[utoipa::path(get, path = "/api/v1/orgs/{id}/fee-closings", tag = "fees", params(("id" = String, Path, description = "The org"), Paging),
    responses((status = 200, body = Listed<ClosingItem>), (status = 404, description = "None, or not in the scope")))]
pub async fn closings(
    ctx: Ctx,
    At(org): At<OrgId>,
    asked: Asked,
) -> AppResult<axum::Json<Listed<ClosingItem>>> {
    let part = asked.part()?;
    let rows = closing::of_org(&ctx, org, 1_000).await?;
    Ok(axum::Json(part.of(rows).map(ClosingItem::from)))
}

/// What was counted.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FeeCloseBody {
    /// Cash in the drawer, in fen.
    pub counted_fen: i64,
    /// Why it differs from the books, if it does.
    #[serde(default)]
    pub reason: String,
}

/// Counts the drawer and closes the days up to today.
#[utoipa::path(post, path = "/api/v1/orgs/{id}/fee-closings", tag = "fees", request_body = FeeCloseBody, params(("id" = String, Path, description = "The org")),
    responses((status = 201, body = ClosingItem), (status = 404, description = "None, or not in the scope"),
    (status = 409, description = "Closed before: problem+json"), (status = 422, description = "A difference without a reason")))]
pub async fn close(
    ctx: Ctx,
    At(org): At<OrgId>,
    Json(body): Json<FeeCloseBody>,
) -> AppResult<(StatusCode, axum::Json<ClosingItem>)> {
    let row = closing::close(&ctx, org, body.counted_fen, &body.reason).await?;
    Ok((StatusCode::CREATED, axum::Json(row.into())))
}

/// The API of fees.
#[derive(utoipa::OpenApi)]
#[openapi(paths(mine, find, take, undo, pay_refund, begin, closings, close))]
pub(crate) struct FeesApi;
