//! The rules of a seat decision: pure, one ask after the other, on the state the desk has loaded.

pub use super::ask::{Ask, MoveWhy};
use super::conditions::{in_window, is_on, may_wait, no_clash, not_drawn, of_age, within_limit};
use super::giving_up::{accept, expire, pay, signed, withdraw};
use super::moving::{of_move, settle};
use super::promotion::promote;
use super::refusal::Refusal;
pub use super::status::EnrollmentStatus;
use super::suspending::of_pause;
use super::together::of_party;
use crate::declarations::{Paper, Papers, Signed};
use crate::eligibility::desk::may_have;
use crate::eligibility::load::{ClassRules, Reading};
use crate::fees::Money;
use crate::fees::late::{self, Due, LateFee};
use crate::first_come::Plan;
use crate::first_come::model::{Pool, admit, kept_from};
use crate::rules::{Rule, Turn};
use crate::school_rules::Ruling;
use crate::{EnrollmentId, SignupId};
use kernel::{Date, Instant, PersonId};
use std::collections::HashMap;
use std::sync::Arc;
use teaching::ClassId;
use teaching::seats::Facts;

/// Version of the rules below, kept with every enrolment they make.
pub const RULE_VERSION: &str = "first-come/1";

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
    /// What the school has decided about those who wait; read where a turn may come.
    pub rule: Rule,
    /// What its school has decided; the default where it takes no fee, which is all that is asked of it here.
    pub school: Arc<Ruling>,
    /// Which papers it asks for.
    pub papers: Option<Arc<Papers>>,
    /// Further rules of who may enrol; `None` without any.
    pub(crate) eligibility: Option<Arc<ClassRules>>,
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

    /// What somebody has whose turn came: a seat to pay or sign for, one to accept, or one of their own.
    #[must_use]
    pub fn turn_status(&self, who: &PersonState, now: Instant) -> EnrollmentStatus {
        match (self.seat_status(who, now), self.rule.turn) {
            (EnrollmentStatus::Confirmed, Turn::Offer) => EnrollmentStatus::Offered,
            (status, _) => status,
        }
    }

    /// The papers that somebody still owes this class.
    #[must_use]
    pub fn owed(&self, who: &PersonState, now: Instant) -> Vec<Paper> {
        let Some(papers) = &self.papers else {
            return Vec::new();
        };
        papers.owed(self.facts.risk, self.age_of(who), &who.signed, now.date())
    }

    /// Full years on the day of the first session.
    #[must_use]
    pub fn age_of(&self, who: &PersonState) -> Option<i64> {
        crate::declarations::age(who.birth, self.facts.starts_on)
    }

    /// What a seat costs that is given at this moment.
    #[must_use]
    pub fn fee(&self, now: Instant) -> Due {
        self.fee_by(self.school.rules.late_fee, now)
    }

    /// As [`ClassState::fee`], by this rule.
    #[must_use]
    pub fn fee_by(&self, rule: LateFee, now: Instant) -> Due {
        late::due(rule, self.facts.fee_fen, late::begun(&self.facts.slots, now))
    }

    /// What somebody has who gets a seat: it is kept until the fee is paid and the papers are signed, where there are any.
    #[must_use]
    pub fn seat_status(&self, who: &PersonState, now: Instant) -> EnrollmentStatus {
        if self.facts.fee_fen > 0 || !self.owed(who, now).is_empty() {
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
    /// Papers signed for them; loaded where a class asks them for some.
    pub signed: Vec<Signed>,
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
    /// Pauses without a seat of those whom asks are about.
    pub resting: HashMap<EnrollmentId, Live>,
    /// What the rules of classes ask about those who ask; read where a class has rules.
    pub(crate) reading: Reading,
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
        }
        | Ask::Pay {
            person,
            class,
            enrollment,
            ..
        }
        | Ask::Sign {
            person,
            class,
            enrollment,
        }
        | Ask::Expire {
            person,
            class,
            enrollment,
        }
        | Ask::Accept {
            person,
            class,
            enrollment,
        }
        | Ask::Settle {
            person,
            class,
            enrollment,
        } => of_place(ask)(state, person, class, enrollment).unwrap_or_else(Decision::from),
        Ask::Together { .. } | Ask::Drawn { .. } => of_party(state, ask),
        Ask::Move { .. } | Ask::Invite { .. } => of_move(state, ask),
        Ask::Suspend { .. } | Ask::Return { .. } | Ask::Lapse { .. } => of_pause(state, ask),
        Ask::Promote { class } => look_again(state, class),
    }
}

fn look_again(state: &mut State, class: ClassId) -> Decision {
    let mut changes = promote(state, class);
    // Nobody gave a seat up just now: those who cannot take it have been told before.
    changes.retain(|change| !matches!(change, Change::PassedOver { .. }));
    Decision {
        answer: Ok(None),
        changes,
    }
}

type OfPlace = fn(&mut State, PersonId, ClassId, EnrollmentId) -> Result<Decision, Refusal>;

/// The rule for what is asked of a place that somebody has.
const fn of_place(ask: &Ask) -> OfPlace {
    match ask {
        Ask::Pay { .. } => pay,
        Ask::Expire { .. } => expire,
        Ask::Sign { .. } => signed,
        Ask::Accept { .. } => accept,
        Ask::Settle { .. } => settle,
        _ => withdraw,
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
    may_have(state, at, (person, who))?;
    within_limit(at, who, class)?;
    no_clash(state, at, who, class)?;
    let pool = match at.plan.windows.as_slice() {
        [] => Pool::Open,
        _ => Pool::of(standing, counter),
    };
    let seat = (at.free_for(pool, state.now) > 0).then(|| at.seat_status(who, state.now));
    if seat.is_none() {
        may_wait(at, who, (wait, 0), state.now)?;
    }
    Ok(place(state, (person, new_id), class, (None, pool), seat))
}

/// A place: a seat of this status, or without one the end of the waitlist.
pub(super) fn place(
    state: &mut State,
    (person, new_id): (PersonId, EnrollmentId),
    class: ClassId,
    (signup, pool): (Option<SignupId>, Pool),
    seat: Option<EnrollmentStatus>,
) -> Decision {
    let mut queue = 0;
    let mut answer = Answer {
        enrollment: new_id,
        status: EnrollmentStatus::Confirmed,
        position: None,
        fresh: true,
    };
    if let (Some(at), Some(who)) = (state.classes.get_mut(&class), state.people.get_mut(&person)) {
        at.last_queue += 1;
        at.changed = true;
        queue = at.last_queue;
        if let Some(status) = seat {
            at.enrolled += 1;
            at.plan.taken.add(pool, 1);
            answer.status = status;
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
