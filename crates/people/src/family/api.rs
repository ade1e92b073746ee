//! Family links for programs.

use super::actions::{self, Helping};
use super::desk::{self, Recorded};
use super::model::{IdentityCheck, Relation, Standing};
use super::store::LinkRow;
use crate::FamilyLinkId;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::{Instant, PersonId};
use platform::api::{At, Created, Listed, NoBody, created, done};
use platform::{AppError, AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A family link.
#[derive(Debug, Serialize, ToSchema)]
pub struct FamilyLinkItem {
    /// Its id.
    id: String,
    /// `helper` where the person asked about acts for the other, `elder` where the other acts for them.
    side: &'static str,
    /// Id of the other; null for a request that was not confirmed.
    person: Option<String>,
    /// Name of the other, or the name that was typed.
    name: String,
    /// What the helper is to the elder.
    relation: Relation,
    /// How it stands, as far as the caller may know.
    state: Standing,
    /// First day without the link.
    valid_to: Option<String>,
}

impl From<Helping> for FamilyLinkItem {
    fn from(link: Helping) -> Self {
        Self {
            id: link.id.to_string(),
            side: "helper",
            person: link.elder.map(|elder| elder.to_string()),
            name: link.name,
            relation: link.relation,
            state: link.standing,
            valid_to: link.valid_to.map(|day| day.to_string()),
        }
    }
}

fn helped(row: LinkRow, now: Instant) -> FamilyLinkItem {
    FamilyLinkItem {
        id: row.id.to_string(),
        side: "elder",
        person: Some(row.helper_id.to_string()),
        state: row.standing(now),
        name: row.helper_name,
        relation: row.relation,
        valid_to: row.valid_to.map(|day| day.to_string()),
    }
}

/// For whom the caller wants to act.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FamilyAsk {
    /// Name of the elder.
    name: String,
    /// Their telephone.
    phone: String,
    /// What the caller is to them.
    relation: Relation,
}

/// What a clerk records for an elder at the counter.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FamilyRecord {
    /// Learner's number of the helper.
    number: String,
    /// What the helper is to the elder.
    relation: Relation,
    /// How the elder's identity was checked.
    check: IdentityCheck,
    /// Why at the counter, 2 to 200 characters.
    reason: String,
}

/// Why a clerk ends a link.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct FamilyEnd {
    /// The reason, 2 to 200 characters.
    reason: String,
}

/// One's family links, on both sides.
#[utoipa::path(get, path = "/api/v1/me/family", tag = "family", operation_id = "my_family",
    responses((status = 200, body = Listed<FamilyLinkItem>)))]
pub(super) async fn list(ctx: Ctx) -> AppResult<Json<Listed<FamilyLinkItem>>> {
    let mine = actions::mine(&ctx).await?;
    let now = ctx.now();
    let helped = mine.helped.into_iter().map(|row| helped(row, now));
    let helping = mine.helping.into_iter().map(FamilyLinkItem::from);
    Ok(Json(Listed::whole(helped.chain(helping))))
}

/// Asks to act for somebody; the answer is the same whether they are known or not.
#[utoipa::path(post, path = "/api/v1/me/family", tag = "family", operation_id = "ask_family", request_body = FamilyAsk,
    responses((status = 201, body = platform::api::Made), (status = 403, description = "from a token"),
        (status = 409, description = "too many links"), (status = 429, description = "too many requests today")))]
pub(super) async fn ask(ctx: Ctx, web::Json(body): web::Json<FamilyAsk>) -> AppResult<Created> {
    let made = actions::ask(&ctx, &body.name, &body.phone, body.relation).await;
    made.map(created)
}

/// Agrees to a request.
#[utoipa::path(post, path = "/api/v1/me/family/{id}/confirm", tag = "family", operation_id = "confirm_family",
    params(("id" = String, Path, description = "id of the request")),
    responses((status = 204, description = "agreed"), (status = 409, description = "over, or too many links")))]
pub(super) async fn confirm(ctx: Ctx, At(id): At<FamilyLinkId>, _: NoBody) -> AppResult<StatusCode> {
    actions::decide(&ctx, id, true).await.map(done)
}

/// Refuses a request; the helper is not told.
#[utoipa::path(post, path = "/api/v1/me/family/{id}/refuse", tag = "family", operation_id = "refuse_family",
    params(("id" = String, Path, description = "id of the request")),
    responses((status = 204, description = "refused"), (status = 409, description = "over")))]
pub(super) async fn refuse(ctx: Ctx, At(id): At<FamilyLinkId>, _: NoBody) -> AppResult<StatusCode> {
    actions::decide(&ctx, id, false).await.map(done)
}

/// Ends a link, or takes a request back.
#[utoipa::path(delete, path = "/api/v1/me/family/{id}", tag = "family", operation_id = "end_family",
    params(("id" = String, Path, description = "id of the link")),
    responses((status = 204, description = "ended")))]
pub(super) async fn end(ctx: Ctx, At(id): At<FamilyLinkId>, _: NoBody) -> AppResult<StatusCode> {
    actions::end(&ctx, id).await.map(done)
}

/// Who acts for a person in your scope, and whose requests wait.
#[utoipa::path(get, path = "/api/v1/people/{id}/family", tag = "family", operation_id = "family_of_person",
    params(("id" = String, Path, description = "id of the elder")),
    responses((status = 200, body = Listed<FamilyLinkItem>)))]
pub(super) async fn of_person(ctx: Ctx, At(id): At<PersonId>) -> AppResult<Json<Listed<FamilyLinkItem>>> {
    let (_, links) = desk::show(&ctx, id).await?;
    let now = ctx.now();
    Ok(Json(Listed::whole(links.into_iter().map(|row| helped(row, now)))))
}

/// Records at the counter that somebody acts for a person in your scope.
#[utoipa::path(post, path = "/api/v1/people/{id}/family", tag = "family", operation_id = "record_family",
    request_body = FamilyRecord, params(("id" = String, Path, description = "id of the elder")),
    responses((status = 201, body = platform::api::Made), (status = 409, description = "too many links, or oneself")))]
pub(super) async fn record(
    ctx: Ctx,
    At(id): At<PersonId>,
    web::Json(body): web::Json<FamilyRecord>,
) -> AppResult<Created> {
    let recorded = Recorded {
        number: body.number,
        relation: body.relation,
        check: body.check,
        reason: body.reason,
    };
    desk::record(&ctx, id, recorded).await.map(created)
}

/// Ends a link of a person in your scope on their word.
#[utoipa::path(delete, path = "/api/v1/people/{id}/family/{link}", tag = "family", operation_id = "end_family_for",
    request_body = FamilyEnd, params(("id" = String, Path, description = "id of the elder"),
        ("link" = String, Path, description = "id of the link")),
    responses((status = 204, description = "ended")))]
pub(super) async fn end_for(
    ctx: Ctx,
    Path((id, link)): Path<(String, String)>,
    web::Json(body): web::Json<FamilyEnd>,
) -> AppResult<StatusCode> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    let link = link.parse().map_err(|_| AppError::NotFound)?;
    desk::end(&ctx, id, link, &body.reason).await.map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, ask, confirm, refuse, end, of_person, record, end_for))]
pub(crate) struct FamilyApi;
