//! SQL of the cashier's days.

use crate::fees::model::{Account, Kind};
use db::{Db, DbResult, Scope, Tx, Value, args, record};
use kernel::{Date, Instant, OrgId, PersonId};

record! {
    /// A day that is closed.
    pub struct ClosingRow {
        /// Whose books.
        pub org_id: OrgId,
        /// The org's name.
        pub org: String,
        /// The last day it covers.
        pub day: Date,
        /// What the books say was in the drawer, in fen.
        pub cash_fen: i64,
        /// What was counted, in fen.
        pub counted_fen: i64,
        /// Why the two differ; empty when they do not.
        pub reason: String,
        /// Who counted.
        pub closed_by: Option<PersonId>,
        /// When.
        pub closed_at: Instant,
    }
}

record! {
    /// What moved on an account by postings of a kind.
    pub struct Sum {
        /// The kind.
        pub kind: Kind,
        /// The account.
        pub account: Account,
        /// How much, in fen.
        pub fen: i64,
        /// By how many postings.
        pub count: i64,
    }
}

/// What moved on the accounts of money after one day and up to another.
pub(in crate::fees) async fn sums(db: &Db, org: OrgId, after: Option<Date>, to: Date) -> DbResult<Vec<Sum>> {
    db.query(
        "SELECT p.kind, l.account, CAST(sum(l.amount_fen) AS BIGINT) AS fen, count(*) AS count
         FROM fee_posting p JOIN fee_entry l ON l.posting_id = p.id
         WHERE p.org_id = $1 AND (CAST($2 AS TEXT) IS NULL OR p.day > $2) AND p.day <= $3
           AND l.account IN ('cash', 'card', 'online', 'waiver') {unscoped: the caller checked the org}
         GROUP BY p.kind, l.account ORDER BY p.kind, l.account LIMIT 100",
        args![org, after, to],
    )
    .await
}

record! {
    /// The receipts of a year that were given.
    pub struct Receipts {
        /// The year.
        pub year: i64,
        /// The first number.
        pub first: i64,
        /// The last number.
        pub last: i64,
        /// How many.
        pub count: i64,
    }
}

/// Receipts that were given after one day and up to another.
pub(in crate::fees) async fn receipts(
    db: &Db,
    org: OrgId,
    after: Option<Date>,
    to: Date,
) -> DbResult<Vec<Receipts>> {
    db.query(
        "SELECT receipt_year AS year, min(receipt_number) AS first, max(receipt_number) AS last, count(*) AS count
         FROM fee_posting
         WHERE org_id = $1 AND (CAST($2 AS TEXT) IS NULL OR day > $2) AND day <= $3 AND receipt_number IS NOT NULL
           {unscoped: the caller checked the org} GROUP BY receipt_year ORDER BY receipt_year LIMIT 10",
        args![org, after, to],
    )
    .await
}

/// Orgs of the scope with postings of days that are not closed, by name.
pub(in crate::fees) async fn open_orgs(db: &Db, scope: &Scope) -> DbResult<Vec<(OrgId, String)>> {
    db.within(scope)
        .query(
            "SELECT g.id, g.name FROM org g WHERE g.id IN (
                 SELECT p.org_id FROM fee_posting p WHERE {scope p.org_id} AND NOT EXISTS (
                     SELECT 1 FROM fee_closing c WHERE c.org_id = p.org_id AND c.day >= p.day))
             ORDER BY g.sort_key, g.id LIMIT 500",
            args![],
        )
        .await
}

/// Closed days of the scope, the last first.
pub(in crate::fees) async fn closings_within(
    db: &Db,
    scope: &Scope,
    org: Option<OrgId>,
    limit: i64,
) -> DbResult<Vec<ClosingRow>> {
    db.within(scope)
        .query(
            "SELECT c.org_id, g.name AS org, c.day, c.cash_fen, c.counted_fen, c.reason, c.closed_by, c.closed_at
             FROM fee_closing c JOIN org g ON g.id = c.org_id
             WHERE (CAST($1 AS BIGINT) IS NULL OR c.org_id = $1) AND {scope c.org_id}
             ORDER BY c.day DESC, c.org_id LIMIT $2",
            args![org, limit],
        )
        .await
}

/// A closed day of the scope, with the day that was closed before it.
pub(in crate::fees) async fn closed_on(
    db: &Db,
    scope: &Scope,
    org: OrgId,
    day: Date,
) -> DbResult<(ClosingRow, Option<Date>)> {
    let row = db
        .within(scope)
        .query_one(
            "SELECT c.org_id, g.name AS org, c.day, c.cash_fen, c.counted_fen, c.reason, c.closed_by, c.closed_at
             FROM fee_closing c JOIN org g ON g.id = c.org_id
             WHERE c.org_id = $1 AND c.day = $2 AND {scope c.org_id}",
            args![org, day],
        )
        .await?;
    let before = db
        .query_opt(
            "SELECT day FROM fee_closing WHERE org_id = $1 AND day < $2 {unscoped: the org was checked}
             ORDER BY day DESC LIMIT 1",
            args![org, day],
        )
        .await?;
    Ok((row, before))
}

/// The columns of a closed day, in the order of [`ClosingRow::cells`].
pub const CLOSING_COLUMNS: &[&str] = &[
    "org_id",
    "day",
    "cash_fen",
    "counted_fen",
    "reason",
    "closed_by",
    "closed_at",
];

impl ClosingRow {
    /// The row's cells.
    #[must_use]
    pub fn cells(&self) -> Vec<Value> {
        vec![
            self.org_id.into(),
            self.day.into(),
            self.cash_fen.into(),
            self.counted_fen.into(),
            self.reason.as_str().into(),
            self.closed_by.into(),
            self.closed_at.into(),
        ]
    }
}

pub(in crate::fees) async fn close(tx: &Tx, row: &ClosingRow) -> DbResult<()> {
    tx.insert_many("fee_closing", CLOSING_COLUMNS, &[row.cells()])
        .await
}
