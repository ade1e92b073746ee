//! SQL of duties.

use crate::ClassId;
use db::{Db, DbResult, Tx, args, record, text_enum};
use kernel::PersonId;
use platform::AppResult;

text_enum! {
    /// What a person does for a class.
    pub enum Duty {
        /// Helps the teacher.
        Assistant => "assistant",
        /// A learner who takes the roll.
        Monitor => "monitor",
    }
}

impl Duty {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Assistant => "助教",
            Self::Monitor => "班长",
        }
    }
}

record! {
    /// Who does what for a class.
    pub struct DutyRow {
        /// The person.
        pub person_id: PersonId,
        /// What they do.
        pub duty: Duty,
    }
}

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

/// The duties of a class.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_class(db: &Db, class: ClassId) -> AppResult<Vec<DutyRow>> {
    let sql = "SELECT d.person_id, d.duty FROM class_duty d WHERE d.class_id = $1 ORDER BY d.duty, d.person_id LIMIT 100";
    Ok(db.query(sql, args![class]).await?)
}

/// Gives a duty, in place of another.
pub async fn give(tx: &Tx, class: ClassId, person: PersonId, duty: Duty) -> DbResult<()> {
    tx.exec(
        "INSERT INTO class_duty (class_id, person_id, duty) VALUES ($1, $2, $3)
         ON CONFLICT (class_id, person_id) DO UPDATE SET duty = excluded.duty",
        args![class, person, duty],
    )
    .await?;
    Ok(())
}

/// Ends a duty; says whether there was one.
pub async fn end(tx: &Tx, class: ClassId, person: PersonId) -> DbResult<bool> {
    let ended = tx
        .exec(
            "DELETE FROM class_duty WHERE class_id = $1 AND person_id = $2",
            args![class, person],
        )
        .await?;
    Ok(ended > 0)
}
