//! What a group reads before it decides: people, classes, how their seats are given, papers, places on waitlists.

use super::Asked;
use super::known::Known;
use super::memory::Memory;
use super::model::{Ask, ClassState, EnrollmentStatus, Live, PersonState, State, Waiting};
use super::standing::Standing;
use super::store::{self, LiveRow, WaitingRow};
use super::turns::set_rules;
use crate::eligibility::desk::set_facts;
use crate::fees::Money;
use crate::first_come::Plan;
use crate::school_rules::FeeMeanwhile;
use db::Db;
use kernel::{Date, Instant, PersonId};
use platform::AppResult;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use teaching::ClassId;
use teaching::seats::{self, Facts};

/// All that deciding these asks takes: these people, the classes asked for with `waiting` on their lists, and what people hold
/// elsewhere.
pub(super) async fn state_of(
    db: &Db,
    memory: &mut Memory,
    (asked, people): (&[Asked], &[PersonId]),
    waiting: Vec<WaitingRow>,
    now: Instant,
) -> AppResult<State> {
    let classes: BTreeSet<ClassId> = asked.iter().flat_map(|one| one.ask.classes()).collect();
    #[cfg(test)]
    check_known(db, &memory.known, people).await;
    let known = people_state(db, &memory.known, people).await?;
    let elsewhere: BTreeSet<ClassId> = known
        .values()
        .flat_map(|who| who.live.iter().map(|live| live.class))
        .filter(|class| !classes.contains(class))
        .collect();
    let mut state = State {
        now,
        classes: class_state(db, memory, &classes, now).await?,
        held: held_facts(db, memory, &elsewhere).await?,
        people: known,
        paid: paid(db, asked).await?,
        resting: HashMap::new(),
        reading: crate::eligibility::load::Reading::default(),
    };
    set_pauses(db, &mut state, asked).await?;
    set_plans(db, &mut state, asked).await?;
    set_rules(db, &mut state, asked).await?;
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
    set_facts(db, &mut state, asked).await?;
    set_signatures(db, &mut state, asked).await?;
    set_positions(db, &mut state, asked).await?;
    Ok(state)
}

async fn people_state(
    db: &Db,
    known: &Known,
    people: &[PersonId],
) -> AppResult<HashMap<PersonId, PersonState>> {
    let (unborn, unread) = known.missing(people);
    // Together: PostgreSQL is asked for both before it answers the first.
    let (births, live) = tokio::try_join!(people::births::of(db, &unborn), store::live_of(db, &unread))?;
    let births: HashMap<PersonId, Option<Date>> = births.into_iter().collect();
    let mut all = HashMap::with_capacity(people.len());
    for person in people {
        let (birth, live) = known.of(*person);
        // Who is not there has no day of birth, not even an unknown one.
        if let Some(birth) = birth.or_else(|| births.get(person).copied()) {
            let state = PersonState {
                birth,
                live: live.cloned().unwrap_or_default(),
                ..PersonState::default()
            };
            all.insert(*person, state);
        }
    }
    for row in live {
        if let Some(who) = all.get_mut(&row.person_id) {
            who.live.push(live_place(&row));
        }
    }
    Ok(all)
}

fn live_place(row: &LiveRow) -> Live {
    Live {
        enrollment: row.id,
        class: row.class_id,
        term: row.term_id,
        status: row.status,
        position: None,
        pool: row.pool,
        held_until: row.held_until,
    }
}

/// What is kept of these people is what stands in the database: every group of every test looks.
#[cfg(test)]
async fn check_known(db: &Db, known: &Known, people: &[PersonId]) {
    let fresh = people_state(db, &Known::default(), people).await.expect("read");
    for person in people {
        let (birth, live) = known.of(*person);
        let fresh = fresh.get(person);
        assert!(
            birth.is_none() || birth == fresh.map(|who| who.birth),
            "a day of birth"
        );
        assert!(
            live.is_none() || live == fresh.map(|who| &who.live),
            "places: {live:?}, {fresh:?}"
        );
    }
}

async fn held_facts(
    db: &Db,
    memory: &mut Memory,
    held: &BTreeSet<ClassId>,
) -> AppResult<HashMap<ClassId, Arc<Facts>>> {
    let unsure = memory.unsure(held);
    if !unsure.is_empty() {
        let versions = seats::versions(db, &unsure).await?;
        memory.refresh(db, versions.into_iter()).await?;
    }
    let known = held.iter().filter_map(|id| Some((*id, memory.facts(*id)?)));
    Ok(known.collect())
}

async fn class_state(
    db: &Db,
    memory: &mut Memory,
    asked: &BTreeSet<ClassId>,
    now: Instant,
) -> AppResult<HashMap<ClassId, ClassState>> {
    let asked: Vec<ClassId> = asked.iter().copied().collect();
    #[cfg(test)]
    memory.standings.check(db, &asked).await;
    memory.standings.read(db, &asked).await?;
    let standing: Vec<Standing> = memory.standings.of(&asked).cloned().collect();
    memory
        .refresh(db, standing.iter().map(|at| (at.seats.id, at.seats.version)))
        .await?;
    let changes = memory.standings.changes();
    memory.refresh_papers(db, &asked, changes.papers, now).await?;
    memory.refresh_rules(db, &asked, changes.rules, now).await?;
    memory.refresh_school(db, &asked, changes.school, now).await?;
    // As large as it will be: states are wide, and a map that grows copies them each time.
    let mut states = HashMap::with_capacity(standing.len());
    states.extend(standing.into_iter().filter_map(|at| {
        let Standing {
            seats,
            last_queue,
            merging,
        } = at;
        let facts = memory.facts(seats.id)?;
        let state = ClassState {
            facts,
            status: seats.status,
            opens: seats.enrollment_opens,
            closes: seats.enrollment_closes,
            limit: seats.class_limit,
            merging,
            plan: Plan::default(),
            rule: crate::rules::Rule::default(),
            school: memory.school(seats.id),
            papers: memory.papers(seats.id),
            eligibility: memory.rules(seats.id),
            capacity: seats.capacity,
            enrolled: seats.enrolled,
            waitlisted: seats.waitlisted,
            last_queue,
            waiting: Vec::new(),
            changed: false,
        };
        Some((seats.id, state))
    }));
    Ok(states)
}

/// How the seats of the classes asked for are given, and where those stand who ask.
async fn set_plans(db: &Db, state: &mut State, asked: &[Asked]) -> AppResult<()> {
    let classes: Vec<ClassId> = state.classes.keys().copied().collect();
    let asking = asked.iter().filter_map(|one| match &one.ask {
        Ask::Enroll { .. } | Ask::Together { .. } => Some(&one.ask),
        _ => None,
    });
    let asking: Vec<(ClassId, PersonId)> = asking
        .flat_map(|ask| ask.people().map(|person| (ask.class(), person)))
        .collect();
    for (class, plan) in crate::first_come::plans(db, &classes, &asking).await? {
        if let Some(class) = state.classes.get_mut(&class) {
            class.plan = plan;
        }
    }
    Ok(())
}

/// What was signed for those of whom a class asks papers; where none is asked, nothing is read.
async fn set_signatures(db: &Db, state: &mut State, asked: &[Asked]) -> AppResult<()> {
    let mut people = BTreeSet::new();
    let asks = |class: &ClassState, person: &PersonId| {
        let papers = class.papers.as_ref().zip(state.people.get(person));
        papers.is_some_and(|(papers, who)| papers.asks(class.facts.risk, class.age_of(who)))
    };
    for one in asked {
        if let Some(class) = state.classes.get(&one.ask.class()) {
            people.extend(one.ask.people().filter(|person| asks(class, person)));
        }
    }
    for class in state.classes.values() {
        let waiting = class.waiting.iter().map(|waiting| waiting.person);
        people.extend(waiting.filter(|person| asks(class, person)));
    }
    let people: Vec<PersonId> = people.into_iter().collect();
    for (person, signed) in crate::declarations::signed(db, &people, state.now.date()).await? {
        if let Some(who) = state.people.get_mut(&person) {
            who.signed.push(signed);
        }
    }
    Ok(())
}

/// Places on the waitlist of those who ask again for what they wait for.
async fn set_positions(db: &Db, state: &mut State, asked: &[Asked]) -> AppResult<()> {
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
    let positions: HashMap<_, _> = store::positions(db, &repeated).await?.into_iter().collect();
    for live in state.people.values_mut().flat_map(|who| who.live.iter_mut()) {
        if let Some(position) = positions.get(&live.enrollment) {
            live.position = Some(*position);
        }
    }
    Ok(())
}

/// Pauses that are asked about: how their fees stand, and those without a seat. Nothing is read for any other ask.
async fn set_pauses(db: &Db, state: &mut State, asked: &[Asked]) -> AppResult<()> {
    let ids: Vec<crate::EnrollmentId> = asked.iter().filter_map(|one| one.ask.pause()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    for row in crate::suspension::store::pauses(db, &ids).await? {
        if row.fee == Some(FeeMeanwhile::Carry) {
            state.paid.insert(row.id, (row.money, row.due_fen));
        }
        if !row.live {
            let live = Live {
                enrollment: row.id,
                class: row.class_id,
                term: row.term_id,
                status: EnrollmentStatus::Suspended,
                position: None,
                pool: row.pool,
                held_until: None,
            };
            state.resting.insert(row.id, live);
        }
    }
    Ok(())
}

/// How the fees of those stand who are moved.
async fn paid(db: &Db, asked: &[Asked]) -> AppResult<HashMap<crate::EnrollmentId, (Money, i64)>> {
    let moved = asked.iter().filter_map(|one| match one.ask {
        Ask::Move { enrollment, .. } => Some(enrollment),
        _ => None,
    });
    let moved: Vec<crate::EnrollmentId> = moved.collect();
    if moved.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = crate::enrollments::store::find_many(db, &moved).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, (row.money, row.due_fen)))
        .collect())
}
