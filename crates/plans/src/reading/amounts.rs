//! How a figure is meant: the words right before and right after it.

use super::dates::When;
use super::draft::Comparison;
use super::numbers::Figure;
use super::phrase::{Phrase, Words, list};

/// How a figure is meant, and where the words that say so begin and end.
#[derive(Debug, Clone, PartialEq)]
pub struct Meant {
    /// At least, at most, so many.
    pub comparison: Option<Comparison>,
    /// First character of the words before.
    pub start: usize,
    /// The character after the words behind.
    pub end: usize,
    /// 各: each member of the list before.
    pub each: bool,
    /// 分别: the members of the list one by one.
    pub respectively: bool,
    /// 达到, 提高到: the verb that stands between the thing and the figure.
    pub reach: Option<(String, usize)>,
    /// The verb between 至少 and the figure: 至少建成1所.
    pub verb: Option<String>,
    /// Where 至少 begins and ends when it stands before the thing: 至少有专职人员1人.
    pub inner: Option<(usize, usize)>,
    /// 约, 左右, 近, 力争: less sure.
    pub loose: bool,
}

static AT_LEAST: Words = Words::new(|| {
    list(
        "≥ > ＞ 不少于 不低于 不小于 不得少于 不得低于 不应少于 不应低于 至少 最少 超过 超 突破 高于 多于 大于 \
        逾 不下于 最低 不得小于 保底",
    )
});
static AT_MOST: Words = Words::new(|| {
    list("≤ < ＜ 不超过 不高于 不多于 不大于 低于 少于 控制在 最多 不得超过 至多 不得高于 不突破 小于")
});
static REACHES: Words = Words::new(|| {
    list(
        "达到 达 提高到 提高至 提升到 提升至 增加到 增加至 增至 增长到 增长至 扩大到 扩大至 扩充到 降到 \
        降至 降低到 降低至 下降到 下降至 减少到 减少至 压缩到 发展到 发展至 稳定在 保持在 上升到 升至 \
        配比为 占比为 占 占到",
    )
});
/// With a share or a multiple these stand between the thing and the figure as well.
static CHANGES: Words =
    Words::new(|| list("提高 提升 增长 增加 上升 下降 降低 减少 增幅 同比增长 同比提高 增 降"));
static LOOSE: Words = Words::new(|| list("约 大约 近 接近 力争 争取 上 预计 计划"));
static PLAIN: Words = Words::new(|| {
    list(
        "为 到 至 共 共计 合计 总计 累计 总数 总量 就 在 应 须 要 总人数 总人次 再 新 总数达 年均 \
        平均 每年度 每年 全年 按 按照 以",
    )
});
static ABOVE: Words = Words::new(|| {
    list(
        "以上 及以上 或以上 （含）以上 以上（含） （及以上） （以上） （含以上） 以上（含本数） 起 往上 \
        及其以上",
    )
});
const BELOW: &[&str] = &["以下", "及以下", "以内", "之内", "（含）以下", "（含）以内"];

/// Reads the words around a figure.
#[must_use]
pub fn meant(phrase: &Phrase, figure: &Figure, from: usize, times: &[When]) -> Meant {
    let mut found = Meant {
        comparison: None,
        start: figure.start,
        end: figure.end,
        each: false,
        respectively: false,
        reach: None,
        verb: None,
        inner: None,
        loose: false,
    };
    behind(phrase, figure, &mut found);
    before(phrase, figure, from, times, &mut found);
    if found.comparison.is_none() {
        within(phrase, from, &mut found);
    }
    if found.comparison.is_none() && figure.vague && figure.to.is_none() {
        found.comparison = Some(Comparison::Ge);
        found.loose = true;
    }
    found
}

fn before(phrase: &Phrase, figure: &Figure, from: usize, times: &[When], found: &mut Meant) {
    while found.start > from {
        let more = timed(phrase, from, times, found)
            || bounded(phrase, from, found)
            || reaching(phrase, figure, found)
            || marked(phrase, found);
        found.start = found.start.max(from);
        if !more {
            return;
        }
    }
}

/// 讲座每年20场, 增加到每万人1.5名: a time or a measure of the measure stands between.
fn timed(phrase: &Phrase, from: usize, times: &[When], found: &mut Meant) -> bool {
    let at = found.start;
    let ending = times.partition_point(|when| when.end < at);
    let time = times.get(ending).filter(|when| when.end == at && when.every);
    // At the head of the clause nothing stands before the time.
    if let Some(when) = time.filter(|when| when.start > from) {
        found.start = when.start;
        return true;
    }
    let each = (from + 1..at)
        .rev()
        .take(7)
        .find(|place| phrase.at(*place) == '每');
    match each.filter(|each| found.reach.is_none() && phrase.longest_before(*each, &REACHES).is_some()) {
        Some(each) => {
            found.start = each;
            true
        }
        None => false,
    }
}

/// 不少于, 至多, 至少建成.
fn bounded(phrase: &Phrase, from: usize, found: &mut Meant) -> bool {
    let at = found.start;
    if let Some((verb, start, comparison)) = bound_verb(phrase, at).filter(|(_, start, _)| *start >= from) {
        found.verb = Some(verb);
        found.comparison = Some(comparison);
        found.start = start;
        return true;
    }
    // 甲、乙各推荐3个
    if let Some((verb, length)) = super::verbs::ending(phrase, at)
        && length > 1
        && phrase.before(at - length) == '各'
        && at - length > from + 1
        && "，、；。）".contains(phrase.at(found.end))
    {
        found.verb = Some(verb.to_owned());
        found.each = true;
        found.start = at - length - 1;
        return true;
    }
    let least = phrase.longest_before(at, &AT_LEAST);
    let most = phrase.longest_before(at, &AT_MOST);
    let length = |pair: Option<(&str, usize)>| pair.map_or(0, |(_, length)| length);
    let (comparison, length) = if length(most) > length(least) {
        (Comparison::Le, length(most))
    } else {
        (Comparison::Ge, length(least))
    };
    if length > 0 {
        found.comparison = Some(comparison);
        found.start -= length;
    }
    length > 0
}

/// 达到, 提高到; with a share or a multiple 提高, 增长 as well.
fn reaching(phrase: &Phrase, figure: &Figure, found: &mut Meant) -> bool {
    if found.reach.is_some() {
        return false;
    }
    let share = matches!(figure.unit.as_str(), "%" | "百分点" | "倍" | "‰");
    let word = phrase.longest_before(found.start, &REACHES).or_else(|| {
        share
            .then(|| phrase.longest_before(found.start, &CHANGES))
            .flatten()
    });
    let Some((word, length)) = word else { return false };
    found.start -= length;
    found.reach = Some((word.to_owned(), found.start));
    true
}

/// 各, 分别, 约, 共.
fn marked(phrase: &Phrase, found: &mut Meant) -> bool {
    let at = found.start;
    if phrase.ends(at, "分别") {
        found.start -= 2;
        found.respectively = true;
    } else if matches!(phrase.before(at), '各' | '均') {
        found.start -= 1;
        found.each = true;
    } else if let Some((_, length)) = phrase.longest_before(at, &LOOSE) {
        found.start -= length;
        found.loose = true;
    } else if let Some((_, length)) = phrase
        .longest_before(at, &PLAIN)
        .filter(|(word, _)| *word != "新" || found.reach.is_some())
    {
        found.start -= length;
    } else {
        return false;
    }
    true
}

/// 至少有专职人员1人: the bound stands before the thing.
fn within(phrase: &Phrase, from: usize, found: &mut Meant) {
    const BOUNDS: [(&str, Comparison); 6] = [
        ("至少", Comparison::Ge),
        ("不少于", Comparison::Ge),
        ("不低于", Comparison::Ge),
        ("最少", Comparison::Ge),
        ("不超过", Comparison::Le),
        ("最多", Comparison::Le),
    ];
    for place in (from..found.start).rev() {
        if let Some((word, comparison)) = BOUNDS.into_iter().find(|(word, _)| phrase.starts(place, word)) {
            found.comparison = Some(comparison);
            let mut end = place + word.chars().count();
            if phrase.at(end) == '有' {
                end += 1;
            }
            found.inner = Some((place, end.min(found.start)));
            return;
        }
    }
}

/// 至少建成1所, 每校至少有2人: the verb between, and where the bound begins.
fn bound_verb(phrase: &Phrase, at: usize) -> Option<(String, usize, Comparison)> {
    let (verb, length) = super::verbs::ending(phrase, at)
        .or_else(|| (phrase.before(at) == '有' || phrase.before(at) == '设').then_some(("有", 1)))?;
    let start = at - length;
    if let Some((_, bound)) = phrase.longest_before(start, &["至少", "最少", "不少于", "不低于"]) {
        return Some((verb.to_owned(), start - bound, Comparison::Ge));
    }
    let (_, bound) = phrase.longest_before(start, &["最多", "至多", "不超过"])?;
    Some((verb.to_owned(), start - bound, Comparison::Le))
}

fn behind(phrase: &Phrase, figure: &Figure, found: &mut Meant) {
    let end = figure.end;
    let above = phrase
        .longest(end, &ABOVE)
        .filter(|(word, _)| *word != "起" || "，。；、\0".contains(phrase.at(end + 1)));
    if let Some((_, length)) = above {
        found.comparison = Some(Comparison::Ge);
        found.end = end + length;
    } else if let Some((_, length)) = phrase.longest(end, BELOW) {
        found.comparison = Some(Comparison::Le);
        found.end = end + length;
    } else if phrase.starts(end, "左右") || phrase.starts(end, "上下") {
        found.loose = true;
        found.end = end + 2;
    }
}
