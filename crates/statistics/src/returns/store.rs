//! SQL of returns, and nothing else.

use super::model::{Content, Origin, ReturnStatus};
use crate::datasets::definition::How;
use crate::number::Number;
use crate::{AmendmentId, DatasetId, ReturnId, VersionId};
use db::{Db, DbResult, Scope, Tx, Value, args};
use kernel::{Date, Instant, OrgId, PersonId};

/// Most returns of one list.
const MOST_RETURNS: i64 = 10_000;

db::record! {
    /// A return without its cells.
    pub struct ReturnRow {
        /// Id.
        pub id: ReturnId,
        /// Of which dataset.
        pub dataset_id: DatasetId,
        /// By which version.
        pub dataset_version_id: VersionId,
        /// Of which org.
        pub org_id: OrgId,
        /// Who sums it up.
        pub upper_org: Option<OrgId>,
        /// Who checks it.
        pub check_org: OrgId,
        /// Who approves it.
        pub approve_org: OrgId,
        /// Period as text.
        pub period: String,
        /// Filled or summed up.
        pub how: How,
        /// How far it is.
        pub status: ReturnStatus,
        /// Deadline.
        pub due_on: Date,
        /// What was said when it was filed.
        pub note: String,
        /// When the machine was asked last.
        pub machine_at: Instant,
        /// Who filed it last.
        pub filed_by: Option<PersonId>,
        /// When.
        pub filed_at: Option<Instant>,
        /// When it was approved last.
        pub approved_at: Option<Instant>,
        /// How often it was approved.
        pub approvals: i64,
        /// Goes up by one with each change of the return as a whole.
        pub version: i64,
    }
}

impl ReturnRow {
    /// Its period.
    #[must_use]
    pub fn when(&self) -> Option<metrics::Period> {
        self.period.parse().ok()
    }

    /// The period in words.
    #[must_use]
    pub fn period_label(&self) -> String {
        self.when()
            .map_or_else(|| self.period.clone(), metrics::Period::label)
    }
}

db::record! {
    /// A cell as it is stored.
    pub struct CellRow {
        /// Code.
        pub element: String,
        /// What the machine says, in ten-thousandths.
        pub machine: Option<i64>,
        /// Why the machine says nothing, or not all.
        pub machine_note: String,
        /// When it said so.
        pub machine_at: Option<Instant>,
        /// What stands there, in ten-thousandths.
        pub value: Option<i64>,
        /// Where it comes from.
        pub origin: Origin,
        /// Why it differs.
        pub reason: String,
        /// What the level above asked.
        pub remark: String,
        /// Whether it was sent back.
        pub open: bool,
        /// Who changed it last.
        pub changed_by: Option<PersonId>,
        /// When.
        pub changed_at: Option<Instant>,
        /// Hash of its content.
        pub hash: String,
        /// Hash when it was approved last; empty before.
        pub approved_hash: String,
        /// Goes up by one with each change.
        pub version: i64,
    }
}

impl CellRow {
    /// Its content.
    #[must_use]
    pub fn content(&self) -> Content {
        Content {
            value: self.value.map(Number::from_raw),
            origin: self.origin,
            reason: self.reason.clone(),
        }
    }

    /// What the machine says.
    #[must_use]
    pub fn machine(&self) -> Option<Number> {
        self.machine.map(Number::from_raw)
    }

    /// Whether it is other than when it was approved last.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.hash != self.approved_hash
    }
}

db::record! {
    /// A change of a cell by a person.
    pub struct ChangeRow {
        /// Before.
        pub value_before: Option<i64>,
        /// After.
        pub value_after: Option<i64>,
        /// Where it comes from since.
        pub origin: Origin,
        /// Why.
        pub reason: String,
        /// Who.
        pub created_by: Option<PersonId>,
        /// When.
        pub created_at: Instant,
    }
}

db::record! {
    /// A written request to change a return.
    pub struct AmendmentRow {
        /// Id.
        pub id: AmendmentId,
        /// Which return.
        pub return_id: ReturnId,
        /// Codes of cells, `;` between.
        pub elements: String,
        /// Why.
        pub reason: String,
        /// open, granted, refused.
        pub status: String,
        /// What was answered.
        pub answer: String,
        /// When it was asked.
        pub created_at: Instant,
    }
}

macro_rules! columns {
    () => {
        "r.id, r.dataset_id, r.dataset_version_id, r.org_id, r.upper_org, r.check_org, r.approve_org, r.period, r.how, \
         r.status, r.due_on, r.note, r.machine_at, r.filed_by, r.filed_at, r.approved_at, r.approvals, r.version"
    };
}

/// A return inside the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: ReturnId) -> DbResult<ReturnRow> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM stat_return r WHERE r.id = $1 AND {scope r.org_id}"
    );
    db.within(scope).query_one(sql, args![id]).await
}

/// The return of an org for a dataset and a period.
pub async fn of_org(db: &Db, dataset: DatasetId, period: &str, org: OrgId) -> DbResult<Option<ReturnRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM stat_return r WHERE r.dataset_id = $1 AND r.period = $2 AND r.org_id = $3 \
         {unscoped: asked by a return that was found in scope}"
    );
    db.query_opt(sql, args![dataset, period, org]).await
}

/// All returns of a dataset and period inside the scope.
pub async fn list_within(
    db: &Db,
    scope: &Scope,
    dataset: DatasetId,
    period: &str,
) -> DbResult<Vec<ReturnRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM stat_return r WHERE r.dataset_id = $1 AND r.period = $2 AND {scope r.org_id} ORDER BY r.id LIMIT $3"
    );
    db.within(scope)
        .query(sql, args![dataset, period, MOST_RETURNS])
        .await
}

/// Returns that wait for an act at this status inside the scope, by deadline.
pub async fn waiting(db: &Db, scope: &Scope, status: ReturnStatus) -> DbResult<Vec<ReturnRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM stat_return r WHERE r.status = $1 AND {scope r.org_id} ORDER BY r.due_on, r.id LIMIT 200"
    );
    db.within(scope).query(sql, args![status]).await
}

/// Drafts of these orgs that are due by a day, by deadline.
pub async fn drafts_due(db: &Db, orgs: &[OrgId], by: Date) -> DbResult<Vec<ReturnRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM stat_return r WHERE r.status = 'draft' AND r.org_id {any $1} AND r.due_on <= $2 \
         {unscoped: of the orgs of the actor's own posts} ORDER BY r.due_on, r.id LIMIT 200"
    );
    db.query(sql, args![orgs, by]).await
}

/// Cells of a return, by code.
pub async fn cells(db: &Db, id: ReturnId) -> DbResult<Vec<CellRow>> {
    db.query(
        "SELECT element, machine, machine_note, machine_at, value, origin, reason, remark, open, changed_by, changed_at, \
         hash, approved_hash, version FROM stat_cell WHERE return_id = $1 ORDER BY element LIMIT 5000",
        args![id],
    )
    .await
}

/// Values of the cells of the return of an org for a dataset and a period; empty when there is none.
pub async fn values_of(
    db: &Db,
    dataset: DatasetId,
    period: &str,
    org: OrgId,
) -> DbResult<Vec<(String, Option<i64>)>> {
    db.query(
        "SELECT c.element, c.value FROM stat_cell c JOIN stat_return r ON r.id = c.return_id \
         WHERE r.dataset_id = $1 AND r.period = $2 AND r.org_id = $3 \
         {unscoped: asked by a return of the same org that was found in scope} ORDER BY c.element LIMIT 5000",
        args![dataset, period, org],
    )
    .await
}

/// Sums of each cell over the approved returns below an org, with how many of them have a value there.
pub async fn sums(
    db: &Db,
    dataset: DatasetId,
    period: &str,
    upper: OrgId,
) -> DbResult<Vec<(String, Option<i64>, i64)>> {
    db.query(
        "SELECT c.element, CAST(sum(c.value) AS BIGINT), count(c.value) FROM stat_return r \
         JOIN stat_cell c ON c.return_id = r.id \
         WHERE r.dataset_id = $1 AND r.period = $2 AND r.upper_org = $3 AND r.status IN ('approved', 'locked') \
         {unscoped: returns below one that was found in scope} GROUP BY c.element ORDER BY c.element LIMIT 5000",
        args![dataset, period, upper],
    )
    .await
}

/// How many returns below an org there are by status.
pub async fn below(
    db: &Db,
    dataset: DatasetId,
    period: &str,
    upper: OrgId,
) -> DbResult<Vec<(ReturnStatus, i64)>> {
    db.query(
        "SELECT status, count(*) FROM stat_return WHERE dataset_id = $1 AND period = $2 AND upper_org = $3 \
         {unscoped: returns below one that was found in scope} GROUP BY status ORDER BY status LIMIT 10",
        args![dataset, period, upper],
    )
    .await
}

/// Orgs below one whose returns count in its sums.
pub async fn counted_below(db: &Db, dataset: DatasetId, period: &str, upper: OrgId) -> DbResult<Vec<OrgId>> {
    db.query(
        "SELECT org_id FROM stat_return WHERE dataset_id = $1 AND period = $2 AND upper_org = $3 \
         AND status IN ('approved', 'locked') {unscoped: returns below one that was found in scope} \
         ORDER BY org_id LIMIT $4",
        args![dataset, period, upper, MOST_RETURNS],
    )
    .await
}

db::record! {
    /// Where a return stands.
    pub struct PlacedRow {
        /// Id.
        pub id: ReturnId,
        /// Whose it is.
        pub org_id: OrgId,
        /// Who sums it up.
        pub upper_org: Option<OrgId>,
        /// Who checks it.
        pub check_org: OrgId,
        /// Who approves it.
        pub approve_org: OrgId,
        /// How far it is.
        pub status: ReturnStatus,
    }
}

/// Where the returns of a dataset and period stand.
pub async fn placed(db: &Db, dataset: DatasetId, period: &str) -> DbResult<Vec<PlacedRow>> {
    db.query(
        "SELECT id, org_id, upper_org, check_org, approve_org, status FROM stat_return WHERE dataset_id = $1 \
         AND period = $2 {unscoped: put by the tree, which knows whose they are} ORDER BY id LIMIT $3",
        args![dataset, period, MOST_RETURNS],
    )
    .await
}

/// Puts a return elsewhere, unless it was fixed meanwhile.
pub async fn put_under(
    tx: &Tx,
    id: ReturnId,
    (upper, check, approve): (Option<OrgId>, OrgId, OrgId),
) -> DbResult<()> {
    tx.exec(
        "UPDATE stat_return SET upper_org = $2, check_org = $3, approve_org = $4, version = version + 1 \
         WHERE id = $1 AND status <> 'locked' {unscoped: put by the tree, which knows whose they are}",
        args![id, upper, check, approve],
    )
    .await?;
    Ok(())
}

/// A return to be opened.
pub struct NewReturn {
    /// Id.
    pub id: ReturnId,
    /// Of which dataset.
    pub dataset: DatasetId,
    /// By which version.
    pub version: VersionId,
    /// Of which org.
    pub org: OrgId,
    /// Who sums it up, checks and approves it.
    pub above: (Option<OrgId>, OrgId, OrgId),
    /// Period.
    pub period: String,
    /// Filled or summed up.
    pub how: How,
    /// Deadline.
    pub due_on: Date,
    /// Who opens it.
    pub by: Option<PersonId>,
    /// When.
    pub now: Instant,
}

/// Adds a return.
pub async fn insert(tx: &Tx, new: &NewReturn) -> DbResult<()> {
    tx.exec(
        "INSERT INTO stat_return (id, dataset_id, dataset_version_id, org_id, upper_org, check_org, approve_org, period, \
         how, status, due_on, note, machine_at, created_by, created_at, approvals, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'draft', $10, '', $11, $12, $11, 0, 1) \
         {unscoped: the org was found in scope}",
        args![
            new.id,
            new.dataset,
            new.version,
            new.org,
            new.above.0,
            new.above.1,
            new.above.2,
            &new.period,
            new.how,
            new.due_on,
            new.now,
            new.by
        ],
    )
    .await?;
    Ok(())
}

/// Columns of a cell in the order of [`cell_values`].
pub const CELL_COLUMNS: &[&str] = &[
    "return_id",
    "element",
    "machine",
    "machine_note",
    "machine_at",
    "value",
    "origin",
    "reason",
    "remark",
    "open",
    "changed_by",
    "changed_at",
    "hash",
    "approved_hash",
    "version",
];

/// A cell as a row.
#[must_use]
pub fn cell_values(id: ReturnId, cell: &CellRow) -> Vec<Value> {
    vec![
        id.into(),
        (&cell.element).into(),
        cell.machine.into(),
        (&cell.machine_note).into(),
        cell.machine_at.into(),
        cell.value.into(),
        cell.origin.into(),
        (&cell.reason).into(),
        (&cell.remark).into(),
        cell.open.into(),
        cell.changed_by.into(),
        cell.changed_at.into(),
        (&cell.hash).into(),
        (&cell.approved_hash).into(),
        cell.version.into(),
    ]
}

/// Adds cells.
pub async fn insert_cells(tx: &Tx, id: ReturnId, cells: &[CellRow]) -> DbResult<()> {
    let rows: Vec<Vec<Value>> = cells.iter().map(|cell| cell_values(id, cell)).collect();
    tx.insert_many("stat_cell", CELL_COLUMNS, &rows).await
}

/// Writes cells that changed.
pub async fn update_cells(tx: &Tx, id: ReturnId, cells: &[CellRow]) -> DbResult<()> {
    let rows: Vec<Vec<Value>> = cells.iter().map(|cell| cell_values(id, cell)).collect();
    tx.exec_many(
        "UPDATE stat_cell SET machine = $3, machine_note = $4, machine_at = $5, value = $6, origin = $7, reason = $8, \
         remark = $9, open = $10, changed_by = $11, changed_at = $12, hash = $13, approved_hash = $14, version = $15 \
         WHERE return_id = $1 AND element = $2",
        &rows,
    )
    .await
}

/// Columns of a change.
pub const CHANGE_COLUMNS: &[&str] = &[
    "id",
    "return_id",
    "element",
    "value_before",
    "value_after",
    "origin",
    "reason",
    "created_by",
    "created_at",
];

/// Keeps what people changed.
pub async fn insert_changes(tx: &Tx, rows: &[Vec<Value>]) -> DbResult<()> {
    tx.insert_many("stat_cell_change", CHANGE_COLUMNS, rows).await
}

/// What people changed in a cell, newest first.
pub async fn changes(db: &Db, id: ReturnId, element: &str) -> DbResult<Vec<ChangeRow>> {
    db.query(
        "SELECT value_before, value_after, origin, reason, created_by, created_at FROM stat_cell_change \
         WHERE return_id = $1 AND element = $2 ORDER BY id DESC LIMIT 100",
        args![id, element],
    )
    .await
}

/// Says when the machine was asked.
pub async fn set_machine_at(tx: &Tx, id: ReturnId, now: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE stat_return SET machine_at = $2, version = version + 1 WHERE id = $1 {unscoped: found in scope before}",
        args![id, now],
    )
    .await?;
    Ok(())
}

/// The office hands it in.
pub async fn set_filed(
    tx: &Tx,
    id: ReturnId,
    by: Option<PersonId>,
    now: Instant,
    note: &str,
) -> DbResult<()> {
    tx.exec(
        "UPDATE stat_return SET status = 'filed', filed_by = $2, filed_at = $3, note = $4, version = version + 1 \
         WHERE id = $1 {unscoped: found in scope before}",
        args![id, by, now, note],
    )
    .await?;
    Ok(())
}

/// The level above decides.
pub async fn set_status(
    tx: &Tx,
    id: ReturnId,
    status: ReturnStatus,
    by: Option<PersonId>,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE stat_return SET status = $2, decided_by = $3, decided_at = $4, version = version + 1 \
         WHERE id = $1 {unscoped: found in scope before}",
        args![id, status, by, now],
    )
    .await?;
    Ok(())
}

/// It is approved: what its cells hold now is what was approved.
pub async fn set_approved(tx: &Tx, id: ReturnId, by: Option<PersonId>, now: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE stat_return SET status = 'approved', approved_by = $2, approved_at = $3, approvals = approvals + 1, \
         version = version + 1 WHERE id = $1 {unscoped: found in scope before}",
        args![id, by, now],
    )
    .await?;
    tx.exec(
        "UPDATE stat_cell SET approved_hash = hash, remark = '', open = FALSE WHERE return_id = $1",
        args![id],
    )
    .await?;
    Ok(())
}

/// Fixes the approved returns below an org, whose sums were approved.
pub async fn lock_below(tx: &Tx, row: &ReturnRow, now: Instant) -> DbResult<u64> {
    tx.exec(
        "UPDATE stat_return SET status = 'locked', decided_at = $4, version = version + 1 WHERE dataset_id = $1 \
         AND period = $2 AND upper_org = $3 AND status = 'approved' {unscoped: below a return found in scope}",
        args![row.dataset_id, &row.period, row.org_id, now],
    )
    .await
}

/// Requests about a return, newest first.
pub async fn amendments(db: &Db, id: ReturnId) -> DbResult<Vec<AmendmentRow>> {
    db.query(
        "SELECT id, return_id, elements, reason, status, answer, created_at FROM stat_amendment \
         WHERE return_id = $1 {unscoped: the return was found in scope} ORDER BY id DESC LIMIT 50",
        args![id],
    )
    .await
}

/// A request inside the scope.
pub async fn amendment_within(db: &Db, scope: &Scope, id: AmendmentId) -> DbResult<AmendmentRow> {
    db.within(scope)
        .query_one(
            "SELECT a.id, a.return_id, a.elements, a.reason, a.status, a.answer, a.created_at FROM stat_amendment a \
             WHERE a.id = $1 AND {scope a.org_id}",
            args![id],
        )
        .await
}

/// Requests that wait for a level inside the scope: of which return, and why.
pub async fn open_amendments(db: &Db, scope: &Scope) -> DbResult<Vec<(ReturnId, String)>> {
    db.within(scope)
        .query(
            "SELECT a.return_id, a.reason FROM stat_amendment a JOIN stat_return r ON r.id = a.return_id \
             WHERE a.status = 'open' AND {scope r.approve_org} ORDER BY a.id LIMIT 100",
            args![],
        )
        .await
}

/// Adds a request.
pub async fn insert_amendment(
    tx: &Tx,
    id: AmendmentId,
    row: &ReturnRow,
    what: (&str, &str),
    by: Option<PersonId>,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO stat_amendment (id, return_id, org_id, elements, reason, status, answer, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, 'open', '', $6, $7) {unscoped: the return was found in scope}",
        args![id, row.id, row.org_id, what.0, what.1, by, now],
    )
    .await?;
    Ok(())
}

/// Answers a request.
pub async fn answer_amendment(
    tx: &Tx,
    id: AmendmentId,
    status: &str,
    answer: &str,
    by: Option<PersonId>,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE stat_amendment SET status = $2, answer = $3, decided_by = $4, decided_at = $5 WHERE id = $1 \
         {unscoped: found in scope before}",
        args![id, status, answer, by, now],
    )
    .await?;
    Ok(())
}
