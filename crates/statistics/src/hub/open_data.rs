//! The files that anybody may have: a published metric for city, districts and streets, by ended quarters and years.

use super::model::{LICENCE, Published, Year, years};
use super::suppression::{Area, Cell, Shown, protect, rests};
use axum::body::Bytes;
use kernel::{Date, OrgId};
use metrics::{Ask, Figure, How, Metric, Metrics, Period, Placed, Tree};
use platform::{AppError, AppResult, Ctx};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Kinds of areas that are published, from the top.
const LEVELS: &[(&str, &str)] = &[("city", "市"), ("district", "区"), ("street", "街镇")];

/// First row of each file.
pub const HEADER: [&str; 15] = [
    "指标",
    "指标代码",
    "地区",
    "地区代码",
    "级别",
    "上级地区",
    "时间段",
    "时间段代码",
    "数值",
    "单位",
    "说明",
    "定义",
    "数据来源",
    "许可",
    "制作日期",
];

/// What is published of a metric, made on a day: the file, and the numbers in it.
pub struct Made {
    /// When.
    pub day: Date,
    /// The file.
    pub file: Bytes,
    /// One of each year.
    pub tables: Vec<Table>,
}

/// What was made, by metric. One is made at a time: whoever asks meanwhile waits for it.
#[derive(Default)]
pub struct Kept(Mutex<HashMap<&'static str, Arc<Made>>>);

/// What is published of a metric, made today.
///
/// # Errors
/// [`AppError::NotFound`] where the installation does not count it; [`AppError::Unavailable`] when the database is.
pub async fn made(ctx: &Ctx, metrics: &Metrics, kept: &Kept, published: Published) -> AppResult<Arc<Made>> {
    let mut all = kept.0.lock().await;
    let today = ctx.today();
    if let Some(made) = all.get(published.metric).filter(|made| made.day == today) {
        return Ok(Arc::clone(made));
    }
    let metric = *metrics.find(published.metric).ok_or(AppError::NotFound)?;
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(HEADER).map_err(broken)?;
    let mut tables = Vec::new();
    for year in years(today) {
        if let Some(table) = of_year(ctx, metrics, &metric, published, year).await? {
            for line in table.lines() {
                writer.write_record(line.record(&metric, today)).map_err(broken)?;
            }
            tables.push(table);
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| AppError::Internal(error.to_string()))?;
    let made = Arc::new(Made {
        day: today,
        file: bytes.into(),
        tables,
    });
    all.insert(published.metric, Arc::clone(&made));
    Ok(made)
}

fn broken(error: csv::Error) -> AppError {
    AppError::Internal(error.to_string())
}

/// An area of a year's tree.
struct Named {
    org: OrgId,
    above: Option<usize>,
    above_name: String,
    name: String,
    level: &'static str,
    code: String,
    /// Whether the areas beside it are the same at the end of each quarter: otherwise only the year is published.
    steady: bool,
}

/// A number to be written.
struct Line {
    name: String,
    code: String,
    level: &'static str,
    above: String,
    period: Period,
    figure: Figure,
    shown: Shown,
}

impl Line {
    fn record(self, metric: &Metric, today: Date) -> [String; 15] {
        let (value, remark) = match self.shown {
            Shown::Number => {
                let number = self.figure.number().unwrap_or_default();
                (format!("{number:.0$}", metric.decimals), self.figure.remark())
            }
            Shown::Small => (
                format!("<{}", metric.small_cell),
                format!("小于 {}，为保护个人信息不公布具体数", metric.small_cell),
            ),
            Shown::Guard => (
                String::new(),
                format!("不公布，以免由它推算出别处小于 {} 的数", metric.small_cell),
            ),
        };
        [
            metric.name.to_owned(),
            metric.id.to_owned(),
            self.name,
            self.code,
            self.level.to_owned(),
            self.above,
            self.period.label(),
            self.period.to_string(),
            value,
            metric.unit.to_owned(),
            remark,
            metric.words.to_owned(),
            metric.source_kind.label().to_owned(),
            LICENCE.to_owned(),
            today.to_string(),
        ]
    }
}

/// The numbers of a year, as far as it has ended; none where no area stood.
async fn of_year(
    ctx: &Ctx,
    metrics: &Metrics,
    metric: &Metric,
    published: Published,
    year: Year,
) -> AppResult<Option<Table>> {
    let named = areas(ctx, metrics, &year).await?;
    if named.is_empty() {
        return Ok(None);
    }
    let read = Reading {
        ctx,
        metrics,
        named: &named,
        year: &year,
    };
    let figures = read.figures(metric.id).await?;
    let wholes = match published.within {
        Some(whole) if metrics.find(whole).is_some() => Some(read.figures(whole).await?),
        _ => None,
    };
    let of = |all: &[Vec<Figure>], area: usize, at: usize| number(all.get(area)?.get(at)?);
    let cell = |area: usize, at: usize| {
        let within = wholes.as_ref().and_then(|all| of(all, area, at));
        Some(Cell::new(of(&figures, area, at)?, within))
    };
    // A period counts where the first area knows it; an area that does not is published without quarters.
    let known: Vec<usize> = (0..year.quarters.len())
        .filter(|at| cell(0, *at).is_some())
        .collect();
    let mut cells: Vec<Area> = Vec::with_capacity(named.len());
    for (area, one) in named.iter().enumerate() {
        let quarters: Option<Vec<Cell>> = known.iter().map(|at| cell(area, *at)).collect();
        cells.push(Area {
            above: one.above,
            year: year.whole.and_then(|_| cell(area, year.quarters.len())),
            quarters: quarters.filter(|_| one.steady).unwrap_or_default(),
        });
    }
    let added = matches!(metric.how, How::Sum { .. });
    if added {
        let rests = rests(&cells);
        cells.extend(rests);
    }
    protect(&mut cells, metric.small_cell, added);
    cells.truncate(named.len());
    Ok(Some(Table {
        added,
        year,
        named,
        figures,
        known,
        cells,
    }))
}

/// What is published of a metric in a year.
pub struct Table {
    /// Whether a year is the sum of its quarters.
    pub added: bool,
    year: Year,
    named: Vec<Named>,
    figures: Vec<Vec<Figure>>,
    /// The quarters that are published, by their places in the year.
    known: Vec<usize>,
    /// What is said, of each area.
    cells: Vec<Area>,
}

/// What is published of an area in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfArea {
    /// The area.
    pub org: OrgId,
    /// The published area above it.
    pub above: Option<OrgId>,
    /// Its quarters, then its year.
    pub cells: Vec<(Period, Cell)>,
}

impl Table {
    /// The year.
    #[must_use]
    pub const fn year(&self) -> i16 {
        self.year.year
    }

    /// The numbers of an area by their places among the year's figures: its quarters, then its year.
    fn cells(&self, area: usize) -> Vec<(Period, usize, Cell)> {
        let Some(cells) = self.cells.get(area) else {
            return Vec::new();
        };
        let quarters = cells.quarters.iter().zip(&self.known);
        let quarters = quarters.filter_map(|(cell, at)| Some((*self.year.quarters.get(*at)?, *at, *cell)));
        let year = self.year.whole.zip(cells.year);
        quarters
            .chain(year.map(|(period, cell)| (period, self.year.quarters.len(), cell)))
            .collect()
    }

    /// What is to be written of each area: its quarters, then its year.
    fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for (area, (one, figures)) in self.named.iter().zip(&self.figures).enumerate() {
            for (period, at, cell) in self.cells(area) {
                lines.extend(figures.get(at).map(|figure| Line {
                    name: one.name.clone(),
                    code: one.code.clone(),
                    level: one.level,
                    above: one.above_name.clone(),
                    period,
                    figure: figure.clone(),
                    shown: cell.shown,
                }));
            }
        }
        lines
    }

    /// An area with those above it, and what lies directly below each of them: whatever tells something of its numbers. Nothing
    /// for who is not published.
    #[must_use]
    pub fn in_sight(&self, org: OrgId) -> Vec<OfArea> {
        let above = |at: usize| self.named.get(at).and_then(|one| one.above);
        let own = self.named.iter().position(|one| one.org == org);
        let line: Vec<usize> = std::iter::successors(own, |at| above(*at)).collect();
        let seen =
            self.named.iter().enumerate().filter(|(at, one)| {
                line.contains(at) || one.above.is_some_and(|upper| line.contains(&upper))
            });
        let of = |(at, one): (usize, &Named)| OfArea {
            org: one.org,
            above: one.above.and_then(|upper| Some(self.named.get(upper)?.org)),
            cells: self
                .cells(at)
                .into_iter()
                .map(|(period, _, cell)| (period, cell))
                .collect(),
        };
        seen.map(of).collect()
    }
}

/// What was counted, where it is known.
fn number(figure: &Figure) -> Option<i64> {
    figure.number().and(figure.part)
}

/// The figures of all areas of a year.
struct Reading<'a> {
    ctx: &'a Ctx,
    metrics: &'a Metrics,
    named: &'a [Named],
    year: &'a Year,
}

impl Reading<'_> {
    /// For each area the quarters, then the year if it has ended.
    async fn figures(&self, metric: &str) -> AppResult<Vec<Vec<Figure>>> {
        let periods: Vec<Period> = self
            .year
            .quarters
            .iter()
            .copied()
            .chain(self.year.whole)
            .collect();
        let asks: Vec<Ask> = self
            .named
            .iter()
            .flat_map(|one| periods.iter().map(|period| Ask::new(metric, one.org, *period)))
            .collect();
        let figures = self.metrics.figures(self.ctx, &asks).await?;
        Ok(figures
            .chunks(periods.len().max(1))
            .map(<[Figure]>::to_vec)
            .collect())
    }
}

/// The areas as they stood at the end of a year or of its last ended quarter, each after the one above it.
async fn areas(ctx: &Ctx, metrics: &Metrics, year: &Year) -> AppResult<Vec<Named>> {
    let mut trees = Vec::new();
    for period in year.quarters.iter().chain(&year.whole) {
        trees.push(metrics.tree(ctx.db(), period.last_day()).await?);
    }
    let Some(tree) = trees.last() else {
        return Ok(Vec::new());
    };
    let mut named: Vec<Named> = Vec::new();
    for (kind, level) in LEVELS {
        let mut found: Vec<_> = tree
            .upward()
            .filter(|node| node.standing && node.kind == *kind)
            .collect();
        found.sort_by_key(|node| node.id);
        for node in found {
            let mut way = tree.upto_root(node.id).into_iter().skip(1);
            let above = way.find_map(|id| named.iter().position(|one| one.org == id));
            let upper = above.and_then(|at| named.get(at));
            let beside = upper.map(|one| one.org);
            let above_name = upper.map_or_else(String::new, |one| one.name.clone());
            let same = |other: &Arc<Tree>| parts(other, beside, kind) == parts(tree, beside, kind);
            named.push(Named {
                org: node.id,
                above,
                above_name,
                name: node.name.clone(),
                level,
                code: String::new(),
                steady: trees.iter().all(same),
            });
        }
    }
    let ids: Vec<OrgId> = named.iter().map(|one| one.org).collect();
    let briefs = orgs::tree::find_many(ctx.db(), &ids).await?;
    let codes: HashMap<OrgId, String> = briefs
        .into_iter()
        .filter_map(|org| Some((org.id, org.region_code?)))
        .collect();
    for one in &mut named {
        one.code = codes.get(&one.org).cloned().unwrap_or_default();
    }
    Ok(named)
}

/// The standing areas of a kind directly below an area, or below none.
fn parts(tree: &Tree, above: Option<OrgId>, kind: &str) -> BTreeSet<OrgId> {
    let stands = |node: &&Placed| node.standing && node.kind == kind;
    match above {
        None => tree.upward().filter(stands).map(|node| node.id).collect(),
        Some(above) => {
            let below = tree.subtree(above);
            let below = below.iter().filter_map(|id| tree.get(*id));
            below.filter(stands).map(|node| node.id).collect()
        }
    }
}
