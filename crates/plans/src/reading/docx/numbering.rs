//! Labels that Word counts by itself: `word/numbering.xml` and the styles that point at it.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// Levels of a list.
const LEVELS: usize = 9;
/// Styles that may stand on each other.
const CHAIN: usize = 12;

/// How one level prints its label.
#[derive(Debug, Clone, Default)]
struct Level {
    format: String,
    /// Text with `%1` for the number of the first level.
    text: String,
    start: u32,
}

/// A style's list and level, and the style below it.
#[derive(Debug, Clone, Default)]
struct Style {
    list: Option<String>,
    level: Option<usize>,
    below: Option<String>,
}

/// A list: its pattern, and starts of its own.
#[derive(Debug, Clone, Default)]
struct List {
    pattern: String,
    starts: HashMap<usize, u32>,
    begun: bool,
}

/// All lists of a document, and how far each was counted.
#[derive(Debug, Default)]
pub struct Numbering {
    patterns: HashMap<String, Vec<Level>>,
    lists: HashMap<String, List>,
    styles: HashMap<String, Style>,
    counts: HashMap<String, [u32; LEVELS]>,
}

/// An attribute by its name without prefix.
pub fn value(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    tag.attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| {
            attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .ok()
                .map(std::borrow::Cow::into_owned)
        })
}

impl Numbering {
    /// Reads both parts; either may be empty.
    pub fn read(numbers: &str, styles: &str) -> Result<Self, quick_xml::Error> {
        let mut found = Self::default();
        found.read_numbers(numbers)?;
        found.read_styles(styles)?;
        Ok(found)
    }

    fn read_numbers(&mut self, xml: &str) -> Result<(), quick_xml::Error> {
        let mut reader = Reader::from_str(xml);
        let (mut pattern, mut list, mut level) = (None::<String>, None::<String>, 0usize);
        loop {
            let tag = match reader.read_event()? {
                Event::Eof => return Ok(()),
                Event::Start(tag) | Event::Empty(tag) => tag,
                Event::End(tag) => {
                    match tag.local_name().as_ref() {
                        "abstractNum" => pattern = None,
                        "num" => list = None,
                        _ => {}
                    }
                    continue;
                }
                _ => continue,
            };
            let val = || value(&tag, "val");
            match tag.local_name().as_ref() {
                "abstractNum" => pattern = value(&tag, "abstractNumId"),
                "num" => list = value(&tag, "numId"),
                "abstractNumId" => {
                    if let (Some(list), Some(pattern)) = (&list, val()) {
                        self.lists.entry(list.clone()).or_default().pattern = pattern;
                    }
                }
                "lvl" | "lvlOverride" => {
                    level = value(&tag, "ilvl")
                        .and_then(|level| level.parse().ok())
                        .unwrap_or(LEVELS);
                }
                "startOverride" => {
                    if let (Some(list), Some(start)) = (&list, val().and_then(|start| start.parse().ok())) {
                        self.lists
                            .entry(list.clone())
                            .or_default()
                            .starts
                            .insert(level, start);
                    }
                }
                name @ ("start" | "numFmt" | "lvlText") => {
                    if let (Some(pattern), Some(val)) = (&pattern, val()) {
                        self.set(pattern, level, name, val);
                    }
                }
                _ => {}
            }
        }
    }

    /// Sets one property of a level.
    fn set(&mut self, pattern: &str, level: usize, name: &str, val: String) {
        let fresh = || {
            vec![
                Level {
                    start: 1,
                    ..Level::default()
                };
                LEVELS
            ]
        };
        let levels = self.patterns.entry(pattern.to_owned()).or_insert_with(fresh);
        let Some(level) = levels.get_mut(level) else {
            return;
        };
        match name {
            "start" => level.start = val.parse().unwrap_or(1),
            "numFmt" => level.format = val,
            _ => level.text = val,
        }
    }

    fn read_styles(&mut self, xml: &str) -> Result<(), quick_xml::Error> {
        let mut reader = Reader::from_str(xml);
        let mut id = String::new();
        loop {
            let tag = match reader.read_event()? {
                Event::Eof => return Ok(()),
                Event::Start(tag) | Event::Empty(tag) => tag,
                _ => continue,
            };
            let name = tag.local_name().as_ref().to_owned();
            if name == "style" {
                id = value(&tag, "styleId").unwrap_or_default();
            }
            let Some(val) = value(&tag, "val").filter(|_| !id.is_empty()) else {
                continue;
            };
            let style = self.styles.entry(id.clone()).or_default();
            match name.as_str() {
                "basedOn" => style.below = Some(val),
                "numId" => style.list = Some(val),
                "ilvl" => style.level = val.parse().ok(),
                _ => {}
            }
        }
    }

    /// The list and level that a style brings along.
    fn of_style(&self, style: &str) -> (Option<String>, Option<usize>) {
        let (mut list, mut level) = (None, None);
        let mut id = style.to_owned();
        for _ in 0..CHAIN {
            let Some(style) = self.styles.get(&id) else { break };
            list = list.or_else(|| style.list.clone());
            level = level.or(style.level);
            match &style.below {
                Some(below) => id.clone_from(below),
                None => break,
            }
        }
        (list, level)
    }

    /// Counts on and prints the label of the next paragraph of a list; empty when it is in none.
    pub fn label(&mut self, style: Option<&str>, list: Option<&str>, level: Option<usize>) -> String {
        let (styled, styled_level) = style.map(|style| self.of_style(style)).unwrap_or_default();
        let Some(id) = list.map(str::to_owned).or(styled).filter(|id| id != "0") else {
            return String::new();
        };
        let level = level.or(styled_level).unwrap_or(0).min(LEVELS - 1);
        let Some(list) = self.lists.get_mut(&id) else {
            return String::new();
        };
        let Some(levels) = self.patterns.get(&list.pattern) else {
            return String::new();
        };
        let counts = self.counts.entry(list.pattern.clone()).or_insert([0; LEVELS]);
        if !list.begun {
            list.begun = true;
            for (level, start) in &list.starts {
                if let Some(count) = counts.get_mut(*level) {
                    *count = start.saturating_sub(1);
                }
            }
        }
        let Some(own) = levels.get(level) else {
            return String::new();
        };
        if let Some(count) = counts.get_mut(level) {
            *count = if *count == 0 {
                own.start.max(1)
            } else {
                count.saturating_add(1)
            };
        }
        for count in counts.iter_mut().skip(level + 1) {
            *count = 0;
        }
        printed(levels, own, counts)
    }
}

fn printed(levels: &[Level], own: &Level, counts: &[u32; LEVELS]) -> String {
    if own.format == "bullet" {
        return "●".to_owned();
    }
    if own.format == "none" {
        return String::new();
    }
    let mut label = String::new();
    let mut letters = own.text.chars().peekable();
    while let Some(letter) = letters.next() {
        let level = (letter == '%')
            .then(|| letters.peek().and_then(|next| next.to_digit(10)))
            .flatten();
        match level
            .and_then(|level| usize::try_from(level).ok())
            .and_then(|level| level.checked_sub(1))
        {
            Some(level) => {
                letters.next();
                let count = counts.get(level).copied().unwrap_or(1).max(1);
                let format = levels.get(level).map_or("decimal", |level| level.format.as_str());
                label.push_str(&number(count, format));
            }
            None => label.push(letter),
        }
    }
    label
}

/// A number as Word prints it.
fn number(count: u32, format: &str) -> String {
    match format {
        "chineseCounting"
        | "chineseCountingThousand"
        | "japaneseCounting"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "ideographDigital"
        | "japaneseDigitalTenThousand"
        | "chineseLegalSimplified" => chinese(count),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if (1..=20).contains(&count) => {
            char::from_u32(u32::from('①') + count - 1)
                .map(String::from)
                .unwrap_or_default()
        }
        "lowerLetter" | "upperLetter" => {
            let first = if format == "lowerLetter" { 'a' } else { 'A' };
            char::from_u32(u32::from(first) + (count - 1) % 26)
                .map(String::from)
                .unwrap_or_default()
        }
        _ => count.to_string(),
    }
}

/// Chinese numerals up to 999; digits above, which no list reaches.
fn chinese(count: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |value: u32| {
        usize::try_from(value)
            .ok()
            .and_then(|value| DIGITS.get(value))
            .copied()
            .unwrap_or_default()
    };
    let (hundreds, tens, ones) = (count / 100, count / 10 % 10, count % 10);
    match (hundreds, tens) {
        (0, 0) => digit(ones).to_owned(),
        (0, 1) => format!("十{}", digit(ones)),
        (0, _) => format!("{}十{}", digit(tens), digit(ones)),
        (1..=9, 0) if ones == 0 => format!("{}百", digit(hundreds)),
        (1..=9, 0) => format!("{}百零{}", digit(hundreds), digit(ones)),
        (1..=9, _) => format!("{}百{}十{}", digit(hundreds), digit(tens), digit(ones)),
        _ => count.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_printed_as_word_does() {
        for (count, words) in [
            (1, "一"),
            (10, "十"),
            (12, "十二"),
            (20, "二十"),
            (35, "三十五"),
            (100, "一百"),
            (105, "一百零五"),
            (121, "一百二十一"),
        ] {
            assert_eq!(number(count, "chineseCounting"), words);
        }
        assert_eq!(number(3, "decimalEnclosedCircle"), "③");
        assert_eq!(number(3, "decimal"), "3");
    }
}
