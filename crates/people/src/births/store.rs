//! SQL that reads days of birth.

use db::{Db, DbResult, args};
use kernel::{Date, PersonId};

/// Day of birth of each of these people; a person who is not there is left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &Db, people: &[PersonId]) -> DbResult<Vec<(PersonId, Option<Date>)>> {
    db.query(
        "SELECT id, birth FROM person WHERE id {any $1} ORDER BY id",
        args![people],
    )
    .await
}

/// Sex of each of these people who have told it: `male` or `female`.
///
/// # Errors
/// When the database cannot be read.
pub async fn sexes(db: &Db, people: &[PersonId]) -> DbResult<Vec<(PersonId, String)>> {
    db.query(
        "SELECT id, sex FROM person WHERE id {any $1} AND sex IS NOT NULL ORDER BY id",
        args![people],
    )
    .await
}
