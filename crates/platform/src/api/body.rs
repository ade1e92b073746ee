//! What is wrong with a JSON body, in a sentence beside the field that is wrong.

use crate::{AppError, AppResult};
use serde::de::DeserializeOwned;

/// Reads a body.
///
/// # Errors
/// [`AppError::Invalid`] with the path of the field, such as `bands[0].male`, or `body` when it is no JSON at all.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> AppResult<T> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        explained(&path, error.inner())
    })?;
    json.end().map_err(|error| explained(".", &error))?;
    Ok(value)
}

fn explained(path: &str, error: &serde_json::Error) -> AppError {
    if !error.is_data() {
        return AppError::invalid(
            "body",
            format!(
                "这不是完整的 JSON：第 {} 行第 {} 列附近写错了。",
                error.line(),
                error.column()
            ),
        );
    }
    let text = error.to_string();
    // serde_json puts the place behind the words; the field says it better.
    let words = text.split(" at line ").next().unwrap_or_default();
    let (missing, sentence) = sentence(words);
    let field = match (path, missing) {
        (".", None) => "body".to_owned(),
        (".", Some(name)) => name.to_owned(),
        (path, None) => path.to_owned(),
        (path, Some(name)) => format!("{path}.{name}"),
    };
    AppError::invalid(&field, sentence)
}

/// The sentence for an error of serde, with the name of a field that is missing.
fn sentence(words: &str) -> (Option<&str>, String) {
    if words.starts_with("missing field") {
        let name = words.split('`').nth(1).unwrap_or_default();
        return (Some(name), format!("请填写 {name}。"));
    }
    if words == kernel::id::NotAnId.to_string() {
        return (None, "这不是一个编号。编号是 13 个字母和数字。".into());
    }
    let expected = words.rsplit_once("expected ").map(|(_, what)| what);
    let sentence = match expected {
        Some("i64" | "i32" | "u64" | "u32" | "u16" | "u8" | "i8" | "usize") => "这里要填整数，例如 12。",
        Some("a boolean") => "这里要填 true 或 false。",
        Some("a string" | "a borrowed string" | "str") => "这里要填文字，写在引号里。",
        Some("a sequence") => "这里要填列表，写在方括号里。",
        Some(what) if what.starts_with("struct ") || what == "a map" => "这里要填一个对象，写在花括号里。",
        // A sentence of a kind of value of our own.
        _ if !words.is_ascii() => return (None, words.to_owned()),
        _ => "这里填的内容读不懂。请对照接口说明改一改。",
    };
    (None, sentence.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Day, TimeOfDay};
    use kernel::OrgId;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    struct Body {
        #[serde(rename = "name")]
        _name: String,
        #[serde(default, rename = "seats")]
        _seats: i64,
        #[serde(default, rename = "open")]
        _open: bool,
        #[serde(default, rename = "day")]
        _day: Option<Day>,
        #[serde(default, rename = "org")]
        _org: Option<OrgId>,
        #[serde(default, rename = "hours")]
        _hours: Vec<Hour>,
    }

    #[derive(Debug, Deserialize)]
    struct Hour {
        #[serde(rename = "starts")]
        _starts: TimeOfDay,
    }

    #[test]
    fn each_wrong_field_is_named_with_a_sentence() {
        for (text, field, sentence) in [
            ("", "body", "这不是完整的 JSON"),
            ("{\"name\": \"a\"", "body", "这不是完整的 JSON：第 1 行"),
            ("{\"name\": \"a\"} x", "body", "这不是完整的 JSON"),
            ("[]", "body", "这里要填一个对象"),
            ("7", "body", "这里要填一个对象"),
            ("{}", "name", "请填写 name。"),
            ("{\"name\": 7}", "name", "这里要填文字"),
            ("{\"name\": null}", "name", "这里要填文字"),
            ("{\"name\": \"a\", \"seats\": \"30\"}", "seats", "这里要填整数"),
            ("{\"name\": \"a\", \"seats\": 3.5}", "seats", "这里要填整数"),
            ("{\"name\": \"a\", \"open\": \"yes\"}", "open", "true 或 false"),
            ("{\"name\": \"a\", \"day\": \"2026-02-30\"}", "day", "日期要写成"),
            ("{\"name\": \"a\", \"org\": \"x\"}", "org", "这不是一个编号"),
            ("{\"name\": \"a\", \"hours\": {}}", "hours", "这里要填列表"),
            (
                "{\"name\": \"a\", \"hours\": [{}]}",
                "hours[0].starts",
                "请填写 starts",
            ),
            (
                "{\"name\": \"a\", \"hours\": [{\"starts\": \"9\"}]}",
                "hours[0].starts",
                "时间要写成",
            ),
        ] {
            match read::<Body>(text.as_bytes()) {
                Err(AppError::Invalid(wrong)) => {
                    assert_eq!(wrong[0].field, field, "{text}");
                    assert!(
                        wrong[0].sentence.contains(sentence),
                        "{text}: {}",
                        wrong[0].sentence
                    );
                }
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(read::<Body>(b"{\"name\": \"a\", \"day\": null, \"id\": 7}").is_ok());
    }
}
