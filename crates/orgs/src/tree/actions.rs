//! What can be done with the tree: one function a verb.

use super::kind::OrgStatus;
use super::model::{self, Change, OrgDraft, Touched};
use super::read::{self, OrgBrief};
use super::store::{self, Filter, NewOrg, OrgDetail, OrgRow, Period};
use db::Scope;
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx};
use serde_json::json;

/// One organisation with the ones above it, for staff.
#[derive(Debug, Clone)]
pub struct OrgView {
    /// The organisation.
    pub org: OrgBrief,
    /// What else the tree knows of it.
    pub detail: OrgDetail,
    /// Those above that the reader may open, from the root down.
    pub above: Vec<OrgBrief>,
    /// Of which it became part.
    pub successor: Option<OrgBrief>,
    /// What stands on it.
    pub touched: Touched,
}

/// The organisations in the actor's scope that the filter takes; the flag says whether there are more.
///
/// # Errors
/// [`AppError::Forbidden`] without `org.read`.
pub async fn list(ctx: &Ctx, mut filter: Filter, cursor: &str) -> AppResult<(Vec<OrgRow>, bool)> {
    let scope = ctx.may(Permission::OrgRead)?;
    prepare(ctx, &mut filter, cursor).await?;
    let rows = store::list_within(ctx.db(), &scope, &filter).await?;
    Ok(cut(rows, filter.limit))
}

/// The public organisations that the filter takes; the flag says whether there are more.
///
/// # Errors
/// [`AppError::Invalid`] for a cursor that is none.
pub async fn list_public(ctx: &Ctx, mut filter: Filter, cursor: &str) -> AppResult<(Vec<OrgRow>, bool)> {
    prepare(ctx, &mut filter, cursor).await?;
    let rows = store::list_public(ctx.db(), &filter).await?;
    Ok(cut(rows, filter.limit))
}

/// One organisation that everybody may see.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, or it is not public.
pub async fn get_public(ctx: &Ctx, id: OrgId) -> AppResult<OrgBrief> {
    read::find_public(ctx.db(), id).await
}

/// One more row than asked for tells whether the list goes on.
async fn prepare(ctx: &Ctx, filter: &mut Filter, cursor: &str) -> AppResult<()> {
    filter.limit += 1;
    if cursor.is_empty() {
        return Ok(());
    }
    let wrong = || AppError::invalid("cursor", "翻页的位置不对。请回到第一页重新翻。");
    let id: OrgId = cursor.parse().map_err(|_| wrong())?;
    let key = store::sort_key_of(ctx.db(), id).await?.ok_or_else(wrong)?;
    filter.after = Some((key, id));
    Ok(())
}

fn cut(mut rows: Vec<OrgRow>, limit: i64) -> (Vec<OrgRow>, bool) {
    let most = usize::try_from(limit - 1).unwrap_or_default();
    let more = rows.len() > most;
    rows.truncate(most);
    (rows, more)
}

/// One organisation, for staff.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn get(ctx: &Ctx, id: OrgId) -> AppResult<OrgView> {
    let scope = ctx.may(Permission::OrgRead)?;
    view(ctx, &scope, id).await
}

/// One organisation, for those who may change the structure.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] when it has ended.
pub async fn get_for_change(ctx: &Ctx, id: OrgId) -> AppResult<OrgView> {
    let scope = ctx.may(Permission::OrgStructure)?;
    let view = view(ctx, &scope, id).await?;
    model::is_open(&view.org)?;
    Ok(view)
}

async fn view(ctx: &Ctx, scope: &Scope, id: OrgId) -> AppResult<OrgView> {
    let org = read::find_within(ctx.db(), scope, id).await?;
    let detail = store::detail(ctx.db(), id).await?;
    let successor = match detail.successor_id {
        Some(successor) => Some(read::find(ctx.db(), successor).await?),
        None => None,
    };
    let mut above = read::ancestors(ctx.db(), id).await?;
    above.retain(|org| scope.contains(&org.path));
    Ok(OrgView {
        above,
        touched: store::touched(ctx.db(), id, &org.path, ctx.today()).await?,
        org,
        detail,
        successor,
    })
}

/// Names and places of an organisation with their days, newest first.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn history(ctx: &Ctx, id: OrgId) -> AppResult<(OrgView, Vec<Period>, Vec<Period>)> {
    let view = get(ctx, id).await?;
    let names = store::names(ctx.db(), id).await?;
    let parents = store::parents(ctx.db(), id).await?;
    Ok((view, names, parents))
}

/// Opens an organisation.
///
/// # Errors
/// [`AppError::Invalid`] for wrong fields; [`AppError::NotFound`] when the parent is outside the scope.
pub async fn create(ctx: &Ctx, draft: &OrgDraft, reason: &str) -> AppResult<OrgId> {
    let scope = ctx.may(Permission::OrgStructure)?;
    let tx = begin(ctx).await?;
    let parent = read::find_within(&tx, &scope, draft.parent).await?;
    model::may_stand_under(draft.kind, &parent)?;
    let (name, short_name) = model::names(&draft.name, &draft.short_name)?;
    let reason = model::reason(reason)?;
    model::day_of_change(draft.opened_on, None, ctx.today())
        .map_err(|error| error.beside("on", "opened_on"))?;
    let id: OrgId = ctx.new_id();
    let org = NewOrg {
        id,
        kind: draft.kind,
        parent: Some(parent.id),
        path: format!("{}{id}/", parent.path),
        name,
        short_name,
        region_code: None,
        opened_on: draft.opened_on,
        is_public: draft.is_public,
        special: false,
    };
    store::insert_many(&tx, &[org]).await?;
    let data = json!({ "kind": draft.kind.as_str(), "parent": parent.id.to_string() });
    let event = Event::new("org.created", "org", id)
        .at(id)
        .data(data)
        .note(reason);
    tx.commit(vec![event]).await?;
    Ok(id)
}

/// Gives an organisation another name from a day on.
///
/// # Errors
/// [`AppError::Invalid`] for wrong fields; [`AppError::Refused`] when it is closed or was changed meanwhile.
pub async fn rename(ctx: &Ctx, id: OrgId, name: &str, short_name: &str, change: &Change) -> AppResult<()> {
    let scope = ctx.may(Permission::OrgStructure)?;
    let tx = begin(ctx).await?;
    let org = read::find_within(&tx, &scope, id).await?;
    model::is_open(&org)?;
    let (name, short_name) = model::names(name, short_name)?;
    let reason = model::reason(&change.reason)?;
    let newest = store::names(&tx, id)
        .await?
        .first()
        .map(|period| period.valid_from);
    model::day_of_change(change.on, newest, ctx.today())?;
    same_version(&tx, id, change).await?;
    store::rename_row(&tx, id, &name, &short_name, change.on).await?;
    let event = Event::new("org.renamed", "org", id)
        .at(id)
        .data(json!({ "on": change.on.to_string() }))
        .note(reason);
    tx.commit(vec![event]).await
}

/// Puts an organisation with everything below it under another one.
///
/// # Errors
/// [`AppError::Invalid`] for a parent or a day that does not do; [`AppError::NotFound`] outside the scope.
pub async fn move_to(ctx: &Ctx, id: OrgId, parent: OrgId, change: &Change) -> AppResult<()> {
    let scope = ctx.may(Permission::OrgStructure)?;
    let tx = begin(ctx).await?;
    let org = read::find_within(&tx, &scope, id).await?;
    let parent = read::find_within(&tx, &scope, parent).await?;
    model::may_move(&org, &parent)?;
    let reason = model::reason(&change.reason)?;
    model::day_of_change(change.on, store::last_change(&tx, &org.path).await?, ctx.today())?;
    same_version(&tx, id, change).await?;
    store::move_subtree(&tx, (id, &org.path), (parent.id, &parent.path), change.on).await?;
    let data = json!({
        "from": org.parent_id.map(|id| id.to_string()),
        "to": parent.id.to_string(),
        "on": change.on.to_string(),
    });
    let event = Event::new("org.moved", "org", id).at(id).data(data).note(reason);
    tx.commit(vec![event]).await
}

/// Makes an organisation part of another of its kind.
///
/// # Errors
/// As [`move_to`].
pub async fn merge(ctx: &Ctx, id: OrgId, into: OrgId, change: &Change) -> AppResult<()> {
    let scope = ctx.may(Permission::OrgStructure)?;
    let tx = begin(ctx).await?;
    let org = read::find_within(&tx, &scope, id).await?;
    let into = read::find_within(&tx, &scope, into).await?;
    model::may_merge(&org, &into)?;
    let reason = model::reason(&change.reason)?;
    model::day_of_change(change.on, store::last_change(&tx, &org.path).await?, ctx.today())?;
    same_version(&tx, id, change).await?;
    let (children, rooms) = store::merge_rows(&tx, &org, &into, change.on).await?;
    let data = json!({
        "into": into.id.to_string(),
        "on": change.on.to_string(),
        "children": children,
        "rooms": rooms,
    });
    let event = Event::new("org.merged", "org", id).at(id).data(data).note(reason);
    tx.commit(vec![event]).await
}

/// Ends an organisation.
///
/// # Errors
/// [`AppError::Refused`] while something stands on it; otherwise as [`move_to`].
pub async fn close(ctx: &Ctx, id: OrgId, change: &Change) -> AppResult<()> {
    let scope = ctx.may(Permission::OrgStructure)?;
    let tx = begin(ctx).await?;
    let org = read::find_within(&tx, &scope, id).await?;
    model::may_close(&org, &store::touched(&tx, id, &org.path, ctx.today()).await?)?;
    let reason = model::reason(&change.reason)?;
    model::day_of_change(change.on, store::last_change(&tx, &org.path).await?, ctx.today())?;
    same_version(&tx, id, change).await?;
    store::close_row(&tx, id, OrgStatus::Closed, None, change.on).await?;
    let data = json!({ "on": change.on.to_string() });
    let event = Event::new("org.closed", "org", id).at(id).data(data).note(reason);
    tx.commit(vec![event]).await
}

/// One change of the structure at a time: a move reads and writes paths of many rows.
async fn begin(ctx: &Ctx) -> AppResult<Tx> {
    let tx = ctx.begin().await?;
    tx.lock("org tree", 0).await?;
    Ok(tx)
}

async fn same_version(tx: &Tx, id: OrgId, change: &Change) -> AppResult<()> {
    if store::detail(tx, id).await?.version == change.version {
        Ok(())
    } else {
        Err(model::changed_meanwhile())
    }
}
