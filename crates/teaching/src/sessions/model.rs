//! What a session is, and the rules of changing one.

use crate::{ClassId, SessionId};
use db::text_enum;
use kernel::{Date, OrgId, PersonId, Time};
use orgs::RoomId;

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
