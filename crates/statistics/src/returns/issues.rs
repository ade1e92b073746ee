//! What stands at the cells of a return: shown there, and in the way of filing. No I/O.

use super::model::{Content, Origin};
use crate::datasets::definition::{Element, Force};
use crate::datasets::form::{Checked, Verdict};
use crate::expression::Place;
use crate::number::Number;
use kernel::bounded;
use platform::{AppError, AppResult};

/// What stands at cells of a return: shown there, and in the way of filing when it must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Cells that it speaks of; none when it speaks of the return.
    pub cells: Vec<String>,
    /// Whether it stands in the way, or asks for an explanation.
    pub force: Force,
    /// The sentence.
    pub sentence: String,
}

/// Places after the point of a per cent at most.
const MOST_PLACES: u32 = 6;

/// Change against last year in per cent without its sign, with as many places after the point as show that it is more than
/// `limit`; `None` where there is nothing to compare with.
#[must_use]
pub fn change_percent(now: Number, before: Number, limit: u32) -> Option<String> {
    if before.raw() == 0 {
        return None;
    }
    let (now, before) = (i128::from(now.raw()), i128::from(before.raw()));
    let (change, whole) = ((now - before).abs() * 100, before.abs());
    // Rounded up at the half, as people round; at the last place always, so that it never reads as the limit.
    let rounded = |places: u32| {
        let steps = change * 10_i128.pow(places);
        let up = if places == MOST_PLACES {
            whole - 1
        } else {
            whole / 2
        };
        (steps + up) / whole
    };
    let beyond = |places: &u32| rounded(*places) > i128::from(limit) * 10_i128.pow(*places);
    let places = (0..MOST_PLACES).find(beyond).unwrap_or(MOST_PLACES);
    let (steps, one) = (rounded(places), 10_i128.pow(places));
    let width = usize::try_from(places).unwrap_or_default();
    Some(match places {
        0 => steps.to_string(),
        _ => format!("{}.{:0width$}", steps / one, steps % one),
    })
}

/// Whether a change is more than so many per cent, to the last digit.
fn is_beyond(now: Number, before: Number, percent: u32) -> bool {
    let (now, before) = (i128::from(now.raw()), i128::from(before.raw()));
    before != 0 && (now - before).abs() * 100 > i128::from(percent) * before.abs()
}

/// What a formula lacks that waits for another return: it is empty, and nothing else says so.
#[must_use]
pub fn issue_of_waiting(element: &Element, place: &Place) -> Issue {
    Issue {
        cells: vec![element.code.clone()],
        force: Force::Explain,
        sentence: format!(
            "公式用到的{}还没有数，这一格算不出来，是空的。请等那边填好，或在上报说明里写明。",
            place.words()
        ),
    }
}

/// What one cell lacks.
#[must_use]
pub fn issue_of_cell(
    element: &Element,
    content: &Content,
    last_year: Option<Number>,
    (trouble, automatic): (Option<&String>, Option<Origin>),
) -> Option<Issue> {
    let issue = |sentence: String| {
        Some(Issue {
            cells: vec![element.code.clone()],
            force: Force::Must,
            sentence,
        })
    };
    if let Some(sentence) = trouble {
        return issue(sentence.clone());
    }
    let Some(value) = content.value else {
        return match (content.origin, automatic) {
            (Origin::Formula, _) => None,
            (_, Some(Origin::Sum)) => {
                issue("这一格由下级的报表相加，现在没有审核通过的。没有下级的话请填 0。".into())
            }
            _ => issue("这一格还没有填。没有的话请填 0。".into()),
        };
    };
    if content.reason.chars().count() >= 2 || content.origin == Origin::Formula {
        return None;
    }
    if content.origin == Origin::Override {
        return issue("这一格和系统的数不同，请写明原因；要用系统的数，就清空这一格再保存。".into());
    }
    let (limit, last) = (element.change_percent?, last_year?);
    if !is_beyond(value, last, limit) {
        return None;
    }
    let word = if value < last { "少" } else { "多" };
    issue(format!(
        "比上年{word}了 {} %（上年 {}），超过 {limit} %，请写明原因。",
        change_percent(value, last, limit)?,
        last.text(element.decimals)
    ))
}

/// What a check lacks.
#[must_use]
pub fn issue_of_check(checked: &Checked) -> Option<Issue> {
    let (force, sentence) = match &checked.verdict {
        Verdict::Holds => return None,
        Verdict::Broken => (checked.check.force, checked.check.words.clone()),
        Verdict::Trouble(sentence) => (
            checked.check.force,
            format!("{}（{sentence}）", checked.check.words),
        ),
        // An empty cell of this return is told by itself; what other returns lack only asks for an explanation.
        Verdict::Waits(places) => {
            let beyond = places.iter().find(|place| !matches!(place, Place::Here(_)))?;
            if matches!(beyond, Place::LastYear(_)) {
                return None;
            }
            let sentence = format!("{}（{}还没有数，没法核对）", checked.check.words, beyond.words());
            (Force::Explain, sentence)
        }
    };
    Some(Issue {
        cells: checked.cells.clone(),
        force,
        sentence: format!("校验 {}：{sentence}", checked.check.code),
    })
}

/// Rule 4: whether a return may be filed with these issues and this note.
///
/// # Errors
/// [`AppError::Refused`] with every issue, or [`AppError::Invalid`] beside `note`.
pub fn may_file(issues: &[Issue], missing_below: i64, note: &str) -> AppResult<String> {
    let note = bounded(note, 0, 500, "上报说明").map_err(|sentence| AppError::invalid("note", sentence))?;
    let must: Vec<&Issue> = issues.iter().filter(|issue| issue.force == Force::Must).collect();
    if !must.is_empty() {
        let reasons = must.iter().take(50).map(|issue| platform::FieldError {
            field: issue.cells.first().cloned().unwrap_or_default(),
            sentence: issue.sentence.clone(),
        });
        return Err(AppError::refused_because(
            "not_ready",
            format!(
                "还有 {} 处要先填好或改好，才能上报。每一处写在它的格旁边。",
                must.len()
            ),
            reasons.collect(),
        ));
    }
    let explain = issues.len();
    if note.chars().count() < 2 && (explain > 0 || missing_below > 0) {
        let sentence = if missing_below > 0 {
            format!("还有 {missing_below} 个下级没有审核通过，没有算进来。现在上报的话，请写明原因。")
        } else {
            format!("有 {explain} 处校验不符或者算不出来，请写明原因再上报。")
        };
        return Err(AppError::invalid("note", sentence));
    }
    Ok(note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets::definition::{Fill, Nature, Upward};

    fn number(text: &str) -> Number {
        Number::read(text, 4).unwrap()
    }

    fn typed_element() -> Element {
        Element {
            code: "T1_a_n".into(),
            table: 0,
            row: "甲".into(),
            column: "数".into(),
            unit: "人".into(),
            nature: Nature::Span,
            decimals: 0,
            fill: Fill::Typed,
            up: Upward::Sum,
            change_percent: Some(30),
            source: None,
        }
    }

    #[test]
    fn a_leap_against_last_year_asks_for_a_reason() {
        for (now, before, reason, told) in [
            ("130", Some("100"), "", false),
            ("131", Some("100"), "", true),
            ("69", Some("100"), "", true),
            ("130.4", Some("100"), "", true),
            ("69.9", Some("100"), "", true),
            ("70.1", Some("100"), "", false),
            ("131", Some("100"), "新开了校区", false),
            ("131", Some("0"), "", false),
            ("131", None, "", false),
        ] {
            let content = Content {
                value: Some(number(now)),
                origin: Origin::Typed,
                reason: reason.into(),
            };
            let issue = issue_of_cell(&typed_element(), &content, before.map(number), (None, None));
            assert_eq!(issue.is_some(), told, "{now} {before:?}");
        }
    }

    #[test]
    fn a_change_is_told_so_that_it_reads_as_more_than_the_limit() {
        for (now, before, told) in [
            ("131.4", "100", Some("31")),
            ("131.5", "100", Some("32")),
            ("68.5", "100", Some("32")),
            ("130.4", "100", Some("30.4")),
            ("69.96", "100", Some("30.04")),
            ("1300000.0001", "1000000", Some("30.000001")),
            ("100", "0", None),
            ("-50", "-100", Some("50")),
        ] {
            let found = change_percent(number(now), number(before), 30);
            assert_eq!(found.as_deref(), told, "{now} {before}");
        }
    }

    #[test]
    fn against_the_machine_a_reason_is_there_or_it_cannot_be_filed() {
        for (origin, reason, told) in [
            (Origin::Override, "", true),
            (Origin::Override, "漏", true),
            (Origin::Override, "漏了两人", false),
            (Origin::Typed, "", false),
            (Origin::Machine, "", false),
        ] {
            let content = Content {
                value: Some(number("5")),
                origin,
                reason: reason.into(),
            };
            let issue = issue_of_cell(&typed_element(), &content, None, (None, None));
            assert_eq!(
                issue.is_some_and(|one| one.force == Force::Must),
                told,
                "{origin:?} {reason}"
            );
        }
    }

    #[test]
    fn filing_asks_for_what_is_missing() {
        let issue = |force| Issue {
            cells: vec!["A".into()],
            force,
            sentence: "不符".into(),
        };
        for (issues, missing, note, may) in [
            (vec![], 0, "", true),
            (vec![issue(Force::Must)], 0, "说明说明", false),
            (vec![issue(Force::Explain)], 0, "", false),
            (vec![issue(Force::Explain)], 0, "新开校区", true),
            (vec![], 2, "", false),
            (vec![], 2, "两所停课", true),
        ] {
            assert_eq!(
                may_file(&issues, missing, note).is_ok(),
                may,
                "{issues:?} {missing} {note}"
            );
        }
    }
}
