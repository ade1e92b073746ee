//! The rules of merging. No I/O.

use crate::fees::Money;
use crate::first_come::Plan;
use crate::first_come::model::{Pool, kept_from};
use crate::seat_desk::conditions::{clash, not_drawn, of_age};
use db::text_enum;
use kernel::{Date, Fen, Instant};
use std::sync::Arc;
use teaching::ClassId;
use teaching::classes::{ClassRow, ClassStatus};
use teaching::seats::Facts;

/// What the rules look at in a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// Which.
    pub id: ClassId,
    /// Whether it is published and before its first day.
    pub ahead: bool,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Seats taken.
    pub enrolled: i64,
    /// People waiting.
    pub waitlisted: i64,
    /// Seats that anybody can take now: those kept for some are not among them.
    pub free: i64,
    /// Learners below which it is not held.
    pub minimum: i64,
    /// Fee in fen.
    pub fee_fen: i64,
    /// Whether its seats are drawn.
    pub drawn: bool,
}

impl Side {
    /// A class at this moment, as the seat desk gives its seats.
    #[must_use]
    pub fn of(class: &ClassRow, plan: &Plan, now: Instant) -> Self {
        let kept = kept_from(Pool::Open, &plan.windows, class.capacity, plan.taken, now);
        Self {
            id: class.id,
            ahead: class.status == ClassStatus::Published && class.starts_on > now.date(),
            cancelled: class.status == ClassStatus::Cancelled,
            enrolled: class.enrolled,
            waitlisted: class.waitlisted,
            free: class.capacity - class.enrolled - kept,
            minimum: class.minimum,
            fee_fen: class.fee_fen,
            drawn: not_drawn(plan, now).is_err(),
        }
    }
}

/// Why a class is not merged, or not into this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The class is not published, or its lessons have begun.
    NotAhead,
    /// It has learners enough.
    Enough {
        /// How many.
        enrolled: i64,
        /// How many it needs.
        minimum: i64,
    },
    /// Nobody has a seat in it.
    Nobody,
    /// It is being merged into another class.
    Elsewhere,
    /// The same class.
    Same,
    /// The other one was cancelled, perhaps since the clerk looked.
    OtherCancelled,
    /// The other one is not published, or has begun.
    OtherNotAhead,
    /// The other one costs more: nobody pays more because of a merge.
    Fee {
        /// Fee of the class that is merged, in fen.
        from: i64,
        /// Fee of the other, in fen.
        to: i64,
    },
    /// People wait for the other one.
    Waiting,
    /// Its seats are drawn.
    Drawn,
    /// It has too few seats.
    Seats {
        /// Seats free.
        free: i64,
        /// Seats needed.
        needed: i64,
    },
}

impl Why {
    /// For programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAhead => "merge_not_ahead",
            Self::Enough { .. } => "merge_enough_learners",
            Self::Nobody => "merge_nobody",
            Self::Elsewhere => "merge_elsewhere",
            Self::Same => "merge_same",
            Self::OtherCancelled => "merge_other_cancelled",
            Self::OtherNotAhead => "merge_other_not_ahead",
            Self::Fee { .. } => "merge_fee",
            Self::Waiting => "merge_waiting",
            Self::Drawn => "merge_drawn",
            Self::Seats { .. } => "merge_seats",
        }
    }

    /// In words, with what to do.
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Self::NotAhead => "只有已发布、还没有开课的班可以并班。".into(),
            Self::Enough { enrolled, minimum } => {
                format!("这个班已报 {enrolled} 人，最少 {minimum} 人就开班，人数够了，不用并班。")
            }
            Self::Nobody => "这个班还没有学员，不用并班；不开的话，请停办。".into(),
            Self::Elsewhere => {
                "这个班正在并到另一个班，不能再并到这个班。没有并完的，请停办，学费会全部退还。".into()
            }
            Self::Same => "不能并到同一个班，请选另一个班。".into(),
            Self::OtherCancelled => "那个班已经停办了，不能并过去，请选别的班。".into(),
            Self::OtherNotAhead => "那个班没有在招生，或者已经开课，请选别的班。".into(),
            Self::Fee { from, to } => format!(
                "那个班学费贵（{}，这个班 {}）。并班不能让学员多交钱，请选学费一样或便宜的班。",
                Fen(to),
                Fen(from)
            ),
            Self::Waiting => "那个班还有人候补，名额要先给他们，请选别的班。".into(),
            Self::Drawn => "那个班在报名批次里，请选别的班，或等批次公布以后。".into(),
            Self::Seats { free, needed } => {
                format!("那个班只剩 {free} 个名额，要 {needed} 个，不够。请选别的班，或先把名额加大。")
            }
        }
    }
}

/// Whether a class may be merged into another at all.
///
/// # Errors
/// Why not.
pub const fn may_be_merged(class: &Side) -> Result<(), Why> {
    if !class.ahead {
        return Err(Why::NotAhead);
    }
    if class.enrolled >= class.minimum {
        return Err(Why::Enough {
            enrolled: class.enrolled,
            minimum: class.minimum,
        });
    }
    if class.enrolled == 0 {
        return Err(Why::Nobody);
    }
    Ok(())
}

/// Whether this class can take the learners of that one.
///
/// # Errors
/// Why not.
pub fn may_take(from: &Side, to: &Side) -> Result<(), Why> {
    if from.id == to.id {
        Err(Why::Same)
    } else if to.cancelled {
        Err(Why::OtherCancelled)
    } else if !to.ahead {
        Err(Why::OtherNotAhead)
    } else if to.fee_fen > from.fee_fen {
        Err(Why::Fee {
            from: from.fee_fen,
            to: to.fee_fen,
        })
    } else if to.drawn {
        Err(Why::Drawn)
    } else if to.waitlisted > 0 {
        Err(Why::Waiting)
    } else if to.free < from.enrolled {
        Err(Why::Seats {
            free: to.free,
            needed: from.enrolled,
        })
    } else {
        Ok(())
    }
}

/// Somebody of the class that is merged.
#[derive(Debug, Clone)]
pub struct Learner {
    /// Day of birth, if known.
    pub birth: Option<Date>,
    /// Further classes in which they have a seat.
    pub held: Vec<Arc<Facts>>,
    /// How their fee stands.
    pub money: Money,
    /// What it comes to, in fen.
    pub fen: i64,
}

/// What a merge costs whom, in people, each counted once, by the first reason; and what becomes of the money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Who can go along.
    pub fit: usize,
    /// The age does not fit, or is not known.
    pub age: usize,
    /// They hold as many classes as they may.
    pub limit: usize,
    /// The new time clashes with another class of theirs, or they are in the new class already.
    pub clash: usize,
    /// They paid less than the new class costs.
    pub fee: usize,
    /// Paid fees that go along, in fen.
    pub carried_fen: i64,
    /// What goes back because the new class is cheaper, in fen.
    pub back_fen: i64,
    /// What goes back to those who cannot go along, in fen.
    pub refund_fen: i64,
}

/// Counts what it costs, by the rules and in the order of the seat desk.
#[must_use]
pub fn cost(to: &Facts, limit: i64, learners: &[Learner]) -> Cost {
    let mut cost = Cost::default();
    for learner in learners {
        let in_term = learner
            .held
            .iter()
            .filter(|held| held.term == to.term && held.id != to.id);
        let there = learner.held.iter().any(|held| held.id == to.id);
        let clashes = |held: &Arc<Facts>| clash(&to.slots, &held.slots).is_some();
        let paid = if learner.money == Money::Paid {
            learner.fen
        } else {
            0
        };
        let counter = if to.fee_fen > learner.fen {
            &mut cost.fee
        } else if there {
            &mut cost.clash
        } else if of_age(to, learner.birth).is_err() {
            &mut cost.age
        } else if i64::try_from(in_term.count()).unwrap_or(i64::MAX) >= limit {
            &mut cost.limit
        } else if learner.held.iter().any(clashes) {
            &mut cost.clash
        } else {
            cost.fit += 1;
            cost.carried_fen += paid.min(to.fee_fen);
            cost.back_fen += (paid - to.fee_fen).max(0);
            continue;
        };
        *counter += 1;
        cost.refund_fen += paid;
    }
    cost
}

text_enum! {
    /// What somebody answers whose paid class was merged.
    pub enum Reply {
        /// They take the new class.
        Keep => "keep",
        /// They want everything back.
        Refund => "refund",
    }
}

platform::api_words!(Reply);

impl Reply {
    /// On the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Keep => "去新的班",
            Self::Refund => "不去，全部退费",
        }
    }
}

/// Until when who has paid answers: so many days, but before the first lesson of the new class.
#[must_use]
pub fn answer_by(now: Instant, days: i64, first: Instant) -> Instant {
    now.plus_secs(days * 86_400).min(first)
}

/// Whether a learner who comes at the old day and time to the old room is right in the new class.
#[must_use]
pub fn same(from: &ClassRow, to: &ClassRow) -> bool {
    let key = |class: &ClassRow| {
        (
            class.org_id,
            class.room_id,
            class.weekday,
            class.starts,
            class.minutes,
            class.starts_on,
        )
    };
    key(from) == key(to)
}

/// Whether an answer still counts.
#[must_use]
pub fn may_answer(answer_by: Instant, is_open: bool, is_live: bool, now: Instant) -> bool {
    is_open && is_live && now < answer_by
}
