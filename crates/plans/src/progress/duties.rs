//! Who answers for the tasks of a plan: what printed names mean, which parts organisations have, for whom somebody speaks.

use super::actions::{managed, of_plan};
use super::model::DutyPart;
use super::moves::{self, Meant, Printed};
use super::store::{self, PartyRow};
use crate::plans::{self, PlanRow};
use crate::{PlanId, PlanTaskId};
use kernel::OrgId;
use orgs::tree::{self, OrgBrief, OrgKind};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

/// A printed name of leads or helpers.
#[derive(Debug, Clone)]
pub struct Party {
    /// The name.
    pub name: String,
    /// Which organisation it means, as a person said; none as long as nobody has.
    pub saved: Option<OrgId>,
    /// Name of that organisation; empty without one.
    pub saved_name: String,
    /// Which organisation to choose: the saved one, else one of the same name.
    pub org: Option<OrgId>,
}

/// The printed names of leads and helpers of a plan, each with the organisation it means, and those to choose from.
///
/// # Errors
/// As [`managed`].
pub async fn parties(ctx: &Ctx, id: PlanId) -> AppResult<(PlanRow, Vec<Party>, Vec<OrgBrief>)> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    let items = plans::all_items(ctx.db(), id).await?;
    let mut names = BTreeSet::new();
    for task in items.iter().flat_map(|item| &item.tasks) {
        names.extend(
            task.row
                .lead
                .lines()
                .chain(task.row.helpers.lines())
                .map(str::to_owned),
        );
    }
    let known = known(ctx.db(), id).await?;
    let orgs = candidates(ctx, &plan).await?;
    let mut parties = Vec::with_capacity(names.len());
    for name in names {
        let saved = known.get(&name).copied();
        let same = || {
            orgs.iter()
                .find(|org| org.name == name || org.short_name == name)
                .map(|org| org.id)
        };
        let saved_name = match saved {
            // One that was closed since is none of the candidates.
            Some(org) => tree::find(ctx.db(), org).await?.name,
            None => String::new(),
        };
        parties.push(Party {
            org: saved.or_else(same),
            name,
            saved,
            saved_name,
        });
    }
    Ok((plan, parties, orgs))
}

/// Which organisations the printed names of a plan mean, by name.
async fn known(db: &db::Db, plan: PlanId) -> AppResult<HashMap<String, OrgId>> {
    let rows = store::parties(db, plan).await?.into_iter();
    Ok(rows.map(|PartyRow { name, org_id }| (name, org_id)).collect())
}

/// Organisations that can answer for tasks of a plan: its own and those below it.
///
/// # Errors
/// When the database refuses.
pub async fn candidates(ctx: &Ctx, plan: &PlanRow) -> AppResult<Vec<OrgBrief>> {
    let scope = ctx.may(Permission::PlanEdit)?.below(&plan.org_path);
    tree::open_within(ctx.db(), &scope, |kind| {
        matches!(
            kind,
            OrgKind::City
                | OrgKind::District
                | OrgKind::Street
                | OrgKind::College
                | OrgKind::SeniorUniversity
                | OrgKind::StreetSchool
                | OrgKind::Department
                | OrgKind::University
        )
    })
    .await
}

/// Says which organisations printed names mean in place of what was seen, and gives them their parts in the tasks that name them.
///
/// # Errors
/// As [`managed`]; [`AppError::NotFound`] for an organisation outside the plan's subtree; [`AppError::Refused`] when somebody gave
/// one of the names another meaning since.
pub async fn set_parties(ctx: &Ctx, id: PlanId, chosen: &[Meant]) -> AppResult<()> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    let allowed: Vec<OrgId> = candidates(ctx, &plan)
        .await?
        .into_iter()
        .map(|org| org.id)
        .collect();
    // What the page did not touch stays, whatever another has made of it.
    let chosen: Vec<Meant> = chosen.iter().filter(|one| one.org != one.seen).cloned().collect();
    if chosen
        .iter()
        .any(|one| one.org.is_some_and(|org| !allowed.contains(&org)))
    {
        return Err(AppError::NotFound);
    }
    let items = plans::all_items(ctx.db(), id).await?;
    let tx = ctx.begin().await?;
    tx.lock("plan", id.raw()).await?;
    let before = known(&tx, id).await?;
    let overtaken = moves::overtaken(&before, &chosen);
    if !overtaken.is_empty() {
        return Err(moves::names_overtaken(&overtaken));
    }
    let tasks = items.iter().flat_map(|item| &item.tasks).map(|task| &task.row);
    let printed: Vec<Printed> = tasks
        .map(|task| Printed {
            task: task.id,
            leads: task.lead.lines().collect(),
            helpers: task.helpers.lines().collect(),
        })
        .collect();
    let moves = moves::duty_moves(&printed, &before, &chosen);
    for Meant { name, org, .. } in &chosen {
        if before.get(name) != org.as_ref() {
            store::set_party(&tx, id, name, *org).await?;
        }
    }
    for (task, org) in moves.ended {
        store::end_duty(&tx, task, org).await?;
    }
    for (task, org, part) in moves.given {
        store::give_duty(&tx, id, task, org, part).await?;
    }
    let data = json!({ "names": chosen.len() });
    tx.commit(vec![
        Event::new("plan.parties_named", "plan", id)
            .at(plan.org_id)
            .data(data),
    ])
    .await
}

/// Gives an organisation a part in a task, or takes it away; nothing happens where it is so already.
///
/// # Errors
/// As [`set_parties`].
pub async fn set_duty(
    ctx: &Ctx,
    id: PlanId,
    task: PlanTaskId,
    org: OrgId,
    part: Option<DutyPart>,
) -> AppResult<()> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    of_plan(ctx.db(), id, task).await?;
    if !candidates(ctx, &plan).await?.iter().any(|one| one.id == org) {
        return Err(AppError::NotFound);
    }
    let tx = ctx.begin().await?;
    tx.lock("plan", id.raw()).await?;
    let duties = store::duties(&tx, id).await?;
    let present = duties.iter().find(|one| one.task_id == task && one.org_id == org);
    if present.map(|one| one.part) == part {
        return Ok(());
    }
    match part {
        Some(part) => store::give_duty(&tx, id, task, org, part).await?,
        None => store::end_duty(&tx, task, org).await?,
    }
    let data = json!({ "org": org.to_string(), "part": part.map(DutyPart::as_str) });
    tx.commit(vec![
        Event::new("plan.duty_set", "plan_task", task)
            .at(plan.org_id)
            .data(data),
    ])
    .await
}

/// Organisations that lead tasks of a plan.
pub(crate) async fn leads_of(db: &db::Db, plan: PlanId) -> AppResult<BTreeSet<OrgId>> {
    let duties = store::duties(db, plan).await?;
    let leads = duties.into_iter().filter(|duty| duty.part == DutyPart::Lead);
    Ok(leads.map(|duty| duty.org_id).collect())
}

/// Makes an organisation lead a new task, inside a transaction that has the plan.
pub(crate) async fn give_lead(
    tx: &platform::Tx,
    plan: PlanId,
    task: PlanTaskId,
    org: OrgId,
) -> AppResult<()> {
    Ok(store::give_duty(tx, plan, task, org, DutyPart::Lead).await?)
}

/// For which organisation the actor speaks on a task: one that leads it and where they have a post, else the plan's own when
/// they manage it, else one that leads it in their scope. Who only looks over a lead does not report as it, and nobody does for
/// an organisation above their own.
///
/// # Errors
/// [`AppError::Forbidden`] for who neither leads the task nor manages the plan.
pub(super) async fn speaks_for(ctx: &Ctx, plan: &PlanRow, task: PlanTaskId) -> AppResult<OrgId> {
    let duties = store::duties(ctx.db(), plan.id).await?;
    let leads = || {
        let those = duties.iter().filter(|duty| duty.task_id == task);
        those.filter(|duty| duty.part == DutyPart::Lead)
    };
    let reach = ctx.reach(Permission::PlanReport);
    let own = |duty: &&store::DutyRow| stands_in(ctx, &duty.org_path);
    if let Some(lead) = leads().find(own) {
        return Ok(lead.org_id);
    }
    if ctx.reach(Permission::PlanEdit).contains(&plan.org_path) {
        return Ok(plan.org_id);
    }
    if let Some(lead) = leads().find(|duty| reach.contains(&duty.org_path)) {
        return Ok(lead.org_id);
    }
    Err(AppError::Forbidden(
        "这项任务不是您的单位牵头，不能填报。请和牵头单位联系。".into(),
    ))
}

/// Whether a post of the actor that reports stands at this organisation.
fn stands_in(ctx: &Ctx, org_path: &str) -> bool {
    let reach = ctx.reach(Permission::PlanReport);
    ctx.actor
        .posts
        .iter()
        .filter(|post| post.role.permissions().contains(&Permission::PlanReport))
        .any(|post| reach.contains(&post.org_path) && post.org_path == org_path)
}

/// Whether the actor answers for this organisation on a plan. Who issues the plan, and so sends the slips, does not answer
/// them in the stead of an organisation that is not their own.
pub(crate) fn answers_for(ctx: &Ctx, plan_path: &str, org_path: &str) -> bool {
    ctx.reach(Permission::PlanReport).contains(org_path)
        && (!ctx.reach(Permission::PlanIssue).contains(plan_path) || stands_in(ctx, org_path))
}

/// Organisations at which the actor has a post that reports: they answer a notice for these, and not for what they look over.
pub(crate) fn own_orgs(ctx: &Ctx) -> Vec<OrgId> {
    let reach = ctx.reach(Permission::PlanReport);
    let reports = |post: &&platform::Grant| post.role.permissions().contains(&Permission::PlanReport);
    let posts = ctx.actor.posts.iter().filter(reports);
    let mut orgs: Vec<OrgId> = posts
        .filter(|post| reach.contains(&post.org_path))
        .map(|post| post.org)
        .collect();
    orgs.sort_unstable();
    orgs.dedup();
    orgs
}
