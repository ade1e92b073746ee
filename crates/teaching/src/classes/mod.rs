//! Classes: a course given in a term at a place, with seats.

mod model;
mod store;

pub use model::{ClassRow, ClassStatus, Level, Mode, Risk};
pub use store::{find, find_within, set_seat_counts};
