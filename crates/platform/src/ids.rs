//! Making new ids: in rising order, so that the rows of a rush go in side by side at the end of their tables.

use crate::{Clock, Random};
use kernel::Id;
use std::sync::{Arc, Mutex, PoisonError};

/// 2020-01-01 00:00 in China, in milliseconds since 1970: day 0 of ids.
const DAY_ZERO_MILLIS: i64 = 1_577_808_000_000;
const DAY_MILLIS: i64 = 86_400_000;
/// Ids have 15 bits for the day: enough until 2109.
const LAST_DAY: i64 = 0x7fff;
/// Milliseconds of a tick; a day has 1,350,000 of them, which is 21 bits.
const TICK_MILLIS: i64 = 64;
const TICKS_A_DAY: i64 = DAY_MILLIS / TICK_MILLIS;
/// Bits of the position within a tick.
const POSITION_BITS: u32 = 24;
const POSITIONS: u64 = 1 << POSITION_BITS;
/// The first position of a tick is drawn from so many.
const FIRST_POSITIONS: u64 = POSITIONS / 4;
/// The way to the next position is drawn from so many.
const STEPS: u64 = 4_096;
/// Bits of the node's number: up to eight nodes never make the same id.
const NODE_BITS: u32 = 3;

/// Makes ids out of the day in China, the tick of the day, a drawn position that rises, and the node.
#[derive(Clone, Debug)]
pub struct Ids {
    clock: Clock,
    random: Random,
    node: u64,
    last: Arc<Mutex<Last>>,
}

/// The tick (since day 0) and the position of the last id.
#[derive(Debug, Clone, Copy)]
struct Last {
    tick: i64,
    position: u64,
}

impl Ids {
    /// Ids by this clock, this randomness and this node.
    #[must_use]
    pub fn new(clock: Clock, random: Random, node: i64) -> Self {
        Self {
            clock,
            random,
            node: node.cast_unsigned() & ((1 << NODE_BITS) - 1),
            last: Arc::new(Mutex::new(Last {
                tick: -1,
                position: 0,
            })),
        }
    }

    /// A new id, greater than every earlier one of this node, also when the clock is set back.
    #[must_use]
    pub fn next<K>(&self) -> Id<K> {
        let since = self.clock.now().millis().saturating_sub(DAY_ZERO_MILLIS).max(0);
        let now = since.div_euclid(TICK_MILLIS).min(LAST_DAY * TICKS_A_DAY);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = if now > last.tick {
            self.first_of(now)
        } else {
            Last {
                position: last.position + 1 + self.random.u48() % STEPS,
                ..*last
            }
        };
        if next.position >= POSITIONS {
            next = self.first_of(last.tick + 1);
        }
        *last = next;
        drop(last);
        let day = u16::try_from(next.tick / TICKS_A_DAY).unwrap_or(0);
        let tick = (next.tick % TICKS_A_DAY).cast_unsigned();
        Id::compose(
            day,
            (((tick << POSITION_BITS) | next.position) << NODE_BITS) | self.node,
        )
    }

    fn first_of(&self, tick: i64) -> Last {
        Last {
            tick,
            position: self.random.u48() % FIRST_POSITIONS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Instant;
    use kernel::id::OrgId;

    #[test]
    fn the_high_part_is_the_day_in_china() {
        let cases = [
            ("2019-06-01T00:00:00Z", 0),
            ("2019-12-31T16:00:00Z", 0),
            ("2020-01-01T15:59:59.999Z", 0),
            ("2020-01-01T16:00:00Z", 1),
            ("2026-11-22T01:00:00Z", 2517),
            ("2200-01-01T00:00:00Z", 0x7fff),
        ];
        for (now, day) in cases {
            let now: Instant = now.parse().unwrap();
            let id: OrgId = Ids::new(Clock::fixed(now), Random::seeded(1), 1).next();
            assert_eq!(id.raw() >> 48, day, "{now}");
            assert!(id.raw() >= 0);
        }
    }

    #[test]
    fn ids_rise_repeat_only_by_seed_and_never_meet_those_of_another_node() {
        let clock = Clock::fixed("2026-11-22T01:00:00Z".parse().unwrap());
        let make = |seed, node| Ids::new(clock.clone(), Random::seeded(seed), node);
        // The clock stands still, so that ticks are used up and the next ones borrowed.
        let many = |ids: &Ids| -> Vec<i64> { (0..30_000).map(|_| ids.next::<()>().raw()).collect() };
        let one = many(&make(5, 1));
        assert!(one.is_sorted_by(|a, b| a < b));
        assert_eq!(one, many(&make(5, 1)));
        assert_ne!(one, many(&make(6, 1)));
        assert!(many(&make(5, 2)).iter().all(|id| one.binary_search(id).is_err()));
    }

    #[test]
    fn a_clock_that_is_set_back_gives_no_id_twice() {
        let clock = Clock::fixed("2026-11-22T01:00:00Z".parse().unwrap());
        let ids = Ids::new(clock.clone(), Random::seeded(5), 1);
        let first: OrgId = ids.next();
        clock.advance(-86_400);
        assert!(ids.next::<kernel::id::kinds::Org>().raw() > first.raw());
    }
}
