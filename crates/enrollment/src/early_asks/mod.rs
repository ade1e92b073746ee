//! Early asks (提前登记): who comes shortly before enrolment opens asks then, and waits in peace.
//!
//! Rules, in words (`model.rs` holds them):
//! 1. In the last [`model::EARLY_MINUTES`] minutes before a class opens, or before the round that takes the person does,
//!    an ask can be left: for oneself, for somebody who let one act, with companions; by a clerk for who comes or rings.
//! 2. Each ask draws a ticket that nobody is told. At the opening all that were left for that moment are decided by
//!    the seat desk in the order of their tickets, before anybody who asks after it. So nobody gains by being first.
//!    An ask of the counter has a ticket like everybody's; where seats are kept for the counter, it may have one of those.
//! 3. The desk applies every rule at that moment, as for any ask. Who is refused reads why.
//! 4. Before the opening the page says how many wait; after it, how many are before the reader, a number that only falls.
//!    The page is asked again after as many seconds as the server says; without scripts there is a button. Whoever
//!    leaves it loses nothing.
//! 5. One ask a person and class; it can be taken back until the opening.
//!
//! Who may do what: the signed-in person their own and those they help; `EnrollmentAct` for others, `EnrollmentRead` sees them.
//! Events: early_ask.kept, early_ask.dropped, early_ask.decided. Tables: early_ask, early_ask_member.
//! Start reading at [`actions::keep`], then [`due`] and `seat_desk/group.rs`.

pub(crate) mod actions;
pub(crate) mod api;
mod desk_pages;
pub mod model;
pub(crate) mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub(crate) use pages::{Door, door};

use crate::EarlyAskId;
use crate::seat_desk::{Ask, Asked};
use kernel::PersonId;
use platform::{Access, AppResult, Channel, Ctx, Permission, Routes};
use std::collections::HashMap;
use teaching::ClassId;

/// Asks decided in one go at an opening.
const AT_ONCE: i64 = 1_000;

/// Addresses of early asks.
pub(crate) fn routes() -> Routes {
    let mine = Access::SignedIn;
    Routes::new()
        .post("/classes/{id}/early", mine, pages::keep)
        .get("/me/early/{id}", mine, pages::show)
        .post("/me/early/{id}/drop", mine, pages::drop_ask)
        .post("/api/v1/classes/{id}/early-asks", mine, api::keep)
        .get("/api/v1/early-asks/{id}", mine, api::show)
        .delete("/api/v1/early-asks/{id}", mine, api::drop_ask)
        .merge(desk_routes())
}

fn desk_routes() -> Routes {
    let act = Access::Needs(Permission::EnrollmentAct);
    let read = Access::Needs(Permission::EnrollmentRead);
    Routes::new()
        .post("/desk/counter/{person}/{class}/early", act, desk_pages::keep)
        .get("/desk/early/{id}", read, desk_pages::show)
        .get("/desk/early/{id}/slip.pdf", read, desk_pages::slip)
        .post("/desk/early/{id}/drop", act, desk_pages::drop_ask)
}

/// The asks of these classes whose moment has come, in the order of their tickets.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn due(ctx: &Ctx, classes: &[ClassId]) -> AppResult<Vec<(EarlyAskId, Asked)>> {
    let rows = store::due(&ctx.db().warm(), classes, ctx.now(), AT_ONCE).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<EarlyAskId> = rows.iter().map(|row| row.id).collect();
    let mut people: HashMap<EarlyAskId, Vec<PersonId>> = HashMap::new();
    for (ask, person) in store::members(ctx.db(), &ids).await? {
        people.entry(ask).or_default().push(person);
    }
    let asked = rows.into_iter().filter_map(|row| {
        let people = people.remove(&row.id)?;
        let counter = matches!(row.channel, Channel::Desk | Channel::Phone);
        let ask = match people.as_slice() {
            [person] => Ask::Enroll {
                person: *person,
                class: row.class_id,
                new_id: ctx.new_id(),
                wait: row.accept_waitlist,
                counter,
            },
            _ => Ask::Together {
                party: ctx.new_id(),
                class: row.class_id,
                people: people.into_iter().map(|person| (person, ctx.new_id())).collect(),
                wait: row.accept_waitlist,
                counter,
            },
        };
        let asked = Asked {
            ask,
            by: Some(row.actor_person),
            channel: row.channel,
            reason: String::new(),
            key: None,
        };
        Some((row.id, asked))
    });
    Ok(asked.collect())
}
