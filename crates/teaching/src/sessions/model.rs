//! What a session is, and the rules of changing one.

use crate::{ClassId, SessionId};
use db::text_enum;
use kernel::{Date, OrgId, PersonId, Time, bounded};
use orgs::RoomId;
use platform::{AppError, AppResult, FieldError};

text_enum! {
    /// Where a session stands.
    pub enum SessionStatus {
        /// Will be held as planned.
        Planned => "planned",
        /// Was held.
        Held => "held",
        /// Is not held, with a reason.
        Cancelled => "cancelled",
        /// Will be held at another day, time or place than first planned.
        Moved => "moved",
    }
}

impl SessionStatus {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Planned => "照常",
            Self::Held => "已上课",
            Self::Cancelled => "停课",
            Self::Moved => "有调整",
        }
    }
}

db::record! {
    /// A session with all its columns.
    pub struct SessionRow {
        /// Its id.
        pub id: SessionId,
        /// The class.
        pub class_id: ClassId,
        /// The org of the class.
        pub org_id: OrgId,
        /// Its number in the class, from 1; make-up sessions are numbered on.
        pub number: i64,
        /// The day.
        pub day: Date,
        /// When it starts, time in China.
        pub starts: Time,
        /// How long it lasts, in minutes.
        pub minutes: i64,
        /// The room.
        pub room_id: Option<RoomId>,
        /// The teacher.
        pub teacher_id: Option<PersonId>,
        /// What it is about.
        pub topic: String,
        /// Where it stands.
        pub status: SessionStatus,
        /// Why it was moved or cancelled, in words.
        pub status_note: String,
        /// Counts changes.
        pub version: i64,
    }
}

impl SessionRow {
    /// The length for the kernel's words.
    #[must_use]
    pub fn length(&self) -> u16 {
        u16::try_from(self.minutes).unwrap_or(u16::MAX)
    }

    /// Day and time in words.
    #[must_use]
    pub fn when(&self) -> String {
        kernel::chinese_date::session_text(self.day, self.starts, self.length())
    }
}

/// A session as it shall be, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionChange {
    /// The day.
    pub day: Date,
    /// When it starts, time in China.
    pub starts: Time,
    /// How long it lasts, in minutes.
    pub minutes: i64,
    /// The room.
    pub room_id: Option<RoomId>,
    /// The teacher.
    pub teacher_id: Option<PersonId>,
    /// What it is about.
    pub topic: String,
    /// Why, in words; learners read it.
    pub reason: String,
}

/// Days from today to which a session can be moved at most.
const FURTHEST_DAYS: i64 = 366;

/// Checks a change and cleans its words. A session is not moved into the past, nor by years.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(change: &SessionChange, today: Date) -> AppResult<SessionChange> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, sentence: String| {
        errors.push(FieldError {
            field: field.to_owned(),
            sentence,
        });
    };
    let topic = bounded(&change.topic, 0, 60, "主题").unwrap_or_else(|sentence| {
        wrong("topic", sentence);
        String::new()
    });
    let reason = bounded(&change.reason, 2, 100, "原因").unwrap_or_else(|sentence| {
        wrong("reason", sentence);
        String::new()
    });
    if change.day < today {
        wrong("day", "日期已经过去了。请选今天或以后的一天。".into());
    } else if i64::from((change.day - today).get_days()) > FURTHEST_DAYS {
        wrong("day", format!("日期太远了。请选 {FURTHEST_DAYS} 天以内的一天。"));
    }
    let start = i64::from(kernel::chinese_date::minute_of_day(change.starts));
    if change.minutes < 1 || start + change.minutes > 24 * 60 {
        wrong("minutes", "时长要多于 0 分钟，并且在当天 24:00 前下课。".into());
    }
    if errors.is_empty() {
        Ok(SessionChange {
            topic,
            reason,
            ..*change
        })
    } else {
        Err(AppError::Invalid(errors))
    }
}
