//! SQL of this feature: rounds with their draws, and signups.

mod books;
mod rounds;
mod signups;

pub use books::BooksRow;
pub(super) use books::books;
pub(super) use rounds::*;
pub use rounds::{DrawRow, OfChannel, RoundRow, Wished};
pub(crate) use rounds::{NewRound, classes, insert_round, set_status};
pub(super) use signups::*;
pub use signups::{PlacedRow, SignupRow};
pub(crate) use signups::{known_at, leave, open_signups_of, terms_waited, withdraw};
