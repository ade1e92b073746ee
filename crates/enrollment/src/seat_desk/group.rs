//! One group of asks: lock, load, decide, write, commit.

use super::keys::{Keys, known_keys, request_hash, write_answer};
use super::load::state_of;
use super::memory::Memory;
use super::model::{Answer, Ask, Decision, EnrollmentStatus, State, decide};
use super::notes::{Writes, note};
use super::refusal::Refusal;
use super::turns::follow_waits;
use super::{Asked, opening, store};
use crate::enrollments::wishes;
use crate::first_come::model::Pool;
use crate::{EarlyAskId, fees};
use db::Pending;
use kernel::PersonId;
use platform::{AppError, AppResult, Ctx, Event, Tx, job};
use serde_json::json;
use std::borrow::Cow;
use std::collections::BTreeSet;
use teaching::ClassId;

/// How often a group starts over because somebody joined a waitlist between reading and locking it.
const STARTS: usize = 5;

/// The kind of job that tells people what the desk decided.
pub(crate) const TELL: &str = "enrollment.tell";

/// The kind of job that ends the wait behind a seat that was taken.
pub(crate) const SETTLE: &str = "enrollment.settle";

/// People told in one job.
const TOLD_AT_ONCE: usize = 128;
/// Seconds for which messages wait in a rush.
const RUSH_DELAY_SECS: i64 = 30;

pub(super) type Answered = AppResult<Option<Answer>>;

/// What a group came to.
#[derive(Default)]
pub(super) struct Decided {
    /// An answer for each ask, in order.
    pub(super) answers: Vec<Answered>,
    /// Classes whose waitlist may move now, because somebody who waits there has become free.
    pub(super) look_again: Vec<ClassId>,
    /// What must be on the disk before anybody is answered.
    pending: Vec<Pending>,
}

impl Decided {
    /// The same error for all.
    pub(super) fn failed(asked: &[Asked], error: &AppError) -> Self {
        Self {
            answers: asked.iter().map(|_| Err(error.clone())).collect(),
            ..Self::default()
        }
    }

    /// Lets the answers wait for what was decided before them.
    pub(super) fn follow(&mut self, before: Vec<Self>) {
        for one in before {
            self.pending.extend(one.pending);
            self.look_again.extend(one.look_again);
        }
    }

    /// The answers, when what they rest on is on the disk.
    pub(super) async fn durable(self) -> Vec<Answered> {
        for pending in self.pending {
            if let Err(error) = pending.wait().await {
                let error = AppError::from(error);
                return self.answers.iter().map(|_| Err(error.clone())).collect();
            }
        }
        self.answers
    }
}

/// Decides all asks together; if a guard of the database refuses the group, one by one. `early` are the early asks that
/// they come from, in the same order, or none.
pub(super) async fn decide_some(
    ctx: &Ctx,
    memory: &mut Memory,
    asked: &[Asked],
    early: &[EarlyAskId],
) -> Decided {
    match group(ctx, memory, asked, early).await {
        Ok(decided) => decided,
        Err(error @ AppError::Unavailable(_)) => Decided::failed(asked, &error),
        Err(error) => {
            tracing::warn!(%error, asks = asked.len(), "a group was refused; deciding one by one");
            let mut all = Decided::default();
            for (at, one) in asked.iter().enumerate() {
                let early = early.get(at..=at).unwrap_or_default();
                match group(ctx, memory, std::slice::from_ref(one), early).await {
                    Ok(decided) => {
                        all.answers.extend(decided.answers);
                        all.look_again.extend(decided.look_again);
                        all.pending.extend(decided.pending);
                    }
                    Err(error) => all.answers.push(Err(error)),
                }
            }
            all
        }
    }
}

async fn group(ctx: &Ctx, memory: &mut Memory, asked: &[Asked], early: &[EarlyAskId]) -> AppResult<Decided> {
    let mut people: BTreeSet<PersonId> = asked.iter().flat_map(|one| one.ask.people()).collect();
    // Nobody who asks now comes before those who wait: free seats beside a waitlist are given to them first.
    let mut turns: Vec<Asked> = Vec::new();
    for _ in 0..STARTS {
        let tx = ctx.begin().await?;
        memory.look(&tx)?;
        let all = if turns.is_empty() {
            Cow::Borrowed(asked)
        } else {
            Cow::Owned(turns.iter().chain(asked).cloned().collect())
        };
        match load(ctx, &tx, memory, &all, &people).await? {
            Loaded::Ready(state, keys) => {
                return settle(tx, memory, (*state, keys), (&turns, asked, early)).await;
            }
            Loaded::LockAlso(more) => people.extend(more),
            Loaded::TurnsFirst(classes) => turns.extend(classes.into_iter().map(Asked::turns)),
        }
    }
    Err(AppError::Unavailable("waitlists keep changing".into()))
}

enum Loaded {
    Ready(Box<State>, Keys),
    LockAlso(Vec<PersonId>),
    TurnsFirst(Vec<ClassId>),
}

async fn load(
    ctx: &Ctx,
    tx: &Tx,
    memory: &mut Memory,
    asked: &[Asked],
    people: &BTreeSet<PersonId>,
) -> AppResult<Loaded> {
    let classes: BTreeSet<ClassId> = asked.iter().flat_map(|one| one.ask.classes()).collect();
    let moving: Vec<ClassId> = promoting(asked);
    let mut people: Vec<PersonId> = people.iter().copied().collect();
    if !moving.is_empty() {
        let waiting = store::waiting_of(tx, &moving).await?;
        people.extend(waiting.iter().map(|row| row.person_id));
        people.sort_unstable();
        people.dedup();
    }
    lock(tx, "person", people.iter().map(|id| id.raw())).await?;
    lock(tx, "class", classes.iter().map(|id| id.raw())).await?;
    let waiting = if moving.is_empty() {
        Vec::new()
    } else {
        store::waiting_of(tx, &moving).await?
    };
    let late: Vec<PersonId> = waiting
        .iter()
        .map(|row| row.person_id)
        .filter(|id| people.binary_search(id).is_err())
        .collect();
    if !late.is_empty() {
        return Ok(Loaded::LockAlso(late));
    }
    let state = state_of(tx, memory, (asked, &people), waiting, ctx.now()).await?;
    let first = turns_before(&state, asked, &moving);
    if !first.is_empty() {
        return Ok(Loaded::TurnsFirst(first));
    }
    let keys = known_keys(tx, asked).await?;
    Ok(Loaded::Ready(Box::new(state), keys))
}

/// Classes asked for in which seats are free for everybody while people wait, and whose waitlists are not loaded.
fn turns_before(state: &State, asked: &[Asked], loaded: &[ClassId]) -> Vec<ClassId> {
    let waits = |class: &ClassId| {
        let at = state.classes.get(class);
        at.is_some_and(|at| at.waitlisted > 0 && at.free_for(Pool::Open, state.now) > 0)
    };
    // A draw has an order of its own, and so have moves and returns.
    let wanted = asked
        .iter()
        .filter(|one| matches!(one.ask, Ask::Enroll { .. } | Ask::Together { .. }));
    let classes: BTreeSet<ClassId> = wanted.map(|one| one.ask.class()).collect();
    let first = classes
        .into_iter()
        .filter(|class| !loaded.contains(class) && waits(class));
    first.collect()
}

fn promoting(asked: &[Asked]) -> Vec<ClassId> {
    let moving: BTreeSet<ClassId> = asked.iter().filter_map(|one| one.ask.frees()).collect();
    moving.into_iter().collect()
}

async fn lock(tx: &Tx, name: &str, ids: impl Iterator<Item = i64>) -> AppResult<()> {
    let ids: Vec<i64> = ids.collect();
    Ok(tx.lock_all(name, &ids).await?)
}

async fn settle(
    tx: Tx,
    memory: &mut Memory,
    (mut state, mut keys): (State, Keys),
    (turns, asked, early): (&[Asked], &[Asked], &[EarlyAskId]),
) -> AppResult<Decided> {
    let mut writes = Writes {
        placed: Vec::with_capacity(asked.len()),
        events: Vec::with_capacity(asked.len()),
        tell: Vec::with_capacity(asked.len()),
        ..Writes::default()
    };
    for one in turns {
        answer_one(&mut state, &mut keys, &mut writes, one)?;
    }
    let answers: Vec<Answered> = asked
        .iter()
        .map(|one| answer_one(&mut state, &mut keys, &mut writes, one))
        .collect();
    writes.events.extend(opening::close(&tx, early, &answers).await?);
    let mut pending = Vec::new();
    if !writes.events.is_empty() {
        let of_money = write(&tx, memory, &state, &writes).await?;
        let mut events = std::mem::take(&mut writes.events);
        events.extend(of_money);
        memory.keep(&tx, state, &writes.unsure)?;
        match tx.commit_early(events).await {
            Ok(written) => pending.push(written),
            Err(error) => {
                memory.forget();
                return Err(error);
            }
        }
    }
    Ok(Decided {
        answers,
        pending,
        look_again: writes.look_again.into_iter().collect(),
    })
}

fn answer_one(state: &mut State, keys: &mut Keys, writes: &mut Writes, asked: &Asked) -> Answered {
    let key = asked.by.zip(asked.key.clone());
    let hash = match key {
        Some(_) => request_hash(&asked.ask),
        None => String::new(),
    };
    if let Some((known, answer)) = key.as_ref().and_then(|key| keys.get(key)) {
        if *known == hash {
            return Ok(Some(*answer));
        }
        return Err(Refusal::KeyReused.into());
    }
    let Decision { answer, changes } = decide(state, &asked.ask);
    if let (Some((owner, text)), Ok(Some(answer)), false) = (key, &answer, changes.is_empty()) {
        writes.keys.push(store::KeyRow {
            owner,
            idempotency_key: text.clone(),
            request_hash: hash.clone(),
            answer: write_answer(answer),
        });
        keys.insert((owner, text), (hash, *answer));
    }
    for change in &changes {
        note(state, writes, asked, change);
    }
    answer.map_err(AppError::from)
}

async fn write(tx: &Tx, memory: &mut Memory, state: &State, writes: &Writes) -> AppResult<Vec<Event>> {
    store::insert(tx, &writes.placed).await?;
    for status in EnrollmentStatus::ALL {
        let ids: Vec<crate::EnrollmentId> = writes
            .moved
            .iter()
            .filter(|(_, to)| *to == status)
            .map(|(id, _)| *id)
            .collect();
        if !ids.is_empty() {
            store::set_status(tx, &ids, *status, state.now).await?;
        }
    }
    let of_money = fees::carry_out(tx, &writes.money).await?;
    crate::suspension::store::carry_out(tx, &writes.pauses).await?;
    let rests = |to: &EnrollmentStatus| !to.holds_seat() && *to != EnrollmentStatus::Waitlisted;
    let left = writes
        .moved
        .iter()
        .filter(|(_, to)| rests(to) || **to == EnrollmentStatus::Suspended);
    // A move decides the wish that it grants itself.
    let left = left.filter(|(_, to)| **to != EnrollmentStatus::Transferred);
    let left: Vec<crate::EnrollmentId> = left.map(|(id, _)| *id).collect();
    wishes::close(tx, &left).await?;
    store::keep_waits(tx, &writes.waits).await?;
    follow_waits(tx, state, writes).await?;
    let changed = state.classes.iter().filter(|(_, class)| class.changed);
    let counts: Vec<(ClassId, i64, i64)> = changed
        .map(|(id, class)| (*id, class.enrolled, class.waitlisted))
        .collect();
    teaching::classes::set_seat_counts(tx, &counts).await?;
    store::keep_keys(tx, &writes.keys, state.now).await?;
    // In a rush messages wait, so that they do not slow the seats down.
    let rush = memory.is_rush(state.now, writes.tell.len());
    let send_at = state.now.plus_secs(if rush { RUSH_DELAY_SECS } else { 0 });
    for some in writes.tell.chunks(TOLD_AT_ONCE) {
        job::enqueue(tx, TELL, &json!({ "told": some }), send_at, None).await?;
    }
    Ok(of_money)
}
