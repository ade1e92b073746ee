//! Levels: which label stands below which, and the headings above each paragraph.

use super::labels::{self, Label, Style};
use super::phrase::Phrase;
use super::text::Paragraph;

/// A labelled paragraph, or the paragraphs before the first label, with what follows it.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its label; none for what stands before any label.
    pub label: Option<Label>,
    /// Headings above, as printed.
    pub path: Vec<String>,
    /// How deep it stands, 0 for chapters.
    pub depth: usize,
    /// The labelled paragraph without its label.
    pub own: Paragraph,
    /// Paragraphs that follow without a label.
    pub rest: Vec<Paragraph>,
    /// Labelled paragraphs stand below it.
    pub parent: bool,
    /// The row of numbers has a gap or turns back before this one.
    pub gap: bool,
}

/// A level that is open while reading on.
struct Level {
    styles: Vec<Style>,
    last: u32,
    node: usize,
}

/// A heading at the start of a numbered paragraph is not longer.
const LONGEST_HEADING: usize = 80;

impl Node {
    /// The label is all there is on its line: no sentence ends there.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        let phrase = Phrase::new(&self.own.letters);
        let stops = (0..phrase.len()).filter(|place| matches!(phrase.at(*place), '。' | '；' | '！'));
        let inner = stops.filter(|place| place + 1 < phrase.len()).count();
        inner == 0 && phrase.len() <= LONGEST_HEADING && phrase.before(phrase.len()) != '。'
    }

    /// Its heading: the first sentence of its own line.
    #[must_use]
    pub fn heading(&self) -> String {
        heading(&self.own.letters)
    }

    /// Its heading with the printed label, for the path of what stands below.
    #[must_use]
    pub fn printed(&self, mark: &str) -> String {
        format!("{mark}{}", self.heading())
    }
}

/// The first sentence of a paragraph, without its full stop.
fn heading(letters: &[char]) -> String {
    let phrase = Phrase::new(letters);
    let end = (0..phrase.len())
        .find(|place| matches!(phrase.at(*place), '。' | '；' | '！') && !phrase.is_quoted(*place))
        .unwrap_or(phrase.len());
    let colon =
        (0..end.min(LONGEST_HEADING / 2)).find(|place| phrase.at(*place) == ':' && !phrase.is_quoted(*place));
    let end = colon.filter(|colon| *colon > 1).unwrap_or(end);
    phrase.words(0, end.min(LONGEST_HEADING))
}

/// Puts paragraphs below their labels.
#[must_use]
pub fn outline(paragraphs: &[Paragraph], root: &[String]) -> Vec<Node> {
    if paragraphs
        .iter()
        .all(|paragraph| labels::read(&paragraph.letters).is_none())
    {
        return without_labels(paragraphs, root);
    }
    let mut nodes: Vec<Node> = Vec::new();
    let mut open: Vec<Level> = Vec::new();
    let mut known: Vec<(Style, usize)> = Vec::new();
    for paragraph in split_glued(paragraphs) {
        let Some(label) = labels::read(&paragraph.letters) else {
            match nodes.last_mut() {
                Some(node) => node.rest.push(paragraph),
                None => nodes.push(unlabelled(paragraph, root)),
            }
            continue;
        };
        let (depth, gap) = place(&mut open, &known, &label, nodes.len());
        if !known.contains(&(label.style, depth)) {
            known.push((label.style, depth));
        }
        let mut path = root.to_vec();
        for level in open.iter().take(depth) {
            if let Some(node) = nodes.get_mut(level.node) {
                node.parent = true;
                path.push(mark(node));
            }
        }
        let own = paragraph.part(label.length, paragraph.letters.len());
        nodes.push(Node {
            label: Some(label),
            path,
            depth,
            own,
            rest: Vec::new(),
            parent: false,
            gap,
        });
    }
    nodes
}

/// A text without any label: a short line without a full stop heads what follows.
fn without_labels(paragraphs: &[Paragraph], root: &[String]) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut path = root.to_vec();
    for (place, paragraph) in paragraphs.iter().enumerate() {
        let phrase = Phrase::new(&paragraph.letters);
        let plain = (2..=16).contains(&phrase.len())
            && !phrase.holds(0, phrase.len(), &["。", "；", "，", "、", ":"])
            && !phrase.at(0).is_ascii_digit();
        if plain && place + 1 < paragraphs.len() {
            path = root.to_vec();
            path.push(phrase.words(0, phrase.len()));
            continue;
        }
        nodes.push(unlabelled(paragraph.clone(), &path));
    }
    nodes
}

fn unlabelled(paragraph: Paragraph, root: &[String]) -> Node {
    Node {
        label: None,
        path: root.to_vec(),
        depth: 0,
        own: Paragraph::default(),
        rest: vec![paragraph],
        parent: false,
        gap: false,
    }
}

/// Label and heading as printed.
#[must_use]
pub fn mark(node: &Node) -> String {
    let Some(label) = &node.label else {
        return node.heading();
    };
    let printed = &label.printed;
    node.printed(&match label.style {
        Style::Part => format!("第{printed}部分 "),
        Style::Chapter => format!("第{printed}章 "),
        Style::Section => format!("第{printed}节 "),
        Style::Article => format!("第{printed}条 "),
        Style::Stage => String::new(),
        Style::Named => format!("任务{printed}："),
        Style::ChineseComma | Style::DigitComma => format!("{printed}、"),
        Style::ChineseBracket => format!("（{printed}）"),
        Style::DigitDot => format!("{printed}."),
        Style::DigitHalfBracket => format!("{printed}）"),
        Style::DigitBracket => format!("({printed})"),
        Style::Circled => label
            .value
            .checked_sub(1)
            .and_then(|step| char::from_u32(u32::from('①') + step))
            .map(String::from)
            .unwrap_or_default(),
        Style::Decimal(_) => format!("{printed} "),
    })
}

/// Finds the level of a label, closes what is deeper, and says whether the row of numbers is whole.
fn place(open: &mut Vec<Level>, known: &[(Style, usize)], label: &Label, node: usize) -> (usize, bool) {
    let same = open.iter().rposition(|level| level.styles.contains(&label.style));
    // 二、 goes on as 3、: the mark is the same and the number is the next, unless the style was seen on another level.
    let elsewhere = |depth: usize| {
        known
            .iter()
            .any(|(style, at)| *style == label.style && *at != depth)
    };
    let sister = open.iter().enumerate().rev().find_map(|(depth, level)| {
        let fits = !elsewhere(depth)
            && label.value > 1
            && level.last + 1 == label.value
            && level.styles.iter().any(|style| style.is_sister(label.style));
        fits.then_some(depth)
    });
    let same_goes_on =
        same.is_some_and(|depth| open.get(depth).is_some_and(|level| level.last + 1 == label.value));
    let depth = match (same, sister) {
        (Some(depth), _) if same_goes_on || sister.is_none() => depth,
        (Some(depth), Some(sister)) if label.value == 1 || sister > depth => depth,
        (_, Some(sister)) => sister,
        (Some(depth), None) => depth,
        (None, None) => below(open, label),
    };
    open.truncate(depth + 1);
    let Some(level) = open.get_mut(depth) else {
        open.push(Level {
            styles: vec![label.style],
            last: label.value,
            node,
        });
        // A document whose numbers run on begins later chapters in the middle of the row.
        return (depth, false);
    };
    let gap = label.value != level.last + 1 && label.value != 1;
    if !level.styles.contains(&label.style) {
        level.styles.push(label.style);
    }
    level.last = label.value;
    level.node = node;
    (depth, gap)
}

/// A style that is not open begins a level below the last one, unless custom says it is the higher one.
fn below(open: &[Level], label: &Label) -> usize {
    let higher = |level: &Level| {
        level
            .styles
            .iter()
            .map(|style| style.custom())
            .min()
            .is_some_and(|custom| custom > label.style.custom())
    };
    match open.last() {
        Some(last) if label.value > 1 && higher(last) => open.iter().position(higher).unwrap_or(open.len()),
        _ => open.len(),
    }
}

/// Styles whose next number may follow a full stop on the same line, where a paste lost the line break.
const GLUED: &[Style] = &[
    Style::ChineseComma,
    Style::ChineseBracket,
    Style::DigitDot,
    Style::DigitComma,
    Style::DigitBracket,
];

/// Parts paragraphs in which the next point begins after a full stop.
fn split_glued(paragraphs: &[Paragraph]) -> Vec<Paragraph> {
    let mut found = Vec::with_capacity(paragraphs.len());
    let mut last: Vec<(Style, u32)> = Vec::new();
    for paragraph in paragraphs {
        let mut from = 0;
        if let Some(label) = labels::read(&paragraph.letters) {
            remember(&mut last, &label);
        }
        for at in 1..paragraph.letters.len() {
            let ended = paragraph
                .letters
                .get(at - 1)
                .is_some_and(|before| matches!(before, '。'));
            if !ended {
                continue;
            }
            let rest = paragraph.letters.get(at..).unwrap_or_default();
            let Some(label) = labels::read(rest).filter(|label| GLUED.contains(&label.style)) else {
                continue;
            };
            let next = last
                .iter()
                .any(|(style, value)| *style == label.style && value + 1 == label.value);
            if next {
                found.push(paragraph.part(from, at));
                from = at + rest.iter().take_while(|letter| letter.is_whitespace()).count();
                remember(&mut last, &label);
            }
        }
        found.push(paragraph.part(from, paragraph.letters.len()));
    }
    found
}

fn remember(last: &mut Vec<(Style, u32)>, label: &Label) {
    match last.iter_mut().find(|(style, _)| *style == label.style) {
        Some(known) => known.1 = label.value,
        None => last.push((label.style, label.value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(usize, String, usize)> {
        outline(&super::super::text::paragraphs(text), &[])
            .into_iter()
            .map(|node| {
                (
                    node.depth,
                    node.label.map(|label| label.printed).unwrap_or_default(),
                    node.path.len(),
                )
            })
            .collect()
    }

    fn shown(text: &str) -> String {
        read(text)
            .iter()
            .map(|(depth, printed, _)| format!("{}{printed}", ">".repeat(*depth)))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn levels_follow_the_row_of_numbers() {
        for (text, levels) in [
            (
                "一、甲\n（一）乙。丙。\n（二）丁。\n二、戊\n（一）己。",
                "一 >一 >二 二 >一",
            ),
            // Numbers run on through the chapters, and chapters change their numerals.
            (
                "一、甲\n1.乙。\n2.丙。\n二、丁\n3.戊。\n3、 己\n4.庚。\n5.辛。\n4、 壬\n6.癸。\n五、子\n7.丑。",
                "一 >1 >2 二 >3 3 >4 >5 4 >6 五 >7",
            ),
            (
                "一、甲\n（一）乙\n1. 丙\n(1) 丁\n（2）戊\n2. 己\n（1）庚\n（二）辛\n1. 壬",
                "一 >一 >>1 >>>1 >>>2 >>2 >>>1 >二 >>1",
            ),
            (
                "一、甲\n1、乙。\n2、丙。\n二、丁\n1、戊。\n三、己\n1、庚。",
                "一 >1 >2 二 >1 三 >1",
            ),
            (
                "第一章 甲\n第一节 乙\n第一条 丙。\n第二条 丁。\n第二章 戊\n第三条 己。",
                "一 >一 >>一 >>二 二 >三",
            ),
            ("1 \n1.甲。2.乙。3.丙。", "1 2 3"),
            ("一、甲\n1.乙。\n（一）丙。", "一 >1 >>一"),
        ] {
            assert_eq!(shown(text), levels, "{text}");
        }
    }
}
