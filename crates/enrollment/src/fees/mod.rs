//! Fees: what is due for a seat, what was paid and by what, receipts, refunds.
//!
//! Rules, in words:
//! 1. A fee is due as long as a seat is kept (`seat_desk/holds.rs`). What is due is the fee of the class at the moment at
//!    which the seat was kept; who joins when lessons have begun pays what the school has decided (`late.rs`). Books are kept on what moves: what is not paid in time was never income.
//! 2. Every step with money is a posting whose lines sum to nothing. Postings are never changed; a mistake is undone by the
//!    opposite posting (`model.rs`).
//! 3. What is received has a receipt, numbered by org and year without gaps. A receipt that was undone keeps its number.
//! 4. A step can be undone for ten minutes, unless its day is closed. The seat is then kept anew.
//! 5. Who leaves gets back what the ladder says (`ladder.rs`), is shown it before, and the ladder's version is kept. When
//!    the school cancels a class, everybody gets all of it.
//!    Who leaves after a waiver leaves nothing behind: waiver and income are taken back together.
//!    Money goes back the way it was paid; another way only with a reason, which is kept (`way_back.rs`).
//! 6. What a provider of payments tells is counted once, and never gives a second seat (`online.rs`).
//! 7. The cashier closes the day: counted to the fen, and locked (`closing.rs`).
//!
//! Who may do what: the signed-in person sees their own; `FeeTake` takes, waives, refunds and undoes in its subtree.
//! Events: fee.paid, fee.unwaived, fee.undone, fee.refund_owed, fee.refunded,
//! fee.order_begun, fee.unclaimed, fee.counted, fee.day_closed. Tables: fee_posting, fee_entry, fee_refund, fee_order,
//! fee_closing, and the columns
//! money, due_fen, held_until of enrollment. Start reading at `ledger.rs`.

pub mod actions;
pub(crate) mod api;
pub mod closing;
mod closing_pages;
mod demo_pay;
mod desk_pages;
mod hands;
pub mod ladder;
pub mod late;
pub(crate) mod ledger;
pub mod model;
pub mod online;
mod pages;
mod refund_pages;
mod store;
#[cfg(test)]
mod tests;
pub(crate) mod told;
pub mod way_back;

pub use demo_pay::{DemoPay, demo_routes};
pub use ledger::{Step, carry_out};
pub use model::{Method, Money, Payment};
pub(crate) use pages::{pay_by, refund_sentence};
pub use store::{
    CLOSING_COLUMNS, ClosingRow, ENTRY_COLUMNS, POSTING_COLUMNS, PostingRow, RefundRow, entry_cells,
};

use platform::{Access, Permission, Routes};

/// The routes; the seat desk is shared by those of enrolments.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/v1/me/fees", Access::SignedIn, api::mine)
        .get("/api/v1/enrollments/{id}/fees", Access::SignedIn, api::find)
        .post(
            "/api/v1/enrollments/{id}/payments",
            Access::Needs(Permission::FeeTake),
            api::take,
        )
        .post("/api/v1/fee-postings/{id}/reversal", Access::SignedIn, api::undo)
        .post(
            "/api/v1/fee-refunds/{id}/payment",
            Access::Needs(Permission::FeeTake),
            api::pay_refund,
        )
        .post(
            "/api/v1/enrollments/{id}/online-payments",
            Access::SignedIn,
            api::begin,
        )
        .post("/pay/callback", Access::Public, api::callback)
        .post("/me/fees/{id}/pay", Access::SignedIn, pages::pay)
        .get(
            "/api/v1/orgs/{id}/fee-closings",
            Access::Needs(Permission::FeeTake),
            api::closings,
        )
        .post(
            "/api/v1/orgs/{id}/fee-closings",
            Access::Needs(Permission::FeeTake),
            api::close,
        )
        .get("/me/fees", Access::SignedIn, pages::mine)
        .get("/me/fees/{id}", Access::SignedIn, pages::one)
        .post("/me/fee-postings/{id}/undo", Access::SignedIn, pages::undo)
        .get("/me/receipts/{id}", Access::SignedIn, pages::receipt)
        .merge(desk_routes())
}

fn desk_routes() -> Routes {
    let take = Access::Needs(Permission::FeeTake);
    Routes::new()
        .get("/desk/fees", take, desk_pages::list)
        .get("/desk/fees/{id}", take, desk_pages::one)
        .post("/desk/fees/{id}/take", take, desk_pages::take)
        .post("/desk/fees/{id}/waive", take, desk_pages::waive)
        .post("/desk/fees/{id}/proof", take, desk_pages::proof)
        .post("/desk/fee-postings/{id}/undo", take, desk_pages::undo)
        .get("/desk/fee-refunds/{id}", take, refund_pages::other_way)
        .post("/desk/fee-refunds/{id}/pay", take, refund_pages::pay)
        .get("/desk/receipts/{id}", take, pages::receipt)
        .get("/desk/closings", take, closing_pages::list)
        .get("/desk/closings/{org}", take, closing_pages::open)
        .post("/desk/closings/{org}", take, closing_pages::close)
        .get("/desk/closings/{org}/{day}", take, closing_pages::closed)
}
