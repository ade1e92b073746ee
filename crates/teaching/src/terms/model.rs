//! What a term is, and the rules of its dates.

use crate::TermId;
use kernel::{Date, Instant, OrgId, TermName, Time};
use platform::{AppError, AppResult, FieldError};

db::record! {
    /// A term with all its columns.
    pub struct TermRow {
        /// Its id.
        pub id: TermId,
        /// The org that set it.
        pub org_id: OrgId,
        /// `2027 春季`.
        pub name: String,
        /// First day.
        pub starts_on: Date,
        /// Last day.
        pub ends_on: Date,
        /// From when people may enrol.
        pub enrollment_opens: Instant,
        /// Until when people may enrol.
        pub enrollment_closes: Instant,
        /// Most classes a learner may hold at once in this term.
        pub class_limit: i64,
        /// Counts changes.
        pub version: i64,
    }
}

/// A term as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermDraft {
    /// Year and season, read by [`TermName`].
    pub name: String,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// From when people may enrol.
    pub enrollment_opens: Instant,
    /// Until when people may enrol.
    pub enrollment_closes: Instant,
    /// Most classes a learner may hold at once in this term.
    pub class_limit: i64,
}

/// The end of a day in China: the first moment of the next.
#[must_use]
pub fn end_of(day: Date) -> Instant {
    Instant::of_china(day, Time::midnight()).plus_secs(24 * 60 * 60)
}

/// The last day of a window that closes at this moment; the other way round of [`end_of`].
#[must_use]
pub fn last_day_of(closes: Instant) -> Date {
    closes.plus_secs(-1).date()
}

/// Checks a typed term; gives its name in the usual writing.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(draft: &TermDraft) -> AppResult<TermDraft> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, sentence: String| {
        errors.push(FieldError {
            field: field.to_owned(),
            sentence,
        });
    };
    let name = match draft.name.parse::<TermName>() {
        Ok(name) => name.to_string(),
        Err(error) => {
            wrong("name", error.sentence());
            String::new()
        }
    };
    if draft.ends_on <= draft.starts_on {
        wrong("ends_on", "学期的最后一天要在第一天之后。".into());
    }
    if draft.enrollment_closes <= draft.enrollment_opens {
        wrong("enrollment_closes", "报名截止要在报名开始之后。".into());
    }
    if last_day_of(draft.enrollment_closes) > draft.ends_on {
        wrong("enrollment_closes", "报名截止不能晚于学期的最后一天。".into());
    }
    if !(1..=50).contains(&draft.class_limit) {
        wrong("class_limit", "每人最多报几个班，要在 1 到 50 之间。".into());
    }
    if errors.is_empty() {
        Ok(TermDraft { name, ..*draft })
    } else {
        Err(AppError::Invalid(errors))
    }
}
