//! SQL of budget lines.

use super::model::{FundingLevel, LineDraft, LineState, PopulationKind, Purpose};
use crate::BudgetLineId;
use db::{Db, DbResult, Scope, Tx, args};
use kernel::{Instant, OrgId};

db::record! {
    /// One version of a budget line.
    pub struct LineRow {
        /// Id, the same in all versions.
        pub id: BudgetLineId,
        /// Version.
        pub version: i64,
        /// For whom the money is.
        pub org_id: OrgId,
        /// The budget's year.
        pub year: i64,
        /// Who gives, by level.
        pub level: FundingLevel,
        /// What for.
        pub purpose: Purpose,
        /// What was budgeted, in fen.
        pub budgeted_fen: i64,
        /// What has been paid, in fen.
        pub paid_fen: i64,
        /// By whom it is measured.
        pub population: PopulationKind,
        /// Who pays.
        pub payer: String,
        /// Number of the document; may be empty.
        pub document: String,
        /// official, adapted, derived, demo.
        pub basis: String,
        /// Proof in words.
        pub proof: String,
        /// Whether this version counts.
        pub state: LineState,
        /// Why this version was written; empty for the first.
        pub reason: String,
        /// When.
        pub recorded_at: Instant,
    }
}

db::record! {
    /// What a level gives to a subtree in a year, by the population that it is measured by.
    pub struct LevelSum {
        /// The year.
        pub year: i64,
        /// Who gives.
        pub level: FundingLevel,
        /// By whom it is measured.
        pub population: PopulationKind,
        /// What was budgeted, in fen.
        pub budgeted_fen: i64,
        /// What has been paid, in fen.
        pub paid_fen: i64,
    }
}

/// Most lines of one organisation that are shown.
const MOST_LINES: i64 = 1_000;

/// The lines of an organisation inside the scope, each as it stands now, newest years first; withdrawn ones too.
pub async fn list_within(db: &Db, scope: &Scope, org: OrgId) -> DbResult<Vec<LineRow>> {
    db.within(scope)
        .query(
            "SELECT b.id, b.version, b.org_id, b.year, b.level, b.purpose, b.budgeted_fen, b.paid_fen, b.population, b.payer, \
             b.document, b.basis, b.proof, b.state, b.reason, b.recorded_at FROM budget_line b \
             WHERE b.org_id = $1 AND b.state <> 'replaced' AND {scope b.org_id} \
             ORDER BY b.year DESC, b.state, b.level, b.purpose, b.id, b.version LIMIT $2",
            args![org, MOST_LINES],
        )
        .await
}

/// All versions of a line inside the scope, newest first.
pub async fn versions_within(db: &Db, scope: &Scope, id: BudgetLineId) -> DbResult<Vec<LineRow>> {
    db.within(scope)
        .query(
            "SELECT b.id, b.version, b.org_id, b.year, b.level, b.purpose, b.budgeted_fen, b.paid_fen, b.population, b.payer, \
             b.document, b.basis, b.proof, b.state, b.reason, b.recorded_at FROM budget_line b \
             WHERE b.id = $1 AND {scope b.org_id} ORDER BY b.version DESC LIMIT 200",
            args![id],
        )
        .await
}

/// What each level gives to a whole subtree, all years, newest first.
pub async fn sums(db: &Db, subtree: &Scope) -> DbResult<Vec<LevelSum>> {
    db.within(subtree)
        .query(
            "SELECT b.year, b.level, b.population, CAST(sum(b.budgeted_fen) AS BIGINT) AS budgeted_fen, \
             CAST(sum(b.paid_fen) AS BIGINT) AS paid_fen FROM budget_line b WHERE b.state = 'in_force' \
             AND {scope b.org_id} GROUP BY b.year, b.level, b.population ORDER BY b.year DESC, b.level, b.population LIMIT 2000",
            args![],
        )
        .await
}

/// Whether another line of the organisation says the same.
pub async fn is_there(tx: &Tx, org: OrgId, line: &LineDraft, except: BudgetLineId) -> DbResult<bool> {
    let other: Option<i64> = tx
        .query_opt(
            "SELECT id FROM budget_line WHERE org_id = $1 AND year = $2 AND state = 'in_force' AND level = $3 \
             AND purpose = $4 AND payer = $5 AND document = $6 AND id <> $7 \
             {unscoped: the organisation was found in scope} ORDER BY id LIMIT 1",
            args![
                org,
                line.year,
                line.level,
                line.purpose,
                &line.payer,
                &line.document,
                except
            ],
        )
        .await?;
    Ok(other.is_some())
}

/// Which version of a line is written, and why.
pub struct Written<'a> {
    /// The line.
    pub id: BudgetLineId,
    /// The version.
    pub version: i64,
    /// Whether it counts.
    pub state: LineState,
    /// Why; empty for the first.
    pub reason: &'a str,
    /// When.
    pub at: Instant,
}

/// Writes a version of a line.
pub async fn insert(tx: &Tx, org: OrgId, line: &LineDraft, written: &Written<'_>) -> DbResult<()> {
    tx.exec(
        "INSERT INTO budget_line (id, version, org_id, year, level, purpose, budgeted_fen, paid_fen, population, payer, \
         document, basis, proof, state, reason, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
         {unscoped: the organisation was found in scope}",
        args![
            written.id,
            written.version,
            org,
            line.year,
            line.level,
            line.purpose,
            line.budgeted_fen,
            line.paid_fen,
            line.population,
            &line.payer,
            &line.document,
            line.basis,
            &line.proof,
            written.state,
            written.reason,
            written.at
        ],
    )
    .await?;
    Ok(())
}

/// Takes the version in force out of force.
pub async fn replace(tx: &Tx, id: BudgetLineId) -> DbResult<()> {
    tx.exec(
        "UPDATE budget_line SET state = 'replaced' WHERE id = $1 AND state = 'in_force' {unscoped: found in scope before}",
        args![id],
    )
    .await?;
    Ok(())
}
