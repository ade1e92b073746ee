//! Days of birth of many people at once, for the age rule of the seat desk.

mod store;

pub use store::of;
