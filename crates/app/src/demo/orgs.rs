//! The institutions of the demo: senior universities, colleges, street schools and neighbourhood points.

use super::draw::{Draw, id_text};
use super::load::{Load, Row};
use super::regions::{DEEP, HOME_STREET, Place, Regions, cell, table};
use super::{Days, Scale};
use ::orgs::rooms::Facility;
use ::orgs::tree::{NewOrg, OrgKind, insert_many};
use kernel::Id;
use platform::AppResult;
use std::collections::BTreeSet;

const VENUES: &str = include_str!("../../../../data/demo/venues.csv");

/// What a kind of institution is like in the demo.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    University,
    College,
    School,
    Site,
}

impl Kind {
    const fn of_tree(self) -> OrgKind {
        match self {
            Self::University => OrgKind::SeniorUniversity,
            Self::College => OrgKind::College,
            Self::School => OrgKind::StreetSchool,
            Self::Site => OrgKind::NeighborhoodSite,
        }
    }

    const fn intro(self) -> &'static str {
        match self {
            Self::University => "面向全区老年人的老年大学，书画、声乐、舞蹈、文史等课程齐全。",
            Self::College => "全区社区教育的牵头单位，给街镇社区学校送课、培训教师。",
            Self::School => "街镇居民家门口的学校，每学期开设几十门课程。",
            Self::Site => "居村学习点，课程短、离家近，大多免费。",
        }
    }

    /// Rooms, at least.
    const fn rooms(self) -> usize {
        match self {
            Self::University => 18,
            Self::College => 12,
            Self::School => 9,
            Self::Site => 1,
        }
    }

    /// Most seats of a class.
    pub(super) const fn class_seats(self) -> i64 {
        match self {
            Self::University => 36,
            Self::College | Self::School => 30,
            Self::Site => 20,
        }
    }
}

/// How large a district of the demo is.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub(super) learners: usize,
    pub(super) younger: usize,
    sites: usize,
    university_classes: usize,
    college_classes: usize,
    school_classes: usize,
    site_classes: usize,
}

impl Size {
    /// 闵行 at its true size of the end of 2022 (district bureau's answer to a proposal, 2023); the others at about a sixth.
    pub(super) fn of(district: &str, scale: Scale) -> Self {
        let minhang = Self {
            learners: 36_400,
            younger: 1_600,
            sites: 587,
            university_classes: 160,
            college_classes: 90,
            school_classes: 45,
            site_classes: 2,
        };
        match (scale, district) {
            (Scale::Full, "310112") => minhang,
            (Scale::Full, _) => Self {
                learners: 6_000,
                younger: 300,
                sites: 98,
                university_classes: 28,
                college_classes: 16,
                school_classes: 8,
                site_classes: 2,
            },
            (Scale::Small, _) => Self {
                learners: 700,
                younger: 40,
                sites: 12,
                university_classes: 6,
                college_classes: 4,
                school_classes: 20,
                site_classes: 2,
            },
        }
    }
}

pub(super) struct Institution {
    pub(super) id: i64,
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) parent: usize,
    pub(super) path: String,
    /// The street it lies in, as a place in the list of areas.
    pub(super) street: usize,
    /// District, six digits.
    pub(super) district: &'static str,
    /// Rooms, as places in the list of rooms.
    pub(super) rooms: std::ops::Range<usize>,
    /// Classes it gives in a term.
    pub(super) classes: usize,
    /// The street school whose terms and registrar serve it; itself, if it has its own.
    pub(super) run_by: usize,
}

pub(super) struct Room {
    pub(super) id: i64,
    pub(super) org: usize,
    pub(super) seats: i64,
    pub(super) categories: Vec<String>,
    venue: usize,
    floor: i64,
    name: String,
}

pub(super) struct Institutions {
    pub(super) all: Vec<Institution>,
    pub(super) rooms: Vec<Room>,
    venues: Vec<Venue>,
}

impl Institutions {
    /// The first of this kind in a district.
    pub(super) fn first(&self, district: &str, kind: Kind) -> Option<(usize, &Institution)> {
        let all = self.all.iter().enumerate();
        all.clone()
            .find(|(_, org)| org.district == district && org.kind == kind)
    }

    /// The first of this kind in a street.
    pub(super) fn in_street(&self, street: usize, kind: Kind) -> Option<(usize, &Institution)> {
        let all = self.all.iter().enumerate();
        all.clone()
            .find(|(_, org)| org.street == street && org.kind == kind)
    }
}

struct Venue {
    pattern: String,
    floor: i64,
    area_m2: i64,
    seats: i64,
    facilities: String,
    step_free: bool,
    categories: Vec<String>,
    for_sites: bool,
}

/// What the words of a venue name that the product knows too; a room keeps only that.
const FACILITIES: [(&str, Facility); 12] = [
    ("投影", Facility::Projector),
    ("大屏", Facility::Projector),
    ("电脑", Facility::Computers),
    ("钢琴", Facility::Piano),
    ("电钢琴", Facility::Piano),
    ("木地板", Facility::DanceFloor),
    ("镜墙", Facility::DanceFloor),
    ("写字桌", Facility::ArtTables),
    ("灶台", Facility::Kitchen),
    ("摄像机", Facility::Camera),
    ("音响", Facility::Sound),
    ("话筒", Facility::Sound),
];

fn facilities(words: &str) -> String {
    let known = words.split(';').filter_map(|word| {
        let found = FACILITIES.iter().find(|(start, _)| word.starts_with(start));
        found.map(|(_, facility)| facility.as_str())
    });
    let known: BTreeSet<&str> = known.collect();
    known.into_iter().collect::<Vec<_>>().join(";")
}

fn venues() -> Vec<Venue> {
    let number = |row: &_, name| cell(row, name).parse::<i64>().unwrap_or(1);
    table(VENUES)
        .map(|row| Venue {
            pattern: cell(&row, "name_pattern").to_owned(),
            floor: number(&row, "floor"),
            area_m2: number(&row, "area_m2"),
            seats: number(&row, "seats"),
            facilities: facilities(cell(&row, "facilities")),
            step_free: cell(&row, "step_free") == "1",
            categories: cell(&row, "categories").split(';').map(str::to_owned).collect(),
            for_sites: cell(&row, "name_pattern").contains("{org}"),
        })
        .collect()
}

struct Plan {
    kind: Kind,
    name: String,
    parent: usize,
    street: usize,
    district: &'static str,
    classes: usize,
}

/// Decides which institutions there are, and their rooms.
pub(super) fn plan(regions: &Regions, scale: Scale, days: &Days) -> Institutions {
    let draw = Draw::new("orgs");
    let plans: Vec<Plan> = DEEP
        .into_iter()
        .flat_map(|district| plan_district(regions, district, Size::of(district, scale)))
        .collect();
    let venues = venues();
    let mut ids = draw.ids(days.founded, plans.len());
    let mut rooms: Vec<Room> = Vec::new();
    let mut all: Vec<Institution> = Vec::with_capacity(plans.len());
    for (at, plan) in plans.into_iter().enumerate() {
        let id = ids.take();
        let first = rooms.len();
        rooms.extend(plan_rooms(&draw, &venues, regions, &plan, at));
        let above = regions.areas.get(plan.parent).map_or("/", |area| &area.path);
        let school = |org: &Institution| org.street == plan.street && org.kind == Kind::School;
        let run_by = match plan.kind {
            Kind::Site => all.iter().position(school).unwrap_or(at),
            _ => at,
        };
        all.push(Institution {
            id,
            path: format!("{above}{}/", id_text(id)),
            kind: plan.kind,
            name: plan.name,
            parent: plan.parent,
            street: plan.street,
            district: plan.district,
            rooms: first..rooms.len(),
            classes: plan.classes,
            run_by,
        });
    }
    let mut ids = draw.ids(days.founded, rooms.len());
    rooms.iter_mut().for_each(|room| room.id = ids.take());
    Institutions { all, rooms, venues }
}

fn plan_district(regions: &Regions, district: &'static str, size: Size) -> Vec<Plan> {
    let Some((parent, area)) = regions.of_code(&format!("{district}000000")) else {
        return Vec::new();
    };
    let streets = regions.streets_of(district);
    let home = regions.of_code(HOME_STREET).map(|(at, _)| at);
    let seat = home
        .filter(|at| streets.contains(at))
        .or(streets.first().copied())
        .unwrap_or(parent);
    let plan = |kind, name: String, parent, street, classes| Plan {
        kind,
        name,
        parent,
        street,
        district,
        classes,
    };
    let mut plans = vec![
        plan(
            Kind::University,
            format!("{}老年大学", area.name),
            parent,
            seat,
            size.university_classes,
        ),
        plan(
            Kind::College,
            format!("{}社区学院", area.name),
            parent,
            seat,
            size.college_classes,
        ),
    ];
    for street in &streets {
        if let Some(area) = regions.areas.get(*street) {
            let name = format!("{}社区学校", area.name);
            plans.push(plan(Kind::School, name, *street, *street, size.school_classes));
        }
    }
    // One committee after another of every street, so that each street has its share.
    let committees: Vec<(usize, Vec<usize>)> = streets
        .iter()
        .map(|street| (*street, regions.committees_of(*street)))
        .collect();
    let most = committees.iter().map(|(_, list)| list.len()).max().unwrap_or(0);
    let places = (0..most).flat_map(|number| {
        let of_street = move |(street, list): &(usize, Vec<usize>)| Some((*street, *list.get(number)?));
        committees.iter().filter_map(of_street).collect::<Vec<_>>()
    });
    for (street, committee) in places.take(size.sites) {
        if let Some(area) = regions.areas.get(committee) {
            let name = format!("{}学习点", area.short);
            plans.push(plan(Kind::Site, name, committee, street, size.site_classes));
        }
    }
    plans
}

fn plan_rooms(draw: &Draw, venues: &[Venue], regions: &Regions, plan: &Plan, org: usize) -> Vec<Room> {
    let short = regions.areas.get(plan.parent).map_or("", |area| &area.short);
    let suited: Vec<usize> = venues
        .iter()
        .enumerate()
        .filter(|(_, venue)| venue.for_sites == (plan.kind == Kind::Site))
        .map(|(at, _)| at)
        .collect();
    let count = plan.kind.rooms() + usize::from(plan.kind == Kind::Site && draw.chance(35));
    let start = if plan.kind == Kind::Site {
        draw.below(suited.len())
    } else {
        0
    };
    let mut rooms: Vec<Room> = Vec::with_capacity(count);
    for number in 0..count {
        let Some(at) = suited.get((start + number) % suited.len().max(1)).copied() else {
            break;
        };
        let Some(venue) = venues.get(at) else { break };
        let floor = venue.floor + i64::from(plan.kind != Kind::Site && number >= suited.len());
        let name = venue
            .pattern
            .replace("{n}", &floor.to_string())
            .replace("{org}", short);
        rooms.push(Room {
            id: 0,
            org,
            seats: venue.seats,
            categories: venue.categories.clone(),
            venue: at,
            floor,
            name,
        });
    }
    rooms
}

pub(super) const FACT_COLUMNS: &[&str] = &[
    "org_id",
    "address",
    "phone",
    "hours",
    "intro",
    "lng_e6",
    "lat_e6",
    "place_basis",
    "floor_area_m2",
    "step_free",
    "accessible_toilet",
    "lift",
    "hearing_loop",
    "transport",
];

/// Facts of an area of which only the point is known.
pub(super) fn bare_facts(org: i64, place: &Place) -> Row {
    vec![
        org.into(),
        "".into(),
        "".into(),
        "".into(),
        "".into(),
        place.lng_e6.into(),
        place.lat_e6.into(),
        place.basis.as_str().into(),
        db::Value::Null,
        false.into(),
        false.into(),
        false.into(),
        false.into(),
        "".into(),
    ]
}

const ROOM_COLUMNS: &[&str] = &[
    "id",
    "org_id",
    "name",
    "floor",
    "seats",
    "area_m2",
    "facilities",
    "step_free",
    "open_to_others",
    "active",
    "version",
];

/// Writes institutions, what visitors need to know of them, and rooms.
pub(super) async fn write(
    load: &Load<'_>,
    regions: &Regions,
    orgs: &Institutions,
    days: &Days,
) -> AppResult<()> {
    let draw = Draw::new("org facts");
    let nodes: Vec<NewOrg> = orgs
        .all
        .iter()
        .map(|org| node(&draw, regions, org, days))
        .collect();
    insert_many(load.tx(), &nodes).await?;
    let facts: Vec<Row> = orgs
        .all
        .iter()
        .enumerate()
        .map(|(at, org)| facts(&draw, regions, org, at))
        .collect();
    load.put("org_facts", FACT_COLUMNS, facts).await?;
    let rooms: Vec<Row> = orgs
        .rooms
        .iter()
        .filter_map(|room| room_row(orgs, room))
        .collect();
    load.put("room", ROOM_COLUMNS, rooms).await
}

fn node(draw: &Draw, regions: &Regions, org: &Institution, days: &Days) -> NewOrg {
    let years = match org.kind {
        Kind::Site => draw.between(4, 12),
        _ => draw.between(15, 30),
    };
    let parent = regions.areas.get(org.parent);
    NewOrg {
        id: Id::from_raw(org.id),
        kind: org.kind.of_tree(),
        parent: parent.map(|area| Id::from_raw(area.id)),
        path: org.path.clone(),
        name: org.name.clone(),
        short_name: org.name.replace("社区学校", "社校"),
        region_code: None,
        opened_on: super::regions::years_before(days, years),
        is_public: true,
        special: false,
    }
}

fn room_row(orgs: &Institutions, room: &Room) -> Option<Row> {
    let venue = orgs.venues.get(room.venue)?;
    let org = orgs.all.get(room.org)?;
    Some(vec![
        room.id.into(),
        org.id.into(),
        room.name.as_str().into(),
        format!("{} 楼", room.floor).into(),
        room.seats.into(),
        venue.area_m2.into(),
        venue.facilities.as_str().into(),
        venue.step_free.into(),
        (org.kind != Kind::Site).into(),
        true.into(),
        1.into(),
    ])
}

fn facts(draw: &Draw, regions: &Regions, org: &Institution, number: usize) -> Row {
    let street = regions.areas.get(org.street);
    let parent = regions.areas.get(org.parent);
    let place = parent
        .and_then(|area| regions.places.get(&area.code))
        .or_else(|| regions.places.get(&street?.code));
    let jitter = |e6: i64| e6 + draw.between(-900, 900);
    let street_name = street.map_or("", |area| &area.name);
    let site = org.kind == Kind::Site;
    let address = if site {
        format!(
            "{street_name}{}（演示地址）",
            parent.map_or("", |area| &area.name)
        )
    } else {
        format!("{street_name}学堂路 {} 号（演示地址）", draw.between(1, 399))
    };
    // No Shanghai or Hangzhou line begins with 0000.
    let area_code = if org.district.starts_with("31") {
        "021"
    } else {
        "0571"
    };
    let hours = if site {
        "周一至周五 08:30–16:30"
    } else {
        "周一至周日 08:30–20:30"
    };
    vec![
        org.id.into(),
        address.into(),
        format!("{area_code}-0000{:04}", number % 10_000).into(),
        hours.into(),
        org.kind.intro().into(),
        place.map(|place| jitter(place.lng_e6)).into(),
        place.map(|place| jitter(place.lat_e6)).into(),
        "demo".into(),
        (if site {
            draw.between(80, 400)
        } else {
            draw.between(1_200, 6_000)
        })
        .into(),
        (!site || draw.chance(70)).into(),
        (!site || draw.chance(40)).into(),
        (!site || draw.chance(10)).into(),
        (!site || draw.chance(5)).into(),
        (if site {
            ""
        } else {
            "公交到站后步行约 5 分钟（演示）"
        })
        .into(),
    ]
}
