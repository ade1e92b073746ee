//! The proof of the hours ledger: used by `xuequan check`.

mod store;

use db::Db;
use platform::AppResult;

/// Entries named at most.
const MOST: i64 = 100;

/// What the ledger holds and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerProof {
    /// Entries in the ledger.
    pub entries: i64,
    /// All minutes, reversals taken off.
    pub minutes: i64,
    /// What does not add up, as sentences; empty when the ledger is sound.
    pub wrong: Vec<String>,
}

/// Checks that every reversal is exactly its entry's opposite, that nobody's hours are below zero, and that what a person
/// holds in the ledger from classes is the sum of their verified outcomes.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify_ledger(db: &Db) -> AppResult<LedgerProof> {
    let total = store::total(db).await?;
    let crooked = store::crooked(db, MOST).await?;
    let below = store::below_zero(db, MOST).await?;
    let unequal = store::unequal(db, MOST).await?;
    let crooked = crooked
        .iter()
        .map(|id| format!("学时记录 {id}：冲销和原来的记录对不上。"));
    let below = below.iter().map(|id| format!("学员 {id}：学时合计小于零。"));
    let unequal = unequal
        .iter()
        .map(|id| format!("学员 {id}：学时合计和结业记录对不上。"));
    Ok(LedgerProof {
        entries: total.entries,
        minutes: total.minutes,
        wrong: crooked.chain(below).chain(unequal).collect(),
    })
}
