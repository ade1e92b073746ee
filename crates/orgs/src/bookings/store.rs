//! SQL of bookings.

use super::model::{BookingDraft, BookingStatus, Busy};
use crate::{RoomBookingId, RoomId};
use db::{Db, DbResult, Scope, Tx, args};
use kernel::{Date, Instant, OrgId, PersonId, Time};
use platform::AppResult;
use platform::api::Part;

db::record! {
    /// A booking with the names around it.
    pub struct BookingRow {
        /// Id.
        pub id: RoomBookingId,
        /// The room.
        pub room_id: RoomId,
        /// Its name.
        pub room_name: String,
        /// Its seats.
        pub seats: i64,
        /// Whose the room is.
        pub org_id: OrgId,
        /// That institution's name.
        pub org_name: String,
        /// Who asked.
        pub booked_by: PersonId,
        /// For which organisation.
        pub for_org_id: Option<OrgId>,
        /// That organisation's name.
        pub for_org_name: Option<String>,
        /// What for.
        pub purpose: String,
        /// Day.
        pub day: Date,
        /// Beginning.
        pub starts: Time,
        /// Length in minutes.
        pub minutes: i64,
        /// How many people come.
        pub people: i64,
        /// How far it is.
        pub status: BookingStatus,
        /// Why it was refused or cancelled.
        pub reason: String,
        /// Goes up by one with each change.
        pub version: i64,
    }
}

db::record! {
    /// A room that can be booked.
    pub struct OpenRoom {
        /// Id.
        pub id: RoomId,
        /// Name.
        pub name: String,
        /// Seats.
        pub seats: i64,
        /// Area in square metres.
        pub area_m2: i64,
        /// Facilities, `;` between.
        pub facilities: String,
        /// Whose it is.
        pub org_id: OrgId,
        /// That institution's name.
        pub org_name: String,
        /// That institution's path.
        pub path: String,
        /// Whether others may book it.
        pub open_to_others: bool,
    }
}

macro_rules! bookings {
    ($rest:literal) => {
        concat!(
            "SELECT b.id, b.room_id, r.name AS room_name, r.seats, b.org_id, o.name AS org_name, b.booked_by, \
             b.for_org_id, f.name AS for_org_name, b.purpose, b.day, b.starts, b.minutes, b.people, b.status, b.reason, \
             b.version FROM room_booking b JOIN room r ON r.id = b.room_id JOIN org o ON o.id = b.org_id \
             LEFT JOIN org f ON f.id = b.for_org_id WHERE ",
            $rest
        )
    };
}

/// Rooms in use that are open to others, or belong to the scope; `q` is part of the room's or institution's name.
pub async fn rooms(db: &Db, own: &Scope, q: &str, part: Part) -> DbResult<Vec<OpenRoom>> {
    let like = format!("%{}%", q.replace(['%', '_'], "").to_lowercase());
    db.within(own)
        .query(
            "SELECT r.id, r.name, r.seats, r.area_m2, r.facilities, r.org_id, o.name AS org_name, p.path, \
             r.open_to_others FROM room r JOIN org o ON o.id = r.org_id AND o.status = 'open' \
             JOIN org_path p ON p.org_id = o.id WHERE r.active AND (r.open_to_others OR {scope r.org_id}) \
             AND (r.name LIKE $1 OR o.name LIKE $1 OR o.spelling LIKE $1) \
             ORDER BY o.sort_key, r.name, r.id LIMIT $2 OFFSET $3",
            args![like, part.rows(), part.offset],
        )
        .await
}

/// One room that is open to others or belongs to the scope.
pub async fn room(db: &Db, own: &Scope, id: RoomId) -> DbResult<OpenRoom> {
    db.within(own)
        .query_one(
            "SELECT r.id, r.name, r.seats, r.area_m2, r.facilities, r.org_id, o.name AS org_name, p.path, \
             r.open_to_others FROM room r JOIN org o ON o.id = r.org_id AND o.status = 'open' \
             JOIN org_path p ON p.org_id = o.id \
             WHERE r.id = $1 AND r.active AND (r.open_to_others OR {scope r.org_id})",
            args![id],
        )
        .await
}

/// Bookings of rooms inside the scope from this day on, those to decide first.
pub async fn of_rooms(db: &Db, scope: &Scope, from: Date, part: Part) -> DbResult<Vec<BookingRow>> {
    db.within(scope)
        .query(
            bookings!(
                "b.day >= $1 AND {scope b.org_id} ORDER BY CASE b.status WHEN 'waiting' THEN 0 ELSE 1 END, b.day, \
                 b.starts, b.id LIMIT $2 OFFSET $3"
            ),
            args![from, part.rows(), part.offset],
        )
        .await
}

/// Bookings that a person asked for, from this day on.
pub async fn of_person(db: &Db, person: PersonId, from: Date, part: Part) -> DbResult<Vec<BookingRow>> {
    db.query(
        bookings!(
            "b.booked_by = $1 AND b.day >= $2 {unscoped: a person's own bookings} ORDER BY b.day, b.starts, b.id \
             LIMIT $3 OFFSET $4"
        ),
        args![person, from, part.rows(), part.offset],
    )
    .await
}

/// A booking of a room inside the scope, or one that the person asked for.
pub async fn find(
    db: &Db,
    scope: &Scope,
    person: Option<PersonId>,
    id: RoomBookingId,
) -> DbResult<BookingRow> {
    db.within(scope)
        .query_one(
            bookings!("b.id = $1 AND (b.booked_by = CAST($2 AS BIGINT) OR {scope b.org_id})"),
            args![id, person],
        )
        .await
}

db::record! {
    struct LentRow {
        room_id: RoomId,
        day: Date,
        starts: Time,
        minutes: i64,
        purpose: String,
    }
}

/// The hours in which these rooms are lent, from one day to another, for the timetable's check of clashes.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn approved(db: &Db, rooms: &[RoomId], from: Date, to: Date) -> AppResult<Vec<(RoomId, Busy)>> {
    if rooms.is_empty() {
        return Ok(Vec::new());
    }
    let lent: Vec<LentRow> = db
        .query(
            "SELECT room_id, day, starts, minutes, purpose FROM room_booking WHERE room_id {any $1} \
             AND day >= $2 AND day <= $3 AND status = 'approved' {unscoped: hours in which a room is taken} \
             ORDER BY day, starts, id LIMIT 5000",
            args![rooms, from, to],
        )
        .await?;
    let busy = |row: LentRow| Busy {
        day: row.day,
        starts: row.starts,
        minutes: row.minutes,
        what: row.purpose,
    };
    Ok(lent.into_iter().map(|row| (row.room_id, busy(row))).collect())
}

/// How many requests wait inside the scope, and the first day among them.
pub async fn waiting(db: &Db, scope: &Scope, from: Date) -> DbResult<(i64, Option<Date>)> {
    db.within(scope)
        .query_one(
            "SELECT count(*), min(b.day) FROM room_booking b WHERE b.status = 'waiting' AND b.day >= $1 \
             AND {scope b.org_id}",
            args![from],
        )
        .await
}

/// Who asks, for whom, and when.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    /// The person.
    pub person: PersonId,
    /// The organisation they ask for.
    pub for_org: Option<OrgId>,
    /// Now.
    pub at: Instant,
}

/// Writes a request.
pub async fn insert(
    tx: &Tx,
    id: RoomBookingId,
    room: &OpenRoom,
    asker: Asker,
    draft: &BookingDraft,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO room_booking (id, room_id, org_id, booked_by, for_org_id, purpose, day, starts, minutes, people, \
         status, reason, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', '', $11, 1) \
         {unscoped: the room was found in reach}",
        args![
            id,
            room.id,
            room.org_id,
            asker.person,
            asker.for_org,
            &draft.purpose,
            draft.day,
            draft.starts,
            draft.minutes,
            draft.people,
            asker.at
        ],
    )
    .await?;
    Ok(())
}

/// Writes a decision.
pub async fn decide(tx: &Tx, id: RoomBookingId, status: BookingStatus, reason: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE room_booking SET status = $2, reason = $3, version = version + 1 WHERE id = $1 \
         {unscoped: found in scope before}",
        args![id, status, reason],
    )
    .await?;
    Ok(())
}
