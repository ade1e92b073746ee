//! What decisions mean for rows, events, messages and money.

use super::holds::{Way, offered_until};
use super::model::{Answer, Ask, Change, ClassState, EnrollmentStatus, MoveWhy, RULE_VERSION, State};
use super::moving::goes_along;
use super::turns::{came_from, came_in, kept_for, kept_until, owed, waits_elsewhere};
use super::{Asked, store};
use crate::NewEnrollment;
use crate::fees::ladder::Cause;
use crate::fees::late::{Due, LateFee};
use crate::fees::{Money, Step};
use crate::first_come::model::Pool;
use crate::suspension::Pause;
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
    /// What pauses mean for their rows.
    pub(super) pauses: Vec<Pause>,
    /// Seats, each with the wait that it stands for.
    pub(super) waits: Vec<(crate::EnrollmentId, crate::EnrollmentId)>,
    pub(super) look_again: BTreeSet<ClassId>,
    /// People of whose places more is written than a new place that is not kept for a time.
    pub(super) unsure: BTreeSet<PersonId>,
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
            writes.unsure.insert(person);
            writes.pauses.extend(pause(asked, enrollment, to));
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
    if let Some(until) = held_until {
        writes.money.push(Step::Kept(until));
        writes.unsure.insert(person);
    }
    if let Ask::Invite { waited, .. } = asked.ask {
        writes.waits.push((answer.enrollment, waited));
    }
    let (money, due) = fee(state, at, &asked.ask, reserved);
    writes.placed.push(NewEnrollment {
        money,
        due_fen: due.fen,
        fee_lessons: due.lessons,
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

/// How the fee of a new seat stands, and what it is.
fn fee(state: &State, at: &ClassState, ask: &Ask, reserved: bool) -> (Money, Due) {
    let due = match ask {
        // Who returns does not pay for the lessons of their pause.
        Ask::Return { .. } if reserved => at.fee_by(LateFee::Lessons, state.now),
        // Into their own class they come back for what they have paid.
        Ask::Return {
            from,
            class,
            enrollment,
            ..
        } if from == class => Due {
            fen: state.paid.get(enrollment).map_or(0, |paid| paid.1),
            lessons: None,
        },
        // A fee that goes along is one for all lessons.
        Ask::Move { .. } | Ask::Return { .. } if !reserved => Due {
            fen: at.facts.fee_fen,
            lessons: None,
        },
        _ => at.fee(state.now),
    };
    match carried(state, ask) {
        _ if reserved && due.fen > 0 => (Money::Due, due),
        Some(money) if due.fen > 0 => (money, due),
        _ => (Money::None, Due::default()),
    }
}

/// How a fee stands that goes along with who is moved.
fn carried(state: &State, ask: &Ask) -> Option<Money> {
    let (Ask::Move { enrollment, .. } | Ask::Return { enrollment, .. }) = ask else {
        return None;
    };
    let (money, _) = *state.paid.get(enrollment)?;
    goes_along(money).then_some(money)
}

/// What an end means for money.
fn on_leaving(state: &State, ask: &Ask, left: (crate::EnrollmentId, OrgId)) -> Option<Step> {
    let cause = match *ask {
        Ask::Move { class, new_id, .. } | Ask::Return { class, new_id, .. }
            if carried(state, ask).is_some() =>
        {
            let to = state.classes.get(&class).map_or(left.1, |at| at.facts.org);
            let own_wish = matches!(
                ask,
                Ask::Move {
                    why: MoveWhy::Transfer,
                    ..
                }
            );
            return Some(Step::Carried(left, (new_id, to), own_wish));
        }
        Ask::Withdraw { cause, .. } => cause,
        Ask::Suspend { refund: true, .. } => Cause::Suspended,
        Ask::Lapse { enrollment, .. } if state.paid.contains_key(&enrollment) => Cause::Suspended,
        // What was paid went back when the pause began, or stays for the return.
        Ask::Suspend { .. } | Ask::Lapse { .. } | Ask::Return { .. } => return None,
        _ => Cause::Withdrawn,
    };
    Some(Step::Left(left.0, left.1, cause))
}

/// What a change means for the row of a pause.
fn pause(asked: &Asked, enrollment: crate::EnrollmentId, to: EnrollmentStatus) -> Option<Pause> {
    if asked.ask.pause() != Some(enrollment) {
        return None;
    }
    Some(match (&asked.ask, to) {
        (Ask::Suspend { keeps_seat, .. }, _) => Pause::Began {
            enrollment,
            keeps_seat: *keeps_seat,
            by: asked.by,
        },
        (Ask::Return { new_id, .. }, EnrollmentStatus::Transferred) => Pause::GoesOn {
            enrollment,
            seat: *new_id,
        },
        (Ask::Return { .. }, _) => Pause::Resumed(enrollment),
        _ => Pause::Over(enrollment),
    })
}

/// What an event and a message call a change of status.
fn moved_words(ask: &Ask, from: EnrollmentStatus, to: EnrollmentStatus) -> (&'static str, &'static str) {
    match (from, to) {
        (_, EnrollmentStatus::Suspended) => ("enrollment.suspended", "suspended"),
        (EnrollmentStatus::Suspended, EnrollmentStatus::Confirmed) => ("enrollment.returned", "back"),
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
    let event = if is_by_rule(word) {
        by_rule(kind, enrollment, person, at.facts.org)
    } else {
        noted(
            event(kind, enrollment, person, at.facts.org, asked),
            &asked.reason,
        )
    };
    match (word, &asked.ask) {
        (word, _) if leaves(word) => {
            writes.look_again.extend(waits_elsewhere(state, person));
            let left = (enrollment, at.facts.org);
            writes.money.extend(on_leaving(state, &asked.ask, left));
        }
        ("paid", Ask::Pay { payment, .. }) => {
            writes
                .money
                .push(Step::Paid(enrollment, at.facts.org, payment.clone()));
        }
        ("promoted", _) if to == EnrollmentStatus::Reserved => {
            let until = kept_for(state, at, person, Way::Turn);
            writes
                .money
                .push(Step::KeptFor(enrollment, until, at.fee(state.now)));
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
    note_move(&mut data, &asked.ask, to);
    writes.events.push(event.data(data));
    // Who was moved is told of the new place, in one message.
    if word != "transferred" {
        writes.tell.push(json!([enrollment, word, null]));
    }
}

/// Keeps with the event where a seat moved to, and why.
fn note_move(data: &mut serde_json::Value, ask: &Ask, to: EnrollmentStatus) {
    let moved = to == EnrollmentStatus::Transferred;
    let Some(data) = data.as_object_mut().filter(|_| moved) else {
        return;
    };
    let (class, seat, why) = match ask {
        Ask::Move {
            class, new_id, why, ..
        } => (class, new_id, why.word()),
        Ask::Return { class, new_id, .. } => (class, new_id, "returned"),
        _ => return,
    };
    data.insert("why".into(), json!(why));
    data.insert("to_class".into(), json!(class));
    data.insert("to_enrollment".into(), json!(seat));
}

/// Whether nobody did it: it follows from a rule.
fn is_by_rule(word: &str) -> bool {
    matches!(
        word,
        "promoted" | "offered" | "hold_over" | "offer_over" | "suspension_over"
    )
}

/// Whether this word ends a place, or lets it rest.
fn leaves(word: &str) -> bool {
    matches!(
        word,
        "withdrawn"
            | "absent"
            | "not_merged"
            | "declined"
            | "hold_over"
            | "offer_over"
            | "transferred"
            | "suspended"
            | "suspension_over"
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

/// Who wants no merged class is told of the money; who stayed away, how to object; whose pause is over, what comes back.
const fn left_word(ask: &Ask) -> &'static str {
    match ask {
        Ask::Withdraw {
            cause: Cause::Merged, ..
        } => "not_merged",
        Ask::Withdraw {
            cause: Cause::Absent, ..
        } => "absent",
        Ask::Lapse { over: true, .. } => "suspension_over",
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

/// With what somebody wrote, if they did.
fn noted(event: Event, reason: &str) -> Event {
    match reason {
        "" => event,
        reason => event.note(reason.to_owned()),
    }
}

fn by_rule(kind: &'static str, id: crate::EnrollmentId, person: PersonId, org: OrgId) -> Event {
    Event::new(kind, "enrollment", id)
        .at(org)
        .via(Channel::System)
        .on_behalf_of(person)
}
