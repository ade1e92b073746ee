//! What can be done with plans as a whole: one function a verb. Items: `items.rs`.

use super::head::{self, TypedHead};
use super::intake::{self, Read, Source};
use super::model::{self, PlanStatus};
use super::read::{self, Item, Sight};
use super::store::{self, Counts, NewItem, NewPlan, PlanBrief, PlanRow, Which};
use crate::PlanId;
use kernel::OrgId;
use orgs::tree::{self, OrgBrief, OrgKind};
use platform::{AppError, AppResult, Ctx, Event, FileError, FileKind, Permission, StoredFile, Tx};
use serde_json::json;

/// Items on one page.
pub const PAGE: i64 = 60;

/// Issued plans that the actor may read, newest year first, read one row too long.
///
/// # Errors
/// [`AppError::Forbidden`] without a post that reads plans.
pub async fn list(ctx: &Ctx, year: Option<i64>, rows: i64, offset: i64) -> AppResult<Vec<PlanBrief>> {
    let Sight { scope, above } = read::sight(ctx)?;
    Ok(store::issued(ctx.db(), &scope, &above, year, (rows, offset)).await?)
}

/// Years of the issued plans that the actor may read.
///
/// # Errors
/// As [`list`].
pub async fn years(ctx: &Ctx) -> AppResult<Vec<i64>> {
    let Sight { scope, above } = read::sight(ctx)?;
    Ok(store::years(ctx.db(), &scope, &above).await?)
}

/// Drafts that the actor may correct; none for who only reads.
///
/// # Errors
/// When the database refuses.
pub async fn drafts(ctx: &Ctx) -> AppResult<Vec<PlanBrief>> {
    let scope = ctx.reach(Permission::PlanEdit);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    Ok(store::drafts_within(ctx.db(), &scope).await?)
}

/// A plan with what it holds, counted.
///
/// # Errors
/// [`AppError::NotFound`] when there is none for this actor.
pub async fn get(ctx: &Ctx, id: PlanId) -> AppResult<(PlanRow, Counts)> {
    let plan = read::find(ctx, id).await?;
    let counts = store::counts(ctx.db(), id).await?;
    Ok((plan, counts))
}

/// Items of a plan from a place on, and the place where the next part begins.
///
/// # Errors
/// As [`get`].
pub async fn items(ctx: &Ctx, id: PlanId, which: Which, from: i64) -> AppResult<(Vec<Item>, Option<i64>)> {
    read::find(ctx, id).await?;
    let mut rows = store::items(ctx.db(), id, which, from, PAGE + 1).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next = rows.get(page).map(|row| row.position);
    rows.truncate(page);
    Ok((read::with_contents(ctx.db(), rows).await?, next))
}

/// All items of a plan.
///
/// # Errors
/// As [`get`].
pub async fn all(ctx: &Ctx, id: PlanId) -> AppResult<Vec<Item>> {
    read::find(ctx, id).await?;
    read::all_items(ctx.db(), id).await
}

/// Organisations for which the actor may write a plan.
///
/// # Errors
/// [`AppError::Forbidden`] without a post that writes plans.
pub async fn homes(ctx: &Ctx) -> AppResult<Vec<OrgBrief>> {
    let scope = ctx.may(Permission::PlanEdit)?;
    tree::open_within(ctx.db(), &scope, |kind| {
        matches!(
            kind,
            OrgKind::City | OrgKind::District | OrgKind::Street | OrgKind::College | OrgKind::Department
        )
    })
    .await
}

/// Reads a document and keeps it as a draft of this organisation.
///
/// # Errors
/// [`AppError::Invalid`] beside `file` or `text` when nothing can be read; [`AppError::NotFound`] for an organisation outside
/// the actor's scope.
pub async fn create(ctx: &Ctx, org: OrgId, source: Source) -> AppResult<PlanId> {
    let scope = ctx.may(Permission::PlanEdit)?;
    tree::find_within(ctx.db(), &scope, org).await?;
    let today = ctx.today();
    // A long document takes a while, and others wait for this thread.
    let read = tokio::task::spawn_blocking(move || intake::read(source, today))
        .await
        .map_err(|error| AppError::Internal(error.to_string()))??;
    let head = head::check_head(read.head.clone())?;
    let file = keep(ctx, &read).await?;
    let tx = ctx.begin().await?;
    let plan = NewPlan {
        id: ctx.new_id(),
        org,
        head,
        file: Some((file.name, file.sha256)),
        notes: read.notes,
        at: ctx.now(),
    };
    store::insert(&tx, &plan).await?;
    let items: Vec<NewItem> = (1_i64..)
        .zip(read.content)
        .map(|(position, content)| NewItem {
            id: ctx.new_id(),
            position,
            item: content.item,
            checked: false,
            doubtful: content.doubtful,
        })
        .collect();
    store::insert_items(&tx, plan.id, &items, || ctx.new_id::<()>().raw()).await?;
    let targets: usize = items
        .iter()
        .flat_map(|new| &new.item.tasks)
        .map(|task| task.targets.len())
        .sum();
    let data = json!({ "items": items.len(), "targets": targets });
    tx.commit(vec![Event::new("plan.read", "plan", plan.id).at(org).data(data)])
        .await?;
    Ok(plan.id)
}

/// Keeps the document: as it is, or as UTF-8 text when the store does not take its encoding.
async fn keep(ctx: &Ctx, read: &Read) -> AppResult<StoredFile> {
    const KINDS: [FileKind; 2] = [FileKind::Docx, FileKind::Txt];
    let (bytes, name) = read.file.clone();
    let files = &ctx.platform.files;
    match (files.put(bytes, &name, &KINDS).await, &read.plain) {
        (Err(FileError::WrongKind(_)), Some(plain)) => {
            let printable = plain
                .chars()
                .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'));
            let bytes = printable.collect::<String>().into_bytes();
            Ok(files.put(bytes, &name, &[FileKind::Txt]).await?)
        }
        (kept, _) => Ok(kept?),
    }
}

/// The document of a plan: its name, content type and bytes.
///
/// # Errors
/// [`AppError::NotFound`] when the plan has none, or is not for this actor.
pub async fn document(ctx: &Ctx, id: PlanId) -> AppResult<(String, Vec<u8>)> {
    let plan = read::find(ctx, id).await?;
    let sha256 = plan.file_sha256.ok_or(AppError::NotFound)?;
    Ok((plan.file_name, ctx.platform.files.get(&sha256).await?))
}

/// A draft that the actor may correct.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] with `plan_frozen` when it is issued.
pub async fn draft(ctx: &Ctx, id: PlanId) -> AppResult<PlanRow> {
    let scope = ctx.may(Permission::PlanEdit)?;
    unfrozen(store::find_within(ctx.db(), &scope, id).await?)
}

/// A draft in a transaction that has locked it: what was read of it before may not hold any more.
///
/// # Errors
/// As [`draft`].
pub(crate) async fn locked_draft(ctx: &Ctx, tx: &Tx, id: PlanId) -> AppResult<PlanRow> {
    let scope = ctx.may(Permission::PlanEdit)?;
    unfrozen(store::find_within(tx, &scope, id).await?)
}

/// The plan, unless its text is frozen.
pub(super) fn unfrozen(plan: PlanRow) -> AppResult<PlanRow> {
    if plan.status == PlanStatus::Draft {
        Ok(plan)
    } else {
        Err(model::frozen())
    }
}

/// Changes title, number and days of a draft that the actor saw in this version.
///
/// # Errors
/// As [`draft`]; [`AppError::Invalid`]; [`AppError::Refused`] with `changed_meanwhile`.
pub async fn change_head(ctx: &Ctx, id: PlanId, typed: TypedHead, version: i64) -> AppResult<()> {
    let scope = ctx.may(Permission::PlanEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("plan", id.raw()).await?;
    let plan = unfrozen(store::find_within(&tx, &scope, id).await?)?;
    let head = head::check_head(typed)?;
    same_version(&plan, version)?;
    store::update_head(&tx, id, &head).await?;
    let data = json!({ "year": [plan.year, head.year] });
    tx.commit(vec![
        Event::new("plan.changed", "plan", id).at(plan.org_id).data(data),
    ])
    .await
}

fn same_version(plan: &PlanRow, version: i64) -> AppResult<()> {
    if plan.version == version {
        return Ok(());
    }
    Err(AppError::refused(
        "changed_meanwhile",
        "您打开这一页以后，别人改过这份计划。请对照最新的内容，再提交一次。",
    ))
}

/// What stands in the way of issuing a draft; empty when nothing does.
///
/// # Errors
/// As [`draft`].
pub async fn obstacles(ctx: &Ctx, id: PlanId) -> AppResult<(PlanRow, Counts, Vec<String>)> {
    let scope = ctx.may(Permission::PlanIssue)?;
    let plan = unfrozen(store::find_within(ctx.db(), &scope, id).await?)?;
    let items = read::all_items(ctx.db(), id).await?;
    let drafts: Vec<model::ItemDraft> = items.iter().map(Item::draft).collect();
    let counts = store::counts(ctx.db(), id).await?;
    Ok((plan, counts, model::obstacles(&drafts)))
}

/// Issues a draft: its text is frozen from now on.
///
/// # Errors
/// As [`draft`]; [`AppError::Refused`] with `not_ready` and what is missing, or `changed_meanwhile`.
pub async fn issue(ctx: &Ctx, id: PlanId, version: i64) -> AppResult<()> {
    let scope = ctx.may(Permission::PlanIssue)?;
    let tx = ctx.begin().await?;
    tx.lock("plan", id.raw()).await?;
    let plan = unfrozen(store::find_within(&tx, &scope, id).await?)?;
    same_version(&plan, version)?;
    let items = read::all_items(&tx, id).await?;
    let drafts: Vec<model::ItemDraft> = items.iter().map(Item::draft).collect();
    let missing = model::obstacles(&drafts);
    if !missing.is_empty() {
        return Err(AppError::refused(
            "not_ready",
            format!("还不能印发：{}", missing.join("")),
        ));
    }
    store::issue(&tx, id, ctx.now()).await?;
    let data = json!({ "items": items.len() });
    tx.commit(vec![
        Event::new("plan.issued", "plan", id).at(plan.org_id).data(data),
    ])
    .await
}

/// Throws a draft away, with the reason.
///
/// # Errors
/// As [`draft`]; [`AppError::Invalid`] without a reason; [`AppError::Refused`] with `changed_meanwhile`.
pub async fn discard(ctx: &Ctx, id: PlanId, reason: &str, version: i64) -> AppResult<()> {
    let reason =
        kernel::bounded(reason, 2, 200, "原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    let scope = ctx.may(Permission::PlanEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("plan", id.raw()).await?;
    let plan = unfrozen(store::find_within(&tx, &scope, id).await?)?;
    same_version(&plan, version)?;
    store::remove(&tx, id).await?;
    tx.commit(vec![
        Event::new("plan.discarded", "plan", id)
            .at(plan.org_id)
            .note(reason),
    ])
    .await
}
