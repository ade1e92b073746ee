//! What waits for a member of staff: each domain says its own, the desk's first page shows all by deadline.

use kernel::Date;

/// One thing to do, or several of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What to do, as a sentence: 「点名：书法入门 第 3 次课」.
    pub title: String,
    /// More in a line; may be empty.
    pub detail: String,
    /// Straight to the thing to do.
    pub href: String,
    /// By when.
    pub due: Option<Date>,
    /// How many things it stands for.
    pub count: i64,
}
