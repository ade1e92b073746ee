//! The forms for duties on the page of a class.

use super::actions;
use crate::classes::{duty_fields, show_with};
use crate::web;
use axum::extract::Path;
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::{Form, Lang};

/// `POST /desk/classes/{id}/duties`
pub async fn give(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(duty_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        let duty = form
            .get("duty")
            .parse()
            .map_err(|()| AppError::invalid("duty", "请选择助教还是班长。"))?;
        match actions::give(&ctx, web::id(&id)?, form.get("number"), duty).await {
            Ok(()) => return Ok(see_other(&format!("/desk/classes/{id}?done=duty"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    show_with(&ctx, &id, &[], form, status).await
}

/// `POST /desk/classes/{id}/duties/end`
pub async fn end(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    actions::end(&ctx, web::id(&id)?, web::id(posted.get("person"))?).await?;
    Ok(see_other(&format!("/desk/classes/{id}?done=duty")))
}
