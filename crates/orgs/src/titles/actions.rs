//! What can be done with titles.

use super::model::{self, PROOFS, TitleDraft};
use super::store::{self, TitleRow};
use crate::TitleId;
use crate::tree::{self, OrgBrief};
use kernel::{Date, OrgId};
use platform::{AppError, AppResult, Ctx, Event, Permission, StoredFile, Tx};
use serde_json::json;

/// A file as it was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its name, as the sender gave it.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The titles of an organisation, the latest first.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn list(ctx: &Ctx, id: OrgId) -> AppResult<(OrgBrief, Vec<TitleRow>)> {
    let scope = ctx.may(Permission::OrgRead)?;
    let org = tree::find_within(ctx.db(), &scope, id).await?;
    let titles = store::list_within(ctx.db(), &scope, id).await?;
    Ok((org, titles))
}

/// One title with its organisation.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn get(ctx: &Ctx, id: TitleId) -> AppResult<(OrgBrief, TitleRow)> {
    let scope = ctx.may(Permission::OrgRead)?;
    let title = store::find_within(ctx.db(), &scope, id).await?;
    let org = tree::find(ctx.db(), title.org_id).await?;
    Ok((org, title))
}

/// The organisation to which the actor may add a title; one that has ended keeps what it was granted before.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn home_of_new(ctx: &Ctx, id: OrgId) -> AppResult<OrgBrief> {
    let scope = ctx.may(Permission::OrgEdit)?;
    tree::find_within(ctx.db(), &scope, id).await
}

/// Registers a title, with its proof if there is one.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] for wrong fields, a wrong file (field `file`), or when
/// there is such a title; [`AppError::TooLarge`] for the file.
pub async fn register(ctx: &Ctx, org: OrgId, draft: TitleDraft, proof: Option<Sent>) -> AppResult<TitleId> {
    let scope = ctx.may(Permission::OrgEdit)?;
    tree::find_within(ctx.db(), &scope, org).await?;
    let draft = model::check(draft, ctx.today())?;
    // Kept before the transaction begins, so that no lock waits for a disk or a store far away.
    let file = match proof {
        Some(sent) => Some(keep(ctx, sent).await?),
        None => None,
    };
    let tx = ctx.begin().await?;
    tx.lock("titles of org", org.raw()).await?;
    tree::find_within(&tx, &scope, org).await?;
    let id: TitleId = ctx.new_id();
    if store::is_there(&tx, org, &draft, id).await? {
        return Err(model::already_there(&draft));
    }
    store::insert(&tx, id, org, &draft).await?;
    if let Some(file) = &file {
        store::set_proof(&tx, id, file).await?;
    }
    let data = json!({ "title": told(&draft), "proof": file.map(|file| file.sha256) });
    let event = Event::new("title.registered", "title", id).at(org).data(data);
    tx.commit(vec![event]).await?;
    Ok(id)
}

/// Changes what is known of a title that the actor saw in this `version`.
///
/// # Errors
/// As [`register`]; [`AppError::Refused`] for a revoked title, and with code `changed_meanwhile` when somebody changed it.
pub async fn change(ctx: &Ctx, id: TitleId, draft: TitleDraft, version: i64) -> AppResult<()> {
    let (tx, before) = open(ctx, id, version).await?;
    let draft = model::check(draft, ctx.today())?;
    tx.lock("titles of org", before.org_id.raw()).await?;
    if store::is_there(&tx, before.org_id, &draft, id).await? {
        return Err(model::already_there(&draft));
    }
    store::update(&tx, id, &draft).await?;
    let was = json!([before.name, before.level.as_str(), before.granted_on.to_string()]);
    let data = json!({ "title": told(&draft), "before": was });
    let event = Event::new("title.changed", "title", id).at(before.org_id);
    tx.commit(vec![event.data(data)]).await
}

/// Puts a proof to a title, in place of the one before.
///
/// # Errors
/// As [`change`].
pub async fn prove(ctx: &Ctx, id: TitleId, sent: Sent, version: i64) -> AppResult<()> {
    let scope = ctx.may(Permission::OrgEdit)?;
    store::find_within(ctx.db(), &scope, id).await?;
    let file = keep(ctx, sent).await?;
    let (tx, before) = open(ctx, id, version).await?;
    store::set_proof(&tx, id, &file).await?;
    let data = json!({ "proof": [before.proof, file.sha256], "size": file.size });
    let event = Event::new("title.proven", "title", id).at(before.org_id);
    tx.commit(vec![event.data(data)]).await
}

/// Notes that a title was taken back, from a day on, with the reason.
///
/// # Errors
/// As [`change`]; [`AppError::Invalid`] for a wrong day or no reason.
pub async fn revoke(ctx: &Ctx, id: TitleId, on: Date, reason: &str, version: i64) -> AppResult<()> {
    let (tx, before) = open(ctx, id, version).await?;
    model::may_end(on, before.granted_on, ctx.today())?;
    let reason =
        kernel::bounded(reason, 2, 200, "撤销的原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    store::revoke(&tx, id, on, &reason).await?;
    let event = Event::new("title.revoked", "title", id).at(before.org_id);
    let data = json!({ "on": on.to_string() });
    tx.commit(vec![event.data(data).note(reason)]).await
}

/// The proof of a title, to be saved by who may see the title.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope, or when there is none.
pub async fn proof(ctx: &Ctx, id: TitleId) -> AppResult<(TitleRow, Vec<u8>)> {
    let (_, title) = get(ctx, id).await?;
    let hash = title.proof.as_deref().ok_or(AppError::NotFound)?;
    let bytes = ctx.platform.files.get(hash).await?;
    Ok((title, bytes))
}

/// Checks a file by its content and keeps it.
async fn keep(ctx: &Ctx, sent: Sent) -> AppResult<StoredFile> {
    let files = &ctx.platform.files;
    Ok(files.put(sent.bytes, &sent.name, &PROOFS).await?)
}

/// A transaction on a title that was seen in this version.
async fn open(ctx: &Ctx, id: TitleId, version: i64) -> AppResult<(Tx, TitleRow)> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("title", id.raw()).await?;
    let before = store::find_within(&tx, &scope, id).await?;
    if before.revoked_on.is_some() {
        return Err(model::revoked());
    }
    if before.version != version {
        return Err(model::changed_meanwhile());
    }
    Ok((tx, before))
}

fn told(draft: &TitleDraft) -> serde_json::Value {
    json!({
        "name": draft.name, "level": draft.level.as_str(), "kind": draft.kind.as_str(),
        "on": draft.granted_on.to_string(), "until": draft.valid_to.map(|day| day.to_string()),
    })
}
