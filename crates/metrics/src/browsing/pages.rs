//! HTML of metrics.

use super::actions::{self, ROWS, View};
use super::asked::Asked;
use crate::definition::{BehindRow, Dimension, How, Measure, Metric};
use crate::figure::{Figure, link};
use crate::period::Period;
use crate::reading::Metrics;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx};
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
    n: i64,
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
        rows: view.rows.iter().map(|row| shown(row, kind_label)).collect(),
        rows_note: rows_note(&metric),
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
        How::Sum {
            measure: Measure::M, ..
        } if metric.scale > 1 => "各行的数是次数，不是时数。",
        How::Sum { .. } | How::Moment { .. } => "",
    }
}

/// The course of time as a line, where all known figures are whole numbers and there are two of them.
fn course(metric: &Metric, view: &View) -> Option<Chart> {
    let points: Vec<(String, i64)> = view
        .course
        .iter()
        .filter_map(|(period, figure)| Some((period.label(), rounded(figure.number()?))))
        .collect();
    (points.len() > 1).then(|| Chart {
        kind: ChartKind::Line,
        sentence: format!("{}：{}", view.place.name, metric.name),
        rows: "时间段".into(),
        unit: metric.unit.into(),
        points,
    })
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "figures stay far below 2^52; the cast saturates"
)]
fn rounded(number: f64) -> i64 {
    number.round() as i64
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

fn shown(row: &BehindRow, kind_label: fn(&str) -> String) -> Row {
    let id = kernel::Id::<()>::from_raw(row.subject_id);
    let href = match (row.subject.as_str(), row.subject_id) {
        (_, 0) => String::new(),
        ("org", _) => format!("/desk/orgs/{id}"),
        ("room", _) => format!("/desk/rooms/{id}"),
        ("class", _) => format!("/desk/classes/{id}"),
        ("session", _) => format!("/desk/sessions/{id}"),
        ("budget_line", _) => format!("/desk/funding/{id}"),
        ("title", _) => format!("/desk/titles/{id}"),
        _ => String::new(),
    };
    Row {
        label: row.label.clone(),
        detail: kind_label(&row.detail),
        href,
        n: row.n,
    }
}
