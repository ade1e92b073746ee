//! SQL of classes.

use super::model::ClassRow;
use crate::ClassId;
use db::{Db, Scope, Tx, args};
use platform::AppResult;

/// Every column of a class with the alias `c`, for `SELECT`.
macro_rules! class_columns {
    () => {
        "c.id, c.org_id, c.course_id, c.course_version_id, c.term_id, c.name, c.sort_key, c.room_id, c.teacher_id,
         c.mode, c.level, c.risk, c.fee_fen, c.capacity, c.minimum, c.enrolled, c.waitlisted, c.age_min, c.age_max,
         c.residence_note, c.enrollment_opens, c.enrollment_closes, c.weekday, c.starts, c.minutes, c.starts_on,
         c.ends_on, c.session_count, c.pass_percent, c.status, c.status_note, c.created_at, c.version"
    };
}

/// A class by its id, wherever it is: for callers that have their own rule of who may see it.
///
/// # Errors
/// [`platform::AppError::NotFound`] when there is none.
pub async fn find(db: &Db, id: ClassId) -> AppResult<ClassRow> {
    let sql = concat!(
        "SELECT ",
        class_columns!(),
        " FROM class c WHERE c.id = $1 {unscoped: by id, the caller decides who may see it}"
    );
    Ok(db.query_one(sql, args![id]).await?)
}

/// A class by its id inside a scope.
///
/// # Errors
/// [`platform::AppError::NotFound`] when there is none in the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: ClassId) -> AppResult<ClassRow> {
    let sql = concat!(
        "SELECT ",
        class_columns!(),
        " FROM class c WHERE c.id = $1 AND {scope c.org_id}"
    );
    Ok(db.within(scope).query_one(sql, args![id]).await?)
}

/// Writes how many seats are taken and how many people wait; only the seat desk calls it, with the class locked.
///
/// # Errors
/// When the database refuses, for one when more seats would be taken than there are.
pub async fn set_seat_counts(tx: &Tx, id: ClassId, enrolled: i64, waitlisted: i64) -> AppResult<()> {
    tx.exec(
        "UPDATE class SET enrolled = $2, waitlisted = $3 WHERE id = $1 {unscoped: the seat desk decided on this class}",
        args![id, enrolled, waitlisted],
    )
    .await?;
    Ok(())
}
