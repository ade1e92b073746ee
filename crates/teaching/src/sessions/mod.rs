//! Sessions: the meetings of a class.

mod model;
mod store;

pub use model::{SessionRow, SessionStatus};
pub use store::{find, of_class, of_classes};
