//! One group of asks: lock, load, decide, write, commit.

use super::memory::Memory;
use super::model::{
    Answer, Ask, ClassState, Decision, EnrollmentStatus, Live, PersonState, State, Waiting, decide,
};
use super::notes::{Writes, note};
use super::refusal::Refusal;
use super::{Asked, store};
use crate::fees::{self, Money};
use crate::first_come::Plan;
use db::Pending;
use kernel::PersonId;
use platform::{AppError, AppResult, Ctx, Event, Platform, Tx, job};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use teaching::ClassId;
use teaching::seats::{self, Facts};

/// How often a group starts over because somebody joined a waitlist between reading and locking it.
const STARTS: usize = 5;

/// The kind of job that tells people what the desk decided.
pub(crate) const TELL: &str = "enrollment.tell";

/// People told in one job.
const TOLD_AT_ONCE: usize = 128;
/// Seconds for which messages wait in a rush.
const RUSH_DELAY_SECS: i64 = 30;

type Answered = AppResult<Option<Answer>>;

/// What a group came to.
pub(super) struct Decided {
    /// An answer for each ask, in order.
    pub(super) answers: Vec<Answered>,
    /// Classes whose waitlist may move now, because somebody who waits there has become free.
    pub(super) look_again: Vec<ClassId>,
    /// What must be on the disk before anybody is answered.
    pending: Vec<Pending>,
}

impl Decided {
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

/// Decides all asks together; if a guard of the database refuses the group, one by one.
pub(super) async fn decide_all(platform: &Arc<Platform>, memory: &mut Memory, asked: &[Asked]) -> Decided {
    let ctx = Ctx::system(platform, "seat-desk");
    match group(&ctx, memory, asked).await {
        Ok(decided) => decided,
        Err(error @ AppError::Unavailable(_)) => Decided {
            answers: asked.iter().map(|_| Err(error.clone())).collect(),
            look_again: Vec::new(),
            pending: Vec::new(),
        },
        Err(error) => {
            tracing::warn!(%error, asks = asked.len(), "a group was refused; deciding one by one");
            let mut all = Decided {
                answers: Vec::with_capacity(asked.len()),
                look_again: Vec::new(),
                pending: Vec::new(),
            };
            for one in asked {
                match group(&ctx, memory, std::slice::from_ref(one)).await {
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

async fn group(ctx: &Ctx, memory: &mut Memory, asked: &[Asked]) -> AppResult<Decided> {
    let mut people: BTreeSet<PersonId> = asked.iter().flat_map(|one| one.ask.people()).collect();
    for _ in 0..STARTS {
        let tx = ctx.begin().await?;
        match load(ctx, &tx, memory, asked, &people).await? {
            Loaded::Ready(state, keys) => return settle(tx, memory, (*state, keys), asked).await,
            Loaded::LockAlso(more) => people.extend(more),
        }
    }
    Err(AppError::Unavailable("waitlists keep changing".into()))
}

/// Answers given before, by owner and key, with the hash of their request.
type Keys = HashMap<(PersonId, String), (String, Answer)>;

enum Loaded {
    Ready(Box<State>, Keys),
    LockAlso(Vec<PersonId>),
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
    let known = people_state(tx, &people).await?;
    let elsewhere: BTreeSet<ClassId> = known
        .values()
        .flat_map(|who| who.live.iter().map(|live| live.class))
        .filter(|class| !classes.contains(class))
        .collect();
    let mut state = State {
        now: ctx.now(),
        classes: class_state(tx, memory, &classes).await?,
        held: held_facts(tx, memory, &elsewhere).await?,
        people: known,
        paid: paid(tx, asked).await?,
    };
    set_plans(tx, &mut state, asked).await?;
    for row in waiting {
        if let Some(class) = state.classes.get_mut(&row.class_id) {
            class.waiting.push(Waiting {
                enrollment: row.id,
                person: row.person_id,
                queue: row.queue,
                signup: row.signup_id,
                pool: row.pool,
            });
        }
    }
    set_positions(tx, &mut state, asked).await?;
    let keys = known_keys(tx, asked).await?;
    Ok(Loaded::Ready(Box::new(state), keys))
}

fn promoting(asked: &[Asked]) -> Vec<ClassId> {
    let moving: BTreeSet<ClassId> = asked.iter().filter_map(|one| one.ask.frees()).collect();
    moving.into_iter().collect()
}

async fn lock(tx: &Tx, name: &str, ids: impl Iterator<Item = i64>) -> AppResult<()> {
    let ids: Vec<i64> = ids.collect();
    Ok(tx.lock_all(name, &ids).await?)
}

async fn people_state(tx: &Tx, people: &[PersonId]) -> AppResult<HashMap<PersonId, PersonState>> {
    let births = people::births::of(tx, people).await?;
    let mut all: HashMap<PersonId, PersonState> = births
        .into_iter()
        .map(|(id, birth)| {
            (
                id,
                PersonState {
                    birth,
                    live: Vec::new(),
                },
            )
        })
        .collect();
    for row in store::live_of(tx, people).await? {
        if let Some(who) = all.get_mut(&row.person_id) {
            who.live.push(Live {
                enrollment: row.id,
                class: row.class_id,
                term: row.term_id,
                status: row.status,
                position: None,
                pool: row.pool,
                held_until: row.held_until,
            });
        }
    }
    Ok(all)
}

async fn held_facts(
    tx: &Tx,
    memory: &mut Memory,
    held: &BTreeSet<ClassId>,
) -> AppResult<HashMap<ClassId, Arc<Facts>>> {
    let held: Vec<ClassId> = held.iter().copied().collect();
    let versions = seats::versions(tx, &held).await?;
    memory.refresh(tx, versions.into_iter()).await?;
    let known = held.into_iter().filter_map(|id| Some((id, memory.facts(id)?)));
    Ok(known.collect())
}

async fn class_state(
    tx: &Tx,
    memory: &mut Memory,
    asked: &BTreeSet<ClassId>,
) -> AppResult<HashMap<ClassId, ClassState>> {
    let asked: Vec<ClassId> = asked.iter().copied().collect();
    let rows = seats::now(tx, &asked).await?;
    memory
        .refresh(tx, rows.iter().map(|row| (row.id, row.version)))
        .await?;
    let queues: HashMap<ClassId, i64> = store::last_queues(tx, &asked).await?.into_iter().collect();
    let merging = crate::merging::store::merging(tx, &asked).await?;
    let states = rows.into_iter().filter_map(|row| {
        let facts = memory.facts(row.id)?;
        let state = ClassState {
            facts,
            status: row.status,
            opens: row.enrollment_opens,
            closes: row.enrollment_closes,
            limit: row.class_limit,
            merging: merging.contains(&row.id),
            plan: Plan::default(),
            capacity: row.capacity,
            enrolled: row.enrolled,
            waitlisted: row.waitlisted,
            last_queue: queues.get(&row.id).copied().unwrap_or(0),
            waiting: Vec::new(),
            changed: false,
        };
        Some((row.id, state))
    });
    Ok(states.collect())
}

/// How the fees of those stand who are moved.
async fn paid(tx: &Tx, asked: &[Asked]) -> AppResult<HashMap<crate::EnrollmentId, (Money, i64)>> {
    let moved = asked.iter().filter_map(|one| match one.ask {
        Ask::Move { enrollment, .. } => Some(enrollment),
        _ => None,
    });
    let moved: Vec<crate::EnrollmentId> = moved.collect();
    if moved.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = crate::enrollments::store::find_many(tx, &moved).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, (row.money, row.due_fen)))
        .collect())
}

/// How the seats of the classes asked for are given, and where those stand who ask.
async fn set_plans(tx: &Tx, state: &mut State, asked: &[Asked]) -> AppResult<()> {
    let classes: Vec<ClassId> = state.classes.keys().copied().collect();
    let asking = asked.iter().filter_map(|one| match one.ask {
        Ask::Enroll { person, class, .. } => Some((class, person)),
        _ => None,
    });
    let asking: Vec<(ClassId, PersonId)> = asking.collect();
    for (class, plan) in crate::first_come::plans(tx, &classes, &asking).await? {
        if let Some(class) = state.classes.get_mut(&class) {
            class.plan = plan;
        }
    }
    Ok(())
}

/// Places on the waitlist of those who ask again for what they wait for.
async fn set_positions(tx: &Tx, state: &mut State, asked: &[Asked]) -> AppResult<()> {
    let mut repeated = Vec::new();
    for one in asked {
        let who = one.ask.person().and_then(|person| state.people.get(&person));
        let live = who.and_then(|who| who.live.iter().find(|live| live.class == one.ask.class()));
        repeated.extend(
            live.filter(|live| live.status == EnrollmentStatus::Waitlisted)
                .map(|live| live.enrollment),
        );
    }
    if repeated.is_empty() {
        return Ok(());
    }
    let positions: HashMap<_, _> = store::positions(tx, &repeated).await?.into_iter().collect();
    for live in state.people.values_mut().flat_map(|who| who.live.iter_mut()) {
        if let Some(position) = positions.get(&live.enrollment) {
            live.position = Some(*position);
        }
    }
    Ok(())
}

async fn known_keys(tx: &Tx, asked: &[Asked]) -> AppResult<Keys> {
    let (owners, texts): (Vec<PersonId>, Vec<String>) = asked
        .iter()
        .filter_map(|one| Some((one.by?, one.key.clone()?)))
        .unzip();
    if owners.is_empty() {
        return Ok(Keys::new());
    }
    let rows = store::keys(tx, &owners, texts).await?;
    rows.into_iter()
        .map(|row| {
            let answer = read_answer(&row.answer)
                .ok_or_else(|| AppError::Internal("a kept answer cannot be read".into()))?;
            Ok(((row.owner, row.idempotency_key), (row.request_hash, answer)))
        })
        .collect()
}

fn read_answer(text: &str) -> Option<Answer> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(Answer {
        enrollment: value.get("id")?.as_str()?.parse().ok()?,
        status: value.get("status")?.as_str()?.parse().ok()?,
        position: value.get("position").and_then(serde_json::Value::as_i64),
        fresh: false,
    })
}

fn write_answer(answer: &Answer) -> String {
    json!({ "id": answer.enrollment, "status": answer.status.as_str(), "position": answer.position })
        .to_string()
}

/// Hash of what is asked, so that a key cannot be used for something else.
fn request_hash(ask: &Ask) -> String {
    let text = match ask {
        Ask::Enroll {
            person, class, wait, ..
        } => format!("enroll {person} {class} {wait}"),
        Ask::Withdraw {
            enrollment, cause, ..
        } => format!("withdraw {enrollment} {}", cause.as_str()),
        Ask::Drawn {
            signup, class, wait, ..
        } => format!("drawn {signup} {class} {wait}"),
        Ask::Pay {
            enrollment, payment, ..
        } => format!("pay {enrollment} {}", payment.method.as_str()),
        Ask::Expire { enrollment, .. } => format!("expire {enrollment}"),
        Ask::Move {
            enrollment, class, ..
        } => format!("move {enrollment} {class}"),
        Ask::Promote { class } => format!("promote {class}"),
    };
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

async fn settle(
    tx: Tx,
    memory: &mut Memory,
    (mut state, mut keys): (State, Keys),
    asked: &[Asked],
) -> AppResult<Decided> {
    let mut writes = Writes {
        placed: Vec::with_capacity(asked.len()),
        events: Vec::with_capacity(asked.len()),
        tell: Vec::with_capacity(asked.len()),
        ..Writes::default()
    };
    let answers: Vec<Answered> = asked
        .iter()
        .map(|one| answer_one(&mut state, &mut keys, &mut writes, one))
        .collect();
    let mut pending = Vec::new();
    if !writes.events.is_empty() {
        let of_money = write(&tx, memory, &state, &writes).await?;
        let mut events = std::mem::take(&mut writes.events);
        events.extend(of_money);
        pending.push(tx.commit_early(events).await?);
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
    for (id, class) in state.classes.iter().filter(|(_, class)| class.changed) {
        teaching::classes::set_seat_counts(tx, *id, class.enrolled, class.waitlisted).await?;
    }
    store::keep_keys(tx, &writes.keys, state.now).await?;
    // In a rush messages wait, so that they do not slow the seats down.
    let rush = memory.is_rush(state.now, writes.tell.len());
    let send_at = state.now.plus_secs(if rush { RUSH_DELAY_SECS } else { 0 });
    for some in writes.tell.chunks(TOLD_AT_ONCE) {
        job::enqueue(tx, TELL, &json!({ "told": some }), send_at, None).await?;
    }
    Ok(of_money)
}
