//! The one place that reads the time.

use kernel::{Date, Instant};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time; clones share one clock, so moving one moves all.
#[derive(Clone, Debug)]
pub struct Clock(Arc<State>);

#[derive(Debug)]
struct State {
    source: Source,
    /// The latest reading of the source, in milliseconds; no later reading may be smaller.
    latest: AtomicI64,
    offset_millis: AtomicI64,
}

#[derive(Debug)]
enum Source {
    System,
    Fixed(Instant),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::from(Source::System)
    }

    /// A clock that stands still at this moment until it is moved; for tests.
    #[must_use]
    pub fn fixed(at: Instant) -> Self {
        Self::from(Source::Fixed(at))
    }

    fn from(source: Source) -> Self {
        Self(Arc::new(State {
            source,
            latest: AtomicI64::new(i64::MIN),
            offset_millis: AtomicI64::new(0),
        }))
    }

    /// This moment, to the millisecond.
    ///
    /// If the machine's clock is set back while the program runs, this stands still until the machine's
    /// clock has caught up: codes, locks and the audit chain must not see time run backwards. Only
    /// [`Clock::set_offset`] and [`Clock::advance`] move it otherwise.
    #[must_use]
    pub fn now(&self) -> Instant {
        let reading = match self.0.source {
            Source::System => system_millis(),
            Source::Fixed(at) => at.millis(),
        };
        let offset = self.0.offset_millis.load(Ordering::Relaxed);
        Instant::from_millis(self.0.never_back(reading).saturating_add(offset))
    }

    /// The calendar day in China.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().date()
    }

    /// Moves the clock by so many seconds (back if negative).
    pub fn advance(&self, secs: i64) {
        self.0
            .offset_millis
            .fetch_add(secs.saturating_mul(1000), Ordering::Relaxed);
    }

    /// Sets how many seconds this clock is ahead of its source, whatever it was before.
    pub fn set_offset(&self, secs: i64) {
        self.0
            .offset_millis
            .store(secs.saturating_mul(1000), Ordering::Relaxed);
    }

    /// How many seconds this clock is ahead of its source.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.0.offset_millis.load(Ordering::Relaxed) / 1000
    }
}

impl State {
    fn never_back(&self, reading: i64) -> i64 {
        self.latest.fetch_max(reading, Ordering::Relaxed).max(reading)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the seam that all other code reads time through"
)]
fn system_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_fixed_clock_moves_only_when_moved_and_clones_move_together() {
        let clock = Clock::fixed(at("2026-11-22T15:59:59Z"));
        let other = clock.clone();
        assert_eq!(clock.now(), clock.now());
        assert_eq!(clock.today().to_string(), "2026-11-22");
        clock.advance(1);
        assert_eq!(other.now(), at("2026-11-22T16:00:00Z"));
        assert_eq!(
            other.today().to_string(),
            "2026-11-23",
            "midnight in China is 16:00 UTC"
        );
        other.set_offset(-60);
        assert_eq!(clock.now(), at("2026-11-22T15:58:59Z"));
        assert_eq!(clock.offset(), -60);
    }

    #[test]
    fn readings_never_go_back_when_the_machine_is_set_back() {
        let clock = Clock::system();
        let readings = [100, 250, 40, 249, 250, 300, 1];
        let told: Vec<i64> = readings
            .iter()
            .map(|&reading| clock.0.never_back(reading))
            .collect();
        assert_eq!(told, [100, 250, 250, 250, 250, 300, 300]);
    }

    #[test]
    fn the_system_clock_is_in_this_century_and_its_offset_moves_it() {
        let clock = Clock::system();
        let before = clock.now();
        assert!(before > at("2020-01-01T00:00:00Z") && before < at("2120-01-01T00:00:00Z"));
        clock.advance(86_400);
        assert!(clock.now().secs_since(before) >= 86_400);
        clock.0.never_back(before.millis() + 3_600_000);
        assert!(
            clock.now().secs_since(before) >= 86_400 + 3_600,
            "a set-back of an hour is not shown"
        );
    }
}
