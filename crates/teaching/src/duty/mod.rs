//! Who has a duty in a class beside its teacher: assistants and monitors.

mod store;

pub use store::holds_duty;
