//! The rotating code of a session.

use kernel::Instant;
use platform::KeyRing;
use teaching::SessionId;

/// Seconds for which a code is shown.
pub const STEP_SECS: i64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;

/// The half minute of a moment.
#[must_use]
pub const fn step(now: Instant) -> i64 {
    now.millis().div_euclid(STEP_SECS * 1000)
}

/// Seconds until the code changes, 1 to 30.
#[must_use]
pub const fn seconds_left(now: Instant) -> i64 {
    STEP_SECS - now.millis().rem_euclid(STEP_SECS * 1000) / 1000
}

/// The code of a session at a half minute.
#[must_use]
pub fn code(keys: &KeyRing, session: SessionId, step: i64) -> String {
    let signed = keys.sign("class-code", format!("{session}.{step}").as_bytes());
    let body = signed.rsplit('.').next().unwrap_or_default();
    let number = body.bytes().fold(0_u64, |sum, byte| {
        sum.wrapping_mul(1_099_511_628_211).wrapping_add(u64::from(byte))
    });
    format!("{:06}", number % 1_000_000)
}

/// Whether the digits are the code now or the one just before.
#[must_use]
pub fn is_valid(keys: &KeyRing, session: SessionId, digits: &str, now: Instant) -> bool {
    let at = step(now);
    [at, at - 1]
        .into_iter()
        .any(|at| code(keys, session, at) == digits)
}

/// What was scanned or typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Session and digits, from the QR code.
    Whole(SessionId, String),
    /// Digits alone, typed by hand.
    Digits(String),
}

/// Reads a scanned address, the code in it, or typed digits (with spaces, or full-width).
#[must_use]
pub fn read(text: &str) -> Option<Typed> {
    let text: String = kernel::normalise_width(text).split_whitespace().collect();
    let last = text.rsplit('/').next().unwrap_or_default();
    let digits = |text: &str| text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(last) {
        return Some(Typed::Digits(last.to_owned()));
    }
    let (session, code) = last.split_once('-')?;
    digits(code).then_some(Typed::Whole(session.parse().ok()?, code.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::{Random, Suite};

    #[test]
    fn a_code_lives_one_step_and_the_next() {
        for suite in [Suite::International, Suite::National] {
            let keys = KeyRing::in_memory(suite, &Random::seeded(1));
            let (here, there) = (SessionId::from_raw(1 << 50), SessionId::from_raw((1 << 50) + 1));
            let now = Instant::from_millis(STEP_SECS * 1000 * 60_000_000);
            let shown = code(&keys, here, step(now));
            assert_eq!(shown.len(), DIGITS);
            assert!(is_valid(&keys, here, &shown, now));
            assert!(is_valid(&keys, here, &shown, now.plus_secs(59)));
            assert!(!is_valid(&keys, here, &shown, now.plus_secs(60)));
            assert!(!is_valid(&keys, here, &shown, now.plus_secs(-1)));
            assert_ne!(code(&keys, there, step(now)), shown);
        }
    }

    #[test]
    fn what_is_typed() {
        let session = SessionId::from_raw(1 << 50);
        let whole = Some(Typed::Whole(session, "012345".into()));
        for (text, want) in [
            (format!("{session}-012345"), whole.clone()),
            (format!("https://a.example/check-in/{session}-012345"), whole),
            ("012 345".into(), Some(Typed::Digits("012345".into()))),
            ("０１２３４５".into(), Some(Typed::Digits("012345".into()))),
            ("12345".into(), None),
            (String::new(), None),
            ("x-012345".into(), None),
            (format!("{session}-01234"), None),
        ] {
            assert_eq!(read(&text), want, "{text}");
        }
    }

    #[test]
    fn seconds_until_the_next() {
        for (millis, left) in [(0, 30), (1_000, 29), (29_999, 1), (30_000, 30)] {
            assert_eq!(seconds_left(Instant::from_millis(millis)), left);
        }
    }
}
