//! Datasets (报表): forms as data, in versions. Cells in tables as on paper, how each is filled, checks, period,
//! deadline, who files, who checks, who approves.
//!
//! Rules
//! 1. A dataset has a code for ever; its versions are numbered. A draft may be changed, a published version never: returns
//!    rest on it. What follows is a new version, which begins with the periods that it is valid for; published, it ends the
//!    earlier one there, so that each period has one version.
//! 2. A cell is filled by a metric (or one key of its breakdown), by hand, or by a formula over other cells.
//! 3. Distinct persons and ratios are never added: a cell of such a metric goes up by the metric of the area itself.
//! 4. A cell of a metric has the metric's nature: as of a day, or over a span.
//! 5. Formulas and checks are CEL, bounded, without loops and circles; what they name must be there.
//! 6. Every version says how sure it is (official, adapted, derived) and where it comes from; tables and cells may say more.
//! 7. A draft may be kept unfinished; published is only what has no fault.
//!
//! Who may: see all datasets `return.fill`; write and publish `dataset.edit` for datasets issued in one's subtree.
//! Events: `dataset.drafted`, `dataset.changed`, `dataset.published`, `dataset.retired`. Tables: `dataset`,
//! `dataset_version`. Files: TOML and XLSX in and out; `xuequan import dataset`.
//!
//! Start reading at [`definition`], then [`form::Form`] and [`actions::publish`].

pub mod actions;
mod api;
pub mod bounds;
pub mod definition;
mod edit_pages;
pub mod form;
mod lines;
pub mod model;
mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub mod workbook;

pub use api::DatasetsApi;
pub use definition::{Basis, Definition};
pub use store::{DatasetRow, VersionRow};

use platform::{Access, Permission as P, Routes};

/// Addresses of datasets.
#[must_use]
pub fn routes() -> Routes {
    let (read, edit) = (Access::Needs(P::ReturnFill), Access::Needs(P::DatasetEdit));
    Routes::new()
        .get("/desk/datasets", read, pages::list)
        .get("/desk/datasets/new", edit, pages::blank)
        .post("/desk/datasets/new", edit, pages::create)
        .post("/desk/datasets/import", edit, pages::import)
        .get("/desk/datasets/{version}", read, pages::show)
        .get("/desk/datasets/{version}/toml", read, pages::toml)
        .get("/desk/datasets/{version}/xlsx", read, pages::xlsx)
        .post("/desk/datasets/{version}/copy", edit, pages::copy)
        .post("/desk/datasets/{version}/publish", edit, pages::publish)
        .post("/desk/datasets/{version}/retire", edit, pages::retire)
        .get("/desk/datasets/{version}/head", edit, edit_pages::head)
        .post("/desk/datasets/{version}/head", edit, edit_pages::change_head)
        .get("/desk/datasets/{version}/table", edit, edit_pages::table)
        .post("/desk/datasets/{version}/table", edit, edit_pages::change_table)
        .get("/desk/datasets/{version}/cell", edit, edit_pages::cell)
        .post("/desk/datasets/{version}/cell", edit, edit_pages::change_cell)
        .get("/desk/datasets/{version}/check", edit, edit_pages::check)
        .post("/desk/datasets/{version}/check", edit, edit_pages::change_check)
        .get("/api/v1/datasets", read, api::list)
        .post("/api/v1/datasets", edit, api::put)
        .get("/api/v1/datasets/{version}", read, api::get)
        .post("/api/v1/datasets/{version}/publish", edit, api::publish)
        .post("/api/v1/datasets/{version}/retire", edit, api::retire)
}
