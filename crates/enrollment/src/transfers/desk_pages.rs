//! Pages of the staff: wishes to change classes, and moving somebody at once.

use super::actions::{self, Choices};
use super::pages::fields;
use super::store::TransferRow;
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
#[template(path = "transfers/list.html")]
struct ListPage {
    page: Page,
    lines: Vec<(TransferRow, PersonBrief)>,
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
    let page = desk(ctx, "转班申请");
    Ok(html_with(status, &ListPage { page, lines, refused }))
}

/// `GET /desk/transfers`
pub(super) async fn list(ctx: Ctx) -> AppResult<Response> {
    list_page(&ctx, String::new(), 200).await
}

/// `POST /desk/transfers/{id}`
pub(super) async fn decide(
    ctx: Ctx,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let done = match posted.get("decision") {
        "approve" => actions::approve(&ctx, &seats, id(&text)?).await.map(drop),
        _ => actions::refuse(&ctx, id(&text)?, posted.get("note")).await,
    };
    match done {
        Ok(()) => Ok(see_other("/desk/transfers")),
        Err(AppError::Refused { sentence, .. }) => list_page(&ctx, sentence, 409).await,
        Err(error @ AppError::Invalid(_)) => list_page(&ctx, error.sentence(), 422).await,
        Err(other) => Err(other),
    }
}

#[derive(askama::Template)]
#[template(path = "transfers/desk_ask.html")]
struct AskPage {
    page: Page,
    choices: Choices,
    form: Form,
}

async fn ask_page(ctx: &Ctx, text: &str, form: Option<Form>, status: u16) -> AppResult<Response> {
    let choices = actions::show_within(ctx, id(text)?).await?;
    let page = desk(ctx, "转班");
    let form = form.unwrap_or_else(|| Form::blank(fields(&page, &choices), Lang::Zh));
    Ok(html_with(status, &AskPage { page, choices, form }))
}

/// `GET /desk/enrollments/{id}/transfer`
pub(super) async fn show(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    ask_page(&ctx, &text, None, 200).await
}

/// `POST /desk/enrollments/{id}/transfer`
pub(super) async fn transfer(
    ctx: Ctx,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let choices = actions::show_within(&ctx, id(&text)?).await?;
    if choices.why.is_some() {
        return ask_page(&ctx, &text, None, 409).await;
    }
    let page = desk(&ctx, "转班");
    let mut form = Form::from_pairs(fields(&page, &choices), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return ask_page(&ctx, &text, Some(form), 422).await;
    }
    let to = id(form.get("class"))?;
    match actions::transfer(&ctx, &seats, id(&text)?, to, form.get("reason")).await {
        Ok(seat) => Ok(see_other(&format!("/desk/enrollments/{seat}"))),
        Err(error) => {
            let status = form.take_up(error)?;
            ask_page(&ctx, &text, Some(form), status).await
        }
    }
}
