//! The rules of a seat decision: pure, one ask after the other, on the state the desk has loaded.

use super::conditions::{in_window, is_on, may_wait, no_clash, not_drawn, of_age, within_limit};
use super::giving_up::{expire, pay, withdraw};
use super::moving::move_seat;
use super::promotion::promote;
use super::refusal::Refusal;
pub use super::status::EnrollmentStatus;
use crate::fees::ladder::Cause;
use crate::fees::{Money, Payment};
use crate::first_come::Plan;
use crate::first_come::model::{Pool, admit, kept_from};
use crate::{EnrollmentId, SignupId};
use kernel::{Date, Instant, PersonId};
use std::collections::HashMap;
use std::sync::Arc;
use teaching::ClassId;
use teaching::seats::Facts;

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
        /// Whether it comes from the counter, for which seats may be kept.
        counter: bool,
    },
    /// To give a place up.
    Withdraw {
        /// Whose.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Which.
        enrollment: EnrollmentId,
        /// Why what was paid goes back.
        cause: Cause,
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
    /// To move a seat from a class to another; see `moving.rs`.
    Move {
        /// Whose.
        person: PersonId,
        /// Where to.
        class: ClassId,
        /// Where from.
        from: ClassId,
        /// The enrolment there.
        enrollment: EnrollmentId,
        /// Id of the new enrolment, if there will be one.
        new_id: EnrollmentId,
        /// Why.
        why: MoveWhy,
    },
    /// To give free seats to those who wait: after capacity was raised.
    Promote {
        /// Where.
        class: ClassId,
    },
}

/// Why a seat moves to another class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveWhy {
    /// The class is not held, and is merged into the other.
    Merge,
    /// The learner changes classes.
    Transfer,
}

impl MoveWhy {
    /// For events and messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Merge => "merged",
            Self::Transfer => "changed",
        }
    }
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
            | Self::Move { class, .. }
            | Self::Promote { class } => *class,
        }
    }

    /// Every class that it touches.
    pub fn classes(&self) -> impl Iterator<Item = ClassId> {
        let left = match self {
            Self::Move { from, .. } => Some(*from),
            _ => None,
        };
        left.into_iter().chain([self.class()])
    }

    /// The person it is about, where it is about one.
    #[must_use]
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Enroll { person, .. }
            | Self::Withdraw { person, .. }
            | Self::Pay { person, .. }
            | Self::Move { person, .. }
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

    /// The class in which seats may become free for those who wait.
    #[must_use]
    pub const fn frees(&self) -> Option<ClassId> {
        match self {
            Self::Withdraw { class, .. } | Self::Expire { class, .. } | Self::Promote { class } => {
                Some(*class)
            }
            Self::Move {
                from,
                why: MoveWhy::Transfer,
                ..
            } => Some(*from),
            _ => None,
        }
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
    /// Whether it is being merged into another: nobody gets a seat in it any more.
    pub merging: bool,
    /// How its seats are given: draw, rounds by first come, seats kept.
    pub plan: Plan,
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
    /// Seats that somebody of this pool can take now.
    #[must_use]
    pub fn free_for(&self, pool: Pool, now: Instant) -> i64 {
        let kept = kept_from(pool, &self.plan.windows, self.capacity, self.plan.taken, now);
        self.capacity - self.enrolled - kept
    }

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
    /// Whose kept seats they may take.
    pub pool: Pool,
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
    /// Whose kept seats it counts against.
    pub pool: Pool,
    /// Until when the seat is kept unpaid.
    pub held_until: Option<Instant>,
}

/// All that a group of asks touches.
#[derive(Debug, Clone)]
pub struct State {
    /// The moment of the group.
    pub now: Instant,
    /// Classes asked for.
    pub classes: HashMap<ClassId, ClassState>,
    /// Further classes that people hold.
    pub held: HashMap<ClassId, Arc<Facts>>,
    /// People.
    pub people: HashMap<PersonId, PersonState>,
    /// How the fees of those stand who are moved, and what they come to in fen.
    pub paid: HashMap<EnrollmentId, (Money, i64)>,
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
        /// Whose kept seats it counts against.
        pool: Pool,
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
            counter,
        } => enroll(state, (person, new_id), class, wait, counter).unwrap_or_else(Decision::from),
        Ask::Withdraw {
            person,
            class,
            enrollment,
            ..
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
        Ask::Move {
            person,
            class,
            from,
            enrollment,
            new_id,
            why,
        } => move_seat(state, (person, new_id), (from, enrollment), (class, why))
            .unwrap_or_else(Decision::from),
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
    (person, new_id): (PersonId, EnrollmentId),
    class: ClassId,
    wait: bool,
    counter: bool,
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
    let standing = at.plan.standing.get(&person).copied().unwrap_or_default();
    if at.merging {
        return Err(Refusal::Closed { at: None });
    }
    not_drawn(&at.plan, state.now)?;
    in_window(at.opens, at.closes, state.now)?;
    admit(&at.plan.windows, standing, state.now)?;
    of_age(&at.facts, who.birth)?;
    within_limit(at, who, class)?;
    no_clash(state, at, who, class)?;
    let pool = match at.plan.windows.as_slice() {
        [] => Pool::Open,
        _ => Pool::of(standing, counter),
    };
    let seat = at.free_for(pool, state.now) > 0;
    if !seat {
        may_wait(at, who, wait)?;
    }
    let what = if seat { Place::Seat } else { Place::Wait };
    Ok(place(state, (person, new_id), class, (None, pool), what))
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
        let what = if seats { Place::Seat } else { Place::Wait };
        let placed = place(state, one, class, (Some(signup), Pool::Open), what);
        decision.answer = placed.answer;
        decision.changes.extend(placed.changes);
    }
    Ok(decision)
}

/// What somebody gets who is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A seat, to be paid where there is a fee.
    Seat,
    /// A seat whose fee is settled.
    Settled,
    /// A place on the waitlist.
    Wait,
}

pub(super) fn place(
    state: &mut State,
    (person, new_id): (PersonId, EnrollmentId),
    class: ClassId,
    (signup, pool): (Option<SignupId>, Pool),
    what: Place,
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
        if what != Place::Wait {
            at.enrolled += 1;
            at.plan.taken.add(pool, 1);
            if what == Place::Seat {
                answer.status = at.seat_status();
            }
        } else {
            at.waitlisted += 1;
            answer.status = EnrollmentStatus::Waitlisted;
            answer.position = Some(at.waitlisted);
            at.waiting.push(Waiting {
                enrollment: new_id,
                person,
                queue,
                signup,
                pool,
            });
        }
        if let Some(who) = state.people.get_mut(&person) {
            who.live.push(Live {
                enrollment: new_id,
                class,
                term: at.facts.term,
                status: answer.status,
                position: answer.position,
                pool,
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
            pool,
        }],
    }
}
