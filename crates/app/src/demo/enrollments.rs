//! Who is in which class of the demo, and how they attended. Limits, ages and clashes hold as the rules say.

use super::classes::Class;
use super::draw::{Draw, moment};
use super::eligibility::Stricter;
use super::load::{Load, Row};
use super::orgs::{Institutions, Kind};
use super::people::People;
use super::{CLASS_LIMIT, Days, PASS_PERCENT};
use db::Value;
use enrollment::fees::Money;
use enrollment::school_rules::SchoolRules;
use enrollment::seat_desk::holds::{Way, held_until};
use enrollment::seat_desk::model::RULE_VERSION;
use enrollment::{EnrollmentStatus, NewEnrollment};
use kernel::Id;
use kernel::age::full_years;
use platform::{AppResult, Channel};
use std::collections::{BTreeMap, BTreeSet};
use teaching::classes::ClassStatus;
use teaching::holidays::calendar;

/// One learner's place in one class.
pub(super) struct Seat {
    pub(super) id: i64,
    pub(super) class: usize,
    pub(super) person: usize,
    pub(super) status: EnrollmentStatus,
    queue: i64,
    /// Presence at the sessions held, one letter each; empty where no roll was kept.
    pub(super) marks: Vec<u8>,
    /// Sessions attended.
    pub(super) attended: usize,
}

/// A learner's presence: letter, status, share of 1000 for a regular one and for an irregular one.
const PRESENCE: [(u8, &str, u32, u32); 5] = [
    (b'p', "present", 890, 480),
    (b'l', "late", 30, 60),
    (b'e', "left_early", 10, 20),
    (b'x', "excused", 40, 120),
    (b'a', "absent", 30, 320),
];

/// Learners of a street who registered and are in no class yet, of 100.
const NEWCOMERS: usize = 12;

struct Filler<'a> {
    draw: Draw,
    people: &'a People,
    orgs: &'a Institutions,
    days: &'a Days,
    /// Cells of the week taken, and classes, of every person in this term.
    taken: Vec<(u64, u8)>,
    /// Learners of a street in their own order, and how far it was gone through.
    turns: BTreeMap<usize, (Vec<usize>, usize)>,
    /// Streets of a district.
    streets: BTreeMap<&'static str, Vec<usize>>,
    /// The school where the demo's staff work.
    home: Option<usize>,
    /// The class that asks for a course to be finished first.
    stricter: Option<Stricter>,
    /// Who has finished which course.
    finished: Vec<(usize, usize)>,
}

/// Fills the classes, and sets their counts.
pub(super) fn plan(
    orgs: &Institutions,
    people: &People,
    (home, stricter): (Option<usize>, Option<Stricter>),
    classes: &mut [Class],
    days: &Days,
) -> Vec<Seat> {
    let mut filler = Filler::new(orgs, people, home, days);
    filler.stricter = stricter;
    let mut seats: Vec<Seat> = Vec::new();
    for season in 0..days.seasons.len() {
        filler.taken = vec![(0, 0); people.all.len()];
        let first = seats.len();
        for (at, class) in classes
            .iter_mut()
            .enumerate()
            .filter(|(_, class)| class.season == season)
        {
            let of_class = filler.fill(at, class);
            class.enrolled = count(&of_class, |seat| seat.status.lasted() || seat.status.holds_seat());
            class.waitlisted = count(&of_class, |seat| seat.status == EnrollmentStatus::Waitlisted);
            let completed = of_class
                .iter()
                .filter(|seat| seat.status == EnrollmentStatus::Completed);
            filler
                .finished
                .extend(completed.map(|seat| (seat.person, class.course)));
            seats.extend(of_class);
        }
        let day = days.seasons.get(season).map_or(days.today, |plan| plan.opened_on);
        let mut ids = filler.draw.ids(day, seats.len() - first);
        seats.iter_mut().skip(first).for_each(|seat| seat.id = ids.take());
    }
    seats
}

fn count(seats: &[Seat], wanted: impl Fn(&Seat) -> bool) -> i64 {
    seats.iter().filter(|seat| wanted(seat)).count() as i64
}

impl<'a> Filler<'a> {
    fn new(orgs: &'a Institutions, people: &'a People, home: Option<usize>, days: &'a Days) -> Self {
        let draw = Draw::new("enrollments");
        let mut turns = BTreeMap::new();
        for (street, learners) in &people.learners {
            let mut order = learners.clone();
            draw.random().shuffle(&mut order);
            order.truncate(order.len() * (100 - NEWCOMERS) / 100);
            turns.insert(*street, (order, 0));
        }
        let mut streets: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
        for org in orgs.all.iter().filter(|org| org.kind == Kind::School) {
            streets.entry(org.district).or_default().push(org.street);
        }
        Self {
            draw,
            people,
            orgs,
            days,
            taken: Vec::new(),
            turns,
            streets,
            home,
            stricter: None,
            finished: Vec::new(),
        }
    }

    fn fill(&mut self, at: usize, class: &Class) -> Vec<Seat> {
        let (seats, waiting) = self.wanted(class);
        let mut learners = self.named(class);
        learners.retain(|person| self.accept(class, *person));
        let mut tries = (seats + waiting) * 5 + 10;
        while learners.len() < seats + waiting && tries > 0 {
            tries -= 1;
            let found = match self.stricter.filter(|stricter| stricter.class == at) {
                Some(stricter) => self.finisher(stricter.course),
                None => self.someone(class),
            };
            if let Some(person) = found
                && self.accept(class, person)
            {
                learners.push(person);
            }
        }
        if class.star == Some(2) && class.season == 2 {
            // The learner whom the demo shows waits at the head of a full class.
            let last = seats.min(learners.len().saturating_sub(1));
            if let Some(part) = learners.get_mut(..=last) {
                part.rotate_left(1);
            }
        }
        let irregular = |number: usize| class.star.is_none() && number % 9 == 5;
        let mut of_class: Vec<Seat> = learners
            .iter()
            .enumerate()
            .map(|(number, person)| {
                self.seat((at, class), *person, number, number >= seats, irregular(number))
            })
            .collect();
        self.withdraw_some(class, &mut of_class);
        self.ask_one(class, &mut of_class);
        of_class
    }

    /// Seats to fill, and how many wait beyond them.
    fn wanted(&self, class: &Class) -> (usize, usize) {
        let capacity = class.capacity as usize;
        let closed_yet = class.opens > moment(self.days.today, 9, 0);
        match (class.status, class.season, class.star) {
            (ClassStatus::Planned | ClassStatus::Cancelled, ..) => (0, 0),
            _ if closed_yet || class.drawn => (0, 0),
            // So many wait that a further class could be opened for them.
            (_, 2, Some(2)) => (capacity, capacity * 6 / 10),
            // Below its minimum, with people who have paid: the clerk merges it.
            (_, 2, Some(1)) => (capacity / 4, 0),
            (_, 2, Some(_)) => (capacity * 6 / 10, 0),
            (_, 2, None) if self.draw.chance(14) => (capacity, self.draw.below(9)),
            (_, 2, None) => (capacity * self.draw.between(20, 99) as usize / 100, 0),
            _ => (capacity * self.draw.between(72, 100) as usize / 100, 0),
        }
    }

    /// People who are in a class because the demo shows them there.
    fn named(&self, class: &Class) -> Vec<usize> {
        let Some(home) = self.home.and_then(|at| self.orgs.all.get(at)) else {
            return Vec::new();
        };
        let Some(list) = self.people.learners.get(&home.street) else {
            return Vec::new();
        };
        let count = match (class.star, class.season) {
            (None, _) | (Some(1), 1 | 2) => 0,
            // Wife, husband, and the class's monitor.
            (Some(0), 1) => 3,
            _ => 1,
        };
        list.iter().take(count).copied().collect()
    }

    /// A learner who lives near, in turn or by chance, so that everybody has a class and some have several.
    fn someone(&mut self, class: &Class) -> Option<usize> {
        let org = self.orgs.all.get(class.org)?;
        let near = match org.kind {
            Kind::Site => 97,
            Kind::School => 88,
            Kind::University | Kind::College => 0,
        };
        let street = if self.draw.chance(near) {
            org.street
        } else {
            *self.draw.pick(self.streets.get(org.district)?)?
        };
        let (order, turn) = self.turns.get_mut(&street)?;
        if self.draw.chance(30) {
            return self.draw.pick(order).copied();
        }
        *turn = (*turn + 1) % order.len().max(1);
        order.get(*turn).copied()
    }

    /// Somebody who has finished a course.
    fn finisher(&self, course: usize) -> Option<usize> {
        let all: Vec<usize> = self
            .finished
            .iter()
            .filter(|(_, finished)| *finished == course)
            .map(|(person, _)| *person)
            .collect();
        self.draw.pick(&all).copied()
    }

    fn accept(&mut self, class: &Class, person: usize) -> bool {
        let Some(birth) = self.people.all.get(person).map(|person| person.birth) else {
            return false;
        };
        let fits = |day| {
            let age = full_years(birth, day).map_or(0, i64::from);
            class.age_min.is_none_or(|min| age >= min) && class.age_max.is_none_or(|max| age <= max)
        };
        let Some((cells, classes)) = self.taken.get_mut(person) else {
            return false;
        };
        let free = *cells & class.cell.bit() == 0 && *classes < CLASS_LIMIT;
        if !free || !fits(class.starts_on()) || !fits(self.days.today) {
            return false;
        }
        *cells |= class.cell.bit();
        *classes += 1;
        true
    }

    fn seat(
        &self,
        (at, class): (usize, &Class),
        person: usize,
        number: usize,
        waits: bool,
        irregular: bool,
    ) -> Seat {
        let held = if class.status == ClassStatus::Published {
            0
        } else {
            class.held(self.days.today)
        };
        let kept = class.season == 1 || Some(class.org) == self.home;
        let marks: Vec<u8> = if kept {
            (0..held).map(|_| self.presence(irregular)).collect()
        } else {
            Vec::new()
        };
        let attended = match kept {
            true => marks.iter().filter(|mark| matches!(mark, b'p' | b'l')).count(),
            false if irregular => held / 2,
            false => held - self.draw.below(held / 4 + 1),
        };
        let passed = attended * 100 >= held * PASS_PERCENT as usize;
        let status = match class.status {
            ClassStatus::Closed if passed => EnrollmentStatus::Completed,
            ClassStatus::Closed => EnrollmentStatus::Ended,
            ClassStatus::Running => EnrollmentStatus::Attending,
            _ if waits => EnrollmentStatus::Waitlisted,
            _ => EnrollmentStatus::Confirmed,
        };
        Seat {
            id: 0,
            class: at,
            person,
            status,
            queue: number as i64 + 1,
            marks,
            attended,
        }
    }

    fn presence(&self, irregular: bool) -> u8 {
        let mut drawn = self.draw.below(1000) as u32;
        for (letter, _, regular_share, irregular_share) in PRESENCE {
            let share = if irregular { irregular_share } else { regular_share };
            if drawn < share {
                return letter;
            }
            drawn -= share;
        }
        b'p'
    }

    /// Of the full classes without a fee, some have asked the one whose turn came last.
    fn ask_one(&self, class: &Class, seats: &mut [Seat]) {
        let waits = seats
            .iter()
            .position(|seat| seat.status == EnrollmentStatus::Waitlisted);
        let Some(first) = waits.filter(|_| class.fee_fen == 0 && self.draw.chance(40)) else {
            return;
        };
        if let Some(last) = seats.get_mut(..first).and_then(<[Seat]>::last_mut)
            && last.status == EnrollmentStatus::Confirmed
        {
            last.status = EnrollmentStatus::Offered;
        }
    }

    /// One in thirty left before the class began: their place is free again, their row stays.
    fn withdraw_some(&self, class: &Class, seats: &mut [Seat]) {
        for seat in seats.iter_mut().skip(3) {
            if class.star.is_none()
                && seat.status != EnrollmentStatus::Waitlisted
                && class.season < 2
                && self.draw.below(30) == 0
            {
                seat.status = EnrollmentStatus::Withdrawn;
                seat.marks.clear();
                seat.attended = 0;
            }
        }
    }
}

/// What the rows of an enrolment point to.
pub(super) struct Filled<'a> {
    pub(super) links: super::classes::Links<'a>,
    pub(super) classes: &'a [Class],
    pub(super) seats: &'a [Seat],
    /// The school where the demo's staff work: its fees are on its books.
    pub(super) home: Option<usize>,
}

impl Filled<'_> {
    pub(super) fn person(&self, at: usize) -> i64 {
        self.links.people.all.get(at).map_or(0, |person| person.id)
    }

    /// The fee of a seat that was paid, in fen.
    pub(super) fn paid(&self, seat: &Seat) -> Option<i64> {
        let class = self.classes.get(seat.class)?;
        let paid = class.fee_fen > 0 && seat.status.lasted() && seat.status != EnrollmentStatus::Reserved;
        paid.then_some(class.fee_fen)
    }

    /// When somebody asked for their seat: one after another between the opening and its close, or this morning.
    pub(super) fn asked_at(&self, seat: &Seat, class: &Class) -> kernel::Instant {
        let last = class.closes.min(moment(self.links.days.today, 8, 0));
        let step = last.secs_since(class.opens).max(0) / (class.capacity + 12);
        class.opens.plus_secs(step * seat.queue + seat.queue % 60)
    }

    pub(super) fn org(&self, at: usize) -> i64 {
        self.links.orgs.all.get(at).map_or(0, |org| org.id)
    }
}

/// Writes enrolments, and at which orgs people are known by them.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>) -> AppResult<()> {
    let draw = Draw::new("enrollment rows");
    let rows = filled.seats.iter().filter_map(|seat| row(&draw, filled, seat));
    load.put("enrollment", enrollment::COLUMNS, rows).await?;
    let mut known: BTreeSet<(i64, i64)> = BTreeSet::new();
    for seat in filled.seats {
        let Some(class) = filled.classes.get(seat.class) else {
            continue;
        };
        let home = filled
            .links
            .people
            .all
            .get(seat.person)
            .map(|person| person.registered_at);
        if home != Some(class.org) {
            known.insert((filled.person(seat.person), filled.org(class.org)));
        }
    }
    let rows = known
        .into_iter()
        .map(|(person, org)| vec![person.into(), org.into()]);
    load.put("person_org", &["person_id", "org_id"], rows).await
}

fn row(draw: &Draw, filled: &Filled<'_>, seat: &Seat) -> Option<Row> {
    let links = &filled.links;
    let class = filled.classes.get(seat.class)?;
    let org = links.orgs.all.get(class.org)?;
    let person = filled.person(seat.person);
    let kept = seat.status == EnrollmentStatus::Reserved;
    let this_morning = moment(links.days.today, 8, 0);
    let created = if kept {
        this_morning
    } else {
        filled.asked_at(seat, class)
    };
    let paid = filled.paid(seat);
    let office = links
        .people
        .offices
        .get(&org.run_by)
        .map(|office| filled.person(office.registrar));
    let (channel, actor) = match draw.below(100) {
        0..50 => (Channel::Web, Some(person)),
        50..92 => (Channel::Desk, office),
        _ => (Channel::Phone, office),
    };
    let changed = match seat.status {
        EnrollmentStatus::Completed | EnrollmentStatus::Ended => moment(class.ends_on(), 17, 0),
        _ => created,
    };
    let row = NewEnrollment {
        id: Id::from_raw(seat.id),
        class: Id::from_raw(class.id),
        term: Id::from_raw(links.library.term(org.run_by, class.season)),
        org: Id::from_raw(org.id),
        person: Id::from_raw(person),
        status: seat.status,
        queue: seat.queue,
        channel,
        actor: actor.map(Id::from_raw),
        rule_version: RULE_VERSION,
        created_at: created,
        changed_at: changed,
        signup: None,
        money: match paid {
            Some(_) => Money::Paid,
            None if kept && class.fee_fen > 0 => Money::Due,
            None => Money::None,
        },
        due_fen: if kept { class.fee_fen } else { paid.unwrap_or(0) },
        held_until: if seat.status == EnrollmentStatus::Offered {
            Some(moment(super::draw::plus(links.days.today, 1), 9, 0))
        } else {
            kept.then(|| unpaid_until(this_morning))
        },
        seated_on: seat.status.lasted().then(|| created.date()),
        pool: enrollment::first_come::model::Pool::Open,
        moved_from: None,
        fee_lessons: None,
    };
    Some(row.cells())
}

/// Until when a seat is kept whose turn came at this moment.
fn unpaid_until(now: kernel::Instant) -> kernel::Instant {
    let limits = SchoolRules::default().fee_limits();
    held_until(now, Way::Turn, calendar(), limits)
}

/// Writes who was present at the sessions held.
pub(super) async fn write_attendance(load: &Load<'_>, filled: &Filled<'_>) -> AppResult<()> {
    let classes = filled.seats.chunk_by(|a, b| a.class == b.class);
    load.put(
        "attendance",
        ATTENDANCE,
        classes.flat_map(|seats| rolls(filled, seats)),
    )
    .await
}

/// The rolls of one class: session by session, people in the order of their ids.
fn rolls(filled: &Filled<'_>, seats: &[Seat]) -> Vec<Row> {
    let Some(class) = seats.first().and_then(|seat| filled.classes.get(seat.class)) else {
        return Vec::new();
    };
    let mut seats: Vec<&Seat> = seats.iter().filter(|seat| !seat.marks.is_empty()).collect();
    seats.sort_by_key(|seat| seat.person);
    let mut rows = Vec::with_capacity(seats.len() * class.sessions.len());
    for (number, (session, day)) in class.sessions.iter().zip(class.days.iter()).enumerate() {
        let start = kernel::Instant::of_china(*day, class.start());
        let at: Value = start.plus_secs(300).into();
        let marks = seats
            .iter()
            .filter_map(|seat| Some((seat.person, *seat.marks.get(number)?)));
        rows.extend(marks.map(|(person, mark)| attendance(filled.person(person), *session, mark, &at)));
    }
    rows
}

const ATTENDANCE: &[&str] = &["session_id", "person_id", "status", "method", "marked_at"];

/// The status that a letter of a roll stands for.
pub(super) fn presence(mark: u8) -> &'static str {
    let found = PRESENCE.iter().find(|(letter, ..)| *letter == mark);
    found.map_or("present", |found| found.1)
}

fn attendance(person: i64, session: i64, mark: u8, at: &Value) -> Row {
    let status = presence(mark);
    vec![
        session.into(),
        person.into(),
        status.into(),
        "roll".into(),
        at.clone(),
    ]
}
