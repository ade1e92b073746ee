//! Seats that were kept only for papers become theirs when all are signed, even if the program stopped after the signature.

use crate::enrollments::jobs::{id, payload};
use platform::{JobFuture, JobKind};

/// The kind of the job.
pub(crate) const SIGNED: &str = "enrollment.papers_signed";

/// Confirms what a person's signature leaves nothing owed for. Run again, it finds nothing left.
pub(crate) const CONFIRM: JobKind = JobKind {
    name: SIGNED,
    run: |ctx, job| -> JobFuture {
        Box::pin(async move {
            let person = id(&payload(&job)?, "person")?;
            let confirmed = super::actions::confirm(&ctx, person).await?;
            Ok(format!("{confirmed} 个名额材料齐了，已报上"))
        })
    },
};
