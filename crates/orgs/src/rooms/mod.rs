//! Rooms of an institution.

mod store;

pub use store::{RoomBrief, find, of_org};
