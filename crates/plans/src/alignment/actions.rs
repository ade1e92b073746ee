//! What can be done with alignment: one function a verb.

use super::likeness::{self, SURE, Suggestion, Words};
use super::model::{self, AlignStanding, AlignVerdict};
use super::store::{self, LinkRow, Pair};
use crate::meetings::model::was_decided;
use crate::plans::model::PlanStatus;
use crate::plans::{self, Item, PlanBrief, PlanRow, TargetRow};
use crate::{PlanId, PlanItemId};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Two plans side by side.
#[derive(Debug, Clone)]
pub struct View {
    /// The plan.
    pub plan: PlanRow,
    /// The plan it is aligned to.
    pub upper: PlanRow,
    /// Its items.
    pub items: Vec<Item>,
    /// The upper plan's items.
    pub upper_items: Vec<Item>,
    /// Confirmed pairs, by places in the two lists.
    pub confirmed: Vec<(usize, usize)>,
    /// Suggested pairs, each by places.
    pub suggested: Vec<Suggestion>,
    /// Targets of confirmed pairs that speak of one thing.
    pub standings: Vec<Compared>,
}

/// Two targets of a confirmed pair.
#[derive(Debug, Clone)]
pub struct Compared {
    /// Place of the lower item.
    pub item: usize,
    /// Place of the upper item.
    pub upper_item: usize,
    /// The target.
    pub target: TargetRow,
    /// The upper target.
    pub upper_target: TargetRow,
    /// How the one stands to the other.
    pub standing: AlignStanding,
}

impl View {
    /// Places of upper items without a confirmed counterpart. What a meeting decided has its lead, and waits for none.
    #[must_use]
    pub fn not_taken_up(&self) -> Vec<usize> {
        let taken: HashSet<usize> = self.confirmed.iter().map(|(_, upper)| *upper).collect();
        let all = self.upper_items.iter().enumerate();
        all.filter(|(at, item)| !taken.contains(at) && !was_decided(&item.row.headings()))
            .map(|(at, _)| at)
            .collect()
    }

    /// Places of items without a confirmed counterpart above.
    #[must_use]
    pub fn own(&self) -> Vec<usize> {
        let aligned: HashSet<usize> = self.confirmed.iter().map(|(item, _)| *item).collect();
        (0..self.items.len()).filter(|at| !aligned.contains(at)).collect()
    }
}

/// The plan, and the issued plans of other organisations to which it may be aligned, with the number of confirmed pairs.
///
/// # Errors
/// [`AppError::NotFound`] when the plan is not for this actor.
pub async fn choices(ctx: &Ctx, id: PlanId) -> AppResult<(PlanRow, Vec<(PlanBrief, i64)>)> {
    let plan = plans::find(ctx, id).await?;
    let confirmed: HashMap<PlanId, i64> = store::uppers(ctx.db(), id).await?.into_iter().collect();
    let issued = plans::actions::list(ctx, None, 200, 0).await?;
    let mut others: Vec<(PlanBrief, i64)> = issued
        .into_iter()
        .filter(|other| other.id != id)
        .map(|other| {
            let count = confirmed.get(&other.id).copied().unwrap_or(0);
            (other, count)
        })
        .collect();
    // Plans of organisations above come first: that is what 对标 means.
    let above =
        |org: &kernel::OrgId| orgs::tree::ids_of(&plan.org_path).any(|id| id == *org && id != plan.org_id);
    others.sort_by_key(|(other, count)| (*count == 0, !above(&other.org_id), -other.year, other.id));
    Ok((plan, others))
}

/// Two plans side by side, with what is suggested.
///
/// # Errors
/// [`AppError::NotFound`] when one of them is not for this actor; [`AppError::Refused`] for a plan and itself.
pub async fn view(ctx: &Ctx, id: PlanId, upper: PlanId) -> AppResult<View> {
    let (plan, upper) = both(ctx, id, upper).await?;
    let items = plans::all_items(ctx.db(), plan.id).await?;
    let upper_items = plans::all_items(ctx.db(), upper.id).await?;
    let links = store::links(ctx.db(), plan.id, upper.id).await?;
    let words = |items: &[Item]| items.iter().map(words_of).collect::<Vec<Words>>();
    let (lower_words, upper_words) = (words(&items), words(&upper_items));
    let suggested = tokio::task::spawn_blocking(move || likeness::suggest(&lower_words, &upper_words))
        .await
        .map_err(|error| AppError::Internal(error.to_string()))?;
    let said = Said::of(&links, &items, &upper_items);
    let suggested = suggested
        .into_iter()
        .filter(|one| !said.all.contains(&(one.lower, one.upper)))
        .collect();
    let standings = said
        .confirmed
        .iter()
        .flat_map(|pair| compared(*pair, &items, &upper_items, plan.org_id == upper.org_id))
        .collect();
    Ok(View {
        plan,
        upper,
        confirmed: said.confirmed,
        suggested,
        standings,
        items,
        upper_items,
    })
}

async fn both(ctx: &Ctx, id: PlanId, upper: PlanId) -> AppResult<(PlanRow, PlanRow)> {
    let plan = plans::find(ctx, id).await?;
    let upper = plans::find(ctx, upper).await?;
    if plan.id == upper.id {
        return Err(model::same_plan());
    }
    if upper.status == PlanStatus::Draft {
        return Err(AppError::NotFound);
    }
    Ok((plan, upper))
}

/// What was said of pairs, by places.
struct Said {
    all: HashSet<(usize, usize)>,
    confirmed: Vec<(usize, usize)>,
}

impl Said {
    fn of(links: &[LinkRow], items: &[Item], upper_items: &[Item]) -> Self {
        let places = |items: &[Item]| -> HashMap<PlanItemId, usize> {
            items
                .iter()
                .enumerate()
                .map(|(at, item)| (item.row.id, at))
                .collect()
        };
        let (lower, upper) = (places(items), places(upper_items));
        let place = |link: &LinkRow| Some((*lower.get(&link.item_id)?, *upper.get(&link.upper_item_id)?));
        let confirmed = links
            .iter()
            .filter(|link| link.verdict == AlignVerdict::Confirmed);
        let mut confirmed: Vec<(usize, usize)> = confirmed.filter_map(place).collect();
        confirmed.sort_unstable();
        Self {
            all: links.iter().filter_map(place).collect(),
            confirmed,
        }
    }
}

fn words_of(item: &Item) -> Words {
    let targets = || item.tasks.iter().flat_map(|task| &task.targets);
    Words {
        heading: item.row.heading.clone(),
        text: item.row.text.clone(),
        metrics: targets().filter_map(|target| target.metric.clone()).collect(),
        objects: targets().map(|target| target.object.clone()).collect(),
    }
}

fn compared(
    (lower, upper): (usize, usize),
    items: &[Item],
    upper_items: &[Item],
    one_org: bool,
) -> Vec<Compared> {
    let targets = |item: Option<&Item>| -> Vec<TargetRow> {
        let tasks = item.into_iter().flat_map(|item| &item.tasks);
        tasks.flat_map(|task| task.targets.clone()).collect()
    };
    let mut found = Vec::new();
    for target in targets(items.get(lower)) {
        for upper_target in targets(upper_items.get(upper)) {
            if let Some(standing) = model::standing(&target.draft(), &upper_target.draft(), one_org) {
                found.push(Compared {
                    item: lower,
                    upper_item: upper,
                    target: target.clone(),
                    upper_target,
                    standing,
                });
            }
        }
    }
    found
}

/// Says of a pair that the one serves the other, that it does not, or nothing any more.
///
/// # Errors
/// [`AppError::NotFound`] when a plan or an item is not there for this actor.
pub async fn decide(
    ctx: &Ctx,
    (plan, item): (PlanId, PlanItemId),
    (upper, upper_item): (PlanId, PlanItemId),
    verdict: AlignVerdict,
) -> AppResult<()> {
    let row = mine(ctx, plan, upper).await?;
    plans::items::get(ctx, plan, item).await?;
    plans::items::get(ctx, upper, upper_item).await?;
    write(ctx, &row, &[((plan, item), (upper, upper_item))], verdict).await
}

/// Confirms every suggestion that is sure; gives how many there were.
///
/// # Errors
/// As [`decide`].
pub async fn confirm_all(ctx: &Ctx, plan: PlanId, upper: PlanId) -> AppResult<usize> {
    let row = mine(ctx, plan, upper).await?;
    let view = view(ctx, plan, upper).await?;
    let ids = |at: &Suggestion| {
        Some((
            view.items.get(at.lower)?.row.id,
            view.upper_items.get(at.upper)?.row.id,
        ))
    };
    let sure = view
        .suggested
        .iter()
        .filter(|one| one.score >= SURE)
        .filter_map(ids);
    let pairs: Vec<Pair> = sure.map(|(item, other)| ((plan, item), (upper, other))).collect();
    if !pairs.is_empty() {
        write(ctx, &row, &pairs, AlignVerdict::Confirmed).await?;
    }
    Ok(pairs.len())
}

/// The lower plan, over which the actor may write.
async fn mine(ctx: &Ctx, plan: PlanId, upper: PlanId) -> AppResult<PlanRow> {
    let scope = ctx.may(Permission::PlanEdit)?;
    let (plan, _) = both(ctx, plan, upper).await?;
    if !scope.contains(&plan.org_path) {
        return Err(AppError::NotFound);
    }
    Ok(plan)
}

async fn write(ctx: &Ctx, plan: &PlanRow, pairs: &[Pair], verdict: AlignVerdict) -> AppResult<()> {
    let tx = ctx.begin().await?;
    tx.lock("plan", plan.id.raw()).await?;
    store::decide(&tx, pairs, verdict, ctx.now()).await?;
    let events = pairs.iter().map(|((_, item), (_, upper_item))| {
        let data = json!({ "plan": plan.id.to_string(), "upper_item": upper_item.to_string() });
        Event::new(verdict.event(), "plan_item", *item)
            .at(plan.org_id)
            .data(data)
    });
    tx.commit(events.collect()).await
}
