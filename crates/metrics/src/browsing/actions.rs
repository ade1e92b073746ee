//! What one may look at: permission, then reading.

use crate::definition::{BehindRow, Dimension, How, Measure, Metric, Rollup};
use crate::figure::{Figure, State};
use crate::moments;
use crate::period::Period;
use crate::reading::{Metrics, tree_day};
use crate::store;
use crate::tree::Tree;
use db::{Scope, args};
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx, Permission};

/// Rows behind a figure that are shown at once.
pub const ROWS: usize = 50;
/// Periods in the course of time.
const COURSE: usize = 12;

/// An org that one may look at.
#[derive(Debug, Clone)]
pub struct Place {
    /// The org.
    pub org: OrgId,
    /// Its short name.
    pub name: String,
    /// Its path in today's tree.
    pub path: String,
}

/// One row behind a figure, with what it adds.
pub struct Behind {
    /// What it is.
    pub row: BehindRow,
    /// What it adds to the figure, or to the part of a ratio.
    pub figure: Figure,
}

/// A figure with what explains it.
pub struct View {
    /// Of which org.
    pub place: Place,
    /// The figure.
    pub figure: Figure,
    /// What can be compared, and the same a year earlier.
    pub compared: Option<((Period, Figure), (Period, Figure))>,
    /// The course of time, oldest first.
    pub course: Vec<(Period, Figure)>,
    /// By dimension.
    pub parts: Vec<(Dimension, Vec<(String, Figure)>)>,
    /// Orgs directly below.
    pub children: Vec<(OrgId, String, Figure)>,
    /// What stands behind it.
    pub rows: Vec<Behind>,
    /// Unit of the rows.
    pub rows_unit: &'static str,
    /// Whether there are more rows.
    pub more: bool,
}

/// The org one asks for, if it lies in one's scope; without one, that of the first post.
///
/// # Errors
/// [`AppError::Forbidden`] without a post; [`AppError::NotFound`] for what lies outside.
pub async fn place(ctx: &Ctx, metrics: &Metrics, org: Option<OrgId>) -> AppResult<Place> {
    let scope = ctx.may(Permission::MetricRead)?;
    let tree = metrics.tree(ctx.db(), ctx.today()).await?;
    let own = ctx.actor.posts.iter().find(|post| scope.contains(&post.org_path));
    let org = org
        .or_else(|| own.map(|post| post.org))
        .ok_or(AppError::NotFound)?;
    let node = tree.get(org).ok_or(AppError::NotFound)?;
    let path = path_of(&tree, org);
    if !scope.contains(&path) {
        return Err(AppError::NotFound);
    }
    Ok(Place {
        org,
        name: node.name.clone(),
        path,
    })
}

/// The path of ids from the root, as paths of orgs are written.
fn path_of(tree: &Tree, org: OrgId) -> String {
    let mut ids = tree.upto_root(org);
    ids.reverse();
    ids.iter().fold("/".to_owned(), |path, id| format!("{path}{id}/"))
}

/// Figures of all metrics for an org and a period.
///
/// # Errors
/// As [`place`].
pub async fn overview(ctx: &Ctx, metrics: &Metrics, place: &Place, period: Period) -> AppResult<Vec<Figure>> {
    let asks: Vec<crate::Ask> = metrics
        .all()
        .iter()
        .map(|metric| crate::Ask::new(metric.id, place.org, period))
        .collect();
    metrics.figures(ctx, &asks).await
}

/// A figure with its course, its parts, its children and the rows behind it, from row `offset` on.
///
/// # Errors
/// As [`place`]; [`AppError::NotFound`] for an unknown metric.
pub async fn look(
    ctx: &Ctx,
    metrics: &Metrics,
    metric: &Metric,
    place: Place,
    period: Period,
    offset: usize,
) -> AppResult<View> {
    let id = metric.id;
    let figure = metrics.figure(ctx, id, place.org, period).await?;
    let compared = compared(ctx, metrics, metric, &place, period).await?;
    let mut periods: Vec<Period> = std::iter::successors(Some(period), |period| Some(period.previous()))
        .take(COURSE)
        .collect();
    periods.reverse();
    let figures = metrics.series(ctx, id, place.org, &periods).await?;
    let mut parts = Vec::new();
    for by in metric.breakdowns {
        parts.push((*by, metrics.breakdown(ctx, id, place.org, period, *by).await?));
    }
    let children = metrics.by_child(ctx, id, place.org, period).await?;
    let simple = match metric.how {
        How::Ratio { part, .. } => metrics.find(part).ok_or(AppError::NotFound)?,
        _ => metric,
    };
    let mut rows = behind(ctx, metrics, simple, &place, period, offset).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    Ok(View {
        place,
        figure,
        compared,
        course: periods.into_iter().zip(figures).collect(),
        parts,
        children,
        rows,
        rows_unit: simple.unit,
        more,
    })
}

/// What of the period can be compared, with the same a year earlier.
async fn compared(
    ctx: &Ctx,
    metrics: &Metrics,
    metric: &Metric,
    place: &Place,
    period: Period,
) -> AppResult<Option<((Period, Figure), (Period, Figure))>> {
    let Some((now, then)) = period.comparable(ctx.today(), metric.is_moment(&metrics.registry)) else {
        return Ok(None);
    };
    let figures = metrics.series(ctx, metric.id, place.org, &[now, then]).await?;
    let mut figures = figures.into_iter();
    Ok(figures
        .next()
        .zip(figures.next())
        .map(|(one, two)| ((now, one), (then, two))))
}

/// Words between commas, as the queries of rows take them; empty for all.
fn list(words: &[&str]) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!(",{},", words.join(","))
    }
}

/// The rows behind a simple metric's figure inside the scope.
async fn behind(
    ctx: &Ctx,
    metrics: &Metrics,
    metric: &Metric,
    place: &Place,
    period: Period,
    offset: usize,
) -> AppResult<Vec<Behind>> {
    let scope: Scope = ctx.may(Permission::MetricRead)?;
    let day = tree_day(period, ctx.today());
    let tree = metrics.tree(ctx.db(), day).await?;
    let (offset, limit) = (
        i64::try_from(offset).unwrap_or(0),
        i64::try_from(ROWS + 1).unwrap_or(0),
    );
    let from = period.first_day();
    let end = period.last_day().tomorrow().unwrap_or(period.last_day());
    let rows = match metric.how {
        How::Sum { source, tags, .. } | How::Persons { source, tags, .. } => {
            let source = metrics.registry.span(source).ok_or(AppError::NotFound)?;
            let orgs = tree.subtree(place.org);
            let args = args![orgs.as_slice(), from, end, list(tags), offset, limit];
            store::behind(ctx.db(), &scope, source.rows, args).await?
        }
        How::Moment {
            source,
            tags,
            kinds,
            bands,
            ..
        } => {
            let source = metrics.registry.moment(source).ok_or(AppError::NotFound)?;
            // Where an own figure stands for those below, only the rows that it is made of are behind it.
            let orgs = match source.rollup {
                Rollup::Sum => tree.subtree(place.org),
                rollup @ Rollup::OwnElseChildren => {
                    let facts = store::moment(ctx.db(), source.facts, day).await?;
                    moments::parts(&facts, &tree, rollup, place.org)
                }
            };
            let kinds = if kinds.is_empty() { bands } else { kinds };
            let args = args![orgs.as_slice(), day, list(tags), list(kinds), offset, limit];
            store::behind(ctx.db(), &scope, source.rows, args).await?
        }
        How::Ratio { .. } => Vec::new(),
    };
    let figure = |row: &BehindRow| Figure {
        part: Some(match metric.how.measure() {
            Some(Measure::M) => row.m,
            _ => row.n,
        }),
        ..metric.without(State::Known, ctx.now(), day)
    };
    Ok(rows
        .into_iter()
        .map(|row| Behind {
            figure: figure(&row),
            row,
        })
        .collect())
}
