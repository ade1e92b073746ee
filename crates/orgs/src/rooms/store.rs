//! SQL of rooms.

use crate::RoomId;
use db::{Db, args};
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
    }
}

/// A room by id, for other domains that have checked their own scope.
///
/// # Errors
/// [`platform::AppError::NotFound`] when there is none.
pub async fn find(db: &Db, id: RoomId) -> AppResult<RoomBrief> {
    Ok(db
        .query_one(
            "SELECT id, org_id, name, floor, seats, step_free, active FROM room \
             WHERE id = $1 {unscoped: name and size of a room are public facts}",
            args![id],
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
            "SELECT id, org_id, name, floor, seats, step_free, active FROM room \
             WHERE org_id = $1 {unscoped: name and size of a room are public facts} ORDER BY name, id LIMIT 500",
            args![org],
        )
        .await?)
}
