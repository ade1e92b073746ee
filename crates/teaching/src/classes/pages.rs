//! Staff pages of classes: the list, one class, its steps. Planning is in [`super::plan_pages`].

use super::actions::{self, Detail, Filter, Filters, Listed, SORTS};
use super::lifecycle;
use super::model::{self, ClassRow, ClassStatus, StartCheck};
use crate::web::{self, Query, value};
use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::chinese_date::{date_text, range_text};
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx, Permission as P};
use ui::{Choice, Crumbs, Field, Form, Html, Lang, Link, Listing, Page, Pager, Tag};

#[derive(Template)]
#[template(path = "classes/list.html")]
struct ListPage {
    page: Page,
    filter: Form,
    heads: Vec<Html>,
    listing: Listing,
    listed: Listed,
    pager: Pager,
    csv: String,
    may_edit: bool,
}

#[derive(Template)]
#[template(path = "classes/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    detail: Detail,
    duty: Form,
    /// The first day on which it may be started by hand, while that is still to come.
    starts_from: Option<String>,
}

impl ShowPage {
    fn is(&self, status: ClassStatus) -> bool {
        self.detail.class.status == status
    }
}

#[derive(Template)]
#[template(path = "classes/cancel.html")]
struct CancelPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    class: ClassRow,
    left: usize,
}

fn tag(status: ClassStatus) -> Tag {
    match status {
        ClassStatus::Planned => Tag::waiting(status.label()),
        ClassStatus::Published | ClassStatus::Running => Tag::good(status.label()),
        ClassStatus::Closed => Tag::quiet(status.label()),
        ClassStatus::Cancelled => Tag::bad(status.label()),
    }
}

/// The way down to a class.
pub(super) fn crumbs(page: &Page, rest: Vec<Link>) -> Crumbs {
    let mut links = vec![Link::new("/desk", "待办"), Link::new("/desk/classes", "班级")];
    links.extend(rest);
    Crumbs::new(page, links)
}

fn filter_of(query: &[(String, String)]) -> Filter {
    Filter {
        name: web::like(value(query, "q")),
        org: value(query, "org").parse().ok(),
        term: value(query, "term").parse().ok(),
        status: value(query, "status").parse().ok(),
        incomplete: !value(query, "incomplete").is_empty(),
    }
}

fn filter_form(filters: Filters, query: &[(String, String)]) -> Form {
    let statuses = ClassStatus::ALL
        .iter()
        .map(|status| Choice::new(status.as_str(), status.label()))
        .collect();
    let fields = vec![
        Field::text("q", "班级名称", 0, 40).value(value(query, "q")),
        Field::select("term", "学期", web::choices(filters.terms))
            .optional()
            .value(value(query, "term")),
        Field::select("org", "机构", web::choices(filters.orgs))
            .optional()
            .value(value(query, "org")),
        Field::select("status", "状态", statuses)
            .optional()
            .value(value(query, "status")),
        Field::tick("incomplete", "只看还没定教师或教室的")
            .optional()
            .value(value(query, "incomplete")),
    ];
    Form::blank(fields, Lang::Zh)
}

/// `GET /desk/classes`
pub async fn list(ctx: Ctx, query: Query) -> AppResult<Response> {
    let listing = web::listing("/desk/classes", &query);
    let part = web::part(&query);
    let mut listed = actions::list(&ctx, &filter_of(&query), listing.sort(&SORTS), part).await?;
    let next = part.cut(&mut listed.rows);
    let heads = [
        ("name", "班级"),
        ("starts", "时间"),
        ("seats", "空余 / 名额"),
        ("status", "状态"),
    ];
    let csv = listing
        .with("page", "csv")
        .replacen("/desk/classes", "/desk/classes.csv", 1);
    Ok(ui::html(&ListPage {
        page: web::desk_page(&ctx, "班级", &query),
        filter: filter_form(actions::filters(&ctx).await?, &query),
        heads: heads
            .iter()
            .map(|(column, label)| listing.head(column, label))
            .collect(),
        pager: listing.pager(next.as_deref()),
        csv,
        listing,
        listed,
        may_edit: ctx.can(P::ClassEdit),
    }))
}

/// `GET /desk/classes.csv`: the same filters and order, all rows, UTF-8 with a mark for spreadsheets.
pub async fn export(ctx: Ctx, query: Query) -> AppResult<Response> {
    let listing = web::listing("/desk/classes.csv", &query);
    let listed = actions::export(&ctx, &filter_of(&query), listing.sort(&SORTS)).await?;
    let broken = |error: csv::Error| AppError::Internal(error.to_string());
    let mut file = csv::Writer::from_writer(vec![0xEF, 0xBB, 0xBF]);
    file.write_record([
        "班级",
        "机构",
        "状态",
        "程度",
        "方式",
        "时间",
        "开课",
        "结束",
        "课次",
        "教室",
        "教师",
        "学费（元）",
        "名额",
        "已报",
        "候补",
        "最少开班",
    ])
    .map_err(broken)?;
    for row in &listed.rows {
        let cells = [
            safe_cell(&row.name),
            safe_cell(&listed.names.org(row.org_id)),
            row.status.label().into(),
            row.level.label().into(),
            row.mode.label().into(),
            row.weekly(),
            row.starts_on.to_string(),
            row.ends_on.to_string(),
            row.session_count.to_string(),
            safe_cell(&listed.names.room(row.room_id, row.mode)),
            safe_cell(&listed.names.person(row.teacher_id)),
            kernel::Fen(row.fee_fen).number_text(),
            row.capacity.to_string(),
            row.enrolled.to_string(),
            row.waitlisted.to_string(),
            row.minimum.to_string(),
        ];
        file.write_record(&cells).map_err(broken)?;
    }
    let bytes = file
        .into_inner()
        .map_err(|error| AppError::Internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"classes.csv\"",
        ),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, bytes).into_response())
}

/// A cell that a spreadsheet does not take for a formula.
fn safe_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The fields by which somebody is given a duty.
pub(crate) fn duty_fields() -> Vec<Field> {
    let duties = crate::duty::Duty::ALL
        .iter()
        .map(|duty| Choice::new(duty.as_str(), duty.label()))
        .collect();
    vec![
        Field::text("number", "编号", 1, 30).hint("学习码卡上的编号"),
        Field::radios("duty", "担任", duties).value("assistant"),
    ]
}

/// `GET /desk/classes/{id}`
pub async fn show(ctx: Ctx, Path(id): Path<String>, query: Query) -> AppResult<Response> {
    show_with(&ctx, &id, &query, Form::blank(duty_fields(), Lang::Zh), 200).await
}

/// The page of a class, with the form for duties as it was filled in.
pub(crate) async fn show_with(
    ctx: &Ctx,
    id: &str,
    query: &[(String, String)],
    duty: Form,
    status: u16,
) -> AppResult<Response> {
    let detail = actions::find(ctx, web::id(id)?).await?;
    let page = web::desk_page(ctx, &detail.class.name, query);
    let starts_from = model::starts_from(detail.class.starts_on);
    let template = ShowPage {
        crumbs: crumbs(&page, vec![Link::new("", detail.class.name.clone())]),
        starts_from: (ctx.today() < starts_from).then(|| date_text(starts_from)),
        page,
        detail,
        duty,
    };
    Ok(ui::respond::html_with(status, &template))
}

fn version_of(posted: &Posted) -> i64 {
    posted.get("version").parse().unwrap_or(0)
}

/// `POST /desk/classes/{id}/publish`
pub async fn publish(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    lifecycle::publish(&ctx, web::id(&id)?, version_of(&posted)).await?;
    Ok(see_other(&format!("/desk/classes/{id}?done=published")))
}

/// `POST /desk/classes/{id}/start`
pub async fn start(
    ctx: Ctx,
    check: Option<Extension<StartCheck>>,
    Path(id): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let check = check.map(|Extension(check)| check);
    lifecycle::start(&ctx, web::id(&id)?, version_of(&posted), check).await?;
    Ok(see_other(&format!("/desk/classes/{id}?done=running")))
}

/// `POST /desk/classes/{id}/close`
pub async fn close(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    lifecycle::close(&ctx, web::id(&id)?, version_of(&posted)).await?;
    Ok(see_other(&format!("/desk/classes/{id}?done=closed")))
}

fn cancel_fields() -> Vec<Field> {
    vec![
        Field::text("reason", "停办的原因", 2, 100).hint("已报名的学员会收到这句话"),
        Field::hidden("version"),
    ]
}

async fn show_cancel(ctx: &Ctx, id: &str, form: Form, status: u16) -> AppResult<Response> {
    let detail = actions::find(ctx, web::id(id)?).await?;
    let page = web::desk_page(ctx, &format!("停办：{}", detail.class.name), &[]);
    let up = Link::new(format!("/desk/classes/{id}"), detail.class.name.clone());
    let today = ctx.today();
    let left = detail
        .sessions
        .iter()
        .filter(|session| session.day >= today)
        .count();
    Ok(ui::respond::html_with(
        status,
        &CancelPage {
            crumbs: crumbs(&page, vec![up, Link::new("", "停办")]),
            page,
            form: form.fill("version", detail.class.version),
            class: detail.class,
            left,
        },
    ))
}

/// `GET /desk/classes/{id}/cancel`
pub async fn ask_cancel(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    show_cancel(&ctx, &id, Form::blank(cancel_fields(), Lang::Zh), 200).await
}

/// `POST /desk/classes/{id}/cancel`
pub async fn cancel(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(cancel_fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return show_cancel(&ctx, &id, form, 422).await;
    }
    match lifecycle::cancel(&ctx, web::id(&id)?, form.get("reason"), version_of(&posted)).await {
        Ok(()) => Ok(see_other(&format!("/desk/classes/{id}?done=cancelled"))),
        Err(error) => {
            let status = form.take_up(error)?;
            show_cancel(&ctx, &id, form, status).await
        }
    }
}
