//! Unmet demand: people who wait for a course become a proposed class, opened by one act, and the waiting list moves over.
//!
//! Rules, in words (`model.rs` holds them):
//! 1. Who waits is counted by course, and by the street of the school where they wait; those who drew no seat wait too.
//! 2. Where at least a class's minimum wait, up to three classes are proposed, each on another time: a room that is free at all
//!    sessions and large enough, a teacher who may teach the course and is free, around holidays, inside the term.
//! 3. First comes what serves most: who is of age, may hold one more class of the term, and has no other class at that time.
//!    Then a room without steps, the shorter way on foot where homes are known, the room that fits best.
//! 4. Opening it creates and publishes the class by teaching's own act, which checks clashes again. Then everybody who waits is
//!    asked in order, by the seat desk: a seat as the school's rule says ([`crate::rules`]), kept for them while others cannot ask.
//! 5. Nobody loses a place: the wait goes on until the seat is taken, and stays with whoever cannot come. A seat that is given up
//!    goes to the next who was not asked yet. Stopped on its way, a move goes on where it stood.
//! 6. Who does not work at the counter sees how many wait by street and course, small numbers hidden.
//!
//! Who may do what: `EnrollmentRead` sees; `ClassPublish` with `ClassEdit` sees proposals and opens.
//! Events: demand.opened, demand.moved; of classes class.planned, class.published; of the seat desk enrollment.offered,
//! enrollment.reserved or enrollment.confirmed, enrollment.transferred. Tables: class_opening, wait_behind.
//! Start reading at [`model::propose`], then `opening.rs`.

pub mod actions;
mod api;
mod desk_pages;
mod load;
mod model;
mod opening;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use api::DemandApi;
pub(crate) use opening::MOVE;

use platform::{Access, Permission, Routes};

/// Addresses of demand.
pub(crate) fn routes() -> Routes {
    let read = Access::Needs(Permission::EnrollmentRead);
    let publish = Access::Needs(Permission::ClassPublish);
    const GROUP: &str = "/desk/demand/{term}/{street}/{course}";
    const API_GROUP: &str = "/api/v1/demand/{term}/{street}/{course}";
    Routes::new()
        .get("/desk/demand", read, desk_pages::list)
        .get(GROUP, publish, desk_pages::proposals)
        .post(GROUP, publish, desk_pages::open)
        .get("/api/v1/demand", read, api::list)
        .get(API_GROUP, publish, api::proposals)
        .post(API_GROUP, publish, api::open)
}
