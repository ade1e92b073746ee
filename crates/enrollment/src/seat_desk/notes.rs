//! What decisions mean for rows, events, messages and money.

use super::holds::{Way, held_until};
use super::model::{Answer, Ask, Change, EnrollmentStatus, RULE_VERSION, State};
use super::moving::goes_along;
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
use teaching::holidays::calendar;

/// What a group writes.
#[derive(Default)]
pub(super) struct Writes {
    pub(super) placed: Vec<NewEnrollment>,
    pub(super) moved: HashMap<crate::EnrollmentId, EnrollmentStatus>,
    pub(super) events: Vec<Event>,
    pub(super) tell: Vec<serde_json::Value>,
    pub(super) keys: Vec<store::KeyRow>,
    pub(super) money: Vec<Step>,
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
    let (kind, word) = match answer.status {
        EnrollmentStatus::Waitlisted => ("enrollment.waitlisted", "waitlisted"),
        EnrollmentStatus::Reserved => ("enrollment.reserved", "reserved"),
        _ => ("enrollment.confirmed", "confirmed"),
    };
    let signup = asked.ask.signup();
    let mut data = json!({ "class": class, "queue": queue, "position": answer.position });
    if let (Some(signup), Some(data)) = (signup, data.as_object_mut()) {
        data.insert("signup".into(), json!(signup));
    }
    let moved = moved_from(state, &asked.ask);
    if let (Some((from, ..)), Some(data)) = (&moved, data.as_object_mut()) {
        data.insert("moved_from".into(), json!(from));
    }
    let placed = event(kind, answer.enrollment, person, at.facts.org, asked);
    writes.events.push(placed.data(data));
    // The round tells everybody of its result, once.
    match &moved {
        Some((_, name, word)) => writes.tell.push(json!([answer.enrollment, word, null, name])),
        None if signup.is_none() => writes
            .tell
            .push(json!([answer.enrollment, word, answer.position])),
        None => {}
    }
    let reserved = answer.status == EnrollmentStatus::Reserved;
    let held_until = reserved.then(|| held_until(state.now, way(asked), calendar()));
    writes.money.extend(held_until.map(Step::Kept));
    let (money, due_fen) = fee(state, &asked.ask, reserved, at.facts.fee_fen);
    writes.placed.push(NewEnrollment {
        money,
        due_fen,
        moved_from: moved.map(|(from, ..)| from),
        held_until,
        id: answer.enrollment,
        class,
        term: at.facts.term,
        org: at.facts.org,
        person,
        status: answer.status,
        queue,
        channel: asked.channel,
        actor: asked.by,
        rule_version: if signup.is_some() {
            crate::draws::file::FORMAT
        } else {
            RULE_VERSION
        },
        created_at: state.now,
        changed_at: state.now,
        seated_on: answer.status.holds_seat().then(|| state.now.date()),
        signup,
        pool,
    });
}

/// How a seat comes to somebody.
fn way(asked: &Asked) -> Way {
    if asked.ask.signup().is_some() || matches!(asked.ask, Ask::Move { .. }) {
        Way::Turn
    } else {
        Way::from(asked.channel)
    }
}

/// How the fee of a new seat stands.
fn fee(state: &State, ask: &Ask, reserved: bool, fen: i64) -> (Money, i64) {
    match carried(state, ask) {
        _ if reserved => (Money::Due, fen),
        Some(money) if fen > 0 => (money, fen),
        _ => (Money::None, 0),
    }
}

/// The enrolment that a move ends, and the name of its class.
fn moved_from(state: &State, ask: &Ask) -> Option<(crate::EnrollmentId, String, &'static str)> {
    let Ask::Move {
        enrollment,
        from,
        why,
        ..
    } = ask
    else {
        return None;
    };
    let left = state.classes.get(from)?;
    Some((*enrollment, left.facts.name.clone(), why.word()))
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
    let (kind, word) = match (from, to) {
        (_, EnrollmentStatus::Withdrawn) => ("enrollment.withdrawn", left_word(&asked.ask)),
        (_, EnrollmentStatus::Transferred) => ("enrollment.transferred", "transferred"),
        (_, EnrollmentStatus::Expired) => ("enrollment.expired", "hold_over"),
        (EnrollmentStatus::Reserved, EnrollmentStatus::Confirmed) => ("enrollment.paid", "paid"),
        _ => ("enrollment.promoted", "promoted"),
    };
    let event = if word == "promoted" || word == "hold_over" {
        by_rule(kind, enrollment, person, at.facts.org)
    } else if asked.reason.is_empty() {
        event(kind, enrollment, person, at.facts.org, asked)
    } else {
        event(kind, enrollment, person, at.facts.org, asked).note(asked.reason.clone())
    };
    match (word, &asked.ask) {
        ("withdrawn" | "not_merged" | "hold_over" | "transferred", _) => {
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
            let until = held_until(state.now, Way::Turn, calendar());
            writes.money.push(Step::KeptFor(enrollment, until));
        }
        _ => {}
    }
    let mut data = json!({ "class": class, "from": from.as_str(), "to": to.as_str() });
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

/// Who wants no merged class is told of the money.
const fn left_word(ask: &Ask) -> &'static str {
    match ask {
        Ask::Withdraw {
            cause: Cause::Merged, ..
        } => "not_merged",
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

fn waits_elsewhere(state: &State, person: PersonId) -> impl Iterator<Item = ClassId> {
    let live = state.people.get(&person).map(|who| who.live.as_slice());
    live.unwrap_or_default()
        .iter()
        .filter(|live| live.status == EnrollmentStatus::Waitlisted)
        .map(|live| live.class)
}
