//! x
pub mod actions;
pub mod filled;
pub mod levels;
pub mod lifecycle;
pub mod model;
pub(crate) mod store;
