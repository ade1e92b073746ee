//! How far tasks and targets are: days, pace, percent, forecast. No I/O.

use super::lights::Pace;
use crate::PlanId;
use crate::plans::TargetRow;
use crate::plans::model::TargetComparison;
use crate::reading::bind::Bindings;
use kernel::Date;
use metrics::{How, Metric};
use platform::{AppError, AppResult};

db::text_enum! {
    /// Where a task stands.
    pub enum TaskState {
        /// Being worked on.
        Open => "open",
        /// Done.
        Done => "done",
        /// Carried over to the next plan.
        Carried => "carried",
    }
}

impl TaskState {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "推进中",
            Self::Done => "已完成",
            Self::Carried => "已结转",
        }
    }
}

db::text_enum! {
    /// What an organisation has to do with a task.
    pub enum DutyPart {
        /// It leads, and reports.
        Lead => "lead",
        /// It helps.
        Helper => "helper",
    }
}

impl DutyPart {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Lead => "牵头",
            Self::Helper => "配合",
        }
    }
}

db::text_enum! {
    /// How a change that was asked for stands.
    pub enum ChangeVerdict {
        /// Nobody decided yet.
        Waiting => "waiting",
        /// Granted: it holds from then on.
        Approved => "approved",
        /// Refused.
        Refused => "refused",
    }
}

impl ChangeVerdict {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "等待审批",
            Self::Approved => "已同意",
            Self::Refused => "没有同意",
        }
    }
}
platform::api_words!(TaskState, DutyPart, ChangeVerdict);

/// Days from one day to another; negative when it is past.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}

/// How much of the time is gone, in percent.
#[must_use]
pub fn elapsed(first: Date, last: Date, today: Date) -> i64 {
    let whole = days_between(first, last) + 1;
    let gone = days_between(first, today) + 1;
    (gone.clamp(0, whole) * 100) / whole.max(1)
}

/// What the lights look at: an even pace would be at the share of the time that is gone.
#[must_use]
pub fn pace((first, last): (Date, Date), today: Date, percent: i64) -> Pace {
    Pace {
        days_left: days_between(today, last),
        behind: elapsed(first, last, today) - percent,
    }
}

/// Whether a target's growth counts (新增 60 个, 完成 1 所) and not its level (达到 70%, 保持 20 个), by its verb. Of what is
/// counted only these words mean a level; a share or a rate is one always.
#[must_use]
pub fn grows(verb: &str, unit: &str) -> bool {
    const LEVEL: [&str; 13] = [
        "达",
        "保持",
        "保有",
        "维持",
        "稳定",
        "覆盖",
        "拥有",
        "建有",
        "不少于",
        "不低于",
        "不超过",
        "控制",
        "至少有",
    ];
    let share = matches!(unit, "%" | "‰" | "‱" | "ratio") || unit.contains('/');
    !share && !LEVEL.iter().any(|word| verb.contains(word))
}

/// The kinds that a metric tells apart; none for one that is counted as a whole.
#[must_use]
pub const fn kinds_of(metric: &Metric) -> &'static [&'static str] {
    match metric.how {
        How::Moment { kinds, .. } => kinds,
        _ => &[],
    }
}

/// The kind that counts when a metric moves the target: the one that was said, except one of the old metric that the new
/// one does not know. Then it is the kind that the target's words mean. None for a kind that no metric knows.
#[must_use]
pub fn kind_for((target, metric): (&TargetRow, Option<&str>), said: &str, known: &[&str]) -> Option<String> {
    let Some(metric) = metric else {
        return Some(String::new());
    };
    if said.is_empty() || known.contains(&said) {
        return Some(said.to_owned());
    }
    if target.metric.as_deref() == Some(metric) {
        return None;
    }
    let meant = Bindings::shipped().kind(metric, &target.object);
    Some(if known.contains(&meant) {
        meant.to_owned()
    } else {
        String::new()
    })
}

/// How far a target is: what was there at the beginning, and what is there now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// At the beginning; 0 for what is counted from the beginning on, none when nobody knows.
    pub start: Option<f64>,
    /// Now.
    pub now: f64,
    /// Whether the growth counts.
    pub grows: bool,
}

impl Reached {
    /// What counts of it; growth from an unknown beginning counts nothing.
    #[must_use]
    pub fn counted(&self) -> f64 {
        if self.grows {
            self.start.map_or(0.0, |start| self.now - start)
        } else {
            self.now
        }
    }

    /// Percent of the target that is reached, 0 to 999. A bound from above is kept or not.
    #[must_use]
    pub fn percent(&self, target: &TargetRow) -> i64 {
        share(self.counted(), target)
    }

    /// What it will come to on the last day if it goes on evenly by days; nothing for a level whose beginning is not known.
    #[must_use]
    pub fn forecast(&self, target: &TargetRow, (first, last): (Date, Date), today: Date) -> Forecast {
        if target.comparison == TargetComparison::Le {
            return Forecast::None;
        }
        if self.percent(target) >= 100 {
            return Forecast::Reached;
        }
        let gone = elapsed(first, last, today);
        if today > last {
            return Forecast::Missed;
        }
        if gone < EARLY {
            return Forecast::TooEarly;
        }
        #[expect(clippy::cast_precision_loss, reason = "a percentage")]
        let gone = gone as f64 / 100.0;
        let base = match self.start {
            Some(_) if self.grows => 0.0,
            Some(start) => start,
            None => return Forecast::None,
        };
        let expected = base + (self.counted() - base) / gone;
        Forecast::Percent(share(expected, target))
    }
}

/// Below this share of the time, in percent, a forecast says nothing.
const EARLY: i64 = 15;

fn share(counted: f64, target: &TargetRow) -> i64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "figures are far below 2^53 thousandths"
    )]
    let wanted = target.value_milli as f64 / 1000.0;
    if target.comparison == TargetComparison::Le {
        return if counted <= wanted { 100 } else { 0 };
    }
    if wanted <= 0.0 {
        return 100;
    }
    #[expect(clippy::cast_possible_truncation, reason = "clamped to three digits")]
    let percent = (counted / wanted * 100.0).clamp(0.0, 999.0).floor() as i64;
    percent
}

/// What a target will come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forecast {
    /// Nothing can be said.
    None,
    /// It is too early to say.
    TooEarly,
    /// It is reached already.
    Reached,
    /// The last day is past.
    Missed,
    /// At this pace, so many percent.
    Percent(i64),
}

impl Forecast {
    /// The forecast in a sentence; empty when nothing can be said.
    #[must_use]
    pub fn sentence(self, last: Date) -> String {
        match self {
            Self::None => String::new(),
            Self::TooEarly => "时间还早，过一阵再预测。".to_owned(),
            Self::Reached => "已经达到。".to_owned(),
            Self::Missed => format!("{}月{}日的期限已过，没有达到。", last.month(), last.day()),
            Self::Percent(percent) if percent >= 100 => {
                format!("按目前进度，到{}月可以完成。", last.month())
            }
            Self::Percent(percent) => format!("按目前进度，到{}月可完成{percent}%。", last.month()),
        }
    }
}

/// A target as a granted change makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// How the figure is meant.
    pub comparison: TargetComparison,
    /// The figure in thousandths.
    pub value_milli: i64,
    /// Upper end of a span.
    pub value_to_milli: Option<i64>,
    /// Last day.
    pub due: Option<Date>,
}

/// What a target is with another figure or day. A span, and all of a thing, become at least the new figure: their other end
/// was not asked for anew.
#[must_use]
pub fn granted(target: &TargetRow, value_milli: Option<i64>, due: Option<Date>) -> Granted {
    let due = due.or(target.due);
    let Some(value_milli) = value_milli else {
        return Granted {
            comparison: target.comparison,
            value_milli: target.value_milli,
            value_to_milli: target.value_to_milli,
            due,
        };
    };
    let comparison = match target.comparison {
        TargetComparison::Between | TargetComparison::All => TargetComparison::Ge,
        kept @ (TargetComparison::Eq | TargetComparison::Ge | TargetComparison::Le) => kept,
    };
    Granted {
        comparison,
        value_milli,
        value_to_milli: None,
        due,
    }
}

/// Most letters of all replies to one slip.
const LONGEST_REPLIES: usize = 10_000;

/// The replies to a slip with one more behind the others, which stay; none when its words stand last already.
///
/// # Errors
/// [`AppError::Refused`] when the replies are too many.
pub fn replied(before: &str, words: &str, today: Date) -> AppResult<Option<String>> {
    if before.is_empty() {
        return Ok(Some(words.to_owned()));
    }
    if before == words || before.ends_with(&format!("补充：\n{words}")) {
        return Ok(None);
    }
    let all = format!("{before}\n{today} 补充：\n{words}");
    if all.chars().count() > LONGEST_REPLIES {
        return Err(AppError::refused(
            "replies_full",
            "这张督办单的回复已经很长，不能再补充。请和发单的单位当面说明。",
        ));
    }
    Ok(Some(all))
}

/// The day on which reports of a month are due: the so-many last working day by the shipped holidays.
#[must_use]
pub fn report_day(today: Date, workday: usize) -> Option<Date> {
    teaching::holidays::calendar().nth_last_workday_of_month(today.year(), today.month(), workday)
}

/// On a task that is done nothing is reported or asked for.
#[must_use]
pub fn done_already() -> AppError {
    AppError::refused(
        "task_done",
        "这项任务已经完成，不用再填报。要接着办，请制定计划的单位先重新打开它。",
    )
}

/// What was carried over goes on elsewhere: here it is neither reported on, done nor opened.
#[must_use]
pub fn carried_over(next: Option<PlanId>) -> AppError {
    let href = next.map_or_else(|| "/desk/plans".to_owned(), |next| format!("/desk/plans/{next}"));
    AppError::refused_with_door(
        "task_carried_over",
        "这项任务已经结转，在下一年的计划里接着办，这里不能再填报、标为完成或者重新打开。",
        "看下一年的计划",
        href,
    )
}

/// Only an issued plan is worked on.
#[must_use]
pub fn not_issued() -> AppError {
    AppError::refused_with_door(
        "plan_not_issued",
        "这份计划还没有印发，印发以后才开始记进度。",
        "看工作要点",
        "/desk/plans",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn target(value: i64, comparison: TargetComparison) -> TargetRow {
        TargetRow {
            id: Id::from_raw(1),
            task_id: Id::from_raw(1),
            item_id: Id::from_raw(1),
            object: "学习点".into(),
            verb: "新增".into(),
            comparison,
            value_milli: value * 1000,
            value_to_milli: None,
            unit: "个".into(),
            due: None,
            metric: None,
            confidence: 100,
            source_text: String::new(),
        }
    }

    #[test]
    fn an_even_pace_is_the_share_of_the_time() {
        for (today, gone) in [
            ("2025-12-31", 0),
            ("2026-01-01", 0),
            ("2026-07-02", 50),
            ("2026-12-31", 100),
            ("2027-05-01", 100),
        ] {
            assert_eq!(
                elapsed(day("2026-01-01"), day("2026-12-31"), day(today)),
                gone,
                "{today}"
            );
        }
        let pace = pace((day("2026-01-01"), day("2026-12-31")), day("2026-07-02"), 30);
        assert_eq!((pace.days_left, pace.behind), (182, 20));
    }

    #[test]
    fn growth_and_levels_are_told_apart_by_the_verb() {
        for (verb, unit, growth) in [
            ("新增", "个", true),
            ("拟培育", "个", true),
            ("达到", "%", false),
            ("新增", "%", false),
            ("达到", "人", false),
            ("完成", "所", true),
            ("确定", "项", true),
            ("争创", "个", true),
            ("", "个", true),
            ("保持", "个", false),
            ("覆盖", "个", false),
            ("投入", "元/人", false),
        ] {
            assert_eq!(grows(verb, unit), growth, "{verb} {unit}");
        }
    }

    #[test]
    fn forecasts_go_on_evenly_or_say_why_not() {
        use TargetComparison::{Ge, Le};
        let days = (day("2026-01-01"), day("2026-12-31"));
        let reached = |start: f64, now: f64, grows: bool| Reached {
            start: Some(start),
            now,
            grows,
        };
        for (reached, target, today, forecast) in [
            (
                reached(100.0, 130.0, true),
                target(60, Ge),
                "2026-07-02",
                Forecast::Percent(100),
            ),
            (
                reached(100.0, 125.0, true),
                target(60, Ge),
                "2026-07-02",
                Forecast::Percent(83),
            ),
            (
                reached(100.0, 160.0, true),
                target(60, Ge),
                "2026-07-02",
                Forecast::Reached,
            ),
            (
                reached(100.0, 101.0, true),
                target(60, Ge),
                "2026-02-01",
                Forecast::TooEarly,
            ),
            (
                reached(100.0, 101.0, true),
                target(60, Ge),
                "2027-01-01",
                Forecast::Missed,
            ),
            (
                reached(50.0, 55.0, false),
                target(70, Ge),
                "2026-07-02",
                Forecast::Percent(85),
            ),
            (
                reached(0.0, 5.0, false),
                target(10, Le),
                "2026-07-02",
                Forecast::None,
            ),
        ] {
            assert_eq!(
                reached.forecast(&target, days, day(today)),
                forecast,
                "{reached:?} {today}"
            );
        }
    }

    #[test]
    fn a_level_whose_beginning_is_not_known_has_no_forecast() {
        use TargetComparison::Ge;
        let days = (day("2026-01-01"), day("2026-12-31"));
        let unknown = Reached {
            start: None,
            now: 55.0,
            grows: false,
        };
        let midyear = day("2026-07-02");
        assert_eq!(unknown.forecast(&target(70, Ge), days, midyear), Forecast::None);
        assert_eq!(
            unknown.forecast(&target(50, Ge), days, midyear),
            Forecast::Reached
        );
    }

    #[test]
    fn percent_is_of_the_figure_asked_for() {
        use TargetComparison::{Ge, Le};
        let reached = |start: f64, now: f64, grows: bool| Reached {
            start: Some(start),
            now,
            grows,
        };
        for (reached, target, percent) in [
            (reached(100.0, 130.0, true), target(60, Ge), 50),
            (reached(0.0, 130.0, false), target(100, Ge), 130),
            (reached(0.0, 1e12, false), target(1, Ge), 999),
            (reached(10.0, 5.0, true), target(60, Ge), 0),
            (reached(0.0, 5.0, false), target(10, Le), 100),
            (reached(0.0, 15.0, false), target(10, Le), 0),
        ] {
            assert_eq!(reached.percent(&target), percent, "{reached:?}");
        }
    }

    #[test]
    fn a_new_figure_leaves_no_end_of_the_old_one() {
        use TargetComparison::{All, Between, Eq, Ge, Le};
        let due = day("2026-10-31");
        for (comparison, to, value, granted_comparison, granted_to) in [
            (Eq, None, Some(50_000), Eq, None),
            (Le, None, Some(50_000), Le, None),
            (Between, Some(70_000), Some(50_000), Ge, None),
            (All, None, Some(80_000), Ge, None),
            (Between, Some(70_000), None, Between, Some(70_000)),
            (All, None, None, All, None),
        ] {
            let mut old = target(60, comparison);
            old.value_to_milli = to;
            let wanted = Granted {
                comparison: granted_comparison,
                value_milli: value.unwrap_or(60_000),
                value_to_milli: granted_to,
                due: Some(due),
            };
            assert_eq!(granted(&old, value, Some(due)), wanted, "{comparison:?}");
        }
    }

    #[test]
    fn a_kind_of_the_old_metric_does_not_stay_with_a_new_one() {
        let mut row = target(60, TargetComparison::Eq);
        row.object = "老年教育社会学习点".into();
        row.metric = Some("schools.count".into());
        let sites = ["social_site", "care_site"];
        for (metric, said, known, kind) in [
            (
                Some("schools.count"),
                "street_school",
                &["street_school"][..],
                "street_school",
            ),
            (Some("sites.by_kind"), "street_school", &sites[..], "social_site"),
            (Some("sites.by_kind"), "care_site", &sites[..], "care_site"),
            (Some("sites.by_kind"), "", &sites[..], ""),
            (Some("teachers.count"), "street_school", &[][..], ""),
            (None, "street_school", &[][..], ""),
        ] {
            let found = kind_for((&row, metric), said, known);
            assert_eq!(found.as_deref(), Some(kind), "{metric:?} {said}");
        }
        // Of the metric that it has, a kind that is none would count nothing for ever.
        let unknown = kind_for((&row, Some("schools.count")), "nonsense", &["street_school"]);
        assert_eq!(unknown, None);
    }

    #[test]
    fn a_second_reply_stands_behind_the_first() {
        let today = day("2026-11-22");
        let second = "第一次\n2026-11-22 补充：\n第二次";
        for (before, words, all) in [
            ("", "第一次", Some("第一次")),
            ("第一次", "第二次", Some(second)),
            ("第一次", "第一次", None),
            (second, "第二次", None),
        ] {
            assert_eq!(replied(before, words, today).unwrap().as_deref(), all, "{before}");
        }
        assert!(replied(&"长".repeat(LONGEST_REPLIES), "再说", today).is_err());
    }

    #[test]
    fn reports_are_due_on_the_fifth_last_working_day() {
        // November 2026 ends on a Monday: 30, 27, 26, 25, 24.
        assert_eq!(report_day(day("2026-11-10"), 5), Some(day("2026-11-24")));
    }
}
