//! SQL of regions; structure is written by the tree.

use crate::tree::{OrgKind, OrgStatus};
use db::{Db, DbResult, Tx, args};
use kernel::{Date, OrgId};
use std::collections::HashMap;

db::record! {
    /// An area that is there.
    pub struct Known {
        /// Id.
        pub id: OrgId,
        /// Kind.
        pub kind: OrgKind,
        /// Whole name.
        pub name: String,
        /// Name for lists.
        pub short_name: String,
        /// Code.
        pub region_code: String,
        /// Code of the one above.
        pub parent_code: Option<String>,
        /// Path.
        pub path: String,
        /// Whether it is in force.
        pub status: OrgStatus,
        /// Whether it is not counted to people.
        pub special: bool,
        /// Since when it has its name.
        pub name_from: Date,
        /// Since when it stands where it stands; a root has no such day.
        pub edge_from: Option<Date>,
    }
}

/// All areas with a code, by code.
pub async fn known(db: &Db) -> DbResult<HashMap<String, Known>> {
    let rows: Vec<Known> = db
        .query(
            "SELECT o.id, o.kind, o.name, o.short_name, o.region_code, a.region_code AS parent_code, p.path, o.status, \
             o.special, n.valid_from AS name_from, e.valid_from AS edge_from FROM org o \
             JOIN org_path p ON p.org_id = o.id JOIN org_name n ON n.org_id = o.id AND n.valid_to IS NULL \
             LEFT JOIN org a ON a.id = o.parent_id LEFT JOIN org_edge e ON e.org_id = o.id AND e.valid_to IS NULL \
             WHERE o.region_code IS NOT NULL ORDER BY o.id LIMIT 1000000",
            args![],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|area| (area.region_code.clone(), area))
        .collect())
}

/// Marks an area as special or not.
pub async fn mark(tx: &Tx, id: OrgId, special: bool) -> DbResult<()> {
    tx.exec(
        "UPDATE org SET special = $2 WHERE id = $1 AND special <> $2",
        args![id, special],
    )
    .await?;
    Ok(())
}

/// Open organisations directly below.
pub async fn open_children(db: &Db, id: OrgId) -> DbResult<i64> {
    db.query_one(
        "SELECT count(*) FROM org WHERE parent_id = $1 AND status = 'open'",
        args![id],
    )
    .await
}
