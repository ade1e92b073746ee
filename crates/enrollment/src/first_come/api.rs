//! Rounds by first come for programs.

use super::actions::{self, ClassNow};
use crate::RoundId;
use crate::rounds::model::{Audience, RoundStatus};
use platform::api::{At, Moment};
use platform::{AppResult, Ctx};
use serde::Serialize;
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
        classes: now.classes.into_iter().map(class).collect(),
    }))
}

/// The description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(show), components(schemas(FirstComeRound, FirstComeClass)))]
pub(crate) struct FirstComeApi;
