//! What one may see of the hub: permission, then reading.

use kernel::OrgId;
use metrics::browsing::actions::{Place, place};
use metrics::freshness::Freshness;
use metrics::{Metrics, QualityRule, Suspect};
use platform::{AppError, AppResult, Ctx, Permission};

/// Rows of a rule that are shown at once.
pub const ROWS: i64 = 50;

/// What every rule finds below an org.
pub struct Overview {
    /// The org.
    pub place: Place,
    /// It, the one above it and those directly below, to choose from.
    pub near: Vec<(OrgId, String)>,
    /// Rules with how many rows they find; nothing where the reader may not see such rows.
    pub rules: Vec<(QualityRule, Option<i64>)>,
}

/// What one rule finds below an org.
pub struct Findings {
    /// The org.
    pub place: Place,
    /// The rule.
    pub rule: QualityRule,
    /// How many rows, as in [`Overview`].
    pub count: Option<i64>,
    /// The first rows.
    pub rows: Vec<Suspect>,
}

/// What the installation knows and how fresh it is.
///
/// # Errors
/// [`AppError::Forbidden`] without the permission.
pub async fn sources(ctx: &Ctx, metrics: &Metrics) -> AppResult<Freshness> {
    ctx.may(Permission::MetricRead)?;
    metrics.sources_known(ctx).await
}

/// How many rows each rule finds below an org, or below that of the first post.
///
/// # Errors
/// [`AppError::NotFound`] for an org outside the scope.
pub async fn overview(ctx: &Ctx, metrics: &Metrics, org: Option<OrgId>) -> AppResult<Overview> {
    let place = place(ctx, metrics, org).await?;
    let mut rules = Vec::new();
    for rule in metrics.quality_rules() {
        let count = metrics.suspects_counted(ctx, rule, &place.path).await?;
        rules.push((*rule, count));
    }
    Ok(Overview {
        near: near(ctx, metrics, &place).await?,
        place,
        rules,
    })
}

/// The first rows that a rule finds below an org.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown rule and an org outside the scope.
pub async fn findings(ctx: &Ctx, metrics: &Metrics, rule: &str, org: Option<OrgId>) -> AppResult<Findings> {
    let place = place(ctx, metrics, org).await?;
    let rule = metrics.quality_rules().iter().find(|one| one.id == rule);
    let rule = *rule.ok_or(AppError::NotFound)?;
    Ok(Findings {
        count: metrics.suspects_counted(ctx, &rule, &place.path).await?,
        rows: metrics.suspects(ctx, &rule, &place.path, ROWS).await?,
        rule,
        place,
    })
}

/// The orgs that lead on: the one above, where it lies in the scope, the org itself and those directly below.
async fn near(ctx: &Ctx, metrics: &Metrics, place: &Place) -> AppResult<Vec<(OrgId, String)>> {
    let scope = ctx.may(Permission::MetricRead)?;
    let tree = metrics.tree(ctx.db(), ctx.today()).await?;
    let own = format!("{}/", place.org);
    let above = place.path.strip_suffix(&own).filter(|path| scope.contains(path));
    let above = above.and_then(|_| tree.get(place.org)?.above);
    let mut near: Vec<(OrgId, String)> = above
        .into_iter()
        .chain([place.org])
        .filter_map(|id| Some((id, tree.get(id)?.name.clone())))
        .collect();
    let below = tree.children(place.org).filter(|child| child.standing);
    near.extend(below.map(|child| (child.id, child.name.clone())));
    Ok(near)
}
