//! What metrics say of targets: what was there at the beginning, what is there now.
//!
//! A figure of the plan's organisation is shown to who may read that organisation's metrics; others see reports only.

use super::model::{self, Reached};
use super::store::{self, MeasureRow, ReportRow};
use crate::PlanTargetId;
use crate::plans::{PlanRow, TargetRow};
use crate::reading::bind::Bindings;
use kernel::Date;
use metrics::{Ask, Dimension, Figure, Metrics, Period, Slice};
use platform::{AppResult, Ctx, Permission};
use std::collections::HashMap;

/// Where what is known of a target comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A metric: it moves by itself.
    Metric,
    /// Typed in a report (自填).
    Typed,
    /// Nothing is known.
    Nothing,
}

/// What is known of a target.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Where it comes from.
    pub source: Source,
    /// How far; none when nothing is known.
    pub reached: Option<Reached>,
    /// The figure for reading: `1,234 人`.
    pub text: String,
    /// Why there is no figure, or not a whole one; may be empty.
    pub remark: String,
    /// Whether growth counts.
    pub grows: bool,
    /// Kind of the metric that counts; empty for the whole.
    pub kind: String,
}

/// The period of a plan up to today.
fn so_far(plan: &PlanRow, today: Date) -> Period {
    let whole_year = Period::Year(plan.starts_on.year());
    if plan.starts_on == whole_year.first_day() && plan.ends_on == whole_year.last_day() {
        return whole_year;
    }
    // Facts are kept by month: the period reaches to the end of the month of today or of the last day.
    let last = today.min(plan.ends_on).max(plan.starts_on);
    Period::Span {
        from: plan.starts_on.first_of_month(),
        to: last.last_of_month(),
    }
}

/// What is asked of the metrics for one target.
struct Question {
    target: PlanTargetId,
    grows: bool,
    kind: String,
    moment: bool,
}

/// What is known of these targets, by target.
///
/// # Errors
/// When the database refuses.
pub async fn standings(
    ctx: &Ctx,
    metrics: &Metrics,
    plan: &PlanRow,
    targets: &[&TargetRow],
    reports: &[ReportRow],
) -> AppResult<HashMap<PlanTargetId, Standing>> {
    let measures = store::measures(ctx.db(), plan.id).await?;
    let mut found: HashMap<PlanTargetId, Standing> = targets
        .iter()
        .map(|target| (target.id, typed(target, reports, &measures)))
        .collect();
    if !ctx.reach(Permission::MetricRead).contains(&plan.org_path) {
        return Ok(found);
    }
    let (unanswered, answered): (Vec<&TargetRow>, Vec<&TargetRow>) = targets.iter().partition(|target| {
        target
            .metric
            .as_deref()
            .is_some_and(|metric| !answers(metric, target, &measures))
    });
    for target in unanswered {
        if let Some(standing) = found
            .get_mut(&target.id)
            .filter(|standing| standing.remark.is_empty())
        {
            standing.remark = "系统里的数不分优秀、特色、示范，请自填，或在这里指定对应的指标。".into();
        }
    }
    let (questions, asks) = questions(ctx, metrics, plan, &answered, &found);
    let mut figures = metrics.figures(ctx, &asks).await?.into_iter();
    for question in questions {
        let Some(now) = figures.next() else { break };
        let start = if question.moment { figures.next() } else { None };
        let start = start.and_then(|figure| figure.number());
        found.insert(question.target, counted(question, &now, start));
    }
    Ok(found)
}

/// What is asked of the metrics, in the order of the targets: for a moment two figures, else one.
fn questions(
    ctx: &Ctx,
    metrics: &Metrics,
    plan: &PlanRow,
    targets: &[&TargetRow],
    known: &HashMap<PlanTargetId, Standing>,
) -> (Vec<Question>, Vec<Ask>) {
    let mut questions = Vec::new();
    let mut asks = Vec::new();
    for target in targets {
        let metric = target.metric.as_deref().and_then(|id| metrics.find(id));
        let (Some(metric), Some(standing)) = (metric, known.get(&target.id)) else {
            continue;
        };
        let moment = metric.is_moment(&metrics.registry);
        let slice = if standing.kind.is_empty() {
            Slice::default()
        } else {
            Slice(vec![(Dimension::Kind, standing.kind.clone())])
        };
        let ask = |period: Period| Ask {
            slice: slice.clone(),
            ..Ask::new(metric.id, plan.org_id, period)
        };
        if moment {
            let now = ctx.today().clamp(plan.starts_on, plan.ends_on);
            asks.push(ask(Period::Day(now)));
            asks.push(ask(Period::Day(
                plan.starts_on.yesterday().unwrap_or(plan.starts_on),
            )));
        } else {
            asks.push(ask(so_far(plan, ctx.today())));
        }
        questions.push(Question {
            target: target.id,
            grows: standing.grows,
            kind: standing.kind.clone(),
            moment,
        });
    }
    (questions, asks)
}

/// What a metric says of a target.
fn counted(question: Question, now: &Figure, start: Option<f64>) -> Standing {
    let grows = question.grows && question.moment;
    let mut remark = now.remark();
    if grows && start.is_none() {
        remark.push_str("计划开始时的数不知道，按从零算起。");
    }
    Standing {
        source: Source::Metric,
        reached: now.number().map(|number| Reached {
            start: start.unwrap_or(0.0),
            now: number,
            // What is counted over the plan's days is growth already.
            grows,
        }),
        text: now.with_unit(),
        remark,
        grows: question.grows,
        kind: question.kind,
    }
}

/// The kind that the target's words mean, as long as nobody has said it.
fn kind_of(target: &TargetRow) -> String {
    let metric = target.metric.as_deref().unwrap_or_default();
    Bindings::shipped().kind(metric, &target.object).to_owned()
}

/// Whether the metric answers the target: a count of all does not say how many are excellent, unless a person has said so.
fn answers(metric: &str, target: &TargetRow, measures: &[MeasureRow]) -> bool {
    let said = measures.iter().any(|measure| measure.target_id == target.id);
    said || !Bindings::shipped().chosen_ones(metric, &target.object)
}

/// What was typed of a target, as long as no metric speaks.
fn typed(target: &TargetRow, reports: &[ReportRow], measures: &[MeasureRow]) -> Standing {
    let said = measures.iter().find(|measure| measure.target_id == target.id);
    let grows = said.map_or_else(|| model::grows(&target.verb, &target.unit), |said| said.grows);
    let newest = reports
        .iter()
        .find(|report| report.target_id == Some(target.id) && report.value_milli.is_some());
    let value = newest.and_then(|report| report.value_milli);
    #[expect(
        clippy::cast_precision_loss,
        reason = "figures are far below 2^53 thousandths"
    )]
    let reached = value.map(|milli| Reached {
        start: 0.0,
        now: milli as f64 / 1000.0,
        grows: false,
    });
    Standing {
        source: if value.is_some() {
            Source::Typed
        } else {
            Source::Nothing
        },
        reached,
        text: value
            .map(|milli| crate::plans::with_unit(milli, &target.unit))
            .unwrap_or_default(),
        remark: newest
            .map(|report| format!("自填，{} {}", report.org_name, report.reported_at.date()))
            .unwrap_or_default(),
        grows,
        kind: said.map_or_else(|| kind_of(target), |said| said.kind.clone()),
    }
}
