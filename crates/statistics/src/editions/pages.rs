//! HTML of editions: for staff with the ways to cells and metrics, and for everybody.

use super::actions::{self, ErratumDraft, Public, Shown};
use super::family::Saids;
use super::model::Said;
use super::reading::Kept;
use super::store::ErratumRow;
use crate::datasets::definition::{Element, Fill, code_of};
use crate::number::Number;
use crate::returns::edition_again;
use crate::{EditionId, Measures, ReturnId, id};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use metrics::Period;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use std::collections::HashMap;
use std::sync::Arc;
use ui::{Choice, Field, Form, Lang, Notice, Page, Pairs};

/// A figure as the page shows it.
struct Figure {
    text: String,
    unit: String,
    /// The page of the cell, for staff.
    cell: String,
    /// The page of its metric, for staff.
    metric: String,
}

struct Grid {
    title: String,
    columns: Vec<String>,
    rows: Vec<(String, Vec<Option<Figure>>)>,
}

/// An erratum as the page tells it: when, what, from and to, why.
type Told = (String, String, String, String);

#[derive(Template)]
#[template(path = "editions/desk.html")]
struct DeskPage {
    page: Page,
    shown: Shown,
    grids: Vec<Grid>,
    errata: Vec<Told>,
    frozen: String,
    period: String,
    form: Form,
    may_tell: bool,
}

#[derive(Template)]
#[template(path = "editions/public.html")]
struct PublicPage {
    page: Page,
    shown: Shown,
    /// Whether figures are hidden.
    guarded: bool,
    grids: Vec<Grid>,
    errata: Vec<Told>,
    frozen: String,
    period: String,
}

fn number(value: Option<i64>, decimals: u8) -> String {
    value.map_or_else(|| "—".to_owned(), |value| Number::from_raw(value).text(decimals))
}

/// Who looks at an edition: staff, with the ways to cells and metrics, or everybody, with what is said of each figure.
#[derive(Clone, Copy)]
enum Reader<'a> {
    Staff(&'a Measures),
    Everybody(&'a Saids),
}

impl Reader<'_> {
    /// What is said of a figure to this reader; of what nothing was said, nothing is.
    fn said(self, code: &str) -> Said {
        match self {
            Self::Staff(_) => Said::Figure,
            Self::Everybody(said) => said.get(code).copied().unwrap_or(Said::Guard),
        }
    }
}

/// A figure as it is said.
fn text(said: Said, value: Option<i64>, decimals: u8) -> String {
    match said {
        Said::Figure => number(value, decimals),
        Said::Small(limit) => format!("<{limit}"),
        Said::Near(_) | Said::Guard => HIDDEN.into(),
    }
}

/// What stands in the place of a figure that would give another one away.
const HIDDEN: &str = "不公布";

fn values(shown: &Shown) -> HashMap<&str, Option<i64>> {
    let cells = shown.cells.iter();
    cells.map(|cell| (cell.element.as_str(), cell.value)).collect()
}

fn grids(shown: &Shown, reader: Reader<'_>) -> Vec<Grid> {
    let values = values(shown);
    let period: Option<Period> = shown.edition.period.parse().ok();
    let figure = |code: &str| {
        let element = shown.form.find(code)?;
        let (cell, metric) = match (reader, &element.fill, period) {
            (Reader::Everybody(_), ..) => (String::new(), String::new()),
            (Reader::Staff(metrics), fill, period) => (
                format!("/desk/returns/{}/cells/{code}", shown.edition.return_id),
                match (fill, period) {
                    (Fill::Metric { id, .. }, Some(period)) if metrics.find(id).is_some() => {
                        metrics::link(id, shown.edition.org_id, period)
                    }
                    _ => String::new(),
                },
            ),
        };
        Some(Figure {
            text: text(
                reader.said(code),
                values.get(code).copied().flatten(),
                element.decimals,
            ),
            unit: element.unit.clone(),
            cell,
            metric,
        })
    };
    let tables = shown.form.definition.tables.iter();
    tables
        .map(|table| Grid {
            title: format!("{} {}", table.code, table.title),
            columns: table.columns.iter().map(|column| column.label.clone()).collect(),
            rows: table
                .rows
                .iter()
                .map(|row| {
                    let cells = table.columns.iter();
                    let cells = cells.map(|column| figure(&code_of(&table.code, &row.code, &column.code)));
                    (row.label.clone(), cells.collect())
                })
                .collect(),
        })
        .collect()
}

/// The errata in words, newest first.
fn errata(page: &Page, shown: &Shown, reader: Reader<'_>) -> Vec<Told> {
    let all = shown.errata.iter().enumerate();
    all.map(|(at, one)| {
        // What it was is said as it was said then: by the erratum before it, else by the edition.
        let mut earlier = shown.errata.iter().skip(at + 1);
        let earlier = earlier.find(|other| other.element == one.element);
        let (before, is) = match reader {
            Reader::Staff(_) => (Said::Figure, Said::Figure),
            Reader::Everybody(_) => {
                let before = earlier.map_or_else(|| reader.said(&one.element), ErratumRow::is);
                (before, one.is())
            }
        };
        told(page, shown, one, (before, is))
    })
    .collect()
}

/// An erratum in words, with what is said of what the figure was and of what it is.
fn told(page: &Page, shown: &Shown, one: &ErratumRow, (before, is): (Said, Said)) -> Told {
    let element = shown.form.find(&one.element);
    let decimals = element.map_or(0, |element| element.decimals);
    let label = element.map(Element::label);
    let what = format!("{} {}", one.element, label.unwrap_or_default());
    let was = text(before, one.value_was, decimals);
    let change = match is {
        Said::Near(limit) => format!("{was} 有误，和应有的数相差不到 {limit}"),
        said => format!("{was} 改为 {}", text(said, one.value_is, decimals)),
    };
    (page.moment(one.created_at), what, change, one.reason.clone())
}

fn period(shown: &Shown) -> String {
    let period: Option<Period> = shown.edition.period.parse().ok();
    period.map_or_else(|| shown.edition.period.clone(), Period::label)
}

/// Freezes a return.
pub(super) async fn freeze(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Extension(kept): Extension<Arc<Kept>>,
    Path(at): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let of: ReturnId = id(&at)?;
    let name = posted.get("name");
    match actions::freeze(&ctx, &metrics, &kept, of, name).await {
        Ok(edition) => Ok(see_other(&format!("/desk/editions/{edition}?done=frozen"))),
        Err(error) => edition_again(&ctx, of, name, error).await,
    }
}

/// The form of an erratum: its figures are chosen by their names.
fn erratum_form(shown: &Shown) -> Form {
    let values = values(shown);
    let cells = shown.form.elements.iter().map(|element| {
        let code = element.code.as_str();
        let value = number(values.get(code).copied().flatten(), element.decimals);
        let table = code.split('_').next().unwrap_or_default();
        let text = format!("{table} {}（{value} {}）", element.label(), element.unit);
        Choice::new(code, text)
    });
    let fields = vec![
        Field::select("element", "哪一个数", cells.collect()),
        Field::text("value", "应当是", 1, 30),
        Field::textarea("reason", "为什么", 300).hint("会公布，请不要写出人数很少的数"),
    ];
    Form::blank(fields, Lang::Zh)
}

/// An edition, for staff.
pub(super) async fn desk(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(at): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    desk_page(&ctx, &metrics, id(&at)?, None, &query).await
}

async fn desk_page(
    ctx: &Ctx,
    metrics: &Measures,
    id: EditionId,
    refused: Option<(&Posted, AppError)>,
    query: &Pairs,
) -> AppResult<Response> {
    let shown = actions::get(ctx, id).await?;
    let (mut form, mut status) = (erratum_form(&shown), 200);
    if let Some((posted, error)) = refused {
        for name in ["element", "value", "reason"] {
            form = form.fill(name, posted.get(name));
        }
        status = form.take_up(error)?;
    }
    let mut page = ui::desk_page(ctx, &shown.edition.name);
    let done = query.iter().find(|(name, _)| name == "done");
    match done.map(|(_, what)| what.as_str()) {
        Some("frozen") => page = page.noticed(Notice::done("年度版已定，里面的数不再改动。")),
        Some("told") => page = page.noticed(Notice::done("勘误已公布。")),
        _ => {}
    }
    let template = DeskPage {
        grids: grids(&shown, Reader::Staff(metrics)),
        errata: errata(&page, &shown, Reader::Staff(metrics)),
        frozen: page.moment(shown.edition.created_at),
        period: period(&shown),
        may_tell: shown.may_tell,
        form,
        page,
        shown,
    };
    Ok(ui::respond::html_with(status, &template))
}

/// Tells an erratum.
pub(super) async fn tell(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Extension(kept): Extension<Arc<Kept>>,
    Path(at): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let id: EditionId = id(&at)?;
    let draft = ErratumDraft {
        element: posted.get("element"),
        value: posted.get("value"),
        reason: &posted.get("reason").replace(['\r', '\n'], " "),
    };
    match actions::tell(&ctx, &metrics, &kept, id, draft).await {
        Ok(()) => Ok(see_other(&format!("/desk/editions/{id}?done=told"))),
        Err(error) => desk_page(&ctx, &metrics, id, Some((&posted, error)), &Pairs::new()).await,
    }
}

/// An edition, for everybody.
pub(super) async fn public(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Extension(kept): Extension<Arc<Kept>>,
    Path(at): Path<String>,
) -> AppResult<Response> {
    let found = actions::public(&ctx, &metrics, &kept, id(&at)?).await?;
    let Public { shown, said } = found;
    let mut page = ui::page(&ctx, "");
    page.lang = Lang::Zh;
    page.title.clone_from(&shown.edition.name);
    let reader = Reader::Everybody(&said);
    let template = PublicPage {
        grids: grids(&shown, reader),
        errata: errata(&page, &shown, reader),
        guarded: said.values().any(|one| *one != Said::Figure),
        frozen: page.moment(shown.edition.created_at),
        period: period(&shown),
        page,
        shown,
    };
    Ok(ui::html(&template))
}
