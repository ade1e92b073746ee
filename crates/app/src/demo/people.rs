//! The people of the demo. Names are put together from common parts; nobody real is meant.

use super::draw::{Draw, plus};
use super::load::Load;
use super::orgs::{Institutions, Kind, Size};
use super::regions::{DEEP, Regions, cell, table};
use super::{Days, Scale};
use kernel::{Date, Id, PersonName, Phone};
use people::persons::Sex;
use people::persons::model::{self, Checked};
use platform::{AppResult, KeyRing};
use std::collections::BTreeMap;

const SURNAMES: &str = include_str!("../../../../data/demo/surnames.csv");
const GIVEN_NAMES: &str = include_str!("../../../../data/demo/given_names.csv");
const FIRST_BIRTH: i16 = 1930;
const LAST_BIRTH: i16 = 1995;

pub(super) struct Person {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) female: bool,
    pub(super) birth: Date,
    pub(super) phone: Option<String>,
    /// Area they live in, as a place in the list of areas.
    pub(super) home: usize,
    /// Institution that registered them.
    pub(super) registered_at: usize,
}

#[derive(Default)]
pub(super) struct People {
    pub(super) all: Vec<Person>,
    /// Learners of a street, as places in `all`.
    pub(super) learners: BTreeMap<usize, Vec<usize>>,
    /// Teachers of an institution; those of a street school serve its neighbourhood points too.
    pub(super) teachers: BTreeMap<usize, Vec<usize>>,
    /// Who runs an institution.
    pub(super) offices: BTreeMap<usize, Office>,
    /// Officials of a street, a district or a city, by their area.
    pub(super) officials: BTreeMap<usize, usize>,
    /// The auditor of the city.
    pub(super) auditor: usize,
}

/// Head and registrar of an institution.
#[derive(Clone, Copy)]
pub(super) struct Office {
    pub(super) head: usize,
    pub(super) registrar: usize,
}

/// The learner whom the demo shows, and her husband: the first two of their street.
pub(super) const COUPLE: [(&str, bool, i16); 2] = [("王秀英", true, 1953), ("陆德明", false, 1951)];

/// Given names that fit a year of birth, with weights added up.
#[derive(Default)]
struct Fitting {
    names: Vec<String>,
    sums: Vec<u32>,
}

impl Fitting {
    fn add(&mut self, name: &str, weight: u32) {
        self.names.push(name.to_owned());
        self.sums.push(self.sums.last().copied().unwrap_or(0) + weight);
    }

    fn draw(&self, draw: &Draw) -> &str {
        self.names
            .get(draw.weighted(&self.sums))
            .map_or("", String::as_str)
    }
}

struct Names {
    surnames: Fitting,
    given: BTreeMap<(bool, i16), Fitting>,
}

impl Names {
    fn read() -> Self {
        let weight = |row: &_| cell(row, "weight").parse::<u32>().unwrap_or(1);
        let mut surnames = Fitting::default();
        for row in table(SURNAMES) {
            surnames.add(cell(&row, "surname"), weight(&row));
        }
        let mut given: BTreeMap<(bool, i16), Fitting> = BTreeMap::new();
        for row in table(GIVEN_NAMES) {
            let year = |name: &str| cell(&row, name).parse::<i16>().unwrap_or(FIRST_BIRTH);
            for born in year("born_from")..=year("born_to") {
                let fitting = given.entry((cell(&row, "sex") == "f", born)).or_default();
                fitting.add(cell(&row, "name"), weight(&row));
            }
        }
        Self { surnames, given }
    }

    fn draw(&self, draw: &Draw, female: bool, birth: Date) -> String {
        let year = birth.year().clamp(FIRST_BIRTH, LAST_BIRTH);
        let given = self
            .given
            .get(&(female, year))
            .map_or("", |fitting| fitting.draw(draw));
        format!("{}{given}", self.surnames.draw(draw))
    }
}

/// Shares of ages among learners of 60 and over: up to this age, so many of 100.
const AGES: [(i64, i64, u32); 7] = [
    (60, 62, 18),
    (63, 65, 21),
    (66, 68, 21),
    (69, 72, 19),
    (73, 77, 13),
    (78, 83, 6),
    (84, 91, 2),
];

struct Maker<'a> {
    draw: Draw,
    names: Names,
    days: &'a Days,
    regions: &'a Regions,
    people: People,
    homes: BTreeMap<usize, Vec<usize>>,
}

/// Decides who lives in the demo: learners by street, and teachers.
pub(super) fn plan(regions: &Regions, orgs: &Institutions, scale: Scale, days: &Days) -> People {
    let mut maker = Maker {
        draw: Draw::new("people"),
        names: Names::read(),
        days,
        regions,
        people: People::default(),
        homes: BTreeMap::new(),
    };
    for district in DEEP {
        maker.learners(orgs, district, Size::of(district, scale));
    }
    for (at, org) in orgs.all.iter().enumerate() {
        let count = match org.kind {
            Kind::University => 70,
            Kind::College => 40,
            // Its own teachers and the volunteers who go to the neighbourhood points.
            Kind::School => 55,
            Kind::Site => continue,
        };
        let share = if org.district == "310112" && scale == Scale::Full {
            1
        } else {
            4
        };
        maker.teachers(at, org.street, count / share);
    }
    maker.officials();
    let mut people = maker.people;
    let mut ids = Draw::new("person ids").ids(days.founded, people.all.len());
    people.all.iter_mut().for_each(|person| person.id = ids.take());
    people
}

impl Maker<'_> {
    fn learners(&mut self, orgs: &Institutions, district: &str, size: Size) {
        let streets = self.regions.streets_of(district);
        if streets.is_empty() {
            return;
        }
        let mut schools = BTreeMap::new();
        for street in &streets {
            self.homes.insert(*street, self.regions.committees_of(*street));
            if let Some((school, _)) = orgs.in_street(*street, Kind::School) {
                schools.insert(*street, school);
            }
        }
        for number in 0..size.learners + size.younger {
            // The first ones of the list are the couple of the first street that has a demo staff.
            let street = streets.get(number % streets.len()).copied().unwrap_or(0);
            let school = schools.get(&street).copied().unwrap_or(0);
            let at = self.people.all.len();
            let list = self.people.learners.entry(street).or_default();
            list.push(at);
            let place = list.len() - 1;
            let home_street = self.regions.areas.get(street).map(|area| area.code.as_str());
            let couple = COUPLE
                .get(place)
                .filter(|_| home_street == Some(super::regions::HOME_STREET));
            let person = match couple {
                Some(one) => self.named(one, street, school),
                None => self.learner(street, school, number >= size.learners),
            };
            self.people.all.push(person);
        }
    }

    fn named(&mut self, (name, female, born): &(&str, bool, i16), street: usize, school: usize) -> Person {
        let home = self.homes.get(&street).and_then(|homes| homes.first()).copied();
        Person {
            id: 0,
            name: (*name).to_owned(),
            female: *female,
            birth: Date::new(*born, 5, 18).unwrap_or(self.days.today),
            phone: Some("19900000001".to_owned()),
            home: home.unwrap_or(street),
            registered_at: school,
        }
    }

    fn learner(&mut self, street: usize, school: usize, younger: bool) -> Person {
        let birth = self.birth(younger);
        let female = self.draw.chance(75);
        let home = self
            .homes
            .get(&street)
            .and_then(|homes| self.draw.pick(homes))
            .copied();
        let at = self.people.all.len();
        // One in eight has no telephone; one in sixteen shares that of the one before, as couples do.
        let phone = match self.draw.below(16) {
            0 | 1 => None,
            2 => self.people.all.last().and_then(|person| person.phone.clone()),
            _ => Some(phone(at)),
        };
        Person {
            id: 0,
            name: self.names.draw(&self.draw, female, birth),
            female,
            birth,
            phone,
            home: home.unwrap_or(street),
            registered_at: school,
        }
    }

    fn birth(&self, younger: bool) -> Date {
        let sums: Vec<u32> = AGES
            .iter()
            .scan(0, |sum, (_, _, share)| {
                *sum += share;
                Some(*sum)
            })
            .collect();
        let (low, high) = match AGES.get(self.draw.weighted(&sums)) {
            _ if younger => (48, 58),
            Some((low, high, _)) => (*low, *high),
            None => (60, 62),
        };
        let age = self.draw.between(low, high);
        // Born so long ago that the age is reached today.
        plus(
            self.days.today,
            -(age * 365 + age / 4 + 1 + self.draw.between(0, 360)),
        )
    }

    fn teachers(&mut self, org: usize, street: usize, count: usize) {
        for _ in 0..count.max(4) {
            let at = self.employee(org, street);
            self.people.teachers.entry(org).or_default().push(at);
        }
        let head = self.employee(org, street);
        let registrar = self.employee(org, street);
        self.people.offices.insert(org, Office { head, registrar });
    }

    fn officials(&mut self) {
        for (at, area) in self.regions.areas.iter().enumerate() {
            let has_office =
                area.parent.is_none() || DEEP.iter().any(|code| area.code == format!("{code}000000"));
            if has_office {
                let person = self.employee(0, at);
                self.people.officials.insert(at, person);
            }
        }
        self.people.auditor = self.employee(0, 0);
        let streets = DEEP.iter().flat_map(|code| self.regions.streets_of(code));
        for street in streets.collect::<Vec<usize>>() {
            let person = self.employee(0, street);
            self.people.officials.insert(street, person);
        }
    }

    fn employee(&mut self, org: usize, home: usize) -> usize {
        let at = self.people.all.len();
        let female = self.draw.chance(62);
        let age = self.draw.between(30, 66);
        let birth = plus(
            self.days.today,
            -(age * 365 + age / 4 + 1 + self.draw.between(0, 360)),
        );
        self.people.all.push(Person {
            id: 0,
            name: self.names.draw(&self.draw, female, birth),
            female,
            birth,
            phone: Some(phone(at)),
            home,
            registered_at: org,
        });
        at
    }
}

/// A number of the demo: 1990 0xxxxxx, one for each place in the list.
pub(super) fn phone(at: usize) -> String {
    format!("19900{:06}", (at + 10) % 1_000_000)
}

/// Writes everybody.
pub(super) async fn write(
    load: &Load<'_>,
    keys: &KeyRing,
    (regions, orgs): (&Regions, &Institutions),
    people: &People,
    days: &Days,
) -> AppResult<()> {
    let rows = people.all.iter().enumerate().filter_map(|(at, person)| {
        let checked = Checked {
            name: PersonName::parse(&person.name).ok()?,
            sex: if person.female { Sex::Female } else { Sex::Male },
            birth: person.birth,
            id_number: None,
            phone: person.phone.as_deref().and_then(|phone| Phone::parse(phone).ok()),
            home: regions.areas.get(person.home).map(|area| Id::from_raw(area.id)),
            needs: String::new(),
            contact: None,
            org: orgs.all.get(person.registered_at).map(|org| Id::from_raw(org.id)),
        };
        let number = format!("X{:08}", at + 1);
        Some(model::cells(
            keys,
            Id::from_raw(person.id),
            &number,
            &checked,
            days.opened_at,
        ))
    });
    load.put("person", model::COLUMNS, rows).await
}
