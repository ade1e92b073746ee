//! Pages of the learner: the four digits.

use super::actions;
use super::model::DraftState;
use super::store::DraftRow;
use crate::enrollments::{id, noted_wrongly};
use axum::extract::Path;
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::respond::html;
use ui::{Page, learner_page};

#[derive(askama::Template)]
#[template(path = "handover/code.html")]
struct CodePage {
    page: Page,
    draft: DraftRow,
    is_open: bool,
    by_other: bool,
    /// What was said, for keeping it once more.
    note: String,
}

/// `POST /classes/{id}/handover`
pub(super) async fn keep(ctx: Ctx, Path(class): Path<String>, posted: Posted) -> AppResult<Response> {
    let person = match posted.get("for") {
        "" => ctx.person()?,
        text => id(text)?,
    };
    match actions::keep(&ctx, id(&class)?, person, posted.get("note")).await {
        Ok(draft) => Ok(see_other(&format!("/me/handovers/{draft}"))),
        Err(error @ AppError::Invalid(_)) => noted_wrongly(&ctx, &class, &posted, error).await,
        Err(error) => Err(error),
    }
}

/// `GET /me/handovers/{id}`
pub(super) async fn show(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let draft = actions::show(&ctx, id(&text)?).await?;
    let page = learner_page(&ctx, "到柜台接着办");
    Ok(html(&CodePage {
        is_open: super::model::is_open(draft.state, draft.day, ctx.today()),
        by_other: draft.begun_by != draft.person_id,
        note: actions::note(&ctx, &draft)?,
        page,
        draft,
    }))
}

/// `POST /me/handovers/{id}/drop`
pub(super) async fn drop_draft(ctx: Ctx, Path(text): Path<String>, _: Posted) -> AppResult<Response> {
    actions::drop_draft(&ctx, id(&text)?).await?;
    Ok(see_other("/me"))
}
