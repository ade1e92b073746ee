//! SQL that proves the hours ledger.

use crate::HoursEntryId;
use db::{Db, DbResult, args, record};
use kernel::PersonId;

record! {
    /// What the whole ledger holds.
    pub struct Total {
        /// Entries.
        pub entries: i64,
        /// All minutes, reversals taken off.
        pub minutes: i64,
    }
}

/// Entries and minutes of the whole ledger.
pub async fn total(db: &Db) -> DbResult<Total> {
    db.query_one(
        "SELECT count(*) AS entries, CAST(COALESCE(sum(minutes), 0) AS BIGINT) AS minutes FROM hours_entry
         {unscoped: proof of the whole ledger}",
        args![],
    )
    .await
}

/// Reversals that are not exactly their entry's opposite; at most `most`.
pub async fn crooked(db: &Db, most: i64) -> DbResult<Vec<HoursEntryId>> {
    db.query(
        "SELECT r.id FROM hours_entry r JOIN hours_entry h ON h.id = r.reverses_id
         WHERE (r.minutes <> -h.minutes OR r.person_id <> h.person_id OR r.source_id <> h.source_id
                OR r.source_kind <> h.source_kind OR h.reverses_id IS NOT NULL)
         {unscoped: proof of the whole ledger} ORDER BY r.id LIMIT $1",
        args![most],
    )
    .await
}

/// People whose hours are below zero; at most `most`.
pub async fn below_zero(db: &Db, most: i64) -> DbResult<Vec<PersonId>> {
    db.query(
        "SELECT person_id FROM hours_entry {unscoped: proof of the whole ledger}
         GROUP BY person_id HAVING sum(minutes) < 0 ORDER BY person_id LIMIT $1",
        args![most],
    )
    .await
}

/// People whose hours from classes are not the sum of their verified outcomes; at most `most`.
pub async fn unequal(db: &Db, most: i64) -> DbResult<Vec<PersonId>> {
    db.query(
        "SELECT x.person_id FROM (
             SELECT person_id, minutes FROM hours_entry WHERE source_kind = 'class'
             UNION ALL
             SELECT person_id, -minutes FROM outcome WHERE kind = 'class' AND status = 'verified') x
         {unscoped: proof of the whole ledger}
         GROUP BY x.person_id HAVING sum(x.minutes) <> 0 ORDER BY x.person_id LIMIT $1",
        args![most],
    )
    .await
}
