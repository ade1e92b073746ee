//! The head of a plan: title, number, days, and the rule for what is typed of it. No I/O.

use super::model::Wrong;
use kernel::{Date, bounded};
use platform::AppResult;

/// The head of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadDraft {
    /// Title.
    pub title: String,
    /// 发文字号; may be empty.
    pub document_number: String,
    /// Who signed it.
    pub issuer: String,
    /// Day of the document; empty when it has none.
    pub dated: String,
    /// Year of the plan.
    pub year: i64,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
}

/// Title, number and days as a person typed them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedHead {
    /// Title.
    pub title: String,
    /// 发文字号.
    pub document_number: String,
    /// Who signed it.
    pub issuer: String,
    /// Day of the document.
    pub dated: String,
    /// Year.
    pub year: i64,
    /// First day; empty for the first of the year.
    pub starts_on: String,
    /// Last day; empty for the last of the year.
    pub ends_on: String,
}

/// Checks the head of a plan.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check_head(typed: TypedHead) -> AppResult<HeadDraft> {
    let mut wrong = Wrong::default();
    let title = wrong.line("title", bounded(&typed.title, 2, 120, "标题"));
    let document_number = wrong.line("document_number", bounded(&typed.document_number, 0, 60, "文号"));
    let issuer = wrong.line("issuer", bounded(&typed.issuer, 0, 80, "发文单位"));
    let dated = typed.dated.trim().to_owned();
    if !dated.is_empty() && dated.parse::<Date>().is_err() && format!("{dated}-01").parse::<Date>().is_err() {
        wrong.say("dated", "成文日期要填日期，例如 2026-03-15。");
    }
    if !(1990..=2100).contains(&typed.year) {
        wrong.say(
            "year",
            format!("年度要在 1990 到 2100 之间，您填了 {}。", typed.year),
        );
    }
    let starts_on = wrong.day("starts_on", &typed.starts_on, "开始日期", (typed.year, 1, 1));
    let ends_on = wrong.day("ends_on", &typed.ends_on, "结束日期", (typed.year, 12, 31));
    if ends_on < starts_on {
        wrong.say("ends_on", "结束日期早于开始日期，请改一个。");
    }
    wrong.or(HeadDraft {
        title,
        document_number,
        issuer,
        dated,
        year: typed.year,
        starts_on,
        ends_on,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::AppError;

    #[test]
    fn a_head_has_a_title_and_days_in_order() {
        let typed = TypedHead {
            title: "2026年终身教育工作要点".into(),
            year: 2026,
            ..TypedHead::default()
        };
        let head = check_head(typed.clone()).unwrap();
        assert_eq!(
            (head.starts_on.to_string(), head.ends_on.to_string()),
            ("2026-01-01".to_owned(), "2026-12-31".to_owned())
        );
        type Change = fn(&mut TypedHead);
        let cases: [(Change, &str); 5] = [
            (|head| head.title.clear(), "title"),
            (|head| head.year = 1800, "year"),
            (|head| head.dated = "去年".into(), "dated"),
            (|head| head.starts_on = "2026-13-01".into(), "starts_on"),
            (|head| head.ends_on = "2025-12-31".into(), "ends_on"),
        ];
        for (change, field) in cases {
            let mut wrong = typed.clone();
            change(&mut wrong);
            match check_head(wrong) {
                Err(AppError::Invalid(fields)) => assert_eq!(fields[0].field, field),
                other => panic!("{field}: {other:?}"),
            }
        }
    }
}
