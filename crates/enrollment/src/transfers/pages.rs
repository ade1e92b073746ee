//! The page on which a learner asks to change classes.

use super::actions::{self, Choices};
use super::model::TransferStatus;
use crate::enrollments::{id, model};
use axum::extract::Path;
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx};
use teaching::classes::ClassRow;
use ui::respond::html_with;
use ui::{Choice, Field, Form, Page};

#[derive(askama::Template)]
#[template(path = "transfers/ask.html")]
struct AskPage {
    page: Page,
    choices: Choices,
    form: Form,
    /// How the last wish stands.
    last: String,
    is_open: bool,
}

/// Where to, and why.
pub(super) fn fields(page: &Page, choices: &Choices) -> Vec<Field> {
    let of = |(class, place): &(ClassRow, String)| {
        Choice::new(class.id.to_string(), class.name.as_str()).hint(line(
            page,
            choices.row.due_fen,
            class,
            place,
        ))
    };
    vec![
        Field::radios("class", "转到哪个班", choices.classes.iter().map(of).collect()),
        Field::textarea("reason", "为什么转", 200),
    ]
}

fn line(page: &Page, paid: i64, class: &ClassRow, place: &str) -> String {
    let when = model::when(page, class);
    let free = class.capacity - class.enrolled;
    let text = page.tn("{}；{}；剩 {} 个名额", &[&when, &place, &free]);
    match paid - class.fee_fen {
        back @ 1.. => page.tn(
            "{}；学费低 {}，差价按退费规定退",
            &[&text, &model::fee(page, back)],
        ),
        _ => page.tn("{}；学费一样", &[&text]),
    }
}

async fn ask_page(ctx: &Ctx, text: &str, form: Option<Form>, status: u16) -> AppResult<Response> {
    let choices = actions::show(ctx, id(text)?).await?;
    let page = ui::learner_page(ctx, "转班");
    let form = form.unwrap_or_else(|| Form::blank(fields(&page, &choices), page.lang));
    let last = choices.last.as_ref();
    let words = last.map(|wish| match wish.status {
        TransferStatus::Open => page.tn("您申请转到“{}”，等学校答复。", &[&wish.to_name]),
        TransferStatus::Refused => page.tn("学校没有同意转到“{}”：{}", &[&wish.to_name, &wish.note]),
        TransferStatus::Approved => page.tn("已转到“{}”。", &[&wish.to_name]),
        TransferStatus::TakenBack => page.tn("转到“{}”的申请已撤回。", &[&wish.to_name]),
    });
    let is_open = last.is_some_and(|wish| wish.status == TransferStatus::Open);
    Ok(html_with(
        status,
        &AskPage {
            last: words.unwrap_or_default(),
            is_open,
            page,
            choices,
            form,
        },
    ))
}

/// `GET /me/enrollments/{id}/transfer`
pub(super) async fn show(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    ask_page(&ctx, &text, None, 200).await
}

/// `POST /me/enrollments/{id}/transfer`
pub(super) async fn ask(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let choices = actions::show(&ctx, id(&text)?).await?;
    if choices.why.is_some() {
        return ask_page(&ctx, &text, None, 409).await;
    }
    let page = ui::learner_page(&ctx, "转班");
    let mut form = Form::from_pairs(fields(&page, &choices), page.lang, &posted.0);
    if !form.is_valid() {
        return ask_page(&ctx, &text, Some(form), 422).await;
    }
    match actions::ask(&ctx, id(&text)?, id(form.get("class"))?, form.get("reason")).await {
        Ok(_) => Ok(see_other(&format!("/me/enrollments/{text}/transfer"))),
        Err(error) => {
            let status = form.take_up(error)?;
            ask_page(&ctx, &text, Some(form), status).await
        }
    }
}

/// `POST /me/enrollments/{id}/transfer/cancel`
pub(super) async fn take_back(ctx: Ctx, Path(text): Path<String>, _: Posted) -> AppResult<Response> {
    actions::take_back(&ctx, id(&text)?).await?;
    Ok(see_other(&format!("/me/enrollments/{text}/transfer")))
}
