//! Every kind of event has its words for the audit, and no words are kept for a kind that is gone.

use crate::source::{Source, files, literals};
use std::collections::BTreeSet;

/// Where the words stand.
const WORDS: &str = "crates/app/src/desk/audit/words.rs";

/// The program's own source: no tests, no words.
fn product() -> Vec<Source> {
    let mut all = files("crates", ".rs");
    all.retain(|file| {
        let test = ["/tests/", "tests.rs", "testing.rs", "crates/testkit/"];
        file.path != WORDS && !test.iter().any(|part| file.path.contains(part))
    });
    for file in &mut all {
        if let Some(at) = file.text.find("#[cfg(test)]\nmod tests {") {
            file.text.truncate(at);
        }
    }
    all
}

/// Whether a text looks like the kind of an event: `class.published`.
fn is_kind(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter == '_')
    };
    text.split_once('.')
        .is_some_and(|(thing, what)| part(thing) && part(what) && what != "rs")
}

/// Kinds in calls that name one, `Event::new("class.published", …)`.
fn called(text: &str) -> impl Iterator<Item = &str> {
    let after = text
        .split("Event::new(")
        .skip(1)
        .map(str::trim_start)
        .filter_map(|rest| rest.strip_prefix('"'));
    after
        .filter_map(|rest| rest.split('"').next())
        .filter(|kind| is_kind(kind))
}

/// Kinds that the head of a module lists after `Events:`.
fn listed(text: &str) -> BTreeSet<String> {
    let head: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("//!")).collect();
    let head = head.join("\n");
    let lists = head.split("Events:").skip(1).filter_map(|rest| {
        rest.split("\n\n")
            .next()?
            .split("\n Table")
            .next()?
            .split("\n Jobs")
            .next()
    });
    let words =
        lists.flat_map(|list| list.split(|sign: char| sign.is_whitespace() || ",;`()".contains(sign)));
    words
        .map(|word| word.trim_end_matches('.').to_owned())
        .filter(|word| is_kind(word))
        .collect()
}

fn with_words() -> BTreeSet<String> {
    let words = files("crates/app/src/desk/audit", "words.rs");
    let table = words[0].text.split("];").next().expect("the table of kinds");
    literals(table).into_iter().filter(|text| is_kind(text)).collect()
}

#[test]
fn every_kind_of_event_has_words() {
    let mut kinds = BTreeSet::new();
    for file in product() {
        kinds.extend(called(&file.text).map(str::to_owned));
        kinds.extend(listed(&file.text));
    }
    assert!(kinds.len() > 200, "found only {}", kinds.len());
    let known = with_words();
    let missing: Vec<&String> = kinds.difference(&known).collect();
    assert!(missing.is_empty(), "add to {WORDS}: {missing:?}");
}

#[test]
fn no_words_are_kept_for_a_kind_that_is_gone() {
    let used: BTreeSet<String> = product().iter().flat_map(|file| literals(&file.text)).collect();
    let gone: Vec<String> = with_words()
        .into_iter()
        .filter(|kind| !used.contains(kind))
        .collect();
    assert!(gone.is_empty(), "take out of {WORDS}: {gone:?}");
}
