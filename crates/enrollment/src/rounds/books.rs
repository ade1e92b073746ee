//! What a round has come to, for the boards of its officers: seats, money, and messages that did not arrive.

use super::store::{self, BooksRow};
use kernel::{Fen, Instant, OrgId};
use platform::{AppResult, Ctx, message};
use teaching::ClassId;

/// What a round has come to since it opened.
#[derive(Debug, Clone)]
pub struct Books {
    /// By class, those that took somebody.
    pub classes: Vec<BooksRow>,
    /// Messages of the school since then that did not arrive.
    pub failed: i64,
}

impl Books {
    /// What a class has taken.
    #[must_use]
    pub fn of(&self, class: ClassId) -> Option<&BooksRow> {
        self.classes.iter().find(|row| row.class_id == class)
    }

    /// The money in words.
    #[must_use]
    pub fn money(&self) -> String {
        let sum = |part: fn(&BooksRow) -> i64| self.classes.iter().map(part).sum::<i64>();
        format!(
            "等交费 {} 人，{}；已交 {} 人，{}",
            sum(|row| row.due),
            Fen(sum(|row| row.due_fen)),
            sum(|row| row.paid),
            Fen(sum(|row| row.paid_fen))
        )
    }
}

/// What these classes of a school have come to since a round opened.
///
/// # Errors
/// When the database cannot be read.
pub async fn load(ctx: &Ctx, org: OrgId, classes: &[ClassId], since: Instant) -> AppResult<Books> {
    Ok(Books {
        classes: store::books(ctx.db(), classes, since).await?,
        failed: message::failed_since(ctx.db(), org, since).await?,
    })
}
