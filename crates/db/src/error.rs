//! What can go wrong with a statement.

use std::fmt;

/// Why a database call did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbError {
    /// No row where one was asked for.
    NotFound,
    /// A unique index refused the row; holds the index's name.
    Unique(String),
    /// A `CHECK` refused the row.
    Check(String),
    /// The row points at one that does not exist, or is pointed at.
    ForeignKey(String),
    /// The database cannot be reached, is full, or is too busy.
    Unavailable(String),
    /// A text with the character NUL (U+0000), which PostgreSQL does not hold; no database takes it.
    NulInText,
    /// An org-owned table without a `{scope …}` marker, or a marker without a scope.
    Unscoped(String),
    /// The statement or its arguments do not fit: a mistake in the program.
    Statement(String),
}

impl DbError {
    /// Whether this unique index refused the row.
    #[must_use]
    pub fn is_unique(&self, index: &str) -> bool {
        matches!(self, Self::Unique(name) if name == index)
    }
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("no such row"),
            Self::Unique(index) => write!(f, "unique index {index}"),
            Self::Check(what) => write!(f, "check failed: {what}"),
            Self::ForeignKey(what) => write!(f, "foreign key: {what}"),
            Self::Unavailable(why) => write!(f, "database unavailable: {why}"),
            Self::NulInText => f.write_str("a text holds the character NUL"),
            Self::Unscoped(sql) => write!(f, "statement without scope: {sql}"),
            Self::Statement(why) => write!(f, "statement: {why}"),
        }
    }
}

impl std::error::Error for DbError {}
