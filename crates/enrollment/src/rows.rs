//! What a row of `enrollment` holds: the one place that names its columns, for the seat desk and for bulk loads.

use crate::fees::Money;
use crate::first_come::model::Pool;
use crate::{EnrollmentId, EnrollmentStatus, SignupId};
use db::Value;
use kernel::{Date, Instant, OrgId, PersonId};
use platform::Channel;
use teaching::{ClassId, TermId};

/// The columns, in the order of [`NewEnrollment::cells`].
pub const COLUMNS: &[&str] = &[
    "id",
    "class_id",
    "term_id",
    "org_id",
    "person_id",
    "status",
    "live",
    "queue",
    "money",
    "channel",
    "actor_person",
    "rule_version",
    "created_at",
    "changed_at",
    "seated_on",
    "signup_id",
    "pool",
    "due_fen",
    "held_until",
    "moved_from",
    "fee_lessons",
];

/// A new row.
#[derive(Debug, Clone, Copy)]
pub struct NewEnrollment {
    /// Its id.
    pub id: EnrollmentId,
    /// The class.
    pub class: ClassId,
    /// The class's term.
    pub term: TermId,
    /// The class's org.
    pub org: OrgId,
    /// Whose it is.
    pub person: PersonId,
    /// Where it stands.
    pub status: EnrollmentStatus,
    /// Order of asking in the class.
    pub queue: i64,
    /// How it came in.
    pub channel: Channel,
    /// Who acted.
    pub actor: Option<PersonId>,
    /// The rules that decided.
    pub rule_version: &'static str,
    /// When it was made.
    pub created_at: Instant,
    /// When its status changed last.
    pub changed_at: Instant,
    /// The day on which a seat was taken.
    pub seated_on: Option<Date>,
    /// The signup of a draw that it came from.
    pub signup: Option<SignupId>,
    /// Whose kept seats it counts against.
    pub pool: Pool,
    /// How its fee stands.
    pub money: Money,
    /// The fee in fen; 0 when there is nothing to pay.
    pub due_fen: i64,
    /// Until when a seat is kept unpaid.
    pub held_until: Option<Instant>,
    /// The enrolment that it continues in another class.
    pub moved_from: Option<EnrollmentId>,
    /// How many lessons the fee is for, where it is for fewer than all.
    pub fee_lessons: Option<i64>,
}

impl NewEnrollment {
    /// The row's cells.
    #[must_use]
    pub fn cells(&self) -> Vec<Value> {
        vec![
            self.id.into(),
            self.class.into(),
            self.term.into(),
            self.org.into(),
            self.person.into(),
            self.status.into(),
            self.status.is_live().into(),
            self.queue.into(),
            self.money.into(),
            self.channel.into(),
            self.actor.into(),
            Value::Word(self.rule_version),
            self.created_at.into(),
            self.changed_at.into(),
            self.seated_on.into(),
            self.signup.into(),
            self.pool.into(),
            self.due_fen.into(),
            self.held_until.into(),
            self.moved_from.into(),
            self.fee_lessons.into(),
        ]
    }
}
