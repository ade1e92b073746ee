//! SQL of progress, and nothing else. The plan was found for the actor before any of these is asked.

mod oversight;

pub use oversight::{
    ChangeRow, NewChange, SlipRow, ask_change, change, changes, close_slip, decide_change, open_slips,
    receive_slip, reply_slip, running, send_slip, set_last_day, set_target, slip, slips, waiting_changes,
};

use super::model::{DutyPart, TaskState};
use crate::{PlanId, PlanMilestoneId, PlanReportId, PlanTargetId, PlanTaskId};
use db::{Db, DbResult, Scope, Tx, Value, args};
use kernel::{Date, Instant, OrgId};

db::record! {
    /// Who answers for a task.
    pub struct DutyRow {
        /// The task.
        pub task_id: PlanTaskId,
        /// The organisation.
        pub org_id: OrgId,
        /// Its name.
        pub org_name: String,
        /// Its path.
        pub org_path: String,
        /// What it has to do with it.
        pub part: DutyPart,
    }
}

db::record! {
    /// Which organisation a printed name means.
    pub struct PartyRow {
        /// The printed name.
        pub name: String,
        /// The organisation.
        pub org_id: OrgId,
    }
}

db::record! {
    /// Where a task stands when it is not simply open.
    pub struct StateRow {
        /// The task.
        pub task_id: PlanTaskId,
        /// Its state.
        pub state: TaskState,
        /// The plan that goes on with it.
        pub next_plan_id: Option<PlanId>,
        /// Since when.
        pub at: Instant,
    }
}

db::record! {
    /// A milestone of a task.
    pub struct MilestoneRow {
        /// Id.
        pub id: PlanMilestoneId,
        /// Its task.
        pub task_id: PlanTaskId,
        /// What is to be there.
        pub title: String,
        /// By when.
        pub due: Date,
        /// Since when it is.
        pub done_on: Option<Date>,
    }
}

db::record! {
    /// A report on a task.
    pub struct ReportRow {
        /// Id.
        pub id: PlanReportId,
        /// The task.
        pub task_id: PlanTaskId,
        /// Who reported.
        pub org_id: OrgId,
        /// Its name.
        pub org_name: String,
        /// Its path.
        pub org_path: String,
        /// In words.
        pub words: String,
        /// How far, in percent.
        pub percent: Option<i64>,
        /// The target whose value was typed.
        pub target_id: Option<PlanTargetId>,
        /// The typed value in thousandths.
        pub value_milli: Option<i64>,
        /// Name of the evidence; empty without.
        pub file_name: String,
        /// Hash of the evidence.
        pub file_sha256: Option<String>,
        /// When.
        pub reported_at: Instant,
    }
}

db::record! {
    /// How a metric moves a target where it is not as the verb says.
    pub struct MeasureRow {
        /// The target.
        pub target_id: PlanTargetId,
        /// Whether growth counts.
        pub grows: bool,
        /// Kind; empty for the whole.
        pub kind: String,
    }
}

/// Most rows of a plan that are read at once.
const MOST: i64 = 20_000;

/// The light rules that a plan chose.
pub async fn lights(db: &Db, plan: PlanId) -> DbResult<Option<String>> {
    db.query_opt("SELECT lights FROM plan_watch WHERE plan_id = $1", args![plan])
        .await
}

/// Chooses the light rules of a plan.
pub async fn set_lights(tx: &Tx, plan: PlanId, lights: &str) -> DbResult<()> {
    tx.exec(
        "INSERT INTO plan_watch (plan_id, lights) VALUES ($1, $2) ON CONFLICT (plan_id) DO UPDATE SET lights = $2",
        args![plan, lights],
    )
    .await?;
    Ok(())
}

/// Which organisations the printed names of a plan mean.
pub async fn parties(db: &Db, plan: PlanId) -> DbResult<Vec<PartyRow>> {
    db.query(
        "SELECT name, org_id FROM plan_party WHERE plan_id = $1 ORDER BY name LIMIT $2",
        args![plan, MOST],
    )
    .await
}

/// Says which organisation a printed name means; `None` for nobody.
pub async fn set_party(tx: &Tx, plan: PlanId, name: &str, org: Option<OrgId>) -> DbResult<()> {
    tx.exec(
        "DELETE FROM plan_party WHERE plan_id = $1 AND name = $2",
        args![plan, name],
    )
    .await?;
    if let Some(org) = org {
        tx.exec(
            "INSERT INTO plan_party (plan_id, name, org_id) VALUES ($1, $2, $3)",
            args![plan, name, org],
        )
        .await?;
    }
    Ok(())
}

/// Who answers for the tasks of a plan.
pub async fn duties(db: &Db, plan: PlanId) -> DbResult<Vec<DutyRow>> {
    db.query(
        "SELECT d.task_id, d.org_id, o.name AS org_name, h.path AS org_path, d.part FROM plan_duty d \
         JOIN org o ON o.id = d.org_id JOIN org_path h ON h.org_id = d.org_id WHERE d.plan_id = $1 \
         ORDER BY d.task_id, d.part DESC, o.sort_key, d.org_id LIMIT $2",
        args![plan, MOST],
    )
    .await
}

/// Gives an organisation a part in a task.
pub async fn give_duty(tx: &Tx, plan: PlanId, task: PlanTaskId, org: OrgId, part: DutyPart) -> DbResult<()> {
    tx.exec(
        "INSERT INTO plan_duty (task_id, plan_id, org_id, part) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (task_id, org_id) DO UPDATE SET part = $4",
        args![task, plan, org, part],
    )
    .await?;
    Ok(())
}

/// Takes an organisation's part in a task away.
pub async fn end_duty(tx: &Tx, task: PlanTaskId, org: OrgId) -> DbResult<()> {
    tx.exec(
        "DELETE FROM plan_duty WHERE task_id = $1 AND org_id = $2",
        args![task, org],
    )
    .await?;
    Ok(())
}

/// Tasks of a plan that are not simply open.
pub async fn states(db: &Db, plan: PlanId) -> DbResult<Vec<StateRow>> {
    db.query(
        "SELECT task_id, state, next_plan_id, at FROM plan_state WHERE plan_id = $1 ORDER BY task_id LIMIT $2",
        args![plan, MOST],
    )
    .await
}

/// Says where a task stands.
pub async fn set_state(
    tx: &Tx,
    (plan, task): (PlanId, PlanTaskId),
    state: TaskState,
    next: Option<PlanId>,
    at: Instant,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO plan_state (task_id, plan_id, state, next_plan_id, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (task_id) DO UPDATE SET state = $3, next_plan_id = $4, at = $5",
        args![task, plan, state, next, at],
    )
    .await?;
    Ok(())
}

impl StateRow {
    /// What was said, and on which day.
    pub fn said(&self) -> (TaskState, Date) {
        (self.state, self.at.date())
    }
}

/// Finds a task among those of a plan.
pub async fn task_of(db: &Db, plan: PlanId, task: PlanTaskId) -> DbResult<PlanTaskId> {
    db.query_one(
        "SELECT id FROM plan_task WHERE plan_id = $1 AND id = $2",
        args![plan, task],
    )
    .await
}

/// Milestones of a task, the earliest first.
pub async fn milestones(db: &Db, task: PlanTaskId) -> DbResult<Vec<MilestoneRow>> {
    db.query(
        "SELECT id, task_id, title, due, done_on FROM plan_milestone WHERE task_id = $1 ORDER BY due, id LIMIT $2",
        args![task, MOST],
    )
    .await
}

/// Adds a milestone.
pub async fn add_milestone(
    tx: &Tx,
    id: PlanMilestoneId,
    (plan, task): (PlanId, PlanTaskId),
    title: &str,
    due: Date,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO plan_milestone (id, task_id, plan_id, title, due) VALUES ($1, $2, $3, $4, $5)",
        args![id, task, plan, title, due],
    )
    .await?;
    Ok(())
}

/// Says that a milestone is there.
pub async fn reach_milestone(tx: &Tx, id: PlanMilestoneId, on: Date) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_milestone SET done_on = $2 WHERE id = $1",
        args![id, on],
    )
    .await?;
    Ok(())
}

macro_rules! report_sql {
    ($where:literal) => {
        concat!(
            "SELECT r.id, r.task_id, r.org_id, o.name AS org_name, h.path AS org_path, r.words, r.percent, r.target_id, r.value_milli, \
             r.file_name, r.file_sha256, r.reported_at FROM plan_report r JOIN org o ON o.id = r.org_id \
             JOIN org_path h ON h.org_id = r.org_id WHERE ",
            $where
        )
    };
}

/// Reports on the tasks of a plan, the newest first.
pub async fn reports_of_plan(db: &Db, plan: PlanId) -> DbResult<Vec<ReportRow>> {
    db.query(
        report_sql!("r.plan_id = $1 ORDER BY r.reported_at DESC, r.id DESC LIMIT $2"),
        args![plan, MOST],
    )
    .await
}

/// A report on a task of this plan.
pub async fn report(db: &Db, plan: PlanId, id: PlanReportId) -> DbResult<ReportRow> {
    db.query_one(report_sql!("r.plan_id = $1 AND r.id = $2"), args![plan, id])
        .await
}

/// A report to be written.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// Id.
    pub id: PlanReportId,
    /// The plan and its task.
    pub task: (PlanId, PlanTaskId),
    /// Who reports.
    pub org: OrgId,
    /// In words.
    pub words: String,
    /// How far.
    pub percent: Option<i64>,
    /// A typed value of a target.
    pub value: Option<(PlanTargetId, i64)>,
    /// Name and hash of the evidence.
    pub file: Option<(String, String)>,
    /// When.
    pub at: Instant,
}

/// Writes a report.
pub async fn add_report(tx: &Tx, new: &NewReport) -> DbResult<()> {
    let (file_name, sha256) = new.file.clone().unzip();
    let (target, value) = new.value.unzip();
    tx.exec(
        "INSERT INTO plan_report (id, task_id, plan_id, org_id, words, percent, target_id, value_milli, file_name, \
         file_sha256, reported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            new.id,
            new.task.1,
            new.task.0,
            new.org,
            &new.words,
            new.percent,
            target,
            value,
            file_name.unwrap_or_default(),
            sha256,
            new.at
        ],
    )
    .await?;
    Ok(())
}

/// How metrics move the targets of a plan where it is not as their verbs say.
pub async fn measures(db: &Db, plan: PlanId) -> DbResult<Vec<MeasureRow>> {
    db.query(
        "SELECT target_id, grows, kind FROM plan_measure WHERE plan_id = $1 ORDER BY target_id LIMIT $2",
        args![plan, MOST],
    )
    .await
}

/// Says how a metric moves a target, and which.
pub async fn set_measure(
    tx: &Tx,
    (plan, target): (PlanId, PlanTargetId),
    metric: Option<&str>,
    grows: bool,
    kind: &str,
) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_target SET metric = $2 WHERE id = $1",
        args![target, metric.map(str::to_owned)],
    )
    .await?;
    tx.exec(
        "INSERT INTO plan_measure (target_id, plan_id, grows, kind) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (target_id) DO UPDATE SET grows = $3, kind = $4",
        args![target, plan, grows, kind],
    )
    .await?;
    Ok(())
}

db::record! {
    /// A task that organisations in a scope lead and that nobody reported on since a moment.
    pub struct SilentRow {
        /// The task.
        pub task_id: PlanTaskId,
        /// Path of an organisation that leads it.
        pub org_path: String,
        /// The plan.
        pub plan_id: PlanId,
        /// Path of the plan's organisation.
        pub plan_path: String,
        /// Its title.
        pub title: String,
        /// Its light rules.
        pub lights: Option<String>,
        /// Its first day.
        pub starts_on: Date,
        /// Its last day.
        pub ends_on: Date,
        /// First day of the task.
        pub window_from: String,
        /// Last day of the task.
        pub window_to: String,
        /// Whether the task returns every year.
        pub every_year: bool,
        /// What was said of it last.
        pub state: Option<TaskState>,
        /// When.
        pub at: Option<Instant>,
    }
}

/// Tasks that organisations in the scope lead and that nobody reported on since a moment, by plan and task, once for each lead;
/// done ones too.
pub async fn silent(db: &Db, scope: &Scope, today: Date, since: Instant) -> DbResult<Vec<SilentRow>> {
    db.within(scope)
        .query(
            "SELECT d.task_id, h.path AS org_path, p.id AS plan_id, ph.path AS plan_path, p.title, w.lights, p.starts_on, p.ends_on, t.window_from, t.window_to, \
             t.every_year, s.state, s.at FROM plan_duty d JOIN plan p ON p.id = d.plan_id JOIN plan_task t ON t.id = d.task_id \
             JOIN org_path h ON h.org_id = d.org_id JOIN org_path ph ON ph.org_id = p.org_id \
             LEFT JOIN plan_watch w ON w.plan_id = p.id LEFT JOIN plan_state s ON s.task_id = d.task_id \
             WHERE {scope d.org_id} AND d.part = 'lead' \
             AND p.status = 'issued' AND p.starts_on <= $1 AND p.ends_on >= $1 \
             AND NOT EXISTS (SELECT 1 FROM plan_report r WHERE r.task_id = d.task_id AND r.reported_at >= $2) \
             ORDER BY p.title, p.id, d.task_id, d.org_id LIMIT $3",
            args![today, since, MOST],
        )
        .await
}

/// Makes one organisation lead these tasks.
pub async fn lead_all(tx: &Tx, plan: PlanId, tasks: &[PlanTaskId], lead: OrgId) -> DbResult<()> {
    let rows: Vec<Vec<Value>> = tasks
        .iter()
        .map(|task| vec![(*task).into(), plan.into(), lead.into(), DutyPart::Lead.into()])
        .collect();
    tx.insert_many("plan_duty", &["task_id", "plan_id", "org_id", "part"], &rows)
        .await
}

/// Writes one report with a percent for each of these tasks.
pub async fn report_all(
    tx: &Tx,
    (plan, org): (PlanId, OrgId),
    tasks: &[(PlanTaskId, i64)],
    at: Instant,
    mut ids: impl FnMut() -> i64,
) -> DbResult<()> {
    let rows: Vec<Vec<Value>> = tasks
        .iter()
        .map(|(task, percent)| {
            vec![
                ids().into(),
                (*task).into(),
                plan.into(),
                org.into(),
                "演示：按计划推进。".into(),
                (*percent).into(),
                "".into(),
                at.into(),
            ]
        })
        .collect();
    let columns = [
        "id",
        "task_id",
        "plan_id",
        "org_id",
        "words",
        "percent",
        "file_name",
        "reported_at",
    ];
    tx.insert_many("plan_report", &columns, &rows).await
}
