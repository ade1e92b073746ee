//! The daily look: who stays away is noticed, who came again is proposed no more.

use super::model::{State, Tally, reached, step, tally};
use super::store::{self, CaseRow};
use crate::marks::{Status, store as marks};
use enrollment::EnrollmentStatus;
use enrollment::roll::{self, RollRow};
use kernel::PersonId;
use platform::{AppResult, Ctx, Event, JobFuture, JobKind};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use teaching::classes::{self, ClassStatus};
use teaching::sessions::{self, SessionStatus};
use teaching::{ClassId, SessionId};

/// The kind of the daily job.
pub const LOOK: JobKind = JobKind {
    name: "attendance.absences",
    run: |ctx, _| -> JobFuture { Box::pin(look(ctx)) },
};

/// Run again, it finds nothing new.
async fn look(ctx: Ctx) -> AppResult<String> {
    let mut changed = 0;
    for class in store::to_look_at(ctx.db()).await? {
        changed += look_at(&ctx, class).await?;
    }
    Ok(format!("{changed} 人长期没来的情况有变"))
}

/// Each learner's lessons in a class, as far as the rolls name them and since they have their seat.
async fn tallies(db: &db::Db, class: ClassId, roll: &[RollRow]) -> AppResult<HashMap<PersonId, Tally>> {
    let truths = marks::class_truths(db, class).await?;
    let held: HashSet<SessionId> = truths
        .iter()
        .filter(|truth| truth.method.names_everybody())
        .map(|truth| truth.session_id)
        .collect();
    let known: HashMap<(SessionId, PersonId), Status> = truths
        .iter()
        .map(|truth| ((truth.session_id, truth.person_id), truth.status))
        .collect();
    let mut lessons = sessions::of_class(db, class).await?;
    lessons.retain(|lesson| lesson.status != SessionStatus::Cancelled && held.contains(&lesson.id));
    lessons.sort_by_key(|lesson| (lesson.day, lesson.starts, lesson.id));
    let of = |learner: &RollRow| {
        let asked = lessons.iter().filter(|lesson| learner.expected_on(lesson.day));
        tally(asked.filter_map(|lesson| known.get(&(lesson.id, learner.person)).copied()))
    };
    Ok(roll.iter().map(|learner| (learner.person, of(learner))).collect())
}

async fn look_at(ctx: &Ctx, class: ClassId) -> AppResult<usize> {
    let tx = ctx.begin().await?;
    tx.lock("class", class.raw()).await?;
    let class = classes::find(&tx, class).await?;
    let rules = enrollment::school_rules::of(&tx, class.org_id).await?;
    let mut roll = roll::confirmed(&tx, class.id).await?;
    let here = |row: &RollRow| {
        matches!(
            row.status,
            EnrollmentStatus::Confirmed | EnrollmentStatus::Attending
        )
    };
    roll.retain(|row| here(row) && class.status == ClassStatus::Running);
    let tallies = tallies(&tx, class.id, &roll).await?;
    let cases = store::standing(&tx, class.id).await?;
    let open: HashMap<_, &CaseRow> = cases
        .iter()
        .filter(|case| case.state.is_open())
        .map(|case| (case.enrollment_id, case))
        .collect();
    let kept = |row: &RollRow| {
        cases.iter().any(|case| {
            case.enrollment_id == row.enrollment && case.keep_until.is_some_and(|until| until >= ctx.today())
        })
    };
    let mut events = Vec::new();
    for row in &roll {
        let sum = tallies.get(&row.person).copied().unwrap_or_default();
        let case = open.get(&row.enrollment).copied();
        let Some(state) = step(case.map(|case| case.state), kept(row), reached(&rules, sum)) else {
            continue;
        };
        let id = case.map_or_else(|| ctx.new_id(), |case| case.id);
        match case {
            Some(_) => store::advance(&tx, id, state, sum).await?,
            None => {
                let who = (row.enrollment, row.person);
                store::insert(&tx, id, (class.org_id, class.id), who, (state, sum)).await?;
            }
        }
        events.push(event(state, id, &class, row.person, sum));
    }
    let seated: HashSet<_> = roll.iter().map(|row| row.enrollment).collect();
    for case in open.values().filter(|case| !seated.contains(&case.enrollment_id)) {
        let sum = Tally {
            in_row: case.in_row,
            missed: case.missed,
            held: case.held,
        };
        store::advance(&tx, case.id, State::Closed, sum).await?;
        events.push(event(State::Closed, case.id, &class, case.person_id, sum));
    }
    let changed = events.len();
    if changed > 0 {
        tx.commit(events).await?;
    }
    Ok(changed)
}

fn event(
    state: State,
    id: crate::AbsenceId,
    class: &classes::ClassRow,
    person: PersonId,
    sum: Tally,
) -> Event {
    let kind = match state {
        State::Alerted => "absence.alerted",
        State::Proposed => "absence.proposed",
        _ => "absence.closed",
    };
    Event::new(kind, "absence", id)
        .at(class.org_id)
        .on_behalf_of(person)
        .data(json!({ "class": class.id, "in_row": sum.in_row, "missed": sum.missed, "held": sum.held }))
}
