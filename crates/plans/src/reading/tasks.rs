//! Measures: the sentences of an item, each with its kind, who leads, when, and its targets.

use super::dates::{self, Age, Day, When};
use super::draft::{Kind, Task, Window};
use super::lead;
use super::phrase::Phrase;
use super::targets::{self, Around};
use super::text::Paragraph;
use super::verbs;

/// A sentence and where it stands in its paragraph.
struct Sentence {
    from: usize,
    to: usize,
}

/// Time that an item's heading or its line of deadlines gives to all its measures.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// When it is worked on.
    pub window: Window,
    /// Its last day.
    pub due: Option<Day>,
}

/// The measures of an item: its paragraphs, of which the first may begin with a heading.
#[must_use]
pub fn tasks(paragraphs: &[Paragraph], headed: bool, age: Age, around: &Around<'_>) -> Vec<Task> {
    let frame = frame(paragraphs, headed, age);
    let around = Around {
        due: frame.due.or(around.due),
        ..*around
    };
    let mut found: Vec<Task> = Vec::new();
    // Measures before this one have their lead.
    let mut led = 0;
    let count: usize = paragraphs
        .iter()
        .map(|paragraph| sentences(&paragraph.letters).len())
        .sum();
    let mut place = 0;
    // Those named before the measures.
    let mut ahead: Vec<String> = Vec::new();
    for paragraph in paragraphs {
        // 到2027年，…。 rules the sentences after it in the paragraph.
        let mut ruling: Option<Day> = None;
        for sentence in sentences(&paragraph.letters) {
            place += 1;
            let part = paragraph.part(sentence.from, sentence.to);
            let phrase = Phrase::new(&part.letters);
            let is_heading = headed && place == 1 && count > 1;
            let remark = lead::remark(&phrase);
            if let Some(end) = remark
                .filter(|(from, end)| *from == 0 && *end < phrase.len())
                .map(|(_, end)| end)
            {
                // （牵头单位：…）支持…: the remark stands before the measures it speaks of.
                let rest = part.part(phrase.place(end), part.letters.len());
                let before = found.len();
                let phrase_of_rest = Phrase::new(&rest.letters);
                let times = dates::times(&phrase_of_rest, age);
                read_sentence(&rest, &phrase_of_rest, &times, false, &around, &frame, &mut found);
                ahead = lead::named(&phrase);
                led = led.min(before);
                continue;
            }
            if lead::is_line(&part) || remark.is_some_and(|(from, _)| from == 0) {
                lend(&mut found, &mut led, &lead::named(&phrase));
                continue;
            }
            let times = dates::times(&phrase, age);
            if let Some(first) = times
                .first()
                .filter(|when| when.start <= 3 && when.from.is_none() && !when.baseline)
            {
                ruling = first.to.filter(|to| to.year.is_some()).or(ruling);
            }
            let around = Around {
                due: ruling.or(around.due),
                ..around
            };
            read_sentence(&part, &phrase, &times, is_heading, &around, &frame, &mut found);
            if remark.is_some() {
                lend(&mut found, &mut led, &lead::named(&phrase));
            }
        }
    }
    lend(&mut found, &mut led, &ahead);
    found
}

/// Gives those named to the measures that have had no remark yet.
fn lend(found: &mut [Task], led: &mut usize, names: &[String]) {
    if names.is_empty() {
        return;
    }
    for task in found.iter_mut().skip(*led) {
        task.lead = names.to_vec();
    }
    *led = found.len();
}

fn read_sentence(
    part: &Paragraph,
    phrase: &Phrase,
    times: &[When],
    is_heading: bool,
    around: &Around<'_>,
    frame: &Frame,
    found: &mut Vec<Task>,
) {
    let targets = targets::targets(phrase, times, around);
    if is_heading && targets.is_empty() {
        return;
    }
    let mut targets = targets.into_iter().peekable();
    let cuts = segments(phrase);
    for (from, to) in cuts {
        let here = phrase.place(from);
        let there = phrase.place(to.saturating_sub(1)) + 1;
        let own = part.part(here, there);
        let words = Phrase::new(&own.letters);
        if words.len() < 2 {
            continue;
        }
        let mut mine = Vec::new();
        while let Some(target) = targets.next_if(|target| target.at < to) {
            mine.push(target.target);
        }
        let kind = if !mine.is_empty() {
            Kind::Quantity
        } else if verbs::delivers(&words) {
            Kind::Delivery
        } else {
            Kind::Progress
        };
        found.push(Task {
            text: own.text(),
            kind,
            lead: lead::subject(&words),
            window: window(times, from, to, around, frame),
            targets: mine,
            place: own.place(),
        });
    }
}

/// When a part of a sentence is to be worked on: its own time, one before it in the sentence, or the item's.
fn window(times: &[When], from: usize, to: usize, around: &Around<'_>, frame: &Frame) -> Window {
    let named = |when: &&When| !when.baseline && (when.from.is_some() || when.to.is_some() || when.every);
    let current = |when: &&When| match (when.to, around.begin) {
        (Some(to), Some(begin)) => to.year.is_none() || to >= begin,
        _ => true,
    };
    let first = times.partition_point(|when| when.start < from);
    let dated = |when: &&When| when.from.is_some() || when.to.is_some();
    let here = || times.iter().skip(first).take_while(|when| when.start < to);
    let own = here()
        .filter(named)
        .filter(current)
        .find(dated)
        .or_else(|| here().filter(named).find(current));
    let earlier = || {
        times
            .get(..first)
            .unwrap_or_default()
            .iter()
            .rev()
            .take(60)
            .filter(named)
            .find(current)
    };
    // 2022年10-12月 above says more than the years in 2023、2024年度计划表.
    let vague = |when: &&When| !(frame.window.from.is_some() && is_years(when));
    own.or_else(earlier)
        .filter(vague)
        .map_or_else(|| frame.window.clone(), shown)
}

/// From a first of January to a thirty-first of December.
fn is_years(when: &When) -> bool {
    let day = |day: Option<Day>, month, date| day.is_some_and(|day| day.month == month && day.day == date);
    day(when.from, 1, 1) && day(when.to, 12, 31)
}

fn shown(when: &When) -> Window {
    Window {
        from: when.from.map(|day| day.to_string()),
        to: when.to.map(|day| day.to_string()),
        every_year: when.every,
    }
}

/// What the heading and the lines of deadlines say for all measures of an item.
fn frame(paragraphs: &[Paragraph], headed: bool, age: Age) -> Frame {
    let mut found = Frame::default();
    let mut take = |when: &When| {
        if !when.baseline && (when.from.is_some() || when.to.is_some()) {
            found.window = shown(when);
            found.due = when.to.filter(|to| to.year.is_some());
        }
    };
    for (place, paragraph) in paragraphs.iter().enumerate() {
        let all = sentences(&paragraph.letters);
        if place == 0
            && headed
            && (all.len() > 1 || paragraphs.len() > 1)
            && let Some(first) = all.first()
        {
            let part = paragraph.part(first.from, first.to);
            if let Some(when) = dates::times(&Phrase::new(&part.letters), age).first() {
                take(when);
            }
        }
        let phrase = Phrase::new(&paragraph.letters);
        for at in 0..phrase.len() {
            let Some((_, length)) = phrase.longest(at, &lead::DEADLINES) else {
                continue;
            };
            if phrase.at(at + length) != ':' {
                continue;
            }
            let when = dates::times(&phrase, age)
                .into_iter()
                .find(|when| when.start > at && when.start <= at + length + 4);
            if let Some(when) = when {
                take(&when);
            }
        }
    }
    found
}

/// Sentences of a paragraph, with their full stop.
fn sentences(letters: &[char]) -> Vec<Sentence> {
    let phrase = Phrase::new(letters);
    let mut found = Vec::new();
    let mut from = 0;
    for place in 0..phrase.len() {
        if !matches!(phrase.at(place), '。' | '！' | '？')
            || (phrase.is_quoted(place)
                && place + 1 < phrase.len()
                && phrase.is_quoted(place + 1)
                && !matches!(phrase.at(place + 1), '”' | '》'))
        {
            continue;
        }
        let mut end = place + 1;
        while matches!(phrase.at(end), '”' | '》' | '）' | '’') {
            end += 1;
        }
        if end > from {
            found.push(Sentence {
                from: phrase.place(from),
                to: phrase.place(end - 1) + 1,
            });
            from = end;
        }
    }
    if from < phrase.len() {
        found.push(Sentence {
            from: phrase.place(from),
            to: phrase.place(phrase.len() - 1) + 1,
        });
    }
    found
}

/// Parts of a sentence between semicolons, without the marks at their ends.
fn segments(phrase: &Phrase) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut depth = 0;
    let mut from = 0;
    for place in 0..=phrase.len() {
        let letter = phrase.at(place);
        match letter {
            '（' => depth += 1,
            '）' => depth -= 1,
            _ => {}
        }
        let last = place == phrase.len();
        let ends = last || (letter == '；' && depth <= 0 && !phrase.is_quoted(place));
        if !ends {
            continue;
        }
        let mut to = place;
        while to > from && "。；！？，".contains(phrase.before(to)) {
            to -= 1;
        }
        if to > from {
            found.push((from, to));
        }
        from = place + 1;
    }
    found
}
