//! SQL of planning.

use crate::CourseId;
use db::{Db, DbResult, args};
use kernel::{OrgId, PersonId, Time};
use orgs::RoomId;

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

/// Rooms of these orgs in which classes of the category of this course met that were not cancelled, each with whether one was of
/// the course itself.
pub(super) async fn rooms_met(db: &Db, orgs: &[OrgId], course: CourseId) -> DbResult<Vec<(RoomId, bool)>> {
    db.query(
        "SELECT c.room_id, MAX(CASE WHEN c.course_id = $2 THEN 1 ELSE 0 END) = 1
         FROM class c JOIN course k ON k.id = c.course_id
         WHERE c.org_id {any $1} AND c.room_id IS NOT NULL AND c.status <> 'cancelled'
           AND k.category = (SELECT own.category FROM course own WHERE own.id = $2)
         {unscoped: the caller found the orgs} GROUP BY c.room_id ORDER BY c.room_id LIMIT 1000",
        args![orgs, course],
    )
    .await
}
