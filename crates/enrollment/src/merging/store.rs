//! SQL of merging.

use db::{Db, DbResult, Scope, args};
use kernel::{Date, PersonId};
use teaching::ClassId;
use teaching::classes::ClassRow;

/// Published classes that have not begun: of the same course first, then of the same org and term. At most 20.
pub(super) async fn candidates(
    db: &Db,
    scope: &Scope,
    class: &ClassRow,
    today: Date,
) -> DbResult<Vec<ClassId>> {
    db.within(scope)
        .query(
            "SELECT c.id FROM class c
             WHERE {scope c.org_id} AND c.status = 'published' AND c.id <> $1 AND c.starts_on > $5
               AND (c.course_id = $2 OR (c.org_id = $3 AND c.term_id = $4))
             ORDER BY CASE WHEN c.course_id = $2 THEN 0 ELSE 1 END, c.starts_on, c.id LIMIT 20",
            args![class.id, class.course_id, class.org_id, class.term_id, today],
        )
        .await
}

/// Further classes in which these people have a seat.
pub(crate) async fn held(db: &Db, people: &[PersonId], but: ClassId) -> DbResult<Vec<(PersonId, ClassId)>> {
    db.query(
        "SELECT person_id, class_id FROM enrollment {unscoped: rules look at all classes of a person}
         WHERE person_id {any $1} AND class_id <> $2 AND live = TRUE
           AND status IN ('offered', 'reserved', 'confirmed', 'attending', 'suspended')
         ORDER BY person_id, id LIMIT 5000",
        args![people, but],
    )
    .await
}
