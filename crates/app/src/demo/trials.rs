//! Guests who will try the first lesson of a class of the demo's own school.

use super::draw::{Draw, moment, plus};
use super::enrollments::Filled;
use super::load::{Load, Row};
use enrollment::trials::TrialState;
use platform::{AppResult, Channel};
use std::collections::HashSet;
use teaching::classes::ClassStatus;

/// Guests.
const GUESTS: usize = 2;

/// Columns of a trial.
const COLUMNS: &[&str] = &[
    "id",
    "session_id",
    "class_id",
    "term_id",
    "org_id",
    "person_id",
    "state",
    "channel",
    "actor_person",
    "created_at",
    "changed_at",
];

/// Writes the trials of the demo's own school.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>) -> AppResult<()> {
    load.put("trial", COLUMNS, plan(filled).unwrap_or_default()).await
}

fn plan(filled: &Filled<'_>) -> Option<Vec<Row>> {
    let home = filled.home?;
    let org = filled.links.orgs.all.get(home)?;
    let today = filled.links.days.today;
    let (at, class) = filled.classes.iter().enumerate().find(|(_, class)| {
        class.org == home
            && class.season == 2
            && class.status == ClassStatus::Published
            && !class.drawn
            && class.enrolled + (GUESTS as i64) < class.capacity
            && class.starts_on() > today
    })?;
    let there: HashSet<usize> = filled
        .seats
        .iter()
        .filter(|seat| seat.class == at)
        .map(|seat| seat.person)
        .collect();
    let learners = filled.links.people.learners.get(&org.street)?;
    let guests = learners.iter().rev().filter(|person| !there.contains(*person));
    let asked = plus(today, -1);
    let mut ids = Draw::new("trials").ids(asked, GUESTS);
    let session = *class.sessions.first()?;
    let row = |person: &usize| -> Row {
        let person = filled.person(*person);
        let at = moment(asked, 10, 0);
        vec![
            ids.take().into(),
            session.into(),
            class.id.into(),
            filled.links.library.term(org.run_by, class.season).into(),
            org.id.into(),
            person.into(),
            TrialState::Booked.into(),
            Channel::Web.into(),
            person.into(),
            at.into(),
            at.into(),
        ]
    };
    Some(guests.take(GUESTS).map(row).collect())
}
