//! Reading figures: for one org and period, for many at once, broken down, by child, in a row of periods.
//!
//! Callers have checked that the reader may see the org ([`crate`], who may).

use crate::cells::{Cells, Choice};
use crate::definition::{Dimension, How, Measure, Metric, Registry};
use crate::figure::{Figure, State};
use crate::late::Late;
use crate::moments::{self, Rolled};
use crate::period::{Period, end_of_month};
use crate::store;
use crate::tree::Tree;
use db::Db;
use kernel::{Date, OrgId};
use platform::{AppError, AppResult, Ctx, Notice, Platform};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Moment};
use tokio::sync::broadcast::{self, error::TryRecvError};

/// What another process changed shows after this time at the latest.
const KEPT: Duration = Duration::from_secs(5);
/// Most days whose trees and facts are kept.
const MOST_DAYS: usize = 64;

/// One slice of a breakdown: `[(Sex, "female"), (Age, "60-69")]`; empty for the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slice(pub Vec<(Dimension, String)>);

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Which metric.
    pub metric: String,
    /// Of which org, with all below it.
    pub org: OrgId,
    /// Of which period.
    pub period: Period,
    /// Of which part.
    pub slice: Slice,
}

impl Ask {
    /// The whole of a metric.
    #[must_use]
    pub fn new(metric: &str, org: OrgId, period: Period) -> Self {
        Self {
            metric: metric.to_owned(),
            org,
            period,
            slice: Slice::default(),
        }
    }
}

/// What is kept between two reads, until something changes.
#[derive(Default)]
struct Kept {
    trees: HashMap<Date, (Moment, Arc<Tree>)>,
    moments: HashMap<(&'static str, Date), (Moment, Arc<Rolled>)>,
}

/// All metrics of the installation and how to read them; one for each process.
pub struct Metrics {
    /// What is defined.
    pub registry: Registry,
    kept: Mutex<Kept>,
    bus: Mutex<broadcast::Receiver<Arc<[Notice]>>>,
}

/// The cells of many orgs in one span, or why there are none.
type Loaded = HashMap<OrgId, Cells>;
type SpanKey = (&'static str, String, String, Date, bool);

/// What was loaded for one answer.
#[derive(Default)]
struct Round {
    spans: HashMap<SpanKey, Loaded>,
    first_months: HashMap<&'static str, Option<String>>,
}

/// A number or the reason why there is none.
#[derive(Debug, Clone, Copy)]
struct Raw {
    state: State,
    number: i64,
    empty: bool,
}

impl Metrics {
    /// Metrics by this registry, kept fresh by what this process commits.
    #[must_use]
    pub fn new(registry: Registry, platform: &Platform) -> Self {
        Self {
            registry,
            kept: Mutex::default(),
            bus: Mutex::new(platform.bus.subscribe()),
        }
    }

    /// All metrics.
    #[must_use]
    pub fn all(&self) -> &[Metric] {
        self.registry.all()
    }

    /// The metric of this name.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Metric> {
        self.registry.find(id)
    }

    /// One figure.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown metric; [`AppError::Unavailable`] when the database is.
    pub async fn figure(&self, ctx: &Ctx, metric: &str, org: OrgId, period: Period) -> AppResult<Figure> {
        let mut figures = self.figures(ctx, &[Ask::new(metric, org, period)]).await?;
        figures.pop().ok_or(AppError::NotFound)
    }

    /// Many figures, in the order asked; facts of orgs that share a source and a period are read together.
    ///
    /// # Errors
    /// As [`Metrics::figure`].
    pub async fn figures(&self, ctx: &Ctx, asks: &[Ask]) -> AppResult<Vec<Figure>> {
        self.freshen();
        let mut round = Round::default();
        self.load(ctx, asks, &mut round).await?;
        let mut figures = Vec::with_capacity(asks.len());
        for ask in asks {
            figures.push(self.answer(ctx, ask, &mut round).await?);
        }
        Ok(figures)
    }

    /// The same metric over several periods.
    ///
    /// # Errors
    /// As [`Metrics::figure`].
    pub async fn series(
        &self,
        ctx: &Ctx,
        metric: &str,
        org: OrgId,
        periods: &[Period],
    ) -> AppResult<Vec<Figure>> {
        let asks: Vec<Ask> = periods
            .iter()
            .map(|period| Ask::new(metric, org, *period))
            .collect();
        self.figures(ctx, &asks).await
    }

    /// The metric of each key of a dimension that occurs, by key.
    ///
    /// # Errors
    /// As [`Metrics::figure`].
    pub async fn breakdown(
        &self,
        ctx: &Ctx,
        metric: &str,
        org: OrgId,
        period: Period,
        by: Dimension,
    ) -> AppResult<Vec<(String, Figure)>> {
        self.freshen();
        let metric = self.find(metric).ok_or(AppError::NotFound)?;
        let mut round = Round::default();
        let ask = Ask::new(metric.id, org, period);
        self.load(ctx, std::slice::from_ref(&ask), &mut round).await?;
        let mut keys = Vec::new();
        for simple in self.simple(metric) {
            // A whole that does not know the dimension has nothing to name.
            if !simple.breakdowns.contains(&by) {
                continue;
            }
            if let Some(cells) = self.cells(ctx, &simple.how, org, period, &mut round).await?.1 {
                keys.extend(cells.keys(by, &choice(&simple.how)));
            }
        }
        keys.sort_unstable();
        keys.dedup();
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            let sliced = Ask {
                slice: Slice(vec![(by, key.clone())]),
                ..ask.clone()
            };
            let figure = self.answer(ctx, &sliced, &mut round).await?;
            found.push((key, figure));
        }
        Ok(found)
    }

    /// The metric of each org directly below, as they stood at the period's end; one closed before with its name and the
    /// word 已撤销, where it has a part in the whole.
    ///
    /// # Errors
    /// As [`Metrics::figure`].
    pub async fn by_child(
        &self,
        ctx: &Ctx,
        metric: &str,
        org: OrgId,
        period: Period,
    ) -> AppResult<Vec<(OrgId, String, Figure)>> {
        self.freshen();
        let tree = self.tree(ctx.db(), tree_day(period, ctx.today())).await?;
        let day = tree_day(period, ctx.today());
        let opened = tree.children(org).filter(|child| child.opened_on <= day);
        let children: Vec<(OrgId, String, bool)> = opened
            .map(|child| (child.id, child.name.clone(), child.standing))
            .collect();
        let asks: Vec<Ask> = children
            .iter()
            .map(|(id, ..)| Ask::new(metric, *id, period))
            .collect();
        let figures = self.figures(ctx, &asks).await?;
        let mut found = Vec::with_capacity(children.len());
        for ((id, name, standing), figure) in children.into_iter().zip(figures) {
            if standing {
                found.push((id, name, figure));
            } else if figure.number().is_some_and(|number| number > 0.0) {
                found.push((id, format!("{name}（已撤销）"), figure));
            }
        }
        Ok(found)
    }

    /// The tree as of a day.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when the database is.
    pub async fn tree(&self, db: &Db, day: Date) -> AppResult<Arc<Tree>> {
        self.freshen();
        let kept = self.kept().trees.get(&day).cloned();
        if let Some((at, tree)) = kept
            && at.elapsed() < KEPT
        {
            return Ok(tree);
        }
        let tree = Arc::new(Tree::new((self.registry.tree)(db.clone(), day).await?));
        let mut kept = self.kept();
        if kept.trees.len() >= MOST_DAYS {
            kept.trees.clear();
        }
        kept.trees.insert(day, (Moment::now(), Arc::clone(&tree)));
        Ok(tree)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops what is kept of that which this process has changed since.
    fn freshen(&self) {
        let mut bus = self.bus.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match bus.try_recv() {
                Ok(notices) => {
                    for notice in notices.iter() {
                        self.drop_kept(notice.subject_kind);
                    }
                }
                Err(TryRecvError::Lagged(_)) => *self.kept() = Kept::default(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn drop_kept(&self, subject: &str) {
        let moments = &self.registry.moments;
        let mut kept = self.kept();
        if subject == "org" {
            *kept = Kept::default();
        } else {
            kept.moments.retain(|(source, _), _| {
                let of_source = moments.iter().find(|moment| moment.id == *source);
                of_source.is_some_and(|moment| !moment.subjects.contains(&subject))
            });
        }
    }

    /// The metric itself, or part and whole of a ratio.
    fn simple(&self, metric: &Metric) -> Vec<Metric> {
        match metric.how {
            How::Ratio { part, whole, .. } => self
                .find(part)
                .into_iter()
                .chain(self.find(whole))
                .copied()
                .collect(),
            _ => vec![*metric],
        }
    }

    async fn answer(&self, ctx: &Ctx, ask: &Ask, round: &mut Round) -> AppResult<Figure> {
        let metric = self.find(&ask.metric).ok_or(AppError::NotFound)?;
        let day = tree_day(ask.period, ctx.today());
        let mut figure = metric.without(State::Known, ctx.now(), day);
        if let How::Ratio { part, whole, per } = metric.how {
            let part = self.find(part).ok_or(AppError::NotFound)?;
            let whole = self.find(whole).ok_or(AppError::NotFound)?;
            // A slice that the whole does not know speaks of the part alone.
            let whole_slice = Slice(
                ask.slice
                    .0
                    .iter()
                    .filter(|(by, _)| whole.breakdowns.contains(by))
                    .cloned()
                    .collect(),
            );
            let below = self.number(ctx, &whole.how, ask, &whole_slice, round).await?;
            let above = self.number(ctx, &part.how, ask, &ask.slice, round).await?;
            figure.state = worse(above.state, below.state);
            figure.part = Some(above.number);
            figure.empty = above.empty;
            figure.whole = Some(below.number);
            figure.per = per;
            if figure.whole == Some(0) && matches!(figure.state, State::Known | State::Partial { .. }) {
                figure.state = State::NoWhole;
            }
        } else {
            let raw = self.number(ctx, &metric.how, ask, &ask.slice, round).await?;
            figure.state = raw.state;
            figure.part = Some(raw.number);
            figure.empty = raw.empty;
        }
        Ok(figure)
    }

    async fn number(
        &self,
        ctx: &Ctx,
        how: &How,
        ask: &Ask,
        slice: &Slice,
        round: &mut Round,
    ) -> AppResult<Raw> {
        let (state, cells) = self.cells(ctx, how, ask.org, ask.period, round).await?;
        let choice = choice(how).sliced(slice);
        let empty = cells
            .as_ref()
            .is_none_or(|cells| !cells.any(&entered(how, &choice)));
        let number = cells.map_or(0, |cells| match how {
            How::Persons { .. } => cells.persons(&choice),
            How::Sum { measure, .. } | How::Moment { measure, .. } => cells.sum(*measure, &choice),
            How::Ratio { .. } => 0,
        });
        Ok(Raw { state, number, empty })
    }

    /// The cells from which a simple metric's figure comes, and whether they are whole.
    async fn cells<'a>(
        &self,
        ctx: &Ctx,
        how: &How,
        org: OrgId,
        period: Period,
        round: &'a mut Round,
    ) -> AppResult<(State, Option<std::borrow::Cow<'a, Cells>>)> {
        let day = tree_day(period, ctx.today());
        if period.first_day() > ctx.today() {
            return Ok((State::NotBegun, None));
        }
        let tree = self.tree(ctx.db(), day).await?;
        if tree.get(org).is_none_or(|node| node.opened_on > day) {
            return Ok((State::NoOrg, None));
        }
        match how {
            How::Moment { source, .. } => {
                let source = self.registry.moment(source).ok_or(AppError::NotFound)?;
                let rolled = self.rolled(ctx.db(), source.id, day).await?;
                Ok(match rolled.get(&org) {
                    Some(cells) => (State::Known, Some(std::borrow::Cow::Owned(cells.clone()))),
                    None if source.absent_is_zero => (State::Known, None),
                    None => (State::NoData { from: None }, None),
                })
            }
            How::Sum { source, .. } | How::Persons { source, .. } => {
                let Some((first, last)) = period.months() else {
                    return Ok((State::NotByDay, None));
                };
                let begins = self.first_month(ctx.db(), source, round).await?;
                let begins = begins.as_deref().and_then(|month| month.parse::<Period>().ok());
                let state = match begins.map(Period::first_day) {
                    None => return Ok((State::NoData { from: None }, None)),
                    from if from > Some(day) => return Ok((State::NoData { from }, None)),
                    Some(from) if from > period.first_day() => State::Partial { from },
                    Some(_) => State::Known,
                };
                let persons = matches!(how, How::Persons { .. });
                let key = (*source, first, last, day, persons);
                let cells = round.spans.get(&key).and_then(|loaded| loaded.get(&org));
                Ok((state, cells.map(std::borrow::Cow::Borrowed)))
            }
            How::Ratio { .. } => Ok((State::NoWhole, None)),
        }
    }

    async fn first_month(
        &self,
        db: &Db,
        source: &'static str,
        round: &mut Round,
    ) -> AppResult<Option<String>> {
        if let Some(known) = round.first_months.get(source) {
            return Ok(known.clone());
        }
        let first = store::first_month(db, source).await?;
        round.first_months.insert(source, first.clone());
        Ok(first)
    }

    /// What holds on a day, rolled up; kept until something changes.
    async fn rolled(&self, db: &Db, source: &'static str, day: Date) -> AppResult<Arc<Rolled>> {
        let kept = self.kept().moments.get(&(source, day)).cloned();
        if let Some((at, rolled)) = kept
            && at.elapsed() < KEPT
        {
            return Ok(rolled);
        }
        let definition = self.registry.moment(source).ok_or(AppError::NotFound)?;
        let tree = self.tree(db, day).await?;
        let facts = store::moment(db, definition.facts, day).await?;
        let rolled = Arc::new(moments::roll_up(facts, &tree, definition.rollup));
        let mut kept = self.kept();
        if kept.moments.len() >= MOST_DAYS * 4 {
            kept.moments.clear();
        }
        kept.moments
            .insert((source, day), (Moment::now(), Arc::clone(&rolled)));
        Ok(rolled)
    }

    /// Reads the cells of all asks, one statement for each source, period and kind of row.
    async fn load(&self, ctx: &Ctx, asks: &[Ask], round: &mut Round) -> AppResult<()> {
        let mut wanted: HashMap<SpanKey, Vec<OrgId>> = HashMap::new();
        for ask in asks {
            let metric = self.find(&ask.metric).ok_or(AppError::NotFound)?;
            for simple in self.simple(metric) {
                let how = simple.how;
                let (How::Sum { source, .. } | How::Persons { source, .. }) = how else {
                    continue;
                };
                if let Some((first, last)) = ask.period.months() {
                    let day = tree_day(ask.period, ctx.today());
                    let persons = matches!(how, How::Persons { .. });
                    wanted
                        .entry((source, first, last, day, persons))
                        .or_default()
                        .push(ask.org);
                }
            }
        }
        for (key, mut orgs) in wanted {
            orgs.sort_unstable();
            orgs.dedup();
            let loaded = self.load_span(ctx.db(), &key, &orgs).await?;
            round.spans.insert(key, loaded);
        }
        Ok(())
    }

    /// The cells of orgs over a span. Months whose orgs still stand so on the tree of the span's end are read rolled up;
    /// the others are put together from the own cells of all that stand below on that tree.
    async fn load_span(&self, db: &Db, key: &SpanKey, orgs: &[OrgId]) -> AppResult<Loaded> {
        let (source, first, last, day, persons) = key;
        let tree = self.tree(db, *day).await?;
        let months = store::months(db, source, first, last).await?;
        let late = Late::of(db, &tree, source, (first, last)).await?;
        let (same, others): (Vec<_>, Vec<_>) = months
            .into_iter()
            .partition(|month| month.tree_hash == late.hash(&tree, &month.month));
        let mut loaded = Loaded::new();
        if !same.is_empty() {
            for row in store::cells(db, source, orgs, true, (first, last), *persons).await? {
                if same.iter().any(|month| month.month == row.month) {
                    take_in(&mut loaded, row.org_id, &row)?;
                }
            }
        }
        if others.is_empty() {
            return Ok(loaded);
        }
        for org in orgs {
            let below = tree.subtree(*org);
            for row in store::cells(db, source, &below, false, (first, last), *persons).await? {
                if others.iter().any(|month| month.month == row.month) {
                    take_in(&mut loaded, *org, &row)?;
                }
            }
        }
        Ok(loaded)
    }
}

fn take_in(loaded: &mut Loaded, org: OrgId, row: &store::Stored) -> AppResult<()> {
    let cells = Cells::decode(&row.cells, row.members.as_deref())
        .ok_or_else(|| AppError::Internal(format!("broken cells of {org} in {}", row.month)))?;
    loaded.entry(org).or_default().take_in(&cells);
    Ok(())
}

/// Which lines a simple metric counts.
fn choice(how: &How) -> Choice<'static> {
    match *how {
        How::Sum { tags, .. } => Choice {
            tags,
            ..Choice::default()
        },
        How::Persons { tags, bands, .. } => Choice {
            tags,
            bands,
            ..Choice::default()
        },
        How::Moment {
            tags, kinds, bands, ..
        } => Choice {
            tags,
            kinds,
            bands,
            slice: &[],
        },
        How::Ratio { .. } => Choice::default(),
    }
}

/// Which lines say that something was entered: of a span any, because a roll of absences is one too; of what holds on a day
/// those of the kinds that count, because a source of moments holds others besides.
fn entered<'a>(how: &How, choice: &Choice<'a>) -> Choice<'a> {
    match how {
        How::Moment { .. } => Choice {
            tags: &[],
            bands: &[],
            ..*choice
        },
        How::Sum { .. } | How::Persons { .. } | How::Ratio { .. } => Choice::default(),
    }
}

impl How {
    /// The source of a simple metric.
    #[must_use]
    pub const fn source(&self) -> Option<&'static str> {
        match self {
            Self::Sum { source, .. } | Self::Persons { source, .. } | Self::Moment { source, .. } => {
                Some(source)
            }
            Self::Ratio { .. } => None,
        }
    }

    /// Which measure a simple metric sums.
    #[must_use]
    pub const fn measure(&self) -> Option<Measure> {
        match self {
            Self::Sum { measure, .. } | Self::Moment { measure, .. } => Some(*measure),
            Self::Persons { .. } | Self::Ratio { .. } => None,
        }
    }
}

/// The state of a ratio: the first reason why part or whole is not known.
const fn worse(part: State, whole: State) -> State {
    match (part, whole) {
        (State::Known, other) => other,
        (State::Partial { .. }, other) if !matches!(other, State::Known | State::Partial { .. }) => other,
        (other, _) => other,
    }
}

/// The day of whose tree a period speaks: its last, or today while it runs.
pub(crate) fn tree_day(period: Period, today: Date) -> Date {
    period.last_day().min(today)
}

/// The day of whose tree a stored month is rolled up.
pub(crate) fn tree_day_of_month(month: &str, today: Date) -> Option<Date> {
    end_of_month(month).map(|end| end.min(today))
}
