//! SQL of planning.

use crate::CourseId;
use db::{Db, DbResult, args};
use kernel::{OrgId, PersonId, Time};

/// Who taught a class of this course, or assisted in one.
pub(super) async fn able(db: &Db, course: CourseId) -> DbResult<Vec<PersonId>> {
    db.query(
        "SELECT c.teacher_id FROM class c WHERE c.course_id = $1 AND c.teacher_id IS NOT NULL AND c.status <> 'cancelled'
         UNION SELECT d.person_id FROM class_duty d JOIN class c ON c.id = d.class_id
         WHERE c.course_id = $1 AND d.duty = 'assistant' AND c.status <> 'cancelled'
         {unscoped: who has taught a course may teach it anywhere} ORDER BY 1 LIMIT 2000",
        args![course],
    )
    .await
}

/// Weekdays and times at which these orgs give classes that were not cancelled.
pub(super) async fn hours(db: &Db, orgs: &[OrgId]) -> DbResult<Vec<(i64, Time)>> {
    db.query(
        "SELECT DISTINCT c.weekday, c.starts FROM class c WHERE c.org_id {any $1} AND c.status <> 'cancelled'
         {unscoped: the caller found the orgs} ORDER BY c.weekday, c.starts LIMIT 200",
        args![orgs],
    )
    .await
}
