//! HTML of metrics.

use super::actions::{self, Behind, ROWS, View};
use super::asked::Asked;
use crate::definition::{Dimension, How, Metric};
use crate::figure::{Figure, State, link};
use crate::period::Period;
use crate::reading::Metrics;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx, Permission};
use std::sync::Arc;
use ui::{Chart, ChartKind, Crumbs, Form, Link, Page, Pairs};

#[derive(Template)]
#[template(path = "browsing/list.html")]
struct ListPage {
    page: Page,
    form: Form,
    name: String,
    period: Period,
    lines: Vec<Line>,
}

struct Line {
    metric: Metric,
    figure: Figure,
    href: String,
}

#[derive(Template)]
#[template(path = "browsing/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    metric: Metric,
    period: Period,
    view: View,
    course: Option<Chart>,
    parts: Vec<Part>,
    children: Vec<Child>,
    rows: Vec<Row>,
    rows_caption: String,
    rows_note: &'static str,
    rows_unit: &'static str,
    division: String,
    last_year: String,
    next: Option<String>,
}

struct Part {
    caption: String,
    lines: Vec<(String, String)>,
}

struct Child {
    name: String,
    href: String,
    text: String,
    remark: String,
}

struct Row {
    label: String,
    detail: String,
    href: String,
    text: String,
}

/// All metrics with their figures.
pub(super) async fn list(
    ctx: Ctx,
    Extension(metrics): Extension<Arc<Metrics>>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let asked = Asked::read(&ctx, &query)?;
    let place = actions::place(&ctx, &metrics, asked.org).await?;
    let figures = actions::overview(&ctx, &metrics, &place, asked.period).await?;
    let lines = metrics.all().iter().zip(figures).map(|(metric, figure)| Line {
        metric: *metric,
        href: link(metric.id, place.org, asked.period),
        figure,
    });
    Ok(ui::html(&ListPage {
        page: ui::desk_page(&ctx, "指标"),
        form: asked.form,
        name: place.name.clone(),
        period: asked.period,
        lines: lines.collect(),
    }))
}

/// One metric.
pub(super) async fn show(
    ctx: Ctx,
    Extension(metrics): Extension<Arc<Metrics>>,
    Path(metric): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let metric = *metrics.find(&metric).ok_or(AppError::NotFound)?;
    let asked = Asked::read(&ctx, &query)?;
    let place = actions::place(&ctx, &metrics, asked.org).await?;
    let view = actions::look(&ctx, &metrics, &metric, place, asked.period, asked.offset).await?;
    let page = ui::desk_page(&ctx, metric.name);
    let here = link(metric.id, view.place.org, asked.period);
    let crumbs = vec![
        Link::new(
            format!("/desk/metrics?org={}&period={}", view.place.org, asked.period),
            "指标",
        ),
        Link::new("", metric.name),
    ];
    let kind_label = metrics.registry.kind_label(&metric);
    Ok(ui::html(&ShowPage {
        crumbs: Crumbs::new(&page, crumbs),
        page,
        form: asked.form,
        course: course(&metric, &view),
        parts: parts(&metric, &view, kind_label),
        children: children(&metric, &view, asked.period),
        rows: view.rows.iter().map(|row| shown(&ctx, row, kind_label)).collect(),
        rows_note: rows_note(&metric),
        rows_unit: view.rows_unit,
        division: division(&metrics, &metric, &view.figure),
        last_year: last_year(&view),
        rows_caption: format!("这个数背后的记录，第 {} 条起", asked.offset + 1),
        next: view.more.then(|| format!("{here}&from={}", asked.offset + ROWS)),
        metric,
        period: asked.period,
        view,
    }))
}

/// Why the rows do not add up to the figure, where they do not.
const fn rows_note(metric: &Metric) -> &'static str {
    match metric.how {
        How::Ratio { .. } => "这里列的是分子背后的记录。",
        How::Persons { bands: [], .. } => "各行相加会大于总数：一个人可能在几行里，总数里只计一次。",
        How::Persons { .. } => "各行的数不分年龄，也没有去掉重复的人，相加会大于总数。",
        How::Sum { .. } | How::Moment { .. } => "",
    }
}

/// Part and whole of a ratio for reading: `12 人 ÷ 345 人`; nothing for what is none.
fn division(metrics: &Metrics, metric: &Metric, figure: &Figure) -> String {
    let How::Ratio { part, whole, .. } = metric.how else {
        return String::new();
    };
    let said = |id: &str, value: Option<i64>| {
        let metric = metrics.find(id)?;
        let alone = Figure {
            part: Some(value?),
            ..metric.without(State::Known, figure.as_of, figure.tree_on)
        };
        Some(alone.with_unit())
    };
    match (
        said(part, figure.part),
        said(whole, figure.whole),
        figure.number(),
    ) {
        (Some(part), Some(whole), Some(_)) => format!("{part} ÷ {whole}"),
        _ => String::new(),
    }
}

/// The part that can be compared and what it was a year earlier, in words.
fn last_year(view: &View) -> String {
    match &view.compared {
        Some((now, then)) if now.1.number().is_some() => format!(
            "{}：{}；{}：{}",
            then.0.label(),
            then.1.with_unit(),
            now.0.label(),
            now.1.with_unit()
        ),
        _ => "这个时间段还没有可以比的月份。".to_owned(),
    }
}

/// The course of time as a line, where two figures of it are known.
fn course(metric: &Metric, view: &View) -> Option<Chart> {
    let points: Vec<(String, i64)> = view
        .course
        .iter()
        .filter_map(|(period, figure)| Some((period.label(), figure.point()?)))
        .collect();
    (points.len() > 1).then(|| Chart {
        kind: ChartKind::Line,
        sentence: format!("{}：{}", view.place.name, metric.name),
        rows: "时间段".into(),
        unit: metric.unit.into(),
        decimals: metric.decimals,
        points,
    })
}

fn parts(metric: &Metric, view: &View, kind_label: fn(&str) -> String) -> Vec<Part> {
    let labelled = |by: Dimension, lines: &[(String, Figure)]| Part {
        caption: format!("{}，按{}（{}）", metric.name, by.label(), metric.unit),
        lines: lines
            .iter()
            .map(|(key, figure)| (by.key_label(key, kind_label), figure.text()))
            .collect(),
    };
    let known = view.parts.iter().filter(|(_, lines)| !lines.is_empty());
    known.map(|(by, lines)| labelled(*by, lines)).collect()
}

fn children(metric: &Metric, view: &View, period: Period) -> Vec<Child> {
    let child = |(org, name, figure): &(OrgId, String, Figure)| Child {
        name: name.clone(),
        href: link(metric.id, *org, period),
        text: figure.text(),
        remark: figure.remark(),
    };
    view.children.iter().map(child).collect()
}

/// Where each kind of thing behind a figure has its page, and what a post must allow to open it.
const PAGES: &[(&str, &str, Permission)] = &[
    ("org", "/desk/orgs", Permission::OrgRead),
    ("room", "/desk/rooms", Permission::OrgRead),
    ("class", "/desk/classes", Permission::ClassRead),
    ("session", "/desk/sessions", Permission::ClassEdit),
    ("budget_line", "/desk/funding", Permission::OrgRead),
    ("title", "/desk/titles", Permission::OrgRead),
];

/// A thing behind a figure; who may not open its page gets its name alone.
fn shown(ctx: &Ctx, row: &Behind, kind_label: fn(&str) -> String) -> Row {
    let (figure, row) = (&row.figure, &row.row);
    let id = kernel::Id::<()>::from_raw(row.subject_id);
    let known = PAGES.iter().find(|(kind, ..)| *kind == row.subject);
    let open = known.filter(|(_, _, needs)| row.subject_id != 0 && ctx.can(*needs));
    Row {
        label: row.label.clone(),
        detail: kind_label(&row.detail),
        href: open
            .map(|(_, path, _)| format!("{path}/{id}"))
            .unwrap_or_default(),
        text: figure.text(),
    }
}
