//! What can be done with the tasks of an issued plan: one function a verb. Who answers for them, slips,
//! changes and carrying over have their own rooms.

use super::days::{Time, Window};
use super::duties::speaks_for;
use super::figures::{self, Asked, Standing, StandingSource};
use super::lights::{self, Light, Preset};
use super::model::{self, DutyPart, TaskState};
use super::percent;
use super::store::{self, DutyRow, MilestoneRow, NewReport, ReportRow, StateRow};
use crate::plans::model::PlanStatus;
use crate::plans::{self, Item, PlanRow, TargetRow, Task, TaskRow};
use crate::{PlanId, PlanMilestoneId, PlanReportId, PlanTargetId, PlanTaskId};
use kernel::Date;
use metrics::Metrics;
use platform::{AppError, AppResult, Ctx, Event, FileKind, Permission, Tx};
use serde_json::json;
use std::collections::HashMap;

/// Kinds of files that prove a report.
const EVIDENCE: [FileKind; 7] = [
    FileKind::Png,
    FileKind::Jpeg,
    FileKind::Webp,
    FileKind::Pdf,
    FileKind::Docx,
    FileKind::Xlsx,
    FileKind::Txt,
];
/// Bytes of a piece of evidence.
pub const EVIDENCE_LIMIT: usize = 10 << 20;

/// A task with everything a list shows of it.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The item's label and heading.
    pub item: String,
    /// The task with its targets.
    pub task: Task,
    /// Who answers for it.
    pub duties: Vec<DutyRow>,
    /// Where it stands.
    pub state: TaskState,
    /// First and last day.
    pub days: (Date, Date),
    /// Since when what happened counts, for one that returns every year; none where everything does.
    pub begins: Option<Date>,
    /// How far, in percent.
    pub percent: i64,
    /// Whether the percent comes from a metric, a report, or nothing.
    pub source: StandingSource,
    /// The light; none for a task that is not open.
    pub light: Option<Light>,
    /// What is known of each target.
    pub standings: HashMap<PlanTargetId, Standing>,
    /// Its reports, the newest first.
    pub reports: Vec<ReportRow>,
}

impl Progress {
    /// Names of who has this part.
    #[must_use]
    pub fn names(&self, part: DutyPart) -> Vec<&str> {
        let those = self.duties.iter().filter(|duty| duty.part == part);
        those.map(|duty| duty.org_name.as_str()).collect()
    }

    /// What one of its targets will come to, in a sentence; empty when nothing can be said.
    pub(super) fn forecast(&self, plan: &PlanRow, target: &TargetRow, today: Date) -> String {
        let time = Time {
            days: self.days,
            begins: self.begins,
        };
        let last = target.due.map_or(self.days.1, |due| time.due(due));
        let standing = self.standings.get(&target.id);
        let reached = standing.and_then(|standing| standing.reached);
        reached.map_or_else(String::new, |reached| {
            reached
                .forecast(target, (time.since(plan.starts_on), last), today)
                .sentence(last)
        })
    }
}

/// An issued plan with its tasks.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The plan.
    pub plan: PlanRow,
    /// The light rules.
    pub preset: Option<&'static Preset>,
    /// Its tasks in order.
    pub tasks: Vec<Progress>,
    /// Whether the actor manages it.
    pub manages: bool,
}

/// An issued plan that the actor may read.
///
/// # Errors
/// [`AppError::NotFound`] when there is none for this actor; [`AppError::Refused`] for a draft.
pub(crate) async fn issued(ctx: &Ctx, id: PlanId) -> AppResult<PlanRow> {
    let plan = plans::find(ctx, id).await?;
    if plan.status == PlanStatus::Draft {
        return Err(model::not_issued());
    }
    Ok(plan)
}

/// An issued plan over which the actor has this permission.
pub(crate) async fn managed(ctx: &Ctx, id: PlanId, permission: Permission) -> AppResult<PlanRow> {
    let scope = ctx.may(permission)?;
    let plan = issued(ctx, id).await?;
    if !scope.contains(&plan.org_path) {
        return Err(AppError::NotFound);
    }
    Ok(plan)
}

/// Whether the actor may read what this organisation wrote on a plan's tasks: it lies in their subtree, or the plan does.
pub(super) fn sees(ctx: &Ctx, plan: &PlanRow, org_path: &str) -> bool {
    let reach = ctx.reach(Permission::PlanRead);
    reach.contains(org_path) || reach.contains(&plan.org_path)
}

/// The tasks of an issued plan with lights and percent.
///
/// # Errors
/// As [`task`].
pub async fn overview(ctx: &Ctx, metrics: &Metrics, id: PlanId) -> AppResult<Overview> {
    let plan = issued(ctx, id).await?;
    let items = plans::all_items(ctx.db(), plan.id).await?;
    let tasks = progress_of(ctx, metrics, &plan, items).await?;
    Ok(Overview {
        preset: preset_of(ctx, plan.id).await?,
        manages: ctx.reach(Permission::PlanEdit).contains(&plan.org_path),
        tasks,
        plan,
    })
}

async fn preset_of(ctx: &Ctx, plan: PlanId) -> AppResult<Option<&'static Preset>> {
    let chosen = store::lights(ctx.db(), plan).await?;
    Ok(lights::preset(chosen.as_deref().unwrap_or_default()))
}

/// One task of an issued plan.
///
/// # Errors
/// [`AppError::NotFound`] when there is none for this actor; [`AppError::Refused`] while the plan is a draft.
pub async fn task(
    ctx: &Ctx,
    metrics: &Metrics,
    id: PlanId,
    task: PlanTaskId,
) -> AppResult<(PlanRow, Progress)> {
    let plan = issued(ctx, id).await?;
    let mut found = one(ctx, metrics, &plan, |one| one.row.id == task).await?;
    found.reports.retain(|report| sees(ctx, &plan, &report.org_path));
    Ok((plan, found))
}

/// The task of a plan for which this holds, with the reports of all.
pub(super) async fn one(
    ctx: &Ctx,
    metrics: &Metrics,
    plan: &PlanRow,
    wanted: impl Fn(&Task) -> bool,
) -> AppResult<Progress> {
    let mut items = plans::all_items(ctx.db(), plan.id).await?;
    for item in &mut items {
        item.tasks.retain(&wanted);
    }
    items.retain(|item| !item.tasks.is_empty());
    let mut found = progress_of(ctx, metrics, plan, items).await?;
    found.pop().ok_or(AppError::NotFound)
}

async fn progress_of(
    ctx: &Ctx,
    metrics: &Metrics,
    plan: &PlanRow,
    items: Vec<Item>,
) -> AppResult<Vec<Progress>> {
    let db = ctx.db();
    let preset = preset_of(ctx, plan.id).await?;
    let reports = store::reports_of_plan(db, plan.id).await?;
    let today = ctx.today();
    let times = times(plan, &items, today);
    let asked = asked(plan, &items, &times);
    let counted = percent::counted(&times, &reports);
    let mut standings = figures::standings(ctx, metrics, plan, &asked, &counted).await?;
    let percents = percent::reported(&counted);
    let said: HashMap<PlanTaskId, StateRow> = store::states(db, plan.id)
        .await?
        .into_iter()
        .map(|row| (row.task_id, row))
        .collect();
    let mut duties = by_task(store::duties(db, plan.id).await?, |duty| duty.task_id);
    let mut of_task = by_task(reports, |report| report.task_id);
    let mut found = Vec::new();
    for item in items {
        let title = item.title();
        for task in item.tasks {
            let id = task.row.id;
            let Some(time) = times.get(&id).copied() else {
                continue;
            };
            let standings: HashMap<PlanTargetId, Standing> = task
                .targets
                .iter()
                .filter_map(|target| standings.remove_entry(&target.id))
                .collect();
            let state = time.state(said.get(&id).map(StateRow::said));
            let (percent, source) =
                percent::of_task(state, &known(&task, &standings), percents.get(&id).copied());
            let pace = model::pace(time.days, today, percent);
            let light = preset
                .filter(|_| state == TaskState::Open)
                .and_then(|preset| preset.light(pace));
            found.push(Progress {
                item: title.clone(),
                duties: duties.remove(&id).unwrap_or_default(),
                light: light.cloned(),
                task,
                state,
                days: time.days,
                begins: time.begins,
                percent,
                source,
                standings,
                reports: of_task.remove(&id).unwrap_or_default(),
            });
        }
    }
    Ok(found)
}

/// The targets of which is asked.
fn asked<'a>(plan: &PlanRow, items: &'a [Item], times: &HashMap<PlanTaskId, Time>) -> Vec<Asked<'a>> {
    let tasks = items.iter().flat_map(|item| &item.tasks);
    let targets = tasks.flat_map(|task| task.targets.iter().map(|target| (task.row.id, target)));
    targets
        .filter_map(|(task, target)| {
            let since = times.get(&task)?.since(plan.starts_on);
            Some(Asked { target, since })
        })
        .collect()
}

/// Today's time of each task.
fn times(plan: &PlanRow, items: &[Item], today: Date) -> HashMap<PlanTaskId, Time> {
    let tasks = items.iter().flat_map(|item| &item.tasks);
    let time = |task: &Task| {
        let due = task.targets.iter().filter_map(|target| target.due).max();
        Window::of(plan, &task.row).time(due, today)
    };
    tasks.map(|task| (task.row.id, time(task))).collect()
}

/// How far each target of a task is, in percent, and what says so.
fn known(task: &Task, standings: &HashMap<PlanTargetId, Standing>) -> Vec<Option<(i64, StandingSource)>> {
    let of_target = |target: &TargetRow| {
        let standing = standings.get(&target.id)?;
        Some((standing.reached?.percent(target), standing.source))
    };
    task.targets.iter().map(of_target).collect()
}

fn by_task<T>(rows: Vec<T>, task: impl Fn(&T) -> PlanTaskId) -> HashMap<PlanTaskId, Vec<T>> {
    let mut all: HashMap<PlanTaskId, Vec<T>> = HashMap::new();
    for row in rows {
        all.entry(task(&row)).or_default().push(row);
    }
    all
}

/// Milestones of a task.
///
/// # Errors
/// As [`task`].
pub async fn milestones(ctx: &Ctx, plan: PlanId, task: PlanTaskId) -> AppResult<Vec<MilestoneRow>> {
    issued(ctx, plan).await?;
    store::task_of(ctx.db(), plan, task).await?;
    Ok(store::milestones(ctx.db(), task).await?)
}

/// The light rules of an issued plan.
///
/// # Errors
/// As [`task`].
pub async fn lights(ctx: &Ctx, id: PlanId) -> AppResult<Option<&'static Preset>> {
    issued(ctx, id).await?;
    preset_of(ctx, id).await
}

/// Chooses the light rules of a plan in place of those that the actor saw.
///
/// # Errors
/// [`AppError::Invalid`] for rules that are not there; [`AppError::Refused`] when somebody chose others since; as [`managed`].
pub async fn choose_lights(ctx: &Ctx, id: PlanId, lights: &str, seen: &str) -> AppResult<()> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    if !lights::presets().iter().any(|preset| preset.id == lights) {
        return Err(AppError::invalid("lights", "请从列出的亮灯规则里选一种。"));
    }
    let tx = ctx.begin().await?;
    tx.lock("plan", id.raw()).await?;
    let chosen = store::lights(&tx, id).await?;
    if chosen.as_deref() == Some(lights) {
        return Ok(());
    }
    if let Some(now) = lights::preset(chosen.as_deref().unwrap_or_default()).filter(|now| now.id != seen) {
        return Err(AppError::refused_with_door(
            "changed_meanwhile",
            format!(
                "亮灯规则刚刚被别人改过，现在用的是“{}”。请看一眼，再选一次。",
                now.name
            ),
            "看现在的亮灯规则",
            format!("/desk/plans/{id}/progress#lights"),
        ));
    }
    store::set_lights(&tx, id, lights).await?;
    let data = json!({ "lights": lights });
    tx.commit(vec![
        Event::new("plan.lights_chosen", "plan", id)
            .at(plan.org_id)
            .data(data),
    ])
    .await
}

/// The task, when it is one of this plan.
pub(super) async fn of_plan(db: &db::Db, plan: PlanId, task: PlanTaskId) -> AppResult<Task> {
    let items = plans::all_items(db, plan).await?;
    let mut tasks = items.into_iter().flat_map(|item| item.tasks);
    tasks.find(|one| one.row.id == task).ok_or(AppError::NotFound)
}

/// What is reported of a task.
#[derive(Debug, Clone, Default)]
pub struct ReportDraft {
    /// In words.
    pub words: String,
    /// How far, in percent.
    pub percent: Option<i64>,
    /// A target whose value is typed, with the value in thousandths.
    pub value: Option<(PlanTargetId, i64)>,
    /// Evidence: name and bytes.
    pub file: Option<(String, Vec<u8>)>,
}

/// Reports on a task, with evidence.
///
/// # Errors
/// [`AppError::Forbidden`] for who does not lead it; [`AppError::Refused`] for a task that is done or carried over;
/// [`AppError::Invalid`] for wrong fields; as [`task`].
pub async fn report(ctx: &Ctx, id: PlanId, task: PlanTaskId, draft: ReportDraft) -> AppResult<PlanReportId> {
    if !ctx.can(Permission::PlanReport) {
        ctx.may(Permission::PlanEdit)?;
    }
    let plan = issued(ctx, id).await?;
    let found = of_plan(ctx.db(), id, task).await?;
    let org = speaks_for(ctx, &plan, task).await?;
    let words = kernel::bounded_lines(&draft.words, 2, 2_000, "进展")
        .map_err(|wrong| AppError::invalid("words", wrong))?;
    if draft.percent.is_some_and(|percent| !(0..=100).contains(&percent)) {
        return Err(AppError::invalid("percent", "完成百分比要在 0 到 100 之间。"));
    }
    if let Some((target, _)) = draft.value
        && !found.targets.iter().any(|one| one.id == target)
    {
        return Err(AppError::invalid("target", "请从这项任务的指标值里选。"));
    }
    let file = match draft.file {
        Some((_, bytes)) if bytes.len() > EVIDENCE_LIMIT => {
            return Err(AppError::invalid(
                "file",
                "佐证材料最多 10 MB。请压缩或换一个小一点的文件。",
            ));
        }
        Some((name, bytes)) => {
            let kept = ctx.platform.files.put(bytes, &name, &EVIDENCE).await?;
            Some((kept.name, kept.sha256))
        }
        None => None,
    };
    let tx = ctx.begin().await?;
    tx.lock("plan", id.raw()).await?;
    worked_on(&tx, &plan, &found.row).await?;
    let new = NewReport {
        id: ctx.new_id(),
        task: (id, task),
        org,
        words,
        percent: draft.percent,
        value: draft.value,
        file,
        at: ctx.now(),
    };
    store::add_report(&tx, &new).await?;
    let data = json!({
        "report": new.id.to_string(),
        "percent": new.percent,
        "typed": new.value.map(|(target, value)| json!({ "target": target.to_string(), "value_milli": value })),
        "evidence": new.file.is_some(),
    });
    tx.commit(vec![
        Event::new("plan.task_reported", "plan_task", task)
            .at(org)
            .data(data),
    ])
    .await?;
    Ok(new.id)
}

/// Refuses what is only done on a task that is being worked on, inside a transaction that has the plan.
///
/// # Errors
/// [`AppError::Refused`] for a task that is done or was carried over.
pub(super) async fn worked_on(tx: &Tx, plan: &PlanRow, task: &TaskRow) -> AppResult<()> {
    let present = store::states(tx, plan.id).await?;
    let present = present.into_iter().find(|row| row.task_id == task.id);
    let time = Window::of(plan, task).time(None, tx.ctx().today());
    match time.state(present.as_ref().map(StateRow::said)) {
        TaskState::Open => Ok(()),
        TaskState::Done => Err(model::done_already()),
        TaskState::Carried => Err(model::carried_over(present.and_then(|row| row.next_plan_id))),
    }
}

/// The evidence of a report: its name and bytes.
///
/// # Errors
/// [`AppError::NotFound`] when there is none for this actor.
pub async fn evidence(ctx: &Ctx, id: PlanId, report: PlanReportId) -> AppResult<(String, Vec<u8>)> {
    let plan = issued(ctx, id).await?;
    let report = store::report(ctx.db(), id, report).await?;
    if !sees(ctx, &plan, &report.org_path) {
        return Err(AppError::NotFound);
    }
    let sha256 = report.file_sha256.ok_or(AppError::NotFound)?;
    Ok((report.file_name, ctx.platform.files.get(&sha256).await?))
}

/// Says that a task is done, or that it is not after all; nothing happens where it is so already. One that returns every year is
/// done for this time.
///
/// # Errors
/// [`AppError::Refused`] for a task that was carried over; as [`managed`].
pub async fn set_done(ctx: &Ctx, id: PlanId, task: PlanTaskId, done: bool) -> AppResult<()> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    let row = of_plan(ctx.db(), id, task).await?.row;
    let time = Window::of(&plan, &row).time(None, ctx.today());
    let tx = ctx.begin().await?;
    tx.lock("plan", id.raw()).await?;
    let present = store::states(&tx, id).await?;
    let present = present.into_iter().find(|row| row.task_id == task);
    let now = time.state(present.as_ref().map(StateRow::said));
    let state = if done { TaskState::Done } else { TaskState::Open };
    if now == TaskState::Carried {
        return Err(model::carried_over(present.and_then(|row| row.next_plan_id)));
    }
    if now == state {
        return Ok(());
    }
    store::set_state(&tx, (id, task), state, None, ctx.now()).await?;
    let kind = if done {
        "plan.task_done"
    } else {
        "plan.task_reopened"
    };
    tx.commit(vec![Event::new(kind, "plan_task", task).at(plan.org_id)])
        .await
}

/// Adds a milestone to a task.
///
/// # Errors
/// As [`report`].
pub async fn add_milestone(
    ctx: &Ctx,
    id: PlanId,
    task: PlanTaskId,
    title: &str,
    due: Date,
) -> AppResult<PlanMilestoneId> {
    let plan = issued(ctx, id).await?;
    let found = of_plan(ctx.db(), id, task).await?;
    let org = speaks_for(ctx, &plan, task).await?;
    let title = kernel::bounded(title, 2, 80, "节点").map_err(|wrong| AppError::invalid("title", wrong))?;
    let tx = ctx.begin().await?;
    tx.lock("plan", id.raw()).await?;
    worked_on(&tx, &plan, &found.row).await?;
    let milestone: PlanMilestoneId = ctx.new_id();
    store::add_milestone(&tx, milestone, (id, task), &title, due).await?;
    let data = json!({ "milestone": milestone.to_string(), "due": due.to_string() });
    tx.commit(vec![
        Event::new("plan.milestone_added", "plan_task", task)
            .at(org)
            .data(data),
    ])
    .await?;
    Ok(milestone)
}

/// Says that a milestone is there; nothing happens where somebody has said so already.
///
/// # Errors
/// As [`report`]; [`AppError::NotFound`] for one that is not of this task.
pub async fn reach_milestone(
    ctx: &Ctx,
    id: PlanId,
    task: PlanTaskId,
    milestone: PlanMilestoneId,
) -> AppResult<()> {
    let plan = issued(ctx, id).await?;
    of_plan(ctx.db(), id, task).await?;
    let org = speaks_for(ctx, &plan, task).await?;
    let tx = ctx.begin().await?;
    tx.lock("plan", id.raw()).await?;
    let milestones = store::milestones(&tx, task).await?;
    let found = milestones.iter().find(|one| one.id == milestone);
    if found.ok_or(AppError::NotFound)?.done_on.is_some() {
        return Ok(());
    }
    store::reach_milestone(&tx, milestone, ctx.today()).await?;
    let data = json!({ "milestone": milestone.to_string() });
    tx.commit(vec![
        Event::new("plan.milestone_reached", "plan_task", task)
            .at(org)
            .data(data),
    ])
    .await
}
