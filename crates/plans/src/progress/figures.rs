//! What metrics say of targets: what was there at the beginning, what is there now.
//!
//! Percent and light rest on the same figures for everybody; the figure itself is shown to who may read the metrics of the
//! plan's organisation.

use super::model::{self, Reached};
use super::store::{self, MeasureRow, ReportRow};
use crate::PlanTargetId;
use crate::plans::{self, PlanRow, TargetRow};
use crate::reading::bind::Bindings;
use kernel::Date;
use metrics::{Ask, Dimension, Figure, Metrics, Period, Slice};
use platform::{AppResult, Ctx, Permission};
use std::collections::HashMap;

db::text_enum! {
    /// Where what is known of a target comes from.
    pub enum StandingSource {
        /// A metric: it moves by itself.
        Metric => "metric",
        /// Typed in a report (自填).
        Typed => "typed",
        /// Nothing is known.
        Nothing => "nothing",
    }
}

platform::api_words!(StandingSource);

/// What is known of a target.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Where it comes from.
    pub source: StandingSource,
    /// How far; none when nothing is known.
    pub reached: Option<Reached>,
    /// The figure for reading: `1,234 人`; empty for who may not read it.
    pub text: String,
    /// Why there is no figure, or not a whole one; may be empty.
    pub remark: String,
    /// Whether growth counts.
    pub grows: bool,
    /// Kind of the metric that counts; empty for the whole.
    pub kind: String,
    /// The period of which the metric speaks; none without a metric.
    pub period: Option<Period>,
}

/// A target of which is asked, and the day since which what happened counts for it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The target.
    pub target: &'a TargetRow,
    /// Since when: the plan's first day, or that of this time of a task that returns.
    pub since: Date,
}

/// The days from one day on, up to today and the last day of the plan.
fn so_far(since: Date, ends_on: Date, today: Date) -> Period {
    let whole_year = Period::Year(since.year());
    if since == whole_year.first_day() && ends_on == whole_year.last_day() {
        return whole_year;
    }
    // Facts are kept by month: the period reaches to the end of the month of today or of the last day.
    let last = today.min(ends_on).max(since);
    Period::Span {
        from: since.first_of_month(),
        to: last.last_of_month(),
    }
}

/// The period of which a metric is asked: today for what is measured on a day, else what is counted since a day.
pub(super) fn period(moment: bool, plan: &PlanRow, since: Date, today: Date) -> Period {
    if moment {
        Period::Day(today.clamp(plan.starts_on, plan.ends_on))
    } else {
        so_far(since, plan.ends_on, today)
    }
}

/// What is asked of the metrics for one target.
struct Question {
    target: PlanTargetId,
    period: Period,
    grows: bool,
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
    asked: &[Asked<'_>],
    reports: &[&ReportRow],
) -> AppResult<HashMap<PlanTargetId, Standing>> {
    let measures = store::measures(ctx.db(), plan.id).await?;
    let mut found: HashMap<PlanTargetId, Standing> = asked
        .iter()
        .map(|Asked { target, .. }| (target.id, typed(target, reports, &measures)))
        .collect();
    let reads = ctx.reach(Permission::MetricRead).contains(&plan.org_path);
    let (unanswered, answered): (Vec<Asked<'_>>, Vec<Asked<'_>>) = asked.iter().partition(|one| {
        let metric = one.target.metric.as_deref();
        metric.is_some_and(|metric| !answers(metric, one.target, &measures))
    });
    for Asked { target, .. } in unanswered {
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
        if let Some(known) = found.get_mut(&question.target) {
            known.period = Some(question.period);
            known.counted(&question, (&now, start), reads);
        }
    }
    Ok(found)
}

/// What is asked of the metrics, in the order of the targets: for a moment two figures, else one.
fn questions(
    ctx: &Ctx,
    metrics: &Metrics,
    plan: &PlanRow,
    asked: &[Asked<'_>],
    known: &HashMap<PlanTargetId, Standing>,
) -> (Vec<Question>, Vec<Ask>) {
    let mut questions = Vec::new();
    let mut asks = Vec::new();
    for Asked { target, since } in asked {
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
        let period = period(moment, plan, *since, ctx.today());
        asks.push(ask(period));
        if moment {
            asks.push(ask(Period::Day(since.yesterday().unwrap_or(*since))));
        }
        questions.push(Question {
            target: target.id,
            period,
            grows: standing.grows,
            moment,
        });
    }
    (questions, asks)
}

impl Standing {
    /// What a metric says of the target. Where it gives no figure, or growth from an unknown beginning, what was typed stays.
    fn counted(&mut self, question: &Question, (now, start): (&Figure, Option<f64>), reads: bool) {
        let grows = question.grows && question.moment;
        let mut remark = now.remark();
        if grows && start.is_none() && now.number().is_some() {
            remark.push_str("计划开始时的数不知道，增加了多少算不出来，请自填。");
        }
        if !reads {
            remark.clear();
        }
        match now.number().filter(|_| !grows || start.is_some()) {
            Some(number) => {
                self.source = StandingSource::Metric;
                self.reached = Some(Reached {
                    // What is counted over the plan's days begins with nothing, and is growth already.
                    start: if question.moment { start } else { Some(0.0) },
                    now: number,
                    grows,
                });
                self.text = match (reads, now.empty) {
                    (false, _) => String::new(),
                    (true, false) => now.with_unit(),
                    // A nought of nothing is none that somebody counted.
                    (true, true) => format!("{}（还没有录入）", now.with_unit()),
                };
                self.remark = remark;
            }
            None => {
                if !self.remark.is_empty() && !remark.is_empty() {
                    self.remark.push('。');
                }
                self.remark.push_str(&remark);
            }
        }
    }

    /// What is known now, in words; who may not read the figure is told the percent.
    pub(super) fn words(&self, target: &TargetRow) -> String {
        let Some(reached) = self.reached else {
            return format!("还没有数。{}", self.remark);
        };
        let percent = reached.percent(target);
        if self.text.is_empty() {
            return format!("完成 {percent}%，数在上级机构的统计里。");
        }
        let growth = if reached.grows {
            let counted = plans::plain_amount(plans::milli(reached.counted()));
            format!("，计划开始以来增加 {counted}")
        } else {
            String::new()
        };
        format!("现在 {}{growth}，完成 {percent}%。{}", self.text, self.remark)
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
fn typed(target: &TargetRow, reports: &[&ReportRow], measures: &[MeasureRow]) -> Standing {
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
        // A typed growth begins with nothing; of a typed level nobody knows where it began.
        start: grows.then_some(0.0),
        now: milli as f64 / 1000.0,
        grows: false,
    });
    Standing {
        source: if value.is_some() {
            StandingSource::Typed
        } else {
            StandingSource::Nothing
        },
        reached,
        text: value
            .map(|milli| plans::with_unit(milli, &target.unit))
            .unwrap_or_default(),
        remark: newest
            .map(|report| format!("自填，{} {}", report.org_name, report.reported_at.date()))
            .unwrap_or_default(),
        grows,
        kind: said.map_or_else(|| kind_of(target), |said| said.kind.clone()),
        period: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics::State;

    fn figure(number: Option<i64>) -> Figure {
        Figure {
            state: if number.is_some() {
                State::Known
            } else {
                State::NoData { from: None }
            },
            part: number,
            empty: false,
            whole: None,
            per: 1,
            scale: 1,
            decimals: 0,
            unit: "个",
            as_of: kernel::Instant::of_china(Date::constant(2026, 6, 1), kernel::Time::midnight()),
            tree_on: Date::constant(2026, 6, 1),
        }
    }

    fn typed() -> Standing {
        Standing {
            source: StandingSource::Typed,
            reached: Some(Reached {
                start: Some(0.0),
                now: 57.0,
                grows: false,
            }),
            text: "57 个".into(),
            remark: "自填，莘庄镇 2026-05-01".into(),
            grows: true,
            kind: String::new(),
            period: None,
        }
    }

    #[test]
    fn a_nought_of_nothing_says_so() {
        let question = Question {
            target: kernel::Id::from_raw(1),
            period: Period::Year(2026),
            grows: false,
            moment: true,
        };
        for (empty, reads, text) in [
            (false, true, "0 个"),
            (true, true, "0 个（还没有录入）"),
            (true, false, ""),
        ] {
            let mut known = typed();
            let now = Figure {
                empty,
                ..figure(Some(0))
            };
            known.counted(&question, (&now, None), reads);
            assert_eq!(known.text, text, "{empty} {reads}");
        }
    }

    #[test]
    fn what_is_counted_begins_with_this_time_of_the_task() {
        for (since, ends_on, today, period) in [
            ("2026-01-01", "2026-12-31", "2026-11-22", "2026"),
            ("2026-01-01", "2028-12-31", "2027-02-10", "2026-01-01..2027-02-28"),
            // Of a task that returns every year, the second year.
            ("2027-01-01", "2028-12-31", "2027-02-10", "2027-01-01..2027-02-28"),
            ("2027-03-15", "2028-12-31", "2027-02-10", "2027-03-01..2027-03-31"),
            ("2028-01-01", "2028-12-31", "2029-02-10", "2028"),
            ("2026-09-01", "2027-08-31", "2027-02-10", "2026-09-01..2027-02-28"),
        ] {
            let day = |text: &str| text.parse::<Date>().unwrap();
            let found = so_far(day(since), day(ends_on), day(today));
            assert_eq!(found.to_string(), period, "{since} {today}");
        }
    }

    #[test]
    fn a_metric_speaks_only_where_it_has_a_figure() {
        let question = |grows, moment| Question {
            target: kernel::Id::from_raw(1),
            period: Period::Year(2026),
            grows,
            moment,
        };
        let metric = StandingSource::Metric;
        // Growth of what stands at a moment needs both figures; a count over the plan's days needs one.
        for (question, now, start, source, counted) in [
            (question(true, true), Some(130), Some(100.0), metric, 30.0),
            (question(true, true), Some(130), None, StandingSource::Typed, 57.0),
            (
                question(true, true),
                None,
                Some(100.0),
                StandingSource::Typed,
                57.0,
            ),
            (question(false, true), Some(130), None, metric, 130.0),
            (question(true, false), Some(13), None, metric, 13.0),
        ] {
            for reads in [true, false] {
                let mut known = typed();
                known.counted(&question, (&figure(now), start), reads);
                let reached = known.reached.map(|reached| reached.counted());
                assert_eq!((known.source, reached), (source, Some(counted)), "{known:?}");
                if source == metric {
                    assert_eq!(known.text.is_empty(), !reads, "{known:?}");
                } else {
                    assert!(
                        known.text == "57 个" && known.remark.starts_with("自填"),
                        "{known:?}"
                    );
                    assert_eq!(known.remark == "自填，莘庄镇 2026-05-01", !reads, "{known:?}");
                }
            }
        }
    }
}
