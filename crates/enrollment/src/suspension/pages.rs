//! The page on which a learner asks for a pause and comes back from it.

use super::actions::{self, Standing};
use super::model::SuspensionStatus;
use super::words;
use crate::enrollments::{id, model};
use crate::fees::Money;
use crate::seat_desk::SeatDesk;
use axum::extract::Path;
use axum::response::Response;
use platform::web::{Posted, Shared, see_other};
use platform::{AppResult, Ctx};
use std::sync::Arc;
use teaching::classes::ClassRow;
use ui::respond::html_with;
use ui::{Choice, Field, Form, Page};

#[derive(askama::Template)]
#[template(path = "suspension/ask.html")]
struct AskPage {
    page: Page,
    now: Standing,
    /// How the last wish stands.
    last: String,
    /// What a pause means.
    meaning: Vec<String>,
    /// Until when the place is kept.
    keeping: String,
    /// For asking, or for coming back.
    form: Form,
}

/// Why.
pub(super) fn reason(label: &'static str) -> Vec<Field> {
    vec![Field::textarea("reason", label, 200)]
}

/// Where to.
pub(super) fn classes(page: &Page, now: &Standing) -> Vec<Field> {
    let of = |(class, place): &(ClassRow, String)| {
        let line = match (class.id == now.class.id, class.waitlisted) {
            (true, _) => page.tn("原来的班；{}；{}", &[&model::when(page, class), place]),
            (false, _) => page.tn(
                "{}；{}；学费 {}",
                &[&model::when(page, class), place, &model::fee(page, class.fee_fen)],
            ),
        };
        Choice::new(class.id.to_string(), class.name.as_str()).hint(line)
    };
    vec![Field::radios(
        "class",
        "回到哪个班",
        now.classes.iter().map(of).collect(),
    )]
}

/// What a pause would mean for this enrolment.
pub(super) fn meaning(page: &Page, now: &Standing) -> Vec<String> {
    let paid = matches!(now.row.money, Money::Paid);
    words::sentences(page, (now.seat, now.fee), paid, now.until)
}

fn fields(page: &Page, now: &Standing) -> Vec<Field> {
    match now.is_paused() {
        true => classes(page, now),
        false => reason("为什么休学"),
    }
}

/// How the last wish stands, where it is worth a word.
fn last(page: &Page, now: &Standing) -> String {
    let words = now.last.as_ref().and_then(|wish| match wish.status {
        SuspensionStatus::Open => Some(page.t("您申请了休学，等学校答复。").to_owned()),
        SuspensionStatus::Refused => Some(page.tn("学校没有同意休学：{}", &[&wish.note])),
        SuspensionStatus::TakenBack => Some(page.t("休学申请已撤回。").to_owned()),
        SuspensionStatus::Approved => None,
    });
    words.unwrap_or_default()
}

async fn ask_page(ctx: &Ctx, text: &str, form: Option<Form>, status: u16) -> AppResult<Response> {
    let now = actions::show(ctx, id(text)?).await?;
    let page = ui::learner_page(ctx, if now.is_paused() { "复学" } else { "休学" });
    let form = form.unwrap_or_else(|| Form::blank(fields(&page, &now), page.lang));
    Ok(html_with(
        status,
        &AskPage {
            last: last(&page, &now),
            meaning: meaning(&page, &now),
            keeping: words::keeping(&page, now.until),
            page,
            now,
            form,
        },
    ))
}

/// `GET /me/enrollments/{id}/suspension`
pub(super) async fn show(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    ask_page(&ctx, &text, None, 200).await
}

/// `POST /me/enrollments/{id}/suspension`
pub(super) async fn ask(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let page = ui::learner_page(&ctx, "休学");
    let mut form = Form::from_pairs(reason("为什么休学"), page.lang, &posted.0);
    let now = actions::show(&ctx, id(&text)?).await?;
    if now.is_paused() || now.why.is_some() {
        return ask_page(&ctx, &text, None, 409).await;
    }
    if !form.is_valid() {
        return ask_page(&ctx, &text, Some(form), 422).await;
    }
    match actions::ask(&ctx, id(&text)?, form.get("reason")).await {
        Ok(_) => Ok(see_other(&format!("/me/enrollments/{text}/suspension"))),
        Err(error) => {
            let status = form.take_up(error)?;
            ask_page(&ctx, &text, Some(form), status).await
        }
    }
}

/// `POST /me/enrollments/{id}/suspension/cancel`
pub(super) async fn take_back(ctx: Ctx, Path(text): Path<String>, _: Posted) -> AppResult<Response> {
    actions::take_back(&ctx, id(&text)?).await?;
    Ok(see_other(&format!("/me/enrollments/{text}/suspension")))
}

/// `POST /me/enrollments/{id}/return`
pub(super) async fn come_back(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let now = actions::show(&ctx, id(&text)?).await?;
    if !now.is_paused() {
        return Ok(see_other(&format!("/me/enrollments/{text}")));
    }
    let page = ui::learner_page(&ctx, "复学");
    let mut form = Form::from_pairs(classes(&page, &now), page.lang, &posted.0);
    if !form.is_valid() {
        return ask_page(&ctx, &text, Some(form), 422).await;
    }
    match actions::come_back(&ctx, &desk, id(&text)?, id(form.get("class"))?).await {
        Ok(answer) => Ok(see_other(&format!("/me/enrollments/{}", answer.enrollment))),
        Err(error) => {
            let status = form.take_up(error)?;
            ask_page(&ctx, &text, Some(form), status).await
        }
    }
}
