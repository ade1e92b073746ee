//! The areas of the demo: official areas, their points, and how many people live there (invented).

use super::draw::{Draw, plus};
use super::load::{Load, Row};
use super::{Days, Scale};
use ::orgs::tree::{NewOrg, OrgKind, insert_many};
use db::Value;
use kernel::{AgeBand, Date, Id};
use platform::AppResult;
use std::collections::{BTreeMap, HashMap};

const SHANGHAI: &str = include_str!("../../../../data/regions/shanghai.csv");
const XIHU: &str = include_str!("../../../../data/regions/xihu.csv");
const STREET_PLACES: &str = include_str!("../../../../data/regions/places.csv");
const DEMO_PLACES: &str = include_str!("../../../../data/demo/places.csv");

/// The districts that are shown down to their neighbourhoods: 闵行, 青浦, 西湖.
pub(super) const DEEP: [&str; 3] = ["310112", "310118", "330106"];
/// 莘庄镇, where the staff of the demo work.
pub(super) const HOME_STREET: &str = "310112101000";
/// The code list is of this day; histories start here.
pub(super) const LISTED_ON: Date = Date::constant(2023, 6, 30);
/// Elders (60 and over) of 闵行: 36,400 learners are 9.04 % of them.
const MINHANG_ELDERS: i64 = 402_655;
const POPULATION_SOURCE: &str = "演示数据，非统计数字";

pub(super) struct Area {
    pub(super) id: i64,
    pub(super) code: String,
    pub(super) level: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) short: String,
    pub(super) parent: Option<usize>,
    pub(super) path: String,
}

#[derive(Clone)]
pub(super) struct Place {
    pub(super) lng_e6: i64,
    pub(super) lat_e6: i64,
    pub(super) basis: String,
}

pub(super) struct Regions {
    pub(super) areas: Vec<Area>,
    pub(super) places: HashMap<String, Place>,
}

impl Regions {
    /// The area with this code and its place in the list.
    pub(super) fn of_code(&self, code: &str) -> Option<(usize, &Area)> {
        self.areas.iter().enumerate().find(|(_, area)| area.code == code)
    }

    pub(super) fn streets_of(&self, district: &str) -> Vec<usize> {
        self.of_level(district, "street")
    }

    /// Neighbourhoods that are places with people, by the code of their street.
    pub(super) fn committees_of(&self, street: usize) -> Vec<usize> {
        let all = self.areas.iter().enumerate();
        all.filter(|(_, area)| {
            area.parent == Some(street) && area.level == "committee" && area.kind != "virtual"
        })
        .map(|(at, _)| at)
        .collect()
    }

    fn of_level(&self, prefix: &str, level: &str) -> Vec<usize> {
        let all = self.areas.iter().enumerate();
        all.filter(|(_, area)| area.level == level && area.code.starts_with(prefix))
            .map(|(at, _)| at)
            .collect()
    }
}

/// One row of a table that ships with the program, by its heading.
pub(super) fn table(text: &'static str) -> impl Iterator<Item = HashMap<String, String>> {
    let reader = csv::Reader::from_reader(text.as_bytes());
    reader.into_deserialize().filter_map(Result::ok)
}

fn wanted(code: &str, level: &str, scale: Scale) -> bool {
    let deep = DEEP.iter().any(|district| code.starts_with(district));
    match scale {
        Scale::Full => level != "committee" || deep,
        Scale::Small => {
            let home = HOME_STREET.trim_end_matches('0');
            level == "city" || code == "310112000000" || code.starts_with(home)
        }
    }
}

pub(super) fn read(scale: Scale, days: &Days) -> Regions {
    let draw = Draw::new("regions");
    let rows: Vec<_> = table(SHANGHAI)
        .chain(table(XIHU))
        .filter(|row| wanted(cell(row, "code"), cell(row, "level"), scale))
        .collect();
    let mut ids = draw.ids(days.founded, rows.len());
    let mut at_code: HashMap<String, usize> = HashMap::new();
    let mut areas: Vec<Area> = Vec::with_capacity(rows.len());
    for row in &rows {
        let parent = at_code.get(cell(row, "parent")).copied();
        let above = parent.and_then(|at| areas.get(at)).map_or("/", |area| &area.path);
        let id = ids.take();
        at_code.insert(cell(row, "code").to_owned(), areas.len());
        areas.push(Area {
            id,
            path: format!("{above}{}/", super::draw::id_text(id)),
            code: cell(row, "code").to_owned(),
            level: cell(row, "level").to_owned(),
            kind: cell(row, "kind").to_owned(),
            name: cell(row, "name").to_owned(),
            short: cell(row, "short").to_owned(),
            parent,
        });
    }
    Regions {
        areas,
        places: places(),
    }
}

fn places() -> HashMap<String, Place> {
    let mut places = HashMap::new();
    for row in table(DEMO_PLACES).chain(table(STREET_PLACES)) {
        let degrees = |name: &str| cell(&row, name).parse::<f64>().unwrap_or(0.0);
        let place = Place {
            lng_e6: (degrees("lng") * 1e6).round() as i64,
            lat_e6: (degrees("lat") * 1e6).round() as i64,
            basis: cell(&row, "basis").to_owned(),
        };
        places.insert(cell(&row, "code").to_owned(), place);
    }
    places
}

pub(super) fn cell<'a>(row: &'a HashMap<String, String>, name: &str) -> &'a str {
    row.get(name).map_or("", String::as_str)
}

fn kind_of(area: &Area) -> OrgKind {
    match area.level.as_str() {
        "province" => OrgKind::Province,
        "city" => OrgKind::City,
        "district" => OrgKind::District,
        "street" => OrgKind::Street,
        _ => OrgKind::Neighborhood,
    }
}

/// Writes areas with their history, the points of streets, and residents.
pub(super) async fn write(load: &Load<'_>, regions: &Regions, days: &Days) -> AppResult<()> {
    let nodes: Vec<NewOrg> = regions.areas.iter().map(|area| node(regions, area)).collect();
    insert_many(load.tx(), &nodes).await?;
    let facts = regions.areas.iter().filter(|area| area.level == "street");
    let facts: Vec<Row> = facts
        .filter_map(|area| Some((area, regions.places.get(&area.code)?)))
        .map(|(area, place)| super::orgs::bare_facts(area.id, place))
        .collect();
    load.put("org_facts", super::orgs::FACT_COLUMNS, facts).await?;
    let columns = ["org_id", "year", "band", "male", "female", "basis", "source"];
    load.put("population", &columns, population(regions, days)).await
}

/// Zones that only resemble a street, and committees that exist for statistics.
fn is_special(area: &Area) -> bool {
    matches!(area.kind.as_str(), "special" | "virtual")
}

fn node(regions: &Regions, area: &Area) -> NewOrg {
    let parent = area.parent.and_then(|at| regions.areas.get(at));
    NewOrg {
        id: Id::from_raw(area.id),
        kind: kind_of(area),
        parent: parent.map(|area| Id::from_raw(area.id)),
        path: area.path.clone(),
        name: area.name.clone(),
        short_name: area.short.clone(),
        region_code: Some(area.code.clone()),
        opened_on: LISTED_ON,
        is_public: true,
        special: is_special(area),
    }
}

/// Residents of every street at the ends of the last two years, and of the districts as their sums.
pub(super) fn population(regions: &Regions, days: &Days) -> Vec<Row> {
    let mut rows = of_streets(regions, days);
    let codes: BTreeMap<i64, &str> = regions
        .areas
        .iter()
        .map(|area| (area.id, area.code.as_str()))
        .collect();
    for district in regions.areas.iter().filter(|area| area.level == "district") {
        let Some(prefix) = district.code.get(..6) else {
            continue;
        };
        let mut sums: BTreeMap<(i64, String), (i64, i64)> = BTreeMap::new();
        for row in &rows {
            let [
                Value::Int(org),
                Value::Int(year),
                Value::Text(band),
                Value::Int(men),
                Value::Int(women),
                ..,
            ] = row.as_slice()
            else {
                continue;
            };
            if codes.get(org).is_some_and(|code| code.starts_with(prefix)) {
                let sum = sums.entry((*year, band.clone())).or_default();
                *sum = (sum.0 + men, sum.1 + women);
            }
        }
        let row = |((year, band), (men, women))| -> Row {
            let source = POPULATION_SOURCE.into();
            vec![
                district.id.into(),
                i64::into(year),
                String::into(band),
                i64::into(men),
                i64::into(women),
                "demo".into(),
                source,
            ]
        };
        rows.extend(sums.into_iter().map(row));
    }
    rows
}

fn of_streets(regions: &Regions, days: &Days) -> Vec<Row> {
    let draw = Draw::new("population");
    let streets: Vec<&Area> = regions
        .areas
        .iter()
        .filter(|area| area.level == "street")
        .collect();
    let weights: BTreeMap<&str, i64> = streets
        .iter()
        .map(|area| (area.code.as_str(), draw.between(60, 140)))
        .collect();
    let minhang: i64 = weights
        .iter()
        .filter(|(code, _)| code.starts_with("310112"))
        .map(|(_, w)| w)
        .sum();
    let last_year = i64::from(days.today.year()) - 1;
    let mut rows = Vec::new();
    for area in streets {
        let weight = weights.get(area.code.as_str()).copied().unwrap_or(100);
        let whole = if area.code.starts_with("310112") {
            MINHANG_ELDERS * weight / minhang.max(1)
        } else {
            260 * weight
        };
        let elders = if area.kind == "special" && !area.code.starts_with("310112") {
            whole / 10
        } else {
            whole
        };
        let share = draw.between(30, 38);
        for (year, percent) in [(last_year - 1, 97), (last_year, 100)] {
            rows.extend(bands(area.id, year, elders * percent / 100, share));
        }
    }
    rows
}

/// Residents by band when so many are 60 and over, and these are so many percent of all.
fn bands(org: i64, year: i64, elders: i64, share: i64) -> Vec<Row> {
    let younger = elders * 100 / share - elders;
    let parts = [
        (AgeBand::Under18, younger * 17 / 100),
        (AgeBand::From18, younger * 49 / 100),
        (AgeBand::From45, younger - younger * 17 / 100 - younger * 49 / 100),
        (AgeBand::From60, elders * 52 / 100),
        (AgeBand::From70, elders * 32 / 100),
        (AgeBand::From80, elders - elders * 52 / 100 - elders * 32 / 100),
    ];
    let row = |(band, people): (AgeBand, i64)| -> Row {
        let women = people * if band >= AgeBand::From70 { 55 } else { 50 } / 100;
        vec![
            org.into(),
            year.into(),
            band.code().into(),
            (people - women).into(),
            women.into(),
            "demo".into(),
            POPULATION_SOURCE.into(),
        ]
    };
    parts.into_iter().map(row).collect()
}

/// The last birthday of those who are this old on a day, or older.
pub(super) fn birth_at(today: kernel::Date, age: i64) -> kernel::Date {
    today.checked_sub(jiff::Span::new().years(age)).unwrap_or(today)
}

/// The day some years before the demo's day, for things that have long been there.
pub(super) fn years_before(days: &Days, years: i64) -> kernel::Date {
    plus(days.today, -365 * years)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_areas_are_those_of_the_official_lists() {
        let days = Days::of(kernel::Date::constant(2026, 11, 22));
        let regions = read(Scale::Full, &days);
        let count = |prefix: &str, level: &str| regions.of_level(prefix, level).len();
        for (prefix, level, expected) in [
            ("31", "district", 16),
            ("31", "street", 234),
            ("310112", "street", 14),
            ("310112", "committee", 596),
            ("310118", "committee", 355),
            ("310101", "committee", 0),
            ("330106", "street", 12),
            ("330106", "committee", 222),
        ] {
            assert_eq!(count(prefix, level), expected, "{level} of {prefix}");
        }
        let roots: BTreeSet<&str> = regions
            .areas
            .iter()
            .filter(|area| area.parent.is_none())
            .map(|area| area.name.as_str())
            .collect();
        assert_eq!(roots, BTreeSet::from(["上海市", "浙江省"]));
    }

    #[test]
    fn minhang_has_its_elders() {
        let days = Days::of(kernel::Date::constant(2026, 11, 22));
        let regions = read(Scale::Full, &days);
        let minhang: BTreeSet<i64> = regions
            .streets_of("310112")
            .iter()
            .map(|at| regions.areas[*at].id)
            .collect();
        let mut elders = 0;
        for row in population(&regions, &days) {
            let [
                db::Value::Int(org),
                db::Value::Int(2025),
                db::Value::Text(band),
                db::Value::Int(male),
                db::Value::Int(female),
                ..,
            ] = row.as_slice()
            else {
                continue;
            };
            if minhang.contains(org) && ["60-69", "70-79", "80+"].contains(&band.as_str()) {
                elders += male + female;
            }
        }
        assert!((402_000..=402_655).contains(&elders), "{elders}");
    }
}
