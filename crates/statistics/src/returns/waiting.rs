//! What waits for a member of staff among returns: their own to be filled, sent back to them, to be checked, to be approved; requests
//! to be answered.

use super::late::was_over;
use super::model::ReturnStatus;
use super::store::{self, ReturnRow};
use super::{actions, filled};
use crate::datasets::VersionRow;
use crate::datasets::model::DatasetStatus;
use crate::{ReturnId, VersionId};
use db::Scope;
use kernel::{Date, OrgId};
use metrics::Period;
use orgs::tree::{self, OrgBrief};
use platform::{AppResult, Ctx, Permission, Waiting};
use std::collections::{BTreeMap, HashSet};

/// Days before its deadline on which one's own return begins to wait.
const AHEAD: i32 = 14;

/// A return, or one that is not begun, for which somebody waits.
struct Item {
    due: Date,
    version: VersionId,
    period: String,
    /// The page of the return, or of the list where it is begun.
    href: String,
    /// Its state in the list.
    state: &'static str,
}

impl Item {
    fn of(row: &ReturnRow) -> Self {
        let page = match row.status {
            ReturnStatus::Draft | ReturnStatus::SentBack => format!("/desk/returns/{}", row.id),
            _ => format!("/desk/returns/{}/review", row.id),
        };
        Self {
            due: row.due_on,
            version: row.dataset_version_id,
            period: row.period.clone(),
            href: page,
            state: row.status.as_str(),
        }
    }

    fn list(version: VersionId, period: &str, state: &str) -> String {
        format!("/desk/returns?version={version}&period={period}&state={state}")
    }
}

/// What waits for the actor.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let mut all = own(ctx).await?;
    for (permission, status, what) in [
        (Permission::ReturnFill, ReturnStatus::SentBack, "报表退回修改"),
        (Permission::ReturnCheck, ReturnStatus::Filed, "报表待核对"),
        (Permission::ReturnApprove, ReturnStatus::Checked, "报表待审核"),
    ] {
        let scope = ctx.reach(permission);
        if scope.is_nothing() {
            continue;
        }
        let rows = at_step(ctx, &scope, status).await?;
        all.extend(by_day(what, rows.iter().map(Item::of)));
    }
    all.extend(amendments(ctx).await?);
    Ok(all)
}

/// Requests that the actor answers.
async fn amendments(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::ReturnApprove);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let asked = store::open_amendments(ctx.db(), &scope).await?;
    let waits = |(id, reason): (ReturnId, String)| Waiting {
        title: "报表更正申请待答复".into(),
        detail: reason,
        href: format!("/desk/returns/{id}"),
        due: None,
        count: 1,
    };
    Ok(asked.into_iter().map(waits).collect())
}

/// Those of these orgs that lie inside the scope.
async fn reached(ctx: &Ctx, scope: &Scope, orgs: impl Iterator<Item = OrgId>) -> AppResult<HashSet<OrgId>> {
    let mut orgs: Vec<OrgId> = orgs.collect();
    orgs.sort_unstable();
    orgs.dedup();
    let found = tree::find_many(ctx.db(), &orgs).await?.into_iter();
    Ok(found
        .filter(|org| scope.contains(&org.path))
        .map(|org| org.id)
        .collect())
}

/// Returns at a step that the actor takes: what is checked or approved waits where its level stands.
async fn at_step(ctx: &Ctx, scope: &Scope, status: ReturnStatus) -> AppResult<Vec<ReturnRow>> {
    let mut rows = store::waiting(ctx.db(), scope, status).await?;
    let step = |row: &ReturnRow| match status {
        ReturnStatus::Filed => Some(row.check_org),
        ReturnStatus::Checked => Some(row.approve_org),
        _ => None,
    };
    let reached = reached(ctx, scope, rows.iter().filter_map(step)).await?;
    rows.retain(|row| step(row).is_none_or(|org| reached.contains(&org)));
    Ok(rows)
}

/// Returns of the orgs of the actor's own posts that are not filed, two weeks before their deadline and from then on.
async fn own(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::ReturnFill);
    let posts = ctx
        .actor
        .posts
        .iter()
        .filter(|post| scope.contains(&post.org_path));
    let mut ids: Vec<OrgId> = posts.map(|post| post.org).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let by = ctx.now().plus_secs(i64::from(AHEAD) * 86_400).date();
    let drafts = store::drafts_due(ctx.db(), &ids, by).await?;
    let mut all = by_day("报表填好上报", drafts.iter().map(Item::of));
    let orgs = tree::find_many(ctx.db(), &ids).await?;
    let mut none = Vec::new();
    for (version, _) in actions::versions(ctx).await? {
        if version.status == DatasetStatus::Published {
            none.extend(not_begun(ctx, &version, &orgs, by).await?);
        }
    }
    all.extend(by_day("报表开始填报", none.into_iter()));
    Ok(all)
}

/// Returns of a version that these orgs have not begun, of the period that is filled now and of the one before it.
async fn not_begun(ctx: &Ctx, version: &VersionRow, orgs: &[OrgBrief], by: Date) -> AppResult<Vec<Item>> {
    let now = version.period_at(ctx.today());
    let asked = |period: &Period| {
        version.is_for(*period) && period.first_day() <= ctx.today() && !was_over(version, *period)
    };
    let periods: Vec<Period> = [now, now.previous()].into_iter().filter(asked).collect();
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let form = filled::form(ctx.db(), version.id).await?;
    let issuer = tree::find(ctx.db(), version.org_id).await?;
    let mut items = Vec::new();
    for org in orgs.iter().filter(|org| org.path.starts_with(&issuer.path)) {
        let Some((_, level)) = form.definition.level(org.kind) else {
            continue;
        };
        for period in &periods {
            let (due, day) = (level.due.on(*period), period.last_day().min(ctx.today()));
            let text = period.to_string();
            if due <= by
                && tree::path_on(ctx.db(), org.id, day).await?.is_some()
                && store::of_org(ctx.db(), version.dataset_id, &text, org.id)
                    .await?
                    .is_none()
            {
                items.push(Item {
                    due,
                    version: version.id,
                    href: Item::list(version.id, &text, "none"),
                    period: text,
                    state: "none",
                });
            }
        }
    }
    Ok(items)
}

/// One entry for each day, version and period: each has its true deadline, and leads to a list that holds all of it.
fn by_day(what: &str, items: impl Iterator<Item = Item>) -> Vec<Waiting> {
    let mut groups: BTreeMap<(Date, VersionId, String), Vec<Item>> = BTreeMap::new();
    for item in items {
        let key = (item.due, item.version, item.period.clone());
        groups.entry(key).or_default().push(item);
    }
    let entry = |((due, version, period), items): ((Date, VersionId, String), Vec<Item>)| Waiting {
        title: what.to_owned(),
        detail: period.parse().map_or_else(|_| period.clone(), Period::label),
        href: match items.as_slice() {
            [one] => one.href.clone(),
            several => Item::list(version, &period, several.first().map_or("", |one| one.state)),
        },
        due: Some(due),
        count: i64::try_from(items.len()).unwrap_or(i64::MAX),
    };
    groups.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_told_by_its_own_day() {
        let item = |due: &str, period: &str| Item {
            due: due.parse().unwrap(),
            version: VersionId::from_raw(7),
            period: period.to_owned(),
            href: format!("/desk/returns/{due}"),
            state: "filed",
        };
        let items = [
            item("2026-04-30", "2025"),
            item("2026-03-31", "2025"),
            item("2026-04-30", "2025"),
            item("2026-04-30", "2024"),
        ];
        let found = by_day("报表待核对", items.into_iter());
        let told: Vec<(String, i64, &str)> = found
            .iter()
            .map(|one| (one.due.unwrap().to_string(), one.count, one.detail.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("2026-03-31".to_owned(), 1, "2025年"),
                ("2026-04-30".to_owned(), 1, "2024年"),
                ("2026-04-30".to_owned(), 2, "2025年"),
            ]
        );
        assert_eq!(found[0].href, "/desk/returns/2026-03-31");
        assert!(
            found[2].href.ends_with("&period=2025&state=filed"),
            "{}",
            found[2].href
        );
    }
}
