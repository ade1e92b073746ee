//! Looking what a merge would cost, and doing it.

use super::answers;
use super::model::{self, Cost, Learner, Side, Why};
use super::store::{self, RunRow};
use crate::enrollments::actions::{desk_channel, place};
use crate::enrollments::store::{self as enrollments, EnrollmentRow};
use crate::seat_desk::{Ask, Asked, MoveWhy, place_drawn};
use db::Db;
use kernel::{Date, Instant, PersonId};
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx, job};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use teaching::ClassId;
use teaching::classes::{self, ClassRow, ClassStatus, lifecycle};
use teaching::seats::{self, Facts};

/// Seats moved in one transaction.
const MOVED_AT_ONCE: usize = 100;
/// Letters of a class's name in the reason of the other's end, so that the reason keeps its bound.
const NAME_IN_REASON: usize = 60;

/// A class that might take the learners.
#[derive(Debug)]
pub struct Candidate {
    /// The class.
    pub class: ClassRow,
    /// Where it meets.
    pub place: String,
    /// Seats that anybody can take now.
    pub free: i64,
    /// What it costs whom.
    pub cost: Cost,
    /// Why it cannot take them.
    pub why: Option<Why>,
}

/// A class with those into which it might go.
#[derive(Debug)]
pub struct Offer {
    /// The class.
    pub class: ClassRow,
    /// Why it is not merged at all.
    pub why: Option<Why>,
    /// Where it might go.
    pub candidates: Vec<Candidate>,
}

/// What a merge came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// People moved by this call.
    pub moved: usize,
    /// People who could not be moved and get everything back.
    pub left: usize,
}

async fn side(ctx: &Ctx, db: &Db, class: &ClassRow) -> AppResult<Side> {
    let mut plans = crate::first_come::plans(db, &[class.id], &[]).await?;
    let plan = plans.remove(&class.id).unwrap_or_default();
    Ok(Side::of(class, &plan, ctx.now()))
}

/// Who has a seat.
async fn seated(db: &Db, class: ClassId) -> AppResult<Vec<EnrollmentRow>> {
    let mut rows = enrollments::live_of_class(db, class).await?;
    rows.retain(|row| row.status.holds_seat());
    Ok(rows)
}

/// Where a class might go, and what that costs whom.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope of `ClassPublish`.
pub async fn offer(ctx: &Ctx, id: ClassId) -> AppResult<Offer> {
    let scope = ctx.may(Permission::ClassPublish)?;
    let db = ctx.db();
    let class = classes::find_within(db, &scope, id).await?;
    let rows = seated(db, id).await?;
    let from = side(ctx, db, &class).await?;
    let why = model::may_be_merged(&from).err();
    let mut candidates = Vec::new();
    if why.is_none() {
        let learners = learners(db, &rows, id).await?;
        for other in store::candidates(db, &scope, &class, ctx.today()).await? {
            candidates.push(candidate(ctx, &from, other, &learners).await?);
        }
        candidates.sort_by_key(|one| one.why.is_some());
    }
    Ok(Offer {
        class,
        why,
        candidates,
    })
}

async fn candidate(ctx: &Ctx, from: &Side, id: ClassId, learners: &[Learner]) -> AppResult<Candidate> {
    let db = ctx.db();
    let class = classes::find(db, id).await?;
    let to = side(ctx, db, &class).await?;
    let facts = seats::facts(db, &[id]).await?.pop().ok_or(AppError::NotFound)?;
    let limit = seats::now(db, &[id])
        .await?
        .first()
        .map_or(0, |row| row.class_limit);
    Ok(Candidate {
        place: place(ctx, &class).await?,
        cost: model::cost(&facts, limit, learners),
        free: to.free.max(0),
        why: model::may_take(from, &to).err(),
        class,
    })
}

/// Ages and further classes of those who have a seat.
async fn learners(db: &Db, rows: &[EnrollmentRow], class: ClassId) -> AppResult<Vec<Learner>> {
    let people: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let births: HashMap<PersonId, Option<Date>> =
        people::births::of(db, &people).await?.into_iter().collect();
    let mut known: HashMap<PersonId, Learner> = HashMap::new();
    for row in rows {
        let learner = Learner {
            birth: births.get(&row.person_id).copied().flatten(),
            held: Vec::new(),
            money: row.money,
            fen: row.due_fen,
        };
        known.insert(row.person_id, learner);
    }
    let held = store::held(db, &people, class).await?;
    let mut ids: Vec<ClassId> = held.iter().map(|(_, class)| *class).collect();
    ids.sort_unstable();
    ids.dedup();
    let facts = seats::facts(db, &ids).await?;
    let facts: HashMap<ClassId, Arc<Facts>> = facts.into_iter().map(|one| (one.id, Arc::new(one))).collect();
    for (person, class) in held {
        if let (Some(facts), Some(learner)) = (facts.get(&class), known.get_mut(&person)) {
            learner.held.push(Arc::clone(facts));
        }
    }
    Ok(people.iter().filter_map(|person| known.remove(person)).collect())
}

/// Merges a class into another: moves who fits, then cancels it; whoever is left gets everything back. Sent again, it goes
/// on where it stood.
///
/// # Errors
/// [`AppError::NotFound`] when one of both is outside the scope of `ClassPublish`; [`AppError::Refused`] by the rules.
pub async fn merge(ctx: &Ctx, id: ClassId, into: ClassId) -> AppResult<Merged> {
    let scope = ctx.may(Permission::ClassPublish)?;
    classes::find_within(ctx.db(), &scope, id).await?;
    let target = classes::find_within(ctx.db(), &scope, into).await?;
    let Some(rows) = begin(ctx, id, into).await? else {
        return Ok(Merged { moved: 0, left: 0 });
    };
    let asks: Vec<Asked> = rows.iter().map(|row| asked(ctx, row, into)).collect();
    let mut moved = 0;
    for some in asks.chunks(MOVED_AT_ONCE) {
        for answer in place_drawn(&ctx.platform, some).await {
            match answer {
                Ok(answer) => moved += usize::from(answer.is_some()),
                // A rule stands in the way of this one: the end of the class gives them everything back.
                Err(AppError::Refused { .. } | AppError::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
    }
    // It was cancelled or began meanwhile: whoever is left keeps the seat until somebody decides anew.
    match classes::find(ctx.db(), into).await?.status {
        ClassStatus::Published => {}
        ClassStatus::Cancelled => return Err(refused(id, Why::OtherCancelled)),
        _ => return Err(refused(id, Why::OtherNotAhead)),
    }
    let class = classes::find_within(ctx.db(), &scope, id).await?;
    let name: String = target.name.chars().take(NAME_IN_REASON).collect();
    let reason = format!("人数不够，已并到“{name}”");
    lifecycle::cancel(ctx, id, &reason, class.version).await?;
    Ok(Merged {
        moved,
        left: rows.len() - moved,
    })
}

/// Checks the rules with both classes locked, as they stand now, and keeps that the merge began; gives who is to be moved,
/// `None` when all is done.
async fn begin(ctx: &Ctx, id: ClassId, into: ClassId) -> AppResult<Option<Vec<EnrollmentRow>>> {
    let tx = ctx.begin().await?;
    tx.lock_all("class", &[id.raw(), into.raw()]).await?;
    let class = classes::find(&tx, id).await?;
    let target = classes::find(&tx, into).await?;
    let began = store::run_of(&tx, id).await?;
    if began.as_ref().is_some_and(|run| run.into_class != into) {
        return Err(refused(id, Why::Elsewhere));
    }
    if began.is_some() && class.status == ClassStatus::Cancelled {
        return Ok(None);
    }
    let rows = seated(&tx, id).await?;
    let from = side(ctx, &tx, &class).await?;
    match model::may_be_merged(&from) {
        // Everybody was moved, but the class was not cancelled yet.
        Err(Why::Nobody) if began.is_some() => return Ok(Some(rows)),
        other => other.map_err(|why| refused(id, why))?,
    }
    model::may_take(&from, &side(ctx, &tx, &target).await?).map_err(|why| refused(id, why))?;
    if began.is_none() {
        let event = open_run(ctx, &tx, &class, &target).await?;
        tx.commit(vec![event]).await?;
    }
    Ok(Some(rows))
}

/// Keeps the merge with the days to answer, as the school has set them.
async fn open_run(ctx: &Ctx, tx: &Tx, class: &ClassRow, target: &ClassRow) -> AppResult<Event> {
    let rules = crate::school_rules::of(tx, class.org_id).await?;
    let first = Instant::of_china(target.starts_on, target.starts);
    let run = RunRow {
        class_id: class.id,
        into_class: target.id,
        org_id: class.org_id,
        answer_by: model::answer_by(ctx.now(), rules.merge_days, first),
        silence: rules.merge_silence.settled(model::same(class, target)),
        status: "open".into(),
        begun_at: ctx.now(),
    };
    store::insert_run(tx, &run).await?;
    let key = format!("{}.{}", answers::OVER, class.id);
    job::enqueue(tx, answers::OVER, &json!({}), run.answer_by, Some(key)).await?;
    Ok(Event::new("class.merging", "class", class.id)
        .at(class.org_id)
        .data(json!({
            "into": target.id, "enrolled": class.enrolled, "minimum": class.minimum,
            "answer_by": run.answer_by.to_china_text(), "silence": run.silence.as_str(),
        })))
}

fn refused(id: ClassId, why: Why) -> AppError {
    let (label, href) = match why {
        Why::Nobody | Why::Elsewhere => ("停办这个班", format!("/desk/classes/{id}/cancel")),
        Why::NotAhead | Why::Enough { .. } => ("看这个班", format!("/desk/classes/{id}")),
        _ => ("选别的班", format!("/desk/classes/{id}/merge")),
    };
    AppError::refused_with_door(why.code(), why.sentence(), label, href)
}

fn asked(ctx: &Ctx, row: &EnrollmentRow, into: ClassId) -> Asked {
    Asked {
        ask: Ask::Move {
            person: row.person_id,
            class: into,
            from: row.class_id,
            enrollment: row.id,
            new_id: ctx.new_id(),
            why: MoveWhy::Merge,
        },
        by: ctx.actor.person,
        channel: desk_channel(ctx),
        reason: String::new(),
        key: None,
    }
}
