//! SQL of the cells and of the events they follow, and nothing else. The queries of sources stand with their domains.

use crate::definition::{BehindRow, Fact};
use crate::quality::Suspect;
use db::{Db, DbResult, Scope, Tx, Value, args};
use kernel::{Date, OrgId};

/// Most rows of one read: a city's orgs times a year's months.
const MOST: i64 = 2_000_000;

db::record! {
    /// Stored cells.
    pub struct Stored {
        /// Whose.
        pub org_id: OrgId,
        /// Which month.
        pub month: String,
        /// Lines.
        pub cells: String,
        /// Sets of persons.
        pub members: Option<Vec<u8>>,
    }
}

db::record! {
    /// The tree on which a month was rolled up.
    pub struct Month {
        /// Month.
        pub month: String,
        /// Hash of the tree.
        pub tree_hash: String,
    }
}

db::record! {
    /// An event, as far as counting needs it.
    pub struct Followed {
        /// Node and position.
        pub id: i64,
        /// To what kind of thing it happened.
        pub subject_kind: String,
        /// To which.
        pub subject_id: i64,
    }
}

db::record! {
    /// An org and a month: to be counted anew, or with cells.
    pub struct Place {
        /// Org.
        pub org_id: OrgId,
        /// Month.
        pub month: String,
    }
}

db::record! {
    /// A person's small number.
    pub struct Member {
        /// Person.
        pub person_id: i64,
        /// Number.
        pub number: i64,
    }
}

db::record! {
    /// What holds at an org on a day.
    pub struct MomentFact {
        /// Org.
        pub org_id: OrgId,
        /// By what metrics choose.
        pub tag: String,
        /// By what figures are broken down.
        pub kind: String,
        /// Sex, or nothing.
        pub sex: String,
        /// Age band, or nothing.
        pub band: String,
        /// First measure.
        pub n: i64,
        /// Second measure.
        pub m: i64,
    }
}

db::record! {
    /// Between which months a source was counted, and when last.
    pub struct CountedMonths {
        /// Source.
        pub source: String,
        /// First month.
        pub first_month: String,
        /// Last month.
        pub last_month: String,
        /// When a month of it was last rolled up.
        pub counted_at: kernel::Instant,
    }
}

db::record! {
    /// How many own cells a source has.
    pub struct CellsCounted {
        /// Source.
        pub source: String,
        /// Cells.
        pub cells: i64,
    }
}

/// The cells of some orgs from one month to another; `with_members` reads the sets too.
pub async fn cells(
    db: &Db,
    source: &str,
    orgs: &[OrgId],
    rolled: bool,
    months: (&str, &str),
    with_members: bool,
) -> DbResult<Vec<Stored>> {
    let sql = if with_members {
        "SELECT org_id, month, cells, members FROM metric_cell WHERE source = $1 AND org_id {any $2} AND rolled = $3 \
         AND month >= $4 AND month <= $5 ORDER BY org_id, month LIMIT $6"
    } else {
        "SELECT org_id, month, cells, NULL AS members FROM metric_cell WHERE source = $1 AND org_id {any $2} \
         AND rolled = $3 AND month >= $4 AND month <= $5 ORDER BY org_id, month LIMIT $6"
    };
    let mut found = Vec::new();
    for orgs in orgs.chunks(5_000) {
        found.extend(
            db.query::<Stored>(sql, args![source, orgs, rolled, months.0, months.1, MOST])
                .await?,
        );
    }
    Ok(found)
}

/// The cells of all orgs in a month: their own, or those rolled up.
pub async fn cells_of_month(db: &Db, source: &str, rolled: bool, month: &str) -> DbResult<Vec<Stored>> {
    db.query(
        "SELECT org_id, month, cells, members FROM metric_cell WHERE source = $1 AND rolled = $2 AND month = $3 \
         ORDER BY org_id LIMIT $4",
        args![source, rolled, month, MOST],
    )
    .await
}

/// Which of these orgs have own cells from one month to another.
pub async fn with_cells(
    db: &Db,
    source: &str,
    orgs: &[OrgId],
    (first, last): (&str, &str),
) -> DbResult<Vec<Place>> {
    let mut found = Vec::new();
    for orgs in orgs.chunks(5_000) {
        found.extend(
            db.query::<Place>(
                "SELECT org_id, month FROM metric_cell WHERE source = $1 AND org_id {any $2} AND rolled = FALSE \
                 AND month >= $3 AND month <= $4 ORDER BY org_id, month LIMIT $5",
                args![source, orgs, first, last, MOST],
            )
            .await?,
        );
    }
    Ok(found)
}

/// The first month with own cells.
pub async fn first_month(db: &Db, source: &str) -> DbResult<Option<String>> {
    db.query_one(
        "SELECT min(month) FROM metric_cell WHERE source = $1 AND rolled = FALSE",
        args![source],
    )
    .await
}

/// The trees on which the months of a span were rolled up.
pub async fn months(db: &Db, source: &str, first: &str, last: &str) -> DbResult<Vec<Month>> {
    db.query(
        "SELECT month, tree_hash FROM metric_month WHERE source = $1 AND month >= $2 AND month <= $3 \
         ORDER BY month LIMIT 5000",
        args![source, first, last],
    )
    .await
}

/// Puts cells in the place of what was there for these orgs and this month.
pub async fn replace(
    tx: &Tx,
    source: &str,
    rolled: bool,
    month: &str,
    orgs: &[OrgId],
    rows: Vec<(OrgId, String, Option<Vec<u8>>)>,
) -> DbResult<()> {
    for orgs in orgs.chunks(5_000) {
        tx.exec(
            "DELETE FROM metric_cell WHERE source = $1 AND org_id {any $2} AND rolled = $3 AND month = $4",
            args![source, orgs, rolled, month],
        )
        .await?;
    }
    insert(tx, source, rolled, month, rows).await
}

/// Writes cells where there are none.
pub async fn insert(
    tx: &Tx,
    source: &str,
    rolled: bool,
    month: &str,
    rows: Vec<(OrgId, String, Option<Vec<u8>>)>,
) -> DbResult<()> {
    let rows: Vec<Vec<Value>> = rows
        .into_iter()
        .map(|(org, cells, members)| args![source, org, rolled, month, cells, members].to_vec())
        .collect();
    tx.insert_many(
        "metric_cell",
        &["source", "org_id", "rolled", "month", "cells", "members"],
        &rows,
    )
    .await
}

/// Removes what was rolled up of a month.
pub async fn clear_rolled(tx: &Tx, source: &str, month: &str) -> DbResult<u64> {
    tx.exec(
        "DELETE FROM metric_cell WHERE source = $1 AND rolled = TRUE AND month = $2",
        args![source, month],
    )
    .await
}

/// Remembers on which tree a month was rolled up.
pub async fn set_month(tx: &Tx, source: &str, month: &str, hash: &str, now: kernel::Instant) -> DbResult<()> {
    tx.exec(
        "INSERT INTO metric_month (source, month, tree_hash, counted_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (source, month) DO UPDATE SET tree_hash = $3, counted_at = $4",
        args![source, month, hash, now],
    )
    .await?;
    Ok(())
}

/// How often cells were written.
pub async fn turn(db: &Db) -> DbResult<i64> {
    let number: Option<i64> = db
        .query_opt("SELECT number FROM metric_turn WHERE one = 1", args![])
        .await?;
    Ok(number.unwrap_or(0))
}

/// Counts a writing of cells.
pub async fn next_turn(tx: &Tx) -> DbResult<()> {
    tx.exec(
        "INSERT INTO metric_turn (one, number) VALUES (1, 1) \
         ON CONFLICT (one) DO UPDATE SET number = metric_turn.number + 1",
        args![],
    )
    .await?;
    Ok(())
}

/// The numbers of these persons, as far as they have one.
pub async fn members(db: &Db, persons: &[i64]) -> DbResult<Vec<Member>> {
    db.query(
        "SELECT person_id, number FROM metric_member WHERE person_id {any $1} ORDER BY person_id LIMIT $2",
        args![persons.to_vec(), MOST],
    )
    .await
}

/// The highest number given.
pub async fn last_number(db: &Db) -> DbResult<i64> {
    let last: Option<i64> = db
        .query_one("SELECT max(number) FROM metric_member", args![])
        .await?;
    Ok(last.unwrap_or(0))
}

/// Gives numbers.
pub async fn insert_members(tx: &Tx, members: &[(i64, i64)]) -> DbResult<()> {
    let rows: Vec<Vec<Value>> = members
        .iter()
        .map(|(person, number)| args![*person, *number].to_vec())
        .collect();
    tx.insert_many("metric_member", &["person_id", "number"], &rows)
        .await
}

/// The numbers of the nodes that have written events.
pub async fn nodes(db: &Db) -> DbResult<Vec<i64>> {
    db.query("SELECT number FROM node ORDER BY number LIMIT 1000", args![])
        .await
}

/// How far a node was followed.
pub async fn follower(db: &Db, node: i64) -> DbResult<Option<i64>> {
    db.query_opt(
        "SELECT event_id FROM metric_follower WHERE node = $1",
        args![node],
    )
    .await
}

/// The newest event of a node.
pub async fn newest_event(db: &Db, first: i64, end: i64) -> DbResult<Option<i64>> {
    db.query_one(
        "SELECT max(id) FROM event WHERE id >= $1 AND id < $2",
        args![first, end],
    )
    .await
}

/// What happened on a node after an event.
pub async fn events_after(db: &Db, after: i64, end: i64, limit: i64) -> DbResult<Vec<Followed>> {
    db.query(
        "SELECT id, subject_kind, subject_id FROM event WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3",
        args![after, end, limit],
    )
    .await
}

/// Remembers how far a node was followed.
pub async fn set_follower(tx: &Tx, node: i64, event: i64) -> DbResult<()> {
    tx.exec(
        "INSERT INTO metric_follower (node, event_id) VALUES ($1, $2) \
         ON CONFLICT (node) DO UPDATE SET event_id = $2",
        args![node, event],
    )
    .await?;
    Ok(())
}

/// Runs a source's query for orgs and days.
pub async fn facts(db: &Db, sql: &str, orgs: &[OrgId], from: Date, end: Date) -> DbResult<Vec<Fact>> {
    db.query(sql, args![orgs, from, end]).await
}

/// Runs a source's query from events to places.
pub async fn touched(db: &Db, sql: &str, subjects: &[i64]) -> DbResult<Vec<Place>> {
    db.query(sql, args![subjects.to_vec()]).await
}

/// Runs a source's query for a day.
pub async fn moment(db: &Db, sql: &str, day: Date) -> DbResult<Vec<MomentFact>> {
    db.query(sql, args![day]).await
}

/// Runs a source's query for the rows behind a figure.
pub async fn behind(db: &Db, scope: &Scope, sql: &str, args: &[Value]) -> DbResult<Vec<BehindRow>> {
    db.within(scope).query(sql, args).await
}

/// Between which months each source was counted.
pub async fn counted_months(db: &Db) -> DbResult<Vec<CountedMonths>> {
    db.query(
        "SELECT source, min(month) AS first_month, max(month) AS last_month, max(counted_at) AS counted_at \
         FROM metric_month GROUP BY source ORDER BY source LIMIT 1000",
        args![],
    )
    .await
}

/// How many own cells each source has.
pub async fn cells_counted(db: &Db) -> DbResult<Vec<CellsCounted>> {
    db.query(
        "SELECT source, count(*) AS cells FROM metric_cell WHERE rolled = FALSE GROUP BY source ORDER BY source \
         LIMIT 1000",
        args![],
    )
    .await
}

/// How many rows a source's query has for a day.
pub async fn moment_rows(db: &Db, sql: &str, day: Date) -> DbResult<i64> {
    db.query_one(&format!("SELECT count(*) FROM ({sql}) AS facts"), args![day])
        .await
}

/// Runs a rule's query for the first rows.
pub async fn suspects(
    db: &Db,
    scope: &Scope,
    sql: &str,
    days: (Date, Date),
    limit: i64,
) -> DbResult<Vec<Suspect>> {
    db.within(scope).query(sql, args![days.0, days.1, limit]).await
}

/// Runs a rule's query for the number of rows, counted up to a limit.
pub async fn suspects_counted(
    db: &Db,
    scope: &Scope,
    sql: &str,
    days: (Date, Date),
    limit: i64,
) -> DbResult<i64> {
    let sql = format!("SELECT count(*) FROM ({sql}) AS found");
    db.within(scope)
        .query_one(&sql, args![days.0, days.1, limit])
        .await
}
