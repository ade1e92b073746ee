//! Tasks whose light is red, for a page that shows who is behind.

use super::actions::overview;
use crate::PlanId;
use crate::plans::actions as plans;
use kernel::OrgId;
use metrics::Metrics;
use orgs::tree;
use platform::{AppResult, Ctx, Permission};

/// Issued plans of a year that are looked at.
const PLANS: i64 = 50;

/// A task that lags badly.
#[derive(Debug, Clone)]
pub struct Lagging {
    /// Label and heading of its item, and its words.
    pub title: String,
    /// Who leads, in words.
    pub leads: String,
    /// How far, in words.
    pub far: String,
    /// What the light says.
    pub light: String,
    /// Its page.
    pub href: String,
}

/// Red tasks of this year at an org, the least done first: of its own plan, and of plans above it those that it or somebody below it
/// leads; nothing for who does not read plans.
///
/// # Errors
/// When the database cannot be read.
pub async fn lagging(ctx: &Ctx, metrics: &Metrics, org: OrgId, most: usize) -> AppResult<Vec<Lagging>> {
    if ctx.reach(Permission::PlanRead).is_nothing() {
        return Ok(Vec::new());
    }
    let path = tree::find(ctx.db(), org).await?.path;
    let above: Vec<OrgId> = tree::ids_of(&path).collect();
    let year = i64::from(ctx.today().year());
    let mut found = Vec::new();
    for plan in plans::list(ctx, Some(year), PLANS, 0).await? {
        if above.contains(&plan.org_id) {
            let own = plan.org_id == org;
            found.extend(of_plan(ctx, metrics, plan.id, (&path, own)).await?);
        }
    }
    found.sort_by_key(|(percent, _)| *percent);
    found.truncate(most);
    Ok(found.into_iter().map(|(_, task)| task).collect())
}

async fn of_plan(
    ctx: &Ctx,
    metrics: &Metrics,
    id: PlanId,
    (path, own): (&str, bool),
) -> AppResult<Vec<(i64, Lagging)>> {
    let tasks = overview(ctx, metrics, id).await?.tasks;
    let red = tasks.into_iter().filter_map(|task| {
        let light = task.light.as_ref().filter(|light| light.color == "red")?;
        let led = task.duties.iter().any(|duty| duty.org_path.starts_with(path));
        (own || led).then(|| {
            let lagging = Lagging {
                title: task.title(),
                leads: task.leads(),
                far: task.far(),
                light: light.word.clone(),
                href: format!("/desk/plans/{id}/tasks/{}", task.task.row.id),
            };
            (task.percent, lagging)
        })
    });
    Ok(red.collect())
}
