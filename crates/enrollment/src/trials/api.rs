//! Trials for programs.

use super::actions::{self, Open};
use super::model::TrialState;
use crate::TrialId;
use axum::Json;
use axum::http::StatusCode;
use kernel::PersonId;
use platform::api::{At, Created, Listed, NoBody, created, done};
use platform::{AppError, AppResult, Ctx, Permission};
use serde::{Deserialize, Serialize};
use teaching::{ClassId, SessionId};
use utoipa::ToSchema;

platform::api_words!(TrialState);

/// A lesson that may be tried.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialSession {
    /// The session.
    #[schema(value_type = String)]
    session: SessionId,
    /// Its day.
    day: String,
    /// When it starts.
    starts: String,
    /// Places left for guests.
    free: i64,
}

/// The lessons of a class that may be tried.
#[utoipa::path(get, path = "/api/v1/classes/{id}/trials", tag = "trials", operation_id = "list_trial_sessions",
    params(("id" = String, Path, description = "The class")),
    responses((status = 200, body = Listed<TrialSession>), (status = 404, description = "No such class")))]
pub(super) async fn open(ctx: Ctx, At(class): At<ClassId>) -> AppResult<Json<Listed<TrialSession>>> {
    let choice = actions::choice(&ctx, class).await?;
    let item = |open: Open| TrialSession {
        session: open.session.id,
        day: open.session.day.to_string(),
        starts: open.session.starts.to_string(),
        free: open.free,
    };
    Ok(Json(Listed::whole(choice.open.into_iter().map(item))))
}

/// For whom a lesson is booked.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct TrialBody {
    /// The person: somebody for whom the caller acts, or at whose word a clerk acts; the caller when it is missing.
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
}

/// Books a lesson to try.
#[utoipa::path(post, path = "/api/v1/sessions/{id}/trials", tag = "trials", operation_id = "book_trial", request_body = TrialBody,
    params(("id" = String, Path, description = "The session")),
    responses((status = 201, body = platform::api::Made), (status = 404, description = "No such session"),
        (status = 409, description = "Refused by a rule: problem+json")))]
pub(super) async fn book(
    ctx: Ctx,
    At(session): At<SessionId>,
    platform::web::Json(body): platform::web::Json<TrialBody>,
) -> AppResult<Created> {
    let own = ctx.person()?;
    let person = body.person.unwrap_or(own);
    let made = match actions::book(&ctx, session, person).await {
        Err(AppError::NotFound) if person != own && ctx.can(Permission::EnrollmentAct) => {
            actions::book_for(&ctx, session, person).await?
        }
        other => other?,
    };
    Ok(created(made))
}

/// A trial of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialItem {
    /// Its id.
    #[schema(value_type = String)]
    id: TrialId,
    /// The class.
    #[schema(value_type = String)]
    class: ClassId,
    /// The session.
    #[schema(value_type = String)]
    session: SessionId,
    /// Its day.
    day: String,
    /// How far it is.
    state: TrialState,
}

/// The caller's trials, newest first.
#[utoipa::path(get, path = "/api/v1/me/trials", tag = "trials", operation_id = "my_trials",
    responses((status = 200, body = Listed<TrialItem>)))]
pub(super) async fn mine(ctx: Ctx) -> AppResult<Json<Listed<TrialItem>>> {
    let item = |mine: actions::Mine| TrialItem {
        id: mine.row.id,
        class: mine.class.id,
        session: mine.session.id,
        day: mine.session.day.to_string(),
        state: mine.row.state,
    };
    Ok(Json(Listed::whole(
        actions::mine(&ctx).await?.into_iter().map(item),
    )))
}

/// Gives a trial up: one's own, of somebody for whom the caller acts, or of a person in your scope.
#[utoipa::path(delete, path = "/api/v1/trials/{id}", tag = "trials", operation_id = "cancel_trial",
    params(("id" = String, Path, description = "The trial")),
    responses((status = 204, description = "Given up"), (status = 404, description = "None, or not the caller's"),
        (status = 409, description = "session_over")))]
pub(super) async fn cancel(ctx: Ctx, At(id): At<TrialId>, _: NoBody) -> AppResult<StatusCode> {
    actions::cancel(&ctx, id).await.map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(open, book, mine, cancel))]
pub(crate) struct TrialsApi;
