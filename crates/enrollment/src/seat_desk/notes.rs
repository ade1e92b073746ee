//! What decisions mean for rows, events, messages and money.

use super::holds::{Way, offered_until};
use super::model::{Answer, Ask, Change, ClassState, EnrollmentStatus, RULE_VERSION, State};
use super::moving::goes_along;
use super::turns::{came_from, came_in, kept_for, kept_until, owed, waits_elsewhere};
use super::{Asked, store};
use crate::NewEnrollment;
use crate::fees::ladder::Cause;
use crate::fees::{Money, Step};
use crate::first_come::model::Pool;
use kernel::{OrgId, PersonId};
use platform::{Channel, Event};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use teaching::ClassId;

/// What a group writes.
#[derive(Default)]
pub(super) struct Writes {
    pub(super) placed: Vec<NewEnrollment>,
    pub(super) moved: HashMap<crate::EnrollmentId, EnrollmentStatus>,
    pub(super) events: Vec<Event>,
    pub(super) tell: Vec<serde_json::Value>,
    pub(super) keys: Vec<store::KeyRow>,
    pub(super) money: Vec<Step>,
    /// Seats, each with the wait that it stands for.
    pub(super) waits: Vec<(crate::EnrollmentId, crate::EnrollmentId)>,
    pub(super) look_again: BTreeSet<ClassId>,
}

/// Notes what a change means: rows, events, messages, money.
pub(super) fn note(state: &State, writes: &mut Writes, asked: &Asked, change: &Change) {
    match *change {
        Change::Placed {
            answer,
            person,
            class,
            queue,
            pool,
        } => note_placed(state, writes, asked, &answer, (person, class, queue, pool)),
        Change::Moved {
            enrollment,
            person,
            class,
            from,
            to,
        } => {
            writes.moved.insert(enrollment, to);
            note_moved(state, writes, asked, (enrollment, person, class), (from, to));
        }
        Change::PassedOver {
            enrollment,
            person,
            class,
            because,
        } => {
            let Some(at) = state.classes.get(&class) else {
                return;
            };
            let passed = by_rule("enrollment.passed_over", enrollment, person, at.facts.org);
            let data = json!({ "class": class, "because": because });
            writes.events.push(passed.data(data));
            writes.tell.push(json!([enrollment, because, null]));
        }
    }
}

/// What an event and a message call a new place.
const fn placed_words(status: EnrollmentStatus) -> (&'static str, &'static str) {
    match status {
        EnrollmentStatus::Waitlisted => ("enrollment.waitlisted", "waitlisted"),
        EnrollmentStatus::Reserved => ("enrollment.reserved", "reserved"),
        EnrollmentStatus::Offered => ("enrollment.offered", "offered"),
        _ => ("enrollment.confirmed", "confirmed"),
    }
}

fn note_placed(
    state: &State,
    writes: &mut Writes,
    asked: &Asked,
    answer: &Answer,
    (person, class, queue, pool): (PersonId, ClassId, i64, Pool),
) {
    let Some(at) = state.classes.get(&class) else {
        return;
    };
    let (kind, word) = placed_words(answer.status);
    let (signup, drawn) = (asked.ask.signup(), asked.ask.is_drawn());
    let (channel, actor) = came_in(asked, person);
    let mut data = json!({ "class": class, "queue": queue, "position": answer.position });
    note_owed(&mut data, state, at, (person, answer.status));
    note_rules(&mut data, state, at, asked);
    let came = came_from(state, &asked.ask);
    if let Some(data) = data.as_object_mut() {
        data.extend(signup.map(|signup| ("signup".into(), json!(signup))));
        data.extend(came.iter().map(|came| (came.key.into(), json!(came.enrollment))));
    }
    let placed = event(kind, answer.enrollment, person, at.facts.org, asked).via(channel);
    writes.events.push(placed.data(data));
    // The round tells everybody of its result, once.
    writes.tell.extend(match &came {
        Some(came) => Some(json!([answer.enrollment, came.word, null, came.name])),
        None => (!drawn).then(|| json!([answer.enrollment, word, answer.position])),
    });
    let reserved = answer.status == EnrollmentStatus::Reserved;
    let held_until = kept_until(state, at, asked, (person, answer.status));
    writes.money.extend(held_until.map(Step::Kept));
    if let Ask::Invite { waited, .. } = asked.ask {
        writes.waits.push((answer.enrollment, waited));
    }
    let (money, due_fen) = fee(state, &asked.ask, reserved, at.facts.fee_fen);
    writes.placed.push(NewEnrollment {
        money,
        due_fen,
        moved_from: came.filter(|came| came.moved).map(|came| came.enrollment),
        held_until,
        id: answer.enrollment,
        class,
        term: at.facts.term,
        org: at.facts.org,
        person,
        status: answer.status,
        queue,
        channel,
        actor,
        rule_version: if drawn {
            crate::draws::file::FORMAT
        } else {
            RULE_VERSION
        },
        created_at: state.now,
        changed_at: state.now,
        seated_on: answer.status.is_seated().then(|| state.now.date()),
        signup,
        pool,
    });
}

/// Which eligibility rules were asked, with their versions.
fn note_rules(data: &mut serde_json::Value, state: &State, at: &ClassState, asked: &Asked) {
    if !asked.ask.wants_place() {
        return;
    }
    let rules = crate::eligibility::desk::asked(at, state.now);
    if let (false, Some(data)) = (rules.is_empty(), data.as_object_mut()) {
        data.insert("rules".into(), json!(rules));
    }
}

/// How the fee of a new seat stands.
fn fee(state: &State, ask: &Ask, reserved: bool, fen: i64) -> (Money, i64) {
    match carried(state, ask) {
        _ if reserved && fen > 0 => (Money::Due, fen),
        Some(money) if fen > 0 => (money, fen),
        _ => (Money::None, 0),
    }
}

/// How a fee stands that goes along with who is moved.
fn carried(state: &State, ask: &Ask) -> Option<Money> {
    let Ask::Move { enrollment, .. } = ask else {
        return None;
    };
    let (money, _) = *state.paid.get(enrollment)?;
    goes_along(money).then_some(money)
}

/// What an end means for money.
fn on_leaving(state: &State, ask: &Ask, left: (crate::EnrollmentId, OrgId)) -> Step {
    match *ask {
        Ask::Move { class, new_id, .. } if carried(state, ask).is_some() => {
            let to = state.classes.get(&class).map_or(left.1, |at| at.facts.org);
            Step::Carried(left, (new_id, to))
        }
        Ask::Withdraw { cause, .. } => Step::Left(left.0, left.1, cause),
        _ => Step::Left(left.0, left.1, Cause::Withdrawn),
    }
}

/// What an event and a message call a change of status.
fn moved_words(ask: &Ask, from: EnrollmentStatus, to: EnrollmentStatus) -> (&'static str, &'static str) {
    match (from, to) {
        (EnrollmentStatus::Offered, EnrollmentStatus::Withdrawn) => ("enrollment.withdrawn", "declined"),
        (_, EnrollmentStatus::Withdrawn) => ("enrollment.withdrawn", left_word(ask)),
        (_, EnrollmentStatus::Transferred) => ("enrollment.transferred", "transferred"),
        (EnrollmentStatus::Offered, EnrollmentStatus::Expired) => ("enrollment.expired", "offer_over"),
        (_, EnrollmentStatus::Expired) => ("enrollment.expired", "hold_over"),
        (EnrollmentStatus::Reserved, EnrollmentStatus::Confirmed) => match ask {
            Ask::Pay { .. } => ("enrollment.paid", "paid"),
            _ => ("enrollment.confirmed", "signed"),
        },
        (EnrollmentStatus::Offered, EnrollmentStatus::Confirmed) => ("enrollment.accepted", "accepted"),
        (_, EnrollmentStatus::Offered) => ("enrollment.offered", "offered"),
        _ => ("enrollment.promoted", "promoted"),
    }
}

fn note_moved(
    state: &State,
    writes: &mut Writes,
    asked: &Asked,
    (enrollment, person, class): (crate::EnrollmentId, PersonId, ClassId),
    (from, to): (EnrollmentStatus, EnrollmentStatus),
) {
    let Some(at) = state.classes.get(&class) else {
        return;
    };
    let (kind, word) = moved_words(&asked.ask, from, to);
    let event = if matches!(word, "promoted" | "offered" | "hold_over" | "offer_over") {
        by_rule(kind, enrollment, person, at.facts.org)
    } else if asked.reason.is_empty() {
        event(kind, enrollment, person, at.facts.org, asked)
    } else {
        event(kind, enrollment, person, at.facts.org, asked).note(asked.reason.clone())
    };
    match (word, &asked.ask) {
        (word, _) if leaves(word) => {
            writes.look_again.extend(waits_elsewhere(state, person));
            let left = (enrollment, at.facts.org);
            writes.money.push(on_leaving(state, &asked.ask, left));
        }
        ("paid", Ask::Pay { payment, .. }) => {
            writes
                .money
                .push(Step::Paid(enrollment, at.facts.org, payment.clone()));
        }
        ("promoted", _) if to == EnrollmentStatus::Reserved => {
            let until = kept_for(state, at, person, Way::Turn);
            writes.money.push(Step::KeptFor(enrollment, until));
        }
        ("offered", _) => {
            let until = |way| offered_until(state.now, way, &at.rule);
            writes.money.push(Step::OfferedFor {
                enrollment,
                online: until(Way::Online),
                counter: until(Way::Counter),
            });
        }
        _ => {}
    }
    let mut data = json!({ "class": class, "from": from.as_str(), "to": to.as_str() });
    note_owed(
        &mut data,
        state,
        at,
        (person, if word == "hold_over" { from } else { to }),
    );
    let moved = to == EnrollmentStatus::Transferred;
    if let (
        Ask::Move {
            class, new_id, why, ..
        },
        Some(data),
        true,
    ) = (&asked.ask, data.as_object_mut(), moved)
    {
        data.insert("why".into(), json!(why.word()));
        data.insert("to_class".into(), json!(class));
        data.insert("to_enrollment".into(), json!(new_id));
    }
    writes.events.push(event.data(data));
    // Who was moved is told of the new place, in one message.
    if word != "transferred" {
        writes.tell.push(json!([enrollment, word, null]));
    }
}

/// Whether this word ends a place.
fn leaves(word: &str) -> bool {
    matches!(
        word,
        "withdrawn" | "absent" | "not_merged" | "declined" | "hold_over" | "offer_over" | "transferred"
    )
}

/// Keeps with the event which papers a seat waits for, or waited in vain.
fn note_owed(
    data: &mut serde_json::Value,
    state: &State,
    at: &ClassState,
    (person, status): (PersonId, EnrollmentStatus),
) {
    if status != EnrollmentStatus::Reserved {
        return;
    }
    let owed = owed(state, at, person);
    if let (Some(papers), Some(data), false) = (&at.papers, data.as_object_mut(), owed.is_empty()) {
        data.insert("papers".into(), json!(owed));
        data.insert("paper_rule".into(), json!(papers.rule.id));
    }
}

/// Who wants no merged class is told of the money; who stayed away, how to object.
const fn left_word(ask: &Ask) -> &'static str {
    match ask {
        Ask::Withdraw {
            cause: Cause::Merged, ..
        } => "not_merged",
        Ask::Withdraw {
            cause: Cause::Absent, ..
        } => "absent",
        _ => "withdrawn",
    }
}

fn event(kind: &'static str, id: crate::EnrollmentId, person: PersonId, org: OrgId, asked: &Asked) -> Event {
    let mut event = Event::new(kind, "enrollment", id).at(org).via(asked.channel);
    if let Some(by) = asked.by {
        event = event.by(by);
    }
    if asked.by == Some(person) {
        event
    } else {
        event.on_behalf_of(person)
    }
}

fn by_rule(kind: &'static str, id: crate::EnrollmentId, person: PersonId, org: OrgId) -> Event {
    Event::new(kind, "enrollment", id)
        .at(org)
        .via(Channel::System)
        .on_behalf_of(person)
}
