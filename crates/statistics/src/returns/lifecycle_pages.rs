//! HTML of a return on its way up: filing, looking through it, sending cells back, amendments; and as a file.

use super::actions::{self, Keep, Shown, Unsaved};
use super::lifecycle::{self, Remark};
use super::pages::{Asked, amendment_form, asked, crumbs, file_form, noticed, show_page, title};
use super::views::{self, Cell, Notes};
use super::{paper, workbook};
use crate::{Measures, Printing, ReturnId, id};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use platform::web::{Posted, Upload, see_other};
use platform::{AppError, AppResult, Ctx, FieldError};
use std::collections::HashMap;
use ui::{Crumbs, Form, Page, Pairs, Tabs};

#[derive(Template)]
#[template(path = "returns/review.html")]
struct ReviewPage {
    page: Page,
    crumbs: Crumbs,
    tabs: Tabs,
    shown: Shown,
    cells: Vec<(Cell, String, String)>,
    errors: Vec<FieldError>,
    /// Which step is the actor's now: check, approve, send back more, or nothing.
    step: &'static str,
    /// Which cells are listed, so that a refusal lists the same: all or changed.
    show: &'static str,
    hidden: usize,
}

#[derive(Template)]
#[template(path = "returns/upload.html")]
struct UploadPage {
    page: Page,
    crumbs: Crumbs,
    shown: Shown,
    errors: Vec<String>,
    missing: Vec<String>,
    changed: Option<usize>,
}

fn seen(posted: &Posted) -> i64 {
    posted.get("version").parse().unwrap_or_default()
}

/// Hands the return in.
pub(super) async fn file(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(at): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let id: ReturnId = id(&at)?;
    match lifecycle::file(&ctx, &metrics, id, posted.get("note"), seen(&posted)).await {
        Ok(()) => Ok(see_other(&format!("/desk/returns/{id}?done=filed"))),
        Err(error) => {
            let doors = match &error {
                AppError::Refused { doors, .. } => doors.clone(),
                _ => Vec::new(),
            };
            let mut form = file_form().fill("note", posted.get("note"));
            let status = form.take_up(error)?;
            let asked = Asked {
                file: Some(form),
                doors,
                ..Asked::default()
            };
            let shown = actions::get(&ctx, id).await?;
            let page = ui::desk_page(&ctx, &title(&shown));
            show_page(page, shown, "", &asked, status)
        }
    }
}

/// What is to be looked at: what changed since the last approval, or everything.
pub(super) async fn review(
    ctx: Ctx,
    Path(at): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    review_page(&ctx, id(&at)?, &query, &HashMap::new(), Vec::new(), 200).await
}

async fn review_page(
    ctx: &Ctx,
    id: ReturnId,
    query: &Pairs,
    remarks: &HashMap<String, String>,
    errors: Vec<FieldError>,
    status: u16,
) -> AppResult<Response> {
    let shown = actions::get(ctx, id).await?;
    let all = asked(query, "show") == "all";
    let issues = shown.filled.issues();
    let notes = Notes::new(&issues, &[]);
    let tables = &shown.filled.form.definition.tables;
    let rows = shown.filled.form.elements.iter().zip(&shown.filled.cells);
    let wanted = rows.filter(|(_, cell)| all || cell.is_new());
    let cells: Vec<(Cell, String, String)> = wanted
        .map(|(element, stored)| {
            let table = tables.get(element.table).map(|table| table.title.clone());
            let remark = remarks.get(&element.code).cloned().unwrap_or_default();
            (
                views::cell(&shown, element, stored, &notes),
                table.unwrap_or_default(),
                remark,
            )
        })
        .collect();
    let page = noticed(ui::desk_page(ctx, &format!("{} 核对审核", title(&shown))), query);
    let href = |show: &str, here: bool| {
        if here {
            String::new()
        } else {
            format!("/desk/returns/{id}/review?show={show}")
        }
    };
    let links = vec![
        ui::Link::new(href("changed", !all), "上次审核以后变了的格"),
        ui::Link::new(href("all", all), "全部的格"),
    ];
    let step = match shown.filled.row.status.as_str() {
        "filed" if shown.may_check => "check",
        "checked" if shown.may_approve => "approve",
        "sent_back" if shown.may_check || shown.may_approve => "more",
        _ => "",
    };
    let template = ReviewPage {
        crumbs: crumbs(&page, &shown, Some("核对审核")),
        tabs: Tabs::new("看哪些格", links),
        hidden: shown.filled.cells.len() - cells.len(),
        page,
        cells,
        errors,
        step,
        show: if all { "all" } else { "changed" },
        shown,
    };
    Ok(ui::respond::html_with(status, &template))
}

/// Sends back the cells that got a remark.
pub(super) async fn send_back(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(at): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let id: ReturnId = id(&at)?;
    let said = posted
        .0
        .iter()
        .filter_map(|(name, text)| Some((name.strip_prefix("k.")?, text.trim())));
    let said: HashMap<String, String> = said
        .filter(|(_, text)| !text.is_empty())
        .map(|(code, text)| (code.to_owned(), text.to_owned()))
        .collect();
    let mut remarks: Vec<Remark> = said
        .iter()
        .map(|(element, text)| Remark {
            element: element.clone(),
            text: text.clone(),
        })
        .collect();
    remarks.sort_by(|a, b| a.element.cmp(&b.element));
    match lifecycle::send_back(&ctx, &metrics, id, remarks, seen(&posted)).await {
        Ok(()) => Ok(see_other(&format!("/desk/returns/{id}?done=sent_back"))),
        Err(AppError::Invalid(wrong)) => {
            let query = vec![("show".to_owned(), posted.get("show").to_owned())];
            review_page(&ctx, id, &query, &said, wrong, 422).await
        }
        Err(AppError::Refused {
            code: "changed_meanwhile",
            sentence,
            ..
        }) => {
            let query = vec![("show".to_owned(), posted.get("show").to_owned())];
            let wrong = vec![FieldError {
                field: String::new(),
                sentence,
            }];
            review_page(&ctx, id, &query, &said, wrong, 409).await
        }
        Err(other) => Err(other),
    }
}

/// Finds it in order.
pub(super) async fn check(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(at): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let id: ReturnId = id(&at)?;
    lifecycle::check(&ctx, &metrics, id, seen(&posted)).await?;
    Ok(see_other(&format!("/desk/returns/{id}?done=checked")))
}

/// Approves it.
pub(super) async fn approve(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(at): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let id: ReturnId = id(&at)?;
    lifecycle::approve(&ctx, &metrics, id, seen(&posted)).await?;
    Ok(see_other(&format!("/desk/returns/{id}?done=approved")))
}

/// Fixes it for ever.
pub(super) async fn lock(ctx: Ctx, Path(at): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: ReturnId = id(&at)?;
    lifecycle::lock(&ctx, id, seen(&posted)).await?;
    Ok(see_other(&format!("/desk/returns/{id}?done=locked")))
}

/// Asks to change cells of what was filed.
pub(super) async fn ask_amendment(ctx: Ctx, Path(at): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: ReturnId = id(&at)?;
    let codes = posted
        .get("elements")
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';'));
    let codes: Vec<String> = codes.filter(|code| !code.is_empty()).map(str::to_owned).collect();
    match lifecycle::ask_amendment(&ctx, id, &codes, &posted.get("reason").replace(['\r', '\n'], " ")).await {
        Ok(_) => Ok(see_other(&format!("/desk/returns/{id}?done=asked"))),
        Err(error) => {
            let mut form: Form = amendment_form()
                .fill("elements", posted.get("elements"))
                .fill("reason", posted.get("reason"));
            let status = form.take_up(error)?;
            let asked = Asked {
                amendment: Some(form),
                ..Asked::default()
            };
            let shown = actions::get(&ctx, id).await?;
            let page = ui::desk_page(&ctx, &title(&shown));
            show_page(page, shown, "", &asked, status)
        }
    }
}

/// Answers a request: the button says how.
pub(super) async fn answer_amendment(
    ctx: Ctx,
    Path(at): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let grant = posted.get("answer_is") == "grant";
    let of = lifecycle::answer_amendment(&ctx, id(&at)?, grant, posted.get("answer")).await?;
    let done = if grant { "granted" } else { "refused" };
    Ok(see_other(&format!("/desk/returns/{of}?done={done}")))
}

/// The return as a workbook.
pub(super) async fn xlsx(ctx: Ctx, Path(at): Path<String>) -> AppResult<Response> {
    let shown = actions::get(&ctx, id(&at)?).await?;
    let bytes = workbook::write(&shown, ctx.now())?;
    Ok(ui::xlsx(
        bytes,
        &format!("{} {}.xlsx", title(&shown), shown.filled.form.definition.name),
    ))
}

/// The page to bring a workbook back.
pub(super) async fn upload_form(ctx: Ctx, Path(at): Path<String>) -> AppResult<Response> {
    let shown = actions::get(&ctx, id(&at)?).await?;
    Ok(upload_page(&ctx, shown, Vec::new(), Vec::new(), None, 200))
}

fn upload_page(
    ctx: &Ctx,
    shown: Shown,
    errors: Vec<String>,
    missing: Vec<String>,
    changed: Option<usize>,
    status: u16,
) -> Response {
    let page = ui::desk_page(ctx, "用 XLSX 填报");
    let template = UploadPage {
        crumbs: crumbs(&page, &shown, Some("用 XLSX 填报")),
        page,
        shown,
        errors,
        missing,
        changed,
    };
    ui::respond::html_with(status, &template)
}

/// Takes up a workbook: all or nothing, or the good cells.
pub(super) async fn upload(ctx: Ctx, Path(at): Path<String>, upload: Upload) -> AppResult<Response> {
    let id: ReturnId = id(&at)?;
    let shown = actions::get(&ctx, id).await?;
    let brought = match workbook::read(&upload.bytes, &shown) {
        Ok(brought) => brought,
        Err(AppError::Invalid(wrong)) => {
            let errors = wrong.into_iter().map(|one| one.sentence).collect();
            return Ok(upload_page(&ctx, shown, errors, Vec::new(), None, 422));
        }
        Err(other) => return Err(other),
    };
    let keep = if upload.fields.get("keep") == "good" {
        Keep::Good
    } else {
        Keep::AllOrNothing
    };
    let saved = actions::save(&ctx, id, brought.typed, keep).await?;
    let errors: Vec<String> = saved.unsaved.iter().map(upload_sentence).collect();
    if errors.is_empty() && brought.missing.is_empty() {
        return Ok(see_other(&format!("/desk/returns/{id}?done=imported")));
    }
    let status = if errors.is_empty() { 200 } else { 422 };
    let shown = actions::get(&ctx, id).await?;
    Ok(upload_page(
        &ctx,
        shown,
        errors,
        brought.missing,
        Some(saved.changed),
        status,
    ))
}

/// What is told of a cell of a file that was not kept: the same file again would meet the same change.
fn upload_sentence(unsaved: &Unsaved) -> String {
    let typed = &unsaved.typed;
    if unsaved.conflict {
        format!(
            "{}：下载以后这一格又改过，文件里的“{}”没有存。请在网页上改这一格，或者重新下载再填。",
            typed.element, typed.value
        )
    } else {
        format!("{}：{}", typed.element, unsaved.sentence)
    }
}

/// The paper form.
pub(super) async fn pdf(
    ctx: Ctx,
    Extension(printing): Extension<Printing>,
    Path(at): Path<String>,
) -> AppResult<Response> {
    let shown = actions::get(&ctx, id(&at)?).await?;
    let bytes = paper::print(&ctx, &printing, &shown).await?;
    Ok(ui::pdf(
        bytes,
        &format!("{} {}.pdf", title(&shown), shown.filled.form.definition.name),
    ))
}
