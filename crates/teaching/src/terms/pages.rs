//! Staff pages of terms.

use super::actions;
use super::model::{TermDraft, TermRow, end_of, last_day_of};
use crate::web::{self, Query};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use kernel::chinese_date::{date_text, range_text, time_text};
use kernel::{Date, Instant, Time};
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::{Crumbs, Field, Form, Lang, Link, Page, Pager};

#[derive(Template)]
#[template(path = "terms/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<(TermRow, String)>,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "terms/edit.html")]
struct EditPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    action: String,
    button: &'static str,
}

fn fields() -> Vec<Field> {
    vec![
        Field::text("name", "学期", 2, 20).hint("年份和季节，例如 2027 春季"),
        Field::date("starts_on", "第一天"),
        Field::date("ends_on", "最后一天"),
        Field::date("opens_on", "哪天开始报名"),
        Field::time("opens_at", "几点开始报名").value("09:00"),
        Field::date("closes_on", "报名截止").hint("这一天结束前都可以报"),
        Field::number("class_limit", "每人最多报几个班", 1, 50).value(3),
        Field::hidden("version"),
    ]
}

fn draft_of(form: &Form) -> TermDraft {
    let date = |name: &str| form.date(name).unwrap_or(Date::ZERO);
    let opens_at = form.time("opens_at").unwrap_or(Time::midnight());
    TermDraft {
        name: form.get("name").to_owned(),
        starts_on: date("starts_on"),
        ends_on: date("ends_on"),
        enrollment_opens: Instant::of_china(date("opens_on"), opens_at),
        enrollment_closes: end_of(date("closes_on")),
        class_limit: form.number("class_limit").unwrap_or(0),
    }
}

/// Puts an error into the form; what is wrong with the window stands beside the day that people type.
fn take_up(form: &mut Form, error: AppError) -> AppResult<u16> {
    form.take_up(error.beside("enrollment_closes", "closes_on"))
}

/// `GET /desk/terms`
pub async fn list(ctx: Ctx, query: Query) -> AppResult<Response> {
    let part = web::part(&query);
    let mut rows = actions::list(&ctx, part).await?;
    let next = part.cut(&mut rows);
    let listing = web::listing("/desk/terms", &query);
    Ok(ui::html(&ListPage {
        page: web::desk_page(&ctx, "学期", &query),
        pager: listing.pager(next.as_deref()),
        rows,
    }))
}

fn show(ctx: &Ctx, title: &str, action: String, form: Form, status: u16) -> Response {
    let page = web::desk_page(ctx, title, &[]);
    let links = vec![
        Link::new("/desk", "待办"),
        Link::new("/desk/terms", "学期"),
        Link::new("", title),
    ];
    ui::respond::html_with(
        status,
        &EditPage {
            crumbs: Crumbs::new(&page, links),
            page,
            form,
            action,
            button: "保存这个学期",
        },
    )
}

async fn new_fields(ctx: &Ctx) -> AppResult<Vec<Field>> {
    let orgs = actions::orgs(ctx).await?;
    let only = orgs
        .first()
        .filter(|_| orgs.len() == 1)
        .map(|(id, _)| id.to_string());
    let mut org = Field::select("org", "哪个机构的学期", web::choices(orgs)).hint("下级机构也用这个学期");
    if let Some(only) = only {
        org = org.value(only);
    }
    let mut all = vec![org];
    all.extend(fields());
    Ok(all)
}

/// `GET /desk/terms/new`
pub async fn new(ctx: Ctx) -> AppResult<Response> {
    let form = Form::blank(new_fields(&ctx).await?, Lang::Zh);
    Ok(show(&ctx, "新建学期", "/desk/terms/new".into(), form, 200))
}

/// `POST /desk/terms/new`
pub async fn create(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(new_fields(&ctx).await?, Lang::Zh, &posted.0);
    let again = |form, status| show(&ctx, "新建学期", "/desk/terms/new".into(), form, status);
    if !form.is_valid() {
        return Ok(again(form, 422));
    }
    match actions::create(&ctx, web::id(form.get("org"))?, draft_of(&form)).await {
        Ok(_) => Ok(see_other("/desk/terms?done=created")),
        Err(error) => {
            let status = take_up(&mut form, error)?;
            Ok(again(form, status))
        }
    }
}

/// `GET /desk/terms/{id}`
pub async fn edit(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let (term, org) = actions::find_mine(&ctx, web::id(&id)?).await?;
    let (opens_on, opens_at) = term.enrollment_opens.china();
    let form = Form::blank(fields(), Lang::Zh)
        .fill("name", &term.name)
        .fill("starts_on", term.starts_on)
        .fill("ends_on", term.ends_on)
        .fill("opens_on", opens_on)
        .fill("opens_at", time_text(opens_at))
        .fill("closes_on", last_day_of(term.enrollment_closes))
        .fill("class_limit", term.class_limit)
        .fill("version", term.version);
    let title = format!("{} · {org}", term.name);
    Ok(show(&ctx, &title, format!("/desk/terms/{id}"), form, 200))
}

/// `POST /desk/terms/{id}`
pub async fn change(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    let again = |form, status| show(&ctx, "修改学期", format!("/desk/terms/{id}"), form, status);
    if !form.is_valid() {
        return Ok(again(form, 422));
    }
    let version = form.number("version").unwrap_or(0);
    match actions::change(&ctx, web::id(&id)?, draft_of(&form), version).await {
        Ok(()) => Ok(see_other("/desk/terms?done=saved")),
        Err(error) => {
            let status = take_up(&mut form, error)?;
            Ok(again(form, status))
        }
    }
}
