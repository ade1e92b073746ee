//! The work plans of the demo: the city's and 闵行's, from the shipped drafts, told of the year of the demo.

use super::draw::{Draw, moment, plus};
use super::enrollments::Filled;
use super::load::Load;
use super::orgs::Kind;
use super::regions::Regions;
use kernel::{Date, Id};
use plans::plans::{AtOnce, issue_at_once};
use platform::AppResult;

const CITY: &str = include_str!("../../../../data/plans/s24.json");
const DISTRICT: &str = include_str!("../../../../data/plans/m22.json");
/// The district whose plan is shown.
const MINHANG: &str = "310112";
/// Ids that the two plans need: plans, items, tasks, targets, reports.
const IDS: usize = 600;
/// Tasks of the district's plan that were reported on.
const REPORTED: usize = 45;

/// Writes the two plans.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>, regions: &Regions) -> AppResult<()> {
    let days = filled.links.days;
    let draw = Draw::new("plans");
    let year = i64::from(days.today.year());
    let first = Date::new(days.today.year(), 1, 15)
        .unwrap_or(days.today)
        .min(plus(days.today, -1));
    let mut ids = draw.ids(first, IDS);
    let Some(city) = regions.areas.first() else {
        return Ok(());
    };
    let plan = AtOnce {
        org: Id::from_raw(city.id),
        json: CITY,
        years: (2024, year),
        at: moment(first, 9, 0),
        lead: None,
        percents: Vec::new(),
    };
    issue_at_once(load.tx(), &plan, || ids.take()).await?;
    let district = regions
        .areas
        .iter()
        .find(|area| area.level == "district" && area.code.starts_with(MINHANG));
    let Some(district) = district else {
        return Ok(());
    };
    let college = filled.links.orgs.first(MINHANG, Kind::College);
    let plan = AtOnce {
        org: Id::from_raw(district.id),
        json: DISTRICT,
        years: (2022, year),
        at: moment(first, 10, 0),
        lead: college.map(|(_, college)| Id::from_raw(college.id)),
        percents: (0..REPORTED).map(|_| draw.between(35, 95)).collect(),
    };
    issue_at_once(load.tx(), &plan, || ids.take()).await?;
    Ok(())
}
