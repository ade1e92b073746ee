//! What a class is, and the rules of planning one.

use crate::{ClassId, CourseId, CourseVersionId, TermId};
use db::text_enum;
use kernel::{Date, Instant, OrgId, PersonId, Time};
use orgs::RoomId;

text_enum! {
    /// Where a class stands: planned → published → running → closed, or cancelled.
    pub enum ClassStatus {
        /// Seen by staff only.
        Planned => "planned",
        /// Seen by everybody; people enrol in its window.
        Published => "published",
        /// Its first session is over or near; still seen by everybody.
        Running => "running",
        /// Over.
        Closed => "closed",
        /// Will not be held, with a reason.
        Cancelled => "cancelled",
    }
}

impl ClassStatus {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Planned => "计划中",
            Self::Published => "已发布",
            Self::Running => "上课中",
            Self::Closed => "已结束",
            Self::Cancelled => "已停办",
        }
    }
}

text_enum! {
    /// How people take part.
    pub enum Mode {
        /// In the room.
        OnSite => "on_site",
        /// From home.
        Online => "online",
        /// Both ways.
        Hybrid => "hybrid",
    }
}

impl Mode {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::OnSite => "线下",
            Self::Online => "线上",
            Self::Hybrid => "线上线下都可以",
        }
    }
}

text_enum! {
    /// How much one should know before.
    pub enum Level {
        /// Nothing.
        Beginner => "beginner",
        /// A little.
        Basic => "basic",
        /// A good deal.
        Advanced => "advanced",
        /// Learners who study on their own.
        Study => "study",
    }
}

impl Level {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Beginner => "入门",
            Self::Basic => "基础",
            Self::Advanced => "提高",
            Self::Study => "研习",
        }
    }
}

text_enum! {
    /// What the body is asked for.
    pub enum Risk {
        /// Nothing special.
        None => "none",
        /// Strenuous: dance, sport, long walks.
        Strenuous => "strenuous",
    }
}

impl Risk {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "一般",
            Self::Strenuous => "体力活动较大",
        }
    }
}

db::record! {
    /// A class with all its columns.
    pub struct ClassRow {
        /// Its id.
        pub id: ClassId,
        /// The org that gives it.
        pub org_id: OrgId,
        /// The course.
        pub course_id: CourseId,
        /// The course version it is given from.
        pub course_version_id: CourseVersionId,
        /// The term.
        pub term_id: TermId,
        /// Name on the public list.
        pub name: String,
        /// Name in pinyin, for ordering.
        pub sort_key: String,
        /// Usual room.
        pub room_id: Option<RoomId>,
        /// Usual teacher.
        pub teacher_id: Option<PersonId>,
        /// How people take part.
        pub mode: Mode,
        /// How much one should know.
        pub level: Level,
        /// What the body is asked for.
        pub risk: Risk,
        /// Fee in fen.
        pub fee_fen: i64,
        /// Seats.
        pub capacity: i64,
        /// Learners below which it is not held.
        pub minimum: i64,
        /// Seats taken; kept by the seat desk.
        pub enrolled: i64,
        /// People waiting; kept by the seat desk.
        pub waitlisted: i64,
        /// Lowest age in years.
        pub age_min: Option<i64>,
        /// Highest age in years.
        pub age_max: Option<i64>,
        /// Who is meant by residence, in words.
        pub residence_note: String,
        /// From when people may enrol.
        pub enrollment_opens: Instant,
        /// Until when people may enrol.
        pub enrollment_closes: Instant,
        /// Usual day of the week, 1 = Monday … 7 = Sunday.
        pub weekday: i64,
        /// Usual time of day.
        pub starts: Time,
        /// Usual length in minutes.
        pub minutes: i64,
        /// Day of the first session.
        pub starts_on: Date,
        /// Day of the last session.
        pub ends_on: Date,
        /// Sessions that are not cancelled.
        pub session_count: i64,
        /// Least attendance for completion, in percent.
        pub pass_percent: i64,
        /// Where it stands.
        pub status: ClassStatus,
        /// Why it was cancelled, in words.
        pub status_note: String,
        /// When it was planned.
        pub created_at: Instant,
        /// Counts changes, so that two clerks do not overwrite each other.
        pub version: i64,
    }
}
