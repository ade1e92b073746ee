//! SQL of duties.

use crate::ClassId;
use db::{Db, args};
use kernel::PersonId;
use platform::AppResult;

/// Whether the person teaches the class or one of its sessions, assists in it, or is its monitor.
///
/// # Errors
/// When the database cannot be read.
pub async fn holds_duty(db: &Db, class: ClassId, person: PersonId) -> AppResult<bool> {
    let found: Option<i64> = db
        .query_opt(
            "SELECT c.id FROM class c WHERE c.id = $1 {unscoped: the person's own duty}
               AND (c.teacher_id = $2
                    OR EXISTS (SELECT 1 FROM class_duty d WHERE d.class_id = c.id AND d.person_id = $2)
                    OR EXISTS (SELECT 1 FROM session s WHERE s.class_id = c.id AND s.teacher_id = $2))",
            args![class, person],
        )
        .await?;
    Ok(found.is_some())
}
