//! Compares a draft with answers.

use crate::answers::{Answers, Target};
use plans::reading::{Comparison, Draft, Item, Target as Read};

/// Of what was wanted and of what was read, how much is right.
#[derive(Debug, Default)]
pub struct Score {
    pub wanted: usize,
    pub read: usize,
    pub right: usize,
}

impl Score {
    pub fn recall(&self) -> f64 {
        share(self.right, self.wanted)
    }

    pub fn precision(&self) -> f64 {
        share(self.right, self.read)
    }

    fn one(&mut self, right: bool) {
        self.wanted += 1;
        self.read += 1;
        self.right += usize::from(right);
    }

    fn add(&mut self, other: &Self) {
        self.wanted += other.wanted;
        self.read += other.read;
        self.right += other.right;
    }
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

/// The comparison of one document.
#[derive(Debug, Default)]
pub struct Measure {
    pub items: Score,
    pub targets: Score,
    /// Of the right targets: the thing.
    pub things: Score,
    /// Of the right targets: the last day.
    pub dates: Score,
    pub windows: Score,
    pub leads: Score,
    pub head_wrong: Vec<String>,
    pub misses: Vec<String>,
}

impl Measure {
    pub fn add(&mut self, other: &Self) {
        self.items.add(&other.items);
        self.targets.add(&other.targets);
        self.things.add(&other.things);
        self.dates.add(&other.dates);
        self.windows.add(&other.windows);
        self.leads.add(&other.leads);
    }
}

pub fn measure(answers: &Answers, draft: &Draft) -> Measure {
    let mut found = Measure::default();
    for (what, wanted, read) in [
        ("title", &answers.title, &draft.title),
        ("number", &answers.document_number, &draft.document_number),
        ("issuer", &answers.issuer, &draft.issuer),
        ("date", &answers.date, &draft.date),
    ] {
        if wanted != read {
            found
                .head_wrong
                .push(format!("{what}: {read:?} instead of {wanted:?}"));
        }
    }
    items(answers, draft, &mut found);
    targets(answers, draft, &mut found);
    windows(answers, draft, &mut found);
    found
}

/// The label of a printed heading: 三 of 三、主要目标.
fn label(heading: &str) -> String {
    let heading = heading.trim_start_matches(['（', '(', '第']);
    let end = heading
        .find(['、', '.', '）', ')', '章', '节', '条', '部', ' '])
        .unwrap_or(heading.len());
    heading[..end].to_owned()
}

fn path(item: &Item) -> String {
    item.path
        .iter()
        .map(|heading| format!("{}/", label(heading)))
        .collect()
}

fn compact(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

fn is(item: &Item, key: &str) -> bool {
    match key.split_once('~') {
        Some((above, begins)) => {
            item.number.is_none() && path(item) == above && compact(&item.text).starts_with(begins)
        }
        None => item
            .number
            .as_ref()
            .is_some_and(|number| format!("{}{number}", path(item)) == key),
    }
}

fn shown(item: &Item) -> String {
    let head: String = compact(&item.text).chars().take(16).collect();
    format!("{}{} {head}", path(item), item.number.as_deref().unwrap_or("~"))
}

fn items(answers: &Answers, draft: &Draft, found: &mut Measure) {
    found.items.wanted = answers.items.len();
    found.items.read = draft.items.len();
    let mut taken = vec![false; draft.items.len()];
    for key in &answers.items {
        let place = draft
            .items
            .iter()
            .enumerate()
            .position(|(place, item)| !taken[place] && is(item, key));
        match place {
            Some(place) => {
                taken[place] = true;
                found.items.right += 1;
            }
            None => found.misses.push(format!("item not read: {key}")),
        }
    }
    for (item, _) in draft.items.iter().zip(&taken).filter(|(_, taken)| !**taken) {
        found.misses.push(format!("item too many: {}", shown(item)));
    }
}

fn comparison(read: &Read) -> &'static str {
    match read.comparison {
        Comparison::Eq => "eq",
        Comparison::Ge => "ge",
        Comparison::Le => "le",
        Comparison::Between => "between",
        Comparison::All => "all",
    }
}

fn same(wanted: &Target, read: &Read) -> bool {
    let near = |one: f64, other: f64| (one - other).abs() < 0.005;
    let to = match (wanted.to, read.value_to) {
        (None, None) => true,
        (Some(one), Some(other)) => near(one, other),
        _ => false,
    };
    near(wanted.value, read.value) && to && wanted.unit == read.unit && wanted.is == comparison(read)
}

fn thing(wanted: &Target, read: &Read) -> bool {
    let (one, other) = (compact(&wanted.object), compact(&read.object));
    // Two fifths of the longer must be the shorter: a word of the thing is not the thing.
    let (short, long) = if one.len() < other.len() {
        (&one, &other)
    } else {
        (&other, &one)
    };
    long.contains(short.as_str()) && short.len() * 5 >= long.len() * 2
}

fn targets(answers: &Answers, draft: &Draft, found: &mut Measure) {
    let read: Vec<(&Item, &Read)> = draft
        .items
        .iter()
        .flat_map(|item| {
            item.tasks
                .iter()
                .flat_map(|task| &task.targets)
                .map(move |target| (item, target))
        })
        .collect();
    found.targets.wanted = answers.targets.len();
    found.targets.read = read.len();
    let mut taken = vec![false; read.len()];
    for wanted in &answers.targets {
        let fits =
            |place: usize| !taken[place] && is(read[place].0, &wanted.at) && same(wanted, read[place].1);
        let place = (0..read.len())
            .find(|place| fits(*place) && thing(wanted, read[*place].1))
            .or_else(|| (0..read.len()).find(|place| fits(*place)));
        let Some(place) = place else {
            found.misses.push(format!(
                "target not read: {} {} {} {}{}",
                wanted.at, wanted.object, wanted.is, wanted.value, wanted.unit
            ));
            continue;
        };
        taken[place] = true;
        let target = read[place].1;
        found.targets.right += 1;
        found.things.one(thing(wanted, target));
        if !thing(wanted, target) {
            found.misses.push(format!(
                "thing: {} “{}” instead of “{}”",
                wanted.at, target.object, wanted.object
            ));
        }
        found.dates.one(wanted.due == target.due);
        if wanted.due != target.due {
            found.misses.push(format!(
                "last day: {} {} {:?} instead of {:?}",
                wanted.at, wanted.object, target.due, wanted.due
            ));
        }
    }
    for ((item, target), _) in read.iter().zip(&taken).filter(|(_, taken)| !**taken) {
        found.misses.push(format!(
            "target too many: {} “{}” {} {}{} ({})",
            shown(item),
            target.object,
            comparison(target),
            target.value,
            target.unit,
            target.source_text
        ));
    }
}

fn windows(answers: &Answers, draft: &Draft, found: &mut Measure) {
    for wanted in &answers.windows {
        let right = draft
            .items
            .iter()
            .filter(|item| is(item, &wanted.at))
            .flat_map(|item| &item.tasks)
            .any(|task| {
                task.window.from == wanted.from
                    && task.window.to == wanted.to
                    && task.window.every_year == wanted.every
            });
        found.windows.one(right);
        if !right {
            found.misses.push(format!(
                "window: {} {:?} to {:?}",
                wanted.at, wanted.from, wanted.to
            ));
        }
    }
    for wanted in &answers.leads {
        let mut tasks = draft
            .items
            .iter()
            .filter(|item| is(item, &wanted.at))
            .flat_map(|item| &item.tasks);
        let right = tasks.any(|task| task.lead == wanted.who);
        found.leads.one(right);
        if !right {
            found.misses.push(format!("lead: {} {:?}", wanted.at, wanted.who));
        }
    }
}
