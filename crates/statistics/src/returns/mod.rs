//! Returns (填报): a version of a dataset, filled by one org for one period, on its way up the tree.
//!
//! Rules
//! 1. A return opens filled: each cell of a metric holds what the machine said at that moment; asked again, differences are
//!    shown first, and what was typed against the machine stays.
//! 2. Against the machine one types only with a reason (2 to 200 letters); where it knows nothing a figure is typed, marked
//!    自填, with who. Formulas are computed.
//! 3. Each cell has a version: who saves a cell that somebody changed meanwhile is told both values at that cell, and what is
//!    good beside it is kept. What was typed is never lost.
//! 4. Filed is what has no empty cell, no broken check that must hold, and a reason for each leap against last year; other
//!    checks, and returns missing below, ask for a note.
//! 5. filling → filed → checked → approved → locked. Checking and approving send back single cells with a remark; only those
//!    open. Who approves sees what changed since the last approval, by the hash of each cell, and everything on demand.
//! 6. The level that its dataset names, or one above, checks and approves; nobody their own.
//! 7. The return of an area sums the approved returns below it; figures of persons and ratios come from the metric of the
//!    area itself. It goes on only with the sums of now; approved, it locks what it sums.
//!    Where an org was merged or moved in the period, its return follows the tree until it was summed up.
//! 8. What was filed is changed only on written request, granted by the level above before it has summed up
//!    (湘教办通〔2008〕137号).
//!
//! Who may: fill, file, see `return.fill`; check and send back `return.check`; approve, lock, grant `return.approve`; in the
//! subtree of one's post.
//! Events: `return.opened`, `return.moved`, `return.saved`, `return.refreshed`, `return.filed`, `return.checked`,
//! `return.sent_back`, `return.approved`, `return.locked`, `return.amendment_asked`, `return.amendment_answered`.
//! Tables: `stat_return`, `stat_cell`, `stat_cell_change`, `stat_amendment`.
//!
//! Start reading at [`filled::machine_values`] and [`actions::save`]; the way up is in [`lifecycle`].

pub mod actions;
mod api;
pub mod filled;
pub mod issues;
pub mod late;
pub mod levels;
pub mod lifecycle;
mod lifecycle_pages;
mod list_pages;
pub mod model;
mod pages;
mod paper;
pub(crate) mod store;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod version_tests;
mod views;
mod waiting;
#[cfg(test)]
mod waiting_tests;
#[cfg(test)]
mod way_up_tests;
pub mod workbook;

pub use api::ReturnsApi;
pub(crate) use pages::edition_again;
pub use waiting::waiting;

use platform::{Access, Permission as P, Routes};

/// Addresses of returns.
#[must_use]
pub fn routes() -> Routes {
    let (fill, check, approve) = (
        Access::Needs(P::ReturnFill),
        Access::Needs(P::ReturnCheck),
        Access::Needs(P::ReturnApprove),
    );
    Routes::new()
        .get("/desk/returns", fill, list_pages::list)
        .post("/desk/returns", fill, pages::open)
        .get("/desk/returns/{return}", fill, pages::show)
        .post("/desk/returns/{return}/cells", fill, pages::save)
        .get("/desk/returns/{return}/cells/{cell}", fill, pages::cell)
        .post("/desk/returns/{return}/cells/{cell}", fill, pages::change_cell)
        .get("/desk/returns/{return}/refresh", fill, pages::differences)
        .post("/desk/returns/{return}/refresh", fill, pages::refresh)
        .post("/desk/returns/{return}/file", fill, lifecycle_pages::file)
        .get("/desk/returns/{return}/review", fill, lifecycle_pages::review)
        .post(
            "/desk/returns/{return}/send-back",
            check,
            lifecycle_pages::send_back,
        )
        .post("/desk/returns/{return}/check", check, lifecycle_pages::check)
        .post(
            "/desk/returns/{return}/approve",
            approve,
            lifecycle_pages::approve,
        )
        .post("/desk/returns/{return}/lock", approve, lifecycle_pages::lock)
        .post(
            "/desk/returns/{return}/amendments",
            fill,
            lifecycle_pages::ask_amendment,
        )
        .post(
            "/desk/amendments/{amendment}",
            approve,
            lifecycle_pages::answer_amendment,
        )
        .get("/desk/returns/{return}/xlsx", fill, lifecycle_pages::xlsx)
        .get(
            "/desk/returns/{return}/upload",
            fill,
            lifecycle_pages::upload_form,
        )
        .post("/desk/returns/{return}/upload", fill, lifecycle_pages::upload)
        .get("/desk/returns/{return}/pdf", fill, lifecycle_pages::pdf)
        .merge(api_routes())
}

fn api_routes() -> Routes {
    let (fill, check, approve) = (
        Access::Needs(P::ReturnFill),
        Access::Needs(P::ReturnCheck),
        Access::Needs(P::ReturnApprove),
    );
    Routes::new()
        .get("/api/v1/returns", fill, api::list)
        .post("/api/v1/returns", fill, api::open)
        .get("/api/v1/returns/{return}", fill, api::get)
        .post("/api/v1/returns/{return}/cells", fill, api::save)
        .post("/api/v1/returns/{return}/refresh", fill, api::refresh)
        .post("/api/v1/returns/{return}/file", fill, api::file)
        .post("/api/v1/returns/{return}/check", check, api::check)
        .post("/api/v1/returns/{return}/send-back", check, api::send_back)
        .post("/api/v1/returns/{return}/approve", approve, api::approve)
        .post("/api/v1/returns/{return}/lock", approve, api::lock)
        .post("/api/v1/returns/{return}/amendments", fill, api::ask_amendment)
        .post(
            "/api/v1/amendments/{amendment}/answer",
            approve,
            api::answer_amendment,
        )
}
