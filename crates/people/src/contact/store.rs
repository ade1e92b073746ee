//! SQL that reads a telephone.

use db::{Db, DbResult, args, record};
use kernel::PersonId;

record! {
    struct Sealed { phone_sealed: Option<String> }
}

/// The sealed telephone of a person, if they have one.
pub async fn phone(db: &Db, person: PersonId) -> DbResult<Option<String>> {
    let sql = "SELECT phone_sealed FROM person WHERE id = $1";
    let row: Sealed = db.query_one(sql, args![person]).await?;
    Ok(row.phone_sealed)
}
