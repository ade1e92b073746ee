//! Making new ids.

use crate::{Clock, Random};
use kernel::Id;

/// 2020-01-01 00:00 in China, in milliseconds since 1970: day 0 of ids.
const DAY_ZERO_MILLIS: i64 = 1_577_808_000_000;
const DAY_MILLIS: i64 = 86_400_000;
/// Ids have 15 bits for the day: enough until 2109.
const LAST_DAY: i64 = 0x7fff;

/// Makes ids out of the day in China and 48 random bits.
#[derive(Clone, Debug)]
pub struct Ids {
    clock: Clock,
    random: Random,
}

impl Ids {
    /// Ids by this clock and this randomness.
    #[must_use]
    pub fn new(clock: Clock, random: Random) -> Self {
        Self { clock, random }
    }

    /// A new id; a chance meeting with an older one is left to the database's primary key.
    #[must_use]
    pub fn next<K>(&self) -> Id<K> {
        let since = self.clock.now().millis().saturating_sub(DAY_ZERO_MILLIS);
        let day = since.div_euclid(DAY_MILLIS).clamp(0, LAST_DAY);
        Id::compose(u16::try_from(day).unwrap_or(0), self.random.u48())
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
            let id: OrgId = Ids::new(Clock::fixed(now), Random::seeded(1)).next();
            assert_eq!(id.raw() >> 48, day, "{now}");
            assert!(id.raw() >= 0);
        }
    }

    #[test]
    fn ids_differ_and_repeat_only_by_seed() {
        let clock = Clock::fixed("2026-11-22T01:00:00Z".parse().unwrap());
        let ids = Ids::new(clock.clone(), Random::seeded(5));
        let (first, second): (OrgId, OrgId) = (ids.next(), ids.next());
        assert_ne!(first, second);
        let again: OrgId = Ids::new(clock, Random::seeded(5)).next();
        assert_eq!(first, again);
    }
}
