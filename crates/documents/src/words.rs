//! How dates are written in documents.

use kernel::chinese_date::{date_text, moment_text};
use kernel::{Date, Instant};
use serde::Serializer;

/// The weekdays from Monday.
pub(crate) const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

/// 2026年11月22日
pub(crate) fn date<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&date_text(*date))
}

/// 2026年11月22日 09:05, China's clock
pub(crate) fn moment<S: Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment_text(*at))
}
