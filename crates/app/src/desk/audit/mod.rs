//! The audit log for the auditor: who did what, to what, when, how, and for whom.
//!
//! 1. An event is seen by an auditor in whose subtree its org lies. An event without an org (a sign-in, a setting) is
//!    seen only by the auditor of the whole installation, whose post stands at the top of the tree.
//! 2. A search narrows by day, kind (in words or by the beginning of its code), org by name or number with everything
//!    below it, person (as actor or as the one acted for; by number, for names do not belong in addresses), and request
//!    number. A word that fits nothing is told beside its field.
//! 3. The newest event comes first; within a page, ids of different nodes are put in order by time.
//! 4. Taking a file of what was found is itself an event (`audit.exported`), and holds at most 20,000 rows.
//!
//! Who may: `audit.read`. Tables: `event` and `event_note` of the platform, read only. Start reading at [`actions`].

mod actions;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;
mod words;

use platform::{Access, Permission, Routes};

/// The routes of this feature.
#[must_use]
pub fn routes() -> Routes {
    let auditor = Access::Needs(Permission::AuditRead);
    Routes::new()
        .get("/desk/audit", auditor, pages::list)
        .post("/desk/audit/export", auditor, pages::export)
}
