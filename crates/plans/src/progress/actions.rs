//! What can be done with the tasks of an issued plan: one function a verb. Who answers for them, slips,
//! changes and carrying over have their own rooms.

use super::days::days_of;
use super::duties::speaks_for;
use super::figures::{self, Source, Standing};
use super::lights::{self, Light, Preset};
use super::model::{self, DutyPart, TaskState};
use super::store::{self, DutyRow, MilestoneRow, NewReport, ReportRow};
use crate::plans::model::PlanStatus;
use crate::plans::{self, Item, PlanRow, TargetRow, Task};
use crate::{PlanId, PlanMilestoneId, PlanReportId, PlanTargetId, PlanTaskId};
use kernel::Date;
use metrics::Metrics;
use platform::{AppError, AppResult, Ctx, Event, FileKind, Permission};
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
    /// How far, in percent.
    pub percent: i64,
    /// Whether the percent comes from a metric, a report, or nothing.
    pub source: Source,
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
    let mut items = plans::all_items(ctx.db(), plan.id).await?;
    for item in &mut items {
        item.tasks.retain(|one| one.row.id == task);
    }
    items.retain(|item| !item.tasks.is_empty());
    let mut found = progress_of(ctx, metrics, &plan, items).await?;
    let mut found = found.pop().ok_or(AppError::NotFound)?;
    found.reports.retain(|report| sees(ctx, &plan, &report.org_path));
    Ok((plan, found))
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
    let targets: Vec<&TargetRow> = items
        .iter()
        .flat_map(|item| &item.tasks)
        .flat_map(|task| &task.targets)
        .collect();
    let mut standings = figures::standings(ctx, metrics, plan, &targets, &reports).await?;
    let states: HashMap<PlanTaskId, TaskState> = store::states(db, plan.id)
        .await?
        .into_iter()
        .map(|row| (row.task_id, row.state))
        .collect();
    let mut duties: HashMap<PlanTaskId, Vec<DutyRow>> = HashMap::new();
    for duty in store::duties(db, plan.id).await? {
        duties.entry(duty.task_id).or_default().push(duty);
    }
    let mut of_task: HashMap<PlanTaskId, Vec<ReportRow>> = HashMap::new();
    for report in reports {
        of_task.entry(report.task_id).or_default().push(report);
    }
    let today = ctx.today();
    let mut found = Vec::new();
    for item in items {
        let title = item.title();
        for task in item.tasks {
            let id = task.row.id;
            let reports = of_task.remove(&id).unwrap_or_default();
            let standings: HashMap<PlanTargetId, Standing> = task
                .targets
                .iter()
                .filter_map(|target| standings.remove_entry(&target.id))
                .collect();
            let state = states.get(&id).copied().unwrap_or(TaskState::Open);
            let due = task.targets.iter().filter_map(|target| target.due).max();
            let days = days_of(plan, &task.row, due, today);
            let (percent, source) = percent_of(&task, state, &standings, &reports);
            let pace = model::pace(days, today, percent);
            let light = preset
                .filter(|_| state == TaskState::Open)
                .and_then(|preset| preset.light(pace));
            found.push(Progress {
                item: title.clone(),
                duties: duties.remove(&id).unwrap_or_default(),
                light: light.cloned(),
                task,
                state,
                days,
                percent,
                source,
                standings,
                reports,
            });
        }
    }
    Ok(found)
}

/// How far a task is: what is done is; else its least target, if all are known; else what was reported last.
fn percent_of(
    task: &Task,
    state: TaskState,
    standings: &HashMap<PlanTargetId, Standing>,
    reports: &[ReportRow],
) -> (i64, Source) {
    if state == TaskState::Done {
        return (100, Source::Nothing);
    }
    let of_target = |target: &TargetRow| {
        let standing = standings.get(&target.id)?;
        Some((standing.reached?.percent(target).min(100), standing.source))
    };
    let known: Option<Vec<(i64, Source)>> = task.targets.iter().map(of_target).collect();
    let least = known
        .unwrap_or_default()
        .into_iter()
        .min_by_key(|(percent, _)| *percent);
    if let Some(least) = least {
        return least;
    }
    match reports.iter().find_map(|report| report.percent) {
        Some(percent) => (percent, Source::Typed),
        None => (0, Source::Nothing),
    }
}

/// Milestones of a task.
///
/// # Errors
/// As [`task`].
pub async fn milestones(ctx: &Ctx, plan: PlanId, task: PlanTaskId) -> AppResult<Vec<MilestoneRow>> {
    issued(ctx, plan).await?;
    Ok(store::milestones(ctx.db(), task).await?)
}

/// Chooses the light rules of a plan.
///
/// # Errors
/// [`AppError::Invalid`] for rules that are not there; as [`managed`].
pub async fn choose_lights(ctx: &Ctx, id: PlanId, lights: &str) -> AppResult<()> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    if !lights::presets().iter().any(|preset| preset.id == lights) {
        return Err(AppError::invalid("lights", "请从列出的亮灯规则里选一种。"));
    }
    let tx = ctx.begin().await?;
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
/// [`AppError::Forbidden`] for who does not lead it; [`AppError::Invalid`] for wrong fields; as [`task`].
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

/// Says that a task is done, or that it is not after all.
///
/// # Errors
/// As [`managed`].
pub async fn set_done(ctx: &Ctx, id: PlanId, task: PlanTaskId, done: bool) -> AppResult<()> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    of_plan(ctx.db(), id, task).await?;
    let tx = ctx.begin().await?;
    tx.lock("plan", id.raw()).await?;
    let state = if done { TaskState::Done } else { TaskState::Open };
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
pub async fn add_milestone(ctx: &Ctx, id: PlanId, task: PlanTaskId, title: &str, due: Date) -> AppResult<()> {
    let plan = issued(ctx, id).await?;
    of_plan(ctx.db(), id, task).await?;
    let org = speaks_for(ctx, &plan, task).await?;
    let title = kernel::bounded(title, 2, 80, "节点").map_err(|wrong| AppError::invalid("title", wrong))?;
    let tx = ctx.begin().await?;
    let milestone: PlanMilestoneId = ctx.new_id();
    store::add_milestone(&tx, milestone, (id, task), &title, due).await?;
    let data = json!({ "milestone": milestone.to_string(), "due": due.to_string() });
    tx.commit(vec![
        Event::new("plan.milestone_added", "plan_task", task)
            .at(org)
            .data(data),
    ])
    .await
}

/// Says that a milestone is there.
///
/// # Errors
/// As [`report`]; [`AppError::NotFound`] for one that is not of this task, or was there already.
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
    if !store::reach_milestone(&tx, milestone, task, ctx.today()).await? {
        return Err(AppError::NotFound);
    }
    let data = json!({ "milestone": milestone.to_string() });
    tx.commit(vec![
        Event::new("plan.milestone_reached", "plan_task", task)
            .at(org)
            .data(data),
    ])
    .await
}

/// Says which metric moves a target, of which kind (see [`model::kind_for`]), and whether its growth or its level counts.
///
/// # Errors
/// As [`managed`]; [`AppError::Invalid`] for a metric that is not defined.
pub async fn bind(
    ctx: &Ctx,
    metrics: &Metrics,
    (id, target): (PlanId, PlanTargetId),
    metric: Option<&str>,
    (grows, kind): (bool, &str),
) -> AppResult<()> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    let items = plans::all_items(ctx.db(), id).await?;
    let mut targets = items
        .iter()
        .flat_map(|item| &item.tasks)
        .flat_map(|task| &task.targets);
    let row = targets.find(|one| one.id == target).ok_or(AppError::NotFound)?;
    let found = metric.and_then(|metric| metrics.find(metric));
    if metric.is_some() && found.is_none() {
        return Err(AppError::invalid("metric", "请从列出的指标里选。"));
    }
    let kind = kernel::bounded(kind, 0, 40, "类别").map_err(|wrong| AppError::invalid("kind", wrong))?;
    let known = found.map_or(&[][..], model::kinds_of);
    let kind = model::kind_for((row, metric), &kind, known);
    let tx = ctx.begin().await?;
    store::set_measure(&tx, (id, target), metric, grows, &kind).await?;
    let data = json!({ "metric": metric, "grows": grows, "kind": kind });
    tx.commit(vec![
        Event::new("plan.target_bound", "plan_target", target)
            .at(plan.org_id)
            .data(data),
    ])
    .await
}
