//! Following the events: what they touched is counted anew, a few seconds after it happened.

use super::own::{self, Numbers, Own};
use super::roll;
use super::turn::{self, Reads};
use crate::definition::SpanSource;
use crate::{Metrics, store};
use db::Db;
use kernel::OrgId;
use platform::event::POSITION_BITS;
use platform::{AppResult, Ctx, Event, Tx};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Events read in one step.
const EVENTS: i64 = 5_000;
/// Subjects asked for in one statement.
const SUBJECTS: usize = 2_000;
/// Events of this crate lead to nothing.
const OWN: &str = "metrics";

/// What is to be counted anew of a source: orgs by month; by no month where it may be any.
type Places = BTreeMap<String, BTreeSet<OrgId>>;

/// What a step of following came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Followed {
    /// Cells that were counted.
    pub cells: usize,
    /// Whether as many events were read as one step takes: more wait, and the next step is due at once.
    pub more: bool,
}

/// Reads the next events of every node and counts what they touched.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn follow(ctx: &Ctx, metrics: &Metrics) -> AppResult<Followed> {
    let mut all = Followed::default();
    let mut nodes = store::nodes(ctx.db()).await?;
    let here = ctx.platform.chain.node();
    if !nodes.contains(&here) {
        nodes.push(here);
    }
    for node in nodes {
        let followed = store::follower(ctx.db(), node).await?;
        let one = follow_node(ctx, metrics, node, followed).await?;
        all.cells += one.cells;
        all.more |= one.more;
    }
    Ok(all)
}

async fn follow_node(ctx: &Ctx, metrics: &Metrics, node: i64, followed: Option<i64>) -> AppResult<Followed> {
    let nothing = Followed::default();
    let (first, end) = (node << POSITION_BITS, (node + 1) << POSITION_BITS);
    let Some(after) = followed else {
        begin(ctx, node, first, end).await?;
        return Ok(nothing);
    };
    let events = store::events_after(ctx.db(), after, end, EVENTS).await?;
    let Some(last) = events.last().map(|event| event.id) else {
        return Ok(nothing);
    };
    let mut subjects: HashMap<&str, Vec<i64>> = HashMap::new();
    for event in &events {
        subjects
            .entry(&event.subject_kind)
            .or_default()
            .push(event.subject_id);
    }
    let more = i64::try_from(events.len()).is_ok_and(|read| read == EVENTS);
    if subjects.keys().all(|kind| *kind == OWN) && !more {
        // Nothing but what counting itself wrote: writing on would write for ever. After a full step there is more behind.
        return Ok(nothing);
    }
    // Counted before the transaction begins: the one writer of SQLite must not wait for it.
    let seen = turn::now(ctx.db()).await?;
    let mut fresh = Vec::new();
    for source in &metrics.registry.spans {
        let places = touched(ctx.db(), source, &subjects).await?;
        fresh.extend(count(ctx, source, places).await?);
    }
    let Some(tx) = turn::take(ctx, seen).await? else {
        return Ok(nothing);
    };
    if store::follower(&tx, node).await? != Some(after) {
        // Another process was here first.
        return Ok(nothing);
    }
    let mut cells = 0;
    for part in fresh {
        cells += write(&tx, metrics, part).await?;
    }
    if subjects.contains_key("org") {
        cells += roll_moved(&tx, metrics).await?;
    }
    if cells > 0 {
        // Events that touch no cell are many: whoever counts meanwhile need not count again for them.
        turn::move_on(&tx).await?;
    }
    store::set_follower(&tx, node, last).await?;
    finish(tx, cells, node).await?;
    Ok(Followed { cells, more })
}

/// A node not followed yet: what it wrote so far is the matter of the recount.
async fn begin(ctx: &Ctx, node: i64, first: i64, end: i64) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let newest = store::newest_event(&tx, first, end).await?;
    store::set_follower(&tx, node, newest.unwrap_or(first)).await?;
    platform::job::enqueue(
        &tx,
        super::RECOUNT,
        &serde_json::json!({}),
        ctx.now(),
        Some(format!("{}.node.{node}", super::RECOUNT)),
    )
    .await?;
    finish(tx, 0, node).await
}

async fn finish(tx: Tx, counted: usize, node: i64) -> AppResult<()> {
    let event = Event::new(
        "metrics.counted",
        OWN,
        kernel::Id::<kernel::id::kinds::Job>::from_raw(node),
    )
    .data(serde_json::json!({ "cells": counted }));
    tx.commit(vec![event]).await
}

/// Where the subjects of a source's events have facts.
async fn touched(db: &Db, source: &SpanSource, subjects: &HashMap<&str, Vec<i64>>) -> AppResult<Places> {
    let mut places = Places::new();
    for touch in source.touched {
        let ids = subjects.get(touch.subject).map_or(&[] as &[i64], Vec::as_slice);
        for ids in ids.chunks(SUBJECTS) {
            for place in store::touched(db, touch.sql, ids).await? {
                places.entry(place.month).or_default().insert(place.org_id);
            }
        }
    }
    Ok(places)
}

/// Own cells of some orgs in a month, counted anew.
struct Fresh {
    source: &'static str,
    month: String,
    orgs: Vec<OrgId>,
    own: Own,
}

async fn count(ctx: &Ctx, source: &SpanSource, mut places: Places) -> AppResult<Vec<Fresh>> {
    let mut numbers = Numbers::default();
    let mut fresh = Vec::new();
    let whole: Vec<OrgId> = places.remove("").unwrap_or_default().into_iter().collect();
    if !whole.is_empty() {
        fresh.extend(all_months(ctx, source, &whole, &mut numbers).await?);
    }
    for (month, mut orgs) in places {
        let Some(days) = own::days_of(&month) else {
            continue;
        };
        orgs.retain(|org| !whole.contains(org));
        let orgs: Vec<OrgId> = orgs.into_iter().collect();
        if orgs.is_empty() {
            continue;
        }
        fresh.push(Fresh {
            source: source.id,
            own: own::count(Reads::Free(ctx), source, &orgs, days, &mut numbers).await?,
            month,
            orgs,
        });
    }
    Ok(fresh)
}

/// Those of all months of some orgs in which something is another now, those too in which nothing is left.
async fn all_months(
    ctx: &Ctx,
    source: &SpanSource,
    orgs: &[OrgId],
    numbers: &mut Numbers,
) -> AppResult<Vec<Fresh>> {
    let own = own::count(Reads::Free(ctx), source, orgs, own::ALL_DAYS, numbers).await?;
    let mut months: BTreeMap<String, Fresh> = BTreeMap::new();
    let fresh = |month: &str| Fresh {
        source: source.id,
        month: month.to_owned(),
        orgs: Vec::new(),
        own: Own::new(),
    };
    let before = own::stored(ctx.db(), source, orgs, own::ALL_MONTHS).await?;
    for (org, month) in own::differing(&own, &before) {
        let part = months.entry(month.clone()).or_insert_with(|| fresh(&month));
        part.orgs.push(org);
        let place = (org, month);
        if let Some(cells) = own.get(&place) {
            part.own.insert(place, cells.clone());
        }
    }
    Ok(months.into_values().collect())
}

/// Writes own cells and rolls up what stands above them.
async fn write(tx: &Tx, metrics: &Metrics, fresh: Fresh) -> AppResult<usize> {
    let Fresh {
        source,
        month,
        orgs,
        own,
    } = fresh;
    let rows = roll::encode(own.iter().map(|((org, _), cells)| (*org, cells)))?;
    store::replace(tx, source, false, &month, &orgs, rows).await?;
    roll::above(tx, metrics, source, &month, &orgs).await?;
    Ok(orgs.len())
}

/// After a change of the tree: every month whose tree is another one now.
async fn roll_moved(tx: &Tx, metrics: &Metrics) -> AppResult<usize> {
    let mut rolled = 0;
    for source in &metrics.registry.spans {
        for month in store::months(tx, source.id, "0000-00", "9999-99").await? {
            let tree = roll::tree_of(metrics, tx.ctx(), &month.month).await?;
            if roll::hash_of(tx, &tree, source.id, &month.month).await? != month.tree_hash {
                roll::whole_month(tx, metrics, source.id, &month.month).await?;
                rolled += 1;
            }
        }
    }
    Ok(rolled)
}
