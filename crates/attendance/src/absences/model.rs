//! When somebody is called and when it is proposed to give the place to somebody else. No I/O.

use crate::marks::Status;
use db::text_enum;
use enrollment::school_rules::SchoolRules;
use kernel::{Date, bounded};
use platform::{AppError, AppResult};

text_enum! {
    /// How far a case of absence is.
    pub enum State {
        /// The teacher and the monitor are told.
        Alerted => "alerted",
        /// It is proposed to give up the place.
        Proposed => "proposed",
        /// The place is kept until a day.
        Kept => "kept",
        /// The place was given up.
        Withdrawn => "withdrawn",
        /// The learner came again, or has the seat no longer.
        Closed => "closed",
    }
}

impl State {
    /// The word on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Alerted => "已提醒老师",
            Self::Proposed => "等学校决定",
            Self::Kept => "保留名额",
            Self::Withdrawn => "已清退",
            Self::Closed => "不用再办",
        }
    }

    /// Whether somebody still has to do something.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Alerted | Self::Proposed)
    }
}

text_enum! {
    /// Who was called.
    pub enum Whom {
        /// The learner.
        Learner => "learner",
        /// Their emergency contact.
        Contact => "contact",
    }
}

platform::api_words!(State, Whom);

impl Whom {
    /// The word on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Learner => "学员本人",
            Self::Contact => "紧急联系人",
        }
    }
}

/// A learner's lessons in a class, as far as the rolls name them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Absences without leave since they were last there.
    pub in_row: i64,
    /// Absences without leave.
    pub missed: i64,
    /// Lessons held.
    pub held: i64,
}

/// Counts lessons, the earliest first.
#[must_use]
pub fn tally(lessons: impl IntoIterator<Item = Status>) -> Tally {
    let mut sum = Tally::default();
    for lesson in lessons {
        sum.held += 1;
        match lesson {
            Status::Absent => {
                sum.missed += 1;
                sum.in_row += 1;
            }
            Status::Excused => {}
            Status::Present | Status::Late | Status::LeftEarly => sum.in_row = 0,
        }
    }
    sum
}

/// What a tally comes to, if to anything. A part of the lessons says something only when as many lessons were held as make
/// a proposal in a row; and nobody who came the last time is proposed.
#[must_use]
pub const fn reached(rules: &SchoolRules, tally: Tally) -> Option<State> {
    let part = tally.held >= rules.absence_row && tally.missed * 100 >= tally.held * rules.absence_percent;
    match tally.in_row {
        0 => None,
        row if row >= rules.absence_row || part => Some(State::Proposed),
        row if row >= rules.absence_alert => Some(State::Alerted),
        _ => None,
    }
}

/// What is to be done with a case, if anything: a new state. A proposal does not go back to an alert.
#[must_use]
pub fn step(open: Option<State>, kept: bool, reached: Option<State>) -> Option<State> {
    match (open, reached) {
        (Some(_), None) => Some(State::Closed),
        (None, Some(_)) if kept => None,
        (None, found) => found,
        (Some(State::Alerted), Some(State::Proposed)) => Some(State::Proposed),
        (Some(_), Some(_)) => None,
    }
}

/// Most days for which a place is kept at once.
pub const MOST_KEPT_DAYS: i64 = 120;

/// A call, as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Who was called.
    pub whom: Whom,
    /// When.
    pub on: Date,
    /// What was said.
    pub said: String,
}

/// What a clerk decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The place is kept until this day.
    Keep(Date),
    /// The place is given up.
    Withdraw,
}

/// Checks a call and a decision on a case that was noted on a day.
///
/// # Errors
/// [`AppError::Invalid`] at the field that is wrong.
pub fn check(
    (call, decision, note): (&Call, Decision, &str),
    noted: Date,
    today: Date,
) -> AppResult<(Call, String)> {
    if call.on < noted || call.on > today {
        return Err(AppError::invalid(
            "called_on",
            format!("通话日期要在 {noted} 到 {today} 之间：提醒以后打的电话才算。"),
        ));
    }
    let said = bounded(&call.said, 2, 200, "电话里说的").map_err(|why| AppError::invalid("said", why))?;
    if let Decision::Keep(until) = decision {
        let days = i64::from((until - today).get_days());
        if !(1..=MOST_KEPT_DAYS).contains(&days) {
            return Err(AppError::invalid(
                "until",
                format!("保留到哪一天，要在明天到 {MOST_KEPT_DAYS} 天以内。"),
            ));
        }
    }
    let note = bounded(note, 2, 200, "原因").map_err(|why| AppError::invalid("note", why))?;
    Ok((Call { said, ..*call }, note))
}
