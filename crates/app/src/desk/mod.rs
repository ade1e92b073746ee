//! Pages of the desk that belong to no single domain: what waits for me, reminders of it, long work, the audit log.

pub mod audit;
pub mod home;
pub mod jobs;
pub mod reminders;

use platform::Routes;

/// The routes of this module.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(audit::routes())
        .merge(home::routes())
        .merge(jobs::routes())
}
