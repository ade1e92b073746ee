//! What a mark is, which mark counts, and when one may mark.

use db::text_enum;
use kernel::{Date, Instant};

text_enum! {
    /// Whether a learner was there.
    pub enum Status {
        /// There.
        Present => "present",
        /// There, but late.
        Late => "late",
        /// There, but left before the end.
        LeftEarly => "left_early",
        /// Not there, with a leave.
        Excused => "excused",
        /// Not there.
        Absent => "absent",
    }
}

impl Status {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Present => "到",
            Self::Late => "迟到",
            Self::LeftEarly => "早退",
            Self::Excused => "请假",
            Self::Absent => "缺席",
        }
    }

    /// The status a word of a paper roll means: the words on screen and those that teachers write.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        match word.trim() {
            "到" | "到了" | "出勤" | "√" | "✓" | "1" => Some(Self::Present),
            "迟到" | "迟" => Some(Self::Late),
            "早退" => Some(Self::LeftEarly),
            "请假" | "假" | "事假" | "病假" => Some(Self::Excused),
            "缺席" | "缺" | "旷课" | "没来" | "×" | "0" => Some(Self::Absent),
            other => other.parse().ok(),
        }
    }
}

text_enum! {
    /// How a mark came about.
    pub enum Method {
        /// The teacher's roll call.
        Roll => "roll",
        /// The learner's own code, scanned by the teacher.
        LearnerCode => "learner_code",
        /// The code on the screen of the room, scanned or typed by the learner.
        ClassCode => "class_code",
        /// A granted leave.
        Leave => "leave",
        /// A roll on paper, typed in or loaded from a file.
        Import => "import",
        /// A correction after the day.
        Correction => "correction",
    }
}

impl Method {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Roll => "点名",
            Self::LearnerCode => "扫学习码",
            Self::ClassCode => "扫课堂码",
            Self::Leave => "请假",
            Self::Import => "纸质名单",
            Self::Correction => "更正",
        }
    }

    /// Whether a session with such a mark counts as held: somebody said who was there. A leave alone does not.
    #[must_use]
    pub const fn names_everybody(self) -> bool {
        !matches!(self, Self::Leave)
    }

    /// Which method counts when several speak: the highest.
    const fn rank(self) -> u8 {
        match self {
            Self::Correction => 3,
            Self::Roll | Self::Import => 2,
            Self::LearnerCode | Self::ClassCode => 1,
            Self::Leave => 0,
        }
    }
}

/// One statement about a learner at a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// What it says.
    pub status: Status,
    /// How it came about.
    pub method: Method,
    /// When it was made (not when it arrived).
    pub marked_at: Instant,
}

impl Mark {
    /// Of two marks the one with the greater key counts; equal moments are decided by status, so that no order remains.
    fn key(&self) -> (u8, i64, std::cmp::Reverse<Status>, Method) {
        let millis = self.marked_at.millis();
        let time = match self.method.rank() {
            1 => -millis,
            _ => millis,
        };
        (
            self.method.rank(),
            time,
            std::cmp::Reverse(self.status),
            self.method,
        )
    }
}

/// The truth that follows from all marks of a learner at a session; `None` without a mark.
#[must_use]
pub fn truth(marks: &[Mark]) -> Option<Mark> {
    let strongest = *marks.iter().max_by_key(|mark| mark.key())?;
    let leave = marks
        .iter()
        .filter(|mark| mark.method == Method::Leave)
        .max_by_key(|mark| mark.key());
    match leave {
        Some(leave) if strongest.status == Status::Absent && strongest.method != Method::Correction => {
            Some(*leave)
        }
        _ => Some(strongest),
    }
}

/// Minutes before the start at which check-in by code opens.
pub const OPENS_BEFORE_MINUTES: i64 = 30;
/// Minutes after the start until which check-in by code counts as in time.
pub const IN_TIME_MINUTES: i64 = 20;
/// Days for which a mark made on the day of the session may arrive late.
pub const LATE_ARRIVAL_DAYS: i64 = 3;

/// What a check-in by code gives at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckIn {
    /// Not open yet; opens then.
    TooEarly(Instant),
    /// Counts as this.
    Counts(Status),
    /// The session is over.
    Over,
}

/// The check-in window of a session.
#[must_use]
pub fn check_in(start: Instant, minutes: i64, now: Instant) -> CheckIn {
    let opens = start.plus_secs(-OPENS_BEFORE_MINUTES * 60);
    if now < opens {
        CheckIn::TooEarly(opens)
    } else if now <= start.plus_secs(IN_TIME_MINUTES * 60) {
        CheckIn::Counts(Status::Present)
    } else if now <= start.plus_secs(minutes * 60) {
        CheckIn::Counts(Status::Late)
    } else {
        CheckIn::Over
    }
}

/// Whether a roll mark may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollTime {
    /// The day of the session has not come.
    NotYet,
    /// Counts, as made at this moment.
    Open(Instant),
    /// Only by correction.
    Past,
}

/// When a roll mark of a session on `day` counts: made at `marked_at` (by the phone's clock, if it says so), arriving `now`.
#[must_use]
pub fn roll_time(day: Date, marked_at: Option<Instant>, now: Instant) -> RollTime {
    let today = now.date();
    if today < day {
        return RollTime::NotYet;
    }
    let made = marked_at.unwrap_or(now).min(now);
    if made.date() == day {
        let since = today
            .since(day)
            .map_or(i64::MAX, |span| i64::from(span.get_days()));
        return if since <= LATE_ARRIVAL_DAYS {
            RollTime::Open(made)
        } else {
            RollTime::Past
        };
    }
    // A phone with a wrong clock: on the day itself the server's time is as good.
    if today == day {
        RollTime::Open(now)
    } else {
        RollTime::Past
    }
}

/// [`roll_time`] of marks that came together. Those whose time the server does not take, because the phone's clock is
/// ahead or on another day, keep the order in which they were made: a millisecond lies between each and the next.
#[must_use]
pub fn roll_times(day: Date, made: &[Option<Instant>], now: Instant) -> Vec<RollTime> {
    let mut times: Vec<RollTime> = made.iter().map(|at| roll_time(day, *at, now)).collect();
    let mut moved: Vec<(Instant, usize)> = made
        .iter()
        .zip(&times)
        .enumerate()
        .filter_map(|(place, (made, time))| {
            let made = (*made)?;
            (matches!(time, RollTime::Open(at) if *at != made)).then_some((made, place))
        })
        .collect();
    moved.sort_unstable();
    for (before, (_, place)) in (0_i64..).zip(moved.into_iter().rev()) {
        if let Some(RollTime::Open(at)) = times.get_mut(place) {
            *at = Instant::from_millis(at.millis() - before);
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use Method as M;
    use Status as S;
    use proptest::prelude::*;

    fn at(minute: i64) -> Instant {
        Instant::from_millis(1_790_000_000_000 + minute * 60_000)
    }

    fn mark(status: Status, method: Method, minute: i64) -> Mark {
        Mark {
            status,
            method,
            marked_at: at(minute),
        }
    }

    #[test]
    fn which_mark_counts() {
        type Case<'a> = (&'a str, &'a [Mark], Option<(Status, Method)>);
        let cases: &[Case<'_>] = &[
            ("nothing", &[], None),
            (
                "one",
                &[mark(S::Present, M::Roll, 0)],
                Some((S::Present, M::Roll)),
            ),
            (
                "a later roll mark wins over an earlier",
                &[mark(S::Absent, M::Roll, 0), mark(S::Late, M::Roll, 9)],
                Some((S::Late, M::Roll)),
            ),
            (
                "a code never overrides a roll mark",
                &[mark(S::Absent, M::Roll, 0), mark(S::Present, M::ClassCode, 9)],
                Some((S::Absent, M::Roll)),
            ),
            (
                "the first check-in counts",
                &[
                    mark(S::Present, M::ClassCode, 0),
                    mark(S::Late, M::LearnerCode, 30),
                ],
                Some((S::Present, M::ClassCode)),
            ),
            (
                "who comes in spite of a leave is there",
                &[mark(S::Excused, M::Leave, 0), mark(S::Present, M::ClassCode, 9)],
                Some((S::Present, M::ClassCode)),
            ),
            (
                "an absence with a leave is excused, whichever came first",
                &[mark(S::Absent, M::Roll, 9), mark(S::Excused, M::Leave, 0)],
                Some((S::Excused, M::Leave)),
            ),
            (
                "a correction stands above all",
                &[
                    mark(S::Absent, M::Correction, 1),
                    mark(S::Present, M::Roll, 9),
                    mark(S::Excused, M::Leave, 0),
                ],
                Some((S::Absent, M::Correction)),
            ),
            (
                "paper is a roll",
                &[mark(S::Present, M::Import, 9), mark(S::Absent, M::Roll, 1)],
                Some((S::Present, M::Import)),
            ),
        ];
        for (name, marks, want) in cases {
            let got = truth(marks).map(|mark| (mark.status, mark.method));
            assert_eq!(got, *want, "{name}");
        }
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(
            drawn in prop::collection::vec((0_usize..5, 0_usize..6, 0_i64..5), 0..8),
            keys in prop::collection::vec(any::<u32>(), 8)
        ) {
            let marks: Vec<Mark> = drawn.iter().map(|&(s, m, minute)| mark(Status::ALL[s], Method::ALL[m], minute)).collect();
            let mut other: Vec<(u32, Mark)> = keys.into_iter().zip(marks.clone()).collect();
            other.sort_by_key(|(key, _)| *key);
            let other: Vec<Mark> = other.into_iter().map(|(_, mark)| mark).collect();
            prop_assert_eq!(truth(&marks), truth(&other));
            // Sent twice is sent once.
            let twice: Vec<Mark> = marks.iter().chain(&other).copied().collect();
            prop_assert_eq!(truth(&twice), truth(&marks));
        }
    }

    #[test]
    fn the_check_in_window() {
        for (minute, want) in [
            (-31, CheckIn::TooEarly(at(-30))),
            (-30, CheckIn::Counts(S::Present)),
            (0, CheckIn::Counts(S::Present)),
            (20, CheckIn::Counts(S::Present)),
            (21, CheckIn::Counts(S::Late)),
            (90, CheckIn::Counts(S::Late)),
            (91, CheckIn::Over),
        ] {
            assert_eq!(check_in(at(0), 90, at(minute)), want, "{minute}");
        }
    }

    #[test]
    fn when_the_roll_is_open() {
        let moment = |text: &str| text.parse::<Instant>().unwrap();
        let day: Date = "2026-11-22".parse().unwrap();
        let made = "2026-11-22T02:00:00Z";
        for (marked_at, now, want) in [
            (None, "2026-11-21T15:59:00Z", RollTime::NotYet),
            (
                None,
                "2026-11-21T16:00:00Z",
                RollTime::Open(moment("2026-11-21T16:00:00Z")),
            ),
            (Some(made), "2026-11-22T03:00:00Z", RollTime::Open(moment(made))),
            // From the future: the server's time.
            (
                Some(made),
                "2026-11-22T01:00:00Z",
                RollTime::Open(moment("2026-11-22T01:00:00Z")),
            ),
            // A phone whose clock is a year behind, on the day.
            (Some("2025-11-22T02:00:00Z"), made, RollTime::Open(moment(made))),
            (Some(made), "2026-11-25T03:00:00Z", RollTime::Open(moment(made))),
            (Some(made), "2026-11-26T03:00:00Z", RollTime::Past),
            (None, "2026-11-23T03:00:00Z", RollTime::Past),
            (
                Some("2026-11-23T02:00:00Z"),
                "2026-11-23T03:00:00Z",
                RollTime::Past,
            ),
        ] {
            let got = roll_time(day, marked_at.map(moment), moment(now));
            assert_eq!(got, want, "{marked_at:?} {now}");
        }
    }

    #[test]
    fn marks_of_a_phone_that_is_ahead_keep_their_order() {
        let day: Date = "2026-11-22".parse().unwrap();
        let now: Instant = "2026-11-22T02:00:00Z".parse().unwrap();
        let ahead = |secs: i64| Some(now.plus_secs(secs));
        let made = [ahead(30), ahead(31), ahead(29), ahead(-60), None];
        let back = |millis: i64| RollTime::Open(Instant::from_millis(now.millis() - millis));
        let want = [back(1), back(0), back(2), back(60_000), back(0)];
        assert_eq!(roll_times(day, &made, now), want);
    }

    #[test]
    fn words_of_paper() {
        for (word, want) in [
            ("到", Some(S::Present)),
            (" √ ", Some(S::Present)),
            ("late", Some(S::Late)),
            ("病假", Some(S::Excused)),
            ("旷课", Some(S::Absent)),
            ("", None),
            ("也许", None),
        ] {
            assert_eq!(Status::of_word(word), want, "{word}");
        }
        for status in Status::ALL {
            assert_eq!(Status::of_word(status.label()), Some(*status));
        }
    }
}
