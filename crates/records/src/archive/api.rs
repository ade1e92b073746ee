//! The archive for programs.

use super::actions;
use platform::{AppResult, Ctx};
use serde::Serialize;

/// Something learned.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RecordOut {
    /// Its id.
    id: String,
    /// class; more kinds may come.
    kind: String,
    /// What.
    title: String,
    /// The school.
    provider: String,
    /// Minutes attended.
    minutes: i64,
    /// `YYYY-MM-DD`.
    earned_on: String,
    /// verified or revoked.
    status: String,
}

/// One's archive.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RecordsOut {
    /// Outcomes, newest first.
    items: Vec<RecordOut>,
    /// Always null: an archive is one page.
    next: Option<String>,
    /// Study time in the ledger, in minutes.
    minutes: i64,
}

/// What the owner of the token has learned.
#[utoipa::path(get, path = "/api/v1/me/records", tag = "records",
    responses((status = 200, body = RecordsOut), (status = 401, description = "Nobody is signed in")))]
pub async fn list(ctx: Ctx) -> AppResult<axum::Json<RecordsOut>> {
    let archive = actions::own(&ctx).await?;
    let minutes = archive.minutes();
    let items = archive.outcomes.into_iter().map(|one| RecordOut {
        id: one.id.to_string(),
        kind: one.kind,
        title: one.title,
        provider: one.provider,
        minutes: one.minutes,
        earned_on: one.earned_on.to_string(),
        status: one.status,
    });
    Ok(axum::Json(RecordsOut {
        items: items.collect(),
        next: None,
        minutes,
    }))
}
