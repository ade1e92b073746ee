//! The proof of the hours ledger: used by `xuequan check`.

use crate::HoursEntryId;
use db::{Db, args, record};
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

record! {
    struct Total { entries: i64, minutes: i64 }
}

/// Checks that every reversal is exactly its entry's opposite, that nobody's hours are below zero, and that what a person
/// holds in the ledger from classes is the sum of their verified outcomes.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify_ledger(db: &Db) -> AppResult<LedgerProof> {
    let total: Total = db
        .query_one(
            "SELECT count(*) AS entries, CAST(COALESCE(sum(minutes), 0) AS BIGINT) AS minutes FROM hours_entry
             {unscoped: proof of the whole ledger}",
            args![],
        )
        .await?;
    let mut wrong = Vec::new();
    let crooked: Vec<HoursEntryId> = db
        .query(
            "SELECT r.id FROM hours_entry r JOIN hours_entry h ON h.id = r.reverses_id
             WHERE (r.minutes <> -h.minutes OR r.person_id <> h.person_id OR r.source_id <> h.source_id
                    OR r.source_kind <> h.source_kind OR h.reverses_id IS NOT NULL)
             {unscoped: proof of the whole ledger} ORDER BY r.id LIMIT $1",
            args![MOST],
        )
        .await?;
    wrong.extend(
        crooked
            .iter()
            .map(|id| format!("学时记录 {id}：冲销和原来的记录对不上。")),
    );
    let below: Vec<kernel::PersonId> = db
        .query(
            "SELECT person_id FROM hours_entry {unscoped: proof of the whole ledger}
             GROUP BY person_id HAVING sum(minutes) < 0 ORDER BY person_id LIMIT $1",
            args![MOST],
        )
        .await?;
    wrong.extend(below.iter().map(|id| format!("学员 {id}：学时合计小于零。")));
    let unequal: Vec<kernel::PersonId> = db
        .query(
            "SELECT x.person_id FROM (
                 SELECT person_id, minutes FROM hours_entry WHERE source_kind = 'class'
                 UNION ALL
                 SELECT person_id, -minutes FROM outcome WHERE kind = 'class' AND status = 'verified') x
             {unscoped: proof of the whole ledger}
             GROUP BY x.person_id HAVING sum(x.minutes) <> 0 ORDER BY x.person_id LIMIT $1",
            args![MOST],
        )
        .await?;
    wrong.extend(
        unequal
            .iter()
            .map(|id| format!("学员 {id}：学时合计和结业记录对不上。")),
    );
    Ok(LedgerProof {
        entries: total.entries,
        minutes: total.minutes,
        wrong,
    })
}
