//! Seats that were kept only for papers become theirs when all are signed, even if the program stopped after the signature, or
//! when a school asks for them no longer.

use crate::enrollments::jobs::{id, payload};
use platform::{JobFuture, JobKind};

/// The kind of the job.
pub(crate) const SIGNED: &str = "enrollment.papers_signed";

/// Confirms what a person's signature leaves nothing owed for; without a person, of everybody: a rule was changed. Run again,
/// it finds nothing left.
pub(crate) const CONFIRM: JobKind = JobKind {
    name: SIGNED,
    run: |ctx, job| -> JobFuture {
        Box::pin(async move {
            let payload = payload(&job)?;
            let people = match payload.get("person") {
                Some(_) => vec![id(&payload, "person")?],
                None => super::store::kept(ctx.db()).await?,
            };
            let mut confirmed = 0;
            for person in people {
                confirmed += super::actions::confirm(&ctx, person).await?;
            }
            Ok(format!("{confirmed} 个名额材料齐了，已报上"))
        })
    },
};
