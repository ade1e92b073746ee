//! The files that anybody may have: a published metric for city, districts and streets, by ended quarters and years.

use super::model::{LICENCE, Published, Year, years};
use super::suppression::{Area, Cell, Shown, protect, rests};
use axum::body::Bytes;
use kernel::{Date, OrgId};
use metrics::{Ask, Figure, How, Metric, Metrics, Period, Tree};
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

/// A file in memory with the day on which it was made.
type File = (Date, Bytes);

/// The files that were made, by metric. One is made at a time: whoever asks meanwhile waits for it.
#[derive(Default)]
pub struct Kept(Mutex<HashMap<&'static str, File>>);

/// The file of a metric, made today.
///
/// # Errors
/// [`AppError::NotFound`] where the installation does not count it; [`AppError::Unavailable`] when the database is.
pub async fn file(ctx: &Ctx, metrics: &Metrics, kept: &Kept, published: Published) -> AppResult<File> {
    let mut files = kept.0.lock().await;
    let today = ctx.today();
    if let Some(file) = files.get(published.metric).filter(|(day, _)| *day == today) {
        return Ok(file.clone());
    }
    let metric = *metrics.find(published.metric).ok_or(AppError::NotFound)?;
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(HEADER).map_err(broken)?;
    for year in years(today) {
        for line in of_year(ctx, metrics, &metric, published, &year).await? {
            writer.write_record(line.record(&metric, today)).map_err(broken)?;
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| AppError::Internal(error.to_string()))?;
    let file: File = (today, bytes.into());
    files.insert(published.metric, file.clone());
    Ok(file)
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

/// The lines of a year: each area's year and quarters, as far as they have ended.
async fn of_year(
    ctx: &Ctx,
    metrics: &Metrics,
    metric: &Metric,
    published: Published,
    year: &Year,
) -> AppResult<Vec<Line>> {
    let named = areas(ctx, metrics, year).await?;
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let read = Reading {
        ctx,
        metrics,
        named: &named,
        year,
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
    Ok(lines(&named, &cells, &figures, year, &known))
}

/// What is to be written of each area: its quarters, then its year.
fn lines(
    named: &[Named],
    cells: &[Area],
    figures: &[Vec<Figure>],
    year: &Year,
    known: &[usize],
) -> Vec<Line> {
    let mut lines = Vec::new();
    for ((one, cells), figures) in named.iter().zip(cells).zip(figures) {
        let mut write = |period: Period, at: usize, cell: Cell| {
            lines.extend(figures.get(at).map(|figure| Line {
                name: one.name.clone(),
                code: one.code.clone(),
                level: one.level,
                above: one.above_name.clone(),
                period,
                figure: figure.clone(),
                shown: cell.shown,
            }));
        };
        for (cell, at) in cells.quarters.iter().zip(known) {
            if let Some(period) = year.quarters.get(*at) {
                write(*period, *at, *cell);
            }
        }
        if let Some((period, cell)) = year.whole.zip(cells.year) {
            write(period, year.quarters.len(), cell);
        }
    }
    lines
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
    let standing = tree.upward().filter(|node| node.standing && node.kind == kind);
    standing
        .filter(|node| above.is_none_or(|above| tree.upto_root(node.id).contains(&above)))
        .map(|node| node.id)
        .collect()
}
