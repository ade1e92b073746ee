//! SQL of progress, and nothing else. The plan was found for the actor before any of these is asked.

use super::model::{ChangeVerdict, DutyPart, TaskState};
use crate::{PlanChangeId, PlanId, PlanMilestoneId, PlanReportId, PlanSlipId, PlanTargetId, PlanTaskId};
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
    /// A supervision slip.
    pub struct SlipRow {
        /// Id.
        pub id: PlanSlipId,
        /// The task.
        pub task_id: PlanTaskId,
        /// The plan.
        pub plan_id: PlanId,
        /// To whom.
        pub org_id: OrgId,
        /// Its name.
        pub org_name: String,
        /// Its path.
        pub org_path: String,
        /// What is wanted.
        pub words: String,
        /// Reply by.
        pub due: Date,
        /// When it was sent.
        pub sent_at: Instant,
        /// When it was received.
        pub received_at: Option<Instant>,
        /// The reply; empty before.
        pub reply: String,
        /// When it was replied to.
        pub replied_at: Option<Instant>,
        /// When it was closed.
        pub closed_at: Option<Instant>,
    }
}

db::record! {
    /// A change that was asked for.
    pub struct ChangeRow {
        /// Id.
        pub id: PlanChangeId,
        /// The task.
        pub task_id: PlanTaskId,
        /// The plan.
        pub plan_id: PlanId,
        /// Who asks.
        pub org_name: String,
        /// Its path.
        pub org_path: String,
        /// The target; none for the task's last day.
        pub target_id: Option<PlanTargetId>,
        /// New figure.
        pub value_milli: Option<i64>,
        /// New day.
        pub due: Option<Date>,
        /// Figure before.
        pub old_value_milli: Option<i64>,
        /// Day before; may be empty.
        pub old_due: Option<String>,
        /// Why.
        pub reason: String,
        /// How it stands.
        pub verdict: ChangeVerdict,
        /// What was said of it.
        pub note: String,
        /// When it was asked for.
        pub asked_at: Instant,
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
        "SELECT task_id, state FROM plan_state WHERE plan_id = $1 ORDER BY task_id LIMIT $2",
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

/// Says that a milestone is there; gives whether it was one of this task that was not.
pub async fn reach_milestone(tx: &Tx, id: PlanMilestoneId, task: PlanTaskId, on: Date) -> DbResult<bool> {
    let touched = tx
        .exec(
            "UPDATE plan_milestone SET done_on = $3 WHERE id = $1 AND task_id = $2 AND done_on IS NULL",
            args![id, task, on],
        )
        .await?;
    Ok(touched == 1)
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

macro_rules! slip_sql {
    ($where:literal) => {
        concat!(
            "SELECT s.id, s.task_id, s.plan_id, s.org_id, o.name AS org_name, h.path AS org_path, s.words, s.due, s.sent_at, \
             s.received_at, s.reply, s.replied_at, s.closed_at FROM plan_slip s JOIN org o ON o.id = s.org_id \
             JOIN org_path h ON h.org_id = s.org_id WHERE ",
            $where
        )
    };
}

/// Slips on a task, the newest first.
pub async fn slips(db: &Db, task: PlanTaskId) -> DbResult<Vec<SlipRow>> {
    db.query(
        slip_sql!("s.task_id = $1 ORDER BY s.sent_at DESC, s.id DESC LIMIT $2"),
        args![task, MOST],
    )
    .await
}

/// A slip on a task of this plan.
pub async fn slip(db: &Db, plan: PlanId, id: PlanSlipId) -> DbResult<SlipRow> {
    db.query_one(slip_sql!("s.plan_id = $1 AND s.id = $2"), args![plan, id])
        .await
}

/// Slips to organisations in the scope that are not replied to, the most urgent first.
pub async fn open_slips(db: &Db, scope: &Scope) -> DbResult<Vec<SlipRow>> {
    db.within(scope)
        .query(
            slip_sql!("{scope s.org_id} AND s.replied_at IS NULL AND s.closed_at IS NULL ORDER BY s.due, s.id LIMIT $1"),
            args![50_i64],
        )
        .await
}

/// Sends a slip.
pub async fn send_slip(
    tx: &Tx,
    id: PlanSlipId,
    (plan, task): (PlanId, PlanTaskId),
    (org, words, due): (OrgId, &str, Date),
    at: Instant,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO plan_slip (id, task_id, plan_id, org_id, words, due, sent_at, reply) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, '')",
        args![id, task, plan, org, words, due, at],
    )
    .await?;
    Ok(())
}

/// Says that a slip was received.
pub async fn receive_slip(tx: &Tx, id: PlanSlipId, at: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_slip SET received_at = $2 WHERE id = $1 AND received_at IS NULL",
        args![id, at],
    )
    .await?;
    Ok(())
}

/// Replies to a slip; who replies has received it.
pub async fn reply_slip(tx: &Tx, id: PlanSlipId, reply: &str, at: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_slip SET reply = $2, replied_at = $3, received_at = COALESCE(received_at, $3) WHERE id = $1",
        args![id, reply, at],
    )
    .await?;
    Ok(())
}

/// Closes a slip.
pub async fn close_slip(tx: &Tx, id: PlanSlipId, at: Instant) -> DbResult<()> {
    tx.exec("UPDATE plan_slip SET closed_at = $2 WHERE id = $1", args![id, at])
        .await?;
    Ok(())
}

macro_rules! change_sql {
    ($where:literal) => {
        concat!(
            "SELECT c.id, c.task_id, c.plan_id, o.name AS org_name, h.path AS org_path, c.target_id, c.value_milli, c.due, c.old_value_milli, \
             c.old_due, c.reason, c.verdict, c.note, c.asked_at FROM plan_change c JOIN org o ON o.id = c.org_id \
             JOIN org_path h ON h.org_id = c.org_id WHERE ",
            $where
        )
    };
}

/// Changes asked for of a task, the newest first.
pub async fn changes(db: &Db, task: PlanTaskId) -> DbResult<Vec<ChangeRow>> {
    db.query(
        change_sql!("c.task_id = $1 ORDER BY c.asked_at DESC, c.id DESC LIMIT $2"),
        args![task, MOST],
    )
    .await
}

/// A change asked for in this plan.
pub async fn change(db: &Db, plan: PlanId, id: PlanChangeId) -> DbResult<ChangeRow> {
    db.query_one(change_sql!("c.plan_id = $1 AND c.id = $2"), args![plan, id])
        .await
}

/// Changes of plans in the scope that nobody decided yet: plan, task, title of the plan, when asked; the oldest first.
pub async fn waiting_changes(db: &Db, scope: &Scope) -> DbResult<Vec<(PlanId, PlanTaskId, String, Instant)>> {
    db.within(scope)
        .query(
            "SELECT c.plan_id, c.task_id, p.title, c.asked_at FROM plan_change c JOIN plan p ON p.id = c.plan_id \
             WHERE {scope p.org_id} AND c.verdict = 'waiting' ORDER BY c.asked_at, c.id LIMIT 50",
            args![],
        )
        .await
}

/// A change to be asked for.
#[derive(Debug, Clone)]
pub struct NewChange {
    /// Id.
    pub id: PlanChangeId,
    /// The plan and its task.
    pub task: (PlanId, PlanTaskId),
    /// Who asks.
    pub org: OrgId,
    /// The target; none for the task's last day.
    pub target: Option<PlanTargetId>,
    /// New figure.
    pub value_milli: Option<i64>,
    /// New day.
    pub due: Option<Date>,
    /// Figure before.
    pub old_value_milli: Option<i64>,
    /// Day before.
    pub old_due: Option<String>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Instant,
}

/// Writes a change that is asked for.
pub async fn ask_change(tx: &Tx, new: &NewChange) -> DbResult<()> {
    let columns = [
        "id",
        "task_id",
        "plan_id",
        "org_id",
        "target_id",
        "value_milli",
        "due",
        "old_value_milli",
        "old_due",
        "reason",
        "verdict",
        "note",
        "asked_at",
    ];
    let row: Vec<Value> = vec![
        new.id.into(),
        new.task.1.into(),
        new.task.0.into(),
        new.org.into(),
        new.target.into(),
        new.value_milli.into(),
        new.due.into(),
        new.old_value_milli.into(),
        new.old_due.clone().into(),
        new.reason.as_str().into(),
        ChangeVerdict::Waiting.into(),
        "".into(),
        new.at.into(),
    ];
    tx.insert_many("plan_change", &columns, &[row]).await
}

/// Decides a change.
pub async fn decide_change(
    tx: &Tx,
    id: PlanChangeId,
    verdict: ChangeVerdict,
    note: &str,
    at: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_change SET verdict = $2, note = $3, decided_at = $4 WHERE id = $1",
        args![id, verdict, note, at],
    )
    .await?;
    Ok(())
}

/// Carries a granted change out: the figure and day of a target, or the last day of a task.
pub async fn carry_out(tx: &Tx, change: &ChangeRow) -> DbResult<()> {
    match change.target_id {
        Some(target) => {
            tx.exec(
                "UPDATE plan_target SET value_milli = COALESCE($2, value_milli), due = COALESCE($3, due) WHERE id = $1",
                args![target, change.value_milli, change.due],
            )
            .await?;
        }
        None => {
            tx.exec(
                "UPDATE plan_task SET window_to = COALESCE($2, window_to), every_year = FALSE WHERE id = $1",
                args![change.task_id, change.due],
            )
            .await?;
        }
    }
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
    /// Tasks of one plan that organisations in a scope lead and that nobody reported on since a moment.
    pub struct SilentRow {
        /// The plan.
        pub plan_id: PlanId,
        /// Its title.
        pub title: String,
        /// Its light rules.
        pub lights: Option<String>,
        /// How many tasks.
        pub tasks: i64,
    }
}

/// Tasks that organisations in the scope lead and that nobody reported on since a moment, by plan.
pub async fn silent(db: &Db, scope: &Scope, today: Date, since: Instant) -> DbResult<Vec<SilentRow>> {
    db.within(scope)
        .query(
            "SELECT p.id AS plan_id, p.title, w.lights, count(*) AS tasks FROM plan_duty d JOIN plan p ON p.id = d.plan_id \
             LEFT JOIN plan_watch w ON w.plan_id = p.id WHERE {scope d.org_id} AND d.part = 'lead' \
             AND p.status = 'issued' AND p.starts_on <= $1 AND p.ends_on >= $1 \
             AND NOT EXISTS (SELECT 1 FROM plan_state s WHERE s.task_id = d.task_id AND s.state <> 'open') \
             AND NOT EXISTS (SELECT 1 FROM plan_report r WHERE r.task_id = d.task_id AND r.reported_at >= $2) \
             GROUP BY p.id, p.title, w.lights ORDER BY p.title, p.id LIMIT 50",
            args![today, since],
        )
        .await
}
