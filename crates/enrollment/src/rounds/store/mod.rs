//! SQL of this feature: rounds with their draws, and signups.

mod rounds;
mod signups;

pub(super) use rounds::*;
pub use rounds::{DrawRow, OfChannel, RoundRow, Wished};
pub(super) use signups::*;
pub(crate) use signups::{leave, open_signups_of, withdraw};
pub use signups::{PlacedRow, SignupRow};
