//! Rounds by first come for programs.

use super::actions::{self, ClassNow};
use super::model::RoundPlan;
use crate::RoundId;
use crate::rounds::model::{Audience, RoundStatus};
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{At, Created, Made, Moment, Reasoned, Ref, Seen, created, done};
use platform::web::Json;
use platform::{AppError, AppResult, Ctx};
use serde::{Deserialize, Serialize};
use teaching::ClassId;
use utoipa::ToSchema;

/// A round by first come with its classes as they stand now.
#[derive(Debug, Serialize, ToSchema)]
pub struct FirstComeRound {
    /// Its id.
    #[schema(value_type = String)]
    id: RoundId,
    /// Its name.
    name: String,
    /// Name of the org that holds it.
    org: String,
    /// Whom it takes.
    audience: Audience,
    /// First moment of the window.
    opens: Moment,
    /// First moment after it.
    closes: Moment,
    /// Where it stands.
    status: RoundStatus,
    /// Why it pauses or was cancelled; empty otherwise.
    notice: String,
    /// Share of each class's seats kept for the counter.
    desk_percent: i64,
    /// Share of each class's seats kept for newcomers.
    newcomer_percent: i64,
    /// When kept seats go to everybody; null when none are kept.
    release_at: Option<Moment>,
    /// Counts changes; sent back with an act.
    version: i64,
    /// Its classes.
    classes: Vec<FirstComeClass>,
}

/// A class of a round by first come.
#[derive(Debug, Serialize, ToSchema)]
pub struct FirstComeClass {
    /// Its id.
    #[schema(value_type = String)]
    id: ClassId,
    /// Its name.
    name: String,
    /// Seats that anybody the round takes can have now.
    free: i64,
    /// Seats kept for the counter that nobody has taken yet.
    kept_desk: i64,
    /// Seats kept for newcomers that nobody has taken yet.
    kept_newcomer: i64,
    /// People waiting.
    waitlisted: i64,
}

/// One round by first come.
#[utoipa::path(get, path = "/api/v1/rounds/first-come/{id}", tag = "rounds",
    params(("id" = String, Path, description = "The round")),
    responses((status = 200, body = FirstComeRound), (status = 404, description = "No such round")))]
pub(super) async fn show(ctx: Ctx, At(id): At<RoundId>) -> AppResult<axum::Json<FirstComeRound>> {
    let now = actions::show(&ctx, id).await?;
    let class = |one: ClassNow| FirstComeClass {
        id: one.class.id,
        name: one.class.name,
        free: one.free,
        kept_desk: one.kept_desk,
        kept_newcomer: one.kept_newcomer,
        waitlisted: one.class.waitlisted,
    };
    Ok(axum::Json(FirstComeRound {
        id: now.row.id,
        name: now.row.name,
        org: now.org.name,
        audience: now.row.audience,
        opens: now.row.opens.into(),
        closes: now.row.closes.into(),
        status: now.row.status,
        notice: now.row.status_note,
        desk_percent: now.row.desk_percent,
        newcomer_percent: now.row.newcomer_percent,
        release_at: now.row.release_at.map(Into::into),
        version: now.row.version,
        classes: now.classes.into_iter().map(class).collect(),
    }))
}

/// A round by first come as it is planned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FirstComeBody {
    /// Who holds it.
    #[schema(value_type = String)]
    org: Ref<OrgId>,
    /// Its name.
    name: String,
    /// Whom it takes.
    audience: Audience,
    /// First moment of the window.
    opens: Moment,
    /// First moment after it.
    closes: Moment,
    /// Share of each class's seats kept for the counter.
    #[serde(default)]
    desk_percent: i64,
    /// Share of each class's seats kept for newcomers.
    #[serde(default)]
    newcomer_percent: i64,
    /// When kept seats go to everybody; needed when some are kept.
    release_at: Option<Moment>,
    /// Its classes.
    #[schema(value_type = Vec<String>)]
    classes: Vec<Ref<ClassId>>,
}

/// A wrong field of the page's form, by its name in the body.
fn in_body(error: AppError) -> AppError {
    let fields = [("closes_on", "closes"), ("release_on", "release_at")];
    fields
        .iter()
        .fold(error, |error, (form, body)| error.beside(form, body))
}

/// Plans a round by first come.
#[utoipa::path(post, path = "/api/v1/rounds/first-come", tag = "rounds", request_body = FirstComeBody,
    responses((status = 201, body = Made), (status = 422, description = "A field is wrong: `errors` names it")))]
pub(super) async fn plan(ctx: Ctx, Json(body): Json<FirstComeBody>) -> AppResult<Created> {
    let plan = RoundPlan {
        org: body.org.0,
        name: body.name,
        audience: body.audience,
        opens: body.opens.0,
        closes: body.closes.0,
        desk_percent: body.desk_percent,
        newcomer_percent: body.newcomer_percent,
        release_at: body.release_at.map(|at| at.0),
        classes: body.classes.into_iter().map(|class| class.0).collect(),
    };
    Ok(created(actions::plan(&ctx, plan).await.map_err(in_body)?))
}

/// Stops a round for a while; the reason is its public notice.
#[utoipa::path(post, path = "/api/v1/rounds/first-come/{id}/pause", tag = "rounds", request_body = Reasoned,
    params(("id" = String, Path, description = "The round")),
    responses((status = 204, description = "paused"), (status = 409, description = "it does not run, or somebody changed it meanwhile")))]
pub(super) async fn pause(
    ctx: Ctx,
    At(id): At<RoundId>,
    Json(body): Json<Reasoned>,
) -> AppResult<StatusCode> {
    let paused = actions::pause(&ctx, id, &body.reason, body.version).await;
    paused.map(done).map_err(|error| error.beside("notice", "reason"))
}

/// Lets a paused round go on.
#[utoipa::path(post, path = "/api/v1/rounds/first-come/{id}/resume", tag = "rounds", request_body = Seen,
    params(("id" = String, Path, description = "The round")),
    responses((status = 204, description = "goes on"), (status = 409, description = "it does not pause, or somebody changed it meanwhile")))]
pub(super) async fn resume(ctx: Ctx, At(id): At<RoundId>, Json(body): Json<Seen>) -> AppResult<StatusCode> {
    actions::resume(&ctx, id, body.version).await.map(done)
}

/// Ends a round for good; who has a seat keeps it.
#[utoipa::path(post, path = "/api/v1/rounds/first-come/{id}/cancel", tag = "rounds", request_body = Reasoned,
    params(("id" = String, Path, description = "The round")),
    responses((status = 204, description = "cancelled"), (status = 409, description = "it is cancelled, or somebody changed it meanwhile")))]
pub(super) async fn cancel(
    ctx: Ctx,
    At(id): At<RoundId>,
    Json(body): Json<Reasoned>,
) -> AppResult<StatusCode> {
    actions::cancel(&ctx, id, &body.reason, body.version)
        .await
        .map(done)
}

/// The description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(show, plan, pause, resume, cancel),
    components(schemas(FirstComeRound, FirstComeClass, FirstComeBody))
)]
pub(crate) struct FirstComeApi;
