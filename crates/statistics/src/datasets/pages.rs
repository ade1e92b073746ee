//! HTML of datasets: the list, a version, files in and out.

use super::actions::{self, Shown};
use super::definition::{Definition, Element, Table};
use super::form::Fault;
use super::model::{DatasetStatus, Over};
use super::store::{DatasetRow, VersionRow};
use super::{edit_pages, workbook};
use crate::{Measures, VersionId, id};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::chinese_date::date_text;
use platform::web::{Posted, Upload, see_other};
use platform::{AppError, AppResult, Ctx, Permission};
use std::collections::HashMap;
use ui::field::Choice;
use ui::{Crumbs, Field, Form, Lang, Link, Notice, Page, Pairs, Tag};

#[derive(Template)]
#[template(path = "datasets/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<DatasetRow>,
    may_edit: bool,
    upload: Form,
}

/// A table as the page of a version shows it: headings, and a cell in each place of the form.
struct Grid {
    code: String,
    title: String,
    source: String,
    note: String,
    columns: Vec<String>,
    rows: Vec<(String, Vec<Option<Element>>)>,
}

#[derive(Template)]
#[template(path = "datasets/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    shown: Shown,
    grids: Vec<Grid>,
    faults: Vec<Fault>,
    reason: Form,
    /// Whether the actor may change this draft.
    writing: bool,
}

#[derive(Template)]
#[template(path = "datasets/form.html")]
pub(super) struct FormPage {
    pub page: Page,
    pub crumbs: Crumbs,
    pub form: Form,
    pub action: String,
    pub back: String,
    pub help: Vec<&'static str>,
}

impl DatasetRow {
    fn tag(&self) -> Tag {
        status_tag(self.status)
    }
}

impl VersionRow {
    fn tag(&self) -> Tag {
        status_tag(self.status)
    }

    /// The days of the periods that it is for.
    fn validity(&self) -> String {
        match self.valid_to {
            Some(until) => format!("{}起，到{}前", date_text(self.valid_from), date_text(until)),
            None => format!("{}起", date_text(self.valid_from)),
        }
    }
}

fn status_tag(status: DatasetStatus) -> Tag {
    match status {
        DatasetStatus::Draft => Tag::waiting(status.label()),
        DatasetStatus::Published => Tag::good(status.label()),
        DatasetStatus::Retired => Tag::quiet(status.label()),
    }
}

fn grid(definition: &Definition, table: &Table, cells: &HashMap<String, Element>) -> Grid {
    let row = |line: &super::definition::Line| {
        let cell = |column: &super::definition::Line| {
            let code = super::definition::code_of(&table.code, &line.code, &column.code);
            cells.get(&code).cloned()
        };
        (line.label.clone(), table.columns.iter().map(cell).collect())
    };
    Grid {
        code: table.code.clone(),
        title: table.title.clone(),
        source: if table.source.is_empty() {
            definition.source.clone()
        } else {
            table.source.clone()
        },
        note: table.note.clone(),
        columns: table.columns.iter().map(|column| column.label.clone()).collect(),
        rows: table.rows.iter().map(row).collect(),
    }
}

fn upload_form() -> Form {
    Form::blank(
        vec![
            Field::file("file", "报表文件（TOML 或 XLSX）", ".toml,.xlsx")
                .hint("编号相同的报表会成为一份新的草稿。"),
            Field::tick("replace", "替换现有草稿（草稿里改过的会没有）").optional(),
        ],
        Lang::Zh,
    )
}

/// All datasets.
pub(super) async fn list(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    list_page(&ctx, upload_form(), &query, 200).await
}

async fn list_page(ctx: &Ctx, upload: Form, query: &Pairs, status: u16) -> AppResult<Response> {
    let page = noticed(ui::desk_page(ctx, "报表制度"), query);
    let template = ListPage {
        page,
        rows: actions::list(ctx).await?,
        may_edit: ctx.can(Permission::DatasetEdit),
        upload,
    };
    Ok(ui::respond::html_with(status, &template))
}

/// Puts an uploaded dataset in as a draft of the actor's first area.
pub(super) async fn import(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    upload: Upload,
) -> AppResult<Response> {
    let replace = !upload.fields.get("replace").is_empty();
    let over = if replace { Over::Draft } else { Over::NoDraft };
    let put = async {
        let definition = actions::read_file(&upload.bytes)?;
        let issuer = actions::issuers(&ctx)
            .await?
            .into_iter()
            .min_by_key(|org| org.path.len());
        let issuer = issuer.ok_or_else(|| AppError::invalid("file", "您的岗位不在市或区，不能发布报表。"))?;
        actions::put(&ctx, &metrics, issuer.id, definition, (over, false)).await
    };
    match put.await {
        Ok(put) => Ok(see_other(&format!(
            "/desk/datasets/{}?done=imported",
            put.version
        ))),
        Err(error) => {
            let mut form = upload_form();
            let status = form.take_up(error)?;
            list_page(&ctx, form, &Pairs::new(), status).await
        }
    }
}

async fn new_fields(ctx: &Ctx) -> AppResult<Vec<Field>> {
    let issuers = actions::issuers(ctx).await?.into_iter();
    let issuers = issuers
        .map(|org| Choice::new(org.id.to_string(), org.name))
        .collect();
    let mut fields = vec![
        Field::select("org", "由谁发布", issuers),
        Field::text("code", "报表编号", 2, 40)
            .hint("小写字母、数字和连字符，定了不能改，例如 minhang-monthly"),
    ];
    fields.extend(edit_pages::head_fields());
    Ok(fields)
}

fn new_page(ctx: &Ctx, form: Form, status: u16) -> Response {
    let page = ui::desk_page(ctx, "新建报表");
    let links = vec![Link::new("/desk/datasets", "报表制度"), Link::new("", "新建报表")];
    let template = FormPage {
        crumbs: Crumbs::new(&page, links),
        page,
        form,
        action: "/desk/datasets/new".into(),
        back: "/desk/datasets".into(),
        help: edit_pages::LEVEL_HELP.to_vec(),
    };
    ui::respond::html_with(status, &template)
}

/// The empty form of a new dataset.
pub(super) async fn blank(ctx: Ctx) -> AppResult<Response> {
    let form = Form::blank(new_fields(&ctx).await?, Lang::Zh)
        .fill("edition", ctx.today().year())
        .fill("valid_from", format!("{}-01-01", ctx.today().year()))
        .fill("levels", "street_school | fill | district | district | 1 | 20");
    Ok(new_page(&ctx, form, 200))
}

/// Makes the dataset with its first draft.
pub(super) async fn create(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    posted: Posted,
) -> AppResult<Response> {
    let mut form = Form::from_pairs(new_fields(&ctx).await?, Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(new_page(&ctx, form, 422));
    }
    let made = async {
        let org = form.get("org").parse().map_err(|_| AppError::NotFound)?;
        let definition = edit_pages::new_definition(&form)?;
        actions::put(&ctx, &metrics, org, definition, (Over::Nothing, false)).await
    };
    match made.await {
        Ok(put) => Ok(see_other(&format!("/desk/datasets/{}?done=created", put.version))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(new_page(&ctx, form, status))
        }
    }
}

/// One version.
pub(super) async fn show(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(version): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let shown = actions::get(&ctx, id(&version)?).await?;
    Ok(show_page(&ctx, &metrics, shown, reason_form(), &query, 200))
}

fn reason_form() -> Form {
    let fields = vec![
        Field::text("reason", "停用的原因", 2, 200),
        Field::hidden("version"),
    ];
    Form::blank(fields, Lang::Zh)
}

fn show_page(
    ctx: &Ctx,
    metrics: &Measures,
    shown: Shown,
    reason: Form,
    query: &Pairs,
    status: u16,
) -> Response {
    let page = noticed(ui::desk_page(ctx, &shown.definition.name), query);
    let cells = shown.definition.elements().into_iter();
    let cells: HashMap<String, Element> = cells.map(|one| (one.code.clone(), one)).collect();
    let tables = shown.definition.tables.iter();
    let draft = shown.version.status == DatasetStatus::Draft;
    let links = vec![
        Link::new("/desk/datasets", "报表制度"),
        Link::new("", &shown.definition.name),
    ];
    let template = ShowPage {
        crumbs: Crumbs::new(&page, links),
        page,
        grids: tables
            .map(|table| grid(&shown.definition, table, &cells))
            .collect(),
        faults: if draft {
            actions::faults(metrics, &shown.definition)
        } else {
            Vec::new()
        },
        reason: reason.fill("version", shown.version.version),
        writing: draft && shown.may_edit,
        shown,
    };
    ui::respond::html_with(status, &template)
}

/// The dataset as its file.
pub(super) async fn toml(ctx: Ctx, Path(version): Path<String>) -> AppResult<Response> {
    let shown = actions::get(&ctx, id(&version)?).await?;
    let text = shown.definition.to_toml().map_err(AppError::Internal)?;
    let name = ui::view::query_value(&format!("{}.toml", shown.definition.code));
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{name}"),
        ),
    ];
    Ok((headers, text).into_response())
}

/// The dataset as a workbook.
pub(super) async fn xlsx(ctx: Ctx, Path(version): Path<String>) -> AppResult<Response> {
    let shown = actions::get(&ctx, id(&version)?).await?;
    let bytes = workbook::write(&shown.definition, ctx.now())?;
    Ok(ui::xlsx(bytes, &format!("{}.xlsx", shown.definition.name)))
}

/// Opens a new draft.
pub(super) async fn copy(ctx: Ctx, Path(version): Path<String>, _: Posted) -> AppResult<Response> {
    let draft = actions::copy(&ctx, id(&version)?).await?;
    Ok(see_other(&format!("/desk/datasets/{draft}?done=copied")))
}

/// Publishes the draft.
pub(super) async fn publish(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(version): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let id: VersionId = id(&version)?;
    let seen = posted.get("version").parse().unwrap_or_default();
    match actions::publish(&ctx, &metrics, id, seen).await {
        Ok(()) => Ok(see_other(&format!("/desk/datasets/{id}?done=published"))),
        Err(error @ AppError::Invalid(_)) => {
            let shown = actions::get(&ctx, id).await?;
            let page = show_page(
                &ctx,
                &metrics,
                shown,
                reason_form(),
                &Pairs::new(),
                error.status(),
            );
            Ok(page)
        }
        Err(other) => Err(other),
    }
}

/// Takes the version out of use.
pub(super) async fn retire(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(version): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let id: VersionId = id(&version)?;
    let seen = posted.get("version").parse().unwrap_or_default();
    match actions::retire(&ctx, id, posted.get("reason"), seen).await {
        Ok(()) => Ok(see_other(&format!("/desk/datasets/{id}?done=retired"))),
        Err(error) => {
            let mut form = reason_form().fill("reason", posted.get("reason"));
            let status = form.take_up(error)?;
            let shown = actions::get(&ctx, id).await?;
            Ok(show_page(&ctx, &metrics, shown, form, &Pairs::new(), status))
        }
    }
}

/// Says on top of the page what was done on the page before.
pub(super) fn noticed(page: Page, query: &Pairs) -> Page {
    let done = query.iter().find(|(name, _)| name == "done");
    let text = match done.map(|(_, what)| what.as_str()) {
        Some("created") => "报表已建好，是一份草稿。请接着加表。",
        Some("imported") => "文件已读入，是一份草稿。请核对以后发布。",
        Some("copied") => "已开了一份新草稿，改好再发布。",
        Some("changed") => "已保存。",
        Some("published") => "已发布。从现在起可以用它填报。",
        Some("retired") => "这个版本已停用，填过的报表都还在。",
        _ => return page,
    };
    page.noticed(Notice::done(text))
}
