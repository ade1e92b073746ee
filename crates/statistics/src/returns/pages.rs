//! HTML of a return: its tables, one cell, the machine's new figures.

use super::actions::{self, Difference, Keep, Shown, Typed, Unsaved};
use super::issues::Issue;
use super::levels;
use super::model::{self, ReturnStatus};
use super::store::{AmendmentRow, ChangeRow, ReturnRow};
use super::views::{self, Cell, Grid, Notes, grid, shown_number};
use crate::datasets::definition::{Force, How};
use crate::number::Number;
use crate::{Measures, ReturnId, id};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx, Door};
use std::collections::{HashMap, HashSet};
use ui::{Crumbs, Field, Form, Lang, Link, Notice, Page, Pairs, Tabs};

#[derive(Template)]
#[template(path = "returns/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    tabs: Tabs,
    shown: Shown,
    grid: Grid,
    issues: Vec<Issue>,
    must: usize,
    /// Codes of formula cells of this table, for the parts that a save brings along.
    along: String,
    file: Form,
    doors: Vec<Door>,
    amendment: Form,
    /// To freeze an edition, where the actor may.
    edition: Option<Form>,
    can_fill: bool,
}

#[derive(Template)]
#[template(path = "returns/cell.html")]
struct CellPage {
    page: Page,
    crumbs: Crumbs,
    shown: Shown,
    cell: Cell,
    metric: Option<(String, String)>,
    formula: Option<String>,
    source: String,
    changed: String,
    hash: String,
    form: Form,
    history: Vec<Told>,
}

/// A change of a cell in words: when, who, from and to, what it became, why.
type Told = (String, String, String, &'static str, String);

#[derive(Template)]
#[template(path = "returns/refresh.html")]
struct RefreshPage {
    page: Page,
    crumbs: Crumbs,
    row: ReturnRow,
    differences: Vec<(Difference, String, String, String)>,
}

pub(super) fn asked<'a>(query: &'a Pairs, name: &str) -> &'a str {
    let found = query.iter().find(|(key, _)| key == name);
    found.map_or("", |(_, value)| value.as_str())
}

/// Opens the return of an org.
pub(super) async fn open(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    posted: Posted,
) -> AppResult<Response> {
    let period = posted
        .get("period")
        .parse()
        .map_err(|sentence: String| AppError::invalid("period", sentence))?;
    let (version, org) = (id(posted.get("version"))?, id(posted.get("org"))?);
    let opened = actions::open(&ctx, &metrics, version, org, period).await?;
    Ok(see_other(&format!("/desk/returns/{opened}")))
}

/// One return, a table at a time.
pub(super) async fn show(
    ctx: Ctx,
    Path(at): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let shown = actions::get(&ctx, id(&at)?).await?;
    let page = noticed(ui::desk_page(&ctx, &title(&shown)), &query);
    show_page(page, shown, asked(&query, "table"), &Asked::default(), 200)
}

/// What was asked on the page and could not be done.
#[derive(Default)]
pub(super) struct Asked {
    pub unsaved: Vec<Unsaved>,
    pub file: Option<Form>,
    /// Where what was refused can be mended.
    pub doors: Vec<Door>,
    pub amendment: Option<Form>,
    pub edition: Option<Form>,
}

pub(super) fn title(shown: &Shown) -> String {
    format!("{} {}", shown.org.name, shown.filled.row.period_label())
}

pub(super) fn file_form() -> Form {
    let fields = vec![
        Field::textarea("note", "上报说明", 500)
            .optional()
            .hint("有校验不符、或有下级没有报的，要在这里写明原因。"),
        Field::hidden("version"),
    ];
    Form::blank(fields, Lang::Zh)
}

pub(super) fn amendment_form() -> Form {
    let fields = vec![
        Field::textarea("elements", "要更正的格", 4_000).hint("写格的编号，一行一个，例如 T5_all_people"),
        Field::textarea("reason", "更正理由", 500),
    ];
    Form::blank(fields, Lang::Zh)
}

/// The form that freezes an edition, with the name that it has unless another is typed.
pub(crate) fn edition_form(shown: &Shown) -> Form {
    let name = format!(
        "{}（{}）",
        shown.filled.form.definition.name,
        shown.filled.row.period_label()
    );
    let fields = vec![Field::text("name", "年度版的名称", 2, 60).value(name)];
    Form::blank(fields, Lang::Zh)
}

/// A return with what was typed to freeze an edition of it and could not be taken.
///
/// # Errors
/// The error itself, when no form can mend it; as [`actions::get`].
pub(crate) async fn edition_again(
    ctx: &Ctx,
    id: ReturnId,
    name: &str,
    error: AppError,
) -> AppResult<Response> {
    let AppError::Invalid(_) = error else {
        return Err(error);
    };
    let shown = actions::get(ctx, id).await?;
    let mut form = edition_form(&shown).fill("name", name);
    let status = form.take_up(error)?;
    let asked = Asked {
        edition: Some(form),
        ..Asked::default()
    };
    let page = ui::desk_page(ctx, &title(&shown));
    show_page(page, shown, "", &asked, status)
}

pub(super) fn show_page(
    page: Page,
    shown: Shown,
    table: &str,
    asked: &Asked,
    status: u16,
) -> AppResult<Response> {
    let issues = views::sorted(shown.filled.issues());
    let notes = Notes::new(&issues, &asked.unsaved);
    let tables = &shown.filled.form.definition.tables;
    let wrong_table = asked
        .unsaved
        .first()
        .and_then(|one| one.typed.element.split('_').next());
    let wanted = if table.is_empty() {
        wrong_table.unwrap_or_default()
    } else {
        table
    };
    let number = tables.iter().position(|one| one.code == wanted).unwrap_or(0);
    let grid = grid(&shown, number, &notes).ok_or(AppError::NotFound)?;
    let row = &shown.filled.row;
    let file = asked
        .file
        .clone()
        .unwrap_or_else(file_form)
        .fill("version", row.version);
    let template = ShowPage {
        crumbs: crumbs(&page, &shown, None),
        tabs: tabs(&shown, number, &issues),
        must: issues.iter().filter(|issue| issue.force == Force::Must).count(),
        can_fill: shown.may_fill && matches!(row.status, ReturnStatus::Draft | ReturnStatus::SentBack),
        file,
        doors: asked.doors.clone(),
        amendment: asked.amendment.clone().unwrap_or_else(amendment_form),
        edition: Some(asked.edition.clone().unwrap_or_else(|| edition_form(&shown)))
            .filter(|_| shown.may_freeze),
        along: along(&shown, number),
        issues: issues.clone(),
        grid,
        page,
        shown,
    };
    Ok(ui::respond::html_with(status, &template))
}

/// One tab a table, with how much is to be mended there.
fn tabs(shown: &Shown, number: usize, issues: &[Issue]) -> Tabs {
    let form = &shown.filled.form;
    let count = |at: usize| {
        let here = |code: &String| form.find(code).is_some_and(|element| element.table == at);
        issues.iter().filter(|issue| issue.cells.iter().any(here)).count()
    };
    let links = form.definition.tables.iter().enumerate().map(|(at, one)| {
        let href = if at == number {
            String::new()
        } else {
            format!("/desk/returns/{}?table={}", shown.filled.row.id, one.code)
        };
        let marked = match count(at) {
            0 => String::new(),
            open => format!("（{open} 处待改）"),
        };
        Link::new(href, format!("{} {}{marked}", one.code, one.title))
    });
    Tabs::new("表", links.collect())
}

/// What a saved cell brings along: the issues, and the formulas of its table.
fn along(shown: &Shown, number: usize) -> String {
    let all = shown.filled.form.elements.iter().zip(&shown.filled.cells);
    let formulas =
        all.filter(|(element, cell)| element.table == number && cell.origin == super::model::Origin::Formula);
    formulas.fold("#issues".to_owned(), |all, (element, _)| {
        format!("{all},#c-{}", element.code)
    })
}

/// The way to a return.
pub(super) fn crumbs(page: &Page, shown: &Shown, here: Option<&str>) -> Crumbs {
    let row = &shown.filled.row;
    let list = format!(
        "/desk/returns?version={}&period={}",
        row.dataset_version_id, row.period
    );
    let own = format!("/desk/returns/{}", row.id);
    let mut links = vec![
        Link::new(list, shown.filled.form.definition.name.clone()),
        Link::new(if here.is_some() { own.as_str() } else { "" }, title(shown)),
    ];
    links.extend(here.map(|text| Link::new("", text)));
    Crumbs::new(page, links)
}

/// What a form of cells holds: `v.CODE` values, `n.CODE` versions, `r.CODE` reasons where they are asked.
fn typed(posted: &Posted, sums: &HashSet<String>) -> Vec<Typed> {
    let value = |prefix: &str, code: &str| {
        posted
            .0
            .iter()
            .find(|(name, _)| name.strip_prefix(prefix) == Some(code))
    };
    let rest_is_none = posted.get("rest") == "0";
    let cells = posted
        .0
        .iter()
        .filter_map(|(name, text)| Some((name.strip_prefix("v.")?, text)));
    cells
        .map(|(code, text)| Typed {
            element: code.to_owned(),
            // Who says that the rest of a table is none types a 0 into each of its empty boxes; not into sums, which the
            // returns below fill.
            value: if rest_is_none && text.trim().is_empty() && !sums.contains(code) {
                "0".to_owned()
            } else {
                text.clone()
            },
            reason: value("r.", code).map(|(_, reason)| reason.clone()),
            seen: value("n.", code)
                .and_then(|(_, seen)| seen.parse().ok())
                .unwrap_or_default(),
        })
        .collect()
}

/// Saves the cells of a table, or one cell when a script sends it.
pub(super) async fn save(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(at): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let id: ReturnId = id(&at)?;
    let sums = if posted.get("rest") == "0" {
        let shown = actions::get(&ctx, id).await?;
        let filled = &shown.filled;
        // Where nobody stands below, nobody else will ever fill them.
        match levels::nobody_below(&ctx, &metrics, &filled.form.definition, &filled.row).await? {
            true => HashSet::new(),
            false => shown.sums(),
        }
    } else {
        HashSet::new()
    };
    let saved = actions::save(&ctx, id, typed(&posted, &sums), Keep::Good).await?;
    let table = posted.get("table").to_owned();
    if saved.unsaved.is_empty() && !ctx.view.part {
        return Ok(see_other(&format!("/desk/returns/{id}?table={table}&done=saved")));
    }
    let status = match saved.unsaved.iter().any(|one| one.conflict) {
        _ if ctx.view.part => 200,
        true => 409,
        false => 422,
    };
    let shown = actions::get(&ctx, id).await?;
    let mut page = ui::desk_page(&ctx, &title(&shown));
    if !saved.unsaved.is_empty() {
        page = page.noticed(Notice::warning(format!(
            "存好了 {} 格，有 {} 格没有存，原因写在格旁边；您填的都还在。",
            saved.changed,
            saved.unsaved.len()
        )));
    }
    let code = saved
        .unsaved
        .first()
        .and_then(|one| one.typed.element.split('_').next());
    let table = if table.is_empty() {
        code.unwrap_or_default().to_owned()
    } else {
        table
    };
    let asked = Asked {
        unsaved: saved.unsaved,
        ..Asked::default()
    };
    show_page(page, shown, &table, &asked, status)
}

fn cell_form(decimals: u8) -> Form {
    let hint = match decimals {
        0 => "整数；留空就用系统的数".to_owned(),
        most => format!("最多 {most} 位小数；留空就用系统的数"),
    };
    let fields = vec![
        Field::text("value", "这一格的数", 0, 30).hint(hint),
        Field::textarea("reason", "说明", 200)
            .optional()
            .hint("和系统的数不同、或和上年相差很大时要写。"),
        Field::hidden("seen"),
    ];
    Form::blank(fields, Lang::Zh)
}

/// One cell: where its value comes from, and the form to change it.
pub(super) async fn cell(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path((at, code)): Path<(String, String)>,
) -> AppResult<Response> {
    cell_page(&ctx, &metrics, id(&at)?, &code, None, 200).await
}

async fn cell_page(
    ctx: &Ctx,
    metrics: &Measures,
    id: ReturnId,
    code: &str,
    form: Option<Form>,
    status: u16,
) -> AppResult<Response> {
    let shown = actions::get(ctx, id).await?;
    let changes = actions::changes(ctx, id, code).await?;
    let issues = shown.filled.issues();
    let (element, stored) = shown.filled.find(code).ok_or(AppError::NotFound)?;
    let cell = views::cell(&shown, element, stored, &Notes::new(&issues, &[]));
    let names = actions::names(
        ctx,
        changes
            .iter()
            .map(|one| one.created_by)
            .chain([stored.changed_by]),
    )
    .await?;
    let page = ui::desk_page(ctx, &format!("{} {}", element.code, element.label()));
    let definition = &shown.filled.form.definition;
    let table_source = definition
        .tables
        .get(element.table)
        .map(|table| table.source.clone());
    let form = form.unwrap_or_else(|| {
        cell_form(element.decimals)
            .fill("value", &cell.plain)
            .fill("reason", &cell.reason)
    });
    let template = CellPage {
        metric: views::metric_link(metrics, &shown, element),
        formula: match &element.fill {
            crate::datasets::definition::Fill::Formula(text) => Some(text.clone()),
            _ => None,
        },
        source: element
            .source
            .clone()
            .or(table_source.filter(|source| !source.is_empty()))
            .unwrap_or_else(|| definition.source.clone()),
        changed: stored
            .changed_at
            .map(|at| format!("{} {}", named(&names, stored.changed_by), page.moment(at)))
            .unwrap_or_default(),
        hash: stored.hash.clone(),
        form: form.fill("seen", stored.version),
        history: history(&page, &changes, &names, element.decimals),
        crumbs: crumbs(&page, &shown, Some(&element.label())),
        cell,
        page,
        shown,
    };
    Ok(ui::respond::html_with(status, &template))
}

type Names = HashMap<kernel::PersonId, String>;

fn named(names: &Names, person: Option<kernel::PersonId>) -> String {
    let known = person.and_then(|one| names.get(&one).cloned());
    known.unwrap_or_else(|| "系统".to_owned())
}

/// What people changed, as the page tells it.
fn history(page: &Page, changes: &[ChangeRow], names: &Names, decimals: u8) -> Vec<Told> {
    let number = |value: Option<i64>| shown_number(value.map(Number::from_raw), decimals);
    let line = |one: &ChangeRow| {
        let what = format!("{} → {}", number(one.value_before), number(one.value_after));
        (
            page.moment(one.created_at),
            named(names, one.created_by),
            what,
            one.origin.label(),
            one.reason.clone(),
        )
    };
    changes.iter().map(line).collect()
}

/// Changes one cell.
pub(super) async fn change_cell(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path((at, code)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let id: ReturnId = id(&at)?;
    let mut form = Form::from_pairs(
        vec![
            Field::text("value", "这一格的数", 0, 30),
            Field::textarea("reason", "说明", 200).optional(),
            Field::hidden("seen"),
        ],
        Lang::Zh,
        &posted.0,
    );
    if !form.is_valid() {
        return cell_page(&ctx, &metrics, id, &code, Some(form), 422).await;
    }
    let typed = Typed {
        element: code.clone(),
        value: form.get("value").to_owned(),
        reason: Some(form.get("reason").replace('\n', " ")),
        seen: form.number("seen").unwrap_or_default(),
    };
    let saved = actions::save(&ctx, id, vec![typed], Keep::Good).await?;
    match saved.unsaved.first() {
        None => {
            let table = code.split('_').next().unwrap_or_default();
            Ok(see_other(&format!("/desk/returns/{id}?table={table}&done=saved")))
        }
        Some(unsaved) => {
            let status = if unsaved.conflict { 409 } else { 422 };
            form.error("value", unsaved.sentence.clone());
            cell_page(&ctx, &metrics, id, &code, Some(form), status).await
        }
    }
}

/// What the machine says otherwise now.
pub(super) async fn differences(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(at): Path<String>,
) -> AppResult<Response> {
    let shown = actions::get(&ctx, id(&at)?).await?;
    let differences = actions::differences(&ctx, &metrics, &shown).await?.into_iter();
    let page = ui::desk_page(&ctx, "重新取数");
    let rows = differences.map(|one| {
        let number = |value| shown_number(value, one.element.decimals);
        let (before, after, value) = (number(one.before), number(one.after), number(one.value));
        (one, before, after, value)
    });
    let template = RefreshPage {
        crumbs: crumbs(&page, &shown, Some("重新取数")),
        differences: rows.collect(),
        row: shown.filled.row,
        page,
    };
    Ok(ui::html(&template))
}

/// Takes up what the machine says now.
pub(super) async fn refresh(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(at): Path<String>,
    _: Posted,
) -> AppResult<Response> {
    let id: ReturnId = id(&at)?;
    actions::refresh(&ctx, &metrics, id).await?;
    Ok(see_other(&format!("/desk/returns/{id}?done=refreshed")))
}

/// Says on top of the page what was done on the page before.
pub(super) fn noticed(page: Page, query: &Pairs) -> Page {
    let text = match asked(query, "done") {
        "saved" => "已保存。",
        "refreshed" => "已按最新的系统数据填好；改过的格没有动。",
        "filed" => "已上报，等上级核对。",
        "checked" => "核对通过，等审核。",
        "sent_back" => "已退回写了意见的格，别的格没有动。",
        "approved" => "审核通过，数字已计入上级汇总。",
        "locked" => "已锁定，以后不再改动。",
        "asked" => "更正申请已提交，等上级答复。",
        "granted" => "已同意更正，那几格可以改了。",
        "refused" => "已答复不同意更正。",
        "imported" => "文件里的数已存好。",
        _ => return page,
    };
    page.noticed(Notice::done(text))
}

impl ReturnRow {
    /// When the machine was asked last.
    fn taken(&self, page: &Page) -> String {
        page.moment(self.machine_at)
    }
}

impl AmendmentRow {
    /// When it was asked.
    fn asked(&self, page: &Page) -> String {
        page.moment(self.created_at)
    }
}

impl Shown {
    /// How many returns below are in which state, in words.
    fn below_text(&self) -> String {
        let all: Vec<String> = self
            .below
            .iter()
            .map(|(status, count)| format!("{} {count}", status.label()))
            .collect();
        if all.is_empty() {
            "还没有".to_owned()
        } else {
            all.join("，")
        }
    }

    /// Codes of the cells that the returns below fill.
    fn sums(&self) -> HashSet<String> {
        let elements = self.filled.form.elements.iter();
        let sums =
            elements.filter(|one| model::automatic(one, self.filled.row.how) == Some(model::Origin::Sum));
        sums.map(|one| one.code.clone()).collect()
    }

    fn is_sum(&self) -> bool {
        self.filled.row.how == How::Sum
    }
}
