//! What is asked of the seat desk, and whom and which classes it is about.

use crate::fees::Payment;
use crate::fees::ladder::Cause;
use crate::{EnrollmentId, SignupId};
use kernel::PersonId;
use platform::Channel;
use teaching::ClassId;

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
    /// Places in a class for companions, for all of them together or for none.
    Together {
        /// What binds them while they wait, drawn anew.
        party: SignupId,
        /// Where.
        class: ClassId,
        /// Who asks first, then who comes along, each with the id of their enrolment.
        people: Vec<(PersonId, EnrollmentId)>,
        /// Whether they wait when there are not seats enough.
        wait: bool,
        /// Whether it comes from the counter, for which seats may be kept.
        counter: bool,
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
    /// To take a seat that is offered.
    Accept {
        /// Whose.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Which.
        enrollment: EnrollmentId,
    },
    /// To give who waits for one class a seat in another; see `moving.rs`.
    Invite {
        /// Whose.
        person: PersonId,
        /// Where the seat is.
        class: ClassId,
        /// Where they wait.
        from: ClassId,
        /// The enrolment there.
        waited: EnrollmentId,
        /// How they came to wait.
        channel: Channel,
        /// Id of the new enrolment, if there will be one.
        new_id: EnrollmentId,
    },
    /// To have a seat that was kept only for papers, which are signed now.
    Sign {
        /// Whose.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Which.
        enrollment: EnrollmentId,
    },
    /// To end a wait because another class has given what was waited for.
    Settle {
        /// Whose.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Which.
        enrollment: EnrollmentId,
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
    /// To pause; see `suspending.rs`.
    Suspend {
        /// Whose.
        person: PersonId,
        /// Where.
        class: ClassId,
        /// Which.
        enrollment: EnrollmentId,
        /// Whether the seat is kept; else it goes to the next who waits.
        keeps_seat: bool,
        /// Whether what was paid goes back; else it stays for the return.
        refund: bool,
    },
    /// To come back after a pause, into the same class or into another of the course.
    Return {
        /// Whose.
        person: PersonId,
        /// Where to.
        class: ClassId,
        /// Where they paused.
        from: ClassId,
        /// The enrolment there.
        enrollment: EnrollmentId,
        /// Id of the new enrolment, if there will be one.
        new_id: EnrollmentId,
    },
    /// To end a pause without a return.
    Lapse {
        /// Whose.
        person: PersonId,
        /// Where they paused.
        class: ClassId,
        /// Which.
        enrollment: EnrollmentId,
        /// Whether its time is over; else they give it up.
        over: bool,
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
            | Self::Sign { class, .. }
            | Self::Expire { class, .. }
            | Self::Together { class, .. }
            | Self::Drawn { class, .. }
            | Self::Move { class, .. }
            | Self::Suspend { class, .. }
            | Self::Return { class, .. }
            | Self::Lapse { class, .. }
            | Self::Accept { class, .. }
            | Self::Invite { class, .. }
            | Self::Settle { class, .. }
            | Self::Promote { class } => *class,
        }
    }

    /// Every class that it touches.
    pub fn classes(&self) -> impl Iterator<Item = ClassId> {
        let left = match self {
            Self::Move { from, .. } | Self::Invite { from, .. } | Self::Return { from, .. } => Some(*from),
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
            | Self::Sign { person, .. }
            | Self::Move { person, .. }
            | Self::Suspend { person, .. }
            | Self::Return { person, .. }
            | Self::Lapse { person, .. }
            | Self::Accept { person, .. }
            | Self::Invite { person, .. }
            | Self::Settle { person, .. }
            | Self::Expire { person, .. } => Some(*person),
            Self::Together { .. } | Self::Drawn { .. } | Self::Promote { .. } => None,
        }
    }

    /// Everybody it is about.
    pub fn people(&self) -> impl Iterator<Item = PersonId> {
        let several = match self {
            Self::Together { people, .. } | Self::Drawn { people, .. } => people.as_slice(),
            _ => &[],
        };
        self.person()
            .into_iter()
            .chain(several.iter().map(|(person, _)| *person))
    }

    /// What binds the people it is about while they wait: the signup of a draw, or that of companions.
    #[must_use]
    pub const fn signup(&self) -> Option<SignupId> {
        match self {
            Self::Drawn { signup, .. } => Some(*signup),
            Self::Together { party, .. } => Some(*party),
            _ => None,
        }
    }

    /// Whether it carries out what a draw has given.
    #[must_use]
    pub const fn is_drawn(&self) -> bool {
        matches!(self, Self::Drawn { .. })
    }

    /// Whether a new place comes of it, which the rules of the class may refuse. A merge moves people without asking.
    #[must_use]
    pub const fn wants_place(&self) -> bool {
        matches!(
            self,
            Self::Enroll { .. }
                | Self::Together { .. }
                | Self::Drawn { .. }
                | Self::Invite { .. }
                | Self::Return { .. }
                | Self::Move {
                    why: MoveWhy::Transfer,
                    ..
                }
        )
    }

    /// The pause that it is about.
    #[must_use]
    pub const fn pause(&self) -> Option<EnrollmentId> {
        match self {
            Self::Suspend { enrollment, .. }
            | Self::Return { enrollment, .. }
            | Self::Lapse { enrollment, .. } => Some(*enrollment),
            _ => None,
        }
    }

    /// The class in which seats may become free for those who wait.
    #[must_use]
    pub const fn frees(&self) -> Option<ClassId> {
        match self {
            Self::Withdraw { class, .. }
            | Self::Expire { class, .. }
            | Self::Suspend { class, .. }
            | Self::Lapse { class, .. }
            | Self::Promote { class } => Some(*class),
            Self::Return { from, .. } => Some(*from),
            Self::Move {
                from,
                why: MoveWhy::Transfer,
                ..
            } => Some(*from),
            _ => None,
        }
    }
}
