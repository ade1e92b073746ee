//! How far tasks and targets are: days, pace, percent, forecast. No I/O.

use super::lights::Pace;
use crate::PlanTaskId;
use crate::plans::model::TargetComparison;
use crate::plans::{PlanRow, TargetRow, Task};
use kernel::{Date, OrgId};
use platform::AppError;
use std::collections::HashMap;

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
platform::api_words!(TaskState);

/// Who leads and helps with a task, as printed.
#[derive(Debug, Clone)]
pub struct Printed<'a> {
    /// The task.
    pub task: PlanTaskId,
    /// Printed names of its leads.
    pub leads: Vec<&'a str>,
    /// Printed names of its helpers.
    pub helpers: Vec<&'a str>,
}

/// Which parts end and which are given, in this order: all ends first, then helpers, leads last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DutyMoves {
    /// Parts that end.
    pub ended: Vec<(PlanTaskId, OrgId)>,
    /// Parts that are given; a later one of the same task and organisation holds.
    pub given: Vec<(PlanTaskId, OrgId, DutyPart)>,
}

/// What changes when printed names mean other organisations. All ends come before what is given, so that two names that
/// swap their organisations lose neither; leads come last, so that who leads and helps under two names leads.
#[must_use]
pub fn duty_moves(
    printed: &[Printed<'_>],
    before: &HashMap<String, OrgId>,
    chosen: &[(String, Option<OrgId>)],
) -> DutyMoves {
    let changed = |name: &str| {
        let now = chosen.iter().find(|(one, _)| one == name)?;
        (before.get(name) != now.1.as_ref()).then_some(now.1)
    };
    // After the change: what an unchanged name means still holds, also where a changed one meant the same organisation.
    let after = |name: &str| changed(name).unwrap_or_else(|| before.get(name).copied());
    let mut moves = DutyMoves::default();
    let mut leads = Vec::new();
    for task in printed {
        let names = || task.leads.iter().chain(&task.helpers);
        if !names().any(|name| changed(name).is_some()) {
            continue;
        }
        let was = names().filter(|name| changed(name).is_some());
        moves
            .ended
            .extend(was.filter_map(|name| Some((task.task, *before.get(*name)?))));
        let given = |names: &[&str], part| -> Vec<(PlanTaskId, OrgId, DutyPart)> {
            let known = names.iter().filter_map(|name| after(name));
            known.map(|org| (task.task, org, part)).collect()
        };
        // An unchanged name is given again only where its organisation's part has just ended.
        let kept = |moves: &DutyMoves, (id, org, _): &(PlanTaskId, OrgId, DutyPart)| {
            moves.ended.contains(&(*id, *org)) || names().any(|name| changed(name).flatten() == Some(*org))
        };
        let mut helpers = given(&task.helpers, DutyPart::Helper);
        helpers.retain(|one| kept(&moves, one));
        let mut led = given(&task.leads, DutyPart::Lead);
        led.retain(|one| kept(&moves, one));
        moves.given.extend(helpers);
        leads.extend(led);
    }
    moves.given.extend(leads);
    moves
}

/// First and last day of a task: its window, else its targets' days, else the plan's.
#[must_use]
pub fn days_of(plan: &PlanRow, task: &Task) -> (Date, Date) {
    let day = |text: &str| -> Option<Date> {
        if task.row.every_year {
            format!("{}-{text}", plan.year).parse().ok()
        } else {
            text.parse().ok()
        }
    };
    let targets = task.targets.iter().filter_map(|target| target.due).max();
    let last = day(&task.row.window_to).or(targets).unwrap_or(plan.ends_on);
    let first = day(&task.row.window_from).unwrap_or(plan.starts_on);
    (first.min(last), last)
}

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

/// Whether a target's growth counts (新增 60 个) and not its level (达到 70%), by its verb.
#[must_use]
pub fn grows(verb: &str, unit: &str) -> bool {
    const GROWTH: [&str; 12] = [
        "新增",
        "新建",
        "增加",
        "增设",
        "新设",
        "新培育",
        "培育",
        "创建",
        "建设",
        "打造",
        "扩大",
        "新创",
    ];
    !matches!(unit, "%" | "‰" | "‱" | "ratio") && GROWTH.iter().any(|word| verb.contains(word))
}

/// How far a target is: what was there at the beginning, and what is there now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// At the beginning; 0 for what is counted from the beginning on.
    pub start: f64,
    /// Now.
    pub now: f64,
    /// Whether the growth counts.
    pub grows: bool,
}

impl Reached {
    /// What counts of it.
    #[must_use]
    pub fn counted(&self) -> f64 {
        if self.grows {
            self.now - self.start
        } else {
            self.now
        }
    }

    /// Percent of the target that is reached, 0 to 999. A bound from above is kept or not.
    #[must_use]
    pub fn percent(&self, target: &TargetRow) -> i64 {
        share(self.counted(), target)
    }

    /// What it will come to on the last day if it goes on evenly by days.
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
        let base = if self.grows { 0.0 } else { self.start };
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

/// The day on which reports of a month are due: the so-many last working day by the shipped holidays.
#[must_use]
pub fn report_day(today: Date, workday: usize) -> Option<Date> {
    teaching::holidays::calendar().nth_last_workday_of_month(today.year(), today.month(), workday)
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
    fn parts_end_before_others_are_given() {
        let (task, one, two) = (Id::from_raw(9), Id::from_raw(1), Id::from_raw(2));
        let printed = |leads: &[&'static str], helpers: &[&'static str]| Printed {
            task,
            leads: leads.to_vec(),
            helpers: helpers.to_vec(),
        };
        let before: HashMap<String, OrgId> = [("甲".to_owned(), one), ("乙".to_owned(), two)].into();
        let (lead, helper) = (DutyPart::Lead, DutyPart::Helper);
        let all = printed(&["甲"], &["乙"]);
        for (chosen, ended, given) in [
            // Swapped: both go, both come back, the lead last.
            (
                vec![("甲", Some(two)), ("乙", Some(one))],
                vec![one, two],
                vec![(one, helper), (two, lead)],
            ),
            // Both mean one: it leads.
            (
                vec![("乙", Some(one))],
                vec![two],
                vec![(one, helper), (one, lead)],
            ),
            (vec![("甲", None)], vec![one], vec![]),
            (vec![("甲", Some(one))], vec![], vec![]),
        ] {
            let chosen: Vec<(String, Option<OrgId>)> = chosen
                .into_iter()
                .map(|(name, org)| (name.to_owned(), org))
                .collect();
            let moves = duty_moves(std::slice::from_ref(&all), &before, &chosen);
            let orgs: Vec<OrgId> = moves.ended.iter().map(|(_, org)| *org).collect();
            assert_eq!(orgs, ended, "{chosen:?}");
            let parts: Vec<(OrgId, DutyPart)> =
                moves.given.iter().map(|(_, org, part)| (*org, *part)).collect();
            assert_eq!(parts, given, "{chosen:?}");
        }
    }

    #[test]
    fn growth_and_levels_are_told_apart_by_the_verb() {
        for (verb, unit, growth) in [
            ("新增", "个", true),
            ("拟培育", "个", true),
            ("达到", "%", false),
            ("新增", "%", false),
            ("达到", "人", false),
            ("", "个", false),
        ] {
            assert_eq!(grows(verb, unit), growth, "{verb} {unit}");
        }
    }

    #[test]
    fn forecasts_go_on_evenly_or_say_why_not() {
        use TargetComparison::{Ge, Le};
        let days = (day("2026-01-01"), day("2026-12-31"));
        let reached = |start: f64, now: f64, grows: bool| Reached { start, now, grows };
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
        assert_eq!(
            Forecast::Percent(83).sentence(days.1),
            "按目前进度，到12月可完成83%。"
        );
    }

    #[test]
    fn percent_is_of_the_figure_asked_for() {
        use TargetComparison::{Ge, Le};
        let reached = |start: f64, now: f64, grows: bool| Reached { start, now, grows };
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
    fn reports_are_due_on_the_fifth_last_working_day() {
        // November 2026 ends on a Monday: 30, 27, 26, 25, 24.
        assert_eq!(report_day(day("2026-11-10"), 5), Some(day("2026-11-24")));
    }
}
