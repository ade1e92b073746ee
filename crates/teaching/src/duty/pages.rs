//! The forms for duties on the page of a class.

use super::actions;
use crate::web;
use axum::extract::Path;
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};

/// `POST /desk/classes/{id}/duties`
pub async fn give(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let duty = posted
        .get("duty")
        .parse()
        .map_err(|()| AppError::invalid("duty", "请选择助教还是班长。"))?;
    actions::give(&ctx, web::id(&id)?, posted.get("number"), duty).await?;
    Ok(see_other(&format!("/desk/classes/{id}?done=duty")))
}

/// `POST /desk/classes/{id}/duties/end`
pub async fn end(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    actions::end(&ctx, web::id(&id)?, web::id(posted.get("person"))?).await?;
    Ok(see_other(&format!("/desk/classes/{id}?done=duty")))
}
