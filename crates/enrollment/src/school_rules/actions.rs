//! Reading the rules that count, and setting an org's own.

use super::model::{self, Ruling, SchoolRules, Set, nearest};
use super::store::{self, RuleRow};
use crate::rounds::lifecycle;
use db::Db;
use kernel::{Instant, OrgId, bounded};
use orgs::tree::{self, OrgBrief};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// An org with the rules that count for it.
#[derive(Debug, Clone)]
pub struct View {
    /// The org.
    pub org: OrgBrief,
    /// Other orgs of the caller.
    pub orgs: Vec<OrgBrief>,
    /// The rules.
    pub rules: SchoolRules,
    /// Where they were set; `None` for the default.
    pub set_at: Option<OrgBrief>,
    /// The org's own versions, the last first.
    pub versions: Vec<RuleRow>,
}

fn read(row: &RuleRow) -> AppResult<Set> {
    let rules = serde_json::from_str(&row.document).map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(Set {
        org: row.org_id,
        version: row.version,
        rules,
    })
}

async fn set_for(db: &Db, org: &OrgBrief) -> AppResult<(Option<Set>, Vec<RuleRow>)> {
    let path: Vec<OrgId> = tree::ids_of(&org.path).collect();
    let mut rows = store::of_orgs(db, &path).await?;
    let sets = rows.iter().map(read).collect::<AppResult<Vec<Set>>>()?;
    rows.retain(|row| row.org_id == org.id);
    Ok((nearest(&path, sets), rows))
}

/// The rules that count for an org now.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such org.
pub async fn of(db: &Db, org: OrgId) -> AppResult<SchoolRules> {
    let org = tree::find(db, org).await?;
    Ok(set_for(db, &org)
        .await?
        .0
        .map(|set| set.rules)
        .unwrap_or_default())
}

/// As [`of`], with where they come from.
///
/// # Errors
/// As [`of`].
pub async fn ruling(db: &Db, org: OrgId) -> AppResult<Ruling> {
    let found = of_orgs(db, &[org]).await?.remove(&org);
    found
        .map(|ruling| Ruling::clone(&ruling))
        .ok_or(AppError::NotFound)
}

/// As [`ruling`], at a moment.
///
/// # Errors
/// As [`of`].
pub async fn ruling_at(db: &Db, org: OrgId, at: Instant) -> AppResult<Ruling> {
    let org = tree::find(db, org).await?;
    let path: Vec<OrgId> = tree::ids_of(&org.path).collect();
    let mut rows = store::of_orgs(db, &path).await?;
    rows.retain(|row| row.set_at <= at);
    let sets = rows.iter().map(read).collect::<AppResult<Vec<Set>>>()?;
    Ok(Ruling::of(&path, sets))
}

/// The rules that count for each of these orgs now.
pub(crate) async fn of_orgs(db: &Db, orgs: &[OrgId]) -> AppResult<HashMap<OrgId, Arc<Ruling>>> {
    if orgs.is_empty() {
        return Ok(HashMap::new());
    }
    let briefs = tree::find_many(db, orgs).await?;
    let above: BTreeSet<OrgId> = briefs.iter().flat_map(|org| tree::ids_of(&org.path)).collect();
    let above: Vec<OrgId> = above.into_iter().collect();
    let rows = store::latest(db, &above).await?;
    let sets = rows.iter().map(read).collect::<AppResult<Vec<Set>>>()?;
    let of = |org: OrgBrief| {
        let path: Vec<OrgId> = tree::ids_of(&org.path).collect();
        (org.id, Arc::new(Ruling::of(&path, sets.clone())))
    };
    Ok(briefs.into_iter().map(of).collect())
}

/// The rules of one of the caller's orgs, with where they come from.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn show(ctx: &Ctx, org: Option<OrgId>) -> AppResult<View> {
    ctx.may(Permission::RoundRun)?;
    let (orgs, org) = lifecycle::holders(ctx, org).await?;
    let (set, versions) = set_for(ctx.db(), &org).await?;
    let set_at = match &set {
        Some(set) => Some(tree::find(ctx.db(), set.org).await?),
        None => None,
    };
    Ok(View {
        rules: set.map(|set| set.rules).unwrap_or_default(),
        org,
        orgs,
        set_at,
        versions,
    })
}

impl View {
    /// The org's own last version; 0 when it has none. Sent back with a change.
    #[must_use]
    pub fn version(&self) -> i64 {
        own_version(&self.versions)
    }
}

fn own_version(own: &[RuleRow]) -> i64 {
    own.first().map_or(0, |last| last.version)
}

/// The rules that count for an org now, with its own last version, 0 when it has none.
///
/// # Errors
/// As [`of`].
pub async fn of_version(db: &Db, org: OrgId) -> AppResult<(SchoolRules, i64)> {
    let org = tree::find(db, org).await?;
    let (set, own) = set_for(db, &org).await?;
    let rules = set.map(|set| set.rules).unwrap_or_default();
    Ok((rules, own_version(&own)))
}

/// Sets an org's own rules: a new version. `seen` is the org's own version that the officer read.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] at the field that is wrong; [`AppError::Refused`]
/// `changed_meanwhile` with what counts now.
pub async fn set(ctx: &Ctx, org: OrgId, rules: &SchoolRules, reason: &str, seen: i64) -> AppResult<()> {
    let scope = ctx.may(Permission::RoundRun)?;
    let tx = ctx.begin().await?;
    tx.lock("school_rule", org.raw()).await?;
    let org = tree::find_within(&tx, &scope, org).await?;
    rules.check()?;
    let reason = bounded(reason, 2, 100, "原因").map_err(|sentence| AppError::invalid("reason", sentence))?;
    let (now, own) = set_for(&tx, &org).await?;
    if own_version(&own) != seen {
        let now = now.map(|set| set.rules).unwrap_or_default();
        return Err(changed_meanwhile(org.id, &now, rules));
    }
    let row = RuleRow {
        org_id: org.id,
        version: seen + 1,
        document: serde_json::to_string(rules).map_err(|error| AppError::Internal(error.to_string()))?,
        reason: reason.clone(),
        set_at: ctx.now(),
    };
    store::insert(&tx, &row, ctx.actor.person).await?;
    let event = Event::new("school_rule.set", "org", org.id)
        .at(org.id)
        .data(json!({ "version": row.version, "rules": rules }))
        .note(reason);
    tx.commit(vec![event]).await
}

fn changed_meanwhile(org: OrgId, now: &SchoolRules, typed: &SchoolRules) -> AppError {
    let what = match model::differences(now, typed) {
        all if all.is_empty() => "现在的规定和您填的一样，不用再改。".to_owned(),
        all => format!("{}。您填的还在，对照过再决定要不要改。", all.join("；")),
    };
    AppError::refused_with_door(
        "changed_meanwhile",
        format!("您打开这一页以后，有人改过这些规定，所以没有保存。{what}"),
        "看现在的规定",
        format!("/desk/school-rules?org={org}"),
    )
}
