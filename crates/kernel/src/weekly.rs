//! From a weekly pattern to the dates of a class's sessions, around public holidays.

use crate::calendar::{Calendar, DayKind};
use crate::chinese_date::{day_text, minute_of_day, short_weekday_text};
use crate::time::{Date, Time, Weekday};
use std::collections::BTreeSet;

/// Most sessions that one pattern may make.
pub const MOST_SESSIONS: usize = 400;
/// Days looked at before giving up: 400 weeks and as many skipped ones.
const MOST_DAYS: usize = 800 * 7;
const DAY_MINUTES: u32 = 24 * 60;

/// One meeting in the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot {
    /// The day of the week.
    pub weekday: Weekday,
    /// When it starts, time in China.
    pub start: Time,
    /// How long it lasts, in minutes.
    pub minutes: u16,
}

/// Where a pattern ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Until {
    /// After so many sessions that are held; a skipped day moves the end.
    Count(u16),
    /// On this day, itself included; a skipped day is lost.
    Date(Date),
}

/// What to do with public holidays and make-up workdays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum HolidayRule {
    /// No session on a public holiday, nor on a weekend day on which people work (调休).
    #[default]
    SkipBoth,
    /// No session on a public holiday; weekend classes meet on make-up workdays too.
    UseMakeUpWorkdays,
    /// Sessions on every day of the pattern.
    HoldAll,
}

/// The weekly meetings of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeeklyPattern {
    /// The meetings in a week, in any order.
    pub slots: Vec<Slot>,
    /// The first day on which a session may be.
    pub from: Date,
    /// Where it ends.
    pub until: Until,
}

/// One session as planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlannedSession {
    /// The day.
    pub date: Date,
    /// When it starts, time in China.
    pub start: Time,
    /// How long it lasts, in minutes.
    pub minutes: u16,
}

/// Why a day of the pattern has no session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// A public holiday, with its name.
    Holiday(String),
    /// A weekend day on which people work, with the holiday it makes up for.
    MakeUpWorkday(String),
}

impl SkipReason {
    /// The reason on screen.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Holiday(name) => format!("{name}放假"),
            Self::MakeUpWorkday(name) => format!("{name}调休上班"),
        }
    }
}

/// What the planner has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanWarning {
    /// Sessions lie in a year whose holidays are not published.
    YearNotPublished(i16),
    /// The pattern asks for more sessions than are allowed; the rest is cut off.
    CutOff,
    /// No session came out at all.
    NoSessions,
    /// Two meetings of one weekday overlap.
    SlotsOverlap(Weekday),
    /// A meeting lasts no time, or runs past midnight.
    BadLength(Weekday),
}

impl PlanWarning {
    /// What is wrong and what to do, in Chinese.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::YearNotPublished(year) => {
                format!("{year} 年的放假安排还没有公布，这一年的课次没有避开节假日。公布后请再排一次。")
            }
            Self::CutOff => format!("一次最多排 {MOST_SESSIONS} 次课，后面的没有排。请缩短日期或减少次数。"),
            Self::NoSessions => "这样排不出一次课。请检查上课时间、开始日期和结束日期。".to_owned(),
            Self::SlotsOverlap(day) => {
                format!("{}有两段上课时间重叠。请改开其中一段。", short_weekday_text(*day))
            }
            Self::BadLength(day) => {
                format!(
                    "{}的上课时长不对：要多于 0 分钟，并且在当天 24:00 前结束。请修改。",
                    short_weekday_text(*day)
                )
            }
        }
    }
}

/// The result of planning: what is held, what is skipped and why, and what to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Planned {
    /// The sessions, earliest first, at most 400.
    pub sessions: Vec<PlannedSession>,
    /// The days of the pattern without a session, earliest first, with the reason.
    pub skipped: Vec<(Date, SkipReason)>,
    /// What the planner has to look at.
    pub warnings: Vec<PlanWarning>,
}

impl Planned {
    /// The skipped days in one line for the page: `10月1日（星期四）国庆节放假`, joined by `；`.
    #[must_use]
    pub fn skipped_text(&self) -> String {
        let days: Vec<String> = self
            .skipped
            .iter()
            .map(|(day, why)| format!("{}{}", day_text(*day), why.text()))
            .collect();
        days.join("；")
    }
}

impl WeeklyPattern {
    /// Plans the sessions; never fails, but says in `warnings` what the planner has to look at.
    #[must_use]
    pub fn sessions(&self, calendar: &Calendar, rule: HolidayRule) -> Planned {
        let mut planned = Planned {
            warnings: self.slot_warnings(),
            ..Planned::default()
        };
        let mut slots = self.slots.clone();
        slots.sort_by_key(|slot| slot.start);
        slots.dedup();
        let mut unpublished = BTreeSet::new();
        let days = std::iter::successors(Some(self.from), |day| day.tomorrow().ok());
        for (number, day) in days.enumerate() {
            let mut todays = slots
                .iter()
                .filter(|slot| slot.weekday == day.weekday())
                .peekable();
            if slots.is_empty() || self.is_over(day, planned.sessions.len()) {
                break;
            }
            if number >= MOST_DAYS {
                planned.warnings.push(PlanWarning::CutOff);
                break;
            }
            if todays.peek().is_none() {
                continue;
            }
            let kind = calendar.day_kind(day);
            if let Some(reason) = skip_reason(kind, rule) {
                planned.skipped.push((day, reason));
                continue;
            }
            if !calendar.is_published(day.year()) && rule != HolidayRule::HoldAll {
                unpublished.insert(day.year());
            }
            for slot in todays {
                if self.is_over(day, planned.sessions.len()) {
                    break;
                }
                planned.sessions.push(PlannedSession {
                    date: day,
                    start: slot.start,
                    minutes: slot.minutes,
                });
            }
            if planned.sessions.len() > MOST_SESSIONS {
                planned.sessions.truncate(MOST_SESSIONS);
                planned.warnings.push(PlanWarning::CutOff);
                break;
            }
        }
        if planned.sessions.is_empty() {
            planned.warnings.push(PlanWarning::NoSessions);
        }
        planned
            .warnings
            .extend(unpublished.into_iter().map(PlanWarning::YearNotPublished));
        planned
    }

    fn is_over(&self, day: Date, held: usize) -> bool {
        match self.until {
            Until::Count(count) => held >= usize::from(count),
            Until::Date(last) => day > last,
        }
    }

    fn slot_warnings(&self) -> Vec<PlanWarning> {
        let mut warnings = Vec::new();
        for (number, slot) in self.slots.iter().enumerate() {
            if slot.minutes == 0 || minute_of_day(slot.start) + u32::from(slot.minutes) > DAY_MINUTES {
                warnings.push(PlanWarning::BadLength(slot.weekday));
            }
            let clash = self.slots.iter().skip(number + 1).any(|other| {
                other.weekday == slot.weekday
                    && overlaps(slot.start, slot.minutes, other.start, other.minutes, 0)
            });
            if clash {
                warnings.push(PlanWarning::SlotsOverlap(slot.weekday));
            }
        }
        warnings
    }
}

fn skip_reason(kind: DayKind<'_>, rule: HolidayRule) -> Option<SkipReason> {
    match (kind, rule) {
        (_, HolidayRule::HoldAll) | (DayKind::MakeUpWorkday(_), HolidayRule::UseMakeUpWorkdays) => None,
        (DayKind::Holiday(name), _) => Some(SkipReason::Holiday(name.to_owned())),
        (DayKind::MakeUpWorkday(name), _) => Some(SkipReason::MakeUpWorkday(name.to_owned())),
        _ => None,
    }
}

/// Whether two meetings of one day clash: they share time, or lie closer than `gap_minutes` (for the way between).
///
/// Meetings that touch do not clash without a gap; a meeting of no length clashes with nothing.
#[must_use]
pub fn overlaps(a_start: Time, a_minutes: u16, b_start: Time, b_minutes: u16, gap_minutes: u16) -> bool {
    if a_minutes == 0 || b_minutes == 0 {
        return false;
    }
    let (a, b, gap) = (
        minute_of_day(a_start),
        minute_of_day(b_start),
        u32::from(gap_minutes),
    );
    a < b + u32::from(b_minutes) + gap && b < a + u32::from(a_minutes) + gap
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::tests::autumn_2026;
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    fn slot(weekday: Weekday, hour: i8) -> Slot {
        Slot {
            weekday,
            start: time(hour, 0, 0, 0),
            minutes: 90,
        }
    }

    fn pattern(slots: &[Slot], from: Date, until: Until) -> WeeklyPattern {
        WeeklyPattern {
            slots: slots.to_vec(),
            from,
            until,
        }
    }

    fn dates(planned: &Planned) -> Vec<String> {
        planned
            .sessions
            .iter()
            .map(|session| session.date.to_string())
            .collect()
    }

    #[test]
    fn a_count_moves_past_holidays() {
        let plan = pattern(&[slot(Weekday::Thursday, 9)], date(2026, 9, 15), Until::Count(4));
        let planned = plan.sessions(&autumn_2026(), HolidayRule::SkipBoth);
        assert_eq!(
            dates(&planned),
            ["2026-09-17", "2026-09-24", "2026-10-08", "2026-10-15"]
        );
        assert_eq!(
            planned.skipped,
            [(date(2026, 10, 1), SkipReason::Holiday("国庆节".to_owned()))]
        );
        assert_eq!(planned.skipped_text(), "10月1日（星期四）国庆节放假");
        assert_eq!(planned.warnings, []);
        let all = plan.sessions(&autumn_2026(), HolidayRule::HoldAll);
        assert_eq!(
            dates(&all),
            ["2026-09-17", "2026-09-24", "2026-10-01", "2026-10-08"]
        );
    }

    #[test]
    fn an_end_date_loses_the_skipped_day() {
        let plan = pattern(
            &[slot(Weekday::Thursday, 9)],
            date(2026, 9, 17),
            Until::Date(date(2026, 10, 8)),
        );
        let planned = plan.sessions(&autumn_2026(), HolidayRule::SkipBoth);
        assert_eq!(dates(&planned), ["2026-09-17", "2026-09-24", "2026-10-08"]);
    }

    #[test]
    fn make_up_workdays_are_used_only_when_asked() {
        let plan = pattern(&[slot(Weekday::Saturday, 9)], date(2026, 10, 8), Until::Count(2));
        let planned = plan.sessions(&autumn_2026(), HolidayRule::default());
        assert_eq!(dates(&planned), ["2026-10-17", "2026-10-24"]);
        assert_eq!(planned.skipped_text(), "10月10日（星期六）国庆节调休上班");
        let used = plan.sessions(&autumn_2026(), HolidayRule::UseMakeUpWorkdays);
        assert_eq!(dates(&used), ["2026-10-10", "2026-10-17"]);
    }

    #[test]
    fn several_slots_come_in_order_of_time() {
        let slots = [
            slot(Weekday::Thursday, 14),
            slot(Weekday::Tuesday, 9),
            slot(Weekday::Thursday, 9),
        ];
        let planned = pattern(&slots, date(2026, 11, 3), Until::Count(5))
            .sessions(&autumn_2026(), HolidayRule::SkipBoth);
        let texts: Vec<String> = planned
            .sessions
            .iter()
            .map(|s| format!("{} {}", s.date, s.start.hour()))
            .collect();
        assert_eq!(
            texts,
            [
                "2026-11-03 9",
                "2026-11-05 9",
                "2026-11-05 14",
                "2026-11-10 9",
                "2026-11-12 9"
            ]
        );
    }

    #[test]
    fn a_year_not_published_is_a_warning() {
        let plan = pattern(&[slot(Weekday::Friday, 9)], date(2026, 12, 25), Until::Count(3));
        let planned = plan.sessions(&autumn_2026(), HolidayRule::SkipBoth);
        assert_eq!(dates(&planned), ["2026-12-25", "2027-01-01", "2027-01-08"]);
        assert_eq!(planned.warnings, [PlanWarning::YearNotPublished(2027)]);
        assert!(
            planned.warnings[0]
                .sentence()
                .starts_with("2027 年的放假安排还没有公布")
        );
    }

    #[test]
    fn a_plan_is_bounded() {
        let every_day = [
            slot(Weekday::Monday, 9),
            slot(Weekday::Tuesday, 9),
            slot(Weekday::Wednesday, 9),
            slot(Weekday::Thursday, 9),
            slot(Weekday::Friday, 9),
        ];
        for (slots, until, count, cut) in [
            (&every_day[..], Until::Count(400), 400, false),
            (&every_day[..], Until::Count(401), 400, true),
            (&every_day[..], Until::Date(Date::MAX), 400, true),
            (&every_day[..1], Until::Count(400), 400, false),
        ] {
            let planned =
                pattern(slots, date(2026, 11, 2), until).sessions(&autumn_2026(), HolidayRule::SkipBoth);
            assert_eq!(planned.sessions.len(), count);
            assert_eq!(planned.warnings.contains(&PlanWarning::CutOff), cut, "{until:?}");
        }
        let at_the_end =
            pattern(&every_day, Date::MAX, Until::Count(9)).sessions(&autumn_2026(), HolidayRule::SkipBoth);
        assert_eq!(at_the_end.sessions.len(), 1);
    }

    #[test]
    fn patterns_that_make_no_sense_are_told() {
        let from = date(2026, 11, 2);
        let late = Slot {
            weekday: Weekday::Friday,
            start: time(23, 0, 0, 0),
            minutes: 61,
        };
        let empty = Slot {
            minutes: 0,
            ..slot(Weekday::Friday, 9)
        };
        let twice = [slot(Weekday::Friday, 9), slot(Weekday::Friday, 10)];
        for (slots, until, warning) in [
            (&[][..], Until::Count(5), PlanWarning::NoSessions),
            (&twice[..1], Until::Count(0), PlanWarning::NoSessions),
            (
                &twice[..1],
                Until::Date(date(2026, 11, 1)),
                PlanWarning::NoSessions,
            ),
            (
                &twice[..],
                Until::Count(5),
                PlanWarning::SlotsOverlap(Weekday::Friday),
            ),
            (
                &[late][..],
                Until::Count(5),
                PlanWarning::BadLength(Weekday::Friday),
            ),
            (
                &[empty][..],
                Until::Count(5),
                PlanWarning::BadLength(Weekday::Friday),
            ),
        ] {
            let planned = pattern(slots, from, until).sessions(&autumn_2026(), HolidayRule::SkipBoth);
            assert_eq!(planned.warnings, [warning]);
            assert!(planned.warnings[0].sentence().contains("请"));
        }
    }

    #[test]
    fn clashes() {
        for (a, a_minutes, b, b_minutes, gap, clash) in [
            ((9, 0), 90, (10, 0), 90, 0, true),
            ((9, 0), 90, (10, 30), 90, 0, false),
            ((9, 0), 90, (10, 30), 90, 1, true),
            ((9, 0), 90, (10, 50), 90, 20, false),
            ((9, 0), 90, (10, 50), 90, 21, true),
            ((9, 0), 180, (10, 0), 30, 0, true),
            ((9, 0), 90, (9, 0), 90, 0, true),
            ((9, 0), 90, (9, 30), 0, 0, false),
        ] {
            let (a, b) = (time(a.0, a.1, 0, 0), time(b.0, b.1, 0, 0));
            assert_eq!(overlaps(a, a_minutes, b, b_minutes, gap), clash, "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn a_clash_is_mutual_and_a_gap_only_adds(a in 0..24_i8, a_m in 0..300_u16, b in 0..24_i8, b_m in 0..300_u16, gap in 0..60_u16) {
            let (a, b) = (time(a, 0, 0, 0), time(b, 0, 0, 0));
            prop_assert_eq!(overlaps(a, a_m, b, b_m, gap), overlaps(b, b_m, a, a_m, gap));
            prop_assert!(!overlaps(a, a_m, b, b_m, 0) || overlaps(a, a_m, b, b_m, gap));
        }

        #[test]
        fn sessions_are_in_order_and_never_on_a_holiday(day in 1..30_i8, hours in proptest::collection::vec((0..7_i8, 8..20_i8), 1..5), count in 1..60_u16) {
            let slots: Vec<Slot> = hours
                .iter()
                .map(|(weekday, hour)| slot(Weekday::from_monday_zero_offset(*weekday).unwrap(), *hour))
                .collect();
            let calendar = autumn_2026();
            let planned = pattern(&slots, date(2026, 9, day), Until::Count(count)).sessions(&calendar, HolidayRule::SkipBoth);
            prop_assert_eq!(planned.sessions.len(), usize::from(count));
            prop_assert!(planned.sessions.is_sorted());
            for session in &planned.sessions {
                prop_assert!(!matches!(calendar.day_kind(session.date), DayKind::Holiday(_) | DayKind::MakeUpWorkday(_)));
            }
        }
    }
}
