//! Wrong tries counted in memory: who guesses codes is stopped for a while. A restart forgets them, which is no harm.

use crate::{AppError, AppResult};
use kernel::Instant;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Keys kept at most; when there are more, those whose time is over are dropped, and if need be all.
const MOST_KEYS: usize = 20_000;

/// Counts wrong tries for each key within a time.
#[derive(Debug)]
pub struct Tries {
    limit: u32,
    secs: i64,
    kept: Mutex<HashMap<String, (Instant, u32)>>,
}

impl Tries {
    /// At most `limit` wrong tries in `secs` seconds for each key.
    #[must_use]
    pub fn new(limit: u32, secs: i64) -> Self {
        Self {
            limit,
            secs,
            kept: Mutex::default(),
        }
    }

    /// Whether the key may try now.
    ///
    /// # Errors
    /// [`AppError::TooMany`] with the minutes to wait.
    pub fn check(&self, key: &str, now: Instant) -> AppResult<()> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((first, wrong)) = kept.get(key) else {
            return Ok(());
        };
        let left = self.secs - now.secs_since(*first);
        if *wrong < self.limit || left <= 0 {
            return Ok(());
        }
        Err(AppError::TooMany(format!(
            "试错的次数太多了。请等 {} 分钟再试，或者请工作人员帮您查。",
            (left + 59) / 60
        )))
    }

    /// Notes a wrong try.
    pub fn note(&self, key: &str, now: Instant) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEYS {
            let secs = self.secs;
            kept.retain(|_, (first, _)| now.secs_since(*first) < secs);
            if kept.len() >= MOST_KEYS {
                kept.clear();
            }
        }
        let entry = kept.entry(key.to_owned()).or_insert((now, 0));
        if now.secs_since(entry.0) >= self.secs {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_stopped_and_let_in_again() {
        let tries = Tries::new(2, 60);
        let now = Instant::from_millis(1_000_000);
        for _ in 0..2 {
            assert!(tries.check("a", now).is_ok());
            tries.note("a", now);
        }
        assert_eq!(tries.check("a", now).unwrap_err().status(), 429);
        assert!(tries.check("b", now).is_ok());
        assert!(tries.check("a", now.plus_secs(60)).is_ok());
        tries.note("a", now.plus_secs(60));
        assert!(tries.check("a", now.plus_secs(61)).is_ok());
    }
}
