//! Pages of the cashier: what is due, taking and waiving, refunds.

use super::actions::{self, Fee, Taking};
use super::model::{Method, Money};
use super::pages::{Line, id, lines, refunds, tag, yuan};
use super::way_back;
use crate::seat_desk::SeatDesk;
use axum::extract::Path;
use axum::response::Response;
use people::persons::PersonBrief;
use platform::web::{Posted, Shared, see_other};
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;
use ui::respond::{html, html_with};
use ui::{Field, Form, Lang, Page, Tag};

/// Rows of each list.
const LISTED: i64 = 200;

pub(super) fn desk(ctx: &Ctx, title: &str) -> Page {
    let mut page = ui::desk_page(ctx, title);
    page.lang = Lang::Zh;
    page
}

struct DueLine {
    href: String,
    name: String,
    number: String,
    class: String,
    amount: String,
    until: String,
}

struct RefundLine {
    id: String,
    href: String,
    name: String,
    class: String,
    cause: &'static str,
    amount: String,
    since: String,
    method: &'static str,
    button: &'static str,
}

#[derive(askama::Template)]
#[template(path = "fees/desk_list.html")]
struct ListPage {
    page: Page,
    due: Vec<DueLine>,
    refunds: Vec<RefundLine>,
}

/// `GET /desk/fees`: kept seats by the end of their hold, and refunds to pay.
pub(super) async fn list(ctx: Ctx) -> AppResult<Response> {
    let queue = actions::queue(&ctx, LISTED).await?;
    let page = desk(&ctx, "收费");
    let name = |person| {
        queue
            .people
            .get(person)
            .map_or("", |one: &PersonBrief| one.name.as_str())
    };
    let due = queue.due.iter().map(|row| DueLine {
        href: format!("/desk/fees/{}", row.id),
        name: name(&row.person_id).to_owned(),
        number: queue
            .people
            .get(&row.person_id)
            .map(|one| one.number.clone())
            .unwrap_or_default(),
        class: row.class.clone(),
        amount: yuan(&page, row.due_fen),
        until: row.held_until.map(|until| page.moment(until)).unwrap_or_default(),
    });
    let refunds = queue.refunds.iter().map(|line| RefundLine {
        id: line.refund.id.to_string(),
        href: format!("/desk/fees/{}", line.refund.enrollment_id),
        name: name(&line.person).to_owned(),
        class: line.class.clone(),
        cause: line.refund.cause.label(),
        amount: yuan(&page, line.refund.amount_fen),
        since: page.date(line.refund.created_at.date()),
        method: line.usual.as_str(),
        button: way_back::button(line.usual),
    });
    Ok(html(&ListPage {
        due: due.collect(),
        refunds: refunds.collect(),
        page,
    }))
}

#[derive(askama::Template)]
#[template(path = "fees/desk_one.html")]
struct OnePage {
    page: Page,
    fee: Fee,
    person: PersonBrief,
    amount: String,
    until: String,
    tag: Tag,
    lines: Vec<Line>,
    refunds: Vec<String>,
    waive: Form,
    proof: Form,
    refused: String,
}

fn waive_form() -> Vec<Field> {
    vec![Field::text("reason", "免交的原因", 1, 200).hint("例如：低保，看过证明")]
}

fn proof_form() -> Vec<Field> {
    vec![Field::text("reason", "看过什么证明", 1, 200).hint("例如：住院证明，2026年11月")]
}

async fn page(ctx: &Ctx, text: &str, refused: String) -> AppResult<OnePage> {
    let (fee, person) = actions::show_within(ctx, id(text)?).await?;
    let page = desk(ctx, "学费");
    Ok(OnePage {
        amount: yuan(&page, fee.row.due_fen),
        until: fee
            .row
            .held_until
            .map(|until| page.moment(until))
            .unwrap_or_default(),
        tag: tag(&page, fee.row.money),
        lines: lines(&page, &fee, ctx.now(), "/desk"),
        refunds: refunds(&page, &fee),
        waive: Form::blank(waive_form(), Lang::Zh),
        proof: Form::blank(proof_form(), Lang::Zh),
        refused,
        page,
        fee,
        person,
    })
}

/// `GET /desk/fees/{id}`: one fee: take it, waive it, refunds, what happened.
pub(super) async fn one(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    Ok(html(&page(&ctx, &text, String::new()).await?))
}

/// After a step: the page again, or the page with why not.
async fn after<T>(ctx: &Ctx, text: &str, done: AppResult<T>) -> AppResult<Response> {
    match done {
        Ok(_) => Ok(see_other(&format!("/desk/fees/{text}"))),
        Err(AppError::Refused { sentence, .. }) => Ok(html_with(409, &page(ctx, text, sentence).await?)),
        Err(other) => Err(other),
    }
}

/// `POST /desk/fees/{id}/take`
pub(super) async fn take(
    ctx: Ctx,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let method = match posted.get("method") {
        "card" => Method::Card,
        _ => Method::Cash,
    };
    let taking = Taking {
        method,
        reason: String::new(),
        key: None,
    };
    let done = actions::take(&ctx, &seats, id(&text)?, taking).await;
    after(&ctx, &text, done).await
}

/// `POST /desk/fees/{id}/waive`
pub(super) async fn waive(
    ctx: Ctx,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let form = Form::from_pairs(waive_form(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        let mut page = page(&ctx, &text, String::new()).await?;
        page.waive = form;
        return Ok(html_with(422, &page));
    }
    let taking = Taking {
        method: Method::Waiver,
        reason: form.get("reason").to_owned(),
        key: None,
    };
    let done = actions::take(&ctx, &seats, id(&text)?, taking).await;
    after(&ctx, &text, done).await
}

/// `POST /desk/fees/{id}/proof`
pub(super) async fn proof(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let form = Form::from_pairs(proof_form(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        let mut page = page(&ctx, &text, String::new()).await?;
        page.proof = form;
        return Ok(html_with(422, &page));
    }
    let done = actions::refund_with_proof(&ctx, id(&text)?, form.get("reason")).await;
    after(&ctx, &text, done).await
}

/// `POST /desk/fee-postings/{id}/undo`
pub(super) async fn undo(ctx: Ctx, Path(text): Path<String>, _: Posted) -> AppResult<Response> {
    let enrollment = actions::undo(&ctx, id(&text)?).await?;
    Ok(see_other(&format!("/desk/fees/{enrollment}")))
}
