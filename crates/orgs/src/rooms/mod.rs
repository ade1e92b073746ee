//! Rooms of an institution: name, floor, seats, area, facilities, and whether others may book them.
//!
//! Rules
//! 1. A room has a name that no other room of the institution has, and at least one seat.
//! 2. Only an institution has rooms, never an area; and only while it is open.
//! 3. A room is never deleted, because classes of the past met in it: it is taken out of use, and can be taken back.
//! 4. Two clerks who change a room at once: the second is told so, and what they typed stays on the page.
//! 5. A room out of use is not offered to others.
//!
//! Who may: see all rooms of an institution in the desk: `org.read`; add and change: `org.edit`, both in the subtree
//! of one's post. Everybody sees the rooms in use on the institution's public page and in the API.
//!
//! Events: `room.created`, `room.changed`, `room.retired`, `room.restored`.
//! Tables: `room`.
//!
//! Start reading at [`actions::change`]: permission, transaction, rule, store, event.

pub mod actions;
mod api;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use api::RoomJson;
pub use api::RoomsApi;
pub use model::{Facility, RoomDraft};
pub use store::{RoomBrief, RoomRow, find, find_many, of_org};

use platform::{Access, Permission as P, Routes};

/// Addresses of rooms.
#[must_use]
pub fn routes() -> Routes {
    let (read, edit) = (Access::Needs(P::OrgRead), Access::Needs(P::OrgEdit));
    Routes::new()
        .get("/desk/orgs/{org}/rooms", read, pages::list)
        .get("/desk/orgs/{org}/rooms/new", edit, pages::blank)
        .post("/desk/orgs/{org}/rooms", edit, pages::create)
        .get("/desk/rooms/{room}", read, pages::show)
        .post("/desk/rooms/{room}", edit, pages::change)
        .post("/desk/rooms/{room}/retire", edit, pages::retire)
        .post("/desk/rooms/{room}/restore", edit, pages::restore)
        .get("/api/v1/orgs/{org}/rooms", Access::Public, api::list)
        .post("/api/v1/orgs/{org}/rooms", edit, api::create)
        .get("/api/v1/desk/orgs/{org}/rooms", read, api::list_all)
        .get("/api/v1/rooms/{room}", read, api::get)
        .put("/api/v1/rooms/{room}", edit, api::change)
        .post("/api/v1/rooms/{room}/retire", edit, api::retire)
        .post("/api/v1/rooms/{room}/restore", edit, api::restore)
}
