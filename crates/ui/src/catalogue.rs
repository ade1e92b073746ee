//! English beside the Chinese of the source: `assets/en.tsv`, one line a text, keyed by the Chinese.
//!
//! Only learner pages are translated. A text without English stays Chinese, and a test of each crate names it.

use std::collections::HashMap;
use std::fmt::{Display, Write as _};
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use crate::view::Lang;

static ENGLISH: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("../assets/en.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .collect()
});

/// Texts with places for arguments, as their fixed parts, and their English; those with most fixed text come first.
static PATTERNS: LazyLock<Vec<(Vec<&'static str>, &'static str)>> = LazyLock::new(|| {
    let with_places = ENGLISH.iter().filter(|(chinese, _)| chinese.contains("{}"));
    let mut all: Vec<(Vec<&str>, &str)> = with_places
        .map(|(chinese, english)| (chinese.split("{}").collect(), *english))
        .collect();
    all.sort_by_key(|(parts, _)| {
        (
            std::cmp::Reverse(parts.iter().map(|part| part.len()).sum::<usize>()),
            parts.clone(),
        )
    });
    all
});

/// Openings of a call whose first text argument is shown on a learner page.
const MARKERS: [&str; 4] = [".t(\"", ".tn(\"", ".titled(\"", ".hint(\""];

/// The text in the language asked for; a text without a translation stays Chinese.
pub fn translate(lang: Lang, chinese: &str) -> &str {
    match lang {
        Lang::Zh => chinese,
        Lang::En => ENGLISH.get(chinese).copied().unwrap_or(chinese),
    }
}

/// A sentence that was put together in Chinese, as those of errors are, in the language asked for: the English of the
/// catalogue's text that it was made from, with the arguments carried over. A sentence that is not known stays Chinese.
pub fn retell(lang: Lang, sentence: &str) -> String {
    let whole = translate(lang, sentence);
    if lang == Lang::Zh || whole != sentence {
        return whole.to_owned();
    }
    let found = PATTERNS
        .iter()
        .find_map(|(parts, english)| Some((arguments(parts, sentence)?, *english)));
    let Some((arguments, english)) = found else {
        return sentence.to_owned();
    };
    let arguments: Vec<String> = arguments.into_iter().map(english_argument).collect();
    let shown: Vec<&dyn Display> = arguments.iter().map(|one| one as &dyn Display).collect();
    fill(english, &shown)
}

/// An argument of a sentence in English: its own text where there is one, and days as English pages write them.
fn english_argument(chinese: &str) -> String {
    let known = translate(Lang::En, chinese);
    if known != chinese {
        return known.to_owned();
    }
    english_days(chinese)
}

/// A text in which each `2026 年 12 月 1 日`, with or without spaces, is written `2026-12-01`, and `12 月 1 日` `12-01`.
fn english_days(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let begins = first.is_ascii_digit() && !out.ends_with(|c: char| c.is_ascii_digit());
        if let Some((day, after)) = begins.then(|| chinese_day(rest)).flatten() {
            out.push_str(&day);
            rest = after;
        } else {
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

/// The day at the beginning of a text in English, and what comes after it.
fn chinese_day(text: &str) -> Option<(String, &str)> {
    let number = |text: &str, unit: char| -> Option<(u32, usize)> {
        let (digits, rest) = text.split_once(unit)?;
        let value = digits.trim().parse().ok()?;
        Some((value, text.len() - rest.len()))
    };
    let (year, text) = match number(text, '年') {
        Some((year, length)) => (Some(year), text.get(length..)?),
        None => (None, text),
    };
    let (month, length) = number(text, '月').filter(|(month, _)| (1..=12).contains(month))?;
    let text = text.get(length..)?;
    let (day, length) = number(text, '日').filter(|(day, _)| (1..=31).contains(day))?;
    let rest = text.get(length..)?;
    let written = match year {
        Some(year) => format!("{year}-{month:02}-{day:02}"),
        None => format!("{month:02}-{day:02}"),
    };
    Some((written, rest))
}

/// What stands between the fixed parts of a text, if the sentence is made of them.
fn arguments<'a>(parts: &[&str], sentence: &'a str) -> Option<Vec<&'a str>> {
    let (first, rest) = parts.split_first()?;
    let (last, middle) = rest.split_last()?;
    let mut left = sentence.strip_prefix(first)?.strip_suffix(last)?;
    let mut found = Vec::with_capacity(rest.len());
    for part in middle {
        let (argument, after) = left.split_once(part)?;
        found.push(argument);
        left = after;
    }
    found.push(left);
    Some(found)
}

/// Replaces each `{}` by the next argument; a place without an argument stays as it is.
pub fn fill(text: &str, arguments: &[&dyn Display]) -> String {
    let mut parts = text.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut arguments = arguments.iter();
    for part in parts {
        match arguments.next() {
            // Writing into a String cannot fail.
            Some(argument) => drop(write!(out, "{argument}")),
            None => out.push_str("{}"),
        }
        out.push_str(part);
    }
    out
}

/// The texts among these that have no English, or whose English has another number of `{}`.
pub fn missing_english(texts: &[&str]) -> Vec<String> {
    let complete = |text: &str| {
        ENGLISH
            .get(text)
            .is_some_and(|english| english.matches("{}").count() == text.matches("{}").count())
    };
    texts
        .iter()
        .filter(|text| !complete(text))
        .map(|&text| text.to_owned())
        .collect()
}

/// Finds the Chinese texts given to `t`, `tn`, `titled`, `hint` and the constructors of `Field` in the `.html` and
/// `.rs` files under a folder, sorted and each once.
pub fn scan_template_texts(folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "html" || ext == "rs") {
                scan_texts(&std::fs::read_to_string(&path)?, &mut found);
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn scan_texts(source: &str, found: &mut Vec<String>) {
    for marker in MARKERS {
        found.extend(source.split(marker).skip(1).filter_map(first_literal));
    }
    // `Field::text("name", "姓名", …)`: the label is the second literal.
    for call in source.split("Field::").skip(1) {
        let Some((_, after_open)) = call.split_once("(\"") else {
            continue;
        };
        let Some((_, after_name)) = after_open.split_once('"') else {
            continue;
        };
        if let Some(label) = after_name.trim_start_matches([',', ' ', '\n']).strip_prefix('"') {
            found.extend(first_literal(label));
        }
    }
}

fn first_literal(rest: &str) -> Option<String> {
    let text = rest.split('"').next()?;
    let chinese = text
        .chars()
        .any(|letter| ('\u{3400}'..='\u{9fff}').contains(&letter));
    chinese.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_fill_in_order_and_missing_ones_show() {
        for (text, arguments, result) in [
            ("剩 {} 个", vec![&3 as &dyn Display], "剩 3 个"),
            ("{}到{}", vec![&1 as &dyn Display, &2], "1到2"),
            ("{}到{}", vec![&1 as &dyn Display], "1到{}"),
            ("没有", vec![&1 as &dyn Display], "没有"),
        ] {
            assert_eq!(fill(text, &arguments), result);
        }
    }

    #[test]
    fn a_sentence_put_together_is_told_in_english() {
        for (chinese, english) in [
            ("找课", "Find a class"),
            (
                "手机号要 11 位数字，您填了 10 位。",
                "A mobile number has 11 digits; you typed 10.",
            ),
            ("请填写姓名。", "Please fill in: Name."),
            ("没有人翻译过这一句，{}。", "没有人翻译过这一句，{}。"),
        ] {
            assert_eq!(retell(Lang::En, chinese), english);
            assert_eq!(retell(Lang::Zh, chinese), chinese);
        }
        assert_eq!(arguments(&["排", "前面", "人"], "排人"), None);
        assert_eq!(arguments(&["", "“", "”"], "a“b”"), Some(vec!["a", "b"]));
    }

    #[test]
    fn days_in_an_argument_are_written_as_english_pages_write_them() {
        for (chinese, english) in [
            ("2026 年 12 月 1 日 09:00", "2026-12-01 09:00"),
            ("2026年12月1日", "2026-12-01"),
            ("周一", "Monday"),
            ("3 月 2 日和 3 月 9 日", "03-02和 03-09"),
            ("2026 年第 3 班", "2026 年第 3 班"),
            ("13 月 1 日", "13 月 1 日"),
            ("12026年3月2日", "12026-03-02"),
            ("3 个班", "3 个班"),
            ("", ""),
        ] {
            assert_eq!(english_argument(chinese), english, "{chinese}");
        }
        let told = retell(
            Lang::En,
            "报名已在 2026 年 12 月 1 日 09:00 截止。可以看看还在报名的班，或打电话问学校能不能补报。",
        );
        assert!(
            told.contains("2026-12-01 09:00") && !told.contains('年'),
            "{told}"
        );
    }

    #[test]
    fn the_scanner_finds_every_marked_text() {
        let mut found = Vec::new();
        scan_texts(
            r#"<h1>{{ page.t("找课") }}</h1>{{ page.tn("剩 {} 个", [n]) }} x.titled("标题")
               Field::text("name", "姓名", 1, 20).hint("和身份证上一样"), Field::text("code", "x", 1, 2) page.t("abc")"#,
            &mut found,
        );
        found.sort();
        let mut wanted = vec!["找课", "剩 {} 个", "标题", "姓名", "和身份证上一样"];
        wanted.sort_unstable();
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_text_without_english_is_named() {
        assert_eq!(missing_english(&["找课", "这句没有翻译"]), ["这句没有翻译"]);
    }

    #[test]
    fn every_line_of_the_catalogue_is_a_pair_used_once() {
        let mut seen = std::collections::HashSet::new();
        for line in include_str!("../assets/en.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let (chinese, english) = line.split_once('\t').expect(line);
            assert!(!english.is_empty() && seen.insert(chinese), "{line}");
            assert!(
                missing_english(&[chinese]).is_empty(),
                "the number of places differs: {line}"
            );
        }
    }

    #[test]
    fn layouts_and_components_are_translated() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = scan_template_texts(&root.join("templates")).expect("templates can be read");
        texts.extend(crate::field::SENTENCES.map(str::to_owned));
        texts.push("您在这里".to_owned());
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert!(texts.len() > 20, "the scanner found only {}", texts.len());
        assert_eq!(missing_english(&texts), Vec::<String>::new());
    }
}
