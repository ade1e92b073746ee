//! What a decision about those who wait takes beside the rules: how long a turn stands, and what follows for the wait behind it.

use super::group::SETTLE;
use super::holds::{Way, held_until, offered_until};
use super::model::{Ask, ClassState, EnrollmentStatus, State};
use super::notes::Writes;
use super::{Asked, store};
use crate::declarations::Paper;
use crate::rules;
use db::Db;
use kernel::{Instant, PersonId};
use platform::{AppResult, Channel, Tx, job};
use serde_json::json;
use std::collections::BTreeSet;
use teaching::ClassId;
use teaching::holidays::calendar;

/// What the schools have decided about turns, where one may come.
pub(super) async fn set_rules(db: &Db, state: &mut State, asked: &[Asked]) -> AppResult<()> {
    let turns = asked
        .iter()
        .filter(|one| one.ask.frees().is_some() || matches!(one.ask, Ask::Invite { .. }));
    let classes: BTreeSet<ClassId> = turns
        .map(|one| one.ask.frees().unwrap_or_else(|| one.ask.class()))
        .collect();
    let classes: Vec<ClassId> = classes.into_iter().collect();
    for (class, rule) in rules::of_classes(db, &classes).await? {
        if let Some(class) = state.classes.get_mut(&class) {
            class.rule = rule;
        }
    }
    Ok(())
}

/// Until when a new seat is kept for who must pay, sign or accept.
pub(super) fn kept_until(
    state: &State,
    at: &ClassState,
    asked: &Asked,
    (person, status): (PersonId, EnrollmentStatus),
) -> Option<Instant> {
    let by_itself = asked.ask.is_drawn() || asked.ask.classes().count() > 1;
    let way = if by_itself {
        Way::Turn
    } else {
        Way::from(asked.channel)
    };
    match (status, &asked.ask) {
        (EnrollmentStatus::Reserved, _) => Some(kept_for(state, at, person, way)),
        (EnrollmentStatus::Offered, Ask::Invite { channel, .. }) => {
            Some(offered_until(state.now, Way::from(*channel), &at.rule))
        }
        _ => None,
    }
}

/// Until when a seat is kept: for its fee, for papers that are owed, or for the longer of both.
pub(super) fn kept_for(state: &State, at: &ClassState, person: PersonId, way: Way) -> Instant {
    let for_fee = held_until(state.now, way, calendar(), at.school.rules.fee_limits());
    let owed = owed(state, at, person);
    match at.papers.as_ref().filter(|_| !owed.is_empty()) {
        None => for_fee,
        Some(papers) => {
            let for_papers = held_until(state.now, way, calendar(), papers.rule.limits());
            if at.facts.fee_fen > 0 {
                for_papers.max(for_fee)
            } else {
                for_papers
            }
        }
    }
}

/// The papers that somebody still owes a class.
pub(super) fn owed(state: &State, at: &ClassState, person: PersonId) -> Vec<Paper> {
    let who = state.people.get(&person);
    who.map(|who| at.owed(who, state.now)).unwrap_or_default()
}

/// What a place in one class has to do with another class.
pub(super) struct CameFrom {
    /// The enrolment there.
    pub(super) enrollment: crate::EnrollmentId,
    /// Whether it ends that enrolment.
    pub(super) moved: bool,
    /// Name of the class there.
    pub(super) name: String,
    /// What the event calls that enrolment.
    pub(super) key: &'static str,
    /// What is told.
    pub(super) word: &'static str,
}

/// The enrolment that a merge, a transfer or a return ends, or the wait that an invitation answers.
pub(super) fn came_from(state: &State, ask: &Ask) -> Option<CameFrom> {
    let (enrollment, from, key, word) = match ask {
        Ask::Move {
            enrollment,
            from,
            why,
            ..
        } => (enrollment, from, "moved_from", why.word()),
        Ask::Return { enrollment, from, .. } => (enrollment, from, "moved_from", "returned"),
        Ask::Invite { waited, from, .. } => (waited, from, "waited", "invited"),
        _ => return None,
    };
    Some(CameFrom {
        enrollment: *enrollment,
        moved: matches!(ask, Ask::Move { .. } | Ask::Return { .. }),
        name: state.classes.get(from)?.facts.name.clone(),
        key,
        word,
    })
}

/// What is to follow for seats behind which a wait stands: taken, the wait ends; given up, the next who waits is asked.
pub(super) async fn follow_waits(tx: &Tx, state: &State, writes: &Writes) -> AppResult<()> {
    let moved: Vec<crate::EnrollmentId> = writes.moved.keys().copied().collect();
    if moved.is_empty() {
        return Ok(());
    }
    let mut free = BTreeSet::new();
    for (seat, class, waited) in store::waits_behind(tx, &moved).await? {
        match writes.moved.get(&seat) {
            Some(EnrollmentStatus::Confirmed) => {
                job::enqueue(tx, SETTLE, &json!({ "waited": waited }), state.now, None).await?;
            }
            Some(status) if !status.is_live() => {
                free.insert(class);
            }
            _ => {}
        }
    }
    for class in free {
        job::enqueue(
            tx,
            crate::demand::MOVE.name,
            &json!({ "class": class }),
            state.now,
            None,
        )
        .await?;
    }
    Ok(())
}

pub(super) fn waits_elsewhere(state: &State, person: PersonId) -> impl Iterator<Item = ClassId> {
    let live = state.people.get(&person).map(|who| who.live.as_slice());
    live.unwrap_or_default()
        .iter()
        .filter(|live| live.status == EnrollmentStatus::Waitlisted)
        .map(|live| live.class)
}

/// How a place came in and who acted: an invitation answers what its person asked for when they came to wait; who comes
/// along was enrolled by who asked.
pub(super) fn came_in(asked: &Asked, person: PersonId) -> (Channel, Option<PersonId>) {
    match (&asked.ask, asked.channel) {
        (Ask::Invite { channel, .. }, _) => (*channel, None),
        (Ask::Together { people, .. }, Channel::Web | Channel::Family | Channel::Api)
            if people.first().is_some_and(|(first, _)| *first != person) =>
        {
            (Channel::Companion, asked.by)
        }
        _ => (asked.channel, asked.by),
    }
}
