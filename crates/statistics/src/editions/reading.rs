//! What is said of the figures of an edition: read with those in sight and with open data, decided once and kept.

use super::family::{self, Around, Change, Member, Saids, Uppers};
use super::model::Said;
use super::open_figures::{OpenData, OpenTable, concerned};
use super::relations::filled;
use super::store::{self, EditionRow, ErratumRow, FrozenRow};
use crate::datasets::form::Form;
use crate::hub::open_data;
use crate::returns::filled as returns;
use crate::{EditionId, Measures};
use db::{Db, Tx};
use kernel::OrgId;
use metrics::{How, Metric, Period};
use platform::{AppResult, Ctx};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// What was decided, by edition: neither an edition nor those frozen before it change. And the open data beside it.
pub struct Kept {
    said: Mutex<HashMap<EditionId, Arc<Saids>>>,
    open: Arc<open_data::Kept>,
}

/// Most editions of which it is kept.
const MOST_KEPT: usize = 2_000;

impl Kept {
    /// Nothing was decided yet.
    #[must_use]
    pub fn new(open: Arc<open_data::Kept>) -> Self {
        Self {
            said: Mutex::default(),
            open,
        }
    }

    fn get(&self, id: EditionId) -> Option<Arc<Saids>> {
        let kept = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&id).cloned()
    }

    fn put(&self, id: EditionId, said: Arc<Saids>) {
        let mut kept = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(id, said);
    }
}

/// An edition that was read.
struct Read {
    form: Arc<Form>,
    cells: Vec<FrozenRow>,
    /// Newest first.
    errata: Vec<ErratumRow>,
}

/// The editions of a dataset and period, in the order in which they were frozen.
struct Family<'a> {
    db: &'a Db,
    metrics: &'a Measures,
    kept: &'a Kept,
    all: Vec<EditionRow>,
    uppers: Uppers,
    said: HashMap<EditionId, Arc<Saids>>,
    read: HashMap<EditionId, Read>,
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
        let form = returns::form(self.db, one.dataset_version_id).await?;
        let read = Read {
            form,
            cells: store::own_cells(self.db, one).await?,
            errata: store::errata(self.db, one.id).await?,
        };
        self.read.insert(one.id, read);
        Ok(())
    }

    /// The edition with those at these places, as far as they were read, with the figures that hold by now and what was said of them.
    fn members(&self, at: usize, others: &[usize], is_new: bool) -> Vec<Member<'_>> {
        let places = std::iter::once(&at).chain(others);
        let member = |place: &usize| {
            let edition = self.all.get(*place)?;
            let Read { form, cells, errata } = self.read.get(&edition.id)?;
            let mut values: HashMap<&str, Option<i64>> = cells
                .iter()
                .map(|cell| (cell.element.as_str(), cell.value))
                .collect();
            let said = self.said.get(&edition.id).map(Arc::as_ref);
            let mut said = said.filter(|_| !is_new || *place != at).cloned();
            for one in errata.iter().rev() {
                values.insert(&one.element, one.value_is);
                if let Some(said) = &mut said {
                    said.insert(one.element.clone(), one.is());
                }
            }
            Some(Member {
                org: edition.org_id,
                form,
                values,
                said,
            })
        };
        places.filter_map(member).collect()
    }

    fn known(&self) -> impl Fn(&str) -> Option<Metric> + use<'_, 'a> {
        |id| self.metrics.find(id).copied()
    }

    fn around<'b>(
        &'b self,
        known: &'b dyn Fn(&str) -> Option<Metric>,
        open: Option<&'b OpenData>,
    ) -> Around<'b> {
        Around {
            uppers: &self.uppers,
            known,
            open,
        }
    }

    /// What was decided of an edition when it was frozen; nothing for one from before that was written down.
    async fn decided(&self, id: EditionId) -> AppResult<Option<Arc<Saids>>> {
        if let Some(said) = self.kept.get(id) {
            return Ok(Some(said));
        }
        let said = store::said(self.db, id).await?.map(Arc::new);
        if let Some(said) = &said {
            self.kept.put(id, Arc::clone(said));
        }
        Ok(said)
    }

    /// Decides what is said of these editions, and of those before them that are in their sight.
    async fn decide(&mut self, wanted: Vec<usize>) -> AppResult<()> {
        let mut needed: BTreeSet<usize> = wanted.into_iter().collect();
        let mut open = Vec::new();
        while let Some(at) = needed.pop_last() {
            let Some(id) = self.all.get(at).map(|one| one.id) else {
                continue;
            };
            if let Some(said) = self.decided(id).await? {
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
            let said = {
                let known = self.known();
                family::said(&self.members(at, &others, true), self.around(&known, None))
            };
            if let Some(one) = self.all.get(at) {
                let said = Arc::new(said);
                self.kept.put(one.id, Arc::clone(&said));
                self.said.insert(one.id, said);
            }
        }
        Ok(())
    }
}

/// What open data says today of the figures of a form, in the year of a period and in sight of an org.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn open_beside(
    ctx: &Ctx,
    metrics: &Measures,
    kept: &Kept,
    form: &Form,
    (org, period): (OrgId, Option<Period>),
) -> AppResult<Option<OpenData>> {
    let Some((period, year)) = period.and_then(|period| match period {
        Period::Year(year) | Period::Quarter { year, .. } => Some((period, year)),
        _ => None,
    }) else {
        return Ok(None);
    };
    let mut named: Vec<&str> = form
        .elements
        .iter()
        .filter_map(|one| Some(filled(one)?.0))
        .collect();
    for at in 0..named.len() {
        let how = named.get(at).and_then(|id| Some(metrics.find(id)?.how));
        if let Some(How::Ratio { part, whole, .. }) = how {
            named.extend([part, whole]);
        }
    }
    let mut tables = Vec::new();
    for published in concerned(&named) {
        let Some(metric) = metrics.find(published.metric) else {
            continue;
        };
        let made = open_data::made(ctx, metrics, &kept.open, published).await?;
        tables.extend(
            made.tables
                .iter()
                .filter(|table| table.year() == year)
                .map(|table| OpenTable {
                    published,
                    metric: *metric,
                    added: table.added,
                    areas: table.in_sight(org),
                }),
        );
    }
    Ok(Some(OpenData { period, tables }))
}

/// Decides for ever what everybody reads of an edition that is being frozen, beside all that was published before it.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn decide(
    tx: &Tx,
    metrics: &Measures,
    kept: &Kept,
    id: EditionId,
    open: Option<&OpenData>,
) -> AppResult<()> {
    let mut family = Family::of(tx, metrics, kept, id).await?;
    let Some(at) = family.all.iter().position(|one| one.id == id) else {
        return Ok(());
    };
    let others = family.in_sight(at, family.all.len());
    family.decide(others.clone()).await?;
    for place in others.iter().chain([&at]) {
        family.read(*place).await?;
    }
    let known = family.known();
    let said = family::said(&family.members(at, &others, true), family.around(&known, open));
    Ok(store::say(tx, id, &said).await?)
}

/// What everybody reads of the figures of an edition.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn said(db: &Db, metrics: &Measures, kept: &Kept, id: EditionId) -> AppResult<Arc<Saids>> {
    if let Some(said) = kept.get(id) {
        return Ok(said);
    }
    if let Some(said) = store::said(db, id).await?.map(Arc::new) {
        kept.put(id, Arc::clone(&said));
        return Ok(said);
    }
    let mut family = Family::of(db, metrics, kept, id).await?;
    let at = family.all.iter().position(|one| one.id == id);
    family.decide(at.into_iter().collect()).await?;
    // Of an edition that is not among its own nothing is said, and so every figure of it is hidden.
    Ok(family.said.get(&id).cloned().unwrap_or_default())
}

/// Decides for ever what everybody reads of a figure that an erratum changes, beside all that was published before it.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn decide_erratum(
    tx: &Tx,
    metrics: &Measures,
    kept: &Kept,
    id: EditionId,
    change: Change<'_>,
    open: Option<&OpenData>,
) -> AppResult<Said> {
    let mut family = Family::of(tx, metrics, kept, id).await?;
    let Some(at) = family.all.iter().position(|one| one.id == id) else {
        return Ok(Said::Guard);
    };
    let others = family.in_sight(at, family.all.len());
    family
        .decide(others.iter().copied().chain([at]).collect())
        .await?;
    for place in others.iter().chain([&at]) {
        family.read(*place).await?;
    }
    let known = family.known();
    let members = family.members(at, &others, false);
    let said = family::said_of_change(&members, change, family.around(&known, open));
    Ok(said.unwrap_or(Said::Guard))
}
