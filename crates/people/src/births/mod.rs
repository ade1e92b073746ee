//! Days of birth and sex of many people at once, for the rules of the seat desk.

mod store;

pub use store::{of, sexes};
