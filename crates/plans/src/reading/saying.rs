//! The words of a figure: its thing and its verb, wherever they stand.

use super::dates::When;
use super::judging::{ends_here, is_chosen};
use super::numbers;
use super::objects;
use super::phrase::Phrase;
use super::targets::{Candidate, Carried, Sentence};
use super::verbs;

/// The thing, the verb and the end of the words of one figure.
pub struct Said {
    /// Its things, each with the verb it brings along.
    pub members: Vec<(Option<String>, String)>,
    /// What is done.
    pub verb: String,
    /// The character after the last word.
    pub end: usize,
    /// How much less sure for the way the thing was found.
    pub sure: f64,
}

impl Said {
    fn one(object: String, verb: String, end: usize, sure: f64) -> Self {
        Self {
            members: vec![(None, object)],
            verb,
            end,
            sure,
        }
    }
}

/// The words of one figure.
pub fn said(sentence: Sentence<'_>, candidate: &Candidate<'_>, carried: &mut Carried) -> Said {
    let Sentence { phrase, times, .. } = sentence;
    let Candidate {
        figure,
        meant,
        from,
        clause,
        verb,
        ..
    } = candidate;
    let inherited = carried.verb.clone().unwrap_or_default();
    let own = meant
        .verb
        .clone()
        .or_else(|| verb.as_ref().map(|verb| verb.word.clone()));
    let word = own.clone().unwrap_or(inherited);
    if let Some((later, object, end)) = objects::by_standard(phrase, meant.end, clause.1)
        && !object.is_empty()
    {
        return Said::one(object, later.map_or(word, |verb| verb.word), end, 0.0);
    }
    if (meant.each || meant.respectively)
        && let Some(said) = listed(phrase, candidate, &word, carried)
    {
        return said;
    }
    if figure.unit == "ratio" && meant.reach.is_none() {
        let object = fallen_back(sentence, candidate, carried);
        let verb = verbs::governing(phrase, figure.end, clause.1).map_or(word, |verb| verb.word);
        return Said::one(object, verb, clause.1, 0.1);
    }
    if let Some((reach, at)) = &meant.reach {
        let start = first(candidate).min(*at).max(*from);
        let mut object = reached(phrase, start, *at, times, carried);
        // 资金投入占比达15%: the verb is part of the thing.
        if matches!(
            object.as_str(),
            "占比" | "比例" | "比重" | "总数" | "总量" | "人数" | "面积"
        ) {
            object = objects::between(phrase, *from, *at, times);
        }
        return Said::one(object, reach.clone(), meant.end, 0.0);
    }
    if let Some(said) = chosen(phrase, candidate) {
        return said;
    }
    counted(sentence, candidate, own, carried)
}

/// Where the thing begins: behind the verb, or behind 至少.
fn first(candidate: &Candidate<'_>) -> usize {
    let Candidate {
        meant, from, verb, ..
    } = candidate;
    verb.as_ref()
        .map_or(*from, |verb| verb.end)
        .max(meant.inner.map_or(0, |(_, end)| end))
        .min(meant.start)
}

/// 甲、乙各2个; 甲、乙分别达到60%、70%.
fn listed(phrase: &Phrase, candidate: &Candidate<'_>, word: &str, carried: &mut Carried) -> Option<Said> {
    let Candidate { meant, from, .. } = candidate;
    let mut members: Vec<(Option<String>, String)> = objects::members(phrase, *from, meant.start)
        .into_iter()
        .map(|(verb, object)| (verb.map(|verb| verb.word), object))
        .collect();
    if meant.respectively && members.len() > 1 {
        carried.waiting = members.iter().skip(1).map(|(_, object)| object.clone()).collect();
        members.truncate(1);
    }
    if meant.respectively && members.is_empty() && carried.row.len() > 1 {
        // 创建甲3所、乙20所；分别达到5所和40所
        let mut row = carried.row.clone();
        members.push((None, row.remove(0)));
        carried.waiting = row;
    }
    let scope = members.len() == 1 && members.iter().all(|(_, object)| objects::is_scope(object));
    let whole = !members.is_empty() && !scope && (ends_here(phrase, meant.end) || meant.respectively);
    whole.then(|| Said {
        members,
        verb: meant.reach.as_ref().map_or(word, |(verb, _)| verb).to_owned(),
        end: meant.end,
        sure: 0.0,
    })
}

/// 对5个区开展监测: what is done on the chosen ones; 与3个城市签订协议 counts the cities themselves.
fn chosen(phrase: &Phrase, candidate: &Candidate<'_>) -> Option<Said> {
    let Candidate {
        figure,
        meant,
        clause,
        verb,
        ..
    } = candidate;
    let with = [meant.start, figure.start]
        .iter()
        .any(|place| phrase.longest_before(*place, &["与", "同", "为"]).is_some());
    if with || verb.as_ref().is_some_and(|verb| verb.strong) || !is_chosen(phrase, candidate) {
        return None;
    }
    let later = verbs::governing(phrase, figure.end, clause.1)?;
    let (what, end) = objects::after(phrase, later.end, clause.1);
    (!what.is_empty()).then(|| Said::one(what, later.word, end, 0.0))
}

/// 新增3所老年大学, 培育团队22个: the thing behind the figure, or before it.
fn counted(
    sentence: Sentence<'_>,
    candidate: &Candidate<'_>,
    own: Option<String>,
    carried: &mut Carried,
) -> Said {
    let Sentence { phrase, times, .. } = sentence;
    let Candidate {
        meant,
        from,
        clause,
        verb,
        ..
    } = candidate;
    let inherited = carried.verb.clone().unwrap_or_default();
    let (mut object, mut end, mut sure) = (String::new(), meant.end, 0.0);
    if !ends_here(phrase, meant.end) && phrase.longest(meant.end, &objects::COUNTERS).is_none() {
        (object, end) = objects::after(phrase, meant.end, clause.1);
    }
    let mut word = own.clone().unwrap_or_else(|| inherited.clone());
    if !object.is_empty() && word.is_empty() {
        // 50%以上的街镇建成老年学校
        word = verbs::governing(phrase, end, clause.1).map_or(String::new(), |verb| verb.word);
        sure = 0.1;
    }
    if object.is_empty() {
        end = meant.end;
        // 发放量不低于常住人口的10%: a share of what stands between.
        object = match meant.inner {
            Some((bound, _)) if phrase.before(meant.start) == '的' => {
                objects::between(phrase, *from, bound, times)
            }
            _ => share_of(phrase, candidate)
                .map(|end| objects::between(phrase, *from, end, times))
                .unwrap_or_else(|| objects::between(phrase, first(candidate), meant.start, times)),
        };
    }
    if let Some(verb) = verb {
        let whose = objects::between(phrase, *from, verb.start, times);
        let subject = object.is_empty() && verb.end >= meant.start && carried.waiting.is_empty();
        if subject
            && (verbs::is_name(&verb.word) || (whose.chars().count() > 1 && !objects::is_scope(&whose)))
        {
            // 农民培训800人次: the verb is the thing.
            object = format!("{whose}{}", verb.word);
            if carried.verb.is_some() {
                word = inherited;
            }
        } else if verbs::is_name(&object) {
            // 专职教师每年参加培训: whose training it is stands before.
            let whose = whose.split('每').next().unwrap_or_default();
            if (2..=10).contains(&whose.chars().count()) && !objects::is_scope(whose) {
                object = format!("{whose}{object}");
            }
        }
    }
    if objects::is_scope(&object) {
        object.clear();
    }
    if let Some(earlier) = earlier(sentence, candidate, &object) {
        object = earlier;
    }
    if object.is_empty() && !carried.waiting.is_empty() {
        object = carried.waiting.remove(0);
    }
    if object.is_empty() {
        sure = 0.15;
        object = fallen_back(sentence, candidate, carried);
    }
    Said::one(object, word, end, sure)
}

/// 开展智能技术培训，每年培训3万人次: the clause before names the thing in full.
fn earlier(sentence: Sentence<'_>, candidate: &Candidate<'_>, object: &str) -> Option<String> {
    if !verbs::is_name(object) {
        return None;
    }
    let phrase = sentence.phrase;
    let (start, end) = candidate.before;
    let verb = verbs::governing(phrase, start, end)?;
    let whole = objects::between(phrase, verb.end, end, sentence.times);
    let figure = whole.chars().any(|letter| letter.is_ascii_digit());
    (whole.ends_with(object) && !figure && (3..=24).contains(&whole.chars().count())).then_some(whole)
}

/// 培训量达到常住人口的40%: where the thing ends when a share of something else is reached.
fn share_of(phrase: &Phrase, candidate: &Candidate<'_>) -> Option<usize> {
    let Candidate {
        figure, meant, from, ..
    } = candidate;
    if figure.unit != "%" || phrase.before(meant.start) != '的' {
        return None;
    }
    (*from..meant.start)
        .rev()
        .find(|place| phrase.starts(*place, "达到") || phrase.starts(*place, "占"))
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
    let Sentence {
        phrase,
        times,
        around,
    } = sentence;
    let Candidate {
        figure,
        from,
        clause,
        verb,
        meant,
        before,
        ..
    } = candidate;
    if figure.unit == "ratio" {
        let rest = objects::trimmed(phrase, figure.end, clause.1);
        let head = objects::between(phrase, *from, meant.start, times);
        let head = head.trim_end_matches("同时").to_owned();
        return format!("{head}{rest}");
    }
    let (start, end) = *before;
    // 每个区建成2个、全市建成30个学习共同体: the thing stands at the next figure.
    let next = (meant.end..clause.1.min(meant.end + 16)).find_map(|place| numbers::figure(phrase, place));
    if let Some(next) =
        next.filter(|next| next.unit == figure.unit && !carried.accepted && carried.object.is_empty())
    {
        let (object, _) = objects::after(
            phrase,
            next.end + usize::from(phrase.starts(next.end, "以上")) * 2,
            clause.1,
        );
        if !object.is_empty() {
            return object;
        }
    }
    if carried.accepted && !carried.object.is_empty() {
        return carried.object.clone();
    }
    // 在现有30个学习点的基础上，再新增10个
    if let Some(counted) = (start..end).find_map(|place| numbers::figure(phrase, place)) {
        let (object, _) = objects::after(phrase, counted.end, end);
        if !object.is_empty() {
            return object;
        }
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
