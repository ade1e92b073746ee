//! The audition of the demo: a round by interview of the senior university, closed, half of its people heard.

use super::Days;
use super::classes::Class;
use super::draw::{Draw, moment, plus};
use super::enrollments::{Filled, Seat};
use super::load::{Load, Row};
use super::people::People;
use super::rounds::{self, Round, Signup, Terms};
use enrollment::rounds::model::new_receipt;
use kernel::Instant;
use platform::AppResult;
use std::collections::BTreeSet;
use teaching::classes::ClassStatus;

/// What a school auditions for, by words in the names of classes.
const SUNG: [&str; 3] = ["合唱", "声乐", "沪剧"];
/// Signups, and how many of them were heard already.
const SIGNUPS: usize = 18;
const HEARD: usize = 10;
/// Days from the demo's day on which it opened and closed.
const OPENED: i64 = -12;
const CLOSED: i64 = -3;
/// Minutes of one audition.
const MINUTES: i64 = 10;
/// What was noted of those who were heard: outcome, place among the reserves, reason.
const NOTES: [(&str, i64, &str); HEARD] = [
    ("chosen", 0, ""),
    ("chosen", 0, ""),
    ("reserve", 1, ""),
    ("chosen", 0, ""),
    ("declined", 0, "音准还要练一练，建议先上声乐初级班，下学期再来"),
    ("chosen", 0, ""),
    ("chosen", 0, ""),
    ("reserve", 2, ""),
    ("chosen", 0, ""),
    ("declined", 0, "低声部已经满了，高声部要能唱到小字二组的 F"),
];

/// Chooses the class, before anybody sits in it; the draw has its classes already.
pub(super) fn choose(org: usize, classes: &mut [Class]) -> Option<usize> {
    let free = |class: &Class| {
        class.org == org
            && class.season == 2
            && class.status == ClassStatus::Published
            && class.age_max.is_none()
            && class.star.is_none()
            && !class.drawn
    };
    let sung = |class: &Class| SUNG.iter().any(|word| class.name.contains(word));
    let wanted = classes.iter().position(|class| free(class) && sung(class));
    let at = wanted.or_else(|| classes.iter().position(free))?;
    classes.get_mut(at)?.drawn = true;
    Some(at)
}

/// Decides who has signed up; who takes part in the draw tries nothing else.
pub(super) fn plan(
    (class, drawn): (usize, Option<&Round>),
    people: &People,
    all: &[Class],
    seats: &[Seat],
    days: &Days,
) -> Option<Round> {
    let draw = Draw::new("audition");
    let at = all.get(class)?;
    let opened_on = plus(days.today, OPENED);
    let (opens, closes) = (moment(opened_on, 9, 0), moment(plus(days.today, CLOSED), 17, 0));
    let known = rounds::known_to(at.org, all, seats);
    let mut candidates = rounds::candidates(people, at.starts_on());
    let busy: BTreeSet<usize> = drawn
        .iter()
        .flat_map(|round| &round.signups)
        .flat_map(|signup| signup.people.iter().copied())
        .collect();
    candidates.retain(|person| !busy.contains(person));
    draw.random().shuffle(&mut candidates);
    let mut receipts = BTreeSet::new();
    while receipts.len() < SIGNUPS {
        receipts.insert(new_receipt(draw.random()));
    }
    let mut ids = draw.ids(opened_on, SIGNUPS);
    let mut id = draw.ids(plus(opened_on, -7), 1);
    let signups = candidates.into_iter().zip(receipts).zip(0_i64..);
    let signups = signups.map(|((person, receipt), number)| Signup {
        id: ids.take(),
        receipt,
        newcomer: !known.contains(&person),
        people: vec![person],
        wishes: vec![class],
        channel: if number % 3 == 1 { "desk" } else { "web" },
        at: opens.plus_secs(number * 36_000),
    });
    Some(Round {
        id: id.take(),
        org: at.org,
        terms: Terms {
            name: "合唱与声乐班面试",
            method: "interview",
            limits: [1, 1, 1],
            newcomer_percent: 0,
        },
        opens,
        closes,
        classes: vec![class],
        signups: signups.collect(),
    })
}

/// Yesterday's auditions first, then tomorrow's.
fn heard_at(days: &Days, number: usize) -> Instant {
    let (day, place) = match number.checked_sub(HEARD) {
        None => (-1, number),
        Some(place) => (1, place),
    };
    let first = moment(plus(days.today, day), 9, 0);
    first.plus_secs(i64::try_from(place).unwrap_or(0) * MINUTES * 60)
}

/// Writes the round with its auditions and what was noted.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>, round: &Round) -> AppResult<()> {
    rounds::write(load, filled, round).await?;
    let days = filled.links.days;
    let interviews = round.signups.iter().enumerate().map(|(number, signup)| -> Row {
        vec![
            signup.id.into(),
            round.id.into(),
            heard_at(days, number).into(),
            "音乐教室".into(),
        ]
    });
    load.put("interview", &["signup_id", "round_id", "at", "place"], interviews)
        .await?;
    let class = round
        .classes
        .first()
        .map_or(0, |at| rounds::class_id(filled, *at));
    let registrar = filled.links.people.offices.get(&round.org);
    let registrar = registrar.map(|office| filled.person(office.registrar));
    let notes = round.signups.iter().zip(NOTES).enumerate();
    let notes = notes.map(|(number, (signup, (outcome, place, reason)))| -> Row {
        vec![
            signup.id.into(),
            class.into(),
            round.id.into(),
            outcome.into(),
            place.into(),
            reason.into(),
            registrar.into(),
            heard_at(days, number).plus_secs(MINUTES * 60).into(),
        ]
    });
    let columns = [
        "signup_id",
        "class_id",
        "round_id",
        "outcome",
        "place",
        "reason",
        "noted_by",
        "noted_at",
    ];
    load.put("selection_note", &columns, notes).await
}
