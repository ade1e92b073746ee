//! SQL of the archive.

use crate::OutcomeId;
use db::{Db, DbResult, args, record};
use kernel::{Date, PersonId};

record! {
    /// Something learned.
    pub struct OutcomeRow {
        /// Its id.
        pub id: OutcomeId,
        /// Kind, such as class.
        pub kind: String,
        /// What.
        pub title: String,
        /// Minutes attended.
        pub minutes: i64,
        /// On which day.
        pub earned_on: Date,
        /// verified or revoked.
        pub status: String,
        /// The school.
        pub provider: String,
    }
}

/// The outcomes of a person, newest first.
pub async fn outcomes(db: &Db, person: PersonId) -> DbResult<Vec<OutcomeRow>> {
    db.query(
        "SELECT o.id, o.kind, o.title, o.minutes, o.earned_on, o.status, g.name AS provider
         FROM outcome o JOIN org g ON g.id = o.org_id
         WHERE o.person_id = $1 {unscoped: the person's own} ORDER BY o.earned_on DESC, o.id LIMIT 1000",
        args![person],
    )
    .await
}

record! {
    /// Study time of a year.
    pub struct YearRow {
        /// The year, four digits.
        pub year: String,
        /// Where it comes from, such as class.
        pub kind: String,
        /// Minutes, reversals taken off.
        pub minutes: i64,
    }
}

/// Study time by year and kind, newest first; sums of the ledger.
pub async fn years(db: &Db, person: PersonId) -> DbResult<Vec<YearRow>> {
    db.query(
        "SELECT substr(earned_on, 1, 4) AS year, source_kind AS kind, CAST(sum(minutes) AS BIGINT) AS minutes
         FROM hours_entry WHERE person_id = $1 {unscoped: the person's own}
         GROUP BY substr(earned_on, 1, 4), source_kind ORDER BY year DESC, kind LIMIT 200",
        args![person],
    )
    .await
}
