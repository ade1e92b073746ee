//! SQL of supervision slips and of changes that are asked for.

use super::MOST;
use crate::progress::model::{ChangeVerdict, Granted};
use crate::{PlanChangeId, PlanId, PlanSlipId, PlanTargetId, PlanTaskId};
use db::{Db, DbResult, Scope, Tx, Value, args};
use kernel::{Date, Instant, OrgId};

db::record! {
    /// A supervision slip.
    pub struct SlipRow {
        /// Id.
        pub id: PlanSlipId,
        /// The task.
        pub task_id: PlanTaskId,
        /// The plan.
        pub plan_id: PlanId,
        /// Path of the plan's organisation.
        pub plan_path: String,
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
        pub org_id: OrgId,
        /// Its name.
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

macro_rules! slip_sql {
    ($where:literal) => {
        concat!(
            "SELECT s.id, s.task_id, s.plan_id, ph.path AS plan_path, s.org_id, o.name AS org_name, h.path AS org_path, s.words, s.due, s.sent_at, \
             s.received_at, s.reply, s.replied_at, s.closed_at FROM plan_slip s JOIN org o ON o.id = s.org_id \
             JOIN org_path h ON h.org_id = s.org_id JOIN plan p ON p.id = s.plan_id \
             JOIN org_path ph ON ph.org_id = p.org_id WHERE ",
            $where
        )
    };
}

/// Slips on a task, the newest first.
pub async fn slips(db: &Db, task: PlanTaskId) -> DbResult<Vec<SlipRow>> {
    db.query(
        slip_sql!("s.task_id = $1 {unscoped: plan found before} ORDER BY s.sent_at DESC, s.id DESC LIMIT $2"),
        args![task, MOST],
    )
    .await
}

/// A slip on a task of this plan.
pub async fn slip(db: &Db, plan: PlanId, id: PlanSlipId) -> DbResult<SlipRow> {
    db.query_one(
        slip_sql!("s.plan_id = $1 AND s.id = $2 {unscoped: plan found before}"),
        args![plan, id],
    )
    .await
}

/// Slips to organisations in the scope that are not replied to, the most urgent first.
pub async fn open_slips(db: &Db, scope: &Scope) -> DbResult<Vec<SlipRow>> {
    db.within(scope)
        .query(
            slip_sql!("{scope s.org_id} AND s.replied_at IS NULL AND s.closed_at IS NULL ORDER BY s.due, s.id LIMIT $1"),
            args![500_i64],
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
            "SELECT c.id, c.task_id, c.plan_id, c.org_id, o.name AS org_name, h.path AS org_path, c.target_id, c.value_milli, c.due, c.old_value_milli, \
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

/// Writes figure and day of a target as a granted change makes them.
pub async fn set_target(tx: &Tx, id: PlanTargetId, granted: Granted) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_target SET comparison = $2, value_milli = $3, value_to_milli = $4, due = $5 WHERE id = $1",
        args![
            id,
            granted.comparison,
            granted.value_milli,
            granted.value_to_milli,
            granted.due
        ],
    )
    .await?;
    Ok(())
}

/// Writes the last day of a task. A window that returned every year is one no more, and its first day goes with it.
pub async fn set_last_day(tx: &Tx, task: PlanTaskId, due: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_task SET window_from = CASE WHEN every_year THEN '' ELSE window_from END, window_to = $2, \
         every_year = FALSE WHERE id = $1",
        args![task, due],
    )
    .await?;
    Ok(())
}

/// Issued plans of these organisations that run on a day, among those in the scope and those above the actor; each with whose it is.
pub async fn running(
    db: &Db,
    (scope, above): (&Scope, &[OrgId]),
    orgs: &[OrgId],
    day: Date,
) -> DbResult<Vec<(PlanId, OrgId)>> {
    db.within(scope)
        .query(
            "SELECT p.id, p.org_id FROM plan p WHERE p.status = 'issued' AND p.org_id {any $1} \
             AND ({scope p.org_id} OR p.org_id {any $2}) AND p.starts_on <= $3 AND p.ends_on >= $3 ORDER BY p.id LIMIT $4",
            args![orgs, above, day, MOST],
        )
        .await
}
