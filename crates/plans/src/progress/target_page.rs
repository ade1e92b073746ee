//! HTML of one target: its value, trend, forecast and split, and which metric moves it. Names no store.

use super::figures::Standing;
use super::form::bind_fields;
use super::model;
use super::pages::noticed;
use super::targets;
use crate::plans::pages::{crumbs, id};
use crate::plans::{PlanRow, TargetRow};
use crate::{PlanId, PlanTargetId};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::Date;
use metrics::{Ask, Dimension, Metric, Metrics, Period, Slice};
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx, Permission};
use std::sync::Arc;
use ui::field::Choice;
use ui::{Chart, ChartKind, Crumbs, Form, Lang, Page, Pairs};

#[derive(Template)]
#[template(path = "progress/target.html")]
struct TargetPage {
    page: Page,
    crumbs: Crumbs,
    plan: PlanRow,
    target: TargetRow,
    task: String,
    now: String,
    forecast: String,
    metric: String,
    link: String,
    trend: Option<Chart>,
    split: Option<Chart>,
    form: Form,
    manages: bool,
}

/// Months of a trend at most.
const MONTHS: usize = 24;

/// One target.
pub(super) async fn show(
    ctx: Ctx,
    Extension(metrics): Extension<Arc<Metrics>>,
    Path((plan, target)): Path<(String, String)>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    page(&ctx, &metrics, (id(&plan)?, id(&target)?), None, &query, 200).await
}

/// Says which metric moves the target.
pub(super) async fn bind(
    ctx: Ctx,
    Extension(metrics): Extension<Arc<Metrics>>,
    Path((plan, target)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, target): (PlanId, PlanTargetId) = (id(&plan)?, id(&target)?);
    let kinds = kinds(&metrics, posted.get("metric"), posted.get("kind"));
    let mut form = Form::from_pairs(bind_fields(choices(&metrics, None), kinds), Lang::Zh, &posted.0);
    if form.is_valid() {
        let metric = form.some("metric").map(str::to_owned);
        let how = (form.get("counts") == "growth", form.get("kind"));
        match targets::bind(&ctx, &metrics, (plan, target), metric.as_deref(), how).await {
            Ok(()) => {
                return Ok(see_other(&format!(
                    "/desk/plans/{plan}/targets/{target}?done=bound"
                )));
            }
            Err(error) => drop(form.take_up(error)?),
        }
    }
    page(&ctx, &metrics, (plan, target), Some(form), &Pairs::new(), 422).await
}

fn choices(metrics: &Metrics, present: Option<&str>) -> Vec<Choice> {
    let mut all: Vec<Choice> = metrics
        .all()
        .iter()
        .map(|metric| Choice::new(metric.id, format!("{}（{}）", metric.name, metric.unit)))
        .collect();
    // A metric that a later part brings stays chosen, and says that it has no figures yet.
    if let Some(present) = present.filter(|id| metrics.find(id).is_none()) {
        let name = crate::reading::bind::Bindings::shipped().name(present);
        all.push(Choice::new(
            present,
            format!("{name}（系统还没有这个指标的数据）"),
        ));
    }
    all
}

/// The kinds that a metric counts, by name; with the present one, which may be a course's category.
fn kinds(metrics: &Metrics, metric: &str, present: &str) -> Vec<Choice> {
    let found = metrics.find(metric);
    let known = found.map_or(&[][..], model::kinds_of);
    let label = |kind: &str| {
        found.map_or_else(
            || kind.to_owned(),
            |metric| metrics.registry.kind_label(metric)(kind),
        )
    };
    let mut all: Vec<Choice> = known.iter().map(|kind| Choice::new(*kind, label(kind))).collect();
    if !present.is_empty() && !known.contains(&present) {
        all.push(Choice::new(present, label(present)));
    }
    all
}

/// The form with what holds now.
fn present(metrics: &Metrics, metric: Option<&str>, standing: &Standing) -> Form {
    let kinds = kinds(metrics, metric.unwrap_or_default(), &standing.kind);
    Form::blank(bind_fields(choices(metrics, metric), kinds), Lang::Zh)
        .fill("metric", metric.unwrap_or_default())
        .fill("counts", if standing.grows { "growth" } else { "level" })
        .fill("kind", &standing.kind)
}

async fn page(
    ctx: &Ctx,
    metrics: &Metrics,
    (plan, target): (PlanId, PlanTargetId),
    form: Option<Form>,
    query: &Pairs,
    status: u16,
) -> AppResult<Response> {
    let view = targets::get(ctx, metrics, plan, target).await?;
    let (row, standing) = (view.row, &view.standing);
    let reads = ctx.reach(Permission::MetricRead).contains(&view.plan.org_path);
    let metric = row
        .metric
        .as_deref()
        .filter(|_| reads)
        .and_then(|id| metrics.find(id));
    let (trend, split) = match metric {
        Some(metric) => (
            Some(trend(ctx, metrics, metric, &view.plan, standing).await?),
            split(ctx, metrics, metric, &view.plan, standing).await?,
        ),
        None => (None, None),
    };
    let blank = present(metrics, row.metric.as_deref(), standing);
    let page = noticed(ui::desk_page(ctx, &row.words()), query);
    let template = TargetPage {
        crumbs: crumbs(&page, &view.plan, Some("指标值")),
        page,
        task: format!("/desk/plans/{plan}/tasks/{}", view.task),
        now: standing.words(&row),
        forecast: view.forecast,
        metric: row
            .metric
            .as_deref()
            .map(|id| {
                metrics.find(id).map_or_else(
                    || crate::reading::bind::Bindings::shipped().name(id),
                    |metric| metric.name,
                )
            })
            .unwrap_or_default()
            .to_owned(),
        link: metric
            .map(|metric| {
                let period = standing.period.unwrap_or_else(|| Period::from(ctx.today()));
                metrics::link(metric.id, view.plan.org_id, period)
            })
            .unwrap_or_default(),
        trend,
        split,
        form: form.unwrap_or(blank),
        manages: view.manages,
        target: row,
        plan: view.plan,
    };
    Ok(ui::respond::html_with(status, &template))
}

fn slice_of(standing: &Standing) -> Slice {
    if standing.kind.is_empty() {
        Slice::default()
    } else {
        Slice(vec![(Dimension::Kind, standing.kind.clone())])
    }
}

/// Months of the plan up to today, each with its figure.
async fn trend(
    ctx: &Ctx,
    metrics: &Metrics,
    metric: &Metric,
    plan: &PlanRow,
    standing: &Standing,
) -> AppResult<Chart> {
    let last = ctx.today().clamp(plan.starts_on, plan.ends_on);
    let mut months: Vec<Period> = Vec::new();
    let mut month = Period::from(last);
    while month.last_day() >= plan.starts_on && months.len() < MONTHS {
        months.push(month);
        month = month.previous();
    }
    months.reverse();
    let asks: Vec<Ask> = months
        .iter()
        .map(|month| Ask {
            slice: slice_of(standing),
            ..Ask::new(metric.id, plan.org_id, *month)
        })
        .collect();
    let figures = metrics.figures(ctx, &asks).await?;
    let first = months.first().map(|month| month.first_day());
    let points: Vec<(String, i64)> = months
        .iter()
        .zip(&figures)
        .filter_map(|(month, figure)| {
            let day = month.first_day();
            Some((label(day, first == Some(day)), figure.point()?))
        })
        .collect();
    Ok(Chart {
        kind: ChartKind::Line,
        sentence: format!("{}按月的变化，到 {last}", metric.name),
        rows: "月份".to_owned(),
        unit: metric.unit.to_owned(),
        decimals: metric.decimals,
        points,
    })
}

/// The month; with its year where a year begins.
fn label(day: Date, first: bool) -> String {
    if first || day.month() == 1 {
        format!("{}年{}月", day.year(), day.month())
    } else {
        format!("{}月", day.month())
    }
}

/// The figure of each org directly below; none for a plan of an org without any.
async fn split(
    ctx: &Ctx,
    metrics: &Metrics,
    metric: &Metric,
    plan: &PlanRow,
    standing: &Standing,
) -> AppResult<Option<Chart>> {
    let Some(period) = standing.period else {
        return Ok(None);
    };
    let children = metrics.by_child(ctx, metric.id, plan.org_id, period).await?;
    let asks: Vec<Ask> = children
        .iter()
        .map(|(org, ..)| Ask {
            slice: slice_of(standing),
            ..Ask::new(metric.id, *org, period)
        })
        .collect();
    let figures = metrics.figures(ctx, &asks).await?;
    let mut points: Vec<(String, i64)> = children
        .into_iter()
        .zip(&figures)
        .filter_map(|((_, name, _), figure)| Some((name, figure.point()?)))
        .collect();
    points.sort_by_key(|(_, value)| -value);
    Ok((!points.is_empty()).then(|| Chart {
        kind: ChartKind::Bars,
        sentence: format!("{}，按下级机构，{}", metric.name, period.label()),
        rows: "机构".to_owned(),
        unit: metric.unit.to_owned(),
        decimals: metric.decimals,
        points,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_its_year_where_a_year_begins() {
        for (day, first, text) in [
            (Date::constant(2025, 11, 1), true, "2025年11月"),
            (Date::constant(2025, 12, 1), false, "12月"),
            (Date::constant(2026, 1, 1), false, "2026年1月"),
            (Date::constant(2026, 2, 1), false, "2月"),
        ] {
            assert_eq!(label(day, first), text);
        }
    }
}
