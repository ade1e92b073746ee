//! SQL of teaching's neighbours.

use db::{Db, DbResult, Scope, args, record};
use kernel::{Date, OrgId, PersonId, Time};
use orgs::RoomId;
use platform::{AppResult, Role};

/// Most entries in a list to choose from.
const MOST_CHOICES: i64 = 500;

record! {
    /// An org by what teaching needs of it.
    pub(crate) struct OrgLine {
        pub(crate) id: OrgId,
        pub(crate) name: String,
        pub(crate) kind: String,
        pub(crate) path: String,
    }
}

record! {
    /// A room by what teaching needs of it.
    pub(crate) struct RoomLine {
        pub(crate) id: RoomId,
        pub(crate) org_id: OrgId,
        pub(crate) name: String,
        pub(crate) seats: i64,
        pub(crate) active: bool,
    }
}

record! {
    /// An approved booking of a room.
    pub(crate) struct BookingLine {
        pub(crate) room_id: RoomId,
        pub(crate) day: Date,
        pub(crate) starts: Time,
        pub(crate) minutes: i64,
        pub(crate) purpose: String,
    }
}

record! {
    /// How to reach an institution.
    #[derive(Default)]
    pub(crate) struct Reach {
        pub(crate) address: String,
        pub(crate) phone: String,
        pub(crate) hours: String,
    }
}

/// An org inside the scope.
pub(crate) async fn org_within(db: &Db, scope: &Scope, id: OrgId) -> DbResult<OrgLine> {
    let sql = "SELECT o.id, o.name, o.kind, p.path FROM org o JOIN org_path p ON p.org_id = o.id
               WHERE o.id = $1 AND {scope o.id}";
    db.within(scope).query_one(sql, args![id]).await
}

/// An org wherever it is: the caller found a row of it, or compares it.
pub(crate) async fn org(db: &Db, id: OrgId) -> DbResult<OrgLine> {
    let sql =
        "SELECT o.id, o.name, o.kind, p.path FROM org o JOIN org_path p ON p.org_id = o.id WHERE o.id = $1";
    db.query_one(sql, args![id]).await
}

/// The open institutions of a scope.
pub(crate) async fn institutions(db: &Db, scope: &Scope) -> DbResult<Vec<OrgLine>> {
    let sql = "SELECT o.id, o.name, o.kind, p.path FROM org o JOIN org_path p ON p.org_id = o.id
               WHERE o.status = 'open' AND o.kind NOT IN ('city', 'district', 'street', 'neighborhood')
                 AND {scope o.id} ORDER BY o.sort_key, o.id LIMIT $1";
    db.within(scope).query(sql, args![MOST_CHOICES]).await
}

/// The open orgs of a scope down to the institutions, without streets and neighbourhoods: who may set a term.
pub(crate) async fn term_setters(db: &Db, scope: &Scope) -> DbResult<Vec<OrgLine>> {
    let sql = "SELECT o.id, o.name, o.kind, p.path FROM org o JOIN org_path p ON p.org_id = o.id
               WHERE o.status = 'open' AND o.kind NOT IN ('city', 'street', 'neighborhood')
                 AND {scope o.id} ORDER BY o.sort_key, o.id LIMIT $1";
    db.within(scope).query(sql, args![MOST_CHOICES]).await
}

/// A room wherever it is.
pub(crate) async fn room(db: &Db, id: RoomId) -> AppResult<RoomLine> {
    let sql = "SELECT r.id, r.org_id, r.name, r.seats, r.active FROM room r
               WHERE r.id = $1 {unscoped: the caller compares the org}";
    Ok(db.query_one(sql, args![id]).await?)
}

/// The rooms in use of an org.
pub(crate) async fn rooms_of(db: &Db, org: OrgId) -> DbResult<Vec<RoomLine>> {
    let sql = "SELECT r.id, r.org_id, r.name, r.seats, r.active FROM room r
               WHERE r.org_id = $1 AND r.active = TRUE {unscoped: the caller checked the org}
               ORDER BY r.name, r.id LIMIT $2";
    db.query(sql, args![org, MOST_CHOICES]).await
}

/// The approved bookings of rooms between two days.
pub(crate) async fn bookings(db: &Db, rooms: &[RoomId], from: Date, to: Date) -> DbResult<Vec<BookingLine>> {
    if rooms.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT b.room_id, b.day, b.starts, b.minutes, b.purpose FROM room_booking b
               WHERE b.room_id {any $1} AND b.day >= $2 AND b.day <= $3 AND b.status = 'approved'
                 {unscoped: whoever booked it, the room is taken}
               ORDER BY b.day, b.starts, b.id LIMIT 5000";
    db.query(sql, args![rooms, from, to]).await
}

/// The people with a teacher's post today at the org, above it, or inside the scope.
pub(crate) async fn teachers(
    db: &Db,
    scope: &Scope,
    org: &OrgLine,
    today: Date,
) -> DbResult<Vec<(PersonId, String)>> {
    let sql = "SELECT p.id, p.name FROM person p WHERE p.id IN (
                 SELECT t.person_id FROM post t WHERE t.role = $1 AND t.valid_from <= $2
                   AND (t.valid_to IS NULL OR t.valid_to >= $2) AND (t.org_id {any $3} OR {scope t.org_id}))
               AND p.status = 'active' ORDER BY p.sort_key, p.id LIMIT $4";
    let above = org.line_of_orgs();
    db.within(scope)
        .query(sql, args![Role::Teacher, today, above.as_slice(), MOST_CHOICES])
        .await
}

/// The person with this number on their card.
pub(crate) async fn person_by_number(db: &Db, number: &str) -> DbResult<Option<(PersonId, String)>> {
    let sql = "SELECT p.id, p.name FROM person p WHERE p.number = $1 AND p.status = 'active'";
    db.query_opt(sql, args![number]).await
}

/// How to reach an institution; empty where nothing is known.
pub(crate) async fn reach(db: &Db, org: OrgId) -> DbResult<Reach> {
    let sql = "SELECT f.address, f.phone, f.hours FROM org_facts f
               WHERE f.org_id = $1 {unscoped: printed on the public poster}";
    Ok(db.query_opt(sql, args![org]).await?.unwrap_or_default())
}

/// Names of orgs.
pub(crate) async fn org_names(db: &Db, ids: Vec<i64>) -> DbResult<Vec<(i64, String)>> {
    let sql = "SELECT o.id, o.name FROM org o WHERE o.id {any $1} ORDER BY o.id LIMIT 5000";
    db.query(sql, args![ids]).await
}

/// Names of rooms.
pub(crate) async fn room_names(db: &Db, ids: Vec<i64>) -> DbResult<Vec<(i64, String)>> {
    let sql = "SELECT r.id, r.name FROM room r WHERE r.id {any $1}
               {unscoped: names of rooms of rows already found} ORDER BY r.id LIMIT 5000";
    db.query(sql, args![ids]).await
}

/// Names of people.
pub(crate) async fn person_names(db: &Db, ids: Vec<i64>) -> DbResult<Vec<(i64, String)>> {
    let sql = "SELECT p.id, p.name FROM person p WHERE p.id {any $1} ORDER BY p.id LIMIT 5000";
    db.query(sql, args![ids]).await
}
