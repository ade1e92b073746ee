//! Who may try a lesson. No I/O.

use crate::rules::Rule;
use db::text_enum;

text_enum! {
    /// How far a trial is.
    pub enum TrialState {
        /// Booked.
        Booked => "booked",
        /// They came.
        Came => "came",
        /// They did not come.
        Missed => "missed",
        /// They enrolled afterwards.
        Joined => "joined",
        /// Given up.
        Cancelled => "cancelled",
    }
}

impl TrialState {
    /// The word on the screen; a key of the English catalogue.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Booked => "约好试听",
            Self::Came => "试听过",
            Self::Missed => "试听没有来",
            Self::Joined => "试听后报上了",
            Self::Cancelled => "试听已取消",
        }
    }
}

/// What the rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Whether the class is published or running.
    pub open: bool,
    /// Whether the session is still to come and takes place.
    pub ahead: bool,
    /// In which week of the class the session is, from 1.
    pub week: i64,
    /// Whether the person has a place in the class.
    pub enrolled: bool,
    /// Whether they are of age.
    pub of_age: bool,
    /// Whether a class of theirs meets then.
    pub clash: bool,
    /// Whether they try another lesson then.
    pub tries_another: bool,
    /// Lessons they have tried or booked in the term.
    pub tried: i64,
    /// Places left for guests.
    pub free: i64,
}

/// Why a lesson is not tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The school takes no guests.
    NotOffered,
    /// The class is not open.
    NotOpen,
    /// The session is over or cancelled.
    Over,
    /// It is not in the class's first weeks.
    TooLate(i64),
    /// They have a place already.
    Enrolled,
    /// They are not of age.
    Age,
    /// They have another class then.
    Clash,
    /// They try another lesson then.
    TriesAnother,
    /// They have tried as many as they may.
    Limit(i64),
    /// No place is left.
    Full,
}

impl Why {
    /// Stable name for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotOffered => "no_trials",
            Self::NotOpen => "closed",
            Self::Over => "session_over",
            Self::TooLate(_) => "trial_too_late",
            Self::Enrolled => "enrolled",
            Self::Age => "trial_age",
            Self::Clash | Self::TriesAnother => "time_clash",
            Self::Limit(_) => "too_many_trials",
            Self::Full => "trial_full",
        }
    }

    /// The sentence for the person.
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Self::NotOffered => "这所学校不开放试听。可以直接报名，来不了再取消。".into(),
            Self::NotOpen => "这个班现在不能试听。可以看看别的班。".into(),
            Self::Over => "这次课已经开始、上过或取消了，不能约试听。请选后面的一次课。".into(),
            Self::TooLate(weeks) => {
                format!("只有开课后的前 {weeks} 周可以试听。可以看看别的班。")
            }
            Self::Enrolled => "已经在这个班里了，不用约试听，直接来上课。".into(),
            Self::Age => "这个班有年龄要求，不能试听。可以看看没有年龄要求的班。".into(),
            Self::Clash => "这次课和已报的班时间冲突。请选别的一次课。".into(),
            Self::TriesAnother => "这次课和约好的另一次试听时间冲突。请选别的一次课，或先取消那一次。".into(),
            Self::Limit(limit) => {
                format!("一个学期最多试听 {limit} 次，已经约满了。想上哪个班，可以直接报名。")
            }
            Self::Full => "这次课的试听名额约满了。请选别的一次课，或直接报名。".into(),
        }
    }
}

/// Places for guests in a session: as many as the school says, and no more than seats are left beside learners.
#[must_use]
pub fn free(rule: &Rule, seats: i64, enrolled: i64, booked: i64) -> i64 {
    (rule.trial_seats - booked).min(seats - enrolled - booked).max(0)
}

/// Whether somebody may try a lesson. The order of the checks decides which reason a person hears.
///
/// # Errors
/// Why not.
pub fn may_book(rule: &Rule, case: &Case) -> Result<(), Why> {
    let checks = [
        (rule.trial_seats > 0, Why::NotOffered),
        (case.open, Why::NotOpen),
        (case.ahead, Why::Over),
        (case.week <= rule.trial_weeks, Why::TooLate(rule.trial_weeks)),
        (!case.enrolled, Why::Enrolled),
        (case.of_age, Why::Age),
        (!case.clash, Why::Clash),
        (!case.tries_another, Why::TriesAnother),
        (case.tried < rule.trial_limit, Why::Limit(rule.trial_limit)),
        (case.free > 0, Why::Full),
    ];
    match checks.into_iter().find(|(holds, _)| !holds) {
        Some((_, why)) => Err(why),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_case() {
        let usual = Case {
            open: true,
            ahead: true,
            week: 1,
            enrolled: false,
            of_age: true,
            clash: false,
            tries_another: false,
            tried: 0,
            free: 1,
        };
        let rule = Rule::default();
        assert_eq!(may_book(&rule, &usual), Ok(()));
        let last = Case {
            week: 2,
            tried: 1,
            ..usual
        };
        assert_eq!(may_book(&rule, &last), Ok(()));
        type Changed = (fn(&mut Case), Why);
        let cases: [Changed; 9] = [
            (|case| case.open = false, Why::NotOpen),
            (|case| case.ahead = false, Why::Over),
            (|case| case.week = 3, Why::TooLate(2)),
            (|case| case.enrolled = true, Why::Enrolled),
            (|case| case.of_age = false, Why::Age),
            (|case| case.clash = true, Why::Clash),
            (|case| case.tries_another = true, Why::TriesAnother),
            (|case| case.tried = 2, Why::Limit(2)),
            (|case| case.free = 0, Why::Full),
        ];
        for (change, why) in cases {
            let mut case = usual;
            change(&mut case);
            assert_eq!(may_book(&rule, &case), Err(why));
            assert!(why.sentence().ends_with('。'));
        }
        let none = Rule {
            trial_seats: 0,
            ..rule
        };
        assert_eq!(may_book(&none, &usual), Err(Why::NotOffered));
    }

    #[test]
    fn guests_never_take_more_than_the_room_has() {
        let rule = Rule::default();
        for (seats, enrolled, booked, left) in [
            (30, 20, 0, 3),
            (30, 20, 2, 1),
            (30, 20, 3, 0),
            (30, 29, 0, 1),
            (30, 29, 1, 0),
            (30, 30, 0, 0),
            (20, 30, 0, 0),
        ] {
            assert_eq!(
                free(&rule, seats, enrolled, booked),
                left,
                "{seats} {enrolled} {booked}"
            );
        }
    }

    #[test]
    fn every_state_and_reason_has_english() {
        let labels: Vec<&str> = TrialState::ALL.iter().map(|state| state.label()).collect();
        assert_eq!(ui::catalogue::missing_english(&labels), Vec::<String>::new());
        for why in [
            Why::NotOffered,
            Why::NotOpen,
            Why::Over,
            Why::TooLate(2),
            Why::Enrolled,
            Why::Age,
            Why::Clash,
            Why::TriesAnother,
            Why::Limit(2),
            Why::Full,
        ] {
            let chinese = why.sentence();
            assert_ne!(ui::catalogue::retell(ui::Lang::En, &chinese), chinese);
        }
    }
}
