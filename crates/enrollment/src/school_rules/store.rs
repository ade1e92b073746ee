//! SQL of school rules.

use db::{Db, DbResult, Tx, args, record};
use kernel::{Instant, OrgId, PersonId};

record! {
    /// A version.
    pub struct RuleRow {
        /// Where.
        pub org_id: OrgId,
        /// Which time.
        pub version: i64,
        /// The rules, as JSON.
        pub document: String,
        /// Why they were set.
        pub reason: String,
        /// When.
        pub set_at: Instant,
    }
}

/// Versions of these orgs, the last first.
pub(super) async fn of_orgs(db: &Db, orgs: &[OrgId]) -> DbResult<Vec<RuleRow>> {
    db.query(
        "SELECT org_id, version, document, reason, set_at FROM school_rule {unscoped: what a school decides is public}
         WHERE org_id {any $1} ORDER BY version DESC, org_id LIMIT 500",
        args![orgs],
    )
    .await
}

/// The last version of each of these orgs.
pub(super) async fn latest(db: &Db, orgs: &[OrgId]) -> DbResult<Vec<RuleRow>> {
    db.query(
        "SELECT r.org_id, r.version, r.document, r.reason, r.set_at FROM school_rule r {unscoped: what a school decides is public}
         WHERE r.org_id {any $1} AND r.version = (SELECT max(o.version) FROM school_rule o WHERE o.org_id = r.org_id)
         ORDER BY r.org_id",
        args![orgs],
    )
    .await
}

/// Adds a version, and counts the change for who keeps a copy.
pub(super) async fn insert(tx: &Tx, row: &RuleRow, by: Option<PersonId>) -> DbResult<()> {
    tx.exec(
        "INSERT INTO school_rule (org_id, version, document, reason, set_by, set_at)
         VALUES ($1, $2, $3, $4, $5, $6) {unscoped: the caller checked the org}",
        args![
            row.org_id,
            row.version,
            row.document.as_str(),
            row.reason.as_str(),
            by,
            row.set_at
        ],
    )
    .await?;
    tx.exec(
        "UPDATE school_rule_change SET changes = changes + 1 WHERE one = 1",
        &[],
    )
    .await?;
    Ok(())
}
