//! Signing in: how somebody proves who they are.

pub(crate) mod session;
pub(crate) mod store;
pub(crate) mod watch;

pub use session::identify;
