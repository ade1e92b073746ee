//! SQL of the demonstration.

use db::{Db, DbResult, args};
use kernel::{Date, PersonId};

/// Learners born after one day and up to another who hold no post, those with the fewest enrolments first.
pub(super) async fn least_enrolled(db: &Db, after: Date, to: Date, count: i64) -> DbResult<Vec<PersonId>> {
    db.query(
        "SELECT p.id FROM person p LEFT JOIN enrollment e ON e.person_id = p.id AND e.live
         WHERE p.status = 'active' AND p.birth > $1 AND p.birth <= $2
           AND NOT EXISTS (SELECT 1 FROM post o WHERE o.person_id = p.id)
         {unscoped: a tool of the demo for the whole installation}
         GROUP BY p.id ORDER BY count(e.id), p.id LIMIT $3",
        args![after, to, count],
    )
    .await
}

/// Whether nothing ever happened in this database.
pub(crate) async fn is_blank(db: &Db) -> DbResult<bool> {
    let first: Option<i64> = db
        .query_opt("SELECT id FROM event ORDER BY id LIMIT 1", args![])
        .await?;
    Ok(first.is_none())
}
