//! Returns that are past their deadline, for a page that shows who is behind.

use super::{actions, filled, levels, store};
use crate::Measures;
use crate::datasets::VersionRow;
use crate::datasets::model::DatasetStatus;
use kernel::OrgId;
use metrics::Period;
use orgs::tree::{self, OrgBrief};
use platform::{AppResult, Ctx, Permission};

/// A return that is past its deadline.
#[derive(Debug, Clone)]
pub struct Late {
    /// Who files it.
    pub name: String,
    /// Name of the dataset.
    pub dataset: String,
    /// For when.
    pub period: Period,
    /// Days past the deadline.
    pub days: i32,
    /// The return, or the list of the period when it is not begun.
    pub href: String,
    /// All late returns of the dataset and period, of the org and those below it.
    list: String,
}

/// The list of all late returns of a dataset and period, of an org and those below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateList {
    /// Dataset and period.
    pub label: String,
    /// Where it is.
    pub href: String,
}

/// Late returns.
#[derive(Debug, Clone, Default)]
pub struct Behind {
    /// The latest.
    pub first: Vec<Late>,
    /// The lists of all.
    pub lists: Vec<LateList>,
}

/// Whether a period was over when the version was published: then it is asked of nobody, unless somebody began.
pub(super) fn was_over(version: &VersionRow, period: Period) -> bool {
    let published = version.published_at.map(kernel::Instant::date);
    published.is_none_or(|published| published > period.last_day())
}

/// Late returns of an org and those below it, the latest first: of the period that is filled now and of the one before it;
/// nothing for who does not see returns.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn late(ctx: &Ctx, metrics: &Measures, org: OrgId, most: usize) -> AppResult<Behind> {
    if ctx.reach(Permission::ReturnFill).is_nothing() {
        return Ok(Behind::default());
    }
    let area = tree::find(ctx.db(), org).await?;
    let mut all = Vec::new();
    for (version, dataset) in actions::versions(ctx).await? {
        if version.status != DatasetStatus::Published {
            continue;
        }
        let now = version.period_at(ctx.today());
        for period in [now, now.previous()] {
            if version.is_for(period) {
                all.extend(of_period(ctx, metrics, (&version, &dataset), period, &area).await?);
            }
        }
    }
    all.sort_by_key(|one| -one.days);
    let mut lists: Vec<LateList> = Vec::new();
    for one in &all {
        if lists.iter().all(|list| list.href != one.list) {
            lists.push(LateList {
                label: format!("{} {}", one.dataset, one.period.label()),
                href: one.list.clone(),
            });
        }
    }
    all.truncate(most);
    Ok(Behind { first: all, lists })
}

async fn of_period(
    ctx: &Ctx,
    metrics: &Measures,
    (version, dataset): (&VersionRow, &str),
    period: Period,
    area: &OrgBrief,
) -> AppResult<Vec<Late>> {
    let scope = ctx.may(Permission::ReturnFill)?.below(&area.path);
    let returns = store::list_within(ctx.db(), &scope, version.dataset_id, &period.to_string()).await?;
    if returns.is_empty() && was_over(version, period) {
        return Ok(Vec::new());
    }
    let form = filled::form(ctx.db(), version.id).await?;
    let expected = levels::expected(ctx, metrics, &form.definition, version, period, &scope, returns).await?;
    let list = format!("/desk/returns?version={}&period={period}", version.id);
    let of_area = format!("{list}&state=late&org={}", area.id);
    let late = expected.into_iter().filter_map(|one| {
        let days = one.late?;
        Some(Late {
            name: one.name,
            dataset: dataset.to_owned(),
            period,
            days,
            href: one
                .there
                .map_or_else(|| list.clone(), |(id, _)| format!("/desk/returns/{id}")),
            list: of_area.clone(),
        })
    });
    Ok(late.collect())
}
