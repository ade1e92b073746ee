//! What can be done with rooms: one function a verb.

use super::model::{self, RoomDraft};
use super::store::{self, RoomRow};
use crate::RoomId;
use crate::tree::{self, OrgBrief, OrgStatus};
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// The rooms of an institution, for its staff.
///
/// # Errors
/// [`AppError::NotFound`] when the institution is not in the actor's scope.
pub async fn list(ctx: &Ctx, org: OrgId) -> AppResult<(OrgBrief, Vec<RoomRow>)> {
    let scope = ctx.may(Permission::OrgRead)?;
    let owner = tree::find_within(ctx.db(), &scope, org).await?;
    let rooms = store::list_within(ctx.db(), &scope, org).await?;
    Ok((owner, rooms))
}

/// One room with its institution, for staff.
///
/// # Errors
/// [`AppError::NotFound`] when it is not in the actor's scope.
pub async fn get(ctx: &Ctx, id: RoomId) -> AppResult<(OrgBrief, RoomRow)> {
    let scope = ctx.may(Permission::OrgRead)?;
    let room = store::find_within(ctx.db(), &scope, id).await?;
    let owner = tree::find(ctx.db(), room.org_id).await?;
    Ok((owner, room))
}

/// The rooms in use of a public institution, for everybody.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such public institution.
pub async fn list_public(ctx: &Ctx, org: OrgId) -> AppResult<Vec<RoomRow>> {
    tree::find_public(ctx.db(), org).await?;
    Ok(store::list_public(ctx.db(), org).await?)
}

/// The institution to which the actor may add a room.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] for an area or an institution that is not open.
pub async fn home_of_new(ctx: &Ctx, org: OrgId) -> AppResult<OrgBrief> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let owner = tree::find_within(ctx.db(), &scope, org).await?;
    may_have_rooms(&owner)?;
    Ok(owner)
}

/// Adds a room.
///
/// # Errors
/// [`AppError::Invalid`] for wrong fields; otherwise as [`home_of_new`].
pub async fn create(ctx: &Ctx, org: OrgId, draft: RoomDraft) -> AppResult<RoomId> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("rooms of org", org.raw()).await?;
    let owner = tree::find_within(&tx, &scope, org).await?;
    may_have_rooms(&owner)?;
    let room = model::check(draft)?;
    let id: RoomId = ctx.new_id();
    if store::name_is_taken(&tx, org, &room.name, id).await? {
        return Err(model::name_taken(&room.name));
    }
    store::insert(&tx, id, org, &room).await?;
    let data = json!({ "seats": room.seats, "area_m2": room.area_m2 });
    tx.commit(vec![Event::new("room.created", "room", id).at(org).data(data)])
        .await?;
    Ok(id)
}

/// Changes a room that the actor saw in this `version`.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] for wrong fields; [`AppError::Refused`] with code
/// `changed_meanwhile` when somebody changed it since.
pub async fn change(ctx: &Ctx, id: RoomId, draft: RoomDraft, version: i64) -> AppResult<()> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("room", id.raw()).await?;
    let before = store::find_within(&tx, &scope, id).await?;
    tx.lock("rooms of org", before.org_id.raw()).await?;
    let room = model::check(draft)?;
    if before.version != version {
        return Err(model::changed_meanwhile());
    }
    if store::name_is_taken(&tx, before.org_id, &room.name, id).await? {
        return Err(model::name_taken(&room.name));
    }
    store::update(&tx, id, &room).await?;
    let data = json!({
        "seats": [before.seats, room.seats],
        "area_m2": [before.area_m2, room.area_m2],
        "open_to_others": [before.open_to_others, room.open_to_others],
    });
    tx.commit(vec![
        Event::new("room.changed", "room", id)
            .at(before.org_id)
            .data(data),
    ])
    .await
}

/// Takes a room out of use, with the reason.
///
/// # Errors
/// As [`change`]; [`AppError::Invalid`] without a reason.
pub async fn retire(ctx: &Ctx, id: RoomId, reason: &str, version: i64) -> AppResult<()> {
    let reason =
        kernel::bounded(reason, 2, 200, "原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    set_active(ctx, id, false, version, Some(reason)).await
}

/// Takes a room back into use.
///
/// # Errors
/// As [`change`].
pub async fn restore(ctx: &Ctx, id: RoomId, version: i64) -> AppResult<()> {
    set_active(ctx, id, true, version, None).await
}

async fn set_active(ctx: &Ctx, id: RoomId, active: bool, version: i64, why: Option<String>) -> AppResult<()> {
    let scope = ctx.may(Permission::OrgEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("room", id.raw()).await?;
    let before = store::find_within(&tx, &scope, id).await?;
    if before.version != version {
        return Err(model::changed_meanwhile());
    }
    if before.active == active {
        return Ok(());
    }
    if active {
        may_have_rooms(&tree::find(&tx, before.org_id).await?)?;
    }
    store::set_active(&tx, id, active).await?;
    let kind = if active { "room.restored" } else { "room.retired" };
    let mut event = Event::new(kind, "room", id).at(before.org_id);
    if let Some(why) = why {
        event = event.note(why);
    }
    tx.commit(vec![event]).await
}

/// Rule 2.
fn may_have_rooms(owner: &OrgBrief) -> AppResult<()> {
    if owner.kind.is_area() {
        return Err(AppError::refused(
            "area_without_rooms",
            format!(
                "“{}”是一个区域，教室要登记在学校或学习点名下。请先打开那个机构。",
                owner.name
            ),
        ));
    }
    if owner.status != OrgStatus::Open {
        return Err(AppError::refused(
            "org_not_open",
            format!("“{}”已经撤销或并入别的机构，不能再登记教室。", owner.name),
        ));
    }
    Ok(())
}
