//! Pages of the desk that belong to no single domain: what waits for me, long work, the audit log.

pub mod audit;
pub mod home;
pub mod jobs;

use platform::Routes;

/// The routes of this module.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(audit::routes())
        .merge(home::routes())
        .merge(jobs::routes())
}
