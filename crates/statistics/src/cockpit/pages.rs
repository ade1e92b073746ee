//! HTML of the cockpit.

use super::actions::{self, Below, MOST_BEHIND, View};
use crate::Measures;
use crate::returns::late::{Late, LateList};
use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::response::Response;
use metrics::browsing::Asked;
use metrics::{Period, link};
use plans::progress::Lagging;
use platform::{AppResult, Ctx};
use ui::{Chart, ChartKind, Choice, Disc, Field, Form, Lang, Map, Page, Pairs};

#[derive(Template)]
#[template(path = "cockpit/show.html")]
struct ShowPage {
    page: Page,
    form: Form,
    name: String,
    period: Period,
    cards: Vec<Card>,
    by_form: Form,
    by_name: &'static str,
    map: Option<Map>,
    lines: Vec<Line>,
    lines_caption: String,
    behind: usize,
    late: Vec<Late>,
    late_lists: Vec<LateList>,
    lagging: Vec<Lagging>,
}

impl ShowPage {
    /// Whether a list was cut at its most.
    fn is_cut(&self, rows: usize) -> bool {
        rows >= MOST_BEHIND
    }
}

struct Card {
    name: &'static str,
    href: String,
    figure: String,
    change: String,
    remark: String,
    chart: Option<Chart>,
}

struct Line {
    name: String,
    href: String,
    cockpit: String,
    text: String,
    change: String,
    behind: String,
}

/// The cockpit of an org and a period.
pub(super) async fn show(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let asked = Asked::read(&ctx, &query)?;
    let by = query.iter().find(|(name, _)| name == "by");
    let by = by.map_or("", |(_, value)| value.as_str());
    let view = actions::view(&ctx, &metrics, asked.org, asked.period, by).await?;
    let period = asked.period;
    let chosen = view.chosen;
    let lines: Vec<Line> = view
        .below
        .iter()
        .map(|below| line(below, &view, period))
        .collect();
    Ok(ui::html(&ShowPage {
        page: ui::desk_page(&ctx, "驾驶舱"),
        form: asked.form,
        name: view.place.name.clone(),
        cards: view.keys.iter().map(|key| card(key, &view, period)).collect(),
        by_form: by_form(&view, period),
        by_name: chosen.name,
        map: map(&view, period),
        lines_caption: format!("下一级的{}（{}），{}", chosen.name, chosen.unit, period.label()),
        behind: lines.iter().filter(|line| !line.behind.is_empty()).count(),
        lines,
        period,
        late: view.late.first,
        late_lists: view.late.lists,
        lagging: view.lagging,
    }))
}

/// Chooses by which figure the orgs below are shown.
fn by_form(view: &View, period: Period) -> Form {
    let choices = view
        .keys
        .iter()
        .map(|key| Choice::new(key.metric.id, key.metric.name))
        .collect();
    let fields = vec![
        Field::select("by", "下一级按哪个指标看", choices).value(view.chosen.id),
        Field::hidden("org").value(view.place.org),
        Field::hidden("period").value(period),
    ];
    Form::blank(fields, Lang::Zh)
}

fn card(key: &actions::Key, view: &View, period: Period) -> Card {
    Card {
        name: key.metric.name,
        href: link(key.metric.id, view.place.org, period),
        figure: key.figure.with_unit(),
        change: key.change.clone(),
        remark: key.figure.remark(),
        chart: course(key),
    }
}

/// The last months as a line, where at least two are known.
fn course(key: &actions::Key) -> Option<Chart> {
    let points: Vec<(String, i64)> = key
        .course
        .iter()
        .filter_map(|(month, figure)| Some((month.label(), figure.point()?)))
        .collect();
    (points.len() > 1).then(|| Chart {
        kind: ChartKind::Line,
        sentence: format!("{}，近 {} 个月，按月", key.metric.name, points.len()),
        rows: "月份".into(),
        unit: key.metric.unit.into(),
        decimals: key.metric.decimals,
        points,
    })
}

fn line(below: &Below, view: &View, period: Period) -> Line {
    let metric = view.chosen.id;
    Line {
        name: below.name.clone(),
        href: link(metric, below.org, period),
        cockpit: format!("/desk/cockpit?org={}&period={period}", below.org),
        text: below.figure.text(),
        change: below.change.clone(),
        behind: below.behind.clone().unwrap_or_default(),
    }
}

/// The orgs below on the map, where at least two have a place.
fn map(view: &View, period: Period) -> Option<Map> {
    let metric = &view.chosen;
    let discs: Vec<Disc> = view
        .below
        .iter()
        .filter_map(|below| {
            let point = below.point?;
            Some(Disc {
                label: below.name.clone(),
                href: link(metric.id, below.org, period),
                lng_e6: point.lng_e6,
                lat_e6: point.lat_e6,
                value: below.figure.number(),
                text: below.figure.text(),
            })
        })
        .collect();
    (discs.len() > 1).then(|| Map {
        sentence: format!(
            "{}的{}，{}；圆越大，数越大",
            view.place.name,
            metric.name,
            period.label()
        ),
        rows: "机构".into(),
        unit: metric.unit.into(),
        source: if view.outlines.is_empty() {
            String::new()
        } else {
            format!(
                "{}圆画在各机构下属学习场所的中间。",
                orgs::regions::outlines::SOURCE
            )
        },
        outlines: view.outlines.clone(),
        discs,
    })
}
