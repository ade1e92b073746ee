//! What the cockpit shows: permission, then reading.

use super::model::{Compare, Level, PANELS, Panel, behind, change};
use crate::Measures;
use crate::returns::late::{Behind, late};
use kernel::{OrgId, Point};
use metrics::browsing::actions::{Place, place};
use metrics::{Ask, Figure, Metric, Metrics, Period};
use orgs::regions::outlines::{Ring, outline};
use plans::progress::{Lagging, lagging};
use platform::{AppError, AppResult, Ctx};
use std::collections::HashMap;

/// Most late returns and most lagging tasks that are shown.
pub const MOST_BEHIND: usize = 5;
/// Months in the course of a figure.
const COURSE: usize = 12;

/// A figure with what is said of it.
pub struct Key {
    /// Its metric.
    pub metric: Metric,
    /// How orgs below are compared.
    pub panel: Panel,
    /// The figure.
    pub figure: Figure,
    /// Against last year, in words.
    pub change: String,
    /// The last months, oldest first.
    pub course: Vec<(Period, Figure)>,
}

/// An org below, with the chosen figure.
pub struct Below {
    /// Id.
    pub org: OrgId,
    /// Short name.
    pub name: String,
    /// The chosen figure.
    pub figure: Figure,
    /// Against last year, in words.
    pub change: String,
    /// Why it counts as behind.
    pub behind: Option<String>,
    /// Where it is drawn.
    pub point: Option<Point>,
}

/// The whole cockpit.
pub struct View {
    /// Whose.
    pub place: Place,
    /// Key figures.
    pub keys: Vec<Key>,
    /// Which of them the orgs below are shown by.
    pub chosen: Metric,
    /// Orgs below.
    pub below: Vec<Below>,
    /// Outlines of the area.
    pub outlines: Vec<Ring>,
    /// Returns past their deadline.
    pub late: Behind,
    /// Tasks whose light is red.
    pub lagging: Vec<Lagging>,
}

/// The cockpit of an org for a period; the orgs below by the figure `by`, or the first.
///
/// # Errors
/// [`AppError::NotFound`] for an org outside the scope.
pub async fn view(
    ctx: &Ctx,
    metrics: &Measures,
    org: Option<OrgId>,
    period: Period,
    by: &str,
) -> AppResult<View> {
    let place = place(ctx, metrics, org).await?;
    let tree = metrics.tree(ctx.db(), ctx.today()).await?;
    let kind = tree
        .get(place.org)
        .map(|node| node.kind.clone())
        .unwrap_or_default();
    let level = Level::of(&kind);
    let panels: Vec<(Panel, Metric)> = PANELS
        .iter()
        .filter(|panel| panel.levels.contains(&level))
        .filter_map(|panel| Some((*panel, *metrics.find(panel.metric)?)))
        .collect();
    let keys = keys(ctx, metrics, &place, period, &panels).await?;
    let chosen = keys.iter().position(|key| key.metric.id == by).unwrap_or(0);
    let key = keys.get(chosen).ok_or(AppError::NotFound)?;
    let chosen = key.metric;
    let below = below(ctx, metrics, &place, period, key).await?;
    let outlines = if level == Level::Institution {
        Vec::new()
    } else {
        outlines(ctx, &tree, place.org).await?
    };
    Ok(View {
        late: late(ctx, metrics, place.org, MOST_BEHIND).await?,
        lagging: lagging(ctx, metrics, place.org, MOST_BEHIND).await?,
        place,
        chosen,
        below,
        outlines,
        keys,
    })
}

/// All key figures with last year and the last months, read together.
async fn keys(
    ctx: &Ctx,
    metrics: &Metrics,
    place: &Place,
    period: Period,
    panels: &[(Panel, Metric)],
) -> AppResult<Vec<Key>> {
    let last = Period::from(period.last_day().min(ctx.today()));
    let mut months: Vec<Period> = std::iter::successors(Some(last), |month| Some(month.previous()))
        .take(COURSE)
        .collect();
    months.reverse();
    let mut asks = Vec::new();
    for (_, metric) in panels {
        // What cannot be compared asks for the period itself in its place.
        let (now, then) = comparable(ctx, metrics, metric, period).unwrap_or((period, period));
        let periods = [period, now, then].into_iter().chain(months.iter().copied());
        asks.extend(periods.map(|period| Ask::new(metric.id, place.org, period)));
    }
    let mut figures = metrics.figures(ctx, &asks).await?.into_iter();
    let mut keys = Vec::with_capacity(panels.len());
    for (panel, metric) in panels {
        let mut own = figures.by_ref().take(3 + months.len());
        let (Some(figure), Some(now), Some(then)) = (own.next(), own.next(), own.next()) else {
            break;
        };
        let compares = comparable(ctx, metrics, metric, period).is_some();
        keys.push(Key {
            metric: *metric,
            panel: *panel,
            change: if compares {
                change(&now, &then)
            } else {
                String::new()
            },
            course: months.iter().copied().zip(own).collect(),
            figure,
        });
    }
    Ok(keys)
}

/// The part of the period that can be compared with a year earlier.
fn comparable(ctx: &Ctx, metrics: &Metrics, metric: &Metric, period: Period) -> Option<(Period, Period)> {
    period.comparable(ctx.today(), metric.is_moment(&metrics.registry))
}

async fn below(
    ctx: &Ctx,
    metrics: &Metrics,
    place: &Place,
    period: Period,
    key: &Key,
) -> AppResult<Vec<Below>> {
    let id = key.metric.id;
    let now = metrics.by_child(ctx, id, place.org, period).await?;
    let compared = comparable(ctx, metrics, &key.metric, period);
    let (one, other) = compared.unwrap_or((period, period));
    let asks: Vec<Ask> = now
        .iter()
        .flat_map(|(org, ..)| [Ask::new(id, *org, one), Ask::new(id, *org, other)])
        .collect();
    let mut figures = metrics.figures(ctx, &asks).await?.into_iter();
    let points = points(ctx, now.iter().map(|(org, ..)| *org).collect()).await?;
    let mut found = Vec::with_capacity(now.len());
    for (org, name, figure) in now {
        let (Some(one), Some(other)) = (figures.next(), figures.next()) else {
            break;
        };
        let behind = match key.panel.compare {
            Compare::WithWhole => behind(Compare::WithWhole, &figure, &other, &key.figure),
            compare => compared.and_then(|_| behind(compare, &one, &other, &key.figure)),
        };
        found.push(Below {
            org,
            name,
            change: compared.map(|_| change(&one, &other)).unwrap_or_default(),
            behind,
            point: points.get(&org).copied(),
            figure,
        });
    }
    Ok(found)
}

/// Where each org is drawn: in the middle of the institutions below it.
async fn points(ctx: &Ctx, orgs: Vec<OrgId>) -> AppResult<HashMap<OrgId, Point>> {
    let mut sums: HashMap<OrgId, (i64, i64, i64)> = HashMap::new();
    for institution in orgs::tree::institutions(ctx.db()).await? {
        let Some(point) = institution.point else { continue };
        let above = orgs::tree::ids_of(&institution.path).find(|id| orgs.contains(id));
        if let Some(org) = above {
            let (lng, lat, count) = sums.entry(org).or_default();
            *lng += i64::from(point.lng_e6);
            *lat += i64::from(point.lat_e6);
            *count += 1;
        }
    }
    let middle = |sum: i64, count: i64| i32::try_from(sum / count).unwrap_or_default();
    Ok(sums
        .into_iter()
        .map(|(org, (lng, lat, count))| {
            let point = Point {
                lng_e6: middle(lng, count),
                lat_e6: middle(lat, count),
            };
            (org, point)
        })
        .collect())
}

/// The outlines of the district, or of the districts of a city.
async fn outlines(ctx: &Ctx, tree: &metrics::Tree, org: OrgId) -> AppResult<Vec<Ring>> {
    let mut ids = tree.upto_root(org);
    ids.extend(tree.children(org).map(|child| child.id));
    let districts: Vec<OrgId> = ids
        .into_iter()
        .filter(|id| tree.get(*id).is_some_and(|node| node.kind == "district"))
        .collect();
    let orgs = orgs::tree::find_many(ctx.db(), &districts).await?;
    let codes = orgs.into_iter().filter_map(|org| org.region_code);
    Ok(codes.flat_map(|code| outline(&code)).collect())
}
