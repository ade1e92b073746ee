//! The rules of pauses. No I/O.

use crate::{EnrollmentId, EnrollmentStatus};
use db::text_enum;
use kernel::chinese_date::date_text;
use kernel::{Date, PersonId};
use platform::AppError;
use teaching::classes::{ClassRow, ClassStatus};

text_enum! {
    /// Where a wish to pause stands.
    pub enum SuspensionStatus {
        /// Waits for the school.
        Open => "open",
        /// Done.
        Approved => "approved",
        /// The school said no.
        Refused => "refused",
        /// Taken back.
        TakenBack => "taken_back",
    }
}

platform::api_words!(SuspensionStatus);

impl SuspensionStatus {
    /// On the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "等学校答复",
            Self::Approved => "学校同意了",
            Self::Refused => "学校没有同意",
            Self::TakenBack => "已撤回",
        }
    }
}

/// What the seat desk has to write of a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// It began, as a clerk decided.
    Began {
        /// Which enrolment.
        enrollment: EnrollmentId,
        /// Whether the seat is kept.
        keeps_seat: bool,
        /// Who decided.
        by: Option<PersonId>,
    },
    /// They are back in their seat.
    Resumed(EnrollmentId),
    /// They are back in another seat.
    GoesOn {
        /// Which enrolment.
        enrollment: EnrollmentId,
        /// The enrolment that continues it.
        seat: EnrollmentId,
    },
    /// They do not come back.
    Over(EnrollmentId),
}

/// Who wants to pause.
#[derive(Debug, Clone, Copy)]
pub struct Wanting<'a> {
    /// The class.
    pub class: &'a ClassRow,
    /// Where the enrolment stands.
    pub status: EnrollmentStatus,
    /// Whether it has been paused before.
    pub before: bool,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There is no seat of one's own to pause from.
    NoSeat,
    /// The weeks are over.
    TooLate {
        /// The last day on which one could.
        last: Date,
    },
    /// Once for an enrolment.
    Before,
    /// A wish is open already.
    Asked,
    /// They pause no more, or the wish was decided.
    Over,
    /// That class cannot be returned to.
    NotThere,
}

impl Why {
    /// As an error, with the way on.
    #[must_use]
    pub fn refused(self) -> AppError {
        let (code, sentence) = match self {
            Self::NoSeat => (
                "suspension_no_seat",
                "已经报上、还没结束的班才能休学。这个报名现在不能。".into(),
            ),
            Self::TooLate { last } => (
                "suspension_too_late",
                format!(
                    "休学要在 {} 以前申请，现在不能了。来不了，可以取消报名；因病有证明，请到学校说。",
                    date_text(last)
                ),
            ),
            Self::Before => (
                "suspension_before",
                "一个班只能休学一次。来不了，可以取消报名，或到学校说。".into(),
            ),
            Self::Asked => (
                "suspension_asked",
                "已经申请了休学，请等学校答复，或先撤回。".into(),
            ),
            Self::Over => (
                "suspension_over",
                "这件事已经办过了。请刷新，看看现在的情况。".into(),
            ),
            Self::NotThere => (
                "return_not_there",
                "不能复学到那个班：已经报过那个班，或者它的学费比留着的学费高。请选别的班，或到学校说。"
                    .into(),
            ),
        };
        AppError::refused(code, sentence)
    }
}

/// Whether somebody may ask for a pause.
///
/// # Errors
/// Why not.
pub fn may_ask(who: Wanting<'_>, weeks: i64, today: Date) -> Result<(), Why> {
    let stands = matches!(who.class.status, ClassStatus::Published | ClassStatus::Running);
    let seat = matches!(
        who.status,
        EnrollmentStatus::Confirmed | EnrollmentStatus::Attending
    );
    let last = crate::transfers::model::last_day(who.class, weeks);
    if !stands || !seat {
        Err(Why::NoSeat)
    } else if who.before {
        Err(Why::Before)
    } else if today > last {
        Err(Why::TooLate { last })
    } else {
        Ok(())
    }
}
