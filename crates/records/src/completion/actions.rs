//! Seeing and confirming who completes a class.

use super::model::{self, Verdict};
use super::store::{self, NewOutcome};
use attendance::summary::{self, ClassFacts, LearnerFacts};
use enrollment::ending::{self, Ended, Shortfall};
use enrollment::roll::{self, RollRow};
use enrollment::{EnrollmentId, EnrollmentStatus};
use kernel::PersonId;
use platform::{AppError, AppResult, Ctx, Event, Job, JobFuture, JobKind, Permission, Tx, Waiting};
use serde_json::json;
use std::collections::HashMap;
use teaching::ClassId;
use teaching::classes::{self, ClassRow, ClassStatus};

/// One learner in the preview.
#[derive(Debug)]
pub struct Line {
    /// The learner.
    pub learner: RollRow,
    /// Sessions and minutes.
    pub facts: LearnerFacts,
    /// By the rule.
    pub verdict: Verdict,
    /// verified or revoked, when it was confirmed already.
    pub held: Option<String>,
}

impl Line {
    /// Whether this learner holds a seat and does not meet the rule.
    #[must_use]
    pub fn falls_short(&self) -> bool {
        self.learner.status.holds_seat() && self.held.is_none() && self.verdict != Verdict::Completes
    }

    fn shortfall(&self, class: &ClassRow) -> Shortfall {
        let counts = &self.facts.counts;
        Shortfall {
            attended: counts.attended(),
            held: counts.held,
            needed: model::needed(counts.held, class.pass_percent),
        }
    }
}

/// Who completes a class and who does not, and what still stands in the way.
#[derive(Debug)]
pub struct Preview {
    /// The class.
    pub class: ClassRow,
    /// Its learners, by name.
    pub lines: Vec<Line>,
    /// What the rule rests on.
    pub facts: ClassFacts,
}

impl Preview {
    /// Learners who would be confirmed now.
    #[must_use]
    pub fn ready(&self) -> usize {
        let is_ready = |line: &&Line| line.verdict == Verdict::Completes && line.held.is_none();
        self.lines.iter().filter(is_ready).count()
    }

    /// Learners whose enrolment would end without completion now.
    #[must_use]
    pub fn short(&self) -> usize {
        self.lines.iter().filter(|line| line.falls_short()).count()
    }

    /// Whether every session is over and has its roll: nobody is judged by half a record.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.facts.to_come == 0 && self.facts.without_roll.is_empty()
    }
}

/// The preview of a class.
///
/// # Errors
/// [`AppError::Forbidden`] without `RecordIssue`, [`AppError::NotFound`] outside its scope.
pub async fn preview(ctx: &Ctx, id: ClassId) -> AppResult<Preview> {
    let scope = ctx.may(Permission::RecordIssue)?;
    let class = classes::find_within(ctx.db(), &scope, id).await?;
    gather(ctx.db(), ctx, class).await
}

async fn gather(db: &db::Db, ctx: &Ctx, class: ClassRow) -> AppResult<Preview> {
    let facts = summary::facts_at(db, class.id, Some(ctx.now())).await?;
    let mut held: HashMap<PersonId, String> = HashMap::new();
    for row in store::held(db, class.id).await? {
        held.insert(row.person_id, row.status);
    }
    let mut roll = roll::confirmed(db, class.id).await?;
    // Who pauses is not judged: their place goes on.
    roll.retain(|learner| learner.status != EnrollmentStatus::Suspended);
    let lines = roll.into_iter().map(|learner| {
        let own = facts.learners.get(&learner.person).copied().unwrap_or_default();
        Line {
            verdict: model::decide(&own.counts, class.pass_percent),
            held: held.remove(&learner.person),
            facts: own,
            learner,
        }
    });
    let lines = lines.collect();
    Ok(Preview { class, lines, facts })
}

/// What confirming came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Confirmed {
    /// Learners who completed now.
    pub completed: usize,
    /// Learners whose enrolment ended now because they do not meet the rule.
    pub ended: usize,
    /// People without a telephone, whom somebody must tell.
    pub untold: usize,
}

/// Confirms the completion of everybody whom the rule lets complete, ends the enrolment of everybody else, and closes
/// the class.
///
/// # Errors
/// As [`preview`]; [`AppError::Refused`] while a session is to come or lacks its roll.
pub async fn confirm(ctx: &Ctx, id: ClassId) -> AppResult<Confirmed> {
    let scope = ctx.may(Permission::RecordIssue)?;
    let tx = ctx.begin().await?;
    lock(&tx, id).await?;
    let class = classes::find_within(&tx, &scope, id).await?;
    let preview = gather(&tx, ctx, class).await?;
    is_ready(&preview)?;
    let class = &preview.class;
    let (completed, more) = complete(&tx, &preview).await?;
    let (short, ends) = end_short(&tx, &preview).await?;
    let all = more.and(ends).and(ending::end_waits(&tx, class).await?);
    let mut events = all.events;
    if events.is_empty() && class.status == ClassStatus::Closed {
        return Ok(Confirmed::default());
    }
    if matches!(class.status, ClassStatus::Published | ClassStatus::Running) {
        classes::set_status(&tx, id, ClassStatus::Closed, "").await?;
    }
    let event = Event::new("class.completed", "class", id)
        .at(class.org_id)
        .data(json!({ "completed": completed, "ended": short, "rule": model::RULE }));
    events.push(event);
    tx.commit(events).await?;
    Ok(Confirmed {
        completed,
        ended: short,
        untold: all.untold,
    })
}

/// Two who confirm wait for each other; the seat desk decides about the class before or after, not meanwhile.
async fn lock(tx: &Tx, id: ClassId) -> AppResult<()> {
    tx.lock("completion", id.raw()).await?;
    Ok(tx.lock("class", id.raw()).await?)
}

/// Outcome and hours for each learner who completes and has none; gives how many.
async fn complete(tx: &Tx, preview: &Preview) -> AppResult<(usize, Ended)> {
    let mut enrollments = Vec::new();
    let ready = preview
        .lines
        .iter()
        .filter(|line| line.verdict == Verdict::Completes);
    for line in ready {
        if store::add(tx, &new_outcome(tx.ctx(), &preview.class, line)).await? {
            enrollments.push(line.learner.enrollment);
        }
    }
    let ended = ending::complete(tx, &preview.class, &enrollments, model::RULE).await?;
    Ok((enrollments.len(), ended))
}

fn new_outcome<'a>(ctx: &Ctx, class: &'a ClassRow, line: &Line) -> NewOutcome<'a> {
    let counts = line.facts.counts;
    let evidence = json!({
        "present": counts.present, "late": counts.late, "held": counts.held,
        "pass_percent": class.pass_percent, "enrollment": line.learner.enrollment,
    });
    NewOutcome {
        id: ctx.new_id(),
        entry: ctx.new_id(),
        person: line.learner.person,
        org: class.org_id,
        class: class.id,
        title: &class.name,
        level: class.level.as_str(),
        minutes: line.facts.minutes,
        on: class.ends_on,
        evidence: evidence.to_string(),
        by: ctx.actor.person,
        at: ctx.now(),
    }
}

/// Ends the enrolments of those who hold a seat and do not meet the rule; gives how many.
async fn end_short(tx: &Tx, preview: &Preview) -> AppResult<(usize, Ended)> {
    let short: Vec<(EnrollmentId, Shortfall)> = preview
        .lines
        .iter()
        .filter(|line| line.falls_short())
        .map(|line| (line.learner.enrollment, line.shortfall(&preview.class)))
        .collect();
    let ended = ending::end(tx, &preview.class, &short, model::RULE).await?;
    Ok((short.len(), ended))
}

/// What follows when a class was closed at the desk: nobody waits any more, and, where every session has its roll, who
/// does not meet the rule is told so. Who meets it waits for the clerk to confirm. Run again, it finds nobody left.
pub const CLOSED: JobKind = JobKind {
    name: "class.closed",
    run: |ctx, job| -> JobFuture { Box::pin(closed(ctx, job)) },
};

async fn closed(ctx: Ctx, job: Job) -> AppResult<String> {
    let id = class_of(&job)?;
    let tx = ctx.begin().await?;
    lock(&tx, id).await?;
    let class = classes::find(&tx, id).await?;
    let preview = gather(&tx, &ctx, class).await?;
    let waits = ending::end_waits(&tx, &preview.class).await?;
    let (short, ends) = if preview.is_whole() {
        end_short(&tx, &preview).await?
    } else {
        (0, Ended::default())
    };
    let all = waits.and(ends);
    if all.events.is_empty() {
        return Ok("没有要结束的报名".into());
    }
    let (count, untold) = (all.events.len(), all.untold);
    tx.commit(all.events).await?;
    Ok(format!(
        "结束 {count} 人的报名，其中未结业 {short} 人；{untold} 人没有登记手机，要打电话或当面说"
    ))
}

fn class_of(job: &Job) -> AppResult<ClassId> {
    let payload: serde_json::Value =
        serde_json::from_str(&job.payload).map_err(|error| AppError::Internal(error.to_string()))?;
    payload
        .get("class")
        .and_then(|class| class.as_str()?.parse().ok())
        .ok_or_else(|| AppError::Internal("a closing without a class".into()))
}

fn is_ready(preview: &Preview) -> AppResult<()> {
    let class = preview.class.id;
    if let Some(session) = preview.facts.without_roll.first() {
        return Err(AppError::refused_with_door(
            "roll_missing",
            format!(
                "还有 {} 次课没有点名，或者没有点完，不能结业。请先补上纸质名单，或者把没上的课改成停课。",
                preview.facts.without_roll.len()
            ),
            format!("看第 {} 次课", session.number),
            format!("/desk/sessions/{}/roll", session.id),
        ));
    }
    if preview.facts.to_come > 0 {
        return Err(AppError::refused_with_door(
            "class_not_over",
            format!(
                "还有 {} 次课没上完，不能结业。请等最后一次课上完、点好名再来。",
                preview.facts.to_come
            ),
            "看全部考勤",
            format!("/desk/classes/{class}/attendance"),
        ));
    }
    if preview.facts.held == 0 {
        return Err(AppError::refused(
            "nothing_held",
            "这个班一次课也没有上，不能结业。请到班级页停办这个班。",
        ));
    }
    Ok(())
}

/// Classes that are over but not completed: whoever holds a seat in them waits for the clerk's word.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::RecordIssue);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let rows = store::over(ctx.db(), &scope, ctx.today()).await?;
    let item = |row: store::Over| Waiting {
        title: format!("结业：{}", row.name),
        detail: "课已经上完，请核对名单、确认结业".into(),
        href: format!("/desk/classes/{}/completion", row.id),
        due: Some(row.ends_on),
        count: 1,
    };
    Ok(rows.into_iter().map(item).collect())
}
