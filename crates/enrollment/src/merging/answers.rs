//! What those answer who had paid, and what no answer means when the time is over.

use super::model::{Reply, may_answer};
use super::store::{self, ChoiceRow, RunRow};
use crate::enrollments::actions::{desk_channel, leave, own};
use crate::enrollments::store::{self as enrollments, EnrollmentRow};
use crate::fees::ladder::Cause;
use crate::school_rules::Silence;
use crate::seat_desk::{Ask, Asked, SeatDesk, place_drawn};
use crate::{EnrollmentId, EnrollmentStatus};
use kernel::PersonId;
use kernel::chinese_date::moment_text;
use people::persons::{self, PersonBrief};
use platform::{AppError, AppResult, Channel, Ctx, Event, JobFuture, JobKind, Permission, Waiting};
use serde_json::json;
use std::collections::HashMap;
use teaching::ClassId;
use teaching::classes;

/// The job at the end of the time to answer; queued once a day too, in case one was missed.
pub const OVER: &str = "enrollment.merge_over";

/// The kind of that job.
pub(crate) const OVER_JOB: JobKind = JobKind {
    name: OVER,
    run: |ctx, _| -> JobFuture { Box::pin(over(ctx)) },
};

/// What somebody has to answer, or has answered.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs to answer, or no merge moved it.
pub async fn find(ctx: &Ctx, id: EnrollmentId) -> AppResult<ChoiceRow> {
    own(ctx, id).await?;
    store::choice(ctx.db(), id).await?.ok_or(AppError::NotFound)
}

/// As [`find`], for a clerk, with whose it is.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn find_within(ctx: &Ctx, id: EnrollmentId) -> AppResult<(ChoiceRow, PersonBrief)> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    let choice = store::choice(ctx.db(), id).await?.ok_or(AppError::NotFound)?;
    Ok((choice, persons::find(ctx.db(), row.person_id).await?))
}

/// What the page of an enrolment says of an answer that is still wanted.
///
/// # Errors
/// When the database cannot be read.
pub async fn wanted(ctx: &Ctx, id: EnrollmentId) -> AppResult<Option<ChoiceRow>> {
    let choice = store::choice(ctx.db(), id).await?;
    Ok(choice.filter(|row| may_answer(row.answer_by, row.open, row.status.is_live(), ctx.now())))
}

/// What the signed-in person has to answer.
///
/// # Errors
/// When nobody is signed in.
pub async fn mine(ctx: &Ctx) -> AppResult<Vec<ChoiceRow>> {
    let mut all = store::choices_of_person(ctx.db(), ctx.person()?).await?;
    all.retain(|row| ctx.now() < row.answer_by);
    Ok(all)
}

/// Answers for oneself, or for somebody for whom one may act.
///
/// # Errors
/// [`AppError::NotFound`] when it is anybody else's; [`AppError::Refused`] when the time is over.
pub async fn answer(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId, reply: Reply) -> AppResult<()> {
    let row = own(ctx, id).await?;
    let channel = match ctx.actor.person == Some(row.person_id) {
        true => ctx.channel,
        false => Channel::Family,
    };
    keep(ctx, desk, &row, channel, reply).await
}

/// Answers on the word of a learner, at the counter or by telephone.
///
/// # Errors
/// As [`answer`]; [`AppError::NotFound`] outside the scope.
pub async fn answer_for(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId, reply: Reply) -> AppResult<()> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    keep(ctx, desk, &row, desk_channel(ctx), reply).await
}

async fn keep(
    ctx: &Ctx,
    desk: &SeatDesk,
    row: &EnrollmentRow,
    channel: Channel,
    reply: Reply,
) -> AppResult<()> {
    let tx = ctx.begin().await?;
    tx.lock("person", row.person_id.raw()).await?;
    let choice = store::choice(&tx, row.id).await?.ok_or(AppError::NotFound)?;
    if choice.answer == Some(reply) && (reply == Reply::Keep || !choice.status.is_live()) {
        // Sent twice: the same again.
        return Ok(());
    }
    if !may_answer(choice.answer_by, choice.open, choice.status.is_live(), ctx.now()) {
        return Err(AppError::refused_with_door(
            "merge_answer_over",
            format!(
                "答复的时间已过（{}），或者已经退了。有疑问，请打电话或到学校。",
                moment_text(choice.answer_by)
            ),
            "看这个报名",
            format!("/me/enrollments/{}", row.id),
        ));
    }
    store::set_answer(&tx, (row.id, row.org_id), reply, channel).await?;
    let mut event = Event::new("enrollment.merge_answered", "enrollment", row.id)
        .at(row.org_id)
        .via(channel)
        .data(json!({ "answer": reply.as_str(), "from_class": choice.old_class }));
    if ctx.actor.person != Some(row.person_id) {
        event = event.on_behalf_of(row.person_id);
    }
    tx.commit(vec![event]).await?;
    if reply == Reply::Refund {
        // Stopped here, the job at the end of the time gives the seat up.
        leave(ctx, desk, row, (channel, ""), Cause::Merged).await?;
    }
    Ok(())
}

/// A merge with what everybody answered.
#[derive(Debug)]
pub struct Standing {
    /// The merge.
    pub run: RunRow,
    /// Name of the class that takes the learners.
    pub into: String,
    /// Those who had paid, with their names.
    pub people: Vec<(ChoiceRow, PersonBrief)>,
}

/// How a merge stands; `None` for a class that was not merged.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn standing(ctx: &Ctx, class: ClassId) -> AppResult<Option<Standing>> {
    let scope = ctx.may(Permission::ClassPublish)?;
    let db = ctx.db();
    classes::find_within(db, &scope, class).await?;
    let Some(run) = store::run_of(db, class).await? else {
        return Ok(None);
    };
    let rows = store::choices_of_run(db, class).await?;
    let ids: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let briefs: HashMap<PersonId, PersonBrief> = persons::find_many(db, &ids).await?.into_iter().collect();
    let people = rows.into_iter().filter_map(|row| {
        let brief = briefs.get(&row.person_id)?.clone();
        Some((row, brief))
    });
    Ok(Some(Standing {
        into: classes::find(db, run.into_class).await?.name,
        people: people.collect(),
        run,
    }))
}

/// Merges that wait for answers: a call helps.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::ClassPublish);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for run in store::open_runs(ctx.db(), &scope).await? {
        let rows = store::choices_of_run(ctx.db(), run.class_id).await?;
        let open = rows
            .iter()
            .filter(|row| row.answer.is_none() && row.status.is_live());
        let Ok(people @ 1..) = i64::try_from(open.count()) else {
            continue;
        };
        let name = classes::find(ctx.db(), run.class_id).await?.name;
        all.push(Waiting {
            title: format!("并班等答复：{name}"),
            detail: format!(
                "还有 {people} 个交过费的人没有答复，{} 截止；到时候没有答复的，{}。打电话问问。",
                moment_text(run.answer_by),
                run.silence.label()
            ),
            href: format!("/desk/classes/{}/merge", run.class_id),
            due: Some(run.answer_by.date()),
            count: people,
        });
    }
    Ok(all)
}

/// Carries out what no answer means. Run again, it finds nothing left.
async fn over(ctx: Ctx) -> AppResult<String> {
    let mut given_up = 0;
    for run in store::runs_over(ctx.db(), ctx.now()).await? {
        let rows = store::choices_of_run(ctx.db(), run.class_id).await?;
        let goes = |row: &&ChoiceRow| row.status.is_live() && gives_up(row.answer, run.silence);
        let asks: Vec<Asked> = rows.iter().filter(goes).map(asked).collect();
        for answer in place_drawn(&ctx.platform, &asks).await {
            answer?;
        }
        let tx = ctx.begin().await?;
        store::end_run(&tx, run.class_id).await?;
        let event = Event::new("class.merge_over", "class", run.class_id)
            .at(run.org_id)
            .data(json!({ "asked": rows.len(), "given_up": asks.len() }));
        tx.commit(vec![event]).await?;
        given_up += asks.len();
    }
    Ok(format!("并班答复到期，{given_up} 人全部退费"))
}

fn gives_up(answer: Option<Reply>, silence: Silence) -> bool {
    match answer {
        Some(answer) => answer == Reply::Refund,
        None => silence == Silence::Refund,
    }
}

fn asked(row: &ChoiceRow) -> Asked {
    Asked {
        ask: Ask::Withdraw {
            person: row.person_id,
            class: row.class_id,
            enrollment: row.id,
            cause: Cause::Merged,
        },
        by: None,
        channel: Channel::System,
        reason: String::new(),
        key: None,
    }
}

/// How an answer stands, in words.
#[must_use]
pub fn words(row: &ChoiceRow) -> &'static str {
    match (row.answer, row.status) {
        (Some(reply), _) => reply.label(),
        (None, EnrollmentStatus::Withdrawn) => "没有答复，已全部退费",
        (None, status) if row.open && status.is_live() => "还没有答复",
        (None, _) => "没有答复，留在新的班",
    }
}
