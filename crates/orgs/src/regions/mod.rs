//! Areas from the list of the statistics bureau (`data/regions/*.csv`): loaded, loaded again, differences reported.
//!
//! Rules
//! 1. A file is taken whole or not at all; a wrong line is named with what is wrong.
//! 2. Loading the same file twice changes nothing the second time.
//! 3. A file speaks for the streets and committees of every district in it: one that it no longer names is gone.
//!    Cities and districts end only by a line with `valid_to`.
//! 4. What is gone is closed on the day of the file, but only when nothing open stands below; otherwise it stays, and
//!    the report says so.
//! 5. A line with `valid_to` and `successor` merges the area into its successor, as a merger by hand would.
//! 6. A change that staff made after the day of the file wins over the file; the report says so.
//! 7. Zones that only resemble a street, and committees for statistics only, are marked special.
//!
//! Who may: `org.structure`, and only for what lies in the actor's subtree. Events: `regions.imported`, and
//! `org.renamed`, `org.moved`, `org.merged`, `org.closed` for each area that was there before. Tables: those of the tree.
//!
//! Start reading at [`import`].

mod actions;
mod file;
mod model;
pub mod outlines;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use actions::import;
pub use model::{Change, ChangeKind, ImportReport};

use platform::{Access, Permission as P, Routes};

/// Addresses of regions.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/desk/regions", Access::Needs(P::OrgStructure), pages::form)
        .post("/desk/regions", Access::Needs(P::OrgStructure), pages::upload)
}
