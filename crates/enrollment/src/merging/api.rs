//! Merging for programs.

use super::model::Reply;
use super::store::ChoiceRow;
use super::{actions, answers};
use crate::EnrollmentId;
use crate::school_rules::Silence;
use crate::seat_desk::SeatDesk;
use axum::http::StatusCode;
use platform::api::{At, Moment, Ref};
use platform::web::{Json, Shared};
use platform::{AppError, AppResult, Ctx, Permission};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use teaching::ClassId;
use utoipa::ToSchema;

/// Into which class.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MergeClassBody {
    /// The class that takes the learners.
    #[schema(value_type = String)]
    into: Ref<ClassId>,
}

/// What a merge came to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MergedAnswer {
    /// People who have a seat in the new class.
    moved: usize,
    /// People who get everything back.
    left: usize,
}

/// Merges a class that has too few learners into another; sent again, it goes on where it stood.
#[utoipa::path(post, path = "/api/v1/classes/{id}/merge", tag = "classes", operation_id = "merge_class", request_body = MergeClassBody,
    params(("id" = String, Path, description = "The class that is merged")),
    responses((status = 200, body = MergedAnswer), (status = 404, description = "One of both is not in your scope"),
        (status = 409, description = "A rule stands in the way: problem+json")))]
pub(super) async fn merge(
    ctx: Ctx,
    At(id): At<ClassId>,
    Json(body): Json<MergeClassBody>,
) -> AppResult<axum::Json<MergedAnswer>> {
    let merged = actions::merge(&ctx, id, body.into.0).await?;
    Ok(axum::Json(MergedAnswer {
        moved: merged.moved,
        left: merged.left,
    }))
}

/// What a learner has to answer whose paid class was merged.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MergeChoice {
    /// Name of the class that was merged.
    from: String,
    /// Name of the class that takes the learner.
    into: String,
    /// What was paid, in fen.
    paid_fen: i64,
    /// What of it goes along, in fen; the rest goes back in any case.
    carried_fen: i64,
    /// Until when an answer counts.
    answer_by: Moment,
    /// What no answer means: keep or refund.
    silence: Silence,
    /// What was answered; null for nothing yet.
    answer: Option<Reply>,
}

impl From<ChoiceRow> for MergeChoice {
    fn from(row: ChoiceRow) -> Self {
        Self {
            paid_fen: if row.old_paid { row.old_fen } else { 0 },
            carried_fen: if row.old_paid { row.due_fen } else { 0 },
            from: row.old_name,
            into: row.class_name,
            answer_by: row.answer_by.into(),
            silence: row.silence,
            answer: row.answer,
        }
    }
}

/// What is to be answered to a merge: one's own, that of somebody for whom one may act, or one in the clerk's scope.
#[utoipa::path(get, path = "/api/v1/enrollments/{id}/merge", tag = "enrollments", operation_id = "merge_choice",
    params(("id" = String, Path, description = "The enrolment in the new class")),
    responses((status = 200, body = MergeChoice), (status = 404, description = "Nothing to answer, or not the caller's")))]
pub(super) async fn find(ctx: Ctx, At(id): At<EnrollmentId>) -> AppResult<axum::Json<MergeChoice>> {
    let choice = match answers::find(&ctx, id).await {
        Err(AppError::NotFound) if ctx.can(Permission::EnrollmentAct) => {
            answers::find_within(&ctx, id).await?.0
        }
        other => other?,
    };
    Ok(axum::Json(choice.into()))
}

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplyBody {
    /// keep: the new class; refund: everything back.
    answer: Reply,
}

/// Answers to a merge.
#[utoipa::path(post, path = "/api/v1/enrollments/{id}/merge", tag = "enrollments", operation_id = "answer_merge", request_body = ReplyBody,
    params(("id" = String, Path, description = "The enrolment in the new class")),
    responses((status = 204, description = "Kept"), (status = 404, description = "Nothing to answer, or not the caller's"),
        (status = 409, description = "merge_answer_over: problem+json")))]
pub(super) async fn answer(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    At(id): At<EnrollmentId>,
    Json(body): Json<ReplyBody>,
) -> AppResult<StatusCode> {
    match answers::answer(&ctx, &desk, id, body.answer).await {
        Err(AppError::NotFound) if ctx.can(Permission::EnrollmentAct) => {
            answers::answer_for(&ctx, &desk, id, body.answer).await?;
        }
        other => other?,
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(merge, find, answer))]
pub(crate) struct MergingApi;
