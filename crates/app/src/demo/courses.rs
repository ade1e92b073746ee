//! The course library of the demo, and its terms.

use super::Days;
use super::draw::Draw;
use super::load::{Load, Row};
use super::orgs::{Institutions, Kind};
use super::people::People;
use super::regions::{DEEP, cell, table};
use kernel::pinyin;
use platform::AppResult;
use std::collections::BTreeMap;

const COURSES: &str = include_str!("../../../../data/demo/courses.csv");

pub(super) struct Course {
    pub(super) id: i64,
    pub(super) version_id: i64,
    pub(super) org: usize,
    pub(super) district: &'static str,
    pub(super) name: String,
    pub(super) sort_key: String,
    pub(super) category: String,
    pub(super) level: &'static str,
    pub(super) weeks: u16,
    pub(super) minutes: u16,
    pub(super) strenuous: bool,
    /// Lowest and highest fee of a class, in fen.
    pub(super) fee: (i64, i64),
    pub(super) mode: String,
    summary: String,
    goals: String,
    pub(super) outline: Vec<String>,
    materials: String,
}

pub(super) struct Term {
    pub(super) id: i64,
    pub(super) org: usize,
    pub(super) season: usize,
}

pub(super) struct Library {
    pub(super) courses: Vec<Course>,
    pub(super) terms: Vec<Term>,
}

impl Library {
    /// The term of an institution in a season.
    pub(super) fn term(&self, org: usize, season: usize) -> i64 {
        let term = self
            .terms
            .iter()
            .find(|term| term.org == org && term.season == season);
        term.map_or(0, |term| term.id)
    }

    /// Courses of a district by category, as places in the list.
    pub(super) fn by_category(&self) -> BTreeMap<(&str, &str), Vec<usize>> {
        let mut lists: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for (at, course) in self.courses.iter().enumerate() {
            lists
                .entry((course.district, &course.category))
                .or_default()
                .push(at);
        }
        lists
    }
}

fn level_code(word: &str) -> &'static str {
    match word {
        "入门" => "beginner",
        "基础" => "basic",
        "提高" => "advanced",
        _ => "study",
    }
}

/// Decides the courses (each district's college owns its own) and the terms of every institution that has some.
pub(super) fn plan(orgs: &Institutions, days: &Days) -> Library {
    let draw = Draw::new("courses");
    let mut courses = Vec::new();
    for district in DEEP {
        if let Some((org, _)) = orgs.first(district, Kind::College) {
            courses.extend(table(COURSES).map(|row| course(&row, org, district)));
        }
    }
    let mut ids = draw.ids(days.founded, courses.len());
    let mut version_ids = draw.ids(days.founded, courses.len());
    for course in &mut courses {
        course.id = ids.take();
        course.version_id = version_ids.take();
    }
    let schools: Vec<usize> = orgs
        .all
        .iter()
        .enumerate()
        .filter(|(at, org)| org.run_by == *at)
        .map(|(at, _)| at)
        .collect();
    let mut terms = Vec::new();
    for (season, plan) in days.seasons.iter().enumerate() {
        let mut ids = draw.ids(plan.opened_on, schools.len());
        terms.extend(schools.iter().map(|org| Term {
            id: ids.take(),
            org: *org,
            season,
        }));
    }
    Library { courses, terms }
}

fn course(row: &std::collections::HashMap<String, String>, org: usize, district: &'static str) -> Course {
    let number = |name: &str| cell(row, name).parse::<i64>().unwrap_or(0);
    let name = cell(row, "name").to_owned();
    Course {
        id: 0,
        version_id: 0,
        org,
        district,
        sort_key: pinyin::sort_key(&name),
        name,
        category: cell(row, "category").to_owned(),
        level: level_code(cell(row, "level")),
        weeks: cell(row, "weeks").parse().unwrap_or(8),
        minutes: cell(row, "minutes").parse().unwrap_or(90),
        strenuous: cell(row, "risk") == "strenuous",
        fee: (number("fee_low_fen"), number("fee_high_fen")),
        mode: cell(row, "mode").to_owned(),
        summary: cell(row, "summary").to_owned(),
        goals: cell(row, "goals").replace(';', "\n"),
        outline: cell(row, "outline").split(';').map(str::to_owned).collect(),
        materials: cell(row, "materials").to_owned(),
    }
}

const COURSE_COLUMNS: &[&str] = &[
    "id",
    "org_id",
    "name",
    "sort_key",
    "category",
    "level",
    "current_version_id",
    "shared",
    "status",
    "created_at",
    "version",
];
const VERSION_COLUMNS: &[&str] = &[
    "id",
    "course_id",
    "number",
    "summary",
    "goals",
    "audience",
    "outline",
    "assessment",
    "materials",
    "sessions",
    "minutes",
    "risk",
    "status",
    "written_by",
    "reviewed_by",
    "review_note",
    "created_at",
    "reviewed_at",
];
const TERM_COLUMNS: &[&str] = &[
    "id",
    "org_id",
    "name",
    "starts_on",
    "ends_on",
    "enrollment_opens",
    "enrollment_closes",
    "class_limit",
    "version",
];

/// Writes courses, their versions and terms.
pub(super) async fn write(
    load: &Load<'_>,
    orgs: &Institutions,
    people: &People,
    library: &Library,
    days: &Days,
) -> AppResult<()> {
    let org_id = |at: usize| orgs.all.get(at).map_or(0, |org| org.id);
    let courses = library.courses.iter().map(|course| {
        vec![
            course.id.into(),
            org_id(course.org).into(),
            course.name.as_str().into(),
            course.sort_key.as_str().into(),
            course.category.as_str().into(),
            course.level.into(),
            course.version_id.into(),
            true.into(),
            "approved".into(),
            days.opened_at.into(),
            1.into(),
        ]
    });
    load.put("course", COURSE_COLUMNS, courses).await?;
    let versions = library
        .courses
        .iter()
        .map(|course| version_row(people, course, days));
    load.put("course_version", VERSION_COLUMNS, versions).await?;
    let terms = library.terms.iter().filter_map(|term| {
        let season = days.seasons.get(term.season)?;
        Some(vec![
            term.id.into(),
            org_id(term.org).into(),
            season.name.as_str().into(),
            season.starts_on.into(),
            season.ends_on.into(),
            season.opens.into(),
            season.closes.into(),
            i64::from(super::CLASS_LIMIT).into(),
            1.into(),
        ])
    });
    load.put("term", TERM_COLUMNS, terms).await
}

fn version_row(people: &People, course: &Course, days: &Days) -> Row {
    let office = people.offices.get(&course.org);
    let person = |at: Option<usize>| at.and_then(|at| people.all.get(at)).map(|person| person.id);
    vec![
        course.version_id.into(),
        course.id.into(),
        1.into(),
        course.summary.as_str().into(),
        course.goals.as_str().into(),
        (match course.level {
            "beginner" => "没有学过也可以报名",
            "basic" => "学过一个学期，或有同样基础",
            "advanced" => "学过两个学期以上",
            _ => "有多年基础，愿意一起研习",
        })
        .into(),
        course.outline.join("\n").into(),
        "出勤不少于七成，并完成结课作业".into(),
        course.materials.as_str().into(),
        course.weeks.into(),
        course.minutes.into(),
        (if course.strenuous { "strenuous" } else { "none" }).into(),
        "approved".into(),
        person(office.map(|office| office.registrar)).into(),
        person(office.map(|office| office.head)).into(),
        "".into(),
        days.opened_at.into(),
        days.opened_at.plus_secs(86_400).into(),
    ]
}
