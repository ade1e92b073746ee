//! Targets: which figures of a sentence are to be reached, of what, how much and until when.

use super::amounts::{self, Meant};
use super::bind::Bindings;
use super::coverage;
use super::dates::{Day, When};
use super::draft::{Comparison, Target};
use super::judging::{is_report, judged};
use super::numbers::{self, Figure};
use super::phrase::Phrase;
use super::saying::said;
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
pub struct Sentence<'a> {
    /// Its words.
    pub phrase: &'a Phrase,
    /// Its times, in order.
    pub times: &'a [When],
    /// What stands around it.
    pub around: &'a Around<'a>,
}

/// What goes on from one clause to the next.
#[derive(Debug, Default)]
pub struct Carried {
    pub verb: Option<String>,
    pub object: String,
    pub accepted: bool,
    pub waiting: Vec<String>,
    /// A figure of the sentence was a report.
    pub report: bool,
    /// The things of the clause before, in their order.
    pub row: Vec<String>,
}

/// A figure to be judged.
pub struct Candidate<'a> {
    pub figure: &'a Figure,
    pub meant: Meant,
    /// Where the words of this figure begin.
    pub from: usize,
    pub clause: (usize, usize),
    /// The clause before it.
    pub before: (usize, usize),
    pub verb: Option<Verb>,
    /// Goes on with a list that has a target already.
    pub listed: bool,
}

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
        read_clause(
            Sentence {
                phrase,
                times,
                around,
            },
            clause,
            before,
            &mut carried,
            &mut found,
        );
        if found.len() > count {
            carried.row = found
                .iter()
                .skip(count)
                .map(|found| found.target.object.clone())
                .collect();
        }
        carried.accepted = found.len() > count || (carried.accepted && is_aside(clause, times));
        before = clause;
    }
    found
}

/// A clause that is only a time does not break the row of targets.
fn is_aside(clause: (usize, usize), times: &[When]) -> bool {
    before(times, clause.0 + 2)
        .next()
        .is_some_and(|when| when.end + 2 >= clause.1)
}

/// The parts between commas, semicolons and dashes.
fn clauses(phrase: &Phrase) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    let digit = |place: usize| phrase.at(place).is_ascii_digit();
    for place in 0..phrase.len() {
        let letter = phrase.at(place);
        let dash = letter == '-'
            && phrase.at(place + 1) == '-'
            && !(digit(place.wrapping_sub(1)) && digit(place + 2));
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
                let same = |at: usize| {
                    if digit {
                        phrase.at(at).is_ascii_digit()
                    } else {
                        "零〇一二两三四五六七八九十百千".contains(phrase.at(at))
                    }
                };
                place += 1;
                while place < clause.1 && same(place) && (digit || numbers::figure(phrase, place).is_none()) {
                    place += 1;
                }
            }
        }
    }
    found
}

fn read_clause(
    sentence: Sentence<'_>,
    clause: (usize, usize),
    before: (usize, usize),
    carried: &mut Carried,
    found: &mut Vec<Found>,
) {
    let Sentence {
        phrase,
        times,
        around,
    } = sentence;
    let whole = coverage::find(phrase, clause.0, clause.1, before, times)
        .filter(|whole| !is_report(phrase, clause, whole.at, times, around));
    let mut from = clause.0;
    let mut listed = false;
    for figure in figures(phrase, clause, times) {
        // 实现16个区全覆盖: the figure counts what is there.
        if whole
            .as_ref()
            .is_some_and(|whole| figure.start < whole.at && figure.unit != "%")
        {
            continue;
        }
        from = from.min(figure.start).max(figure.start.saturating_sub(REACH));
        let meant = amounts::meant(phrase, &figure, from, times);
        let verb = verbs::governing(
            phrase,
            from,
            meant.reach.as_ref().map_or(meant.start, |(_, start)| *start),
        );
        let candidate = Candidate {
            figure: &figure,
            meant,
            from,
            clause,
            before,
            verb,
            listed,
        };
        carried.report |= is_report(phrase, clause, figure.start, times, around);
        let Some(confidence) = judged(sentence, &candidate, carried) else {
            continue;
        };
        let end = written(sentence, &candidate, confidence, carried, found);
        listed = true;
        from = next_from(phrase, end, clause.1);
    }
    if let Some(whole) = whole {
        written_whole(sentence, clause, whole, carried, found);
    }
}

fn written_whole(
    sentence: Sentence<'_>,
    clause: (usize, usize),
    mut whole: coverage::Whole,
    carried: &mut Carried,
    found: &mut Vec<Found>,
) {
    let Sentence {
        phrase,
        times,
        around,
    } = sentence;
    if whole.object.is_empty() {
        whole.object.clone_from(&carried.object);
    }
    if whole.object.is_empty() {
        around.topic.clone_into(&mut whole.object);
    }
    if whole.object.is_empty() {
        return;
    }
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
            due: due(whole.at, clause, times, around),
            confidence: whole.confidence,
            source_text: phrase.printed(whole.start, whole.end),
        },
    });
}

/// After a figure the next of the list begins behind 、 or 和.
fn next_from(phrase: &Phrase, end: usize, to: usize) -> usize {
    let mut from = end.min(to);
    while from < to {
        match phrase.longest(
            from,
            &["、", "和", "及", "与", "以及", "并", "，", "以上", "）", "等"],
        ) {
            Some((_, length)) => from += length,
            None => break,
        }
    }
    from
}

/// How far is looked around for what rules a figure, so that an endless sentence is read in linear time.
pub const NEAR: usize = 60;

/// How far before a figure its words may begin.
const REACH: usize = 160;

/// The times before a place, nearest first.
pub fn before(times: &[When], at: usize) -> impl Iterator<Item = &When> {
    let count = times.partition_point(|when| when.start < at);
    times.get(..count).unwrap_or_default().iter().rev().take(NEAR)
}

/// The last day of a figure there.
fn due(at: usize, clause: (usize, usize), times: &[When], around: &Around<'_>) -> Option<String> {
    let ends = |when: &&When| {
        when.to
            .is_some_and(|to| to.year.is_some() && around.begin.is_none_or(|begin| to >= begin))
            && !when.baseline
    };
    let behind = || {
        let first = times.partition_point(|when| when.start < at);
        times
            .iter()
            .skip(first)
            .take(NEAR)
            .filter(ends)
            .find(|when| when.start <= clause.1)
    };
    let own = |when: &&When| when.start >= clause.0 && ends(when);
    before(times, at)
        .find(own)
        .or_else(behind)
        .or_else(|| before(times, at).find(ends))
        .and_then(|when| when.to)
        .or(around.due)
        .map(|day| day.to_string())
}

fn written(
    sentence: Sentence<'_>,
    candidate: &Candidate<'_>,
    confidence: f64,
    carried: &mut Carried,
    found: &mut Vec<Found>,
) -> usize {
    let Sentence {
        phrase,
        times,
        around,
    } = sentence;
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
        let sure = if object.is_empty() {
            0.5
        } else {
            confidence - said.sure
        };
        carried.object.clone_from(&object);
        carried.verb = Some(verb.clone());
        found.push(Found {
            at: figure.start,
            target: Target {
                metric: around
                    .bindings
                    .proposed((&object, &figure.unit), &verb, figure.value),
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
