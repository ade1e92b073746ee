//! Every one of them: 全覆盖, 全部, 所有…均.

use super::dates::When;
use super::objects;
use super::phrase::{Phrase, Words, list};
use super::verbs;

/// What is to be reached by every one.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// What it is said of.
    pub object: String,
    /// What is done, as printed.
    pub verb: String,
    /// Where the word stands.
    pub at: usize,
    /// First character of the words it was read from.
    pub start: usize,
    /// The character after them.
    pub end: usize,
    /// How sure the reader is.
    pub confidence: f64,
}

/// Verbs that make 全部 and 所有 a target.
static REACHED: Words = Words::new(|| {
    list(
        "加入 达到 达标 完成 建成 参加 参与 申报 通过 纳入 开展 实现 开放 接入 上线 挂牌 覆盖 配备 设立 开设 \
        建立 创成 创建 落实 建有 成立 实行 实施 免费开放 向 开通 获评 入驻 完工 投入使用 到位 取得 持证",
    )
});
/// 全部 before these is no count of things.
static OTHER: Words =
    Words::new(|| list("工作 力量 精力 内容 过程 时间 环节 免费 费用 门 分 责任 职责 流程"));

/// Finds it in a clause.
#[must_use]
pub fn find(
    phrase: &Phrase,
    from: usize,
    to: usize,
    before: (usize, usize),
    times: &[When],
) -> Option<Whole> {
    for place in from..to {
        if phrase.is_quoted(place) {
            continue;
        }
        if phrase.starts(place, "全覆盖") && place + 3 <= to {
            return covered(phrase, from, to, place, before, times);
        }
        if phrase.starts(place, "全部") && place + 2 <= to && !"安健完保".contains(phrase.before(place))
        {
            return entire(phrase, from, to, place, times);
        }
        if phrase.starts(place, "所有")
            && !phrase.starts(place, "所有权")
            && !phrase.starts(place, "所有制")
            && let Some(found) = each(phrase, from, to, place)
        {
            return Some(found);
        }
    }
    None
}

fn is_past(phrase: &Phrase, from: usize, at: usize) -> bool {
    phrase.holds(
        from,
        at,
        &["已经", "已实现", "已全", "已基本", "均已", "已达", "已完"],
    )
}

fn covered(
    phrase: &Phrase,
    from: usize,
    to: usize,
    at: usize,
    before: (usize, usize),
    times: &[When],
) -> Option<Whole> {
    if is_past(phrase, from, at) {
        return None;
    }
    if phrase.at(at + 3) == '的'
        && phrase
            .longest(at + 3, &["的目标", "的要求", "的基础", "的任务"])
            .is_none()
    {
        return None;
    }
    let mut found = Whole {
        object: String::new(),
        verb: "覆盖".to_owned(),
        at,
        start: from,
        end: at + 3,
        confidence: 0.9,
    };
    let reached = (from..at).rev().find(|place| {
        phrase.starts(*place, "实现") || phrase.starts(*place, "做到") || phrase.starts(*place, "达到")
    });
    if let Some(reached) = reached {
        found.verb = phrase.words(reached, reached + 2);
        found.object = objects::between(phrase, reached + 2, at, times);
        if found.object.is_empty() {
            found.object = subject(phrase, from, reached, times);
        }
    } else {
        found.object = subject(phrase, from, at, times);
    }
    // 全覆盖建好镇街老年学校: what is covered stands behind.
    if found.object.is_empty()
        && let Some(verb) = verbs::governing(phrase, at + 3, to).filter(|verb| verb.start <= at + 4)
    {
        let (object, end) = list_after(phrase, verb.end, to);
        found.object = object;
        found.verb = verb.word;
        found.end = end;
    }
    if found.object.is_empty() {
        let (start, end) = before;
        let verb = verbs::governing(phrase, start, end);
        found.object = objects::between(phrase, verb.map_or(start, |verb| verb.end), end, times);
        found.start = start;
        found.confidence = 0.75;
    }
    Some(found)
}

/// The words before, without the verb they begin with.
fn subject(phrase: &Phrase, from: usize, to: usize, times: &[When]) -> String {
    let verb = verbs::governing(phrase, from, to).filter(|verb| verb.strong && verb.start <= from + 6);
    objects::between(phrase, verb.map_or(from, |verb| verb.end), to, times)
}

/// A thing with its 、 up to the end of the clause.
fn list_after(phrase: &Phrase, from: usize, to: usize) -> (String, usize) {
    (objects::trimmed(phrase, from, to), to)
}

fn entire(phrase: &Phrase, from: usize, to: usize, at: usize, times: &[When]) -> Option<Whole> {
    let next = at + 2;
    if is_past(phrase, from, at)
        || phrase.longest(next, &OTHER).is_some()
        || phrase.at(next) == '的' && phrase.longest(next + 1, &OTHER).is_some()
    {
        return None;
    }
    let verb = (next..to.min(next + 24)).find_map(|place| {
        phrase
            .longest(place, &REACHED)
            .map(|(word, length)| (word, place, length))
    });
    let earlier = objects::between(phrase, from, at, times);
    let made = |object: String, verb: String, end: usize| {
        (!object.is_empty()).then_some(Whole {
            object,
            verb,
            at,
            start: from,
            end,
            confidence: 0.8,
        })
    };
    match verb {
        // 2026年全部完成: the thing was named before.
        Some((word, place, length))
            if place == next
                && earlier.is_empty()
                && times.iter().any(|when| when.start >= from && when.end <= at) =>
        {
            Some(Whole {
                object: String::new(),
                verb: word.to_owned(),
                at,
                start: from,
                end: place + length,
                confidence: 0.65,
            })
        }
        Some((word, place, length)) if place <= next + 1 && !earlier.is_empty() => {
            let end = tail(phrase, place + length, to);
            made(subject(phrase, from, at, times), word.to_owned(), end)
        }
        Some((word, place, length)) => made(
            objects::trimmed(phrase, next, place),
            word.to_owned(),
            place + length,
        ),
        None => {
            let verb = verbs::governing(phrase, from, at).filter(|verb| verb.end == at && verb.strong)?;
            let (object, end) = objects::after(phrase, next, to);
            made(object, verb.word, end)
        }
    }
}

/// The end of the clause or of the next words that can stand alone.
fn tail(phrase: &Phrase, from: usize, to: usize) -> usize {
    (from..to).find(|place| phrase.at(*place) == '，').unwrap_or(to)
}

/// 所有街镇均建成: all, said with 均 or 都 or a verb of reaching.
fn each(phrase: &Phrase, from: usize, to: usize, at: usize) -> Option<Whole> {
    if is_past(phrase, from, to) {
        return None;
    }
    let reached = (at + 3..to.min(at + 24)).find(|place| {
        matches!(phrase.at(*place), '均' | '都')
            || phrase
                .longest(
                    *place,
                    &["全部", "建成", "达到", "达标", "配备", "建有", "设立", "通过"],
                )
                .is_some()
    })?;
    let word = (reached..to.min(reached + 4)).find_map(|place| phrase.longest(place, &REACHED))?;
    let object = objects::trimmed(phrase, at + 2, reached);
    (!object.is_empty()).then(|| Whole {
        object,
        verb: word.0.to_owned(),
        at,
        start: from,
        end: tail(phrase, reached, to),
        confidence: 0.7,
    })
}
