//! Once a day: who has not come back in time.

use super::{actions, store};
use crate::EnrollmentId;
use crate::seat_desk::{Ask, Asked, place_drawn};
use platform::{AppResult, Channel, Ctx, JobFuture, JobKind};

/// The kind of the daily job that ends pauses whose time is over.
pub const OVER: &str = "enrollment.suspensions";

/// The job of [`OVER`]. Run again, it finds none left.
pub(crate) const OVER_JOB: JobKind = JobKind {
    name: OVER,
    run: |ctx, _| -> JobFuture { Box::pin(over(ctx)) },
};

async fn over(ctx: Ctx) -> AppResult<String> {
    let mut after = EnrollmentId::from_raw(0);
    let mut ended = 0;
    loop {
        let rows = store::all_after(ctx.db(), after).await?;
        let Some(last) = rows.last() else {
            return Ok(format!("{ended} 人没有按时复学，学籍不再保留"));
        };
        after = last.id;
        let mut asked = Vec::new();
        for row in rows {
            let until = actions::kept_until(ctx.db(), row.term_id, row.terms.unwrap_or(0)).await?;
            if until.is_some_and(|until| until < ctx.today()) {
                asked.push(Asked {
                    ask: Ask::Lapse {
                        person: row.person_id,
                        class: row.class_id,
                        enrollment: row.id,
                        over: true,
                    },
                    by: None,
                    channel: Channel::System,
                    reason: String::new(),
                    key: None,
                });
            }
        }
        for answer in place_drawn(&ctx.platform, &asked).await {
            ended += usize::from(answer?.is_some());
        }
    }
}
