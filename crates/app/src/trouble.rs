//! Why a command did not do what it was asked: one sentence for the operator.

use platform::AppError;
use std::fmt;

/// Result of a command.
pub type Done<T = ()> = Result<T, Trouble>;

/// What is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble(String);

impl Trouble {
    /// A trouble with this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        match error {
            // The operator may read the cause; a visitor's page does not show it.
            AppError::Internal(why) | AppError::Unavailable(why) => Self(why),
            other => Self(other.sentence()),
        }
    }
}

impl From<db::DbError> for Trouble {
    fn from(error: db::DbError) -> Self {
        Self(error.to_string())
    }
}

impl From<platform::FileError> for Trouble {
    fn from(error: platform::FileError) -> Self {
        Self(error.to_string())
    }
}

impl From<platform::KeyFileError> for Trouble {
    fn from(error: platform::KeyFileError) -> Self {
        Self(error.to_string())
    }
}
