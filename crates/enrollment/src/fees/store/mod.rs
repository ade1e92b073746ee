//! SQL of fees: postings and refunds, payments on line, the cashier's days.

mod closings;
pub(super) mod orders;
mod postings;

pub use closings::{CLOSING_COLUMNS, ClosingRow};
pub(super) use closings::{Receipts, Sum};
pub(super) use closings::{close, closed_on, closings_within, open_orgs, receipts, sums};
pub use postings::{DueRow, ENTRY_COLUMNS, POSTING_COLUMNS, PostingRow, RefundRow, entry_cells};
pub(super) use postings::{
    Unbalanced, carried, due_within, find, find_within, forgive, insert, insert_refund, keep, keep_again,
    last_closed, last_receipt, lines, of_enrollments, open_refunds, paid_by, refund_paid_by, refund_within,
    refunds_of, set_money, set_refund, standings, unbalanced, waiver_of,
};
