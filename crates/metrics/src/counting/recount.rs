//! The recount: every source, every org, every month from the rows, compared with the cells and mended.

use super::own::{self, Numbers, Own};
use super::roll;
use super::turn::{self, Begun};
use crate::cells::Cells;
use crate::definition::SpanSource;
use crate::period::Period;
use crate::store::Stored;
use crate::{Metrics, store};
use kernel::{Date, OrgId};
use platform::{AppResult, Ctx, Event, Job, Tx};
use std::collections::{BTreeMap, BTreeSet};

/// Orgs counted in one step.
const ORGS: usize = 100;

/// What a recount found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recounted {
    /// Cells (an org's month of a source) that were counted.
    pub counted: usize,
    /// Cells that were not there before.
    pub new: usize,
    /// Cells that were there and said something else.
    pub wrong: usize,
}

/// How far a recount goes; everything by default.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    /// Only this org and what is below it today.
    pub below: Option<OrgId>,
    /// Only the months of this period.
    pub months: Option<Period>,
}

impl Reach {
    fn days(self) -> (Date, Date) {
        self.months.map_or(own::ALL_DAYS, |period| {
            let last = period.last_day();
            (period.first_day(), last.tomorrow().unwrap_or(last))
        })
    }

    fn months(self) -> (String, String) {
        let all = || (own::ALL_MONTHS.0.to_owned(), own::ALL_MONTHS.1.to_owned());
        self.months.and_then(Period::months).unwrap_or_else(all)
    }
}

/// Counts anew as far as `reach`, mends what does not agree, rolls the months up; tells the job how far it is.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn recount(ctx: &Ctx, metrics: &Metrics, reach: Reach, job: Option<&Job>) -> AppResult<Recounted> {
    let tree = metrics.tree(ctx.db(), ctx.today()).await?;
    let orgs: Vec<OrgId> = match reach.below {
        Some(org) => tree.subtree(org),
        None => tree.upward().map(|node| node.id).collect(),
    };
    let steps = metrics.registry.spans.len() * orgs.len().div_ceil(ORGS);
    let steps = i64::try_from(steps).unwrap_or(i64::MAX);
    let mut found = Recounted::default();
    let mut step = 0;
    for source in &metrics.registry.spans {
        let mut months = BTreeSet::new();
        let mut numbers = Numbers::default();
        for orgs in orgs.chunks(ORGS) {
            months.extend(part(ctx, source, orgs, reach, &mut numbers, &mut found).await?);
            step += 1;
            if let Some(job) = job {
                platform::job::progress(ctx, job.id, step, steps).await?;
            }
        }
        found.wrong += roll_all(ctx, metrics, source, reach, &months).await?;
    }
    Ok(found)
}

/// Counts some orgs and writes what differs; gives the months that were mended.
async fn part(
    ctx: &Ctx,
    source: &SpanSource,
    orgs: &[OrgId],
    reach: Reach,
    numbers: &mut Numbers,
    found: &mut Recounted,
) -> AppResult<BTreeSet<String>> {
    let (first, last) = reach.months();
    let mut refusals = 0;
    loop {
        let begun = Begun::after(ctx, refusals).await?;
        let reads = begun.reads(ctx);
        let before = own::stored(reads.db(), source, orgs, (&first, &last)).await?;
        let own = own::count(reads, source, orgs, reach.days(), numbers).await?;
        let differing = own::differing(&own, &before);
        let wrong = differing
            .iter()
            .filter(|place| before.contains_key(*place))
            .count();
        if begun.is_held() || !differing.is_empty() {
            // Who follows the events may have written meanwhile; then what was read is old. Who holds the turn has given
            // numbers to persons, which stay.
            let Some(tx) = begun.write(ctx).await? else {
                refusals += 1;
                continue;
            };
            write(tx, source, &own, &differing).await?;
        }
        found.counted += own.len();
        found.new += differing.len() - wrong;
        found.wrong += wrong;
        return Ok(differing.into_iter().map(|(_, month)| month).collect());
    }
}

async fn write(tx: Tx, source: &SpanSource, own: &Own, places: &BTreeSet<(OrgId, String)>) -> AppResult<()> {
    let mut by_month: BTreeMap<&str, Vec<OrgId>> = BTreeMap::new();
    for (org, month) in places {
        by_month.entry(month).or_default().push(*org);
    }
    let mut cells = 0;
    if !places.is_empty() {
        turn::move_on(&tx).await?;
    }
    for (month, orgs) in by_month {
        let counted = orgs
            .iter()
            .filter_map(|org| Some((*org, own.get(&(*org, month.to_owned()))?)));
        let rows = roll::encode(counted)?;
        cells += rows.len();
        store::replace(&tx, source.id, false, month, &orgs, rows).await?;
        // Not rolled up yet: readers put such a month together from the own cells.
        store::set_month(&tx, source.id, month, "", tx.ctx().now()).await?;
    }
    commit(tx, source, cells).await
}

/// Rolls every month up, compares, and writes what differs. What differs although neither its own cells nor the tree are
/// others was wrong.
async fn roll_all(
    ctx: &Ctx,
    metrics: &Metrics,
    source: &SpanSource,
    reach: Reach,
    mended: &BTreeSet<String>,
) -> AppResult<usize> {
    let mut wrong = 0;
    let (first, last) = reach.months();
    for month in store::months(ctx.db(), source.id, &first, &last).await? {
        let explained = mended.contains(&month.month);
        if let Some(org) = reach.below
            && !explained
            && agrees(ctx, metrics, source, &month, org).await?
        {
            continue;
        }
        wrong += roll_month(ctx, metrics, source, &month.month, explained).await?;
    }
    Ok(wrong)
}

/// Whether what is rolled up at an org and at all that stood below it at the month's end is the sum of the own cells that are
/// stored there. It does not show that these are right: [`part`] counted those of who stands below the org today, and some of
/// them stood elsewhere then. Nor does it show that the sums above are right: only that they were made on this tree. These the
/// recount of everything looks at.
async fn agrees(
    ctx: &Ctx,
    metrics: &Metrics,
    source: &SpanSource,
    month: &store::Month,
    org: OrgId,
) -> AppResult<bool> {
    let tree = roll::tree_of(metrics, ctx, &month.month).await?;
    let orgs = tree.subtree(org);
    if month.tree_hash != roll::hash_of(ctx.db(), &tree, source.id, &month.month).await? {
        return Ok(false);
    }
    let span = (month.month.as_str(), month.month.as_str());
    let own = store::cells(ctx.db(), source.id, &orgs, false, span, true).await?;
    let mut rolled = roll::united(&tree, own)?;
    // What stands above holds others too.
    let orgs: BTreeSet<OrgId> = orgs.into_iter().collect();
    rolled.retain(|org, cells| orgs.contains(org) && !cells.is_empty());
    let orgs: Vec<OrgId> = orgs.into_iter().collect();
    let stored = store::cells(ctx.db(), source.id, &orgs, true, span, true).await?;
    let says = |row: &Stored| {
        rolled
            .get(&row.org_id)
            .is_some_and(|cells| roll::says(row, cells))
    };
    Ok(stored.len() == rolled.len() && stored.iter().all(says))
}

/// Rolls a month up; gives how many cells were wrong without a reason.
async fn roll_month(
    ctx: &Ctx,
    metrics: &Metrics,
    source: &SpanSource,
    month: &str,
    explained: bool,
) -> AppResult<usize> {
    let mut refusals = 0;
    loop {
        let begun = Begun::after(ctx, refusals).await?;
        let reads = begun.reads(ctx);
        let tree = roll::tree_of(metrics, ctx, month).await?;
        let rolled = roll::compute(reads.db(), &tree, source.id, month).await?;
        let known = store::months(reads.db(), source.id, month, month).await?;
        let hash = roll::hash_of(reads.db(), &tree, source.id, month).await?;
        let same_tree = known.first().is_some_and(|known| known.tree_hash == hash);
        let stored = store::cells_of_month(reads.db(), source.id, true, month).await?;
        let stored: BTreeMap<OrgId, Stored> = stored.into_iter().map(|row| (row.org_id, row)).collect();
        let empty = Cells::default();
        let orgs: BTreeSet<OrgId> = stored.keys().chain(rolled.keys()).copied().collect();
        let differs = |org: &OrgId| match (stored.get(org), rolled.get(org).unwrap_or(&empty)) {
            (Some(stored), cells) => !roll::says(stored, cells),
            (None, cells) => !cells.is_empty(),
        };
        let wrong = orgs.iter().filter(|org| differs(org)).count();
        if same_tree && wrong == 0 {
            return Ok(0);
        }
        let Some(tx) = begun.write(ctx).await? else {
            refusals += 1;
            continue;
        };
        turn::move_on(&tx).await?;
        roll::write(&tx, &tree, source.id, month, &rolled).await?;
        commit(tx, source, rolled.len()).await?;
        return Ok(if same_tree && !explained { wrong } else { 0 });
    }
}

async fn commit(tx: Tx, source: &SpanSource, cells: usize) -> AppResult<()> {
    let event = Event::new(
        "metrics.recounted",
        "metrics",
        kernel::Id::<kernel::id::kinds::Job>::from_raw(0),
    )
    .data(serde_json::json!({ "source": source.id, "cells": cells }));
    tx.commit(vec![event]).await
}

impl Recounted {
    /// The job's report.
    #[must_use]
    pub fn report(&self) -> String {
        format!(
            "重新统计了 {} 格：新增 {} 格，更正 {} 格。",
            self.counted, self.new, self.wrong
        )
    }
}
