//! The rules of a seat decision: pure, one ask after the other, on the state the desk has loaded.

use super::giving_up::{expire, pay, withdraw};
use super::promotion::promote;
use super::refusal::Refusal;
pub use super::status::EnrollmentStatus;
use crate::fees::Payment;
use crate::{EnrollmentId, RoundId, SignupId};
use kernel::age::full_years;
use kernel::{Date, Instant, PersonId};
use std::collections::HashMap;
use std::sync::Arc;
use teaching::ClassId;
use teaching::classes::ClassRow;
use teaching::seats::{Facts, Slot};

/// Version of the rules below, kept with every enrolment they make.
pub const RULE_VERSION: &str = "first-come/1";

/// What somebody asks of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A place in a class.
    Enroll {
        /// For whom.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Id of the enrolment, if there will be one.
        new_id: EnrollmentId,
        /// Whether a place on the waitlist is wanted when the seats are gone.
        wait: bool,
    },
    /// To give a place up.
    Withdraw {
        /// Whose.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Which.
        enrollment: EnrollmentId,
    },
    /// What a signup of a draw has come to, for all its people together or for none. Window and draw do not stand in
    /// the way; every other rule does.
    Drawn {
        /// The signup.
        signup: SignupId,
        /// Where.
        class: ClassId,
        /// Who, each with the id of their enrolment.
        people: Vec<(PersonId, EnrollmentId)>,
        /// Whether they wait when there are not seats enough.
        wait: bool,
    },
    /// To have the fee of a kept seat counted as paid, or waived.
    Pay {
        /// Whose.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Which.
        enrollment: EnrollmentId,
        /// What came in.
        payment: Payment,
    },
    /// To end a hold that is over.
    Expire {
        /// Whose.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Which.
        enrollment: EnrollmentId,
    },
    /// To give free seats to those who wait: after capacity was raised.
    Promote {
        /// Where.
        class: ClassId,
    },
}

impl Ask {
    /// The class it is about.
    #[must_use]
    pub const fn class(&self) -> ClassId {
        match self {
            Self::Enroll { class, .. }
            | Self::Withdraw { class, .. }
            | Self::Pay { class, .. }
            | Self::Expire { class, .. }
            | Self::Drawn { class, .. }
            | Self::Promote { class } => *class,
        }
    }

    /// The person it is about, where it is about one.
    #[must_use]
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Enroll { person, .. }
            | Self::Withdraw { person, .. }
            | Self::Pay { person, .. }
            | Self::Expire { person, .. } => Some(*person),
            Self::Drawn { .. } | Self::Promote { .. } => None,
        }
    }

    /// Everybody it is about.
    pub fn people(&self) -> impl Iterator<Item = PersonId> {
        let several = match self {
            Self::Drawn { people, .. } => people.as_slice(),
            _ => &[],
        };
        self.person()
            .into_iter()
            .chain(several.iter().map(|(person, _)| *person))
    }

    /// The signup it comes from.
    #[must_use]
    pub const fn signup(&self) -> Option<SignupId> {
        match self {
            Self::Drawn { signup, .. } => Some(*signup),
            _ => None,
        }
    }

    /// Whether seats may become free for those who wait.
    #[must_use]
    pub const fn may_promote(&self) -> bool {
        matches!(
            self,
            Self::Withdraw { .. } | Self::Expire { .. } | Self::Promote { .. }
        )
    }
}

/// A class as the desk sees it.
#[derive(Debug, Clone)]
pub struct ClassState {
    /// Facts by version.
    pub facts: Arc<Facts>,
    /// planned, published, running, closed, cancelled.
    pub status: String,
    /// First moment of enrolment.
    pub opens: Instant,
    /// First moment after enrolment.
    pub closes: Instant,
    /// How many classes of the term a person may hold, and for how many they may wait.
    pub limit: i64,
    /// The draw that gives its seats, as long as it is not over.
    pub round: Option<RoundId>,
    /// Seats.
    pub capacity: i64,
    /// Seats taken.
    pub enrolled: i64,
    /// People waiting.
    pub waitlisted: i64,
    /// Highest queue number given.
    pub last_queue: i64,
    /// Who waits, in order; loaded where a seat may become free.
    pub waiting: Vec<Waiting>,
    /// Whether the counters changed.
    pub changed: bool,
}

impl ClassState {
    /// What somebody has who gets a seat: it is kept until the fee is paid, where there is one.
    #[must_use]
    pub fn seat_status(&self) -> EnrollmentStatus {
        if self.facts.fee_fen > 0 {
            EnrollmentStatus::Reserved
        } else {
            EnrollmentStatus::Confirmed
        }
    }
}

/// Somebody on a waitlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The enrolment.
    pub enrollment: EnrollmentId,
    /// The person.
    pub person: PersonId,
    /// Queue number.
    pub queue: i64,
    /// The signup, for companions who take seats together or not at all.
    pub signup: Option<SignupId>,
}

/// A person as the desk sees them.
#[derive(Debug, Clone, Default)]
pub struct PersonState {
    /// Day of birth, if known.
    pub birth: Option<Date>,
    /// Live enrolments.
    pub live: Vec<Live>,
}

/// A live enrolment of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live {
    /// The enrolment.
    pub enrollment: EnrollmentId,
    /// Its class.
    pub class: ClassId,
    /// The class's term.
    pub term: teaching::TermId,
    /// Where it stands.
    pub status: EnrollmentStatus,
    /// Place on the waitlist, from 1, where it was asked for.
    pub position: Option<i64>,
    /// Until when the seat is kept unpaid.
    pub held_until: Option<Instant>,
}

/// All that a group of asks touches.
#[derive(Debug, Clone)]
pub struct State {
    /// The moment of the group.
    pub now: Instant,
    /// Classes.
    pub classes: HashMap<ClassId, ClassState>,
    /// People.
    pub people: HashMap<PersonId, PersonState>,
}

/// What an accepted ask has led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The enrolment.
    pub enrollment: EnrollmentId,
    /// Where it stands now.
    pub status: EnrollmentStatus,
    /// Place on the waitlist, from 1.
    pub position: Option<i64>,
    /// Whether this ask changed something; a repeated one does not.
    pub fresh: bool,
}

/// One thing to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new enrolment.
    Placed {
        /// The answer it gives.
        answer: Answer,
        /// Whose.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Its queue number.
        queue: i64,
    },
    /// An enrolment that stands elsewhere now.
    Moved {
        /// Which.
        enrollment: EnrollmentId,
        /// Whose.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Where it stood.
        from: EnrollmentStatus,
        /// Where it stands.
        to: EnrollmentStatus,
    },
    /// Somebody's turn came, but they cannot take the seat; they keep their place.
    PassedOver {
        /// Which.
        enrollment: EnrollmentId,
        /// Whose.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Why, for programs.
        because: &'static str,
    },
}

/// What the rules say to one ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The answer; `None` for an ask of the system itself.
    pub answer: Result<Option<Answer>, Refusal>,
    /// What to write.
    pub changes: Vec<Change>,
}

impl From<Refusal> for Decision {
    fn from(refusal: Refusal) -> Self {
        Self {
            answer: Err(refusal),
            changes: Vec::new(),
        }
    }
}

/// Decides one ask and carries its effect into the state.
pub fn decide(state: &mut State, ask: &Ask) -> Decision {
    match *ask {
        Ask::Enroll {
            person,
            class,
            new_id,
            wait,
        } => enroll(state, person, class, new_id, wait).unwrap_or_else(Decision::from),
        Ask::Withdraw {
            person,
            class,
            enrollment,
        } => withdraw(state, person, class, enrollment).unwrap_or_else(Decision::from),
        Ask::Pay {
            person,
            class,
            enrollment,
            ..
        } => pay(state, person, class, enrollment).unwrap_or_else(Decision::from),
        Ask::Expire {
            person,
            class,
            enrollment,
        } => expire(state, person, class, enrollment).unwrap_or_else(Decision::from),
        Ask::Drawn {
            signup,
            class,
            ref people,
            wait,
        } => drawn(state, signup, class, people, wait).unwrap_or_else(Decision::from),
        Ask::Promote { class } => {
            let mut changes = promote(state, class);
            // Nobody gave a seat up just now: those who cannot take it have been told before.
            changes.retain(|change| !matches!(change, Change::PassedOver { .. }));
            Decision {
                answer: Ok(None),
                changes,
            }
        }
    }
}

/// The order of the checks is part of the rule: it decides which reason a person hears.
fn enroll(
    state: &mut State,
    person: PersonId,
    class: ClassId,
    new_id: EnrollmentId,
    wait: bool,
) -> Result<Decision, Refusal> {
    let at = state.classes.get(&class).ok_or(Refusal::NoClass)?;
    let who = state.people.get(&person).ok_or(Refusal::NoPerson)?;
    is_on(at)?;
    if let Some(live) = who.live.iter().find(|live| live.class == class) {
        return Ok(Decision {
            answer: Ok(Some(Answer {
                enrollment: live.enrollment,
                status: live.status,
                position: live.position,
                fresh: false,
            })),
            changes: Vec::new(),
        });
    }
    if let Some(round) = at.round {
        return Err(Refusal::InDraw { round });
    }
    in_window(at.opens, at.closes, state.now)?;
    of_age(&at.facts, who.birth)?;
    within_limit(at, who, class)?;
    no_clash(state, at, who, class)?;
    let seat = at.enrolled < at.capacity;
    if !seat {
        may_wait(at, who, wait)?;
    }
    Ok(place(state, (person, new_id), class, None, seat))
}

/// Seats for all people of a signup or for none; who has a place in the class already keeps it.
fn drawn(
    state: &mut State,
    signup: SignupId,
    class: ClassId,
    people: &[(PersonId, EnrollmentId)],
    wait: bool,
) -> Result<Decision, Refusal> {
    let at = state.classes.get(&class).ok_or(Refusal::NoClass)?;
    is_on(at)?;
    let mut to_place = Vec::with_capacity(people.len());
    let mut held = None;
    for (person, new_id) in people {
        let who = state.people.get(person).ok_or(Refusal::NoPerson)?;
        if let Some(live) = who.live.iter().find(|live| live.class == class) {
            held = Some(Answer {
                enrollment: live.enrollment,
                status: live.status,
                position: live.position,
                fresh: false,
            });
            continue;
        }
        of_age(&at.facts, who.birth)?;
        within_limit(at, who, class)?;
        no_clash(state, at, who, class)?;
        to_place.push((*person, *new_id));
    }
    let seats = at.enrolled + to_place.len() as i64 <= at.capacity;
    if !seats {
        for (person, _) in &to_place {
            may_wait(at, state.people.get(person).ok_or(Refusal::NoPerson)?, wait)?;
        }
    }
    let mut decision = Decision {
        answer: Ok(held),
        changes: Vec::with_capacity(to_place.len()),
    };
    for one in to_place {
        let placed = place(state, one, class, Some(signup), seats);
        decision.answer = placed.answer;
        decision.changes.extend(placed.changes);
    }
    Ok(decision)
}

/// Whether nobody can enrol in a class now, and why: the first two checks, which ask nothing of the person.
///
/// # Errors
/// The refusal that everybody would hear.
pub fn is_open(class: &ClassRow, now: Instant) -> Result<(), Refusal> {
    stands(class.status.as_str(), &class.name)?;
    in_window(class.enrollment_opens, class.enrollment_closes, now)
}

pub(super) fn is_on(class: &ClassState) -> Result<(), Refusal> {
    stands(&class.status, &class.facts.name)
}

fn stands(status: &str, name: &str) -> Result<(), Refusal> {
    match status {
        "published" | "running" => Ok(()),
        "cancelled" => Err(Refusal::ClassCancelled {
            name: name.to_owned(),
        }),
        "closed" => Err(Refusal::Closed { at: None }),
        // A class that is still planned is not public.
        _ => Err(Refusal::NoClass),
    }
}

fn in_window(opens: Instant, closes: Instant, now: Instant) -> Result<(), Refusal> {
    if now < opens {
        Err(Refusal::NotOpenYet { opens })
    } else if now >= closes {
        Err(Refusal::Closed { at: Some(closes) })
    } else {
        Ok(())
    }
}

/// Age counts in full years on the day of the class's first session.
pub(crate) fn of_age(facts: &Facts, birth: Option<Date>) -> Result<(), Refusal> {
    if facts.age_min.is_none() && facts.age_max.is_none() {
        return Ok(());
    }
    let age = birth
        .and_then(|birth| full_years(birth, facts.starts_on))
        .map(i64::from)
        .ok_or(Refusal::BirthUnknown)?;
    let on = facts.starts_on;
    match (facts.age_min, facts.age_max) {
        (Some(min), _) if age < min => Err(Refusal::TooYoung { age, min, on }),
        (_, Some(max)) if age > max => Err(Refusal::TooOld { age, max, on }),
        _ => Ok(()),
    }
}

/// Seats held in the class's term, other than in the class itself, stay below the limit.
pub(super) fn within_limit(at: &ClassState, who: &PersonState, class: ClassId) -> Result<(), Refusal> {
    let held = who
        .live
        .iter()
        .filter(|live| live.term == at.facts.term && live.class != class && live.status.holds_seat())
        .count();
    if held as i64 >= at.limit {
        return Err(Refusal::TooManyClasses { limit: at.limit });
    }
    Ok(())
}

/// Only seats held can clash: waiting for one class does not keep anybody from another.
pub(super) fn no_clash(
    state: &State,
    at: &ClassState,
    who: &PersonState,
    class: ClassId,
) -> Result<(), Refusal> {
    let held = who
        .live
        .iter()
        .filter(|live| live.class != class && live.status.holds_seat());
    for live in held {
        let Some(other) = state.classes.get(&live.class) else {
            continue;
        };
        if let Some(slot) = clash(&at.facts.slots, &other.facts.slots) {
            return Err(Refusal::TimeClash {
                enrollment: live.enrollment,
                name: other.facts.name.clone(),
                slot,
            });
        }
    }
    Ok(())
}

fn may_wait(at: &ClassState, who: &PersonState, wait: bool) -> Result<(), Refusal> {
    if !wait {
        return Err(Refusal::Full { ahead: at.waitlisted });
    }
    let waiting = who
        .live
        .iter()
        .filter(|live| live.term == at.facts.term && live.status == EnrollmentStatus::Waitlisted)
        .count();
    if waiting as i64 >= at.limit {
        return Err(Refusal::TooManyWaits { limit: at.limit });
    }
    Ok(())
}

/// The first time at which both meet. Both lists are in order of day and time; no time for the way is asked for.
#[must_use]
pub fn clash(a: &[Slot], b: &[Slot]) -> Option<Slot> {
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        if x.day == y.day && x.from < y.to && y.from < x.to {
            return Some(**y);
        }
        if (x.day, x.to) <= (y.day, y.to) {
            left.next();
        } else {
            right.next();
        }
    }
    None
}

fn place(
    state: &mut State,
    (person, new_id): (PersonId, EnrollmentId),
    class: ClassId,
    signup: Option<SignupId>,
    seat: bool,
) -> Decision {
    let mut queue = 0;
    let mut answer = Answer {
        enrollment: new_id,
        status: EnrollmentStatus::Confirmed,
        position: None,
        fresh: true,
    };
    if let Some(at) = state.classes.get_mut(&class) {
        at.last_queue += 1;
        at.changed = true;
        queue = at.last_queue;
        if seat {
            at.enrolled += 1;
            answer.status = at.seat_status();
        } else {
            at.waitlisted += 1;
            answer.status = EnrollmentStatus::Waitlisted;
            answer.position = Some(at.waitlisted);
            at.waiting.push(Waiting {
                enrollment: new_id,
                person,
                queue,
                signup,
            });
        }
        if let Some(who) = state.people.get_mut(&person) {
            who.live.push(Live {
                enrollment: new_id,
                class,
                term: at.facts.term,
                status: answer.status,
                position: answer.position,
                held_until: None,
            });
        }
    }
    Decision {
        answer: Ok(Some(answer)),
        changes: vec![Change::Placed {
            answer,
            person,
            class,
            queue,
        }],
    }
}
