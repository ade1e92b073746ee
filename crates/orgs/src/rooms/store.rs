//! SQL of rooms, and nothing else.

use super::model::RoomDraft;
use crate::RoomId;
use db::{Db, DbResult, Scope, Tx, args};
use kernel::OrgId;
use platform::AppResult;

db::record! {
    /// A room in brief.
    pub struct RoomBrief {
        /// Id.
        pub id: RoomId,
        /// Whose it is.
        pub org_id: OrgId,
        /// Name: 「203 书画室」.
        pub name: String,
        /// Floor in words; may be empty.
        pub floor: String,
        /// Seats.
        pub seats: i64,
        /// Whether one gets there without a step.
        pub step_free: bool,
        /// Whether it is in use.
        pub active: bool,
        /// Facilities, `;` between; see `Facility::stored`.
        pub facilities: String,
    }
}

db::record! {
    /// A room with everything known of it.
    pub struct RoomRow {
        /// Id.
        pub id: RoomId,
        /// Whose it is.
        pub org_id: OrgId,
        /// Name.
        pub name: String,
        /// Floor in words; may be empty.
        pub floor: String,
        /// Seats.
        pub seats: i64,
        /// Area in square metres.
        pub area_m2: i64,
        /// Facilities, `;` between; words for people come from [`super::Facility::words`].
        pub facilities: String,
        /// Whether one gets there without a step.
        pub step_free: bool,
        /// Whether others may book it.
        pub open_to_others: bool,
        /// Whether it is in use.
        pub active: bool,
        /// Goes up by one with each change.
        pub version: i64,
    }
}

/// Most rooms of one institution.
const MOST_ROOMS: i64 = 500;

/// A room by id, for other domains that have checked their own scope.
///
/// # Errors
/// [`platform::AppError::NotFound`] when there is none.
pub async fn find(db: &Db, id: RoomId) -> AppResult<RoomBrief> {
    Ok(db
        .query_one(
            "SELECT id, org_id, name, floor, seats, step_free, active, facilities FROM room \
             WHERE id = $1 {unscoped: what a room is like is public}",
            args![id],
        )
        .await?)
}

/// Several rooms in one statement, for other domains that have checked their own scope; what is not there is left out.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn find_many(db: &Db, ids: &[RoomId]) -> AppResult<Vec<RoomBrief>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(db
        .query(
            "SELECT id, org_id, name, floor, seats, step_free, active, facilities FROM room \
             WHERE id {any $1} {unscoped: what a room is like is public} ORDER BY id LIMIT 5000",
            args![ids],
        )
        .await?)
}

/// The rooms of an organisation, those out of use too, by name.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn of_org(db: &Db, org: OrgId) -> AppResult<Vec<RoomBrief>> {
    Ok(db
        .query(
            "SELECT id, org_id, name, floor, seats, step_free, active, facilities FROM room \
             WHERE org_id = $1 {unscoped: what a room is like is public} ORDER BY name, id LIMIT $2",
            args![org, MOST_ROOMS],
        )
        .await?)
}

/// A room with everything, only inside the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: RoomId) -> DbResult<RoomRow> {
    db.within(scope)
        .query_one(
            "SELECT r.id, r.org_id, r.name, r.floor, r.seats, r.area_m2, r.facilities, r.step_free, \
             r.open_to_others, r.active, r.version FROM room r WHERE r.id = $1 AND {scope r.org_id}",
            args![id],
        )
        .await
}

/// All rooms of an organisation inside the scope, those in use first.
pub async fn list_within(db: &Db, scope: &Scope, org: OrgId) -> DbResult<Vec<RoomRow>> {
    db.within(scope)
        .query(
            "SELECT r.id, r.org_id, r.name, r.floor, r.seats, r.area_m2, r.facilities, r.step_free, \
             r.open_to_others, r.active, r.version FROM room r WHERE r.org_id = $1 AND {scope r.org_id} \
             ORDER BY r.active DESC, r.name, r.id LIMIT $2",
            args![org, MOST_ROOMS],
        )
        .await
}

/// The rooms in use of a public organisation, for everybody.
pub async fn list_public(db: &Db, org: OrgId) -> DbResult<Vec<RoomRow>> {
    db.query(
        "SELECT r.id, r.org_id, r.name, r.floor, r.seats, r.area_m2, r.facilities, r.step_free, \
         r.open_to_others, r.active, r.version FROM room r JOIN org o ON o.id = r.org_id AND o.is_public \
         WHERE r.org_id = $1 AND r.active {unscoped: rooms of public institutions are public facts} \
         ORDER BY r.name, r.id LIMIT $2",
        args![org, MOST_ROOMS],
    )
    .await
}

/// Whether another room of the organisation has this name.
pub async fn name_is_taken(db: &Db, org: OrgId, name: &str, except: RoomId) -> DbResult<bool> {
    let other: Option<i64> = db
        .query_opt(
            "SELECT id FROM room WHERE org_id = $1 AND name = $2 AND id <> $3 \
             {unscoped: the caller found the organisation in scope}",
            args![org, name, except],
        )
        .await?;
    Ok(other.is_some())
}

/// Writes a new room.
pub async fn insert(tx: &Tx, id: RoomId, org: OrgId, room: &RoomDraft) -> DbResult<()> {
    tx.exec(
        "INSERT INTO room (id, org_id, name, floor, seats, area_m2, facilities, step_free, open_to_others, active, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, TRUE, 1) {unscoped: the organisation was found in scope}",
        args![
            id,
            org,
            &room.name,
            &room.floor,
            room.seats,
            room.area_m2,
            room.stored_facilities(),
            room.step_free,
            room.open_to_others
        ],
    )
    .await?;
    Ok(())
}

/// Writes what a clerk changed.
pub async fn update(tx: &Tx, id: RoomId, room: &RoomDraft) -> DbResult<()> {
    tx.exec(
        "UPDATE room SET name = $2, floor = $3, seats = $4, area_m2 = $5, facilities = $6, step_free = $7, \
         open_to_others = $8, version = version + 1 WHERE id = $1 {unscoped: found in scope before}",
        args![
            id,
            &room.name,
            &room.floor,
            room.seats,
            room.area_m2,
            room.stored_facilities(),
            room.step_free,
            room.open_to_others
        ],
    )
    .await?;
    Ok(())
}

/// Takes a room out of use or back.
pub async fn set_active(tx: &Tx, id: RoomId, active: bool) -> DbResult<()> {
    tx.exec(
        "UPDATE room SET active = $2, version = version + 1 WHERE id = $1 {unscoped: found in scope before}",
        args![id, active],
    )
    .await?;
    Ok(())
}
