//! The rules of transfers. No I/O.

use crate::EnrollmentStatus;
use db::text_enum;
use kernel::chinese_date::date_text;
use kernel::{Date, Fen};
use platform::AppError;
use teaching::ClassId;
use teaching::classes::{ClassRow, ClassStatus};

text_enum! {
    /// Where a wish stands.
    pub enum TransferStatus {
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

platform::api_words!(TransferStatus);

impl TransferStatus {
    /// On the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "等学校答复",
            Self::Approved => "已转",
            Self::Refused => "学校没有同意",
            Self::TakenBack => "已撤回",
        }
    }
}

/// What somebody leaves.
#[derive(Debug, Clone, Copy)]
pub struct Leaving<'a> {
    /// The class.
    pub class: &'a ClassRow,
    /// Where the enrolment stands.
    pub status: EnrollmentStatus,
    /// What is due or was paid, in fen.
    pub fen: i64,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There is no seat to change.
    NoSeat,
    /// The weeks are over.
    TooLate {
        /// The last day on which one could.
        last: Date,
    },
    /// The same class.
    Same,
    /// Another school or term.
    Elsewhere,
    /// The other class takes nobody.
    NotOpen,
    /// It costs more.
    CostsMore {
        /// The fee there, in fen.
        fee: i64,
    },
    /// It is full, or people wait for it.
    Full,
    /// They have a place there already.
    There,
    /// A wish is open already.
    Asked,
}

impl Why {
    /// As an error, with the way on.
    #[must_use]
    pub fn refused(self) -> AppError {
        let (code, sentence) = match self {
            Self::NoSeat => ("transfer_no_seat", "这个报名现在没有名额可以转。".into()),
            Self::TooLate { last } => (
                "transfer_too_late",
                format!(
                    "转班要在 {} 以前，现在不能转了。有特别的原因，请到学校说。",
                    date_text(last)
                ),
            ),
            Self::Same => ("transfer_same", "这就是现在的班，请选别的班。".into()),
            Self::Elsewhere => (
                "transfer_elsewhere",
                "只能转到同一个学校、同一个学期的班。请选别的班。".into(),
            ),
            Self::NotOpen => ("transfer_not_open", "那个班现在不收人，请选别的班。".into()),
            Self::CostsMore { fee } => (
                "transfer_costs_more",
                format!(
                    "那个班学费 {}，比现在的高，不能转。请选学费一样或便宜的班。",
                    Fen(fee)
                ),
            ),
            Self::Full => (
                "transfer_full",
                "那个班没有空名额，或者有人在候补，名额先给他们。请选别的班。".into(),
            ),
            Self::There => ("transfer_there", "那个班已经报过了，请选别的班。".into()),
            Self::Asked => (
                "transfer_asked",
                "已经申请了转班，请等学校答复，或先撤回。".into(),
            ),
        };
        AppError::refused(code, sentence)
    }
}

/// The last day on which one may leave a class for another.
#[must_use]
pub fn last_day(class: &ClassRow, weeks: i64) -> Date {
    let span = std::time::Duration::from_secs(weeks.unsigned_abs() * 7 * 86_400);
    class.starts_on.checked_add(span).unwrap_or(class.starts_on)
}

/// Whether somebody may leave a class for another at all.
///
/// # Errors
/// Why not.
pub fn may_leave(from: Leaving<'_>, weeks: i64, today: Date) -> Result<(), Why> {
    let stands = matches!(from.class.status, ClassStatus::Published | ClassStatus::Running);
    let seat = matches!(
        from.status,
        EnrollmentStatus::Reserved | EnrollmentStatus::Confirmed | EnrollmentStatus::Attending
    );
    let last = last_day(from.class, weeks);
    if !stands || !seat {
        Err(Why::NoSeat)
    } else if today > last {
        Err(Why::TooLate { last })
    } else {
        Ok(())
    }
}

/// Whether they may go to this class, of which they hold these.
///
/// # Errors
/// Why not.
pub fn may_go(from: Leaving<'_>, to: &ClassRow, held: &[ClassId]) -> Result<(), Why> {
    if from.class.id == to.id {
        Err(Why::Same)
    } else if from.class.org_id != to.org_id || from.class.term_id != to.term_id {
        Err(Why::Elsewhere)
    } else if !matches!(to.status, ClassStatus::Published | ClassStatus::Running) {
        Err(Why::NotOpen)
    } else if held.contains(&to.id) {
        Err(Why::There)
    } else if to.fee_fen > from.fen {
        Err(Why::CostsMore { fee: to.fee_fen })
    } else if to.waitlisted > 0 || to.enrolled >= to.capacity {
        Err(Why::Full)
    } else {
        Ok(())
    }
}
