//! Family links at the counter.

use super::desk::{self, Recorded};
use super::model::{IdentityCheck, LINK_DAYS, MOST_HELPERS, Relation, Standing};
use super::store::LinkRow;
use crate::persons::PersonRow;
use axum::extract::Path;
use axum::response::Response;
use kernel::{Instant, PersonId};
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::respond::html_with;
use ui::{Choice, Field, Form, Lang, Page};

#[derive(askama::Template)]
#[template(path = "family/desk.html")]
struct DeskPage {
    page: Page,
    row: PersonRow,
    links: Vec<LinkRow>,
    form: Form,
    end_form: Form,
    now: Instant,
}

impl DeskPage {
    fn waits(&self, link: &LinkRow) -> bool {
        link.standing(self.now) == Standing::Waiting
    }
}

fn fields() -> Vec<Field> {
    let relation = |one: &Relation| Choice::new(one.as_str(), one.label());
    let check = |one: &IdentityCheck| Choice::new(one.as_str(), one.label());
    vec![
        Field::text("number", "代办人的学员号", 1, 20).hint("在代办人的学习卡上，X 开头"),
        Field::radios(
            "relation",
            "代办人是老人的",
            Relation::ALL.iter().map(relation).collect(),
        ),
        Field::radios(
            "check",
            "怎样核对本人身份",
            IdentityCheck::ALL.iter().map(check).collect(),
        ),
        Field::text("reason", "为什么在柜台办", 2, 200).hint("例如：本人没有手机"),
    ]
}

fn end_fields() -> Vec<Field> {
    vec![Field::text("why", "为什么停", 2, 200).hint("例如：本人到柜台要求")]
}

fn person(text: &str) -> AppResult<PersonId> {
    text.parse().map_err(|_| AppError::NotFound)
}

async fn page_of(ctx: &Ctx, elder: &str, form: Form, end_form: Form, status: u16) -> AppResult<Response> {
    let (row, links) = desk::show(ctx, person(elder)?).await?;
    let mut page = ui::desk_page(ctx, &format!("谁能替{}办事", row.name));
    page.lang = Lang::Zh;
    let view = DeskPage {
        page,
        row,
        links,
        form,
        end_form,
        now: ctx.now(),
    };
    Ok(html_with(status, &view))
}

/// `GET /desk/people/{id}/family`
pub(super) async fn show(ctx: Ctx, Path(elder): Path<String>) -> AppResult<Response> {
    let [form, end_form] = [fields(), end_fields()].map(|fields| Form::blank(fields, Lang::Zh));
    page_of(&ctx, &elder, form, end_form, 200).await
}

/// `POST /desk/people/{id}/family`
pub(super) async fn record(ctx: Ctx, Path(elder): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    let end_form = Form::blank(end_fields(), Lang::Zh);
    let chosen = (form.get("relation").parse().ok(), form.get("check").parse().ok());
    let (true, (Some(relation), Some(check))) = (form.is_valid(), chosen) else {
        return page_of(&ctx, &elder, form, end_form, 422).await;
    };
    let recorded = Recorded {
        number: form.get("number").to_owned(),
        relation,
        check,
        reason: form.get("reason").to_owned(),
    };
    match desk::record(&ctx, person(&elder)?, recorded).await {
        Ok(_) => Ok(see_other(&format!("/desk/people/{elder}/family"))),
        Err(error) => {
            let status = form.take_up(error)?;
            page_of(&ctx, &elder, form, end_form, status).await
        }
    }
}

/// `POST /desk/people/{id}/family/{link}/end`
pub(super) async fn end(
    ctx: Ctx,
    Path((elder, link)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let link = link.parse().map_err(|_| AppError::NotFound)?;
    let mut end_form = Form::from_pairs(end_fields(), Lang::Zh, &posted.0);
    match desk::end(&ctx, person(&elder)?, link, end_form.get("why")).await {
        Ok(()) => Ok(see_other(&format!("/desk/people/{elder}/family"))),
        Err(AppError::Invalid(_)) => {
            end_form.error("why", "请写为什么停，例如“本人到柜台要求”。");
            page_of(&ctx, &elder, Form::blank(fields(), Lang::Zh), end_form, 422).await
        }
        Err(other) => Err(other),
    }
}
