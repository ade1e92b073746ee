//! What learners of the demo have to show: hours, outcomes and certificates of the classes they completed.

use super::Days;
use super::draw::Draw;
use super::enrollments::{Filled, Seat};
use super::load::{Load, Row};
use super::orgs::Kind;
use platform::AppResult;
use serde_json::json;

/// Letters of a certificate's code: no 0, 1, I or O, which are mistaken when typed from paper.
const CODE_LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE_LENGTH: usize = 12;
/// Minutes of one hour of study (学时).
const STUDY_HOUR: i64 = 45;

struct Completed<'a> {
    seat: &'a Seat,
    outcome: i64,
    certificate: Option<i64>,
    hours: i64,
}

/// How many rows were written.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) outcomes: usize,
    pub(super) certificates: usize,
}

/// Writes the outcomes, certificates and hours of completed enrolments.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>) -> AppResult<Counts> {
    let completed = completed(filled);
    load.put(
        "outcome",
        OUTCOME,
        completed.iter().filter_map(|one| outcome(filled, one)),
    )
    .await?;
    let draw = Draw::new("certificates");
    let certificates = completed
        .iter()
        .filter(|one| one.certificate.is_some())
        .enumerate();
    let certificates = certificates.filter_map(|(number, one)| certificate(&draw, filled, one, number));
    load.put("certificate", CERTIFICATE, certificates).await?;
    load.put(
        "hours_entry",
        HOURS,
        completed.iter().filter_map(|one| hours(filled, one)),
    )
    .await?;
    Ok(Counts {
        outcomes: completed.len(),
        certificates: completed.iter().filter(|one| one.certificate.is_some()).count(),
    })
}

fn completed<'a>(filled: &Filled<'a>) -> Vec<Completed<'a>> {
    let draw = Draw::new("records");
    let days: &Days = filled.links.days;
    let mut all = Vec::new();
    for (season, plan) in days.seasons.iter().enumerate() {
        let of_season = |seat: &&Seat| {
            let class = filled.classes.get(seat.class);
            seat.status == "completed" && class.is_some_and(|class| class.season == season)
        };
        let seats: Vec<&Seat> = filled.seats.iter().filter(of_season).collect();
        let mut outcomes = draw.ids(plan.ends_on.min(days.today), seats.len());
        let mut certificates = draw.ids(plan.ends_on.min(days.today), seats.len());
        let mut hours = draw.ids(plan.ends_on.min(days.today), seats.len());
        all.extend(seats.into_iter().map(|seat| Completed {
            seat,
            outcome: outcomes.take(),
            // Neighbourhood points give short courses; these end without a certificate.
            certificate: (!at_site(filled, seat)).then(|| certificates.take()),
            hours: hours.take(),
        }));
    }
    all
}

fn at_site(filled: &Filled<'_>, seat: &Seat) -> bool {
    let org = filled
        .classes
        .get(seat.class)
        .and_then(|class| filled.links.orgs.all.get(class.org));
    org.is_some_and(|org| org.kind == Kind::Site)
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
    let evidence = json!({"sessions": class.days.len(), "attended": one.seat.attended});
    Some(vec![
        one.outcome.into(),
        filled.person(one.seat.person).into(),
        filled.org(class.org).into(),
        "course".into(),
        course.name.as_str().into(),
        course.level.into(),
        minutes(one, class.minutes).into(),
        class.ends_on().into(),
        class.id.into(),
        evidence.to_string().into(),
        filled.person(class.teacher).into(),
        super::COMPLETION_RULE.into(),
        "verified".into(),
        super::draw::moment(class.ends_on(), 17, 0).into(),
    ])
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

fn certificate(draw: &Draw, filled: &Filled<'_>, one: &Completed<'_>, number: usize) -> Option<Row> {
    let class = filled.classes.get(one.seat.class)?;
    let org = filled.links.orgs.all.get(class.org)?;
    let course = filled.links.library.courses.get(class.course)?;
    let season = filled.links.days.seasons.get(class.season)?;
    let person = filled.links.people.all.get(one.seat.person)?;
    let office = filled.links.people.offices.get(&org.run_by)?;
    let facts = json!({
        "course": course.name,
        "class": class.name,
        "term": season.name,
        "hours": minutes(one, class.minutes) / STUDY_HOUR,
        "provider": org.name,
        "earned_on": class.ends_on().to_string(),
    });
    let letters = (0..CODE_LENGTH).filter_map(|_| draw.pick(CODE_LETTERS));
    let code: String = letters.map(|letter| char::from(*letter)).collect();
    Some(vec![
        one.certificate?.into(),
        one.outcome.into(),
        person.id.into(),
        org.id.into(),
        format!("{}-{}-{:06}", org.district, class.ends_on().year(), number + 1).into(),
        code.into(),
        person.name.as_str().into(),
        facts.to_string().into(),
        class.ends_on().into(),
        filled.person(office.registrar).into(),
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
        super::COMPLETION_RULE.into(),
        class.ends_on().into(),
        super::draw::moment(class.ends_on(), 17, 0).into(),
    ])
}
