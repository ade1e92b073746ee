//! Leads and reports of a plan written at once, for the demonstration.

use super::store;
use crate::{PlanId, PlanTaskId};
use kernel::{Instant, OrgId};
use platform::{AppResult, Tx};

/// Who leads the tasks of a plan, and what they reported.
#[derive(Debug)]
pub(crate) struct Reported<'a> {
    pub(crate) plan: PlanId,
    pub(crate) tasks: Vec<PlanTaskId>,
    pub(crate) lead: OrgId,
    pub(crate) percents: &'a [i64],
    pub(crate) at: Instant,
}

/// Writes them.
pub(crate) async fn write(tx: &Tx, reported: &Reported<'_>, ids: impl FnMut() -> i64) -> AppResult<()> {
    store::lead_all(tx, reported.plan, &reported.tasks, reported.lead).await?;
    let those: Vec<(PlanTaskId, i64)> = reported
        .tasks
        .iter()
        .copied()
        .zip(reported.percents.iter().copied())
        .collect();
    store::report_all(tx, (reported.plan, reported.lead), &those, reported.at, ids).await?;
    Ok(())
}
