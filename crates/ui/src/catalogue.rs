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
    let arguments: Vec<&str> = arguments.into_iter().map(|one| translate(lang, one)).collect();
    let shown: Vec<&dyn Display> = arguments.iter().map(|one| one as &dyn Display).collect();
    fill(english, &shown)
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
