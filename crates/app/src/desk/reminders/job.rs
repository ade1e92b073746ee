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
const PIECE: i64 = 100;

/// How far the job is.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Place {
    /// Day, `YYYY-MM-DD`.
    day: String,
    /// The last person that was looked at.
    person: i64,
}

/// Tells everybody who has not been looked at today; gives what the list of jobs says of it.
async fn remind(ctx: &Ctx) -> AppResult<String> {
    let today = ctx.today();
    let place: Option<Place> = setting::get(ctx.db(), PLACE).await?;
    let mut after = place
        .filter(|place| place.day == today.to_string())
        .map(|place| PersonId::from_raw(place.person));
    let mut count = 0;
    loop {
        let staff = people::sign_in::staff_after(&ctx.platform, after, PIECE).await?;
        let Some(last) = staff.last().and_then(|actor| actor.person) else {
            return Ok(format!("提醒了 {count} 人。"));
        };
        let mut told = Vec::new();
        for actor in staff {
            let Some(person) = actor.person else { continue };
            let own = Ctx {
                actor,
                channel: Channel::System,
                ..ctx.clone()
            };
            if let Some(text) = digest(&wiring::waiting(&own).await?, today) {
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
        count += events.len();
        let place = Place {
            day: today.to_string(),
            person: last.raw(),
        };
        setting::set(&tx, PLACE, &place, ctx.now()).await?;
        tx.commit(events).await?;
        after = Some(last);
    }
}
