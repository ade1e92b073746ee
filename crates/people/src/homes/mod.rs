//! The neighbourhoods where people live, of many people at once, for planning classes near them.

mod store;

pub use store::of;
