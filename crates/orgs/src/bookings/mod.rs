//! Bookings: a room of an institution lent to another for a day, decided by those who keep it.
//!
//! Rules
//! 1. A room can be booked while it is in use and open to others; the institution's own staff may book any in use.
//! 2. For a day from today to half a year ahead, between 6:00 and 22:00, 30 minutes to 10 hours, and for no more
//!    people than seats.
//! 3. Two approved bookings never overlap, and none overlaps a lesson ([`BusyHours`]). Requests may overlap: the
//!    first that is approved gets the room, and approving the other is refused.
//! 4. A refusal and a cancellation have a reason. A day that is over is not changed any more.
//! 5. Who booked may cancel; who keeps the room may approve, refuse and cancel.
//!
//! Who may: book `room.book`, decide `room.approve`, in the subtree of one's post.
//! Events: `booking.requested`, `booking.approved`, `booking.refused`, `booking.cancelled`. Tables: `room_booking`.
//!
//! Start reading at [`actions::request`].

pub mod actions;
mod api;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use actions::waiting;
pub use api::BookingsApi;
pub use model::{BookingDraft, BookingStatus, Busy, BusyFuture, BusyHours};
pub use store::{BookingRow, OpenRoom, approved};

use platform::{Access, Permission as P, Routes};

/// Addresses of bookings. Add [`BusyHours`] with [`Routes::with`], so that lessons count as clashes.
#[must_use]
pub fn routes() -> Routes {
    let either = Access::NeedsEither(P::RoomBook, P::RoomApprove);
    let decide = Access::Needs(P::RoomApprove);
    Routes::new()
        .get("/desk/bookings", either, pages::list)
        .get("/desk/bookings/rooms", Access::Needs(P::RoomBook), pages::rooms)
        .get(
            "/desk/rooms/{room}/book",
            Access::Needs(P::RoomBook),
            pages::blank,
        )
        .post(
            "/desk/rooms/{room}/book",
            Access::Needs(P::RoomBook),
            pages::request,
        )
        .get("/desk/bookings/{booking}", either, pages::show)
        .post("/desk/bookings/{booking}/approve", decide, pages::approve)
        .post("/desk/bookings/{booking}/refuse", decide, pages::refuse)
        .post("/desk/bookings/{booking}/cancel", either, pages::cancel)
        .get("/api/v1/bookings", either, api::list)
        .get("/api/v1/bookings/rooms", Access::Needs(P::RoomBook), api::rooms)
        .post(
            "/api/v1/rooms/{room}/bookings",
            Access::Needs(P::RoomBook),
            api::request,
        )
        .get("/api/v1/bookings/{booking}", either, api::get)
        .post("/api/v1/bookings/{booking}/approve", decide, api::approve)
        .post("/api/v1/bookings/{booking}/refuse", decide, api::refuse)
        .post("/api/v1/bookings/{booking}/cancel", either, api::cancel)
}
