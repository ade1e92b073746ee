//! The job that reminds.

use super::model::digest;
use crate::wiring;
use kernel::PersonId;
use platform::{AppResult, Channel, Ctx, Event, JobFuture, JobKind, setting};
use serde::{Deserialize, Serialize};

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
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Place {
    /// Day, `YYYY-MM-DD`.
    day: String,
    /// The last person that was looked at.
    person: i64,
}

/// Tells some of those who have not been looked at today, and queues itself for the rest, so that other jobs get their turn between.
/// Gives what the list of jobs says of it.
async fn remind(ctx: &Ctx) -> AppResult<String> {
    let today = ctx.today();
    let place: Option<Place> = setting::get(ctx.db(), PLACE).await?;
    let after = place
        .filter(|place| place.day == today.to_string())
        .map(|place| PersonId::from_raw(place.person));
    let staff = people::sign_in::staff_after(&ctx.platform, after, PIECE).await?;
    let Some(last) = staff.last().and_then(|actor| actor.person) else {
        return Ok("今天的提醒都发完了。".to_owned());
    };
    let mut told = Vec::new();
    for actor in staff {
        let Some(person) = actor.person else { continue };
        let own = Ctx {
            actor,
            channel: Channel::System,
            ..ctx.clone()
        };
        if let Some(text) = digest(&wiring::office_work(&own).await?, today) {
            told.push((person, text));
        }
    }
    let tx = ctx.begin().await?;
    let mut events = Vec::new();
    for (person, text) in told {
        if people::contact::tell(&tx, person, None, "desk.reminder", text).await? {
            events.push(Event::new("desk.reminded", "person", person));
        }
    }
    let place = Place {
        day: today.to_string(),
        person: last.raw(),
    };
    setting::set(&tx, PLACE, &place, ctx.now()).await?;
    let key = format!("{}.{today}.{last}", REMIND.name);
    let next = platform::job::enqueue(&tx, REMIND.name, &serde_json::json!({}), ctx.now(), Some(key)).await?;
    let count = events.len();
    events.push(Event::new("desk.remind_on", "job", next));
    tx.commit(events).await?;
    Ok(format!("提醒了 {count} 人。"))
}
