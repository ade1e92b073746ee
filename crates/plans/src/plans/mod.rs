//! Plans: a document is read as a draft, a person corrects it item by item, the plan is issued.
//!
//! Rules
//! 1. A document comes as TXT, DOCX or pasted text; the file is kept as it was brought. What cannot be read is refused with a
//!    sentence and a way on, and what was pasted stays on the page.
//! 2. An item keeps its number, headings and exact words with their place in the document; its tasks and targets are proposals
//!    of the reader until a person saves or accepts the item.
//! 3. A target has a thing that is counted, a figure with its unit, and perhaps a day and a metric. A target without a metric is
//!    listed as unbound; it is reported by hand.
//! 4. An item is saved in the version that was seen; who comes second is told so, and what they typed stays on the page.
//! 5. Issuing (印发) freezes the text. What must change after that is asked for as a change of a task.
//! 6. A draft is seen by who may correct it. An issued plan is read by its organisation, by those below it, and by those above.
//!
//! Who may: read `plan.read` (in the subtree of one's post, and issued plans of the organisations above it); write `plan.edit`;
//! issue `plan.issue`.
//! Events: `plan.read`, `plan.changed`, `plan.issued`, `plan.discarded`, `plan.item_changed`, `plan.item_accepted`,
//! `plan.item_added`, `plan.item_split`, `plan.item_joined`, `plan.item_removed`.
//! Tables: `plan`, `plan_item`, `plan_task`, `plan_target`.
//!
//! Start reading at [`actions::create`], then [`items::save`]. What is read of a document: `intake.rs`; the boxes of the form:
//! `typed.rs`.

pub mod actions;
mod amounts;
mod api;
mod bulk;
mod form;
mod head;
mod intake;
mod item_pages;
pub mod items;
pub mod model;
pub(crate) mod pages;
mod proposal;
mod read;
mod shape;
mod store;
#[cfg(test)]
pub(crate) mod tests;
mod typed;

pub use amounts::{milli, parse as parse_amount, plain as plain_amount, with_unit};
pub use api::PlansApi;
pub(crate) use api::figure;
pub use bulk::{AtOnce, issue_at_once};
pub use intake::Source;
pub(crate) use items::append;
pub(crate) use proposal::item_of;
pub use read::{Item, Task, all_items, find};
pub(crate) use read::{Sight, sight};
pub use store::{Counts, ItemRow, PlanBrief, PlanRow, TargetRow, TaskRow};

use platform::{Access, Permission as P, Routes};

/// Addresses of plans.
#[must_use]
pub fn routes() -> Routes {
    let (read, edit, issue) = (
        Access::Needs(P::PlanRead),
        Access::Needs(P::PlanEdit),
        Access::Needs(P::PlanIssue),
    );
    Routes::new()
        .get("/desk/plans", read, pages::list)
        .get("/desk/plans/new", edit, pages::blank)
        .post("/desk/plans/new", edit, pages::create)
        .get("/desk/plans/{plan}", read, pages::show)
        .get("/desk/plans/{plan}/document", read, pages::document)
        .get("/desk/plans/{plan}/head", edit, pages::head)
        .post("/desk/plans/{plan}/head", edit, pages::change_head)
        .get("/desk/plans/{plan}/issue", issue, pages::ask_issue)
        .post("/desk/plans/{plan}/issue", issue, pages::issue)
        .get("/desk/plans/{plan}/discard", edit, pages::ask_discard)
        .post("/desk/plans/{plan}/discard", edit, pages::discard)
        .get("/desk/plans/{plan}/items/new", edit, item_pages::blank)
        .post("/desk/plans/{plan}/items/new", edit, item_pages::add)
        .post("/desk/plans/{plan}/items/{item}", edit, item_pages::save)
        .post("/desk/plans/{plan}/items/{item}/accept", edit, item_pages::accept)
        .post("/desk/plans/{plan}/items/{item}/split", edit, item_pages::split)
        .post("/desk/plans/{plan}/items/{item}/join", edit, item_pages::join)
        .post("/desk/plans/{plan}/items/{item}/remove", edit, item_pages::remove)
        .get("/api/v1/plans", read, api::list)
        .post("/api/v1/plans", edit, api::create)
        .get("/api/v1/plans/{plan}", read, api::get)
        .get("/api/v1/plans/{plan}/items", read, api::items)
        .get("/api/v1/plans/{plan}/targets", read, api::targets)
        .post("/api/v1/plans/{plan}/issue", issue, api::issue)
}
