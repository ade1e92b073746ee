//! Own cells: the facts of orgs in months, put into cells with the persons' small numbers.

use super::roll;
use super::turn::Reads;
use crate::cells::Cells;
use crate::definition::{Fact, SpanSource};
use crate::period::Period;
use crate::store::{self, Stored};
use db::Db;
use kernel::{Date, OrgId};
use platform::{AppError, AppResult, Event, Tx};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Persons looked up in one statement.
const PERSONS: usize = 5_000;

/// Every day that facts may have.
pub(super) const ALL_DAYS: (Date, Date) = (Date::constant(1900, 1, 1), Date::constant(2200, 1, 1));
/// Every month that cells may have.
pub(super) const ALL_MONTHS: (&str, &str) = ("0000-00", "9999-99");

/// Own cells by org and month.
pub(super) type Own = BTreeMap<(OrgId, String), Cells>;

/// Small numbers of persons met so far.
#[derive(Default)]
pub(super) struct Numbers(HashMap<i64, u32>);

/// Counts the facts of these orgs between two days.
pub(super) async fn count(
    reads: Reads<'_>,
    source: &SpanSource,
    orgs: &[OrgId],
    (from, end): (Date, Date),
    numbers: &mut Numbers,
) -> AppResult<Own> {
    let facts = store::facts(reads.db(), source.facts, orgs, from, end).await?;
    numbers.learn(reads, &facts).await?;
    let mut places: HashMap<(OrgId, &str), Vec<&Fact>> = HashMap::new();
    for fact in &facts {
        places
            .entry((fact.org_id, fact.month.as_str()))
            .or_default()
            .push(fact);
    }
    let number = |fact: &Fact| numbers.0.get(&fact.person_id).copied();
    let own = places.into_iter().map(|((org, month), facts)| {
        let cells = Cells::gathered(facts.into_iter().map(|fact| (fact, number(fact))));
        ((org, month.to_owned()), cells)
    });
    Ok(own.collect())
}

/// Own cells as they are stored, by org and month.
pub(super) type Before = BTreeMap<(OrgId, String), Stored>;

/// Reads the own cells of some orgs as they are stored.
pub(super) async fn stored(
    db: &Db,
    source: &SpanSource,
    orgs: &[OrgId],
    months: (&str, &str),
) -> AppResult<Before> {
    let rows = store::cells(db, source.id, orgs, false, months, true).await?;
    Ok(rows
        .into_iter()
        .map(|row| ((row.org_id, row.month.clone()), row))
        .collect())
}

/// The places at which the count and the stored cells do not say the same.
pub(super) fn differing(own: &Own, before: &Before) -> BTreeSet<(OrgId, String)> {
    let counted = own.iter().filter(|(place, cells)| {
        let stored = before.get(place);
        stored.is_none_or(|stored| !roll::says(stored, cells))
    });
    let left = before.keys().filter(|place| !own.contains_key(*place));
    counted.map(|(place, _)| place).chain(left).cloned().collect()
}

/// First day of a month and first day after it.
pub(super) fn days_of(month: &str) -> Option<(Date, Date)> {
    let month: Period = month.parse().ok()?;
    Some((month.first_day(), month.last_day().tomorrow().ok()?))
}

impl Numbers {
    /// Looks the persons of the facts up, and gives a number to who has none.
    async fn learn(&mut self, reads: Reads<'_>, facts: &[Fact]) -> AppResult<()> {
        let mut unknown: Vec<i64> = facts
            .iter()
            .map(|fact| fact.person_id)
            .filter(|person| *person != 0 && !self.0.contains_key(person))
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        for persons in unknown.chunks(PERSONS) {
            self.look_up(reads.db(), persons).await?;
        }
        unknown.retain(|person| !self.0.contains_key(person));
        if unknown.is_empty() {
            return Ok(());
        }
        let ctx = match reads {
            // Who holds the turn commits the numbers with what they are for.
            Reads::Held(tx) => return self.give(tx, unknown).await,
            Reads::Free(ctx) => ctx,
        };
        let tx = ctx.begin().await?;
        let how_many = unknown.len();
        self.give(&tx, unknown).await?;
        let event = Event::new(
            "metrics.numbered",
            "metrics",
            kernel::Id::<kernel::id::kinds::Job>::from_raw(0),
        )
        .data(serde_json::json!({ "persons": how_many }));
        tx.commit(vec![event]).await
    }

    async fn give(&mut self, tx: &Tx, mut unknown: Vec<i64>) -> AppResult<()> {
        tx.lock("metric_member", 0).await?;
        // Somebody may have given numbers while this waited.
        for persons in unknown.chunks(PERSONS) {
            self.look_up(tx, persons).await?;
        }
        unknown.retain(|person| !self.0.contains_key(person));
        let first = store::last_number(tx).await? + 1;
        let given: Vec<(i64, i64)> = unknown.into_iter().zip(first..).collect();
        store::insert_members(tx, &given).await?;
        for (person, number) in given {
            self.0.insert(person, small(number)?);
        }
        Ok(())
    }

    async fn look_up(&mut self, db: &Db, persons: &[i64]) -> AppResult<()> {
        for member in store::members(db, persons).await? {
            self.0.insert(member.person_id, small(member.number)?);
        }
        Ok(())
    }
}

fn small(number: i64) -> AppResult<u32> {
    u32::try_from(number).map_err(|_| AppError::Internal("more persons than numbers for them".into()))
}
