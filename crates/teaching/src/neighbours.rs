//! What teaching reads of its neighbours `orgs` and `people`: names for lists, rooms and teachers to choose from.
//!
//! The only file of this crate whose statements name a table of another domain. It only reads.

use db::{Db, Scope, args, record};
use kernel::{Date, Id, OrgId, PersonId, Time};
use orgs::RoomId;
use platform::{AppResult, Role};
use std::collections::HashMap;

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

impl OrgLine {
    /// The org itself and everything above it.
    pub(crate) fn line_of_orgs(&self) -> Vec<OrgId> {
        self.path
            .split('/')
            .filter_map(|part| part.parse().ok())
            .collect()
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
pub(crate) async fn org_within(db: &Db, scope: &Scope, id: OrgId) -> AppResult<OrgLine> {
    let sql = "SELECT o.id, o.name, o.kind, p.path FROM org o JOIN org_path p ON p.org_id = o.id
               WHERE o.id = $1 AND {scope o.id}";
    Ok(db.within(scope).query_one(sql, args![id]).await?)
}

/// An org wherever it is.
pub(crate) async fn org(db: &Db, id: OrgId) -> AppResult<OrgLine> {
    org_within(db, &Scope::everything(), id).await
}

/// The open institutions of a scope.
pub(crate) async fn institutions(db: &Db, scope: &Scope) -> AppResult<Vec<OrgLine>> {
    let sql = "SELECT o.id, o.name, o.kind, p.path FROM org o JOIN org_path p ON p.org_id = o.id
               WHERE o.status = 'open' AND o.kind NOT IN ('city', 'district', 'street', 'neighborhood')
                 AND {scope o.id} ORDER BY o.sort_key, o.id LIMIT $1";
    Ok(db.within(scope).query(sql, args![MOST_CHOICES]).await?)
}

/// The open orgs of a scope down to the institutions, without streets and neighbourhoods: who may set a term.
pub(crate) async fn term_setters(db: &Db, scope: &Scope) -> AppResult<Vec<OrgLine>> {
    let sql = "SELECT o.id, o.name, o.kind, p.path FROM org o JOIN org_path p ON p.org_id = o.id
               WHERE o.status = 'open' AND o.kind NOT IN ('city', 'street', 'neighborhood')
                 AND {scope o.id} ORDER BY o.sort_key, o.id LIMIT $1";
    Ok(db.within(scope).query(sql, args![MOST_CHOICES]).await?)
}

/// A room wherever it is.
pub(crate) async fn room(db: &Db, id: RoomId) -> AppResult<RoomLine> {
    let sql = "SELECT r.id, r.org_id, r.name, r.seats, r.active FROM room r
               WHERE r.id = $1 {unscoped: the caller compares the org}";
    Ok(db.query_one(sql, args![id]).await?)
}

/// The rooms in use of an org.
pub(crate) async fn rooms_of(db: &Db, org: OrgId) -> AppResult<Vec<RoomLine>> {
    let sql = "SELECT r.id, r.org_id, r.name, r.seats, r.active FROM room r
               WHERE r.org_id = $1 AND r.active = TRUE {unscoped: the caller checked the org}
               ORDER BY r.name, r.id LIMIT $2";
    Ok(db.query(sql, args![org, MOST_CHOICES]).await?)
}

/// The approved bookings of rooms between two days.
pub(crate) async fn bookings(db: &Db, rooms: &[RoomId], from: Date, to: Date) -> AppResult<Vec<BookingLine>> {
    if rooms.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT b.room_id, b.day, b.starts, b.minutes, b.purpose FROM room_booking b
               WHERE b.room_id {any $1} AND b.day >= $2 AND b.day <= $3 AND b.status = 'approved'
                 {unscoped: whoever booked it, the room is taken}
               ORDER BY b.day, b.starts, b.id LIMIT 5000";
    Ok(db.query(sql, args![rooms, from, to]).await?)
}

/// The people with a teacher's post today at the org, above it, or inside the scope.
pub(crate) async fn teachers(
    db: &Db,
    scope: &Scope,
    org: &OrgLine,
    today: Date,
) -> AppResult<Vec<(PersonId, String)>> {
    let sql = "SELECT p.id, p.name FROM person p WHERE p.id IN (
                 SELECT t.person_id FROM post t WHERE t.role = $1 AND t.valid_from <= $2
                   AND (t.valid_to IS NULL OR t.valid_to >= $2) AND (t.org_id {any $3} OR {scope t.org_id}))
               AND p.status = 'active' ORDER BY p.sort_key, p.id LIMIT $4";
    let above = org.line_of_orgs();
    Ok(db
        .within(scope)
        .query(sql, args![Role::Teacher, today, above.as_slice(), MOST_CHOICES])
        .await?)
}

/// The person with this number on their card.
pub(crate) async fn person_by_number(db: &Db, number: &str) -> AppResult<Option<(PersonId, String)>> {
    let sql = "SELECT p.id, p.name FROM person p WHERE p.number = $1 AND p.status = 'active'";
    Ok(db.query_opt(sql, args![number]).await?)
}

/// How to reach an institution; empty where nothing is known.
pub(crate) async fn reach(db: &Db, org: OrgId) -> AppResult<Reach> {
    let sql = "SELECT f.address, f.phone, f.hours FROM org_facts f
               WHERE f.org_id = $1 {unscoped: printed on the public poster}";
    Ok(db.query_opt(sql, args![org]).await?.unwrap_or_default())
}

/// Names of orgs, rooms and people for a list.
#[derive(Debug, Default)]
pub(crate) struct Names {
    orgs: HashMap<i64, String>,
    rooms: HashMap<i64, String>,
    people: HashMap<i64, String>,
}

impl Names {
    /// Reads the names of these ids, in three statements at most.
    pub(crate) async fn load(
        db: &Db,
        orgs: Vec<OrgId>,
        rooms: Vec<RoomId>,
        people: Vec<PersonId>,
    ) -> AppResult<Self> {
        let (orgs, rooms, people) = (raw(orgs), raw(rooms), raw(people));
        let mut names = Self::default();
        if !orgs.is_empty() {
            let sql = "SELECT o.id, o.name FROM org o WHERE o.id {any $1} ORDER BY o.id LIMIT 5000";
            names.orgs = map(db.query(sql, args![orgs]).await?);
        }
        if !rooms.is_empty() {
            let sql = "SELECT r.id, r.name FROM room r WHERE r.id {any $1}
                       {unscoped: names of rooms of rows already found} ORDER BY r.id LIMIT 5000";
            names.rooms = map(db.query(sql, args![rooms]).await?);
        }
        if !people.is_empty() {
            let sql = "SELECT p.id, p.name FROM person p WHERE p.id {any $1} ORDER BY p.id LIMIT 5000";
            names.people = map(db.query(sql, args![people]).await?);
        }
        Ok(names)
    }

    /// The org's name.
    pub(crate) fn org(&self, id: OrgId) -> String {
        self.orgs.get(&id.raw()).cloned().unwrap_or_default()
    }

    /// The room's name; 未定 without one.
    pub(crate) fn room(&self, id: Option<RoomId>) -> String {
        named(&self.rooms, id)
    }

    /// The person's name; 未定 without one.
    pub(crate) fn person(&self, id: Option<PersonId>) -> String {
        named(&self.people, id)
    }
}

fn named<K>(names: &HashMap<i64, String>, id: Option<Id<K>>) -> String {
    id.and_then(|id| names.get(&id.raw()).cloned())
        .unwrap_or_else(|| "未定".to_owned())
}

fn raw<K>(ids: impl IntoIterator<Item = Id<K>>) -> Vec<i64> {
    let mut all: Vec<i64> = ids.into_iter().map(Id::raw).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn map(rows: Vec<(i64, String)>) -> HashMap<i64, String> {
    rows.into_iter().collect()
}
