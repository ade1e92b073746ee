//! The words every other crate speaks: ids, dates, money, codes and checks. No I/O.

pub mod id;
pub mod time;

pub use id::{AccountId, EventId, FileId, Id, JobId, OrgId, PersonId, PostId};
pub use time::{Date, Instant, Time};
