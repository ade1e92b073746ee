//! What learners of the demo have to show: hours, outcomes and certificates of the classes they completed.

use super::Days;
use super::classes::Class;
use super::draw::{Draw, id_text, moment};
use super::enrollments::{Filled, Seat};
use super::load::{Load, Row};
use ::records::certificates::actions::{CODE_LEN, Facts};
use ::records::completion::model::RULE;
use platform::AppResult;
use serde_json::json;
use std::collections::BTreeMap;

/// Letters of a certificate's code: no 0, 1, I or O, which are mistaken when typed from paper.
const CODE_LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

struct Completed<'a> {
    seat: &'a Seat,
    outcome: i64,
    certificate: i64,
    hours: i64,
}

/// Writes the outcomes, certificates and hours of completed enrolments; gives how many of each.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>) -> AppResult<usize> {
    let completed = completed(filled);
    load.put(
        "outcome",
        OUTCOME,
        completed.iter().filter_map(|one| outcome(filled, one)),
    )
    .await?;
    let draw = Draw::new("certificates");
    let mut serials = BTreeMap::new();
    let certificates = completed
        .iter()
        .filter_map(|one| certificate(&draw, filled, one, &mut serials));
    load.put("certificate", CERTIFICATE, certificates).await?;
    load.put(
        "hours_entry",
        HOURS,
        completed.iter().filter_map(|one| hours(filled, one)),
    )
    .await?;
    Ok(completed.len())
}

fn completed<'a>(filled: &Filled<'a>) -> Vec<Completed<'a>> {
    let draw = Draw::new("records");
    let days: &Days = filled.links.days;
    let mut all = Vec::new();
    for (season, plan) in days.seasons.iter().enumerate() {
        let of_season = |seat: &&Seat| {
            let class = filled.classes.get(seat.class);
            seat.status == enrollment::EnrollmentStatus::Completed
                && class.is_some_and(|class| class.season == season)
        };
        let seats: Vec<&Seat> = filled.seats.iter().filter(of_season).collect();
        let mut outcomes = draw.ids(plan.ends_on.min(days.today), seats.len());
        let mut certificates = draw.ids(plan.ends_on.min(days.today), seats.len());
        let mut hours = draw.ids(plan.ends_on.min(days.today), seats.len());
        all.extend(seats.into_iter().map(|seat| Completed {
            seat,
            outcome: outcomes.take(),
            certificate: certificates.take(),
            hours: hours.take(),
        }));
    }
    all
}

const OUTCOME: &[&str] = &[
    "id",
    "person_id",
    "org_id",
    "kind",
    "title",
    "level",
    "minutes",
    "earned_on",
    "class_id",
    "evidence",
    "assessed_by",
    "rule_version",
    "status",
    "created_at",
];

fn outcome(filled: &Filled<'_>, one: &Completed<'_>) -> Option<Row> {
    let class = filled.classes.get(one.seat.class)?;
    let course = filled.links.library.courses.get(class.course)?;
    let late = one.seat.marks.iter().filter(|mark| **mark == b'l').count();
    let evidence = json!({
        "present": one.seat.attended - late, "late": late, "held": class.days.len(),
        "pass_percent": super::PASS_PERCENT, "enrollment": id_text(one.seat.id),
    });
    Some(vec![
        one.outcome.into(),
        filled.person(one.seat.person).into(),
        filled.org(class.org).into(),
        "class".into(),
        class.name.as_str().into(),
        course.level.into(),
        minutes(one, class.minutes).into(),
        class.ends_on().into(),
        class.id.into(),
        evidence.to_string().into(),
        registrar(filled, class).into(),
        RULE.into(),
        "verified".into(),
        moment(class.ends_on(), 17, 0).into(),
    ])
}

/// Who confirmed the class and issued its certificates.
fn registrar(filled: &Filled<'_>, class: &Class) -> Option<i64> {
    let org = filled.links.orgs.all.get(class.org)?;
    let office = filled.links.people.offices.get(&org.run_by)?;
    Some(filled.person(office.registrar))
}

fn minutes(one: &Completed<'_>, each: u16) -> i64 {
    one.seat.attended as i64 * i64::from(each)
}

const CERTIFICATE: &[&str] = &[
    "id",
    "outcome_id",
    "person_id",
    "org_id",
    "number",
    "code",
    "name",
    "facts",
    "issued_on",
    "issued_by",
    "status",
    "revoke_reason",
];

fn certificate(
    draw: &Draw,
    filled: &Filled<'_>,
    one: &Completed<'_>,
    serials: &mut BTreeMap<(i64, i16), u32>,
) -> Option<Row> {
    let class = filled.classes.get(one.seat.class)?;
    let org = filled.links.orgs.all.get(class.org)?;
    let course = filled.links.library.courses.get(class.course)?;
    let season = filled.links.days.seasons.get(class.season)?;
    let person = filled.links.people.all.get(one.seat.person)?;
    let facts = Facts {
        course: course.name.clone(),
        class: class.name.clone(),
        term: season.name.clone(),
        minutes: minutes(one, class.minutes),
        provider: org.name.clone(),
        starts_on: class.starts_on().to_string(),
        ends_on: class.ends_on().to_string(),
    };
    let letters = (0..CODE_LEN).filter_map(|_| draw.pick(CODE_LETTERS));
    let code: String = letters.map(|letter| char::from(*letter)).collect();
    let year = class.ends_on().year();
    let serial = serials.entry((org.id, year)).or_default();
    *serial += 1;
    let school = id_text(org.id).to_uppercase();
    let school: String = school.chars().skip(school.len().saturating_sub(8)).collect();
    Some(vec![
        one.certificate.into(),
        one.outcome.into(),
        person.id.into(),
        org.id.into(),
        format!("{school}-{year}-{serial:05}").into(),
        code.into(),
        person.name.as_str().into(),
        serde_json::to_string(&facts).ok()?.into(),
        class.ends_on().into(),
        registrar(filled, class).into(),
        "valid".into(),
        "".into(),
    ])
}

const HOURS: &[&str] = &[
    "id",
    "person_id",
    "org_id",
    "minutes",
    "source_kind",
    "source_id",
    "rule_version",
    "earned_on",
    "entered_at",
];

fn hours(filled: &Filled<'_>, one: &Completed<'_>) -> Option<Row> {
    let class = filled.classes.get(one.seat.class)?;
    Some(vec![
        one.hours.into(),
        filled.person(one.seat.person).into(),
        filled.org(class.org).into(),
        minutes(one, class.minutes).into(),
        "class".into(),
        class.id.into(),
        RULE.into(),
        class.ends_on().into(),
        moment(class.ends_on(), 17, 0).into(),
    ])
}
