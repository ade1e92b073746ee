//! How dates are written in documents.

use kernel::{Date, Instant};
use serde::Serializer;

/// The weekdays from Monday.
pub(crate) const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

/// 2026年11月22日
pub(crate) fn date<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!(
        "{}年{}月{}日",
        date.year(),
        date.month(),
        date.day()
    ))
}

/// 2026年11月22日 09:05, China's clock
pub(crate) fn moment<S: Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    let (date, time) = at.china();
    serializer.collect_str(&format_args!(
        "{}年{}月{}日 {:02}:{:02}",
        date.year(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute()
    ))
}
