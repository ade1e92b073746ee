//! SQL of staffing.

use super::model::{Draft, StaffKind};
use db::{Db, DbResult, Scope, Tx, Value, args};
use kernel::{Date, Instant, OrgId};

db::record! {
    /// One kind of one declaration.
    pub struct CountRow {
        /// Which declaration of the organisation.
        pub serial: i64,
        /// What they do.
        pub kind: StaffKind,
        /// Full-time.
        pub full_time: i64,
        /// Part-time.
        pub part_time: i64,
        /// The first day.
        pub valid_from: Date,
        /// The first day after; `None` while it goes on.
        pub valid_to: Option<Date>,
        /// Whether it counts; a corrected one does not.
        pub in_force: bool,
        /// official, adapted, derived, demo.
        pub basis: String,
        /// Which document or proof.
        pub source: String,
        /// Why an earlier declaration of the same days was corrected by this one; empty when it corrects none.
        pub reason: String,
        /// When it was written.
        pub recorded_at: Instant,
    }
}

db::record! {
    /// How many of a kind work in a subtree.
    pub struct Total {
        /// What they do.
        pub kind: StaffKind,
        /// Full-time.
        pub full_time: i64,
        /// Part-time.
        pub part_time: i64,
        /// Organisations that declared.
        pub orgs: i64,
    }
}

/// All declarations of an organisation inside the scope: newest days first, the one in force before those it corrected.
pub async fn all_within(db: &Db, scope: &Scope, org: OrgId) -> DbResult<Vec<CountRow>> {
    db.within(scope)
        .query(
            "SELECT s.serial, s.kind, s.full_time, s.part_time, s.valid_from, s.valid_to, s.in_force, s.basis, s.source, \
             s.reason, s.recorded_at FROM staff_count s WHERE s.org_id = $1 AND {scope s.org_id} \
             ORDER BY s.valid_from DESC, s.serial DESC, s.kind LIMIT 2000",
            args![org],
        )
        .await
}

/// Staff of a whole subtree on a day, by what they do; who has ended by then counts to nobody.
pub async fn totals(db: &Db, subtree: &Scope, day: Date) -> DbResult<Vec<Total>> {
    db.within(subtree)
        .query(
            "SELECT s.kind, CAST(sum(s.full_time) AS BIGINT) AS full_time, CAST(sum(s.part_time) AS BIGINT) AS part_time, \
             count(*) AS orgs FROM staff_count s JOIN org o ON o.id = s.org_id WHERE s.in_force AND s.valid_from <= $1 \
             AND (s.valid_to IS NULL OR s.valid_to > $1) AND (o.closed_on IS NULL OR o.closed_on > $1) \
             AND {scope s.org_id} GROUP BY s.kind ORDER BY s.kind LIMIT 20",
            args![day],
        )
        .await
}

/// Ends the declaration that still goes on.
pub async fn end_open(tx: &Tx, org: OrgId, on: Date) -> DbResult<()> {
    tx.exec(
        "UPDATE staff_count SET valid_to = $2 WHERE org_id = $1 AND in_force AND valid_to IS NULL \
         {unscoped: the organisation was found in scope}",
        args![org, on],
    )
    .await?;
    Ok(())
}

/// Takes a declaration out of force, because it is corrected.
pub async fn set_aside(tx: &Tx, org: OrgId, serial: i64) -> DbResult<()> {
    tx.exec(
        "UPDATE staff_count SET in_force = FALSE WHERE org_id = $1 AND serial = $2 \
         {unscoped: the organisation was found in scope}",
        args![org, serial],
    )
    .await?;
    Ok(())
}

/// What is written beside the draft.
pub struct Written<'a> {
    /// Number of the declaration.
    pub serial: i64,
    /// The first day after; `None` while it goes on.
    pub valid_to: Option<Date>,
    /// Why it corrects another; empty when it does not.
    pub reason: &'a str,
    /// When.
    pub at: Instant,
}

/// Writes a declaration.
pub async fn insert(tx: &Tx, org: OrgId, draft: &Draft, written: &Written<'_>) -> DbResult<()> {
    let rows: Vec<Vec<Value>> = draft
        .counts
        .iter()
        .map(|count| {
            vec![
                org.into(),
                written.serial.into(),
                count.kind.into(),
                count.full_time.into(),
                count.part_time.into(),
                draft.valid_from.into(),
                written.valid_to.into(),
                true.into(),
                draft.basis.into(),
                draft.source.as_str().into(),
                written.reason.into(),
                written.at.into(),
            ]
        })
        .collect();
    let columns = [
        "org_id",
        "serial",
        "kind",
        "full_time",
        "part_time",
        "valid_from",
        "valid_to",
        "in_force",
        "basis",
        "source",
        "reason",
        "recorded_at",
    ];
    tx.insert_many("staff_count", &columns, &rows).await
}
