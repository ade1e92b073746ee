//! The rules of a window and the lessons behind it: people apply until it closes, and whoever is drawn misses no lesson.

use kernel::Instant;
use kernel::chinese_date::moment_text;
use platform::{AppError, AppResult};

/// Whether a window that closes at this moment is over before a first lesson: people still apply until then.
pub(super) fn is_before_lesson(closes: Instant, first: Instant) -> bool {
    closes <= first
}

/// Whether the window closes before the first lesson of each class, so that who is drawn misses none.
///
/// # Errors
/// A sentence beside the end of the window, with the first class that begins before it.
pub(in crate::rounds) fn closes_in_time(closes: Instant, first: &[(String, Instant)]) -> AppResult<()> {
    let begins_before = first
        .iter()
        .filter(|(_, at)| !is_before_lesson(closes, *at))
        .min_by_key(|(_, at)| *at);
    let Some((name, at)) = begins_before else {
        return Ok(());
    };
    Err(AppError::invalid(
        "closes_on",
        format!(
            "“{name}”第一次课在 {}，报名要在那以前截止。请把截止时间提前，或者不选这个班。",
            moment_text(*at)
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_closes_before_the_first_lesson() {
        let first = [
            ("书法".to_owned(), at("2027-03-01T01:00:00Z")),
            ("合唱".to_owned(), at("2027-02-22T06:00:00Z")),
        ];
        for (closes, class) in [
            ("2027-02-22T06:00:00Z", None),
            (
                "2027-02-22T06:00:01Z",
                Some("“合唱”第一次课在 2027年2月22日 14:00"),
            ),
            ("2027-03-05T06:00:00Z", Some("“合唱”")),
        ] {
            let told = match closes_in_time(at(closes), &first) {
                Err(AppError::Invalid(wrong)) => wrong.first().map(|one| one.sentence.clone()),
                _ => None,
            };
            assert_eq!(told.is_some(), class.is_some(), "{closes}");
            assert!(
                told.unwrap_or_default().starts_with(class.unwrap_or_default()),
                "{closes}"
            );
        }
    }
}
