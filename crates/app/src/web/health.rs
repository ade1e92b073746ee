//! For the machinery that watches the program: it runs, and it can work.

use axum::extract::State;
use db::args;
use platform::{AppResult, Platform};
use std::sync::Arc;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too; 503 when it does not.
pub async fn ready(State(platform): State<Arc<Platform>>) -> AppResult<&'static str> {
    let _: i64 = platform.db.query_one("SELECT 1", args![]).await?;
    Ok("ready\n")
}
