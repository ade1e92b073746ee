//! Organisations: the tree with its history, institutions and learning sites, rooms, population, regions.
//!
//! Start reading at [`tree`]; [`rooms`] is the plainest whole feature, with all its rooms.

pub mod rooms;
pub mod tree;

pub use tree::kind::OrgKind;

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "orgs",
    migrations: &[db::Migration {
        number: 1,
        name: "orgs",
        sql: include_str!("../migrations/0001_orgs.sql"),
    }],
    org_owned: &["org_facts", "room", "room_booking", "population"],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// A room.
    pub enum Room {}
    /// A room booking.
    pub enum RoomBooking {}
}
/// Id of a room.
pub type RoomId = kernel::Id<kinds::Room>;
/// Id of a room booking.
pub type RoomBookingId = kernel::Id<kinds::RoomBooking>;
