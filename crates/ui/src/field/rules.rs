//! What an answer must be, and the sentence that says what is wrong and what to do next.

use kernel::{Date, Time};

use super::{Field, Kind};
use crate::catalogue::{fill, translate};
use crate::view::Lang;

/// Every sentence of this module, for the test of the catalogue.
pub const SENTENCES: [&str; 18] = [
    "请填写{}。",
    "请选择{}。",
    "请先勾选“{}”，再往下走。",
    "请选一个文件。",
    "{}至少要 {} 个字，您填了 {} 个字。",
    "{}最多 {} 个字，您填了 {} 个字，请删去一些。",
    "{}要填整数，例如 12。",
    "{}要在 {} 到 {} 之间，您填了 {}。",
    "{}要填金额，最多两位小数，例如 120 或 99.50。",
    "{}要填日期，例如 2026-03-15。",
    "{}要填时间，例如 09:30。",
    "手机号要 11 位数字，您填了 {} 位。",
    "手机号要以 1 开头，请再看一遍。",
    "手机号只有数字，请去掉别的字。",
    "{}是 {} 位数字，您填了 {} 位。",
    "请从列出的{}里选。",
    "有 {} 处要改",
    "（可以不填）",
];

/// Makes typed text regular: no blanks around it, no control characters, and plain digits where digits are wanted.
///
/// Chinese keyboards type full-width digits and signs; a person cannot see the difference.
pub(crate) fn clean(kind: Kind, typed: &str) -> String {
    let keeps_lines = matches!(kind, Kind::TextArea(_));
    let unix = typed.replace("\r\n", "\n");
    let plain = unix
        .chars()
        .filter(|letter| !letter.is_control() || (keeps_lines && *letter == '\n'));
    match kind {
        Kind::Password => typed.to_owned(),
        Kind::Number(..) | Kind::Money | Kind::Date | Kind::Time => {
            plain.map(narrow).filter(|l| *l != ' ').collect()
        }
        Kind::Phone | Kind::Code(_) => plain.map(narrow).filter(|l| !matches!(l, ' ' | '-')).collect(),
        _ => plain.collect::<String>().trim().to_owned(),
    }
}

fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter).saturating_sub(0xfee0)).unwrap_or(letter),
        '\u{3000}' => ' ',
        '。' => '.',
        '—' => '-',
        other => other,
    }
}

/// The error of a field with its present values, if any.
pub(crate) fn check(field: &Field, lang: Lang) -> Option<String> {
    let label = translate(lang, &field.label);
    let value = field.first();
    if field.values.iter().all(String::is_empty) {
        // A file travels outside the pairs; whoever reads the upload asks for it.
        let asked = field.required && field.kind != Kind::File;
        return asked.then(|| fill(translate(lang, missing(field.kind)), &[&label]));
    }
    let length = value.chars().count();
    let say =
        |sentence, arguments: &[&dyn std::fmt::Display]| Some(fill(translate(lang, sentence), arguments));
    match field.kind {
        Kind::Text(min, _) if length < min => {
            say("{}至少要 {} 个字，您填了 {} 个字。", &[&label, &min, &length])
        }
        Kind::Text(_, max) | Kind::TextArea(max) if length > max => say(
            "{}最多 {} 个字，您填了 {} 个字，请删去一些。",
            &[&label, &max, &length],
        ),
        Kind::Number(min, max) => match value.parse::<i64>() {
            Ok(number) if (min..=max).contains(&number) => None,
            Ok(number) => say(
                "{}要在 {} 到 {} 之间，您填了 {}。",
                &[&label, &min, &max, &number],
            ),
            Err(_) => say("{}要填整数，例如 12。", &[&label]),
        },
        Kind::Money if fen_of(value).is_none() => {
            say("{}要填金额，最多两位小数，例如 120 或 99.50。", &[&label])
        }
        Kind::Date if parse_date(value).is_none() => say("{}要填日期，例如 2026-03-15。", &[&label]),
        Kind::Time if parse_time(value).is_none() => say("{}要填时间，例如 09:30。", &[&label]),
        Kind::Phone => phone_error(value).and_then(|sentence| say(sentence, &[&length])),
        Kind::Code(digits) if length != digits || !value.bytes().all(|b| b.is_ascii_digit()) => {
            say("{}是 {} 位数字，您填了 {} 位。", &[&label, &digits, &length])
        }
        Kind::Select | Kind::Radios | Kind::Checkboxes if !all_offered(field) => {
            say("请从列出的{}里选。", &[&label])
        }
        _ => None,
    }
}

const fn missing(kind: Kind) -> &'static str {
    match kind {
        Kind::Select | Kind::Radios | Kind::Checkboxes => "请选择{}。",
        Kind::Tick => "请先勾选“{}”，再往下走。",
        _ => "请填写{}。",
    }
}

fn phone_error(value: &str) -> Option<&'static str> {
    if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        Some("手机号只有数字，请去掉别的字。")
    } else if value.len() != 11 {
        Some("手机号要 11 位数字，您填了 {} 位。")
    } else if !value.starts_with('1') {
        Some("手机号要以 1 开头，请再看一遍。")
    } else {
        None
    }
}

fn all_offered(field: &Field) -> bool {
    field
        .values
        .iter()
        .all(|value| value.is_empty() || field.choices.iter().any(|choice| &choice.value == value))
}

/// Yuan as typed, in fen; `None` unless it is an amount of 0 or more with at most two decimals.
pub(crate) fn fen_of(typed: &str) -> Option<i64> {
    let (yuan, decimals) = typed.split_once('.').unwrap_or((typed, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if yuan.is_empty() || decimals.len() > 2 || !digits(yuan) || !digits(decimals) {
        return None;
    }
    format!("{yuan}{decimals:0<2}").parse().ok()
}

/// A day typed as `2026-03-15`, `2026/3/15`, `2026.3.15`, `2026年3月15日` or `20260315`.
pub(crate) fn parse_date(typed: &str) -> Option<Date> {
    let mut parts: Vec<&str> = typed.split(['-', '/', '.', '年', '月', '日']).collect();
    if parts.last() == Some(&"") {
        parts.pop();
    }
    match (parts.as_slice(), typed.len()) {
        (&[year, month, day], _) if year.len() == 4 => {
            Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
        }
        (&[whole], 8) => Date::new(
            whole.get(..4)?.parse().ok()?,
            whole.get(4..6)?.parse().ok()?,
            whole.get(6..)?.parse().ok()?,
        )
        .ok(),
        _ => None,
    }
}

/// A time of day typed as `9:30`, `09:30` or `09:30:00`.
pub(crate) fn parse_time(typed: &str) -> Option<Time> {
    let mut parts = typed.splitn(3, ':');
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Time::new(hour, minute, 0, 0).ok()
}
