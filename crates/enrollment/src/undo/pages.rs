//! The buttons that undo.

use super::actions;
use crate::enrollments::id;
use crate::seat_desk::SeatDesk;
use axum::extract::Path;
use axum::response::Response;
use platform::web::{Posted, Shared, see_other};
use platform::{AppResult, Ctx};
use std::sync::Arc;

/// `POST /me/enrollments/{id}/undo`
pub(super) async fn undo(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    _: Posted,
) -> AppResult<Response> {
    actions::undo(&ctx, &desk, id(&text)?).await?;
    Ok(see_other(&format!("/me/enrollments/{text}?done=undone")))
}

/// `POST /desk/enrollments/{id}/undo`
pub(super) async fn undo_for(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    _: Posted,
) -> AppResult<Response> {
    actions::undo_for(&ctx, &desk, id(&text)?).await?;
    Ok(see_other(&format!("/desk/enrollments/{text}")))
}
