//! What a school decides about those who wait: whether a turn is an offer, how long it stands, how proposed classes are planned.
//!
//! Rules, in words (`model.rs` holds them):
//! 1. A rule counts for its org and all below it that have none of their own; without any, the defaults count.
//! 2. A change counts for turns that come after it; an offer that stands keeps its end.
//!
//! Who may do what: `RoundRun`, in the subtree of one's post. Events: rule.changed. Table: enrollment_rule.
//! Start reading at [`Rule`].

pub(crate) mod actions;
mod desk_pages;
mod model;
mod store;

pub use model::{Rule, Turn};
pub(crate) use store::{of_classes, of_org};

use platform::{Access, Permission, Routes};

/// The addresses of the rules.
pub(crate) fn routes() -> Routes {
    let run = Access::Needs(Permission::RoundRun);
    Routes::new()
        .get("/desk/rules", run, desk_pages::show)
        .post("/desk/rules", run, desk_pages::change)
}
