//! The rules of handover codes. No I/O.

use db::text_enum;
use kernel::{Date, PersonName};
use platform::{AppError, AppResult};

/// Open drafts of one person.
pub const MOST_OPEN: usize = 5;
/// Drafts of one person on a day.
pub const MOST_A_DAY: usize = 20;
/// Wrong codes or answers of a clerk.
pub const TRIES: u32 = 10;
/// In so many seconds.
pub const TRY_SECS: i64 = 600;
/// Days for which an old code is known, to say that it is old.
pub const KNOWN_DAYS: i64 = 7;
/// Days for which a draft is kept.
pub const KEPT_DAYS: i64 = 30;

text_enum! {
    /// What is written of a draft.
    pub enum DraftState {
        /// Can be finished on its day.
        Open => "open",
        /// Finished.
        Used => "used",
        /// Taken back.
        Dropped => "dropped",
    }
}

/// Whether a draft can be finished.
#[must_use]
pub fn is_open(state: DraftState, day: Date, today: Date) -> bool {
    state == DraftState::Open && day == today
}

/// Why no draft answers to a code; `known` are the drafts of the last days that had it.
#[must_use]
pub fn why_not(known: &[(DraftState, Date)], today: Date) -> AppError {
    let of_today = |state: DraftState| known.iter().any(|(is, day)| *is == state && *day == today);
    let (code, sentence) = if of_today(DraftState::Used) {
        (
            "code_used",
            "这四位数字已经用过了，报名已经办好。请按姓名找到这位学员，看他的报名。",
        )
    } else if of_today(DraftState::Dropped) {
        (
            "code_dropped",
            "这份没填完的报名已经作废。请按姓名找到这位学员，重新报名。",
        )
    } else if known.is_empty() {
        (
            "code_unknown",
            "没有这四位数字。请再看一遍手机上的数字；也可以按姓名找到这位学员，直接报名。",
        )
    } else {
        (
            "code_expired",
            "这四位数字过期了，只能当天用。请在手机上再存一次，或者按姓名找到这位学员，直接报名。",
        )
    };
    AppError::refused_with_door(code, sentence, "去柜台报名", "/desk/counter")
}

/// Whether what the person present says fits the learner: the whole name, or the year of birth.
#[must_use]
pub fn fits(typed: &str, name: &str, birth: Option<Date>) -> bool {
    let typed = kernel::normalise_width(typed);
    let typed = typed.trim();
    let year = typed.strip_suffix('年').unwrap_or(typed);
    if year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit()) {
        return birth.is_some_and(|birth| birth.year().to_string() == year);
    }
    typed == name || PersonName::parse(typed).is_ok_and(|typed| typed.as_str() == name)
}

/// A name as it is shown to whoever has only the code.
#[must_use]
pub fn masked(name: &str) -> String {
    match PersonName::parse(name) {
        Ok(name) => name.masked(),
        Err(_) => format!("{}**", name.chars().next().unwrap_or('*')),
    }
}

/// Whether somebody may keep one more.
///
/// # Errors
/// A refusal with what to do.
pub fn may_keep(open: usize, today: usize) -> AppResult<()> {
    if open < MOST_OPEN && today < MOST_A_DAY {
        return Ok(());
    }
    Err(AppError::refused_with_door(
        "too_many_drafts",
        format!(
            "最多同时存 {MOST_OPEN} 份没填完的报名，一天最多存 {MOST_A_DAY} 次。请先作废不要的，或者直接到柜台报名。"
        ),
        "看我的学习",
        "/me",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_person_present_says_name_or_year() {
        for (typed, fit) in [
            ("王秀英", true),
            (" 王 秀英 ", true),
            ("1950", true),
            ("１９５０年", true),
            ("1951", false),
            ("王秀兰", false),
            ("王", false),
            ("", false),
        ] {
            assert_eq!(fits(typed, "王秀英", Some(day("1950-03-15"))), fit, "{typed}");
        }
        assert!(!fits("1950", "王秀英", None));
    }

    #[test]
    fn a_code_that_does_not_work_says_why() {
        let (today, before) = (day("2026-11-26"), day("2026-11-25"));
        for (known, code) in [
            (vec![], "code_unknown"),
            (vec![(DraftState::Used, today)], "code_used"),
            (vec![(DraftState::Dropped, today)], "code_dropped"),
            (vec![(DraftState::Open, before)], "code_expired"),
            (vec![(DraftState::Used, before)], "code_expired"),
        ] {
            assert_eq!(why_not(&known, today).code(), code);
        }
        for (state, on, open) in [
            (DraftState::Open, today, true),
            (DraftState::Open, before, false),
            (DraftState::Used, today, false),
            (DraftState::Dropped, today, false),
        ] {
            assert_eq!(is_open(state, on, today), open);
        }
    }

    #[test]
    fn drafts_are_few_and_names_masked() {
        for (open, today, may) in [(0, 0, true), (4, 19, true), (5, 5, false), (0, 20, false)] {
            assert_eq!(may_keep(open, today).is_ok(), may, "{open} {today}");
        }
        assert_eq!(masked("王秀英"), "王**");
    }
}
