//! Pages of the staff: wishes to pause, and a pause or a return at the counter.

use super::actions::{self, Standing};
use super::pages::{classes, meaning, reason};
use super::store::SuspensionRow;
use super::words;
use crate::enrollments::id;
use crate::seat_desk::SeatDesk;
use axum::extract::Path;
use axum::response::Response;
use people::persons::PersonBrief;
use platform::web::{Posted, Shared, see_other};
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;
use ui::respond::html_with;
use ui::{Form, Lang, Page};

#[derive(askama::Template)]
#[template(path = "suspension/list.html")]
struct ListPage {
    page: Page,
    lines: Vec<(SuspensionRow, PersonBrief)>,
    /// Why the last step was not done.
    refused: String,
}

fn desk(ctx: &Ctx, title: &str) -> Page {
    let mut page = ui::desk_page(ctx, title);
    page.lang = Lang::Zh;
    page
}

async fn list_page(ctx: &Ctx, refused: String, status: u16) -> AppResult<Response> {
    let lines = actions::list(ctx).await?;
    let page = desk(ctx, "休学申请");
    Ok(html_with(status, &ListPage { page, lines, refused }))
}

/// `GET /desk/suspensions`
pub(super) async fn list(ctx: Ctx) -> AppResult<Response> {
    list_page(&ctx, String::new(), 200).await
}

/// `POST /desk/suspensions/{id}`
pub(super) async fn decide(
    ctx: Ctx,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let done = match posted.get("decision") {
        "approve" => actions::approve(&ctx, &seats, id(&text)?).await,
        _ => actions::refuse(&ctx, id(&text)?, posted.get("note")).await,
    };
    match done {
        Ok(()) => Ok(see_other("/desk/suspensions")),
        Err(AppError::Refused { sentence, .. }) => list_page(&ctx, sentence, 409).await,
        Err(error @ AppError::Invalid(_)) => list_page(&ctx, error.sentence(), 422).await,
        Err(other) => Err(other),
    }
}

#[derive(askama::Template)]
#[template(path = "suspension/desk_ask.html")]
struct AskPage {
    page: Page,
    now: Standing,
    meaning: Vec<String>,
    keeping: String,
    form: Form,
}

async fn ask_page(ctx: &Ctx, text: &str, form: Option<Form>, status: u16) -> AppResult<Response> {
    let now = actions::show_within(ctx, id(text)?).await?;
    let page = desk(ctx, if now.is_paused() { "复学" } else { "休学" });
    let blank = || match now.is_paused() {
        true => Form::blank(classes(&page, &now), Lang::Zh),
        false => Form::blank(reason("为什么休学"), Lang::Zh),
    };
    let form = form.unwrap_or_else(blank);
    Ok(html_with(
        status,
        &AskPage {
            meaning: meaning(&page, &now),
            keeping: words::keeping(&page, now.until),
            page,
            now,
            form,
        },
    ))
}

/// `GET /desk/enrollments/{id}/suspension`
pub(super) async fn show(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    ask_page(&ctx, &text, None, 200).await
}

/// `POST /desk/enrollments/{id}/suspension`
pub(super) async fn suspend(
    ctx: Ctx,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let now = actions::show_within(&ctx, id(&text)?).await?;
    if now.is_paused() || now.why.is_some() {
        return ask_page(&ctx, &text, None, 409).await;
    }
    let mut form = Form::from_pairs(reason("为什么休学"), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return ask_page(&ctx, &text, Some(form), 422).await;
    }
    match actions::suspend(&ctx, &seats, id(&text)?, form.get("reason")).await {
        Ok(()) => Ok(see_other(&format!("/desk/enrollments/{text}"))),
        Err(error) => {
            let status = form.take_up(error)?;
            ask_page(&ctx, &text, Some(form), status).await
        }
    }
}

/// `POST /desk/enrollments/{id}/return`
pub(super) async fn come_back(
    ctx: Ctx,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let now = actions::show_within(&ctx, id(&text)?).await?;
    if !now.is_paused() {
        return Ok(see_other(&format!("/desk/enrollments/{text}")));
    }
    let page = desk(&ctx, "复学");
    let mut form = Form::from_pairs(classes(&page, &now), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return ask_page(&ctx, &text, Some(form), 422).await;
    }
    match actions::come_back_for(&ctx, &seats, id(&text)?, id(form.get("class"))?).await {
        Ok(answer) => Ok(see_other(&format!("/desk/enrollments/{}", answer.enrollment))),
        Err(error) => {
            let status = form.take_up(error)?;
            ask_page(&ctx, &text, Some(form), status).await
        }
    }
}
