//! Rounds by first come (先到先得的报名批次): returning class, former learners, newcomers, late joiners, one after another.
//!
//! Rules, in words (`model.rs` holds them; the seat desk asks them):
//! 1. A round names classes of one term, whom it takes and a window. A class may have several, one after another. Who asks
//!    for a class that has some gets a seat only in an open one that takes them; otherwise they hear when theirs opens.
//! 2. Returning is who has a seat in a class of the same course here that began shortly before; a newcomer never had a
//!    seat at the round's org.
//! 3. Of each class a share of the seats is kept for the counter and for newcomers, less what they have taken, until
//!    the minute of release. Then those who wait get what is left, by the desk, within a minute. Everybody else can
//!    never take a kept seat, whatever the order.
//! 4. A round can pause with a public notice and go on; nobody loses a seat. A cancelled one takes nobody any more.
//! 5. A draw takes over a class from the draw's window on; a round by first come must end before.
//!
//! Who may do what: everybody sees rounds of public orgs; `EnrollmentRead` sees the board; `RoundRun` plans and runs.
//! Events: round.planned, round.paused, round.resumed, round.cancelled. Tables: round, round_class.
//! Start reading at [`model::admit`] and [`model::kept_from`], then `load.rs`.

pub mod actions;
pub(crate) mod api;
mod catalogue;
mod desk_pages;
pub(crate) mod load;
pub mod model;
mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod waiting;

pub use catalogue::CATALOGUE;
pub(crate) use load::plans;
pub use load::{DrawAhead, FIRST_COME, Plan};
pub(crate) use pages::{kept_lines, lines};
pub(crate) use waiting::waiting_lines;

use platform::{Access, Permission, Routes};

/// The routes of rounds by first come.
pub fn routes() -> Routes {
    let run = Access::Needs(Permission::RoundRun);
    let read = Access::Needs(Permission::EnrollmentRead);
    Routes::new()
        .get("/rounds/first-come/{id}", Access::Public, pages::show)
        .get("/api/v1/rounds/first-come/{id}", Access::Public, api::show)
        .post("/api/v1/rounds/first-come", run, api::plan)
        .post("/api/v1/rounds/first-come/{id}/pause", run, api::pause)
        .post("/api/v1/rounds/first-come/{id}/resume", run, api::resume)
        .post("/api/v1/rounds/first-come/{id}/cancel", run, api::cancel)
        .get("/desk/rounds/first-come/new", run, desk_pages::blank)
        .post("/desk/rounds/first-come/new", run, desk_pages::create)
        .get("/desk/rounds/first-come/{id}", read, desk_pages::board)
        .get(
            "/desk/rounds/first-come/{id}/enrollments.csv",
            read,
            desk_pages::csv,
        )
        .post("/desk/rounds/first-come/{id}/pause", run, desk_pages::pause)
        .post("/desk/rounds/first-come/{id}/resume", run, desk_pages::resume)
        .post("/desk/rounds/first-come/{id}/cancel", run, desk_pages::cancel)
}
