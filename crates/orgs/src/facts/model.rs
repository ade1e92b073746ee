//! Rules for the facts of an institution. No I/O.

use kernel::{Point, bounded, bounded_lines};
use platform::{AppError, AppResult, FieldError};

db::text_enum! {
    /// Where a figure or a place comes from; shown beside it.
    pub enum Basis {
        /// Published or measured by the authority itself.
        Official => "official",
        /// From a public data set that is no authority's own text.
        Adapted => "adapted",
        /// Worked out from others by a rule.
        Derived => "derived",
        /// Invented for the demonstration.
        Demo => "demo",
    }
}

impl Basis {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Official => "正式数据",
            Self::Adapted => "取自公开数据",
            Self::Derived => "推算",
            Self::Demo => "演示数据，是编的",
        }
    }
}

/// Facts as staff describe them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FactsDraft {
    /// Street address.
    pub address: String,
    /// Telephone as people dial it.
    pub phone: String,
    /// Opening hours in words.
    pub hours: String,
    /// A few sentences about the place.
    pub intro: String,
    /// How to get there.
    pub transport: String,
    /// `longitude,latitude` in degrees WGS-84; empty when not known.
    pub place: String,
    /// Floor area in square metres.
    pub floor_area_m2: Option<i64>,
    /// Whether one gets in without a step.
    pub step_free: bool,
    /// Whether there is a toilet for wheelchair users.
    pub accessible_toilet: bool,
    /// Whether there is a lift.
    pub lift: bool,
    /// Whether there is a hearing loop.
    pub hearing_loop: bool,
}

/// Checks all fields; gives the cleaned facts with the point, if there is one.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(mut draft: FactsDraft) -> AppResult<(FactsDraft, Option<Point>)> {
    let mut wrong = Vec::new();
    let mut take = |field: &str, to: &mut String, checked: Result<String, String>| match checked {
        Ok(text) => *to = text,
        Err(sentence) => wrong.push(FieldError {
            field: field.to_owned(),
            sentence,
        }),
    };
    let checked = bounded(&draft.address, 0, 100, "地址");
    take("address", &mut draft.address, checked);
    let checked = phone(&draft.phone);
    take("phone", &mut draft.phone, checked);
    let checked = bounded(&draft.hours, 0, 100, "开放时间");
    take("hours", &mut draft.hours, checked);
    let checked = bounded_lines(&draft.intro, 0, 600, "介绍");
    take("intro", &mut draft.intro, checked);
    let checked = bounded_lines(&draft.transport, 0, 300, "怎么去");
    take("transport", &mut draft.transport, checked);
    let point = match draft.place.trim() {
        "" => None,
        text => match Point::parse(text) {
            Ok(point) => Some(point),
            Err(error) => {
                wrong.push(FieldError {
                    field: "place".into(),
                    sentence: error.sentence(),
                });
                None
            }
        },
    };
    if draft
        .floor_area_m2
        .is_some_and(|area| !(1..=1_000_000).contains(&area))
    {
        wrong.push(FieldError {
            field: "floor_area_m2".into(),
            sentence: "建筑面积要在 1 到 1000000 平方米之间。".into(),
        });
    }
    if wrong.is_empty() {
        Ok((draft, point))
    } else {
        Err(AppError::Invalid(wrong))
    }
}

/// A telephone of a place: a landline with its area code, a mobile or a service number, with an extension perhaps.
fn phone(text: &str) -> Result<String, String> {
    let text = bounded(&kernel::normalise_width(text), 0, 30, "电话")?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plain = text
        .chars()
        .all(|letter| letter.is_ascii_digit() || matches!(letter, '-' | ' ' | '+' | '(' | ')' | '转'));
    if text.is_empty() || (plain && digits >= 3) {
        Ok(text)
    } else {
        Err("电话只写数字和短横，例如 021-60000000。".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is changed, how, and the field that is wrong then.
    type Case = (&'static str, fn(&mut FactsDraft), Option<&'static str>);

    #[test]
    fn each_wrong_fact_has_its_field() {
        let cases: [Case; 8] = [
            ("nothing known", |_| (), None),
            ("landline", |d| d.phone = "021-60000000转8".into(), None),
            ("words for a phone", |d| d.phone = "问门卫".into(), Some("phone")),
            ("two digits", |d| d.phone = "12".into(), Some("phone")),
            ("a place", |d| d.place = "121.3817,31.1128".into(), None),
            (
                "swapped place",
                |d| d.place = "31.1128,121.3817".into(),
                Some("place"),
            ),
            ("no area", |d| d.floor_area_m2 = Some(0), Some("floor_area_m2")),
            ("long address", |d| d.address = "路".repeat(101), Some("address")),
        ];
        for (what, change, field) in cases {
            let mut draft = FactsDraft::default();
            change(&mut draft);
            let wrong = match check(draft) {
                Ok(_) => None,
                Err(AppError::Invalid(fields)) => Some(fields[0].field.clone()),
                Err(other) => panic!("{what}: {other}"),
            };
            assert_eq!(wrong.as_deref(), field, "{what}");
        }
    }
}
