//! Work after the decision: telling people, and what a cancelled class or a changed session means for them.

use super::messages::{
    acted_further, acted_text, changed_text, decided_text, invited_text, meets, merged_text, money_text,
    not_merged_text, offer_text,
};
use super::store::{self, EnrollmentRow};
use crate::seat_desk::{Ask, Asked, SETTLE, TELL as TELL_NAME, place_drawn};
use crate::suspension::words;
use crate::trials::TrialState;
use crate::trials::store::{self as trials, TrialRow};
use crate::{EnrollmentId, EnrollmentStatus};
use kernel::PersonId;
use people::{contact, persons};
use platform::{AppError, AppResult, Channel, Ctx, Event, Job, JobFuture, JobKind, Tx};
use serde_json::Value;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use teaching::ClassId;
use teaching::classes::{self, ClassRow};

/// The kinds of jobs of this crate.
pub const JOBS: &[JobKind] = &[
    JobKind {
        name: TELL_NAME,
        run: |ctx, job| -> JobFuture { Box::pin(tell(ctx, job)) },
    },
    JobKind {
        name: "class.cancelled",
        run: |ctx, job| -> JobFuture { Box::pin(class_cancelled(ctx, job)) },
    },
    JobKind {
        name: "class.changed",
        run: |ctx, job| -> JobFuture { Box::pin(super::changed_class::tell(ctx, job)) },
    },
    JobKind {
        name: "session.changed",
        run: |ctx, job| -> JobFuture { Box::pin(session_changed(ctx, job)) },
    },
    JobKind {
        name: ATTEND,
        run: |ctx, job| -> JobFuture { Box::pin(attend(ctx, job)) },
    },
    crate::SWEEP,
    JobKind {
        name: HOLDS,
        run: |ctx, _| -> JobFuture { Box::pin(holds(ctx)) },
    },
    JobKind {
        name: SETTLE,
        run: |ctx, job| -> JobFuture { Box::pin(settle(ctx, job)) },
    },
    crate::demand::MOVE,
    crate::declarations::jobs::CONFIRM,
    crate::fees::online::SEND_BACK,
    crate::merging::answers::OVER_JOB,
    crate::suspension::jobs::OVER_JOB,
    crate::rounds::PUBLISH,
    crate::rounds::TELL,
];

/// The job that follows the start of a class; queued once a day without a class, it finds those who joined since.
pub const ATTEND: &str = "class.running";

/// The job that ends the holds that are over: queued for the end of each hold, and once a day in case one was missed.
pub const HOLDS: &str = "enrollment.holds";

async fn holds(ctx: Ctx) -> AppResult<String> {
    let ended = crate::seat_desk::expire_holds(&ctx.platform).await?;
    Ok(format!(
        "{ended} 个名额没有按时交费、接受或签材料，已让给后面的人"
    ))
}

/// Ends the wait behind a seat that was taken in another class. Run again, it finds none.
async fn settle(ctx: Ctx, job: Job) -> AppResult<String> {
    let waited: EnrollmentId = id(&payload(&job)?, "waited")?;
    let row = store::find(ctx.db(), waited).await?;
    let asked = Asked {
        ask: Ask::Settle {
            person: row.person_id,
            class: row.class_id,
            enrollment: row.id,
        },
        by: None,
        channel: platform::Channel::System,
        reason: String::new(),
        key: None,
    };
    for answer in place_drawn(&ctx.platform, &[asked]).await {
        answer?;
    }
    Ok("原来的候补已结束".into())
}

/// Who is confirmed in a running class takes part from now on. Run again, it finds nobody left.
async fn attend(ctx: Ctx, job: Job) -> AppResult<String> {
    let payload = payload(&job)?;
    let class: Option<ClassId> = match payload.get("class") {
        Some(_) => Some(id(&payload, "class")?),
        None => None,
    };
    let mut count = 0;
    loop {
        let before = count;
        for class in store::started(ctx.db(), class).await? {
            count += attend_class(&ctx, class).await?;
        }
        if count == before {
            return Ok(format!("{count} 人开始上课"));
        }
    }
}

async fn attend_class(ctx: &Ctx, class: ClassId) -> AppResult<usize> {
    let tx = ctx.begin().await?;
    tx.lock("class", class.raw()).await?;
    let mut rows = store::live_of_class(&tx, class).await?;
    rows.retain(|row| row.status == EnrollmentStatus::Confirmed);
    if rows.is_empty() {
        return Ok(0);
    }
    let ids: Vec<EnrollmentId> = rows.iter().map(|row| row.id).collect();
    store::set_status(&tx, &ids, EnrollmentStatus::Attending, ctx.now()).await?;
    let event = |row: &EnrollmentRow| {
        Event::new("enrollment.attending", "enrollment", row.id)
            .at(row.org_id)
            .on_behalf_of(row.person_id)
            .data(serde_json::json!({ "class": class, "from": row.status.as_str() }))
    };
    tx.commit(rows.iter().map(event).collect()).await?;
    Ok(rows.len())
}

pub(crate) fn payload(job: &Job) -> AppResult<Value> {
    serde_json::from_str(&job.payload).map_err(|error| AppError::Internal(error.to_string()))
}

pub(crate) fn id<K>(payload: &Value, name: &str) -> AppResult<kernel::Id<K>> {
    let text = payload.get(name).and_then(Value::as_str);
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| AppError::Internal(format!("a job without {name}")))
}

/// A job runs at least once: what it told is committed with an event of its own, and found when it runs again.
pub(crate) async fn told_before(ctx: &Ctx, job: &Job) -> AppResult<bool> {
    let events = platform::audit::of_subject(ctx.db(), "job", job.id).await?;
    Ok(events.iter().any(|event| event.kind == "enrollment.told"))
}

pub(crate) async fn commit_told(tx: Tx, job: &Job, told: usize, all: usize) -> AppResult<String> {
    let data = serde_json::json!({ "told": told, "of": all });
    tx.commit(vec![Event::new("enrollment.told", "job", job.id).data(data)])
        .await?;
    Ok(format!(
        "通知 {told} 人；{} 人没有登记手机，要打电话或当面说",
        all - told
    ))
}

/// One line of what is to be told.
struct Told {
    id: EnrollmentId,
    word: String,
    position: Option<i64>,
    /// Name of the class that was merged; empty for anything else.
    from: String,
}

fn lines_of(payload: &Value) -> Vec<Told> {
    let lines = payload.get("told").and_then(Value::as_array);
    let told = |line: &Value| {
        Some(Told {
            id: line.get(0)?.as_str()?.parse().ok()?,
            word: line.get(1)?.as_str()?.to_owned(),
            position: line.get(2).and_then(Value::as_i64),
            from: line.get(3).and_then(Value::as_str).unwrap_or_default().to_owned(),
        })
    };
    lines.into_iter().flatten().filter_map(told).collect()
}

/// What somebody still has to sign, in words; empty when nothing.
async fn papers_due(ctx: &Ctx, tx: &Tx, row: &EnrollmentRow) -> AppResult<String> {
    let due = crate::declarations::due(tx, &[(row.person_id, row.class_id)], ctx.today()).await?;
    Ok(due
        .values()
        .next()
        .map(crate::declarations::due_words)
        .unwrap_or_default())
}

/// What belongs to some tidings: papers still to be signed, what of the fee goes back, and for whom seats are kept of a class
/// for which they wait.
async fn further(
    ctx: &Ctx,
    tx: &Tx,
    row: &EnrollmentRow,
    (word, class): (&str, &ClassRow),
) -> AppResult<String> {
    match word {
        "waitlisted" => {
            let lines = crate::first_come::waiting_lines(tx, &ui::Page::default(), class, ctx.now()).await?;
            Ok(lines.concat())
        }
        "reserved" | "promoted" | "merged" => papers_due(ctx, tx, row).await,
        "withdrawn" | "absent" => crate::fees::told::on_leaving(tx, row).await,
        _ => Ok(String::new()),
    }
}

async fn tell(ctx: Ctx, job: Job) -> AppResult<String> {
    if told_before(&ctx, &job).await? {
        return Ok("已通知过".into());
    }
    let payload = payload(&job)?;
    let lines = lines_of(&payload);
    let ids: Vec<EnrollmentId> = lines.iter().map(|line| line.id).collect();
    let tx = ctx.begin().await?;
    let rows: HashMap<EnrollmentId, EnrollmentRow> = store::find_many(&tx, &ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut known: HashMap<ClassId, (ClassRow, String)> = HashMap::new();
    let mut told = 0;
    for line in &lines {
        let (word, position) = (&line.word, &line.position);
        let Some(row) = rows.get(&line.id) else { continue };
        let (class, place) = match known.entry(row.class_id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let class = classes::find(&tx, row.class_id).await?;
                let place = super::actions::place(&ctx, &class).await?;
                entry.insert((class, place))
            }
        };
        let acted = acted_on(&tx, row, word).await?;
        let (template, mut text) = match (money_text(word, row, class), acted) {
            _ if word == "merged" => {
                let choice = crate::merging::store::choice(&tx, row.id).await?;
                let asked = choice.as_ref().map(crate::merging::asked_text);
                merged_text(&line.from, row, class, place, asked)
            }
            _ if words::is_of_pause(word) => {
                let until = pause_until(&tx, row).await?;
                words::told((word, &line.from), row, class, (&meets(class, place), until))
            }
            _ if word == "changed" => changed_text(&line.from, row, class, place),
            (_, who) if word == "not_merged" => {
                let choice = crate::merging::store::choice(&tx, row.id).await?;
                not_merged_text(row, class, who, choice.as_ref())
            }
            _ if word == "invited" => invited_text(&line.from, row, class, place),
            _ if word == "offered" || word == "offer_over" => offer_text(word, row, class, place),
            (Some((template, text)), Some(who)) => {
                (template, format!("{text}{}", acted_further(&who, word, row)))
            }
            (Some(told), None) => told,
            (None, Some(who)) => acted_text(&who, word, row, class, place, *position),
            (None, None) => decided_text(word, class, place, *position),
        };
        text.push_str(&further(&ctx, &tx, row, (word, class)).await?);
        // From now on the school's staff find this person.
        persons::belongs(&tx, row.person_id, row.org_id).await?;
        if contact::tell(&tx, row.person_id, Some(row.org_id), template, text).await? {
            told += 1;
        }
    }
    commit_told(tx, &job, told, lines.len()).await
}

/// Until when the place of a pause is kept.
async fn pause_until(tx: &Tx, row: &EnrollmentRow) -> AppResult<Option<kernel::Date>> {
    let later = match crate::suspension::store::last_of(tx, row.id).await? {
        Some(wish) => wish.terms,
        None => 0,
    };
    crate::suspension::actions::kept_until(tx, row.term_id, later).await
}

/// Who did what this message tells, in words, if it was neither the learner nor a rule.
async fn acted_on(tx: &Tx, row: &EnrollmentRow, word: &str) -> AppResult<Option<String>> {
    let (actor, channel) = match word {
        "confirmed" | "reserved" | "waitlisted" => (row.actor_person, row.channel.clone()),
        "withdrawn" | "declined" | "accepted" | "not_merged" => {
            let kind = if word == "accepted" {
                "enrollment.accepted"
            } else {
                "enrollment.withdrawn"
            };
            let events = platform::audit::of_subject(tx, "enrollment", row.id).await?;
            let last = events.into_iter().rfind(|event| event.kind == kind);
            last.map(|event| (event.actor_person, event.channel))
                .unwrap_or_default()
        }
        "paid" => {
            let events = platform::audit::of_subject(tx, "enrollment", row.id).await?;
            let last = events.into_iter().rfind(|event| event.kind == "enrollment.paid");
            let by_family = last.filter(|event| event.channel == Channel::Family.as_str());
            by_family
                .map(|event| (event.actor_person, event.channel))
                .unwrap_or_default()
        }
        _ => return Ok(None),
    };
    match actor.filter(|actor| *actor != row.person_id) {
        Some(actor) => {
            let who = super::actions::who_acted(tx, actor, row.person_id, &channel).await?;
            Ok(Some(who))
        }
        None => Ok(None),
    }
}

/// Ends every enrolment of a cancelled class and tells everybody. Run again, it finds nobody left.
async fn class_cancelled(ctx: Ctx, job: Job) -> AppResult<String> {
    let payload = payload(&job)?;
    let class: ClassId = id(&payload, "class")?;
    let sentence = sentence(&payload);
    let tx = ctx.begin().await?;
    tx.lock("class", class.raw()).await?;
    let rows = store::live_of_class(&tx, class).await?;
    let guests = trials::booked_of_class(&tx, class).await?;
    let of_rounds = crate::rounds::cancelled_class::tell(&tx, class, sentence).await?;
    if rows.is_empty() && guests.is_empty() && of_rounds.is_empty() {
        return Ok("没有要通知的学员".into());
    }
    let row = classes::find(&tx, class).await?;
    let of_guests = cancel_guests(&tx, &guests, &row, sentence).await?;
    store::cancel_all(&tx, class, ctx.now()).await?;
    classes::set_seat_counts(&tx, &[(class, 0, 0)]).await?;
    let ids: Vec<EnrollmentId> = rows.iter().map(|row| row.id).collect();
    super::wishes::close(&tx, &ids).await?;
    let of_money = crate::fees::ledger::leave(&tx, &ids, crate::fees::ladder::Cause::Cancelled).await?;
    let told = tell_cancelled(&tx, &rows, sentence).await?;
    let events = rows.iter().map(|enrollment| {
        Event::new("enrollment.cancelled", "enrollment", enrollment.id)
            .at(enrollment.org_id)
            .on_behalf_of(enrollment.person_id)
            .data(serde_json::json!({ "class": class, "from": enrollment.status.as_str() }))
    });
    let further = of_money.into_iter().chain(of_guests).chain(of_rounds);
    tx.commit(events.chain(further).collect()).await?;
    Ok(format!("取消 {} 人的报名，通知 {told} 人", rows.len()))
}

/// Tells those whose class was cancelled, each what of their fee goes back.
async fn tell_cancelled(tx: &Tx, rows: &[EnrollmentRow], sentence: &str) -> AppResult<usize> {
    let mut told = 0;
    for row in rows {
        let money = crate::fees::told::on_cancelling(tx, row).await?;
        let text =
            format!("【学圈】很抱歉，{sentence}您的报名已取消。{money}可以看看别的班，或打电话问学校。");
        if contact::tell(tx, row.person_id, Some(row.org_id), "class.cancelled", text).await? {
            told += 1;
        }
    }
    Ok(told)
}

/// Ends the trials of a cancelled class and tells its guests.
async fn cancel_guests(
    tx: &Tx,
    guests: &[TrialRow],
    class: &ClassRow,
    sentence: &str,
) -> AppResult<Vec<Event>> {
    let ids: Vec<crate::TrialId> = guests.iter().map(|row| row.id).collect();
    trials::set(tx, &ids, TrialState::Cancelled, tx.ctx().now()).await?;
    let people: Vec<PersonId> = guests.iter().map(|row| row.person_id).collect();
    let text = format!("【学圈】很抱歉，{sentence}您约的试听已取消。可以看看别的班，或打电话问学校。");
    tell_all(tx, &people, class, "class.cancelled", &text).await?;
    let event = |row: &TrialRow| {
        Event::new("trial.cancelled", "trial", row.id)
            .at(row.org_id)
            .on_behalf_of(row.person_id)
            .data(serde_json::json!({ "class": row.class_id, "because": "class_cancelled" }))
    };
    Ok(guests.iter().map(event).collect())
}

async fn tell_all(
    tx: &Tx,
    people: &[PersonId],
    class: &ClassRow,
    template: &'static str,
    text: &str,
) -> AppResult<usize> {
    let mut told = 0;
    for person in people {
        if contact::tell(tx, *person, Some(class.org_id), template, text.to_owned()).await? {
            told += 1;
        }
    }
    Ok(told)
}

/// Tells everybody with a seat that a session was moved, cancelled or added.
async fn session_changed(ctx: Ctx, job: Job) -> AppResult<String> {
    if told_before(&ctx, &job).await? {
        return Ok("已通知过".into());
    }
    let payload = payload(&job)?;
    let class: ClassId = id(&payload, "class")?;
    let tx = ctx.begin().await?;
    let class = classes::find(&tx, class).await?;
    let mut people: Vec<PersonId> = store::live_of_class(&tx, class.id)
        .await?
        .into_iter()
        .filter(|row| row.status.holds_seat() && row.status != EnrollmentStatus::Suspended)
        .map(|row| row.person_id)
        .collect();
    if payload.get("session").is_some() {
        let session: teaching::SessionId = id(&payload, "session")?;
        let guests = trials::booked_of_class(&tx, class.id).await?;
        let of = guests.iter().filter(|row| row.session_id == session);
        people.extend(of.map(|row| row.person_id));
    }
    let text = format!("【学圈】{}", sentence(&payload));
    let told = tell_all(&tx, &people, &class, "session.changed", &text).await?;
    commit_told(tx, &job, told, people.len()).await
}

/// What happened, as the one who changed it put it into the job.
pub(super) fn sentence(payload: &Value) -> &str {
    payload
        .get("sentence")
        .and_then(Value::as_str)
        .unwrap_or_default()
}
