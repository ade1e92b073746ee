//! Handovers for programs.

use super::store::DraftRow;
use super::{actions, desk};
use crate::HandoverId;
use crate::enrollments::api::EnrollmentAnswer;
use crate::seat_desk::SeatDesk;
use axum::Extension;
use axum::http::StatusCode;
use kernel::PersonId;
use platform::api::{At, Listed, Named, NoBody, done};
use platform::web::{Json, Shared};
use platform::{AppResult, Ctx, Tries};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use teaching::ClassId;
use utoipa::ToSchema;

/// An enrolment to be finished at the counter.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct HandoverBody {
    /// For whom: somebody who let the caller act for them; the caller themselves when missing.
    #[serde(rename = "for")]
    #[schema(value_type = Option<String>)]
    helped: Option<PersonId>,
    /// What the clerk should know, up to 200 characters.
    note: String,
}

/// A draft as whoever kept it sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverItem {
    /// Its id.
    id: String,
    /// The four digits.
    code: String,
    /// The day on which they are good.
    day: String,
    /// The org at whose counter.
    org: Named,
    /// The class.
    class: Named,
    /// Who is to learn.
    person: Named,
}

impl From<DraftRow> for HandoverItem {
    fn from(row: DraftRow) -> Self {
        Self {
            id: row.id.to_string(),
            code: row.code,
            day: row.day.to_string(),
            org: Named::new(row.org_id, row.org_name),
            class: Named::new(row.class_id, row.class_name),
            person: Named::new(row.person_id, row.person_name),
        }
    }
}

/// Four digits that somebody says at the counter.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct HandoverCode {
    /// The four digits.
    code: String,
}

/// What the four digits alone show.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverMasked {
    /// The learner's name, masked.
    name: String,
    /// The class's name.
    class: String,
}

/// What finishes a draft.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct HandoverFinish {
    /// The four digits.
    code: String,
    /// The learner's name or year of birth, as the person present says it.
    answer: String,
    /// Whether the learner is present and agrees.
    consent: bool,
    /// Whether they would wait if the class is full.
    wait: bool,
}

/// Keeps an enrolment, to be finished at the counter today by four digits.
#[utoipa::path(post, path = "/api/v1/classes/{id}/handovers", tag = "handovers", operation_id = "keep_handover",
    request_body = HandoverBody, params(("id" = String, Path, description = "The class")),
    responses((status = 201, body = HandoverItem), (status = 404, description = "No such class, or no link"),
        (status = 409, description = "The class takes no enrolments, or too many drafts")))]
pub(super) async fn keep(
    ctx: Ctx,
    At(class): At<ClassId>,
    Json(body): Json<HandoverBody>,
) -> AppResult<(StatusCode, axum::Json<HandoverItem>)> {
    let person = match body.helped {
        Some(helped) => helped,
        None => ctx.person()?,
    };
    let id = actions::keep(&ctx, class, person, &body.note).await?;
    let item = actions::show(&ctx, id).await?.into();
    Ok((StatusCode::CREATED, axum::Json(item)))
}

/// What the caller kept today and can still be finished.
#[utoipa::path(get, path = "/api/v1/me/handovers", tag = "handovers", operation_id = "my_handovers",
    responses((status = 200, body = Listed<HandoverItem>)))]
pub(super) async fn mine(ctx: Ctx) -> AppResult<axum::Json<Listed<HandoverItem>>> {
    let rows = actions::mine(&ctx).await?;
    let items = rows.into_iter().map(HandoverItem::from);
    Ok(axum::Json(Listed::whole(items)))
}

/// Takes a draft back.
#[utoipa::path(delete, path = "/api/v1/me/handovers/{id}", tag = "handovers", operation_id = "drop_handover",
    params(("id" = String, Path, description = "The draft")), responses((status = 204, description = "dropped")))]
pub(super) async fn drop_draft(ctx: Ctx, At(id): At<HandoverId>, _: NoBody) -> AppResult<StatusCode> {
    actions::drop_draft(&ctx, id).await.map(done)
}

/// What four digits show at your counter: masked names.
#[utoipa::path(post, path = "/api/v1/desk/handovers/look", tag = "handovers", operation_id = "look_handover",
    request_body = HandoverCode,
    responses((status = 200, body = Listed<HandoverMasked>), (status = 409, description = "unknown, used or old: `type` says which"),
        (status = 429, description = "too many wrong tries")))]
pub(super) async fn look(
    ctx: Ctx,
    Extension(tries): Extension<Arc<Tries>>,
    Json(body): Json<HandoverCode>,
) -> AppResult<axum::Json<Listed<HandoverMasked>>> {
    let found = desk::look(&ctx, &tries, &body.code).await?;
    let items = found.into_iter().map(|one| HandoverMasked {
        name: one.name,
        class: one.class,
    });
    Ok(axum::Json(Listed::whole(items)))
}

/// Enrols the learner of a draft who is present and agrees.
#[utoipa::path(post, path = "/api/v1/desk/handovers/finish", tag = "handovers", operation_id = "finish_handover",
    request_body = HandoverFinish,
    responses((status = 201, body = EnrollmentAnswer), (status = 409, description = "the code does not work, or a rule refuses"),
        (status = 422, description = "the answer does not fit, or no consent"), (status = 429, description = "too many wrong tries")))]
pub(super) async fn finish(
    ctx: Ctx,
    Extension(tries): Extension<Arc<Tries>>,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Json(body): Json<HandoverFinish>,
) -> AppResult<(StatusCode, axum::Json<EnrollmentAnswer>)> {
    let said = (body.code.as_str(), body.answer.as_str());
    let answer = desk::finish(&ctx, (&tries, &seats), said, body.consent, body.wait).await?;
    Ok((StatusCode::CREATED, axum::Json(answer.into())))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(keep, mine, drop_draft, look, finish))]
pub(crate) struct HandoverApi;
