//! Rules for declarations of staff. No I/O.

use crate::facts::Basis;
use kernel::{Date, bounded};
use platform::{AppError, AppResult, FieldError};

/// Most people of one kind at one organisation: more than any college has.
pub const MOST_STAFF: i64 = 10_000;
/// The first day that is taken.
const FIRST_DAY: Date = Date::constant(1949, 10, 1);

db::text_enum! {
    /// What staff do.
    pub enum StaffKind {
        /// Managers.
        Manager => "manager",
        /// Teachers.
        Teacher => "teacher",
        /// Social workers.
        SocialWorker => "social_worker",
        /// Everybody else who is paid for this work.
        Other => "other",
    }
}

impl StaffKind {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Manager => "管理人员",
            Self::Teacher => "教师",
            Self::SocialWorker => "社工",
            Self::Other => "其他人员",
        }
    }
}

/// How many of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// What they do.
    pub kind: StaffKind,
    /// Full-time.
    pub full_time: i64,
    /// Part-time.
    pub part_time: i64,
}

/// A declaration as a clerk typed it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The first day it holds.
    pub valid_from: Date,
    /// All kinds, in order.
    pub counts: Vec<Counts>,
    /// Where the numbers come from.
    pub basis: Basis,
    /// Which document or proof, in words.
    pub source: String,
}

/// Rule 1, and the bounds of rule 2.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(mut draft: Draft, today: Date) -> AppResult<Draft> {
    let mut wrong = Vec::new();
    let mut say = |field: String, sentence: String| wrong.push(FieldError { field, sentence });
    if draft.valid_from > today {
        say(
            "valid_from".into(),
            format!("起始日期不能晚于今天（{today}）。到了那一天再来登记。"),
        );
    }
    if draft.valid_from < FIRST_DAY {
        say("valid_from".into(), format!("起始日期不能早于 {FIRST_DAY}。"));
    }
    if !StaffKind::ALL
        .iter()
        .eq(draft.counts.iter().map(|count| &count.kind))
    {
        say("counts".into(), "每一类人员都要填一次，没有的填 0。".into());
    }
    for count in &draft.counts {
        for (time, label, people) in [
            ("full", "专职", count.full_time),
            ("part", "兼职", count.part_time),
        ] {
            if !(0..=MOST_STAFF).contains(&people) {
                say(
                    format!("{time}_{}", count.kind.as_str()),
                    format!(
                        "{label}{}的人数要在 0 到 {MOST_STAFF} 之间，您填了 {people}。",
                        count.kind.label()
                    ),
                );
            }
        }
    }
    match bounded(&draft.source, 2, 200, "依据") {
        Ok(source) => draft.source = source,
        Err(sentence) => say("source".into(), sentence),
    }
    if wrong.is_empty() {
        Ok(draft)
    } else {
        Err(AppError::Invalid(wrong))
    }
}

/// Rule 2: a new declaration begins after the one before, which began on `last`.
///
/// # Errors
/// [`AppError::Invalid`] with what to do instead.
pub fn follows(last: Option<Date>, from: Date) -> AppResult<()> {
    match last {
        Some(last) if from <= last => Err(AppError::invalid(
            "valid_from",
            format!(
                "上一次登记从 {last} 算起，新的要晚于这一天。如果是那一次填错了，请在下面的表里点“更正”。"
            ),
        )),
        _ => Ok(()),
    }
}

/// Rule 5.
///
/// # Errors
/// [`AppError::Refused`] when somebody wrote a declaration since.
pub fn unchanged(now: i64, seen: i64) -> AppResult<()> {
    if now == seen {
        return Ok(());
    }
    Err(AppError::refused(
        "changed_meanwhile",
        "您打开这一页以后，别人登记过这里的人员数。下面是您填的内容，还没有保存；请对照最新的数，再保存一次。",
    ))
}

/// So many for each ten thousand residents, to two decimals: `0.53`; empty without residents.
#[must_use]
pub fn per_10000_text(people: i64, residents: i64) -> String {
    if residents <= 0 {
        return String::new();
    }
    let hundredths = (people * 2_000_000 / residents + 1) / 2;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 22);

    fn draft() -> Draft {
        let counts = StaffKind::ALL.iter().map(|kind| Counts {
            kind: *kind,
            full_time: 2,
            part_time: 0,
        });
        Draft {
            valid_from: Date::constant(2026, 9, 1),
            counts: counts.collect(),
            basis: Basis::Official,
            source: "编制名册".into(),
        }
    }

    #[test]
    fn each_bound_has_its_field() {
        type Case = (&'static str, fn(&mut Draft), Option<&'static str>);
        let cases: [Case; 8] = [
            ("as it is", |_| (), None),
            ("from today", |d| d.valid_from = TODAY, None),
            (
                "from tomorrow",
                |d| d.valid_from = Date::constant(2026, 11, 23),
                Some("valid_from"),
            ),
            (
                "long ago",
                |d| d.valid_from = Date::constant(1949, 9, 30),
                Some("valid_from"),
            ),
            ("a kind missing", |d| d.counts.truncate(3), Some("counts")),
            (
                "fewer than none",
                |d| d.counts[1].full_time = -1,
                Some("full_teacher"),
            ),
            (
                "too many",
                |d| d.counts[0].part_time = MOST_STAFF + 1,
                Some("part_manager"),
            ),
            ("no source", |d| d.source = " ".into(), Some("source")),
        ];
        for (what, change, field) in cases {
            let mut typed = draft();
            change(&mut typed);
            let wrong = match check(typed, TODAY) {
                Ok(_) => None,
                Err(AppError::Invalid(fields)) => Some(fields[0].field.clone()),
                Err(other) => panic!("{what}: {other}"),
            };
            assert_eq!(wrong.as_deref(), field, "{what}");
        }
    }

    #[test]
    fn the_past_is_not_rewritten() {
        let day = |day| Date::constant(2026, 9, day);
        for (last, from, good) in [
            (None, 1, true),
            (Some(1), 2, true),
            (Some(2), 2, false),
            (Some(3), 2, false),
        ] {
            assert_eq!(follows(last.map(day), day(from)).is_ok(), good, "{last:?} {from}");
        }
        assert!(unchanged(3, 3).is_ok() && unchanged(4, 3).is_err());
    }

    #[test]
    fn staff_for_ten_thousand_are_rounded() {
        for (people, residents, text) in [
            (13, 260_000, "0.50"),
            (1, 300_000, "0.03"),
            (2, 300_000, "0.07"),
            (200, 10_000, "200.00"),
            (5, 0, ""),
        ] {
            assert_eq!(per_10000_text(people, residents), text);
        }
    }
}
