//! Enrolments for programs.

use super::actions::{self, Terms};
use super::model::Detail;
use crate::EnrollmentId;
use crate::seat_desk::{Answer, SeatDesk};
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use kernel::PersonId;
use platform::web::Json;
use platform::{AppError, AppResult, Channel, Ctx};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Longest `Idempotency-Key`.
const KEY_LENGTH: usize = 100;

/// What is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct EnrollBody {
    /// For whom, when a clerk acts; the caller themselves when it is missing.
    #[schema(value_type = Option<String>)]
    pub person: Option<PersonId>,
}

/// Where an enrolment stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrollmentAnswer {
    /// Its id.
    #[schema(value_type = String)]
    pub id: EnrollmentId,
    /// confirmed, waitlisted, withdrawn and others; more values may come.
    pub status: &'static str,
    /// Place on the waitlist, from 1; null with a seat.
    pub position: Option<i64>,
}

impl From<Answer> for EnrollmentAnswer {
    fn from(answer: Answer) -> Self {
        Self {
            id: answer.enrollment,
            status: answer.status.as_str(),
            position: answer.position,
        }
    }
}

/// An enrolment with its class.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrollmentItem {
    /// Its id.
    #[schema(value_type = String)]
    pub id: EnrollmentId,
    /// confirmed, waitlisted, withdrawn and others; more values may come.
    pub status: &'static str,
    /// Place on the waitlist, from 1; null with a seat.
    pub position: Option<i64>,
    /// The class.
    pub class: ClassBrief,
    /// The learner.
    #[schema(value_type = String)]
    pub person: PersonId,
    /// How it came in.
    pub channel: String,
    /// When it was made.
    pub created_at: String,
    /// When its status changed last.
    pub changed_at: String,
}

/// A class in brief.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassBrief {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Day of the first session.
    pub starts_on: String,
    /// Where it meets.
    pub place: String,
}

/// A page of enrolments.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrollmentPage {
    /// The enrolments, newest first.
    pub items: Vec<EnrollmentItem>,
    /// Cursor of the next page, or null.
    pub next: Option<String>,
}

/// How much of a list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Part {
    limit: Option<i64>,
    cursor: Option<String>,
}

fn id<K>(text: &str) -> AppResult<kernel::Id<K>> {
    text.parse().map_err(|_| AppError::NotFound)
}

fn key(headers: &HeaderMap) -> AppResult<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(text) if !text.is_empty() && text.len() <= KEY_LENGTH => Ok(Some(text.to_owned())),
        _ => Err(AppError::invalid(
            "Idempotency-Key",
            format!("Idempotency-Key 要有 1 到 {KEY_LENGTH} 个英文字母、数字或符号。"),
        )),
    }
}

/// Enrols the caller, or a person on whose behalf a clerk acts; who finds the class full waits.
#[utoipa::path(post, path = "/api/v1/classes/{id}/enrollments", request_body = EnrollBody, params(
    ("id" = String, Path, description = "The class"),
    ("Idempotency-Key" = Option<String>, Header, description = "The same key gives the same answer")),
    responses((status = 201, body = EnrollmentAnswer), (status = 401, description = "No token"),
    (status = 404, description = "No such class"), (status = 409, description = "Refused by a rule: problem+json"),
    (status = 503, description = "Busy: send it again")))]
pub async fn enroll(
    ctx: Ctx,
    Extension(desk): Extension<Arc<SeatDesk>>,
    Path(class): Path<String>,
    headers: HeaderMap,
    Json(body): Json<EnrollBody>,
) -> AppResult<(StatusCode, axum::Json<EnrollmentAnswer>)> {
    let terms = Terms {
        wait: true,
        key: key(&headers)?,
    };
    let class = id(&class)?;
    let answer = match body.person {
        Some(person) if ctx.actor.person != Some(person) => {
            actions::enroll_for(&ctx, &desk, person, class, Channel::Api, terms).await?
        }
        _ => actions::enroll_self(&ctx, &desk, class, terms).await?,
    };
    Ok((StatusCode::CREATED, axum::Json(answer.into())))
}

/// One enrolment: one's own, or one in the caller's scope.
#[utoipa::path(get, path = "/api/v1/enrollments/{id}", params(("id" = String, Path, description = "The enrolment")),
    responses((status = 200, body = EnrollmentItem), (status = 404, description = "None, or not the caller's")))]
pub async fn find(ctx: Ctx, Path(text): Path<String>) -> AppResult<axum::Json<EnrollmentItem>> {
    let found = actions::show(&ctx, id(&text)?).await?;
    Ok(axum::Json(item(&found)))
}

fn item(found: &Detail) -> EnrollmentItem {
    EnrollmentItem {
        id: found.row.id,
        status: found.row.status.as_str(),
        position: found.position,
        class: ClassBrief {
            id: found.class.id.to_string(),
            name: found.class.name.clone(),
            starts_on: found.class.starts_on.to_string(),
            place: found.place.clone(),
        },
        person: found.row.person_id,
        channel: found.row.channel.clone(),
        created_at: found.row.created_at.to_china_text(),
        changed_at: found.row.changed_at.to_china_text(),
    }
}

/// Why a clerk takes somebody off.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WithdrawBody {
    /// The reason, when it is not one's own enrolment.
    pub reason: String,
}

/// Gives a place up: one's own, or with a reason a person's on whose behalf a clerk acts.
#[utoipa::path(delete, path = "/api/v1/enrollments/{id}", request_body = WithdrawBody,
    params(("id" = String, Path, description = "The enrolment")),
    responses((status = 200, body = EnrollmentAnswer), (status = 404, description = "None, or not the caller's")))]
pub async fn withdraw(
    ctx: Ctx,
    Extension(desk): Extension<Arc<SeatDesk>>,
    Path(text): Path<String>,
    Json(body): Json<WithdrawBody>,
) -> AppResult<axum::Json<EnrollmentAnswer>> {
    let id = id(&text)?;
    let answer = match actions::withdraw_own(&ctx, &desk, id).await {
        Err(AppError::NotFound) if ctx.can(platform::Permission::EnrollmentAct) => {
            actions::withdraw_for(&ctx, &desk, id, &body.reason).await?
        }
        other => other?,
    };
    Ok(axum::Json(answer.into()))
}

/// The caller's enrolments, newest first.
#[utoipa::path(get, path = "/api/v1/me/enrollments", params(
    ("limit" = Option<i64>, Query, description = "At most 200"), ("cursor" = Option<String>, Query, description = "From `next`")),
    responses((status = 200, body = EnrollmentPage)))]
pub async fn mine(ctx: Ctx, Query(part): Query<Part>) -> AppResult<axum::Json<EnrollmentPage>> {
    let limit = part.limit.unwrap_or(50).clamp(1, 200);
    let before = match part.cursor.as_deref() {
        Some(text) => Some(
            text.parse()
                .map_err(|_| AppError::invalid("cursor", "cursor 读不懂，请用上一页给的 next。"))?,
        ),
        None => None,
    };
    let mut found = actions::mine(&ctx, before, limit + 1).await?;
    let more = found.len() as i64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let items: Vec<EnrollmentItem> = found
        .into_iter()
        .map(|mine| EnrollmentItem {
            id: mine.row.id,
            status: mine.row.status.as_str(),
            position: mine.position,
            class: ClassBrief {
                id: mine.class.id.to_string(),
                name: mine.class.name,
                starts_on: mine.class.starts_on.to_string(),
                place: mine.place,
            },
            person: mine.row.person_id,
            channel: mine.row.channel,
            created_at: mine.row.created_at.to_china_text(),
            changed_at: mine.row.changed_at.to_china_text(),
        })
        .collect();
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(axum::Json(EnrollmentPage { items, next }))
}

/// The API of enrolments.
#[derive(utoipa::OpenApi)]
#[openapi(paths(enroll, find, withdraw, mine))]
pub(crate) struct Api;
