//! Who leads: printed after 责任单位, or the subject of the sentence.

use super::phrase::{Phrase, Words, list};
use super::text::Paragraph;

/// Labels before the names of those who lead, then of those who help.
static LEADS: Words = Words::new(|| {
    list(
        "牵头单位 牵头部门 主要责任单位 责任单位 责任部门 责任科室 责任处室 责任主体 牵头科室 牵头处室 \
        主办单位 主责单位 实施主体 牵头责任单位 责任领导单位 负责部门 负责单位 责任分工 牵头 责任人单位",
    )
});
static HELPERS: Words = Words::new(|| {
    list(
        "配合单位 配合部门 协助单位 协办单位 参与单位 参加单位 协同单位 配合 责任人 完成时限 完成时间 \
        分管领导 时间安排 实施时间 完成期限 时限",
    )
});
/// Labels before a time.
pub static DEADLINES: Words = Words::new(|| {
    list("完成时限 完成时间 完成期限 时间安排 实施时间 时间节点 时间进度 进度安排 办结时限 时限")
});
/// Last words of those who act.
static ACTORS: Words = Words::new(|| {
    list(
        "局 委 办 院 中心 校 镇 街道 街镇 单位 部门 政府 委员会 学院 小组 大学 处 科 会 村社 厅 乡镇 \
        机构 学校 高校 组 街 站",
    )
});
/// What those who act do, after their name.
static ACTS: Words = Words::new(|| {
    list(
        "要 应 负责 统筹 牵头 联合 会同 须 按照 按 组织 制定 可 将 具体 协调 推荐 做好 加强 研究 定期 \
        每年 结合 根据",
    )
});

/// Those named after 责任单位 and the like; empty when there is no such label.
#[must_use]
pub fn named(text: &Phrase) -> Vec<String> {
    for place in 0..text.len() {
        let Some((_, length)) = text.longest(place, &LEADS) else {
            continue;
        };
        let from = place + length;
        // 牵头单位：…, and 某局牵头，某局配合 where the name stands before.
        if text.at(from) == ':' {
            return names(text, from + 1);
        }
    }
    led_by(text)
}

/// 由某局牵头: the name before.
fn led_by(text: &Phrase) -> Vec<String> {
    for place in 0..text.len() {
        if !text.starts(place, "牵头") {
            continue;
        }
        let from = (0..place)
            .rev()
            .take(24)
            .find(|at| "（由，。；〔、".contains(text.at(*at)));
        let Some(from) = from else { continue };
        let name = text.plain(from + 1, place);
        if "（由〔".contains(text.at(from)) && is_actor(&name) {
            return vec![name];
        }
    }
    Vec::new()
}

fn is_actor(name: &str) -> bool {
    let length = name.chars().count();
    let area = name.starts_with('各') && name.ends_with(['区', '市', '县', '旗', '州', '村', '校']);
    (2..=24).contains(&length) && area
        || (2..=24).contains(&length) && ACTORS.iter().any(|word| name.ends_with(word))
}

fn names(text: &Phrase, from: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut start = from;
    let mut depth = 0;
    for place in from..=text.len() {
        let letter = text.at(place);
        let helper = depth == 0
            && place > start
            && text
                .longest(place, &HELPERS)
                .is_some_and(|(word, length)| word != "配合" || "）。；:".contains(text.at(place + length)));
        let ends = matches!(letter, '\0' | '。' | '；' | '〕') || helper || (letter == '）' && depth == 0);
        if ends || (depth == 0 && matches!(letter, '、' | '，')) {
            let name = text.plain(start, place);
            if !name.is_empty() && name.chars().count() <= 30 {
                found.push(name);
            }
            start = place + 1;
        }
        match letter {
            '（' => depth += 1,
            '）' => depth -= 1,
            _ => {}
        }
        if ends {
            break;
        }
    }
    found
}

/// The subject of a sentence, where one acts: 区社区学院负责…, 各镇街要….
#[must_use]
pub fn subject(sentence: &Phrase) -> Vec<String> {
    if "，。；\0".contains(sentence.at(0)) {
        return Vec::new();
    }
    let from = if sentence.at(0) == '由' { 1 } else { 0 };
    for place in from + 2..(from + 26).min(sentence.len()) {
        if "，。；:（“《".contains(sentence.before(place)) {
            return Vec::new();
        }
        if sentence.longest(place, &ACTS).is_none() {
            continue;
        }
        let name = sentence.plain(from, place);
        if is_actor(&name) && owned(&name) {
            return vec![name];
        }
    }
    Vec::new()
}

/// Names of those who act begin with where they are or with 各.
fn owned(name: &str) -> bool {
    name.starts_with([
        '各', '区', '市', '县', '省', '镇', '街', '乡', '村', '社', '州', '旗', '校',
    ]) || name.contains(['区', '市', '县', '省'])
        || [
            "教育局",
            "学院",
            "开放大学",
            "社区学校",
            "老年大学",
            "有关部门",
            "相关部门",
            "成员单位",
            "领导小组",
        ]
        .iter()
        .any(|word| name.ends_with(word))
}

/// A paragraph of nothing but who is responsible or until when.
#[must_use]
pub fn is_line(paragraph: &Paragraph) -> bool {
    let phrase = Phrase::new(&paragraph.letters);
    let from = usize::from(matches!(phrase.at(0), '（' | '〔'));
    let label = phrase
        .longest(from, &LEADS)
        .or_else(|| phrase.longest(from, &HELPERS));
    label.is_some_and(|(_, length)| phrase.at(from + length) == ':')
}

/// Where the remark in brackets begins that names who is responsible or until when, at the end of a sentence.
#[must_use]
pub fn remark(phrase: &Phrase) -> Option<(usize, usize)> {
    let from = (0..phrase.len()).find(|place| {
        matches!(phrase.at(*place), '（' | '〔')
            && (phrase
                .longest(place + 1, &LEADS)
                .is_some_and(|(_, length)| phrase.at(place + 1 + length) == ':')
                || phrase
                    .longest(place + 1, &DEADLINES)
                    .is_some_and(|(_, length)| phrase.at(place + 1 + length) == ':')
                || (place + 3..(place + 24).min(phrase.len()))
                    .any(|at| phrase.starts(at, "牵头") && is_actor(&phrase.plain(place + 1, at))))
    })?;
    let mut depth = 0;
    for place in from..phrase.len() {
        match phrase.at(place) {
            '（' | '〔' => depth += 1,
            '）' | '〕' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((from, place + 1));
        }
    }
    Some((from, phrase.len()))
}
