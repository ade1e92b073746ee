//! Repeatable choices: the same seed and name give the same row of choices.

use kernel::{Date, Id, Instant, Time};
use platform::Random;
use std::collections::BTreeSet;

/// The seed of the demo; another seed is another region.
const SEED: u64 = 0x5855_4551_5541_4e31;

/// A source of choices for one part of the demo, so that a change in one part leaves the others as they are.
pub(super) struct Draw {
    random: Random,
}

impl Draw {
    pub(super) fn new(part: &str) -> Self {
        let seed = part.bytes().fold(SEED, |seed, byte| {
            (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self {
            random: Random::seeded(seed),
        }
    }

    pub(super) fn random(&self) -> &Random {
        &self.random
    }

    /// 0 to `n - 1`; 0 when `n` is 0.
    pub(super) fn below(&self, n: usize) -> usize {
        self.random.below(n as u64) as usize
    }

    /// `low` to `high`, both included.
    pub(super) fn between(&self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }

    pub(super) fn chance(&self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<'a, T>(&self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// A place in a list whose weights were added up one by one.
    pub(super) fn weighted(&self, sums: &[u32]) -> usize {
        let total = sums.last().copied().unwrap_or(0);
        let drawn = self.below(total as usize) as u32;
        sums.partition_point(|sum| *sum <= drawn)
    }

    /// So many ids of one day in rising order, so that a table's rows go in at its end.
    pub(super) fn ids(&self, day: Date, count: usize) -> Ids {
        let mut low = BTreeSet::new();
        while low.len() < count {
            low.insert(self.random.u48());
        }
        let zero = kernel::Date::constant(2020, 1, 1);
        let days = zero.until(day).map_or(0, |span| span.get_days());
        Ids {
            day: u16::try_from(days).unwrap_or(0),
            low: low.into_iter().collect::<Vec<_>>().into_iter(),
        }
    }
}

/// Ids that were drawn together; taken one by one in rising order.
pub(super) struct Ids {
    day: u16,
    low: std::vec::IntoIter<u64>,
}

impl Ids {
    /// The next id; 0 when more are asked for than were drawn, which the primary key would refuse.
    pub(super) fn take(&mut self) -> i64 {
        self.low
            .next()
            .map_or(0, |low| Id::<()>::compose(self.day, low).raw())
    }
}

/// The outside text of an id.
pub(super) fn id_text(raw: i64) -> String {
    Id::<()>::from_raw(raw).to_string()
}

/// The day so many days later, or earlier if negative.
pub(super) fn plus(day: Date, days: i64) -> Date {
    day.checked_add(jiff::Span::new().days(days)).unwrap_or(day)
}

/// A moment of a day in China.
pub(super) fn moment(day: Date, hour: i8, minute: i8) -> Instant {
    Instant::of_china(day, Time::constant(hour, minute, 0, 0))
}
