//! Keeping the cells: following the events, counting anew, rolling up the tree.
//!
//! Rules
//! 1. Events are read in order from each node's chain; what they touched is counted anew from the rows. Where the
//!    program stops in between, the same events are read again.
//! 2. Own cells are written first, then all above them, in one transaction with the place in the chain.
//! 3. The recount goes through all sources and orgs, compares, mends and says how many cells did not agree. It is a
//!    job with progress; at the beginning of an installation it makes the cells.
//! 4. After a change of the tree every month is rolled up again whose tree of its last day is another one.
//! 5. Several may count at once: what was counted before somebody else wrote cells is counted again; after three times it is
//!    counted while nobody else writes ([`turn`]).
//!
//! Start reading at [`follow`]; [`recount`] is the nightly proof.

mod follow;
mod own;
mod recount;
mod roll;
#[cfg(test)]
mod tests;
mod turn;

pub use follow::{Followed, follow};
pub use recount::{Reach, Recounted, recount};

/// The job's name: count everything anew and compare.
pub const RECOUNT: &str = "metrics.recount";
