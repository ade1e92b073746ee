//! The words every other crate speaks: ids, dates, money, codes and checks. No I/O.
//!
//! Rules of this crate: what a person typed is parsed once into a type that cannot be wrong; an error says in a
//! Chinese sentence what is wrong and what to do next; `Debug` of personal data is masked, so logs stay clean.

pub mod age;
pub mod amount;
pub mod calendar;
pub mod chinese_date;
pub mod credit_code;
pub mod geo;
pub mod id;
pub mod identity;
pub mod money;
pub mod names;
pub mod phone;
pub mod pinyin;
pub mod region;
pub mod term;
pub mod text;
pub mod time;
pub mod weekly;

pub use age::AgeBand;
pub use amount::{CreditMilli, Minutes};
pub use calendar::{Calendar, DayKind, HolidayKind, HolidayRow};
pub use credit_code::CreditCode;
pub use geo::Point;
pub use id::{AccountId, EventId, FileId, Id, JobId, OrgId, PersonId, PostId};
pub use identity::{IdNumber, Sex};
pub use money::Fen;
pub use names::{PersonName, normalise_width};
pub use phone::Phone;
pub use region::{RegionCode, RegionLevel};
pub use term::{Season, TermName};
pub use text::{bounded, bounded_lines};
pub use time::{Date, Instant, Time, Weekday};
pub use weekly::{HolidayRule, Planned, Slot, Until, WeeklyPattern, overlaps};

/// Gives an error type its `Display` (the sentence it shows to people) and `std::error::Error`.
macro_rules! speaks {
    ($error:ty) => {
        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.sentence())
            }
        }
        impl std::error::Error for $error {}
    };
}
use speaks;
