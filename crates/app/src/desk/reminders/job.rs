//! The job that reminds.

use super::model::{digest, is_hour};
use crate::wiring;
use kernel::PersonId;
use platform::{Actor, AppError, AppResult, Channel, Ctx, Event, JobFuture, JobKind, Tx, setting};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Reminds members of staff of what is due.
pub const REMIND: JobKind = JobKind {
    name: "desk.remind",
    run: |ctx, _| -> JobFuture { Box::pin(async move { remind(&ctx).await }) },
};

/// Name of the setting that says how far the job is.
const PLACE: &str = "desk.reminded";
/// Persons whose work is looked at in one step.
const PIECE: i64 = 50;

/// How far the job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// Day, `YYYY-MM-DD`.
    day: String,
    /// The last person that was looked at.
    person: i64,
}

/// A person and what they are told.
type Told = (PersonId, String);

/// Tells some of those who have not been looked at today, and queues itself for the rest, so that other jobs get their turn between.
/// Gives what the list of jobs says of it.
async fn remind(ctx: &Ctx) -> AppResult<String> {
    let today = ctx.today();
    if !is_hour(ctx.now().china().1) {
        return Ok("这个时间不打扰人，今天剩下的提醒不发了。".to_owned());
    }
    let before: Option<Place> = setting::get(ctx.db(), PLACE).await?;
    let after = before
        .as_ref()
        .filter(|place| place.day == today.to_string())
        .map(|place| PersonId::from_raw(place.person));
    let staff = people::sign_in::staff_after(&ctx.platform, after, PIECE).await?;
    let Some(last) = staff.last().and_then(|actor| actor.person) else {
        return Ok("今天的提醒都发完了。".to_owned());
    };
    let mut told = Vec::new();
    for actor in staff {
        let Some(person) = actor.person else { continue };
        match words_for(ctx, actor).await {
            Ok(words) => told.extend(words.map(|words| (person, words))),
            Err(error) => skipped(person, error)?,
        }
    }
    loop {
        let tx = ctx.begin().await?;
        tx.lock(PLACE, 0).await?;
        if setting::get::<Place>(&tx, PLACE).await? != before {
            return Ok("这一批已经由另一个任务发过。".to_owned());
        }
        match tell(&tx, &told).await {
            Ok(events) => return go_on(tx, events, last).await,
            // What was written with them is undone: everybody else again.
            Err((person, error)) => {
                skipped(person, error)?;
                told.retain(|(one, _)| *one != person);
            }
        }
    }
}

async fn words_for(ctx: &Ctx, actor: Actor) -> AppResult<Option<String>> {
    let own = Ctx {
        actor: Arc::new(actor),
        channel: Channel::System,
        ..ctx.clone()
    };
    Ok(digest(&wiring::office_work(&own).await?, ctx.today()))
}

/// One person's fault keeps nobody else from being told; that the database is gone stops the job, to be tried again.
fn skipped(person: PersonId, error: AppError) -> AppResult<()> {
    if let AppError::Unavailable(_) = error {
        return Err(error);
    }
    tracing::error!(%person, %error, "a reminder was left out");
    Ok(())
}

async fn tell(tx: &Tx, told: &[Told]) -> Result<Vec<Event>, (PersonId, AppError)> {
    let mut events = Vec::new();
    for (person, words) in told {
        let sent = people::contact::tell(tx, *person, None, "desk.reminder", words.clone()).await;
        if sent.map_err(|error| (*person, error))? {
            events.push(Event::new("desk.reminded", "person", *person));
        }
    }
    Ok(events)
}

/// Keeps how far the job is, and queues it for those behind.
async fn go_on(tx: Tx, mut events: Vec<Event>, last: PersonId) -> AppResult<String> {
    let (today, now) = (tx.ctx().today(), tx.ctx().now());
    let place = Place {
        day: today.to_string(),
        person: last.raw(),
    };
    setting::set(&tx, PLACE, &place, now).await?;
    let key = format!("{}.{today}.{last}", REMIND.name);
    let next = platform::job::enqueue(&tx, REMIND.name, &serde_json::json!({}), now, Some(key)).await?;
    let count = events.len();
    events.push(Event::new("desk.remind_on", "job", next));
    tx.commit(events).await?;
    Ok(format!("提醒了 {count} 人。"))
}
