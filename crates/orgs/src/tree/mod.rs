//! The tree of organisations with its history: areas (city, district, street, neighbourhood) and the institutions
//! on them.
//!
//! Rules
//! 1. A kind stands only under the kinds that [`kind::OrgKind::parents`] names; nothing stands under itself.
//! 2. Names and places in the tree have validity: `valid_from` is the first day, `valid_to` the first day after.
//!    A figure of a past day is computed on the tree of that day ([`tree_on`], [`path_on`]).
//! 3. A change may be dated back, never into the future, and never before the last change of what it touches.
//! 4. A move takes the whole subtree along; every path below changes with it. A root is never moved.
//! 5. A merger is between two of one kind. What stood under the merged one stands under its successor, its rooms
//!    belong to the successor, and the merged one itself stays in the tree below the successor, so that its classes,
//!    rolls and posts stay in reach of the successor's staff.
//! 6. Nothing is closed while something open stands under it, or while its rooms are lent on a day to come.
//! 7. Every change of structure has a reason, kept as the note of its event. Before it, the page shows what it touches.
//!
//! Who may: read `org.read`; open, rename, move, merge, close `org.structure`; everybody sees what is public.
//! Events: `org.created`, `org.renamed`, `org.moved`, `org.merged`, `org.closed`.
//! Tables: `org`, `org_path`, `org_name`, `org_edge`.
//!
//! Start reading at [`actions::merge`]; what other domains read is in `read.rs`.

pub mod actions;
mod api;
mod forms;
pub mod kind;
pub mod model;
mod pages;
mod read;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use api::OrgJson;
pub use api::TreeApi;
pub use kind::{OrgKind, OrgStatus};

pub use read::{
    NodeThen, OrgBrief, Place, ancestors, find, find_many, find_public, find_within, ids_of, institutions,
    open_within, path_on, point, tree_on,
};
pub(crate) use pages::crumbs_of_list;
pub(crate) use read::{id_in_path, version_of};
pub use store::{Filter, NewOrg, OrgDetail, OrgRow, Period, insert_many};
pub(crate) use store::{close_row, merge_rows, move_subtree, rename_row};

use axum::extract::{Path, Query};
use forms::Verb;
use platform::web::Posted;
use platform::{Access, Ctx, Permission as P, Routes};
use ui::Pairs;

/// Addresses of the tree.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/desk/orgs", Access::Needs(P::OrgRead), pages::list)
        .get("/desk/orgs/{org}", Access::Needs(P::OrgRead), pages::show)
        .get(
            "/desk/orgs/{org}/history",
            Access::Needs(P::OrgRead),
            pages::history,
        )
        .merge(change_routes("/desk/orgs/{org}/new", Verb::New))
        .merge(change_routes("/desk/orgs/{org}/rename", Verb::Rename))
        .merge(change_routes("/desk/orgs/{org}/move", Verb::Move))
        .merge(change_routes("/desk/orgs/{org}/merge", Verb::Merge))
        .merge(change_routes("/desk/orgs/{org}/close", Verb::Close))
        .merge(api_routes())
}

/// The form of a change of structure, and the change.
fn change_routes(path: &'static str, verb: Verb) -> Routes {
    let structure = Access::Needs(P::OrgStructure);
    let ask = move |ctx: Ctx, Path(org): Path<String>, Query(query): Query<Pairs>| async move {
        forms::ask(ctx, verb, &org, &query).await
    };
    let act = move |ctx: Ctx, Path(org): Path<String>, posted: Posted| async move {
        forms::act(ctx, verb, &org, posted).await
    };
    Routes::new().get(path, structure, ask).post(path, structure, act)
}

fn api_routes() -> Routes {
    let (read, structure) = (Access::Needs(P::OrgRead), Access::Needs(P::OrgStructure));
    Routes::new()
        .get("/api/v1/orgs", Access::Public, api::list)
        .post("/api/v1/orgs", structure, api::create)
        .get("/api/v1/orgs/{org}", Access::Public, api::get)
        .get("/api/v1/orgs/{org}/history", read, api::history)
        .post("/api/v1/orgs/{org}/rename", structure, api::rename)
        .post("/api/v1/orgs/{org}/move", structure, api::move_to)
        .post("/api/v1/orgs/{org}/merge", structure, api::merge)
        .post("/api/v1/orgs/{org}/close", structure, api::close)
        .get("/api/v1/desk/orgs", read, api::list_within)
        .get("/api/v1/desk/orgs/{org}", read, api::get_within)
}
