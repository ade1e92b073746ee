//! Seeing and confirming who completes a class.

use super::model::{self, Verdict};
use super::store::{self, NewOutcome};
use attendance::summary::{self, ClassFacts, LearnerFacts};
use enrollment::roll::{self, RollRow};
use kernel::PersonId;
use platform::{AppError, AppResult, Ctx, Event, Permission, Waiting};
use serde_json::json;
use std::collections::HashMap;
use teaching::ClassId;
use teaching::classes::{self, ClassRow};

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
    let lines = roll::confirmed(db, class.id).await?.into_iter().map(|learner| {
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

/// Confirms the completion of everybody whom the rule lets complete; gives how many are new.
///
/// # Errors
/// As [`preview`]; [`AppError::Refused`] while a session is to come or lacks its roll.
pub async fn confirm(ctx: &Ctx, id: ClassId) -> AppResult<usize> {
    let scope = ctx.may(Permission::RecordIssue)?;
    let tx = ctx.begin().await?;
    tx.lock("completion", id.raw()).await?;
    let class = classes::find_within(&tx, &scope, id).await?;
    let preview = gather(&tx, ctx, class).await?;
    is_ready(&preview)?;
    let class = &preview.class;
    let mut enrollments = Vec::new();
    let ready = preview
        .lines
        .iter()
        .filter(|line| line.verdict == Verdict::Completes);
    for line in ready {
        let counts = line.facts.counts;
        let evidence = json!({
            "present": counts.present, "late": counts.late, "held": counts.held,
            "pass_percent": class.pass_percent, "enrollment": line.learner.enrollment,
        });
        let new = NewOutcome {
            id: ctx.new_id(),
            entry: ctx.new_id(),
            person: line.learner.person,
            org: class.org_id,
            class: id,
            title: &class.name,
            level: class.level.as_str(),
            minutes: line.facts.minutes,
            on: class.ends_on,
            evidence: evidence.to_string(),
            by: ctx.actor.person,
            at: ctx.now(),
        };
        if store::add(&tx, &new).await? {
            enrollments.push(line.learner.enrollment);
        }
    }
    if enrollments.is_empty() && class.status == teaching::classes::ClassStatus::Closed {
        return Ok(0);
    }
    enrollment::complete(&tx, &enrollments, ctx.now()).await?;
    store::close(&tx, id).await?;
    let event = Event::new("class.completed", "class", id)
        .at(class.org_id)
        .data(json!({ "completed": enrollments.len(), "rule": model::RULE }));
    tx.commit(vec![event]).await?;
    Ok(enrollments.len())
}

fn is_ready(preview: &Preview) -> AppResult<()> {
    let class = preview.class.id;
    if let Some(session) = preview.facts.without_roll.first() {
        return Err(AppError::refused_with_door(
            "roll_missing",
            format!(
                "还有 {} 次课没有点名，不能结业。请先补上纸质名单，或者把没上的课改成停课。",
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

/// Classes that are over but not completed.
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
