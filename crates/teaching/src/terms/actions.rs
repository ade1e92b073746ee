//! What people do with terms.

use super::model::{self, TermDraft, TermRow};
use super::store;
use crate::names::{self, Names};
use crate::{TermId, web};
use db::Db;
use kernel::{Date, OrgId};
use orgs::tree::{self, OrgBrief};
use platform::api::Part;
use platform::{AppError, AppResult, Ctx, Event, Permission as P, Waiting};

/// A part of the terms with the names of their orgs, the latest first, read one row too long.
///
/// # Errors
/// Forbidden without `TermEdit`.
pub async fn list(ctx: &Ctx, part: Part) -> AppResult<Vec<(TermRow, String)>> {
    let scope = ctx.may(P::TermEdit)?;
    let rows = store::list(ctx.db(), &scope, part).await?;
    let orgs = rows.iter().map(|row| row.org_id).collect();
    let names = Names::load(ctx.db(), orgs, vec![], vec![]).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let org = names.org(row.org_id);
            (row, org)
        })
        .collect())
}

/// A term to change, with its org's name.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn find_mine(ctx: &Ctx, id: TermId) -> AppResult<(TermRow, String)> {
    let scope = ctx.may(P::TermEdit)?;
    let term = store::find_within(ctx.db(), &scope, id).await?;
    let name = tree::find(ctx.db(), term.org_id).await?.name;
    Ok((term, name))
}

/// The orgs for which the actor may set terms.
///
/// # Errors
/// Forbidden without `TermEdit`.
pub async fn orgs(ctx: &Ctx) -> AppResult<Vec<(OrgId, String)>> {
    let scope = ctx.may(P::TermEdit)?;
    Ok(names::to_choose(names::term_setters(ctx.db(), &scope).await?))
}

/// The terms that classes of this org can take: its own and those of the orgs above, not over yet.
pub(crate) async fn for_org(db: &Db, org: &OrgBrief, today: Date) -> AppResult<Vec<TermRow>> {
    let line: Vec<OrgId> = tree::ids_of(&org.path).collect();
    Ok(store::of_orgs(db, &line, today).await?)
}

/// Adds a term.
///
/// # Errors
/// Not found for an org outside the scope; invalid for wrong dates or a name that is taken.
pub async fn create(ctx: &Ctx, org: OrgId, draft: TermDraft) -> AppResult<TermId> {
    let scope = ctx.may(P::TermEdit)?;
    let draft = model::check(&draft)?;
    let tx = ctx.begin().await?;
    tree::find_within(&tx, &scope, org).await?;
    tx.lock("term_name", org.raw()).await?;
    if store::name_taken(&tx, org, &draft.name, None).await? {
        return Err(name_taken());
    }
    let id: TermId = ctx.new_id();
    store::insert(&tx, id, org, &draft).await?;
    tx.commit(vec![Event::new("term.created", "term", id).at(org)])
        .await?;
    Ok(id)
}

fn name_taken() -> AppError {
    AppError::invalid("name", "本机构已有这个学期。请直接修改它，或换一个年份、季节。")
}

/// Changes a term. Windows of classes that were planned stay as they are.
///
/// # Errors
/// Not found outside the scope; refused when it changed meanwhile; invalid for wrong dates.
pub async fn change(ctx: &Ctx, id: TermId, draft: TermDraft, version: i64) -> AppResult<()> {
    let scope = ctx.may(P::TermEdit)?;
    let draft = model::check(&draft)?;
    let tx = ctx.begin().await?;
    tx.lock("term", id.raw()).await?;
    let term = store::find_within(&tx, &scope, id).await?;
    if term.version != version {
        return Err(web::changed_meanwhile("个学期", &format!("/desk/terms/{id}")));
    }
    if store::name_taken(&tx, term.org_id, &draft.name, Some(id)).await? {
        return Err(name_taken());
    }
    store::update(&tx, id, &draft).await?;
    tx.commit(vec![Event::new("term.changed", "term", id).at(term.org_id)])
        .await
}

/// Whether the actor's school has a term to plan for: from eight weeks before the running one ends, the next is due.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let today = ctx.today();
    let mut all = Vec::new();
    for post in ctx.actor.posts.iter() {
        if !post.role.permissions().contains(&P::ClassEdit) || !ctx.can(P::TermEdit) {
            continue;
        }
        let org = tree::find(ctx.db(), post.org).await?;
        let terms = for_org(ctx.db(), &org, today).await?;
        let last = terms.iter().map(|term| term.ends_on).max();
        if last.is_none_or(|last| (last - today).get_days() < 56) {
            all.push(Waiting {
                title: format!("定下一学期的日期：{}", org.name),
                detail: last.map_or_else(
                    || "现在没有可以排班的学期。".to_owned(),
                    |last| format!("最后一个学期到 {} 结束。", kernel::chinese_date::day_text(last)),
                ),
                href: "/desk/terms/new".into(),
                due: last,
                count: 1,
            });
        }
    }
    Ok(all)
}
