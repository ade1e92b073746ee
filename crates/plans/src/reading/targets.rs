//! Targets: which figures of a sentence are to be reached, of what, how much and until when.

use super::amounts::{self, Meant};
use super::bind::Bindings;
use super::coverage;
use super::dates::{Day, When};
use super::draft::{Comparison, Target};
use super::numbers::{self, Figure};
use super::objects;
use super::phrase::Phrase;
use super::verbs::{self, Verb};

/// What a sentence needs to know of what stands around it.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// First day of the document's years; what was before is a report.
    pub begin: Option<Day>,
    /// Last day where the sentence names none: the item's, else the document's.
    pub due: Option<Day>,
    /// What the item is about, for a figure whose thing stands in the heading.
    pub topic: &'a str,
    /// Under a heading of what was done so far: nothing is to be reached.
    pub report: bool,
    /// Metrics by their words.
    pub bindings: &'a Bindings,
}

/// A target and where its figure stands in the sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The target.
    pub target: Target,
    /// Where its figure stands.
    pub at: usize,
}

/// A sentence with what was found out about it.
#[derive(Clone, Copy)]
struct Sentence<'a> {
    phrase: &'a Phrase,
    times: &'a [When],
    around: &'a Around<'a>,
}

/// What goes on from one clause to the next.
#[derive(Debug, Default)]
struct Carried {
    verb: Option<String>,
    object: String,
    accepted: bool,
    waiting: Vec<String>,
}

/// A figure to be judged.
struct Candidate<'a> {
    figure: &'a Figure,
    meant: Meant,
    /// Where the words of this figure begin.
    from: usize,
    clause: (usize, usize),
    /// The clause before it.
    before: (usize, usize),
    verb: Option<Verb>,
    /// Goes on with a list that has a target already.
    listed: bool,
}

/// Units of what is never to be reached: ages, ordinals, parts of a list.
const NEVER: &[&str] = &["岁", "周岁", "届", "批", "轮", "级", "大", "步", "层", "章", "号", "页", "星", "月", "日", "周", "分钟", "年", "个月", "方面", "环节", "类", "档", "条件"];
/// Units of time are figures only with a bound: 开放不少于200天.
const TIMES: &[&str] = &["小时", "天"];
/// Units of what happens: after 组织 they are to be reached.
const EVENTS: &[&str] = &["场", "次", "场次", "期", "人次", "门", "门次", "课时", "学时", "讲", "节", "堂", "期次"];
/// After a small figure these count the parts of a thought.
const PARTS: &[&str] = &[
    "方面", "层面", "维度", "环节", "阶段", "步骤", "确立", "意识", "自信", "维护", "坚持", "统筹", "抓手", "结合", "关键", "重大", "必须", "更加", "原则", "要素", "转变", "特点", "文明", "全面", "面向", "重点", "基本", "层次", "一批", "体系", "板块", "梯队", "区级", "为先", "优先",
];
/// Before a figure these say that the things are there.
const EXISTING: &[&str] = &[
    "全区", "全市", "全县", "全省", "全街", "全镇", "全街道", "辖区", "所有", "现有", "原有", "已有", "上述", "其余", "其他", "这", "该", "本市", "本区", "我区", "我市", "区内", "市内", "全国", "等", "辖区内", "下辖", "所辖", "现",
];
/// Words of a report on what was done.
const PAST: &[&str] = &["已建成", "已有", "已建", "已达", "已完成", "已实现", "已", "目前", "现有", "截至", "截止", "此前", "过去", "曾", "历年", "上年末", "去年", "共有", "五年来", "三年来", "以来", "累计建成了", "建成了", "完成了", "举办了", "实现了", "获得了", "开展了"];
/// A new beginning after words of a report.
const ANEW: &[&str] = &["新增", "新建", "再", "力争", "计划", "拟", "将", "基础上", "确保", "到", "提高到", "增加到"];

/// Finds the targets of one sentence.
#[must_use]
pub fn targets(phrase: &Phrase, times: &[When], around: &Around<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    if around.report {
        return found;
    }
    let mut carried = Carried::default();
    let mut before = (0, 0);
    for clause in clauses(phrase) {
        let count = found.len();
        read_clause(Sentence { phrase, times, around }, clause, before, &mut carried, &mut found);
        carried.accepted = found.len() > count || (carried.accepted && is_aside(clause, times));
        before = clause;
    }
    found
}

/// A clause that is only a time does not break the row of targets.
fn is_aside(clause: (usize, usize), times: &[When]) -> bool {
    before(times, clause.0 + 2).next().is_some_and(|when| when.end + 2 >= clause.1)
}

/// The parts between commas, semicolons and dashes.
fn clauses(phrase: &Phrase) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    let digit = |place: usize| phrase.at(place).is_ascii_digit();
    for place in 0..phrase.len() {
        let letter = phrase.at(place);
        let dash = letter == '-' && phrase.at(place + 1) == '-' && !(digit(place.wrapping_sub(1)) && digit(place + 2));
        let colon = letter == ':' && !(digit(place.wrapping_sub(1)) && digit(place + 1));
        let ends = matches!(letter, '，' | '；' | '。' | '！' | '？') || dash || colon;
        if ends && !(phrase.is_quoted(place)) {
            if place > from {
                found.push((from, place));
            }
            from = if dash { place + 2 } else { place + 1 };
        }
    }
    if from < phrase.len() {
        found.push((from, phrase.len()));
    }
    found
}

/// The figures of a clause that are no dates and stand in no quotation.
fn figures(phrase: &Phrase, clause: (usize, usize), times: &[When]) -> Vec<Figure> {
    let mut found = Vec::new();
    let mut place = clause.0;
    let mut next = times.partition_point(|when| when.end <= place);
    while place < clause.1 {
        while times.get(next).is_some_and(|when| when.end <= place) {
            next += 1;
        }
        if let Some(when) = times.get(next).filter(|when| when.start <= place) {
            place = when.end;
            continue;
        }
        let digit = phrase.at(place).is_ascii_digit();
        let numeral = "零〇一二两三四五六七八九十百千万亿翻".contains(phrase.at(place));
        if !(digit || numeral) {
            place += 1;
            continue;
        }
        let figure = numbers::figure(phrase, place).filter(|figure| figure.end <= clause.1);
        match figure {
            Some(figure) => {
                place = figure.end;
                found.push(figure);
            }
            None => {
                let same = |at: usize| if digit { phrase.at(at).is_ascii_digit() } else { "零〇一二两三四五六七八九十百千".contains(phrase.at(at)) };
                place += 1;
                while place < clause.1 && same(place) && (digit || numbers::figure(phrase, place).is_none()) {
                    place += 1;
                }
            }
        }
    }
    found
}

fn read_clause(sentence: Sentence<'_>, clause: (usize, usize), before: (usize, usize), carried: &mut Carried, found: &mut Vec<Found>) {
    let Sentence { phrase, times, around } = sentence;
    let whole = coverage::find(phrase, clause.0, clause.1, before, times).filter(|whole| !is_report(phrase, clause, whole.at, times, around));
    let mut from = clause.0;
    let mut listed = false;
    for figure in figures(phrase, clause, times) {
        // 实现16个区全覆盖: the figure counts what is there.
        if whole.as_ref().is_some_and(|whole| figure.start < whole.at && figure.unit != "%") {
            continue;
        }
        from = from.min(figure.start).max(figure.start.saturating_sub(REACH));
        let meant = amounts::meant(phrase, &figure, from, times);
        let verb = verbs::governing(phrase, from, meant.reach.as_ref().map_or(meant.start, |(_, start)| *start));
        let candidate = Candidate {
            figure: &figure,
            meant,
            from,
            clause,
            before,
            verb,
            listed,
        };
        let Some(confidence) = judged(sentence, &candidate, carried) else {
            continue;
        };
        let end = written(sentence, &candidate, confidence, carried, found);
        listed = true;
        from = next_from(phrase, end, clause.1);
    }
    if let Some(whole) = whole {
        let due = due(whole.at, clause, times, around);
        carried.verb = Some(whole.verb.clone());
        found.push(Found {
            at: whole.at,
            target: Target {
                metric: around.bindings.metric(&whole.object, "%"),
                object: whole.object,
                verb: whole.verb,
                comparison: Comparison::All,
                value: 100.0,
                value_to: None,
                unit: "%".to_owned(),
                due,
                confidence: whole.confidence,
                source_text: phrase.printed(whole.start, whole.end),
            },
        });
    }
}

/// After a figure the next of the list begins behind 、 or 和.
fn next_from(phrase: &Phrase, end: usize, to: usize) -> usize {
    let mut from = end.min(to);
    while from < to {
        match phrase.longest(from, &["、", "和", "及", "与", "以及", "并", "，", "以上", "）", "等"]) {
            Some((_, length)) => from += length,
            None => break,
        }
    }
    from
}

/// How far is looked around for what rules a figure, so that an endless sentence is read in linear time.
const NEAR: usize = 60;

/// How far before a figure its words may begin.
const REACH: usize = 160;

/// The times before a place, nearest first.
fn before(times: &[When], at: usize) -> impl Iterator<Item = &When> {
    let count = times.partition_point(|when| when.start < at);
    times.get(..count).unwrap_or_default().iter().rev().take(NEAR)
}

/// The figure belongs to a report of what was, or is compared with.
fn is_report(phrase: &Phrase, clause: (usize, usize), at: usize, times: &[When], around: &Around<'_>) -> bool {
    // A time rules its own clause; at the head of the sentence it rules them all.
    let rules = |when: &&When| when.start >= clause.0 || (when.start <= 2 && "，\0".contains(phrase.at(when.end)));
    let when = before(times, at).filter(|when| when.to.is_some() && !when.baseline).find(rules);
    let old = match (when.and_then(|when| when.to), around.begin) {
        (Some(to), Some(begin)) => to.year.is_some() && to < begin,
        _ => false,
    };
    let past = (clause.0..at).rev().take(NEAR).find_map(|place| phrase.longest(place, PAST).map(|(_, length)| place + length).filter(|end| *end <= at + 2));
    old || past.is_some_and(|end| !phrase.holds(end, at, ANEW))
}

/// Whether the figure is a target, and how sure that is.
fn judged(sentence: Sentence<'_>, candidate: &Candidate<'_>, carried: &Carried) -> Option<f64> {
    let Sentence { phrase, times, around } = sentence;
    let Candidate { figure, meant, from, clause, verb, listed, .. } = candidate;
    let unit = figure.unit.as_str();
    let bound = meant.comparison.is_some() || meant.reach.is_some();
    let share = matches!(unit, "%" | "‰" | "‱" | "ratio" | "百分点" | "倍");
    let ordinal = matches!(phrase.before(figure.start), '第' | '前' | '后' | '某' | '同') && meant.start == figure.start;
    // A figure in a name is none; a quoted demand (“不少于…”) is one.
    let named = phrase.is_quoted(figure.start) && meant.comparison.is_none();
    if ordinal || named || is_report(phrase, *clause, figure.start, times, around) {
        return None;
    }
    if NEVER.contains(&unit) && !(bound && unit == "类") {
        return None;
    }
    if (TIMES.contains(&unit) && !bound) || (TIMES.contains(&unit) && phrase.longest(figure.end, &["内", "以内"]).is_some()) {
        return None;
    }
    if figure.value <= 12.0 && !bound && phrase.longest(figure.end, PARTS).is_some() && !matches!(unit, "所" | "家" | "场" | "门") {
        return None;
    }
    if is_existing(phrase, candidate) || is_slogan(phrase, figure) {
        return None;
    }
    let loose = if meant.loose { 0.2 } else { 0.0 };
    let each = phrase.holds(*from, figure.start, &["每"]) && !phrase.holds(*from, figure.start, &["每天", "每人每"]);
    let strong = verb.as_ref().is_some_and(|verb| verb.strong);
    let article = figure.chinese && (figure.value - 1.0).abs() < f64::EPSILON && figure.to.is_none() && !share;
    if article && !bound && !each && !is_single(phrase, candidate) {
        return None;
    }
    let base = if share || bound {
        0.95
    } else if strong {
        if article { 0.7 } else { 0.95 }
    } else if *listed {
        0.9
    } else if verb.is_none() && carried.accepted && carried.verb.is_some() {
        0.85
    } else if is_chosen(phrase, candidate) {
        0.75
    } else if verb.is_some() && EVENTS.contains(&unit) {
        0.7
    } else if each || (verb.is_none() && stands_last(phrase, candidate)) {
        0.6
    } else {
        return None;
    };
    Some(base - loose)
}

/// 全区14个街镇: what is there already.
fn is_existing(phrase: &Phrase, candidate: &Candidate<'_>) -> bool {
    let Candidate { figure, meant, .. } = candidate;
    let follows = !ends_here(phrase, meant.end);
    let counted = !matches!(figure.unit.as_str(), "%" | "‰" | "‱" | "ratio" | "百分点" | "倍" | "元" | "平方米");
    let known = phrase.longest_before(meant.start, EXISTING).is_some();
    counted && follows && known && meant.comparison.is_none() && !meant.each
}

/// 一校一品, 一人一策.
fn is_slogan(phrase: &Phrase, figure: &Figure) -> bool {
    figure.chinese
        && figure.to.is_none()
        && figure.value <= 9.0
        && (phrase.at(figure.end) == '一' || (phrase.before(figure.start) != '\0' && phrase.at(figure.end) == '对'))
        || (phrase.starts(figure.start, "一次性") || phrase.starts(figure.start, "一条龙") || phrase.starts(figure.start, "一站式"))
}

/// 建成一所老年大学 counts, 建设一支队伍 does not.
fn is_single(phrase: &Phrase, candidate: &Candidate<'_>) -> bool {
    let Candidate { figure, verb, .. } = candidate;
    matches!(figure.unit.as_str(), "所" | "家" | "座" | "处" | "场" | "次" | "门" | "间")
        && verb.as_ref().is_some_and(|verb| verb.strong && verb.end + 2 >= figure.start)
        || phrase.longest_before(figure.start, &["至少", "不少于"]).is_some()
}

/// 对5个区开展监测: chosen ones.
fn is_chosen(phrase: &Phrase, candidate: &Candidate<'_>) -> bool {
    let Candidate { figure, meant, clause, .. } = candidate;
    let chosen = ["对", "在", "选取", "选择", "确定", "选定", "择优", "与", "同", "分", "从"];
    (phrase.longest_before(figure.start, &chosen).is_some() || phrase.longest_before(meant.start, &chosen).is_some())
        && phrase.holds(
            figure.end,
            clause.1.min(figure.end + NEAR),
            &["开展", "进行", "实施", "试点", "推广", "命名", "表彰", "给予", "先行", "签订", "签约", "结对", "合作", "共建", "组织", "举办", "创建", "建设"],
        )
}

fn ends_here(phrase: &Phrase, at: usize) -> bool {
    "，、；。）:！\0".contains(phrase.at(at)) || phrase.longest(at, &["和", "及", "与", "以及", "并"]).is_some() || phrase.starts(at, "--")
}

/// 学习点20个。: nothing but the thing and its figure.
fn stands_last(phrase: &Phrase, candidate: &Candidate<'_>) -> bool {
    let Candidate { figure, meant, from, clause, .. } = candidate;
    let thing = meant.start.saturating_sub(*from);
    (2..=24).contains(&thing)
        && meant.end >= clause.1
        && !figure.chinese
        && !phrase.holds(*from, meant.start, &["的", "在", "对", "了", "是", "从", "等"])
}

/// The last day of a figure there.
fn due(at: usize, clause: (usize, usize), times: &[When], around: &Around<'_>) -> Option<String> {
    let ends = |when: &&When| {
        when.to.is_some_and(|to| to.year.is_some() && around.begin.is_none_or(|begin| to >= begin)) && !when.baseline
    };
    let behind = || {
        let first = times.partition_point(|when| when.start < at);
        times.iter().skip(first).take(NEAR).filter(ends).find(|when| when.start <= clause.1)
    };
    before(times, at)
        .find(ends)
        .or_else(behind)
        .and_then(|when| when.to)
        .or(around.due)
        .map(|day| day.to_string())
}

/// The thing, the verb and the end of the words of one figure.
struct Said {
    members: Vec<(Option<String>, String)>,
    verb: String,
    end: usize,
    sure: f64,
}

fn written(sentence: Sentence<'_>, candidate: &Candidate<'_>, confidence: f64, carried: &mut Carried, found: &mut Vec<Found>) -> usize {
    let Sentence { phrase, times, around } = sentence;
    let figure = candidate.figure;
    let said = said(sentence, candidate, carried);
    let comparison = match (figure.to, candidate.meant.comparison) {
        (Some(_), _) => Comparison::Between,
        (None, Some(comparison)) => comparison,
        (None, None) => Comparison::Eq,
    };
    let end = said.end.max(candidate.meant.end);
    let due = due(figure.start, candidate.clause, times, around);
    let mut verb = said.verb;
    for (own, object) in said.members {
        if let Some(own) = own {
            verb = own;
        }
        let sure = if object.is_empty() { 0.5 } else { confidence - said.sure };
        carried.object.clone_from(&object);
        carried.verb = Some(verb.clone());
        found.push(Found {
            at: figure.start,
            target: Target {
                metric: around.bindings.metric(&object, &figure.unit),
                object,
                verb: verb.clone(),
                comparison,
                value: figure.value,
                value_to: figure.to,
                unit: figure.unit.clone(),
                due: due.clone(),
                confidence: (sure.clamp(0.1, 1.0) * 100.0).round() / 100.0,
                source_text: phrase.printed(candidate.from, end),
            },
        });
    }
    end
}

fn said(sentence: Sentence<'_>, candidate: &Candidate<'_>, carried: &mut Carried) -> Said {
    let Sentence { phrase, times, .. } = sentence;
    let Candidate { figure, meant, from, clause, verb, .. } = candidate;
    let inherited = carried.verb.clone().unwrap_or_default();
    let word = meant.verb.clone().or_else(|| verb.as_ref().map(|verb| verb.word.clone()));
    let start = verb.as_ref().map_or(*from, |verb| verb.end).max(meant.inner.unwrap_or(0)).min(meant.start);
    let single = |object: String, verb: String, end: usize, sure: f64| Said {
        members: vec![(None, object)],
        verb,
        end,
        sure,
    };
    if let Some((own, object, end)) = objects::by_standard(phrase, meant.end, clause.1)
        && !object.is_empty()
    {
        let verb = own.map(|verb| verb.word).or(word).unwrap_or(inherited);
        return single(object, verb, end, 0.0);
    }
    if meant.each || meant.respectively {
        let mut members: Vec<(Option<String>, String)> = objects::members(phrase, *from, meant.start)
            .into_iter()
            .map(|(verb, object)| (verb.map(|verb| verb.word), object))
            .collect();
        if meant.respectively && members.len() > 1 {
            carried.waiting = members.iter().skip(1).map(|(_, object)| object.clone()).collect();
            members.truncate(1);
        }
        if !members.is_empty() && (ends_here(phrase, meant.end) || meant.respectively) {
            let verb = meant.reach.as_ref().map(|(verb, _)| verb.clone()).or(word).unwrap_or(inherited);
            return Said { members, verb, end: meant.end, sure: 0.0 };
        }
    }
    if figure.unit == "ratio" && meant.reach.is_none() {
        let object = fallen_back(sentence, candidate, carried);
        let verb = verbs::governing(phrase, figure.end, clause.1).map(|verb| verb.word).or(word).unwrap_or(inherited);
        return single(object, verb, clause.1, 0.1);
    }
    if let Some((reach, at)) = &meant.reach {
        let object = reached(phrase, start.min(*at), *at, times, carried);
        return single(object, reach.clone(), meant.end, 0.0);
    }
    let behind = !ends_here(phrase, meant.end);
    let mut object = String::new();
    let mut end = meant.end;
    if behind && phrase.longest(meant.end, objects::COUNTERS).is_none() {
        (object, end) = objects::after(phrase, meant.end, clause.1);
    }
    let mut sure = 0.0;
    let mut said_verb = word.clone().unwrap_or_else(|| inherited.clone());
    if behind && !object.is_empty() && word.is_none() && inherited.is_empty() {
        // 50%以上的街镇建成老年学校
        said_verb = verbs::governing(phrase, end, clause.1).map_or(String::new(), |verb| verb.word);
        sure = 0.1;
    }
    if is_chosen(phrase, candidate) && !verb.as_ref().is_some_and(|verb| verb.strong)
        && let Some(later) = verbs::governing(phrase, figure.end, clause.1)
    {
        let (what, close) = objects::after(phrase, later.end, clause.1);
        // 与3个城市签订协议 counts the cities, 对5个区开展监测 the work done on them.
        let with = phrase.longest_before(meant.start, &["与", "同"]).is_some();
        if !what.is_empty() && !with {
            return single(what, later.word, close, 0.0);
        }
    }
    if object.is_empty() {
        end = meant.end;
        object = objects::between(phrase, start, meant.start, times);
    }
    if let Some(verb) = verb.as_ref().filter(|verb| object.is_empty() && verb.end >= meant.start && verbs::is_name(&verb.word)) {
        // 农民培训800人次: the verb is the thing.
        object = format!("{}{}", objects::between(phrase, *from, verb.start, times), verb.word);
        if carried.verb.is_some() {
            said_verb.clone_from(&inherited);
        }
    }
    if let Some(verb) = verb.as_ref().filter(|_| verbs::is_name(&object)) {
        // 专职教师每年参加培训: whose training it is stands before.
        let whose = objects::between(phrase, *from, verb.start, times);
        let whose = whose.split('每').next().unwrap_or_default();
        if (2..=10).contains(&whose.chars().count()) && !objects::is_scope(whose) {
            object = format!("{whose}{object}");
        }
    }
    if objects::is_scope(&object) {
        object.clear();
    }
    if object.is_empty() && !carried.waiting.is_empty() {
        object = carried.waiting.remove(0);
    }
    if object.is_empty() {
        sure = 0.15;
        object = fallen_back(sentence, candidate, carried);
    }
    single(object, said_verb, end, sure)
}

/// The thing before 达到.
fn reached(phrase: &Phrase, from: usize, at: usize, times: &[When], carried: &mut Carried) -> String {
    let object = objects::between(phrase, from, at, times);
    if !object.is_empty() {
        return object;
    }
    if !carried.waiting.is_empty() {
        return carried.waiting.remove(0);
    }
    carried.object.clone()
}

/// Nothing stands at the figure: the verb's own word, or what the clause before speaks of.
fn fallen_back(sentence: Sentence<'_>, candidate: &Candidate<'_>, carried: &Carried) -> String {
    let Sentence { phrase, times, around } = sentence;
    let Candidate { figure, from, clause, verb, meant, before, .. } = candidate;
    if figure.unit == "ratio" {
        let rest = objects::trimmed(phrase, figure.end, clause.1);
        let head = objects::between(phrase, *from, meant.start, times);
        let head = head.trim_end_matches("同时").to_owned();
        return format!("{head}{rest}");
    }
    let (start, end) = *before;
    if carried.accepted && !carried.object.is_empty() {
        return carried.object.clone();
    }
    let governing = verbs::governing(phrase, start, end);
    let object = objects::between(phrase, governing.map_or(start, |verb| verb.end), end, times);
    if !object.is_empty() && object.chars().count() <= 30 {
        return object;
    }
    if !carried.object.is_empty() {
        return carried.object.clone();
    }
    if !around.topic.is_empty() {
        return around.topic.to_owned();
    }
    verb.as_ref().map(|verb| verb.word.clone()).unwrap_or_default()
}
