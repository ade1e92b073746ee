//! For the machinery that watches the program: it runs, and it can work.

use axum::extract::State;
use platform::{AppResult, Platform};
use std::sync::Arc;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too; 503 when it does not.
pub async fn ready(State(platform): State<Arc<Platform>>) -> AppResult<&'static str> {
    platform.db.answers().await?;
    Ok("ready\n")
}
