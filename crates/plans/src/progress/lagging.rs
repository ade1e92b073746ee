//! Tasks whose light is red, for a page that shows who is behind.

use super::actions::overview;
use super::model::DutyPart;
use super::store;
use crate::PlanId;
use crate::plans::{self, Sight};
use kernel::OrgId;
use metrics::Metrics;
use orgs::tree;
use platform::{AppResult, Ctx, Permission};

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

/// Red tasks of the plans that run today at an org, the least done first: of its own plan, and of plans above it those that it or
/// somebody below it leads; nothing for who does not read plans.
///
/// # Errors
/// When the database cannot be read.
pub async fn lagging(ctx: &Ctx, metrics: &Metrics, org: OrgId, most: usize) -> AppResult<Vec<Lagging>> {
    if ctx.reach(Permission::PlanRead).is_nothing() {
        return Ok(Vec::new());
    }
    let path = tree::find(ctx.db(), org).await?.path;
    let upward: Vec<OrgId> = tree::ids_of(&path).collect();
    let Sight { scope, above } = plans::sight(ctx)?;
    let mut found = Vec::new();
    for (plan, of) in store::running(ctx.db(), (&scope, &above), &upward, ctx.today()).await? {
        found.extend(of_plan(ctx, metrics, plan, (&path, of == org)).await?);
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
        let mut leads = task.duties.iter().filter(|duty| duty.part == DutyPart::Lead);
        let led = leads.any(|duty| duty.org_path.starts_with(path));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::tests::{TEXT, uploaded_for};
    use crate::testing::{Town, town};
    use platform::Role;
    use serde_json::Value;

    async fn of(town: &Town, role: Role, org: OrgId, path: &str, at: OrgId) -> Vec<String> {
        let actor = testkit::staff(town.world.here.registrar, role, org, path);
        let registry = metrics::Registry::new(&[orgs::metrics::DECLARED], orgs::metrics::tree).unwrap();
        let metrics = Metrics::new(registry, &town.app.platform);
        let found = lagging(&town.app.ctx(actor), &metrics, at, 5).await.unwrap();
        found.into_iter().map(|one| one.title).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_leads_is_behind_and_who_helps_is_not() {
        let town = town().await;
        let world = &town.world;
        let bureau = town.district(Role::DistrictBureau);
        let plan = uploaded_for(&bureau, &world.district.to_string(), TEXT).await;
        let issue = format!("{plan}/issue");
        assert_eq!(bureau.submit(&issue, &issue, &[]).await.status, 303);
        let api = format!("{}/tasks", plan.replace("/desk/", "/api/v1/"));
        let tasks = bureau.call(200, "GET", &api, &Value::Null).await;
        let task = tasks["items"][0]["id"].as_str().unwrap();
        for (org, part) in [(world.here.org, "lead"), (world.there.org, "helper")] {
            let duty = [("org", &*org.to_string()), ("part", part)];
            let given = bureau.post(&format!("{plan}/tasks/{task}/duty"), &duty).await;
            assert_eq!(given.status, 303, "{}", given.body);
        }
        let at_district = || {
            let path = &world.district_path;
            of(&town, Role::DistrictBureau, world.district, path, world.district)
        };
        assert!(at_district().await.len() > 1, "all red tasks of the own plan");
        for (school, count) in [(&world.here, 1), (&world.there, 0)] {
            let found = of(&town, Role::SchoolHead, school.org, &school.path, school.org).await;
            assert_eq!(found.len(), count, "{found:?}");
        }
        let street = of(
            &town,
            Role::DistrictBureau,
            world.district,
            &world.district_path,
            world.here.street,
        );
        assert_eq!(street.await.len(), 1, "led by somebody below it");
        // The year of the plan is over.
        town.app.platform.clock.advance(60 * 86_400);
        assert!(at_district().await.is_empty());
    }
}
