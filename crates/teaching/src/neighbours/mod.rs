//! What teaching reads of its neighbours `orgs` and `people`: names for lists, rooms and teachers to choose from.
//!
//! Only its store names tables of another domain. It only reads.

mod store;

pub(crate) use store::{
    OrgLine, Reach, RoomLine, bookings, institutions, org, org_within, person_by_number, reach, room,
    rooms_of, teachers, term_setters,
};

use crate::classes::Mode;
use db::Db;
use kernel::{Id, OrgId, PersonId};
use orgs::RoomId;
use platform::AppResult;
use std::collections::HashMap;

impl OrgLine {
    /// The org itself and everything above it.
    pub(crate) fn line_of_orgs(&self) -> Vec<OrgId> {
        self.path
            .split('/')
            .filter_map(|part| part.parse().ok())
            .collect()
    }
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
            names.orgs = map(store::org_names(db, orgs).await?);
        }
        if !rooms.is_empty() {
            names.rooms = map(store::room_names(db, rooms).await?);
        }
        if !people.is_empty() {
            names.people = map(store::person_names(db, people).await?);
        }
        Ok(names)
    }

    /// The org's name.
    pub(crate) fn org(&self, id: OrgId) -> String {
        self.orgs.get(&id.raw()).cloned().unwrap_or_default()
    }

    /// The room's name; without one 线上 for an online class, which needs none, else 未定.
    pub(crate) fn room(&self, id: Option<RoomId>, mode: Mode) -> String {
        if id.is_none() && mode == Mode::Online {
            return mode.label().to_owned();
        }
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
