//! Taking the roll and correcting it.

use super::access::{self, Opened};
use super::model::{self, Mark, Method, RollTime, Status};
use super::store::{self, NewMark, PersonMark, Trace};
use enrollment::roll::{self, RollRow};
use kernel::{Instant, PersonId};
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use teaching::SessionId;

/// Marks taken at once at most; a class is smaller.
pub const MOST_MARKS: usize = 500;

/// A roll mark as it comes in.
#[derive(Debug, Clone)]
pub struct RollMark {
    /// The learner.
    pub person: PersonId,
    /// What the teacher saw.
    pub status: Status,
    /// When, by the phone's clock; `None` means now.
    pub marked_at: Option<Instant>,
    /// The phone's own key of this mark, so that it may be sent again.
    pub device_key: Option<String>,
}

/// What became of one mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Kept.
    Recorded,
    /// It was there already.
    Repeated,
    /// Not kept, with the sentence that says why.
    Refused(&'static str),
}

/// Takes roll marks; each gets its own answer, so that one that is too late does not hold up the others.
///
/// # Errors
/// As [`access::session`]; [`AppError::Refused`] before the day, or when the session is cancelled.
pub async fn take(ctx: &Ctx, id: SessionId, marks: &[RollMark]) -> AppResult<Vec<Outcome>> {
    let opened = access::session(ctx, id).await?;
    access::is_held(&opened.session)?;
    if marks.len() > MOST_MARKS {
        return Err(AppError::TooLarge(format!(
            "一次最多送 {MOST_MARKS} 条点名。请分几次送。"
        )));
    }
    if ctx.today() < opened.session.day {
        return Err(not_yet());
    }
    let tx = ctx.begin().await?;
    tx.lock("attendance", id.raw()).await?;
    let on_roll: HashSet<PersonId> = people_of(&roll::confirmed(&tx, opened.class.id).await?);
    let known: HashMap<PersonId, PersonMark> = truths(&tx, id).await?;
    let mut outcomes = Vec::with_capacity(marks.len());
    let made: Vec<Option<Instant>> = marks.iter().map(|mark| mark.marked_at).collect();
    let times = model::roll_times(opened.session.day, &made, ctx.now());
    for (mark, time) in marks.iter().zip(times) {
        let outcome = if on_roll.contains(&mark.person) {
            take_one(&tx, id, mark, time, known.get(&mark.person)).await?
        } else {
            Outcome::Refused("这位学员不在这个班的名单上，没有记。请刷新名单再看。")
        };
        outcomes.push(outcome);
    }
    let recorded = marks
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| **outcome == Outcome::Recorded);
    let touched: Vec<PersonId> = recorded.map(|(mark, _)| mark.person).collect();
    if touched.is_empty() {
        return Ok(outcomes);
    }
    settle(&tx, id, &touched).await?;
    let event = Event::new("attendance.taken", "session", id)
        .at(opened.class.org_id)
        .data(json!({ "class": opened.class.id, "marks": touched.len() }));
    tx.commit(vec![event]).await?;
    Ok(outcomes)
}

fn not_yet() -> AppError {
    AppError::refused(
        "session_not_yet",
        "还没到上课的日子，不能点名。请在上课当天再点。",
    )
}

async fn take_one(
    tx: &Tx,
    session: SessionId,
    mark: &RollMark,
    time: RollTime,
    known: Option<&PersonMark>,
) -> AppResult<Outcome> {
    let ctx = tx.ctx();
    let marked_at = match time {
        RollTime::Open(at) => at,
        RollTime::NotYet => return Err(not_yet()),
        RollTime::Past => {
            return Ok(Outcome::Refused(
                "过了上课当天，不能再点名。请有更正权限的老师写明原因，用“更正”来改。",
            ));
        }
    };
    let same = known.is_some_and(|known| known.status == mark.status && known.method == Method::Roll);
    if mark.device_key.is_none() && same {
        return Ok(Outcome::Repeated);
    }
    // The session and the person stand before the phone's key: one phone's key cannot swallow another's mark.
    let device_key = mark.device_key.as_ref().map(|key| {
        let short: String = key.chars().take(64).collect();
        format!("{session}.{}.{short}", mark.person)
    });
    let new = NewMark {
        id: ctx.new_id(),
        session,
        person: mark.person,
        mark: Mark {
            status: mark.status,
            method: Method::Roll,
            marked_at,
        },
        by: ctx.actor.person,
        reason: "",
        device_key,
    };
    let added = store::add(tx, new).await?;
    Ok(if added {
        Outcome::Recorded
    } else {
        Outcome::Repeated
    })
}

/// Computes the truth of these people anew from all their marks. The caller holds the lock `attendance` of the session.
pub(crate) async fn settle(tx: &Tx, session: SessionId, people: &[PersonId]) -> AppResult<()> {
    let mut by_person: HashMap<PersonId, Vec<Mark>> = HashMap::new();
    for row in store::marks_of(tx, session, people).await? {
        by_person.entry(row.person_id).or_default().push(row.mark());
    }
    for (person, marks) in by_person {
        if let Some(mark) = model::truth(&marks) {
            store::put_truth(tx, session, person, mark).await?;
        }
    }
    Ok(())
}

/// The truths of a session by learner.
pub(crate) async fn truths(db: &db::Db, session: SessionId) -> AppResult<HashMap<PersonId, PersonMark>> {
    let rows = store::truths(db, session).await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row)).collect())
}

pub(crate) fn people_of(roll: &[RollRow]) -> HashSet<PersonId> {
    roll.iter().map(|row| row.person).collect()
}

/// A learner's traces at a session, for who may take its roll.
#[derive(Debug)]
pub struct History {
    /// Session and class.
    pub opened: Opened,
    /// The learner on the roll.
    pub learner: RollRow,
    /// Every mark, earliest first.
    pub traces: Vec<Trace>,
    /// What is true now.
    pub now: Option<Mark>,
    /// Whether the actor may correct it.
    pub may_correct: bool,
}

impl History {
    /// The truth as a form carries it, so that a change meanwhile is noticed.
    #[must_use]
    pub fn stamp(&self) -> String {
        stamp(self.now)
    }
}

fn stamp(now: Option<Mark>) -> String {
    now.map_or_else(String::new, |mark| {
        format!(
            "{}.{}.{}",
            mark.status.as_str(),
            mark.method.as_str(),
            mark.marked_at.millis()
        )
    })
}

/// The traces of a learner at a session.
///
/// # Errors
/// As [`access::session`]; [`AppError::NotFound`] for somebody who is not on the roll.
pub async fn history(ctx: &Ctx, id: SessionId, person: PersonId) -> AppResult<History> {
    let opened = access::session(ctx, id).await?;
    let roll = roll::confirmed(ctx.db(), opened.class.id).await?;
    let learner = roll
        .into_iter()
        .find(|row| row.person == person)
        .ok_or(AppError::NotFound)?;
    let scope = ctx.reach(Permission::AttendanceCorrect);
    let may_correct = !scope.is_nothing()
        && teaching::classes::find_within(ctx.db(), &scope, opened.class.id)
            .await
            .is_ok();
    Ok(History {
        traces: store::history(ctx.db(), id, person).await?,
        now: truths(ctx.db(), id).await?.get(&person).map(PersonMark::mark),
        opened,
        learner,
        may_correct,
    })
}

/// Corrects a learner's attendance, with a reason; `was` is the stamp of the truth that the corrector saw.
///
/// # Errors
/// [`AppError::Forbidden`] without `AttendanceCorrect`, [`AppError::NotFound`] outside the scope, [`AppError::Invalid`]
/// without a reason, [`AppError::Refused`] `changed_meanwhile` when somebody else marked in between.
pub async fn correct(
    ctx: &Ctx,
    id: SessionId,
    person: PersonId,
    status: Status,
    reason: &str,
    was: &str,
) -> AppResult<()> {
    let scope = ctx.may(Permission::AttendanceCorrect)?;
    let session = teaching::sessions::find(ctx.db(), id).await?;
    let class = teaching::classes::find_within(ctx.db(), &scope, session.class_id).await?;
    access::is_held(&session)?;
    if ctx.today() < session.day {
        return Err(not_yet());
    }
    let reason = reason.trim();
    if !(2..=200).contains(&reason.chars().count()) {
        return Err(AppError::invalid("reason", "请写明为什么更正，2 到 200 个字。"));
    }
    let tx = ctx.begin().await?;
    tx.lock("attendance", id.raw()).await?;
    if !people_of(&roll::confirmed(&tx, class.id).await?).contains(&person) {
        return Err(AppError::NotFound);
    }
    let now = truths(&tx, id).await?.get(&person).map(PersonMark::mark);
    if stamp(now) != was {
        return Err(AppError::refused(
            "changed_meanwhile",
            "您打开这一页以后，有别人改过这条考勤。请刷新看看现在的记录，再决定要不要更正。",
        ));
    }
    let mark = Mark {
        status,
        method: Method::Correction,
        marked_at: ctx.now(),
    };
    let new = NewMark {
        id: ctx.new_id(),
        session: id,
        person,
        mark,
        by: ctx.actor.person,
        reason,
        device_key: None,
    };
    store::add(&tx, new).await?;
    settle(&tx, id, &[person]).await?;
    let event = Event::new("attendance.corrected", "session", id)
        .at(class.org_id)
        .on_behalf_of(person)
        .data(json!({ "from": now.map(|mark| mark.status.as_str()), "to": status.as_str() }))
        .note(reason);
    tx.commit(vec![event]).await
}
