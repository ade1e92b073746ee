//! Staff, funding and titles of the demo, for last year and this one: invented, and marked so.

use super::Days;
use super::draw::Draw;
use super::load::{Load, Row};
use super::orgs::{Institution, Institutions, Kind};
use super::regions::{self, DEEP, Regions};
use ::orgs::funding::{FundingLevel, LineState, PopulationKind, Purpose};
use ::orgs::staffing::StaffKind;
use ::orgs::titles::{Holder, TitleKind, TitleLevel};
use db::Value;
use kernel::{AgeBand, Date};
use platform::AppResult;
use std::collections::BTreeMap;

const BASIS: &str = "demo";
const SOURCE: &str = "演示数据，非统计数字";
/// 西湖: its document is the only one of the demo's districts that asks for a match.
const XIHU: &str = "330106000000";
const MINHANG: &str = "310112000000";

/// Writes all three registers.
pub(super) async fn write(
    load: &Load<'_>,
    regions: &Regions,
    orgs: &Institutions,
    days: &Days,
) -> AppResult<()> {
    load.put("staff_count", STAFF_COLUMNS, staff(orgs, days)).await?;
    let residents = residents(regions, days);
    load.put(
        "budget_line",
        LINE_COLUMNS,
        lines(regions, orgs, &residents, days),
    )
    .await?;
    load.put("funding_standard", STANDARD_COLUMNS, standards(regions, days))
        .await?;
    load.put("title", TITLE_COLUMNS, titles(orgs, days)).await
}

fn first_of(year: i64) -> Date {
    i16::try_from(year)
        .ok()
        .and_then(|year| Date::new(year, 1, 1).ok())
        .unwrap_or_default()
}

const STAFF_COLUMNS: &[&str] = &[
    "org_id",
    "serial",
    "kind",
    "full_time",
    "part_time",
    "valid_from",
    "valid_to",
    "in_force",
    "basis",
    "source",
    "reason",
    "recorded_at",
];

/// Full-time and part-time staff of an institution by kind, in the order of [`StaffKind::ALL`].
fn crew(draw: &Draw, kind: Kind) -> [(i64, i64); 4] {
    match kind {
        Kind::University => [
            (draw.between(6, 9), 0),
            (draw.between(4, 7), draw.between(50, 70)),
            (1, 0),
            (draw.between(3, 5), 2),
        ],
        Kind::College => [
            (draw.between(4, 6), 0),
            (draw.between(8, 14), draw.between(20, 30)),
            (draw.between(1, 2), 0),
            (2, 1),
        ],
        Kind::School => [
            (draw.between(1, 2), 0),
            (draw.between(1, 3), draw.between(12, 24)),
            (draw.between(0, 1), draw.between(0, 2)),
            (0, 1),
        ],
        Kind::Site => [(0, 1), (0, draw.between(0, 2)), (0, draw.between(0, 1)), (0, 0)],
    }
}

/// Schools have changed at the turn of the year; sites have not.
fn staff(orgs: &Institutions, days: &Days) -> Vec<Row> {
    let draw = Draw::new("staff");
    let this_year = i64::from(days.today.year());
    let mut rows = Vec::new();
    for org in &orgs.all {
        let now = crew(&draw, org.kind);
        let (last_year, turn) = (first_of(this_year - 1), first_of(this_year));
        if org.kind == Kind::Site {
            declare(&mut rows, (org.id, 1, &now), (last_year, None), days);
            continue;
        }
        let [managers, (teachers, helpers), workers, others] = now;
        let fewer = (teachers - draw.between(0, 1), helpers - draw.between(0, 4));
        let before = [managers, fewer, workers, others];
        declare(&mut rows, (org.id, 1, &before), (last_year, Some(turn)), days);
        declare(&mut rows, (org.id, 2, &now), (turn, None), days);
    }
    rows
}

fn declare(
    rows: &mut Vec<Row>,
    (org, serial, crew): (i64, i64, &[(i64, i64); 4]),
    (from, until): (Date, Option<Date>),
    days: &Days,
) {
    for (kind, (full, part)) in StaffKind::ALL.iter().zip(crew) {
        rows.push(vec![
            org.into(),
            serial.into(),
            (*kind).into(),
            (*full).into(),
            (*part).into(),
            from.into(),
            until.into(),
            true.into(),
            BASIS.into(),
            SOURCE.into(),
            "".into(),
            days.opened_at.into(),
        ]);
    }
}

/// Residents and elders of each area at the end of last year, by its id.
fn residents(regions: &Regions, days: &Days) -> BTreeMap<i64, (i64, i64)> {
    let last_year = i64::from(days.today.year()) - 1;
    let elders = [AgeBand::From60, AgeBand::From70, AgeBand::From80].map(AgeBand::code);
    let mut known: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for row in regions::population(regions, days) {
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
        if *year == last_year {
            let sums = known.entry(*org).or_default();
            sums.0 += men + women;
            if elders.contains(&band.as_str()) {
                sums.1 += men + women;
            }
        }
    }
    known
}

const LINE_COLUMNS: &[&str] = &[
    "id",
    "version",
    "org_id",
    "year",
    "level",
    "purpose",
    "budgeted_fen",
    "paid_fen",
    "population",
    "payer",
    "document",
    "basis",
    "proof",
    "state",
    "reason",
    "recorded_at",
];

/// What one level gives one organisation, before it has an id and a year.
struct Grant<'a> {
    org: i64,
    level: FundingLevel,
    purpose: Purpose,
    population: PopulationKind,
    payer: &'a str,
    /// Fen of this year.
    fen: i64,
}

/// Each street of the deep districts gives for its residents and gets about as much from the district; the district gives
/// for its elders at its senior university.
fn lines(
    regions: &Regions,
    orgs: &Institutions,
    residents: &BTreeMap<i64, (i64, i64)>,
    days: &Days,
) -> Vec<Row> {
    let draw = Draw::new("funding");
    let mut grants = Vec::new();
    for district in DEEP {
        let Some((_, area)) = regions.of_code(&format!("{district}000000")) else {
            continue;
        };
        let bureau = format!("{}教育局", area.name);
        for street in regions.streets_of(district) {
            let street = regions.areas.get(street);
            let known = street.and_then(|street| Some((street, *residents.get(&street.id)?)));
            if let Some((street, (people, elders))) = known {
                grants.extend(of_street(
                    &draw,
                    (street.id, &street.name),
                    &bureau,
                    (people, elders),
                ));
            }
        }
        let elders = residents.get(&area.id).map_or(0, |(_, elders)| *elders);
        if let Some((_, university)) = orgs.first(district, Kind::University) {
            grants.push((
                bureau.clone(),
                Grant {
                    org: university.id,
                    level: FundingLevel::District,
                    purpose: Purpose::Elder,
                    population: PopulationKind::Elders,
                    payer: "",
                    fen: whole(elders * draw.between(1_800, 2_600)),
                },
            ));
        }
    }
    let mut ids = draw.ids(days.founded, grants.len() * 2);
    let this_year = i64::from(days.today.year());
    let spent = i64::from(days.today.day_of_year()) * 100 / 366;
    let mut rows = Vec::with_capacity(grants.len() * 2);
    for (payer, grant) in &grants {
        let grant = Grant { payer, ..*grant };
        // Mostly more each year; in one street of eight less, so that there is something to warn of.
        let before = if draw.chance(12) {
            draw.between(102, 108)
        } else {
            draw.between(88, 98)
        };
        let last = whole(grant.fen * before / 100);
        let paid = if draw.chance(10) { last * 94 / 100 } else { last };
        rows.push(line(ids.take(), (this_year - 1, last, whole(paid)), &grant, days));
        let paid = whole(grant.fen * (spent + draw.between(-8, 8)).clamp(0, 100) / 100);
        rows.push(line(ids.take(), (this_year, grant.fen, paid), &grant, days));
    }
    rows
}

fn of_street<'a>(
    draw: &Draw,
    (street, name): (i64, &str),
    bureau: &str,
    (people, elders): (i64, i64),
) -> [(String, Grant<'a>); 3] {
    let grant = |level, purpose, population, fen| Grant {
        org: street,
        level,
        purpose,
        population,
        payer: "",
        fen: whole(fen),
    };
    let for_all = people * draw.between(110, 150);
    let own = for_all * draw.between(92, 118) / 100;
    let (all, old) = (PopulationKind::Residents, PopulationKind::Elders);
    let office = format!("{name}财政所");
    [
        (
            bureau.to_owned(),
            grant(FundingLevel::District, Purpose::Community, all, for_all),
        ),
        (
            office.clone(),
            grant(FundingLevel::Street, Purpose::Community, all, own),
        ),
        (
            office,
            grant(
                FundingLevel::Street,
                Purpose::Elder,
                old,
                elders * draw.between(150, 300),
            ),
        ),
    ]
}

/// Budgets are written in hundreds of yuan.
const fn whole(fen: i64) -> i64 {
    (fen + 5_000) / 10_000 * 10_000
}

fn line(id: i64, (year, budgeted, paid): (i64, i64, i64), grant: &Grant<'_>, days: &Days) -> Row {
    vec![
        id.into(),
        1.into(),
        grant.org.into(),
        year.into(),
        grant.level.into(),
        grant.purpose.into(),
        budgeted.into(),
        paid.into(),
        grant.population.into(),
        grant.payer.into(),
        "".into(),
        BASIS.into(),
        SOURCE.into(),
        LineState::InForce.into(),
        "".into(),
        days.opened_at.into(),
    ]
}

const STANDARD_COLUMNS: &[&str] = &[
    "id",
    "org_id",
    "from_date",
    "amount_fen",
    "population",
    "payer",
    "not_below_last_year",
    "match_level",
    "match_against",
    "match_num",
    "match_den",
    "document",
    "basis",
    "words",
    "withdrawn",
    "reason",
    "version",
];

/// What is asked (from, amount, growth, and the match with its numbers) and told (document, basis, words) of a standard.
fn standard((id, org): (i64, i64), asked: [Value; 7], told: [&str; 3]) -> Row {
    let [from, amount, rises, level, against, num, den] = asked;
    let [document, basis, words] = told;
    vec![
        id.into(),
        org.into(),
        from,
        amount,
        PopulationKind::Residents.into(),
        "".into(),
        rises,
        level,
        against,
        num,
        den,
        document.into(),
        basis.into(),
        words.into(),
        false.into(),
        "".into(),
        1.into(),
    ]
}

/// 西湖's match stands in its document; 闵行's amount is invented.
fn standards(regions: &Regions, days: &Days) -> Vec<Row> {
    let draw = Draw::new("funding standards");
    let mut ids = draw.ids(days.founded, 2);
    let mut rows = Vec::new();
    let (minhang, xihu) = (ids.take(), ids.take());
    if let Some((_, area)) = regions.of_code(MINHANG) {
        let from = first_of(i64::from(days.today.year()) - 1);
        let asked = [
            from.into(),
            200.into(),
            true.into(),
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
        ];
        let told = [
            "演示标准",
            BASIS,
            "演示数据：人均不少于 2 元，每年不低于上年，不是文件原话",
        ];
        rows.push(standard((minhang, area.id), asked, told));
    }
    if let Some((_, area)) = regions.of_code(XIHU) {
        let asked = [
            Date::constant(2024, 2, 26).into(),
            Value::Null,
            false.into(),
            FundingLevel::Street.into(),
            FundingLevel::District.into(),
            1.into(),
            1.into(),
        ];
        let words = "按市政府要求安排社区教育经费，并逐步提高标准，各镇街同时按 1:1 投入。";
        let told = ["西政办〔2024〕4号", "official", words];
        rows.push(standard((xihu, area.id), asked, told));
    }
    rows
}

const TITLE_COLUMNS: &[&str] = &[
    "id",
    "org_id",
    "holder",
    "holder_name",
    "name",
    "level",
    "kind",
    "granted_by",
    "document",
    "granted_on",
    "valid_to",
    "basis",
    "revoke_reason",
    "proof_name",
    "proof_type",
    "proof_size",
    "version",
];

/// One title in eight or so of the sites, most schools, all colleges and universities; some have expired.
fn titles(orgs: &Institutions, days: &Days) -> Vec<Row> {
    let draw = Draw::new("titles");
    let mut granted: Vec<(i64, Honour)> = Vec::new();
    for org in &orgs.all {
        granted.extend(honours(&draw, org).into_iter().map(|honour| (org.id, honour)));
    }
    let mut ids = draw.ids(days.founded, granted.len());
    let this_year = i64::from(days.today.year());
    let row = |(org, honour): (i64, Honour)| -> Row {
        let (holder, holder_name) = honour.holder;
        let day = first_of(this_year - honour.years_ago);
        let ends = honour
            .years
            .map(|years| first_of(this_year - honour.years_ago + years));
        let last = ends.and_then(|day| day.yesterday().ok());
        vec![
            ids.take().into(),
            org.into(),
            holder.into(),
            holder_name.into(),
            honour.name.into(),
            honour.level.into(),
            honour.kind.into(),
            "演示授予单位".into(),
            "".into(),
            day.into(),
            last.into(),
            BASIS.into(),
            "".into(),
            "".into(),
            "".into(),
            0.into(),
            1.into(),
        ]
    };
    granted.into_iter().map(row).collect()
}

/// A title before it has an id and its days.
struct Honour {
    holder: (Holder, &'static str),
    name: &'static str,
    level: TitleLevel,
    kind: TitleKind,
    /// Granted on New Year's Day so many years ago.
    years_ago: i64,
    /// For so many years; `None` for ever.
    years: Option<i64>,
}

fn honours(draw: &Draw, org: &Institution) -> Vec<Honour> {
    let own = |name, level, kind, years_ago, years| Honour {
        holder: (Holder::Org, ""),
        name,
        level,
        kind,
        years_ago,
        years,
    };
    let (city, district) = (TitleLevel::City, TitleLevel::District);
    let mut all = Vec::new();
    match org.kind {
        Kind::University => all.push(own("示范老年大学", city, TitleKind::School, 1, None)),
        Kind::College => all.push(own("终身学习品牌", city, TitleKind::Brand, 1, Some(3))),
        Kind::School => {
            if draw.chance(55) {
                all.push(own(
                    "优质社区学校",
                    city,
                    TitleKind::School,
                    draw.between(0, 1),
                    None,
                ));
            }
            if draw.chance(40) {
                // Granted for three years, five years ago for some.
                let ago = draw.between(1, 5);
                all.push(own("学习型组织", district, TitleKind::Organisation, ago, Some(3)));
            }
            if draw.chance(60) {
                all.push(Honour {
                    holder: (Holder::Team, "合唱队"),
                    ..own(
                        "四星级学习团队",
                        district,
                        TitleKind::Team,
                        draw.between(0, 1),
                        Some(3),
                    )
                });
            }
        }
        Kind::Site => {
            if draw.chance(12) {
                all.push(own(
                    "示范学习点",
                    district,
                    TitleKind::Site,
                    draw.between(0, 1),
                    None,
                ));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::Scale;
    use super::*;

    #[test]
    fn the_numbers_are_believable() {
        let days = Days::of(Date::constant(2026, 11, 22));
        let regions = regions::read(Scale::Full, &days);
        let orgs = super::super::orgs::plan(&regions, Scale::Full, &days);
        let residents = residents(&regions, &days);
        let (_, minhang) = regions.of_code(MINHANG).unwrap();
        let number = |row: &Row, at: usize| match &row[at] {
            Value::Int(number) => *number,
            other => panic!("{other:?}"),
        };
        let here: Vec<i64> = orgs
            .all
            .iter()
            .filter(|org| org.district == "310112")
            .map(|org| org.id)
            .collect();
        let now = staff(&orgs, &days);
        let now = now
            .iter()
            .filter(|row| row[6] == Value::Null && here.contains(&number(row, 0)));
        let full_time: i64 = now.map(|row| number(row, 3)).sum();
        let people = residents[&minhang.id].0;
        // About half a full-timer for ten thousand, as the documents ask.
        assert!(
            (35..=100).contains(&(full_time * 1_000_000 / people)),
            "{full_time} for {people}"
        );
        let lines = lines(&regions, &orgs, &residents, &days);
        assert!(lines.len() > 200, "{}", lines.len());
        assert!(
            lines
                .iter()
                .all(|row| number(row, 6) > 0 && number(row, 7) <= number(row, 6))
        );
        assert_eq!(standards(&regions, &days).len(), 2);
        assert!(titles(&orgs, &days).len() > 100);
    }
}
