//! The one place that makes random numbers.

use data_encoding::BASE64URL_NOPAD;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Random bytes fetched from the system at a time for ids: one system call for 512 ids.
const POOL_BYTES: usize = 4096;

/// Makes random numbers; clones share one source.
#[derive(Clone)]
pub struct Random(Arc<Source>);

enum Source {
    /// The operating system's generator. The pool serves only ids; secrets are fetched one by one, so
    /// that no secret lies in memory before it is used.
    System(Mutex<Pool>),
    /// A repeatable sequence; never for real data.
    Seeded(Mutex<Xoshiro>),
}

impl Random {
    /// The operating system's cryptographic generator.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Source::System(Mutex::new(Pool {
            bytes: Box::new([0; POOL_BYTES]),
            used: POOL_BYTES,
        }))))
    }

    /// The same numbers each time for the same seed: for the demo and for tests only, since anyone who
    /// knows the seed knows every code and token.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Source::Seeded(Mutex::new(Xoshiro::new(seed)))))
    }

    /// Fills the slice with random bytes.
    pub fn fill(&self, bytes: &mut [u8]) {
        match &*self.0 {
            Source::System(_) => fill_from_system(bytes),
            Source::Seeded(generator) => {
                let mut generator = locked(generator);
                for chunk in bytes.chunks_mut(8) {
                    for (slot, byte) in chunk.iter_mut().zip(generator.next().to_le_bytes()) {
                        *slot = byte;
                    }
                }
            }
        }
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A whole number, all values alike.
    #[must_use]
    pub fn u64(&self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    /// 48 random bits for an id; served from a pool, because 40,000 ids may be made in a second.
    #[must_use]
    pub fn u48(&self) -> u64 {
        let wide = match &*self.0 {
            Source::System(pool) => locked(pool).next(),
            Source::Seeded(generator) => locked(generator).next(),
        };
        wide >> 16
    }

    /// A number from 0 to `n - 1`, all alike; 0 when `n` is 0.
    #[must_use]
    pub fn below(&self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        // Numbers at or above the last whole multiple of n would make small results likelier.
        let limit = u64::MAX - u64::MAX % n;
        loop {
            let drawn = self.u64();
            if drawn < limit {
                return drawn % n;
            }
        }
    }

    /// A code of `n` decimal digits, all codes alike, zeros in front kept.
    #[must_use]
    pub fn digits(&self, n: usize) -> String {
        (0..n)
            .filter_map(|_| char::from_digit(u32::try_from(self.below(10)).unwrap_or(0), 10))
            .collect()
    }

    /// A secret of 32 random bytes as 43 URL-safe letters: sign-in sessions, links.
    #[must_use]
    pub fn token(&self) -> String {
        BASE64URL_NOPAD.encode(&self.bytes::<32>())
    }

    /// Puts the items in random order, all orders alike (Fisher–Yates).
    pub fn shuffle<T>(&self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let chosen = usize::try_from(self.below(last as u64 + 1)).unwrap_or(last);
            items.swap(last, chosen);
        }
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &*self.0 {
            Source::System(_) => "Random(system)",
            Source::Seeded(_) => "Random(seeded)",
        })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the seam that all other code draws randomness through"
)]
fn fill_from_system(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        // Going on would hand out codes and keys that can be guessed, and no caller can do better.
        tracing::error!(%error, "the operating system gives no random numbers; stopping");
        std::process::abort();
    }
}

struct Pool {
    bytes: Box<[u8; POOL_BYTES]>,
    used: usize,
}

impl Pool {
    fn next(&mut self) -> u64 {
        if self.used >= POOL_BYTES {
            fill_from_system(self.bytes.as_mut_slice());
            self.used = 0;
        }
        let mut wide = [0; 8];
        for (slot, byte) in wide.iter_mut().zip(self.bytes.iter().skip(self.used)) {
            *slot = *byte;
        }
        self.used += 8;
        u64::from_le_bytes(wide)
    }
}

/// xoshiro256** 1.0 (Blackman and Vigna), its state filled by splitmix64 as its authors advise.
struct Xoshiro {
    a: u64,
    b: u64,
    c: u64,
    d: u64,
}

impl Xoshiro {
    fn new(seed: u64) -> Self {
        let mut state = seed;
        let mut splitmix = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        Self {
            a: splitmix(),
            b: splitmix(),
            c: splitmix(),
            d: splitmix(),
        }
    }

    fn next(&mut self) -> u64 {
        let result = self.b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = self.b << 17;
        self.c ^= self.a;
        self.d ^= self.b;
        self.b ^= self.c;
        self.a ^= self.d;
        self.c ^= shifted;
        self.d = self.d.rotate_left(45);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn splitmix_and_xoshiro_give_their_published_numbers() {
        let mut generator = Xoshiro {
            a: 1,
            b: 2,
            c: 3,
            d: 4,
        };
        let drawn: Vec<u64> = (0..4).map(|_| generator.next()).collect();
        assert_eq!(drawn, [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240]);
        assert_eq!(Xoshiro::new(0).a, 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn one_seed_gives_one_sequence() {
        let (one, same, other) = (Random::seeded(7), Random::seeded(7), Random::seeded(8));
        let draw = |random: &Random| {
            (
                random.token(),
                random.u48(),
                random.digits(8),
                random.bytes::<13>(),
            )
        };
        let first = draw(&one);
        assert_eq!(first, draw(&same));
        assert_ne!(first, draw(&other));
        assert_ne!(first, draw(&one), "the sequence goes on");
    }

    #[test]
    fn system_numbers_do_not_repeat_over_many_pools() {
        let random = Random::system();
        let drawn: HashSet<u64> = (0..20_000).map(|_| random.u48()).collect();
        // 20,000 of 2^48: two alike would happen once in about 1.4 million runs.
        assert_eq!(drawn.len(), 20_000);
        assert!(drawn.iter().all(|id| id >> 48 == 0));
        assert!(drawn.iter().any(|id| id >> 47 == 1), "the highest bit is used");
        assert_ne!(random.token(), random.token());
        assert_eq!(random.token().len(), 43);
    }

    #[test]
    fn below_is_even_and_bounded() {
        let random = Random::seeded(1);
        assert_eq!(random.below(0), 0);
        assert_eq!(random.below(1), 0);
        let mut counts = [0_u32; 6];
        for _ in 0..60_000 {
            counts[usize::try_from(random.below(6)).unwrap()] += 1;
        }
        for count in counts {
            assert!((9_500..10_500).contains(&count), "{counts:?}");
        }
        assert!(random.below(u64::MAX) < u64::MAX);
    }

    #[test]
    fn codes_have_their_length_and_every_digit() {
        let random = Random::seeded(2);
        let codes: Vec<String> = (0..500).map(|_| random.digits(6)).collect();
        assert!(
            codes
                .iter()
                .all(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()))
        );
        assert!(codes.iter().any(|code| code.starts_with('0')));
        assert!(('0'..='9').all(|digit| codes.iter().any(|code| code.contains(digit))));
        assert_eq!(random.digits(0), "");
    }

    #[test]
    fn shuffling_keeps_the_items_and_reaches_every_order() {
        let random = Random::seeded(3);
        let mut orders = HashSet::new();
        for _ in 0..300 {
            let mut items = [1, 2, 3, 4];
            random.shuffle(&mut items);
            orders.insert(items);
            items.sort_unstable();
            assert_eq!(items, [1, 2, 3, 4]);
        }
        assert_eq!(orders.len(), 24);
        random.shuffle::<u8>(&mut []);
    }
}
