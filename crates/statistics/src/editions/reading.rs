//! What is said of the figures of an edition: read with those in sight, decided once and kept.

use super::family::{self, Change, Member, Saids, Uppers};
use super::model::Said;
use super::store::{self, EditionRow, ErratumRow, FrozenRow};
use crate::datasets::form::Form;
use crate::returns::filled;
use crate::{EditionId, Measures};
use db::Db;
use kernel::OrgId;
use metrics::Metric;
use platform::AppResult;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// What was decided, by edition: neither an edition nor those frozen before it change.
#[derive(Debug, Default)]
pub struct Kept(Mutex<HashMap<EditionId, Arc<Saids>>>);

/// Most editions of which it is kept.
const MOST_KEPT: usize = 2_000;

impl Kept {
    fn get(&self, id: EditionId) -> Option<Arc<Saids>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&id).cloned()
    }

    fn put(&self, id: EditionId, said: Arc<Saids>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(id, said);
    }
}

/// The editions of a dataset and period, in the order in which they were frozen.
struct Family<'a> {
    db: &'a Db,
    metrics: &'a Measures,
    kept: &'a Kept,
    all: Vec<EditionRow>,
    uppers: Uppers,
    said: HashMap<EditionId, Arc<Saids>>,
    read: HashMap<EditionId, (Arc<Form>, Vec<FrozenRow>)>,
}

impl<'a> Family<'a> {
    async fn of(db: &'a Db, metrics: &'a Measures, kept: &'a Kept, id: EditionId) -> AppResult<Self> {
        Ok(Self {
            all: store::family(db, id).await?,
            uppers: store::uppers(db, id).await?.into_iter().collect(),
            db,
            metrics,
            kept,
            said: HashMap::new(),
            read: HashMap::new(),
        })
    }

    /// Places of those among the first so many that are in sight of one.
    fn in_sight(&self, at: usize, first: usize) -> Vec<usize> {
        let Some(own) = self.all.get(at) else {
            return Vec::new();
        };
        let others: Vec<OrgId> = self.all.iter().take(first).map(|one| one.org_id).collect();
        let seen = family::in_sight(own.org_id, &others, &self.uppers);
        let places = self.all.iter().take(first).enumerate();
        places
            .filter(|(_, one)| seen.contains(&one.org_id))
            .map(|(at, _)| at)
            .collect()
    }

    async fn read(&mut self, at: usize) -> AppResult<()> {
        let Some(one) = self.all.get(at).filter(|one| !self.read.contains_key(&one.id)) else {
            return Ok(());
        };
        let form = filled::form(self.db, one.dataset_version_id).await?;
        let cells = store::own_cells(self.db, one).await?;
        self.read.insert(one.id, (form, cells));
        Ok(())
    }

    /// The edition with those at these places, as far as they were read.
    fn members(&self, at: usize, others: &[usize], is_new: bool) -> Vec<Member<'_>> {
        let places = std::iter::once(&at).chain(others);
        let member = |place: &usize| {
            let edition = self.all.get(*place)?;
            let (form, cells) = self.read.get(&edition.id)?;
            let said = self.said.get(&edition.id).map(Arc::as_ref);
            Some(Member {
                org: edition.org_id,
                form,
                values: cells
                    .iter()
                    .map(|cell| (cell.element.as_str(), cell.value))
                    .collect(),
                said: if is_new && *place == at { None } else { said },
            })
        };
        places.filter_map(member).collect()
    }

    fn known(&self) -> impl Fn(&str) -> Option<Metric> + use<'_, 'a> {
        |id| self.metrics.find(id).copied()
    }

    /// Decides what is said of these editions, and of those before them that are in their sight.
    async fn decide(&mut self, wanted: Vec<usize>) -> AppResult<()> {
        let mut needed: BTreeSet<usize> = wanted.into_iter().collect();
        let mut open = Vec::new();
        while let Some(at) = needed.pop_last() {
            let Some(id) = self.all.get(at).map(|one| one.id) else {
                continue;
            };
            if let Some(said) = self.kept.get(id) {
                self.said.insert(id, said);
            } else {
                needed.extend(self.in_sight(at, at));
                open.push(at);
            }
        }
        // From the first that was frozen on.
        for at in open.into_iter().rev() {
            let others = self.in_sight(at, at);
            for place in others.iter().chain([&at]) {
                self.read(*place).await?;
            }
            let said = family::said(&self.members(at, &others, true), &self.uppers, &self.known());
            if let Some(one) = self.all.get(at) {
                let said = Arc::new(said);
                self.kept.put(one.id, Arc::clone(&said));
                self.said.insert(one.id, said);
            }
        }
        Ok(())
    }
}

/// What everybody reads of the figures of an edition.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn said(db: &Db, metrics: &Measures, kept: &Kept, id: EditionId) -> AppResult<Arc<Saids>> {
    if let Some(said) = kept.get(id) {
        return Ok(said);
    }
    let mut family = Family::of(db, metrics, kept, id).await?;
    let at = family.all.iter().position(|one| one.id == id);
    family.decide(at.into_iter().collect()).await?;
    Ok(family.said.get(&id).cloned().unwrap_or_default())
}

/// What everybody reads of what each erratum, newest first, makes of its figure. Of a figure with several the newest holds; an
/// earlier one tells no more than it.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn corrected(
    db: &Db,
    metrics: &Measures,
    kept: &Kept,
    (edition, errata): (&EditionRow, &[ErratumRow]),
) -> AppResult<Vec<Said>> {
    if errata.is_empty() {
        return Ok(Vec::new());
    }
    let mut family = Family::of(db, metrics, kept, edition.id).await?;
    let Some(at) = family.all.iter().position(|one| one.id == edition.id) else {
        return Ok(vec![Said::Guard; errata.len()]);
    };
    let others = family.in_sight(at, family.all.len());
    family
        .decide(others.iter().copied().chain([at]).collect())
        .await?;
    for place in others.iter().chain([&at]) {
        family.read(*place).await?;
    }
    let members = family.members(at, &others, false);
    let mut newest: Vec<Change<'_>> = Vec::new();
    let mut said = Vec::with_capacity(errata.len());
    for one in errata {
        if newest.iter().all(|(code, _)| *code != one.element) {
            newest.push((&one.element, one.value_is));
        }
    }
    let holds = family::said_of_changes(&members, &family.uppers, &newest, &family.known());
    for (at, one) in errata.iter().enumerate() {
        let is_newest = errata.iter().take(at).all(|other| other.element != one.element);
        let now = holds.get(&one.element).copied().unwrap_or(Said::Guard);
        said.push(if is_newest {
            now
        } else {
            let earlier = [(one.element.as_str(), one.value_is)];
            let then = family::said_of_changes(&members, &family.uppers, &earlier, &family.known());
            let then = then.get(&one.element).copied().unwrap_or(Said::Guard);
            if now == Said::Figure || then != Said::Figure {
                then
            } else {
                Said::Guard
            }
        });
    }
    Ok(said)
}
