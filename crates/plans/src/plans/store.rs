//! SQL of plans, their items, tasks and targets, and nothing else.

mod contents;

pub use contents::{
    NewItem, accept_item, insert_items, items_written, make_room, remove_item, replace_tasks, update_item,
    update_text,
};

use super::head::HeadDraft;
use super::model::{LookedAt, Place, PlanStatus, TargetComparison, TargetDraft, TaskDraft, TaskKind};
use crate::{PlanId, PlanItemId, PlanTargetId, PlanTaskId};
use db::{Db, DbResult, Scope, Tx, args};
use kernel::{Date, Instant, OrgId};

db::record! {
    /// A plan without its items.
    pub struct PlanRow {
        /// Id.
        pub id: PlanId,
        /// Whose it is.
        pub org_id: OrgId,
        /// Name of the org.
        pub org_name: String,
        /// Path of the org.
        pub org_path: String,
        /// Title.
        pub title: String,
        /// 发文字号; may be empty.
        pub document_number: String,
        /// Who signed it; may be empty.
        pub issuer: String,
        /// Day of the document; may be empty.
        pub dated: String,
        /// Year.
        pub year: i64,
        /// First day.
        pub starts_on: Date,
        /// Last day.
        pub ends_on: Date,
        /// How far it is.
        pub status: PlanStatus,
        /// Name of the document's file; empty without one.
        pub file_name: String,
        /// Hash of the document's file.
        pub file_sha256: Option<String>,
        /// Remarks of the reader as JSON.
        pub notes: String,
        /// When it was read.
        pub created_at: Instant,
        /// When it was issued.
        pub issued_at: Option<Instant>,
        /// Goes up by one with each change of the head or of items, and when it is issued.
        pub version: i64,
    }
}

db::record! {
    /// A row of a list of plans.
    pub struct PlanBrief {
        /// Id.
        pub id: PlanId,
        /// Whose it is.
        pub org_id: OrgId,
        /// Name of the org.
        pub org_name: String,
        /// Title.
        pub title: String,
        /// 发文字号; may be empty.
        pub document_number: String,
        /// Year.
        pub year: i64,
        /// How far it is.
        pub status: PlanStatus,
        /// Number of items.
        pub items: i64,
        /// Number of targets.
        pub targets: i64,
        /// Number of targets that no metric moves.
        pub unbound: i64,
    }
}

db::record! {
    /// An item.
    pub struct ItemRow {
        /// Id.
        pub id: PlanItemId,
        /// Its plan.
        pub plan_id: PlanId,
        /// Its place in the plan.
        pub position: i64,
        /// Printed label.
        pub number: Option<String>,
        /// Headings above, a line each.
        pub path: String,
        /// Its own heading.
        pub heading: String,
        /// Its exact words.
        pub text: String,
        /// First line.
        pub line_from: i64,
        /// Last line.
        pub line_to: i64,
        /// First character.
        pub char_from: i64,
        /// The character after the last.
        pub char_to: i64,
        /// Whether a person has looked at it.
        pub checked: bool,
        /// Whether the reader left a doubt.
        pub doubtful: bool,
        /// Goes up by one with each change.
        pub version: i64,
    }
}

db::record! {
    /// A task.
    pub struct TaskRow {
        /// Id.
        pub id: PlanTaskId,
        /// Its item.
        pub item_id: PlanItemId,
        /// Its words.
        pub text: String,
        /// Kind.
        pub kind: TaskKind,
        /// Leads, a line each.
        pub lead: String,
        /// Helpers, a line each.
        pub helpers: String,
        /// First day of the window.
        pub window_from: String,
        /// Last day.
        pub window_to: String,
        /// Whether it returns every year.
        pub every_year: bool,
        /// First line.
        pub line_from: i64,
        /// Last line.
        pub line_to: i64,
        /// First character.
        pub char_from: i64,
        /// The character after the last.
        pub char_to: i64,
    }
}

db::record! {
    /// A target.
    pub struct TargetRow {
        /// Id.
        pub id: PlanTargetId,
        /// Its task.
        pub task_id: PlanTaskId,
        /// Its item.
        pub item_id: PlanItemId,
        /// What is counted.
        pub object: String,
        /// Verb.
        pub verb: String,
        /// Comparison.
        pub comparison: TargetComparison,
        /// Figure in thousandths.
        pub value_milli: i64,
        /// Upper end.
        pub value_to_milli: Option<i64>,
        /// Unit.
        pub unit: String,
        /// Last day.
        pub due: Option<Date>,
        /// Metric.
        pub metric: Option<String>,
        /// How sure the reader was, in percent.
        pub confidence: i64,
        /// The words it was read from.
        pub source_text: String,
    }
}

/// Most plans of one list that is not cut into parts.
const MOST_PLANS: i64 = 200;
/// Most tasks or targets that are read at once; a plan has far fewer.
const MOST_ROWS: i64 = 100_000;

macro_rules! plan_columns {
    ($where:literal) => {
        concat!(
            "SELECT p.id, p.org_id, o.name AS org_name, h.path AS org_path, p.title, p.document_number, p.issuer, p.dated, \
             p.year, p.starts_on, p.ends_on, p.status, p.file_name, p.file_sha256, p.notes, p.created_at, p.issued_at, \
             p.version FROM plan p JOIN org o ON o.id = p.org_id JOIN org_path h ON h.org_id = p.org_id WHERE p.id = $1 AND ",
            $where
        )
    };
}

macro_rules! brief_columns {
    ($where:literal) => {
        concat!(
            "SELECT p.id, p.org_id, o.name AS org_name, p.title, p.document_number, p.year, p.status, \
             (SELECT count(*) FROM plan_item i WHERE i.plan_id = p.id) AS items, \
             (SELECT count(*) FROM plan_target t WHERE t.plan_id = p.id) AS targets, \
             (SELECT count(*) FROM plan_target t WHERE t.plan_id = p.id AND t.metric IS NULL) AS unbound \
             FROM plan p JOIN org o ON o.id = p.org_id WHERE ",
            $where
        )
    };
}

/// A plan in the scope, draft or not.
pub async fn find_within(db: &Db, scope: &Scope, id: PlanId) -> DbResult<PlanRow> {
    db.within(scope)
        .query_one(plan_columns!("{scope p.org_id}"), args![id])
        .await
}

/// An issued plan in the scope, or of one of these organisations above it.
pub async fn find_issued(db: &Db, scope: &Scope, above: &[OrgId], id: PlanId) -> DbResult<Option<PlanRow>> {
    db.within(scope)
        .query_opt(
            plan_columns!("p.status <> 'draft' AND ({scope p.org_id} OR p.org_id {any $2})"),
            args![id, above],
        )
        .await
}

/// Drafts in the scope, newest year first.
pub async fn drafts_within(db: &Db, scope: &Scope) -> DbResult<Vec<PlanBrief>> {
    db.within(scope)
        .query(
            brief_columns!(
                "{scope p.org_id} AND p.status = 'draft' ORDER BY p.year DESC, p.created_at DESC, p.id LIMIT $1"
            ),
            args![MOST_PLANS],
        )
        .await
}

/// Issued plans in the scope and of these organisations above it, newest year first.
pub async fn issued(
    db: &Db,
    scope: &Scope,
    above: &[OrgId],
    year: Option<i64>,
    (limit, offset): (i64, i64),
) -> DbResult<Vec<PlanBrief>> {
    db.within(scope)
        .query(
            brief_columns!(
                "p.status <> 'draft' AND ({scope p.org_id} OR p.org_id {any $1}) \
                 AND (CAST($2 AS BIGINT) IS NULL OR p.year = $2) \
                 ORDER BY p.year DESC, p.dated DESC, p.title, p.id LIMIT $3 OFFSET $4"
            ),
            args![above, year, limit, offset],
        )
        .await
}

/// Years that have issued plans, newest first.
pub async fn years(db: &Db, scope: &Scope, above: &[OrgId]) -> DbResult<Vec<i64>> {
    db.within(scope)
        .query(
            "SELECT DISTINCT p.year FROM plan p WHERE p.status <> 'draft' AND ({scope p.org_id} OR p.org_id {any $1}) \
             ORDER BY p.year DESC LIMIT 60",
            args![above],
        )
        .await
}

/// Which items of a plan a page shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Which {
    /// All.
    #[default]
    All,
    /// Those that nobody has looked at and that the reader doubts.
    Doubtful,
    /// Those with a target that no metric moves.
    Unbound,
}

impl Which {
    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Doubtful => "doubtful",
            Self::Unbound => "unbound",
        }
    }
}

/// The items of a plan from a place on, in order.
pub async fn items(db: &Db, plan: PlanId, which: Which, from: i64, limit: i64) -> DbResult<Vec<ItemRow>> {
    db.query(
        "SELECT i.id, i.plan_id, i.position, i.number, i.path, i.heading, i.text, i.line_from, i.line_to, i.char_from, \
         i.char_to, i.checked, i.doubtful, i.version FROM plan_item i WHERE i.plan_id = $1 AND i.position >= $2 \
         AND ($3 = 'all' OR ($3 = 'doubtful' AND i.doubtful AND NOT i.checked) OR ($3 = 'unbound' AND EXISTS \
         (SELECT 1 FROM plan_target t WHERE t.item_id = i.id AND t.metric IS NULL))) \
         ORDER BY i.position, i.id LIMIT $4",
        args![plan, from, which.word(), limit],
    )
    .await
}

/// An item of a plan.
pub async fn item(db: &Db, plan: PlanId, id: PlanItemId) -> DbResult<ItemRow> {
    db.query_one(
        "SELECT i.id, i.plan_id, i.position, i.number, i.path, i.heading, i.text, i.line_from, i.line_to, i.char_from, \
         i.char_to, i.checked, i.doubtful, i.version FROM plan_item i WHERE i.plan_id = $1 AND i.id = $2",
        args![plan, id],
    )
    .await
}

/// The item that stands at or after a place; `None` at the end.
pub async fn item_from(db: &Db, plan: PlanId, which: Which, position: i64) -> DbResult<Option<ItemRow>> {
    Ok(items(db, plan, which, position, 1).await?.into_iter().next())
}

/// The item before a place.
pub async fn item_before(db: &Db, plan: PlanId, position: i64) -> DbResult<Option<PlanItemId>> {
    db.query_opt(
        "SELECT id FROM plan_item WHERE plan_id = $1 AND position < $2 ORDER BY position DESC, id DESC LIMIT 1",
        args![plan, position],
    )
    .await
}

/// The place of the last item; 0 when there is none.
pub async fn last_position(db: &Db, plan: PlanId) -> DbResult<i64> {
    db.query_one(
        "SELECT COALESCE(max(position), 0) FROM plan_item WHERE plan_id = $1",
        args![plan],
    )
    .await
}

/// The tasks of these items, in order.
pub async fn tasks(db: &Db, items: &[PlanItemId]) -> DbResult<Vec<TaskRow>> {
    db.query(
        "SELECT id, item_id, text, kind, lead, helpers, window_from, window_to, every_year, line_from, line_to, char_from, \
         char_to FROM plan_task WHERE item_id {any $1} ORDER BY item_id, position, id LIMIT $2",
        args![items, MOST_ROWS],
    )
    .await
}

/// The targets of these items, in order.
pub async fn targets(db: &Db, items: &[PlanItemId]) -> DbResult<Vec<TargetRow>> {
    db.query(
        "SELECT g.id, g.task_id, g.item_id, g.object, g.verb, g.comparison, g.value_milli, g.value_to_milli, g.unit, g.due, \
         g.metric, g.confidence, g.source_text FROM plan_target g JOIN plan_task t ON t.id = g.task_id \
         WHERE g.item_id {any $1} ORDER BY g.item_id, t.position, g.position, g.id LIMIT $2",
        args![items, MOST_ROWS],
    )
    .await
}

db::record! {
    /// What a plan holds, counted.
    pub struct Counts {
        /// Items.
        pub items: i64,
        /// Items that the reader doubts and nobody has looked at.
        pub doubtful: i64,
        /// Items that a person looked at.
        pub checked: i64,
        /// Tasks.
        pub tasks: i64,
        /// Targets.
        pub targets: i64,
        /// Targets that no metric moves.
        pub unbound: i64,
    }
}

/// Counts what a plan holds.
pub async fn counts(db: &Db, plan: PlanId) -> DbResult<Counts> {
    db.query_one(
        "SELECT (SELECT count(*) FROM plan_item WHERE plan_id = $1) AS items, \
         (SELECT count(*) FROM plan_item WHERE plan_id = $1 AND doubtful AND NOT checked) AS doubtful, \
         (SELECT count(*) FROM plan_item WHERE plan_id = $1 AND checked) AS checked, \
         (SELECT count(*) FROM plan_task WHERE plan_id = $1) AS tasks, \
         (SELECT count(*) FROM plan_target WHERE plan_id = $1) AS targets, \
         (SELECT count(*) FROM plan_target WHERE plan_id = $1 AND metric IS NULL) AS unbound",
        args![plan],
    )
    .await
}

/// A new plan, as its row needs it.
#[derive(Debug, Clone)]
pub struct NewPlan {
    /// Id.
    pub id: PlanId,
    /// Whose it is.
    pub org: OrgId,
    /// Title, number, days.
    pub head: HeadDraft,
    /// Name and hash of the document's file.
    pub file: Option<(String, String)>,
    /// Remarks of the reader as JSON.
    pub notes: String,
    /// When it was read.
    pub at: Instant,
}

/// Writes a new draft.
pub async fn insert(tx: &Tx, plan: &NewPlan) -> DbResult<()> {
    let head = &plan.head;
    let (file_name, sha256) = plan.file.clone().unzip();
    tx.exec(
        "INSERT INTO plan (id, org_id, title, document_number, issuer, dated, year, starts_on, ends_on, status, file_name, \
         file_sha256, notes, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'draft', $10, $11, $12, $13, 1)",
        args![
            plan.id,
            plan.org,
            &head.title,
            &head.document_number,
            &head.issuer,
            &head.dated,
            head.year,
            head.starts_on,
            head.ends_on,
            file_name.unwrap_or_default(),
            sha256,
            &plan.notes,
            plan.at
        ],
    )
    .await?;
    Ok(())
}

/// Writes title, number and days.
pub async fn update_head(tx: &Tx, id: PlanId, head: &HeadDraft) -> DbResult<()> {
    tx.exec(
        "UPDATE plan SET title = $2, document_number = $3, issuer = $4, dated = $5, year = $6, starts_on = $7, ends_on = $8, \
         version = version + 1 WHERE id = $1 {unscoped: found in scope before}",
        args![
            id,
            &head.title,
            &head.document_number,
            &head.issuer,
            &head.dated,
            head.year,
            head.starts_on,
            head.ends_on
        ],
    )
    .await?;
    Ok(())
}

/// Freezes the text.
pub async fn issue(tx: &Tx, id: PlanId, at: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE plan SET status = 'issued', issued_at = $2, version = version + 1 WHERE id = $1 \
         {unscoped: found in scope before}",
        args![id, at],
    )
    .await?;
    Ok(())
}

/// Removes a draft with everything in it.
pub async fn remove(tx: &Tx, id: PlanId) -> DbResult<()> {
    for sql in [
        // What was carried over into it is open again where it came from.
        "DELETE FROM plan_state WHERE next_plan_id = $1 AND state = 'carried'",
        "DELETE FROM plan_link WHERE plan_id = $1",
        "DELETE FROM plan_target WHERE plan_id = $1",
        "DELETE FROM plan_task WHERE plan_id = $1",
        "DELETE FROM plan_item WHERE plan_id = $1",
        "DELETE FROM plan WHERE id = $1 AND status = 'draft' {unscoped: found in scope before}",
    ] {
        tx.exec(sql, args![id]).await?;
    }
    Ok(())
}

impl ItemRow {
    /// The headings above, outermost first.
    #[must_use]
    pub fn headings(&self) -> Vec<String> {
        lines(&self.path)
    }

    /// Where it stands in the document.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place {
            line_from: self.line_from,
            line_to: self.line_to,
            from: self.char_from,
            to: self.char_to,
        }
    }

    /// How far it was looked at.
    #[must_use]
    pub const fn looked_at(&self) -> LookedAt {
        LookedAt {
            checked: self.checked,
            doubtful: self.doubtful,
        }
    }
}

impl TaskRow {
    /// Where it stands in the document.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place {
            line_from: self.line_from,
            line_to: self.line_to,
            from: self.char_from,
            to: self.char_to,
        }
    }

    /// The task with these targets.
    #[must_use]
    pub fn draft(&self, targets: Vec<TargetDraft>) -> TaskDraft {
        TaskDraft {
            text: self.text.clone(),
            kind: self.kind,
            lead: lines(&self.lead),
            helpers: lines(&self.helpers),
            from: self.window_from.clone(),
            to: self.window_to.clone(),
            every_year: self.every_year,
            place: self.place(),
            targets,
        }
    }
}

impl TargetRow {
    /// The target as it is kept.
    #[must_use]
    pub fn draft(&self) -> TargetDraft {
        TargetDraft {
            object: self.object.clone(),
            verb: self.verb.clone(),
            comparison: self.comparison,
            value_milli: self.value_milli,
            value_to_milli: self.value_to_milli,
            unit: self.unit.clone(),
            due: self.due,
            metric: self.metric.clone(),
            confidence: self.confidence,
            source_text: self.source_text.clone(),
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}
