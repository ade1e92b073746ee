//! Labels at the head of a paragraph: 一、（一）1. (1) ① 第一章 and their kin.

use super::numbers::chinese_integer;
use super::phrase::Phrase;

/// How a label is written; one style is one level of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// 第一部分
    Part,
    /// 第一章
    Chapter,
    /// 第一节
    Section,
    /// 第一条
    Article,
    /// 第一阶段: a label of time, printed in words.
    Stage,
    /// 任务一：, 行动1: a label with a name before the number.
    Named,
    /// 一、
    ChineseComma,
    /// （一）
    ChineseBracket,
    /// 1.
    DigitDot,
    /// 1、
    DigitComma,
    /// 1)
    DigitHalfBracket,
    /// (1)
    DigitBracket,
    /// ①
    Circled,
    /// 1.1, 1.1.1: so many figures.
    Decimal(usize),
}

impl Style {
    /// How deep it stands by custom, used only where the order in the document does not tell.
    #[must_use]
    pub fn custom(self) -> usize {
        match self {
            Self::Part => 0,
            Self::Chapter => 1,
            Self::Section => 2,
            Self::ChineseComma | Self::Article => 3,
            Self::ChineseBracket => 4,
            Self::Named => 4,
            Self::Stage | Self::DigitDot | Self::DigitComma => 5,
            Self::Decimal(figures) => 4 + figures,
            Self::DigitBracket | Self::DigitHalfBracket => 7,
            Self::Circled => 8,
        }
    }

    /// The same mark after another kind of numeral: 二、 goes on as 3、 in real documents.
    #[must_use]
    pub fn is_sister(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::ChineseComma, Self::DigitComma)
                | (Self::DigitComma, Self::ChineseComma)
                | (Self::ChineseBracket, Self::DigitBracket)
                | (Self::DigitBracket, Self::ChineseBracket)
                | (Self::DigitDot, Self::DigitComma)
                | (Self::DigitComma, Self::DigitDot)
        )
    }
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// How it is written.
    pub style: Style,
    /// Its place in the row.
    pub value: u32,
    /// What is printed, without the mark.
    pub printed: String,
    /// Printed characters that it takes, with the mark and the spaces after it.
    pub length: usize,
}

/// Characters of a paragraph that may belong to a label.
const LONGEST: usize = 16;
/// No document numbers its points higher.
const HIGHEST: u32 = 300;

/// Reads the label at the head of a paragraph.
#[must_use]
pub fn read(letters: &[char]) -> Option<Label> {
    let head: Vec<char> = letters.iter().take(LONGEST).copied().collect();
    let phrase = Phrase::new(&head);
    let (style, value, from, to, end) = in_words(&phrase)
        .or_else(|| named(&phrase))
        .or_else(|| bracketed(&phrase))
        .or_else(|| circled(&phrase))
        .or_else(|| chinese(&phrase))
        .or_else(|| digits(&phrase))?;
    if value == 0 || value > HIGHEST {
        return None;
    }
    let printed = match style {
        Style::Circled | Style::DigitBracket if from == to => value.to_string(),
        _ => phrase.plain(from, to),
    };
    Some(Label {
        style,
        value,
        printed,
        length: phrase.place(end).min(letters.len()),
    })
}

type Found = (Style, u32, usize, usize, usize);

/// Where the numeral that begins there ends, and its value.
fn numeral(phrase: &Phrase, from: usize) -> Option<(u32, usize, bool)> {
    let mut to = from;
    while phrase.at(to).is_ascii_digit() {
        to += 1;
    }
    if to > from {
        let value = phrase.plain(from, to);
        return value.parse().ok().map(|value| (value, to, true));
    }
    while "一二三四五六七八九十百".contains(phrase.at(to)) {
        to += 1;
    }
    let word = phrase.words(from, to);
    let value = chinese_integer(&word)?;
    u32::try_from(value).ok().map(|value| (value, to, false))
}

fn in_words(phrase: &Phrase) -> Option<Found> {
    if phrase.at(0) != '第' {
        return None;
    }
    let (value, to, _) = numeral(phrase, 1)?;
    let kinds = [
        ("部分", Style::Part),
        ("章", Style::Chapter),
        ("节", Style::Section),
        ("条", Style::Article),
        ("阶段", Style::Stage),
    ];
    let (word, style) = kinds.into_iter().find(|(word, _)| phrase.starts(to, word))?;
    let mut end = to + word.chars().count();
    if style == Style::Stage {
        // 第一阶段的工作… is a sentence; 第一阶段：… and 第一阶段——… are labels.
        return matches!(phrase.at(end), '-' | ':' | '（' | '，').then_some((style, value, 1, to, 0));
    }
    if "的第至到".contains(phrase.at(end)) || phrase.starts(end, "规定") {
        return None;
    }
    while matches!(phrase.at(end), ':' | '、' | '.') {
        end += 1;
    }
    Some((style, value, 1, to, end))
}

/// 任务一：, 专项行动2、, 工程三.
fn named(phrase: &Phrase) -> Option<Found> {
    let names = [
        "任务",
        "重点任务",
        "行动",
        "专项行动",
        "工程",
        "重点工程",
        "举措",
        "措施",
        "项目",
        "重点项目",
    ];
    let (_, length) = phrase.longest(0, &names)?;
    let (value, to, _) = numeral(phrase, length)?;
    matches!(phrase.at(to), ':' | '、' | '.').then_some((Style::Named, value, length, to, to + 1))
}

fn bracketed(phrase: &Phrase) -> Option<Found> {
    if phrase.at(0) != '（' {
        return enclosed(phrase);
    }
    let (value, to, digits) = numeral(phrase, 1)?;
    if phrase.at(to) != '）' {
        return None;
    }
    let style = if digits {
        Style::DigitBracket
    } else {
        Style::ChineseBracket
    };
    let mut end = to + 1;
    while matches!(phrase.at(end), '、' | '.') {
        end += 1;
    }
    Some((style, value, 1, to, end))
}

/// ㈠ and ⑴, one character each.
fn enclosed(phrase: &Phrase) -> Option<Found> {
    let letter = phrase.at(0);
    match letter {
        '㈠'..='㈩' => Some((
            Style::ChineseBracket,
            u32::from(letter) - u32::from('㈠') + 1,
            0,
            1,
            1,
        )),
        '⑴'..='⒇' => Some((
            Style::DigitBracket,
            u32::from(letter) - u32::from('⑴') + 1,
            0,
            0,
            1,
        )),
        '⒈'..='⒛' => Some((Style::DigitDot, u32::from(letter) - u32::from('⒈') + 1, 0, 1, 1)),
        _ => None,
    }
}

fn circled(phrase: &Phrase) -> Option<Found> {
    let letter = phrase.at(0);
    ('①'..='⑳')
        .contains(&letter)
        .then(|| (Style::Circled, u32::from(letter) - u32::from('①') + 1, 0, 0, 1))
}

fn chinese(phrase: &Phrase) -> Option<Found> {
    let (value, to, digits) = numeral(phrase, 0)?;
    let mark = phrase.at(to);
    if digits || !matches!(mark, '、' | '.' | '．') {
        return None;
    }
    // 一、二、三级 is a list in a sentence.
    if numeral(phrase, to + 1)
        .is_some_and(|(_, next, _)| matches!(phrase.at(next), '、' | '级' | '类' | '期' | '线'))
    {
        return None;
    }
    Some((Style::ChineseComma, value, 0, to, to + 1))
}

fn digits(phrase: &Phrase) -> Option<Found> {
    let (value, mut to, digits) = numeral(phrase, 0)?;
    if !digits {
        return None;
    }
    let mut figures = 1;
    let mut last = value;
    while phrase.at(to) == '.'
        && let Some((next, end, true)) = numeral(phrase, to + 1)
    {
        figures += 1;
        last = next;
        to = end;
    }
    let mark = phrase.at(to);
    if figures > 1 {
        // 1.5万 is a figure, 1.1 推进 is a label: a unit or a multiplier tells them apart.
        let figure = "万亿%‰元倍个所人米平公小百千".contains(mark)
            && phrase.place(to) == phrase.place(to.saturating_sub(1)) + 1;
        let end = if matches!(mark, '.' | '、') { to + 1 } else { to };
        return (!figure && figures <= 4 && mark != '\0').then_some((
            Style::Decimal(figures),
            last,
            0,
            to,
            end,
        ));
    }
    let style = match mark {
        '.' => Style::DigitDot,
        '、' => Style::DigitComma,
        '）' => Style::DigitHalfBracket,
        _ => return None,
    };
    if style == Style::DigitComma
        && let Some((_, next, true)) = numeral(phrase, to + 1)
        && matches!(phrase.at(next), '、' | '年' | '月' | '级')
    {
        return None;
    }
    Some((style, value, 0, to, to + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read() {
        for (text, style, printed) in [
            ("一、工作目标", Style::ChineseComma, "一"),
            ("十二、其他", Style::ChineseComma, "十二"),
            ("（一） 2022 年", Style::ChineseBracket, "一"),
            ("(三)加强", Style::ChineseBracket, "三"),
            ("1.落实", Style::DigitDot, "1"),
            ("１．落实", Style::DigitDot, "1"),
            ("32. 促进", Style::DigitDot, "32"),
            ("3、 坚持", Style::DigitComma, "3"),
            ("(1) 确立", Style::DigitBracket, "1"),
            ("（4）工作", Style::DigitBracket, "4"),
            ("⑷工作", Style::DigitBracket, "4"),
            ("2）工作", Style::DigitHalfBracket, "2"),
            ("①工作", Style::Circled, "1"),
            ("第三章 措施", Style::Chapter, "三"),
            ("第十二条 学校应", Style::Article, "十二"),
            ("第一阶段——启动", Style::Stage, "一"),
            ("任务一：扩大供给", Style::Named, "一"),
            ("专项行动2、提质", Style::Named, "2"),
            ("1.2 工作", Style::Decimal(2), "1.2"),
            ("1.2.3工作", Style::Decimal(3), "1.2.3"),
        ] {
            let label = read(&text.chars().collect::<Vec<_>>()).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((label.style, label.printed.as_str()), (style, printed), "{text}");
        }
    }

    #[test]
    fn figures_are_no_labels() {
        for text in [
            "2022年",
            "1.5万人次",
            "60个",
            "一、二、三级",
            "三个",
            "（老年）学校",
            "第三条规定",
            "2023、2024年",
            "第一阶段的工作",
            "十分重要",
            "一是加强",
            "",
            "2024.",
            "999. 啊",
        ] {
            let found = read(&text.chars().collect::<Vec<_>>());
            assert_eq!(found, None, "{text}");
        }
    }
}
