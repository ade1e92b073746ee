//! What is searched for, and how a found event is shown.

use super::words;
use kernel::{Date, Id, Instant, OrgId, PersonId};
use platform::FieldError;

/// Rows of one page.
pub const PAGE: i64 = 50;
/// Rows of one file.
pub const EXPORT: i64 = 20_000;

/// A search as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Typed {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Words for kinds of events, or the beginning of a kind: `enrollment.`.
    pub kind: String,
    /// Id of an org, or part of its name.
    pub org: String,
    /// Id of a person.
    pub person: String,
    /// Number of a request.
    pub request: String,
    /// Where the page begins.
    pub cursor: String,
}

/// A search that can be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Not before this moment.
    pub from: Option<Instant>,
    /// Before this moment.
    pub before: Option<Instant>,
    /// Of one of these kinds.
    pub kinds: Option<Vec<String>>,
    /// Beginning of the kind.
    pub kind: String,
    /// In this org or below it.
    pub org: Option<OrgId>,
    /// In an org whose name holds this, or below it.
    pub org_name: String,
    /// Done by or for this person.
    pub person: Option<PersonId>,
    /// In this request.
    pub request: String,
    /// Before this event: time and id.
    pub cursor: Option<(Instant, i64)>,
}

/// Reads what was typed; days are China's, both included.
///
/// # Errors
/// A sentence for each field that cannot be read.
pub fn read(typed: &Typed) -> Result<Search, Vec<FieldError>> {
    let mut faults = Vec::new();
    let (kind, kinds) = kinds(&typed.kind, &mut faults);
    let (org, org_name) = org(&typed.org, &mut faults);
    let search = Search {
        from: day(&typed.from, "from", &mut faults).map(midnight),
        before: day(&typed.to, "to", &mut faults)
            .and_then(|day| day.tomorrow().ok())
            .map(midnight),
        kinds,
        kind,
        org,
        org_name,
        person: person(&typed.person, &mut faults),
        request: typed.request.trim().to_owned(),
        cursor: read_cursor(&typed.cursor),
    };
    if faults.is_empty() {
        Ok(search)
    } else {
        Err(faults)
    }
}

fn day(text: &str, field: &str, faults: &mut Vec<FieldError>) -> Option<Date> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let day = text.parse().ok();
    if day.is_none() {
        faults.push(fault(field, "日期要写成 2026-11-22 这样。"));
    }
    day
}

/// Codes are plain letters; anything else is looked for in the words.
fn kinds(text: &str, faults: &mut Vec<FieldError>) -> (String, Option<Vec<String>>) {
    let text = text.trim();
    if text.is_ascii() {
        return (text.to_owned(), None);
    }
    let found = words::kinds_with(text);
    if found.is_empty() {
        let sentence = format!("没有叫“{text}”的事。写短一些再查，如 报名、点名、退学费。");
        faults.push(fault("kind", &sentence));
    }
    (String::new(), Some(found))
}

/// A number or, what is none, part of a name.
fn org(text: &str, faults: &mut Vec<FieldError>) -> (Option<OrgId>, String) {
    let text = text.trim();
    if text.is_empty() {
        return (None, String::new());
    }
    match text.parse() {
        Ok(id) => (Some(id), String::new()),
        Err(_) if !text.is_ascii() && !text.contains(['%', '_', '\\']) => (None, text.to_owned()),
        Err(_) => {
            faults.push(fault("org", "写机构的名称，或它的 13 位编号。"));
            (None, String::new())
        }
    }
}

fn person(text: &str, faults: &mut Vec<FieldError>) -> Option<PersonId> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let id = text.parse().ok();
    if id.is_none() {
        faults.push(fault(
            "person",
            "人员编号是 13 位字母和数字。点下面记录里的人名，就按那个人查。",
        ));
    }
    id
}

fn fault(field: &str, sentence: &str) -> FieldError {
    FieldError {
        field: field.into(),
        sentence: sentence.into(),
    }
}

fn midnight(day: Date) -> Instant {
    Instant::of_china(day, kernel::Time::midnight())
}

/// The cursor after an event.
#[must_use]
pub fn cursor(at: Instant, id: i64) -> String {
    format!("{}-{}", at.millis(), Id::<()>::from_raw(id))
}

fn read_cursor(text: &str) -> Option<(Instant, i64)> {
    let (millis, id) = text.split_once('-')?;
    let id: Id<()> = id.parse().ok()?;
    Some((Instant::from_millis(millis.parse().ok()?), id.raw()))
}

/// A cell for a spreadsheet: text that a spreadsheet would run as a formula is marked as text.
#[must_use]
pub fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_chinas_and_both_included() {
        let typed = Typed {
            from: "2026-11-22".into(),
            to: " 2026-11-22 ".into(),
            ..Typed::default()
        };
        let search = read(&typed).unwrap();
        assert_eq!(search.from.unwrap().to_string(), "2026-11-21T16:00:00.000Z");
        assert_eq!(search.before.unwrap().to_string(), "2026-11-22T16:00:00.000Z");
    }

    #[test]
    fn what_cannot_be_read_is_told_at_its_field() {
        for (field, typed) in [
            (
                "from",
                Typed {
                    from: "昨天".into(),
                    ..Typed::default()
                },
            ),
            (
                "to",
                Typed {
                    to: "2026-02-30".into(),
                    ..Typed::default()
                },
            ),
            (
                "org",
                Typed {
                    org: "100%".into(),
                    ..Typed::default()
                },
            ),
            (
                "person",
                Typed {
                    person: "1".into(),
                    ..Typed::default()
                },
            ),
            (
                "kind",
                Typed {
                    kind: "没有这种事".into(),
                    ..Typed::default()
                },
            ),
        ] {
            let faults = read(&typed).unwrap_err();
            assert_eq!(faults.len(), 1);
            assert_eq!(faults[0].field, field);
        }
        assert_eq!(read(&Typed::default()), Ok(Search::default()));
    }

    #[test]
    fn kinds_are_words_or_codes_and_orgs_names_or_numbers() {
        let typed = |kind: &str, org: &str| Typed {
            kind: kind.into(),
            org: org.into(),
            ..Typed::default()
        };
        let search = read(&typed(" 证书 ", " 七宝镇 ")).unwrap();
        assert_eq!(
            search.kinds.unwrap(),
            ["certificate.issued", "certificate.revoked"]
        );
        assert_eq!(
            (search.kind.as_str(), search.org, search.org_name.as_str()),
            ("", None, "七宝镇")
        );
        let number: OrgId = Id::from_raw(42);
        let search = read(&typed("enrollment.", &number.to_string())).unwrap();
        assert_eq!((search.kind.as_str(), search.kinds), ("enrollment.", None));
        assert_eq!((search.org, search.org_name.as_str()), (Some(number), ""));
    }

    #[test]
    fn cursors_round_trip_and_broken_ones_mean_the_start() {
        let at = Instant::from_millis(1_795_000_000_123);
        assert_eq!(read_cursor(&cursor(at, 1 << 44 | 7)), Some((at, 1 << 44 | 7)));
        for text in ["", "-", "x-y", "12"] {
            assert_eq!(read_cursor(text), None, "{text}");
        }
    }

    #[test]
    fn formulas_are_only_text() {
        for (text, shown) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("李", "李"), ("", "")] {
            assert_eq!(cell(text), shown);
        }
    }
}
