//! Names that stand beside rows of this crate, and what can be chosen, read from their owners `orgs` and `people`.

use crate::classes::Mode;
use db::{Db, Scope};
use kernel::{Date, Id, OrgId, PersonId};
use orgs::tree::{self, OrgBrief};
use orgs::{OrgKind, RoomId};
use platform::{AppResult, Role};
use std::collections::HashMap;

/// Names of orgs, rooms and people for a list.
#[derive(Debug, Default)]
pub(crate) struct Names {
    orgs: HashMap<OrgId, String>,
    rooms: HashMap<RoomId, String>,
    people: HashMap<PersonId, String>,
}

impl Names {
    /// Reads the names of these ids, in three statements at most.
    pub(crate) async fn load(
        db: &Db,
        orgs: Vec<OrgId>,
        rooms: Vec<RoomId>,
        people: Vec<PersonId>,
    ) -> AppResult<Self> {
        let orgs = tree::find_many(db, &once_each(orgs)).await?;
        let rooms = orgs::rooms::find_many(db, &once_each(rooms)).await?;
        let people = people::persons::find_many(db, &once_each(people)).await?;
        Ok(Self {
            orgs: orgs.into_iter().map(|org| (org.id, org.name)).collect(),
            rooms: rooms.into_iter().map(|room| (room.id, room.name)).collect(),
            people: people
                .into_values()
                .map(|person| (person.id, person.name))
                .collect(),
        })
    }

    /// The org's name.
    pub(crate) fn org(&self, id: OrgId) -> String {
        self.orgs.get(&id).cloned().unwrap_or_default()
    }

    /// The name of a room.
    pub(crate) fn room_name(&self, id: RoomId) -> String {
        named(&self.rooms, Some(id))
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

fn named<K>(names: &HashMap<Id<K>, String>, id: Option<Id<K>>) -> String {
    id.and_then(|id| names.get(&id).cloned())
        .unwrap_or_else(|| "未定".to_owned())
}

fn once_each<K>(mut ids: Vec<Id<K>>) -> Vec<Id<K>> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The open institutions of a scope.
pub(crate) async fn institutions(db: &Db, scope: &Scope) -> AppResult<Vec<OrgBrief>> {
    tree::open_within(db, scope, |kind| !kind.is_area()).await
}

/// The open orgs of a scope that set terms: districts and institutions.
pub(crate) async fn term_setters(db: &Db, scope: &Scope) -> AppResult<Vec<OrgBrief>> {
    tree::open_within(db, scope, |kind| kind == OrgKind::District || !kind.is_area()).await
}

/// Ids and names, for a list to choose from.
pub(crate) fn to_choose(orgs: Vec<OrgBrief>) -> Vec<(OrgId, String)> {
    orgs.into_iter().map(|org| (org.id, org.name)).collect()
}

/// The rooms in use of an org.
pub(crate) async fn rooms_of(db: &Db, org: OrgId) -> AppResult<Vec<orgs::rooms::RoomBrief>> {
    let mut rooms = orgs::rooms::of_org(db, org).await?;
    rooms.retain(|room| room.active);
    Ok(rooms)
}

/// The people with a teacher's post today at the org, above it, or inside the scope.
pub(crate) async fn teachers(
    db: &Db,
    scope: &Scope,
    org: &OrgBrief,
    today: Date,
) -> AppResult<Vec<(PersonId, String)>> {
    let line: Vec<OrgId> = tree::ids_of(&org.path).collect();
    people::posts::holders(db, scope, Role::Teacher, &line, today).await
}
