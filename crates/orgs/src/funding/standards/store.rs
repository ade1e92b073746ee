//! SQL of standards of funding.

use super::super::model::{FundingLevel, PopulationKind};
use super::model::{Demand, Matching, Standard};
use crate::FundingStandardId;
use crate::facts::Basis;
use db::{Db, DbResult, Scope, Tx, args};
use kernel::{Date, OrgId};
use platform::AppResult;

db::record! {
    /// A standard as it is kept.
    pub struct StandardRow {
        /// Id.
        pub id: FundingStandardId,
        /// Whose.
        pub org_id: OrgId,
        /// The jurisdiction's name.
        pub org_name: String,
        /// The jurisdiction's path.
        pub path: String,
        /// The first day.
        pub from_date: Date,
        /// Fen per head.
        pub amount_fen: Option<i64>,
        /// Whose number the amount is measured by.
        pub population: PopulationKind,
        /// Who has to give it; empty for all public budgets.
        pub payer: String,
        /// Whether no year may be below the one before.
        pub not_below_last_year: bool,
        /// Who has to match.
        pub match_level: Option<FundingLevel>,
        /// Whom.
        pub match_against: Option<FundingLevel>,
        /// So many parts.
        pub match_num: Option<i64>,
        /// For so many.
        pub match_den: Option<i64>,
        /// Number of the document.
        pub document: String,
        /// Where it comes from.
        pub basis: Basis,
        /// The document's words.
        pub words: String,
        /// Why it was withdrawn; empty while it holds.
        pub reason: String,
        /// Goes up by one with each change.
        pub version: i64,
    }
}

impl From<StandardRow> for Standard {
    fn from(row: StandardRow) -> Self {
        let matching = match (row.match_level, row.match_against, row.match_num, row.match_den) {
            (Some(level), Some(against), Some(num), Some(den)) => Some(Matching {
                level,
                against,
                num,
                den,
            }),
            _ => None,
        };
        Self {
            id: row.id,
            org_id: row.org_id,
            org: row.org_name,
            depth: row.path.split('/').filter(|part| !part.is_empty()).count(),
            demand: Demand {
                from_date: row.from_date,
                amount_fen: row.amount_fen,
                population: row.population,
                payer: row.payer.parse().ok(),
                not_below_last_year: row.not_below_last_year,
                matching,
                document: row.document,
                basis: row.basis,
                words: row.words,
            },
            reason: row.reason,
            version: row.version,
        }
    }
}

/// The standards of these jurisdictions that hold, the nearest first, there the latest: for other features and domains.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn holding_for(db: &Db, jurisdictions: &[OrgId]) -> AppResult<Vec<Standard>> {
    if jurisdictions.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<StandardRow> = db
        .query(
            "SELECT f.id, f.org_id, o.name AS org_name, p.path, f.from_date, f.amount_fen, f.population, f.payer, \
             f.not_below_last_year, f.match_level, f.match_against, f.match_num, f.match_den, f.document, f.basis, f.words, \
             f.reason, f.version FROM funding_standard f JOIN org o ON o.id = f.org_id \
             JOIN org_path p ON p.org_id = f.org_id WHERE f.org_id {any $1} AND NOT f.withdrawn \
             {unscoped: standards are public documents} ORDER BY p.path DESC, f.from_date DESC, f.id DESC LIMIT 500",
            args![jurisdictions],
        )
        .await?;
    Ok(rows.into_iter().map(Standard::from).collect())
}

/// The withdrawn standards of a jurisdiction inside the scope, the latest first.
pub async fn withdrawn_within(db: &Db, scope: &Scope, org: OrgId) -> DbResult<Vec<StandardRow>> {
    db.within(scope)
        .query(
            "SELECT f.id, f.org_id, o.name AS org_name, p.path, f.from_date, f.amount_fen, f.population, f.payer, \
             f.not_below_last_year, f.match_level, f.match_against, f.match_num, f.match_den, f.document, f.basis, f.words, \
             f.reason, f.version FROM funding_standard f JOIN org o ON o.id = f.org_id \
             JOIN org_path p ON p.org_id = f.org_id WHERE f.org_id = $1 AND f.withdrawn AND {scope f.org_id} \
             ORDER BY f.from_date DESC, f.id DESC LIMIT 100",
            args![org],
        )
        .await
}

/// A standard, withdrawn or not, only inside the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: FundingStandardId) -> DbResult<StandardRow> {
    db.within(scope)
        .query_one(
            "SELECT f.id, f.org_id, o.name AS org_name, p.path, f.from_date, f.amount_fen, f.population, f.payer, \
             f.not_below_last_year, f.match_level, f.match_against, f.match_num, f.match_den, f.document, f.basis, f.words, \
             f.reason, f.version FROM funding_standard f JOIN org o ON o.id = f.org_id \
             JOIN org_path p ON p.org_id = f.org_id WHERE f.id = $1 AND {scope f.org_id}",
            args![id],
        )
        .await
}

/// Writes a standard.
pub async fn insert(tx: &Tx, id: FundingStandardId, org: OrgId, demand: &Demand) -> DbResult<()> {
    tx.exec(
        "INSERT INTO funding_standard (id, org_id, from_date, amount_fen, population, payer, not_below_last_year, \
         match_level, match_against, match_num, match_den, document, basis, words, withdrawn, reason, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, FALSE, '', 1) \
         {unscoped: the jurisdiction was found in scope}",
        args![
            id,
            org,
            demand.from_date,
            demand.amount_fen,
            demand.population,
            demand.payer.map_or("", FundingLevel::as_str),
            demand.not_below_last_year,
            demand.matching.map(|rule| rule.level),
            demand.matching.map(|rule| rule.against),
            demand.matching.map(|rule| rule.num),
            demand.matching.map(|rule| rule.den),
            &demand.document,
            demand.basis,
            &demand.words
        ],
    )
    .await?;
    Ok(())
}

/// Takes a standard back.
pub async fn withdraw(tx: &Tx, id: FundingStandardId, reason: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE funding_standard SET withdrawn = TRUE, reason = $2, version = version + 1 WHERE id = $1 \
         {unscoped: found in scope before}",
        args![id, reason],
    )
    .await?;
    Ok(())
}
