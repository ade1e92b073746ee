//! The rounds by first come of the demo: returning learners now, former learners next, then newcomers, for classes of
//! the senior university that go on from this term.

use super::Days;
use super::classes::Class;
use super::draw::{Draw, moment, plus};
use super::enrollments::Filled;
use super::load::{Load, Row};
use super::rounds::ROUND;
use platform::AppResult;
use std::collections::HashSet;
use teaching::classes::ClassStatus;

/// Classes in the rounds.
const CLASSES: usize = 4;
/// Each round: what follows the season's name, whom it takes, days from the demo's day on which it opens and closes,
/// shares kept for the counter and for newcomers.
const ROUNDS: [(&str, &str, i64, i64, i64, i64); 3] = [
    ("原班续报", "returning", OPENS, 3, 10, 30),
    ("老学员报名", "former", 3, 8, 20, 30),
    ("新学员报名", "newcomers", 8, CLOSES, 20, 30),
];

/// Days from the demo's day on which the first round opens and the last closes.
const OPENS: i64 = -2;
const CLOSES: i64 = 13;

/// Chooses the classes, once it is known who sits where, and opens them for the time of the rounds.
pub(super) fn open(org: usize, all: &mut [Class], days: &Days) -> Vec<usize> {
    let chosen = choose(org, all);
    for at in &chosen {
        if let Some(class) = all.get_mut(*at) {
            class.opens = class.opens.min(moment(plus(days.today, OPENS), 9, 0));
            class.closes = class.closes.max(moment(plus(days.today, CLOSES), 9, 0));
        }
    }
    chosen
}

/// Classes of this school that go on from a class of this term and in which no draw gives the seats.
fn choose(org: usize, all: &[Class]) -> Vec<usize> {
    let of = |season: usize| {
        all.iter()
            .filter(move |class| class.org == org && class.season == season)
    };
    let running: HashSet<usize> = of(1).map(|class| class.course).collect();
    let mut chosen: Vec<usize> = Vec::with_capacity(CLASSES);
    let mut courses = HashSet::new();
    for (at, class) in all.iter().enumerate() {
        let goes_on = class.org == org
            && class.season == 2
            && class.status == ClassStatus::Published
            && !class.drawn
            && running.contains(&class.course);
        if goes_on && chosen.len() < CLASSES && courses.insert(class.course) {
            chosen.push(at);
        }
    }
    chosen
}

/// Writes the rounds of this school.
pub(super) async fn write(
    load: &Load<'_>,
    filled: &Filled<'_>,
    (org, chosen): (usize, &[usize]),
    days: &Days,
) -> AppResult<()> {
    let season = filled
        .links
        .days
        .seasons
        .last()
        .map_or("", |plan| plan.name.as_str());
    let mut ids = Draw::new("first come").ids(plus(days.today, -9), ROUNDS.len());
    let mut rows: Vec<Row> = Vec::new();
    let mut places: Vec<Row> = Vec::new();
    for (name, audience, opens, closes, desk, newcomers) in ROUNDS {
        let day = |day: i64| moment(plus(days.today, day), 9, 0);
        let id = ids.take();
        rows.push(vec![
            id.into(),
            filled.org(org).into(),
            filled.links.library.term(org, 2).into(),
            format!("{season}{name}").into(),
            enrollment::first_come::FIRST_COME.into(),
            audience.into(),
            day(opens).into(),
            day(closes).into(),
            1_i64.into(),
            1_i64.into(),
            1_i64.into(),
            desk.into(),
            newcomers.into(),
            day(closes - 1).into(),
            "planned".into(),
            "".into(),
            1_i64.into(),
            moment(plus(days.today, -9), 10, 0).into(),
        ]);
        let classes = chosen.iter().filter_map(|at| filled.classes.get(*at));
        places.extend(classes.map(|class| vec![id.into(), class.id.into()]));
    }
    load.put("round", ROUND, rows).await?;
    load.put("round_class", &["round_id", "class_id"], places).await
}
