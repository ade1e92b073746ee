//! SQL of this feature: rounds with their draws, and signups.

mod rounds;
mod signups;

pub(super) use rounds::*;
pub use rounds::{DrawRow, OfChannel, RoundRow, Wished};
pub(super) use signups::*;
pub use signups::{PlacedRow, SignupRow};
pub(crate) use signups::{leave, open_signups_of, withdraw};
