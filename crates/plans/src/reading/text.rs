//! Lines to paragraphs: what the page broke is joined, what the page printed beside the text is left out.

use super::draft::Place;
use super::labels;
use super::phrase::{Phrase, Words, is_invisible, list};

/// A paragraph with the way back to the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paragraph {
    /// Its characters as printed, without line breaks.
    pub letters: Vec<char>,
    /// Where each stands in the document.
    pub at: Vec<usize>,
    /// First line, counted from 1.
    pub line_from: usize,
    /// Last line.
    pub line_to: usize,
    /// A row of a table pasted as text.
    pub row: bool,
}

impl Paragraph {
    /// Its words as printed.
    #[must_use]
    pub fn text(&self) -> String {
        self.letters.iter().collect()
    }

    /// A part of it.
    #[must_use]
    pub fn part(&self, from: usize, to: usize) -> Self {
        Self {
            letters: self.letters.get(from..to).unwrap_or_default().to_vec(),
            at: self.at.get(from..to).unwrap_or_default().to_vec(),
            ..*self
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            line_from: self.line_from,
            line_to: self.line_to,
            from: self.at.first().copied().unwrap_or_default(),
            to: self.at.last().map_or(0, |last| last + 1),
        }
    }
}

/// A line without the spaces around it.
struct Line {
    letters: Vec<char>,
    at: Vec<usize>,
    number: usize,
    row: bool,
    labelled: bool,
}

/// Ends of a sentence, and of a paragraph.
pub const ENDS: &[char] = &['。', '！', '？', '；', '!', '?', ';'];
/// After one of these a line cannot be over.
const OPEN: &[char] = &[
    '，', '、', ',', '（', '(', '《', '“', '〔', '和', '与', '及', '的', '等',
];
/// How many lines must be broken at one width before the document counts as broken at the printed line.
const BROKEN_LINES: usize = 5;

/// Reads the paragraphs of a document.
#[must_use]
pub fn paragraphs(text: &str) -> Vec<Paragraph> {
    let lines = lines(text);
    let width = broken_width(&lines);
    let mut found: Vec<Paragraph> = Vec::new();
    let mut previous: Option<&Line> = None;
    // What the paragraph so far leaves open, kept as counts so that long paragraphs stay cheap.
    let mut open = Open::default();
    for line in &lines {
        let joins = match (previous, found.last()) {
            (Some(before), Some(paragraph)) => joins(before, line, width, open, paragraph),
            _ => false,
        };
        if joins && let Some(paragraph) = found.last_mut() {
            paragraph.letters.extend_from_slice(&line.letters);
            paragraph.at.extend_from_slice(&line.at);
            paragraph.line_to = line.number;
        } else {
            open = Open::default();
            found.push(Paragraph {
                letters: line.letters.clone(),
                at: line.at.clone(),
                line_from: line.number,
                line_to: line.number,
                row: line.row,
            });
        }
        open.read(&line.letters);
        previous = Some(line);
    }
    found
}

/// Brackets and quotation marks that were opened and not closed; prose, once a full stop was seen.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    depth: i32,
    prose: bool,
}

impl Open {
    fn read(&mut self, letters: &[char]) {
        for letter in letters {
            match letter {
                '《' | '“' | '（' | '(' | '〔' => self.depth += 1,
                '》' | '”' | '）' | ')' | '〕' => self.depth -= 1,
                '。' | '；' => self.prose = true,
                _ => {}
            }
        }
    }
}

fn joins(before: &Line, line: &Line, width: Option<usize>, open: Open, paragraph: &Paragraph) -> bool {
    let Some(last) = before.letters.last() else {
        return false;
    };
    if before.row || line.row || line.labelled || begins_anew(&line.letters) || is_date(&line.letters) {
        return false;
    }
    if ENDS.contains(last) || matches!(last, '：' | ':') || before.letters.starts_with(&['附', '件']) {
        return false;
    }
    if OPEN.contains(last) || (open.depth > 0 && paragraph.letters.len() < 400) {
        return true;
    }
    let full = width.is_some_and(|width| measure(&before.letters) + 3 >= width);
    if full {
        return true;
    }
    if labels::read(&paragraph.letters).is_some() {
        // Without a full stop a numbered line is a heading, and its text begins below.
        // A line that is as long as no heading is goes on below.
        let long = measure(&before.letters) >= 30
            && before.letters.iter().any(|letter| matches!(letter, '，' | ','));
        return open.prose || long;
    }
    let listing = before.letters.contains(&'、')
        && measure(&before.letters) >= 30
        && !"知点案见南划法排务".contains(*last);
    open.prose || listing || before.letters.iter().any(|letter| matches!(letter, '，' | ','))
}

/// Lines that begin a paragraph whatever stands before.
fn begins_anew(letters: &[char]) -> bool {
    static HEADS: Words = Words::new(|| {
        list(
            "附件 抄送 主题词 责任单位 牵头单位 责任部门 牵头部门 配合单位 配合部门 完成时限 完成时间 \
            时间安排 实施时间 （责任 （牵头 〔责任 〔牵头 （完成时 -- ● • ◆ ★ ☆ ■ ▲ ◎ · 公开属性 \
            此页无正文 （此页无正文",
        )
    });
    let head: Vec<char> = letters.iter().take(12).copied().collect();
    Phrase::new(&head).longest(0, &HEADS).is_some()
}

/// A line that is a date and nothing else.
#[must_use]
pub fn is_date(letters: &[char]) -> bool {
    let kept: Vec<char> = letters
        .iter()
        .copied()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let inner: &[char] = match kept.as_slice() {
        ['（' | '(', inner @ .., '）' | ')'] => inner,
        whole => whole,
    };
    inner.len() >= 6
        && inner.len() <= 12
        && inner.contains(&'年')
        && inner.contains(&'月')
        && inner.iter().all(|letter| {
            matches!(letter, '年' | '月' | '日' | '0'..='9' | '０'..='９' | '〇' | '○' | '零' | '十')
                || "一二三四五六七八九О".contains(*letter)
        })
}

/// Width of a line in Chinese characters.
fn measure(letters: &[char]) -> usize {
    let halves: usize = letters
        .iter()
        .map(|letter| if letter.is_ascii() { 1 } else { 2 })
        .sum();
    halves.div_ceil(2)
}

/// The width at which the printed page broke the lines, when it did.
fn broken_width(lines: &[Line]) -> Option<usize> {
    let mut widths = [0usize; 80];
    let mut all = 0;
    for pair in lines.windows(2) {
        let [before, after] = pair else { continue };
        let ended = before
            .letters
            .last()
            .is_none_or(|last| ENDS.contains(last) || matches!(last, '：' | ':'));
        let width = measure(&before.letters);
        // A numbered line without a full stop may be a heading, which ends where it likes.
        if ended || after.labelled || before.labelled || before.row || width < 18 {
            continue;
        }
        all += 1;
        if let Some(count) = widths.get_mut(width) {
            *count += 1;
        }
    }
    let near = |width: usize| -> usize {
        widths
            .get(width.saturating_sub(1)..(width + 2).min(widths.len()))
            .unwrap_or_default()
            .iter()
            .sum()
    };
    let best = (1..widths.len()).max_by_key(|width| (near(*width), *width))?;
    (near(best) >= BROKEN_LINES && near(best) * 2 >= all).then_some(best)
}

fn lines(text: &str) -> Vec<Line> {
    let mut found = Vec::new();
    let (mut letters, mut at) = (Vec::new(), Vec::new());
    let mut number = 1;
    let mut before = '\0';
    for (place, letter) in text.chars().chain(std::iter::once('\n')).enumerate() {
        let ends = matches!(
            letter,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        );
        if !ends {
            letters.push(letter);
            at.push(place);
        } else if !(letter == '\n' && before == '\r') {
            if let Some(line) = line(std::mem::take(&mut letters), std::mem::take(&mut at), number) {
                found.push(line);
            }
            if letter != '\u{c}' {
                number += 1;
            }
        }
        before = letter;
    }
    found
}

/// A line without the marks of another program and the spaces around it; none for a blank line or a page number.
fn line(letters: Vec<char>, at: Vec<usize>, number: usize) -> Option<Line> {
    let row = letters
        .iter()
        .skip_while(|letter| letter.is_whitespace())
        .any(|letter| *letter == '\t')
        && letters.iter().rposition(|letter| *letter == '\t').is_some()
        || letters
            .iter()
            .filter(|letter| matches!(letter, '|' | '│' | '┃'))
            .count()
            >= 2;
    let starred = letters.windows(2).any(|pair| pair == ['*', '*']);
    let kept: Vec<(char, usize)> = letters
        .into_iter()
        .zip(at)
        .filter(|(letter, _)| !is_invisible(*letter) || *letter == '\t')
        .filter(|(letter, _)| !(starred && *letter == '*'))
        .collect();
    let first = kept.iter().position(|(letter, _)| !letter.is_whitespace())?;
    let last = kept.iter().rposition(|(letter, _)| !letter.is_whitespace())?;
    let (letters, at): (Vec<char>, Vec<usize>) = kept.get(first..=last)?.iter().copied().unzip();
    if is_page_number(&letters) {
        return None;
    }
    let labelled = labels::read(&letters).is_some();
    Some(Line {
        row: row
            && letters
                .iter()
                .any(|letter| matches!(letter, '\t' | '|' | '│' | '┃')),
        letters,
        at,
        number,
        labelled,
    })
}

/// What the page prints below the text: — 5 —, -5-, 第5页 共20页, 5/20, 5.
fn is_page_number(letters: &[char]) -> bool {
    let plain = Phrase::new(letters);
    let text = plain.words(0, plain.len());
    let bare = text.trim_matches(|letter| matches!(letter, '—' | '-' | '–' | '－' | '·' | '~' | '～'));
    let digits =
        |text: &str| !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(bare) {
        return true;
    }
    if let Some((one, other)) = bare.split_once('/') {
        return digits(one) && digits(other);
    }
    let Some(rest) = bare.strip_prefix('第').and_then(|rest| rest.split_once('页')) else {
        return false;
    };
    let of = rest
        .1
        .trim_matches(|letter| matches!(letter, '，' | ',' | '/' | '共' | '页'));
    digits(rest.0) && (of.is_empty() || digits(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        paragraphs(text).iter().map(Paragraph::text).collect()
    }

    #[test]
    fn what_the_page_broke_is_joined() {
        let text = "一、工作目标\n\n积极应对人口老龄化，助推社区高效能治理。以先进办学理\n\n念为导向，坚\n持首位。\n（一）明确方向。明确新时代学\n— 5 —\n校宗旨。\n\u{c}（二）汇聚资源";
        assert_eq!(
            read(text),
            [
                "一、工作目标",
                "积极应对人口老龄化，助推社区高效能治理。以先进办学理念为导向，坚持首位。",
                "（一）明确方向。明确新时代学校宗旨。",
                "（二）汇聚资源"
            ]
        );
    }

    #[test]
    fn a_numbered_heading_keeps_its_line() {
        let text = "1. 利用社会力量，整合社会资源\r\n整合社会各方资源。\r\n2. 拓展空间\r\n主动掌握需求。";
        assert_eq!(read(text).len(), 4);
        assert_eq!(paragraphs(text)[1].line_from, 2);
    }

    #[test]
    fn places_lead_back() {
        let text = "甲\r\n　　乙丙，\r\n丁";
        let letters: Vec<char> = text.chars().collect();
        for paragraph in paragraphs(text) {
            for (letter, at) in paragraph.letters.iter().zip(&paragraph.at) {
                assert_eq!(letters[*at], *letter);
            }
        }
        assert_eq!(read(text), ["甲", "乙丙，丁"]);
    }

    #[test]
    fn page_numbers_are_no_text() {
        for text in ["— 5 —", "-12-", "第 3 页 共 20 页", "3/20", "7"] {
            assert!(read(text).is_empty(), "{text}");
        }
        assert_eq!(read("2024年"), ["2024年"]);
    }

    #[test]
    fn a_date_alone_is_told() {
        for (text, is) in [
            ("2022 年 10 月 24 日", true),
            ("二〇一三年一月", true),
            ("（2023年3月1日）", true),
            ("2022年10月25日印发", false),
            ("2022年", false),
        ] {
            assert_eq!(is_date(&text.chars().collect::<Vec<_>>()), is, "{text}");
        }
    }
}
