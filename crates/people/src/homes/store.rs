//! SQL that reads where people live.

use db::{Db, DbResult, args};
use kernel::{OrgId, PersonId};

/// The area in which each of these people lives; who has told none is left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &Db, people: &[PersonId]) -> DbResult<Vec<(PersonId, OrgId)>> {
    db.query(
        "SELECT id, home_org_id FROM person WHERE id {any $1} AND home_org_id IS NOT NULL ORDER BY id",
        args![people],
    )
    .await
}
