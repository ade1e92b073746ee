//! SQL of editions, and nothing else.

use super::family::Saids;
use super::model::Said;
use crate::returns::store::ReturnRow;
use crate::{EditionId, ReturnId, VersionId};
use db::{Db, DbError, DbResult, Scope, Tx, args};
use kernel::{Id, Instant, OrgId, PersonId};

db::record! {
    /// An edition.
    pub struct EditionRow {
        /// Id.
        pub id: EditionId,
        /// The return at its top.
        pub return_id: ReturnId,
        /// By which form.
        pub dataset_version_id: VersionId,
        /// Whose figures it holds.
        pub org_id: OrgId,
        /// Period as text.
        pub period: String,
        /// Its name.
        pub name: String,
        /// Returns in it.
        pub returns: i64,
        /// Hash of its cells.
        pub hash: String,
        /// When it was frozen.
        pub created_at: Instant,
    }
}

db::record! {
    /// A frozen cell.
    pub struct FrozenRow {
        /// Of which return.
        pub return_id: ReturnId,
        /// Of which org.
        pub org_id: OrgId,
        /// Code.
        pub element: String,
        /// The value in ten-thousandths.
        pub value: Option<i64>,
        /// Hash of its content.
        pub hash: String,
        /// When the machine said its figure.
        pub machine_at: Option<Instant>,
    }
}

db::record! {
    /// An erratum.
    pub struct ErratumRow {
        /// Id.
        pub id: Id<()>,
        /// Whose figure.
        pub org_id: OrgId,
        /// Code.
        pub element: String,
        /// What it was.
        pub value_was: Option<i64>,
        /// What it is.
        pub value_is: Option<i64>,
        /// Why.
        pub reason: String,
        /// When it was told.
        pub created_at: Instant,
        /// What everybody reads of what it is, as JSON.
        pub said: String,
    }
}

impl ErratumRow {
    /// What everybody reads of what the figure is.
    #[must_use]
    pub fn is(&self) -> Said {
        serde_json::from_str(&self.said).unwrap_or(Said::Guard)
    }
}

/// Adds an edition with its cells: of the return at its top, of those that it sums up, and so on down.
pub async fn freeze(
    tx: &Tx,
    id: EditionId,
    row: &ReturnRow,
    name: &str,
    by: Option<PersonId>,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO stat_edition (id, dataset_id, dataset_version_id, return_id, org_id, period, name, returns, hash, \
         created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '', $8, $9) {unscoped: found in scope}",
        args![
            id,
            row.dataset_id,
            row.dataset_version_id,
            row.id,
            row.org_id,
            &row.period,
            name,
            by,
            now
        ],
    )
    .await?;
    tx.exec(
        "INSERT INTO stat_edition_cell (edition_id, return_id, org_id, element, machine, machine_at, value, origin, hash) \
         WITH RECURSIVE summed (id, org_id) AS (SELECT r.id, r.org_id FROM stat_return r WHERE r.id = $2 UNION \
         SELECT r.id, r.org_id FROM stat_return r JOIN summed s ON r.upper_org = s.org_id \
         WHERE r.dataset_id = $3 AND r.period = $4 AND r.status IN ('approved', 'locked')) \
         SELECT $1, s.id, s.org_id, c.element, c.machine, c.machine_at, c.value, c.origin, c.hash FROM summed s \
         JOIN stat_cell c ON c.return_id = s.id WHERE 1 = 1 {unscoped: below a return that was found in scope}",
        args![id, row.id, row.dataset_id, &row.period],
    )
    .await?;
    tx.exec(
        "UPDATE stat_return SET status = 'locked', version = version + 1 WHERE status = 'approved' AND id IN \
         (SELECT return_id FROM stat_edition_cell WHERE edition_id = $1) {unscoped: below a return found in scope}",
        args![id],
    )
    .await?;
    Ok(())
}

/// Hashes of all cells of an edition, in order.
pub async fn hashes(db: &Db, id: EditionId) -> DbResult<Vec<(ReturnId, String, String)>> {
    db.query(
        "SELECT return_id, element, hash FROM stat_edition_cell WHERE edition_id = $1 \
         {unscoped: of an edition found before} ORDER BY return_id, element LIMIT 5000000",
        args![id],
    )
    .await
}

/// Writes what was counted when it was frozen.
pub async fn seal(tx: &Tx, id: EditionId, returns: i64, hash: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE stat_edition SET returns = $2, hash = $3 WHERE id = $1 {unscoped: made in this transaction}",
        args![id, returns, hash],
    )
    .await?;
    Ok(())
}

/// Keeps what everybody reads of each figure of an edition.
pub async fn say(tx: &Tx, id: EditionId, said: &Saids) -> DbResult<()> {
    let said = serde_json::to_string(said).map_err(|error| DbError::Statement(error.to_string()))?;
    tx.exec(
        "INSERT INTO stat_edition_said (edition_id, said) VALUES ($1, $2) {unscoped: made in this transaction}",
        args![id, said],
    )
    .await?;
    Ok(())
}

/// What everybody reads of each figure of an edition; nothing for one from before that was kept.
pub async fn said(db: &Db, id: EditionId) -> DbResult<Option<Saids>> {
    let said: Option<String> = db
        .query_opt(
            "SELECT said FROM stat_edition_said WHERE edition_id = $1 {unscoped: an edition is public}",
            args![id],
        )
        .await?;
    let said = said.map(|said| serde_json::from_str(&said));
    said.transpose()
        .map_err(|error| DbError::Statement(error.to_string()))
}

/// The edition of a return.
pub async fn of_return(db: &Db, id: ReturnId) -> DbResult<Option<EditionId>> {
    db.query_opt(
        "SELECT id FROM stat_edition WHERE return_id = $1 {unscoped: of a return found before}",
        args![id],
    )
    .await
}

/// Whether an org has an edition of this name.
pub async fn is_named(db: &Db, org: OrgId, name: &str) -> DbResult<bool> {
    let found: Option<EditionId> = db
        .query_opt(
            "SELECT id FROM stat_edition WHERE org_id = $1 AND name = $2 \
             {unscoped: of an org found before; an edition is public} LIMIT 1",
            args![org, name],
        )
        .await?;
    Ok(found.is_some())
}

/// An edition, which everybody may read.
pub async fn find(db: &Db, id: EditionId) -> DbResult<EditionRow> {
    db.query_one(
        "SELECT id, return_id, dataset_version_id, org_id, period, name, returns, hash, created_at FROM stat_edition \
         WHERE id = $1 {unscoped: an edition is public}",
        args![id],
    )
    .await
}

/// All editions of the dataset and period of one, in the order in which they were frozen.
pub async fn family(db: &Db, id: EditionId) -> DbResult<Vec<EditionRow>> {
    db.query(
        "SELECT e.id, e.return_id, e.dataset_version_id, e.org_id, e.period, e.name, e.returns, e.hash, e.created_at \
         FROM stat_edition e JOIN stat_edition own ON own.dataset_id = e.dataset_id AND own.period = e.period \
         WHERE own.id = $1 {unscoped: editions are public} ORDER BY e.created_at, e.id LIMIT 10000",
        args![id],
    )
    .await
}

/// Which org sums up the return of each, for the dataset and period of an edition.
pub async fn uppers(db: &Db, id: EditionId) -> DbResult<Vec<(OrgId, Option<OrgId>)>> {
    db.query(
        "SELECT r.org_id, r.upper_org FROM stat_return r JOIN stat_edition own \
         ON own.dataset_id = r.dataset_id AND own.period = r.period \
         WHERE own.id = $1 {unscoped: who lies below whom is no secret} ORDER BY r.id LIMIT 100000",
        args![id],
    )
    .await
}

/// An edition inside the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: EditionId) -> DbResult<EditionRow> {
    db.within(scope)
        .query_one(
            "SELECT e.id, e.return_id, e.dataset_version_id, e.org_id, e.period, e.name, e.returns, e.hash, e.created_at \
             FROM stat_edition e WHERE e.id = $1 AND {scope e.org_id}",
            args![id],
        )
        .await
}

/// The edition's own figures: those of the return at its top.
pub async fn own_cells(db: &Db, edition: &EditionRow) -> DbResult<Vec<FrozenRow>> {
    db.query(
        "SELECT return_id, org_id, element, value, hash, machine_at FROM stat_edition_cell \
         WHERE edition_id = $1 AND return_id = $2 {unscoped: an edition's own figures are public} \
         ORDER BY element LIMIT 5000",
        args![edition.id, edition.return_id],
    )
    .await
}

/// The value of one figure of an edition.
pub async fn cell(db: &Db, id: EditionId, org: OrgId, element: &str) -> DbResult<Option<FrozenRow>> {
    db.query_opt(
        "SELECT return_id, org_id, element, value, hash, machine_at FROM stat_edition_cell \
         WHERE edition_id = $1 AND org_id = $2 AND element = $3 {unscoped: of an edition found in scope} \
         ORDER BY return_id LIMIT 1",
        args![id, org, element],
    )
    .await
}

/// Errata of an edition, newest first.
pub async fn errata(db: &Db, id: EditionId) -> DbResult<Vec<ErratumRow>> {
    db.query(
        "SELECT id, org_id, element, value_was, value_is, reason, created_at, said FROM stat_erratum WHERE edition_id = $1 \
         {unscoped: errata are public} ORDER BY id DESC LIMIT 500",
        args![id],
    )
    .await
}

/// Adds an erratum.
pub async fn insert_erratum(
    tx: &Tx,
    edition: EditionId,
    one: &ErratumRow,
    by: Option<PersonId>,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO stat_erratum (id, edition_id, org_id, element, value_was, value_is, reason, created_by, created_at, said) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) {unscoped: the edition was found in scope}",
        args![
            one.id,
            edition,
            one.org_id,
            &one.element,
            one.value_was,
            one.value_is,
            &one.reason,
            by,
            one.created_at,
            &one.said
        ],
    )
    .await?;
    Ok(())
}
