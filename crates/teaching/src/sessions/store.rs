//! SQL of sessions.

use super::model::SessionRow;
use crate::{ClassId, SessionId};
use db::{Db, args};
use platform::AppResult;

/// Most sessions read at once: a year of a large school.
const MOST: i64 = 50_000;

/// Every column of a session with the alias `s`, for `SELECT`.
macro_rules! session_columns {
    () => {
        "s.id, s.class_id, s.org_id, s.number, s.day, s.starts, s.minutes, s.room_id, s.teacher_id, s.topic, s.status,
         s.status_note, s.version"
    };
}

/// A session by its id, wherever it is: for callers that have their own rule of who may see it.
///
/// # Errors
/// [`platform::AppError::NotFound`] when there is none.
pub async fn find(db: &Db, id: SessionId) -> AppResult<SessionRow> {
    let sql = concat!(
        "SELECT ",
        session_columns!(),
        " FROM session s WHERE s.id = $1 {unscoped: by id, the caller decides who may see it}"
    );
    Ok(db.query_one(sql, args![id]).await?)
}

/// The sessions of a class, cancelled ones too, in the order of time.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_class(db: &Db, class: ClassId) -> AppResult<Vec<SessionRow>> {
    of_classes(db, &[class]).await
}

/// The sessions of several classes, cancelled ones too, class by class in the order of time.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_classes(db: &Db, classes: &[ClassId]) -> AppResult<Vec<SessionRow>> {
    if classes.is_empty() {
        return Ok(Vec::new());
    }
    let sql = concat!(
        "SELECT ",
        session_columns!(),
        " FROM session s WHERE s.class_id {any $1} {unscoped: the caller decided on these classes}
          ORDER BY s.class_id, s.day, s.starts, s.id LIMIT $2"
    );
    Ok(db.query(sql, args![classes, MOST]).await?)
}
