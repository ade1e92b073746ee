//! The round of the demo: a draw of the senior university for hot classes of the next term, open on the demo's day.

use super::Days;
use super::classes::Class;
use super::draw::{Draw, moment, plus};
use super::enrollments::{Filled, Seat};
use super::load::{Load, Row};
use super::orgs::{Institutions, Kind};
use super::people::People;
use db::Value;
use enrollment::EnrollmentStatus;
use enrollment::rounds::model::new_receipt;
use kernel::age::full_years;
use kernel::{Date, Instant};
use platform::AppResult;
use std::collections::BTreeSet;
use teaching::classes::ClassStatus;

/// The district whose senior university holds it.
const DISTRICT: &str = "310112";
/// What elders ask for most, by words in the names of classes.
const WANTED: [&str; 6] = ["钢琴", "声乐", "合唱", "摄影", "国画", "太极"];
/// Classes of the round.
const CLASSES: usize = 3;
/// Signups of one person, and of two.
const ALONE: usize = 176;
const COUPLES: usize = 24;
/// Days before the demo's day on which it opened, and after it on which it closes.
const OPENED: i64 = 4;
const CLOSES: i64 = 5;
/// How the classes are wished for first, with weights added up.
const HOT: [u32; CLASSES] = [50, 82, 100];

/// The round with its signups.
pub(super) struct Round {
    pub(super) id: i64,
    pub(super) org: usize,
    pub(super) terms: Terms,
    pub(super) opens: Instant,
    pub(super) closes: Instant,
    pub(super) classes: Vec<usize>,
    pub(super) signups: Vec<Signup>,
}

/// What tells a round from others.
pub(super) struct Terms {
    /// What follows the season's name.
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    /// Wishes, people and tickets of one signup.
    pub(super) limits: [i64; 3],
    pub(super) newcomer_percent: i64,
}

/// The draw.
const DRAW: Terms = Terms {
    name: "热门班摇号",
    method: "draw",
    limits: [CLASSES as i64, 2, 5],
    newcomer_percent: 20,
};

impl Round {
    /// The school that holds it.
    pub(super) const fn org(&self) -> usize {
        self.org
    }
}

/// A signup with its people and classes.
pub(super) struct Signup {
    pub(super) id: i64,
    pub(super) receipt: String,
    pub(super) people: Vec<usize>,
    pub(super) wishes: Vec<usize>,
    pub(super) newcomer: bool,
    pub(super) channel: &'static str,
    pub(super) at: Instant,
}

/// Chooses the classes, of which no seat is taken, and gives the senior university with them.
pub(super) fn choose(orgs: &Institutions, classes: &mut [Class]) -> Option<(usize, Vec<usize>)> {
    let (org, _) = orgs.first(DISTRICT, Kind::University)?;
    let mut chosen: Vec<usize> = classes
        .iter()
        .enumerate()
        .filter(|(_, class)| class.org == org && class.season == 2 && class.status == ClassStatus::Published)
        .filter(|(_, class)| class.age_max.is_none())
        .map(|(at, _)| at)
        .collect();
    let wanted = |at: &usize| {
        let name = classes.get(*at).map_or("", |class| class.name.as_str());
        WANTED.iter().any(|word| name.contains(word))
    };
    // The rest in their order, so that there are always enough.
    chosen.sort_by_key(|at| !wanted(at));
    chosen.truncate(CLASSES);
    for at in &chosen {
        classes.get_mut(*at)?.drawn = true;
    }
    Some((org, chosen)).filter(|(_, chosen)| chosen.len() == CLASSES)
}

/// Decides who has signed up for what.
pub(super) fn plan(
    (org, classes): (usize, Vec<usize>),
    people: &People,
    all: &[Class],
    seats: &[Seat],
    days: &Days,
) -> Option<Round> {
    let draw = Draw::new("round");
    let opened_on = plus(days.today, -OPENED);
    let (opens, closes) = (moment(opened_on, 9, 0), moment(plus(days.today, CLOSES), 17, 0));
    let first_day = classes
        .iter()
        .filter_map(|at| all.get(*at))
        .map(Class::starts_on)
        .min()?;
    let known = known_to(org, all, seats);
    let mut candidates = candidates(people, first_day);
    draw.random().shuffle(&mut candidates);
    let mut candidates = candidates.into_iter();
    let mut receipts = BTreeSet::new();
    let mut ids = draw.ids(opened_on, ALONE + COUPLES);
    let mut id = draw.ids(plus(opened_on, -7), 1);
    let last = moment(days.today, 8, 0).secs_since(opens).max(1);
    let mut signups = Vec::with_capacity(ALONE + COUPLES);
    for number in 0..ALONE + COUPLES {
        let size = if number % 8 == 3 && number / 8 < COUPLES {
            2
        } else {
            1
        };
        let people: Vec<usize> = candidates.by_ref().take(size).collect();
        if people.len() < size {
            break;
        }
        let mut receipt = new_receipt(draw.random());
        while !receipts.insert(receipt.clone()) {
            receipt = new_receipt(draw.random());
        }
        signups.push(Signup {
            id: ids.take(),
            receipt,
            newcomer: people.iter().all(|person| !known.contains(person)),
            people,
            wishes: wishes(&draw, &classes),
            channel: match draw.below(100) {
                0..48 => "web",
                48..92 => "desk",
                _ => "phone",
            },
            at: opens.plus_secs(last * number as i64 / (ALONE + COUPLES) as i64),
        });
    }
    Some(Round {
        id: id.take(),
        org,
        terms: DRAW,
        opens,
        closes,
        classes,
        signups,
    })
}

/// Who has had a class at this school before.
pub(super) fn known_to(org: usize, all: &[Class], seats: &[Seat]) -> BTreeSet<usize> {
    seats
        .iter()
        .filter(|seat| {
            matches!(
                seat.status,
                EnrollmentStatus::Attending | EnrollmentStatus::Completed
            )
        })
        .filter(|seat| {
            all.get(seat.class)
                .is_some_and(|class| class.org == org && class.season < 2)
        })
        .map(|seat| seat.person)
        .collect()
}

/// Learners of at least 50. The first of each street are those whom the demo shows; they sign up by themselves.
pub(super) fn candidates(people: &People, first_day: Date) -> Vec<usize> {
    people
        .learners
        .values()
        .flat_map(|list| list.iter().skip(3).copied())
        .filter(|person| {
            let birth = people.all.get(*person).map(|person| person.birth);
            birth
                .and_then(|birth| full_years(birth, first_day))
                .is_some_and(|age| age >= 50)
        })
        .collect()
}

/// One to three classes, the hottest most often first.
fn wishes(draw: &Draw, classes: &[usize]) -> Vec<usize> {
    let first = draw.weighted(&HOT);
    let count = 1 + draw.below(CLASSES);
    let order = (0..CLASSES).map(|step| (first + step) % CLASSES);
    order
        .take(count)
        .filter_map(|at| classes.get(at).copied())
        .collect()
}

pub(super) const ROUND: &[&str] = &[
    "id",
    "org_id",
    "term_id",
    "name",
    "method",
    "audience",
    "opens",
    "closes",
    "wish_limit",
    "companion_limit",
    "ticket_cap",
    "desk_percent",
    "newcomer_percent",
    "release_at",
    "status",
    "status_note",
    "version",
    "created_at",
];
const SIGNUP: &[&str] = &[
    "id",
    "round_id",
    "org_id",
    "receipt",
    "person_id",
    "tickets",
    "newcomer",
    "status",
    "refusal",
    "channel",
    "actor_person",
    "created_at",
    "changed_at",
];

pub(super) fn class_id(filled: &Filled<'_>, at: usize) -> i64 {
    filled.classes.get(at).map_or(0, |class| class.id)
}

/// Writes the round, its classes and its signups.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>, round: &Round) -> AppResult<()> {
    let links = &filled.links;
    let season = links.days.seasons.last().map_or("", |plan| plan.name.as_str());
    let [wishes, people, tickets] = round.terms.limits;
    let row: Row = vec![
        round.id.into(),
        filled.org(round.org).into(),
        links.library.term(round.org, 2).into(),
        format!("{season}{}", round.terms.name).into(),
        round.terms.method.into(),
        "everyone".into(),
        round.opens.into(),
        round.closes.into(),
        wishes.into(),
        people.into(),
        tickets.into(),
        0_i64.into(),
        round.terms.newcomer_percent.into(),
        Value::Null,
        "planned".into(),
        "".into(),
        1_i64.into(),
        round.opens.plus_secs(-7 * 86_400).into(),
    ];
    load.put("round", ROUND, [row]).await?;
    let classes = round
        .classes
        .iter()
        .map(|at| vec![round.id.into(), class_id(filled, *at).into()]);
    load.put("round_class", &["round_id", "class_id"], classes)
        .await?;
    write_signups(load, filled, round).await?;
    write_known(load, filled, round).await
}

async fn write_signups(load: &Load<'_>, filled: &Filled<'_>, round: &Round) -> AppResult<()> {
    let links = &filled.links;
    let org: Value = filled.org(round.org).into();
    let clerk = links
        .people
        .offices
        .get(&round.org)
        .map(|office| filled.person(office.registrar));
    let rows = round.signups.iter().map(|signup| -> Row {
        let person = signup.people.first().map_or(0, |at| filled.person(*at));
        let actor = if signup.channel == "web" {
            Some(person)
        } else {
            clerk
        };
        vec![
            signup.id.into(),
            round.id.into(),
            org.clone(),
            signup.receipt.as_str().into(),
            person.into(),
            1_i64.into(),
            signup.newcomer.into(),
            "applied".into(),
            "".into(),
            signup.channel.into(),
            actor.into(),
            signup.at.into(),
            signup.at.into(),
        ]
    });
    load.put("signup", SIGNUP, rows).await?;
    let members = round.signups.iter().flat_map(|signup| {
        signup.people.iter().map(|at| -> Row {
            vec![
                signup.id.into(),
                filled.person(*at).into(),
                round.id.into(),
                true.into(),
            ]
        })
    });
    load.put(
        "signup_member",
        &["signup_id", "person_id", "round_id", "live"],
        members,
    )
    .await?;
    let wishes = round.signups.iter().flat_map(|signup| {
        signup.wishes.iter().zip(1_i64..).map(|(at, position)| -> Row {
            vec![signup.id.into(), position.into(), class_id(filled, *at).into()]
        })
    });
    load.put("signup_wish", &["signup_id", "position", "class_id"], wishes)
        .await
}

/// The school's staff find those who signed up; who had a class there is found already.
async fn write_known(load: &Load<'_>, filled: &Filled<'_>, round: &Round) -> AppResult<()> {
    let seen = filled.seats.iter().filter(|seat| {
        let class = filled.classes.get(seat.class);
        class.is_some_and(|class| class.org == round.org)
    });
    let seen: BTreeSet<usize> = seen.map(|seat| seat.person).collect();
    let new = round
        .signups
        .iter()
        .flat_map(|signup| signup.people.iter().copied());
    let new = new.filter(|at| {
        let registered = filled
            .links
            .people
            .all
            .get(*at)
            .map(|person| person.registered_at);
        !seen.contains(at) && registered != Some(round.org)
    });
    let rows = new.map(|at| -> Row { vec![filled.person(at).into(), filled.org(round.org).into()] });
    load.put("person_org", &["person_id", "org_id"], rows).await
}
