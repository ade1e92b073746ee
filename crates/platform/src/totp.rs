//! One-time codes of an authenticator app (RFC 6238: HMAC-SHA1, 30 seconds, 6 digits).

use crate::Random;
use crate::crypto::mac;
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use kernel::Instant;
use sha1::Sha1;
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of a secret: as long as the output of the hash (RFC 4226 §4 R6).
const SECRET_BYTES: usize = 20;
const STEP_SECS: i64 = 30;
const CODES: u32 = 1_000_000;

/// The secret shared with one person's authenticator app.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl TotpSecret {
    /// A new secret.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(Zeroizing::new(random.bytes()))
    }

    /// The secret from its text; spaces and lower case are taken. `None` if it is no secret of 20 bytes.
    #[must_use]
    pub fn from_base32(text: &str) -> Option<Self> {
        let compact: Zeroizing<String> = Zeroizing::new(
            text.chars()
                .filter(|letter| !letter.is_whitespace())
                .map(|letter| letter.to_ascii_uppercase())
                .collect(),
        );
        let bytes = Zeroizing::new(BASE32_NOPAD.decode(compact.as_bytes()).ok()?);
        Some(Self(Zeroizing::new(
            <[u8; SECRET_BYTES]>::try_from(bytes.as_slice()).ok()?,
        )))
    }

    /// The secret as 32 letters and digits, to type into an app; store it sealed only.
    #[must_use]
    pub fn to_base32(&self) -> String {
        BASE32_NOPAD.encode(self.0.as_slice())
    }

    /// The address that an app reads from a QR code (`otpauth://totp/…`).
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (percent(issuer), percent(account));
        let secret = self.to_base32();
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// The step (30 seconds each since 1970) that this code is right for, or `None`.
    ///
    /// One step early or late is taken, since phones' clocks differ. A code is good once: steps up to
    /// `last_used` are refused, so the caller stores the returned step (by a conditional update) before
    /// it lets the person in.
    #[must_use]
    pub fn check(&self, code: &str, now: Instant, last_used: Option<i64>) -> Option<i64> {
        let typed = code.trim();
        if typed.len() != 6 || !typed.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let typed: u32 = typed.parse().ok()?;
        let current = now.millis().div_euclid(1000).div_euclid(STEP_SECS);
        (current - 1..=current + 1)
            .filter(|step| last_used.is_none_or(|used| *step > used))
            .find(|step| self.number_at(*step) == typed)
    }

    /// The code of a moment; what the app shows.
    #[must_use]
    pub fn code_at(&self, now: Instant) -> String {
        format!(
            "{:06}",
            self.number_at(now.millis().div_euclid(1000).div_euclid(STEP_SECS))
        )
    }

    fn number_at(&self, step: i64) -> u32 {
        self.truncated(step) % CODES
    }

    /// RFC 4226 §5.3: 31 bits taken at the place that the last four bits name.
    fn truncated(&self, step: i64) -> u32 {
        let digest = mac::<Hmac<Sha1>>(self.0.as_slice(), &[&step.to_be_bytes()])
            .finalize()
            .into_bytes();
        let offset = usize::from(digest.last().copied().unwrap_or(0) & 0x0f);
        let word = digest
            .iter()
            .skip(offset)
            .take(4)
            .fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
        word & 0x7fff_ffff
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(hidden)")
    }
}

fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc_secret() -> TotpSecret {
        TotpSecret(Zeroizing::new(*b"12345678901234567890"))
    }

    fn at(secs: i64) -> Instant {
        Instant::from_millis(secs * 1000)
    }

    #[test]
    fn codes_of_rfc_6238_appendix_b() {
        let secret = rfc_secret();
        let cases = [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ];
        for (secs, eight_digits) in cases {
            assert_eq!(
                format!("{:08}", secret.truncated(secs / 30) % 100_000_000),
                eight_digits
            );
            assert_eq!(
                secret.code_at(at(secs)),
                eight_digits.get(2..).unwrap(),
                "the last six digits"
            );
        }
    }

    #[test]
    fn one_step_of_clock_difference_is_taken_and_no_more() {
        let secret = rfc_secret();
        let now = 1_234_567_890;
        let code = secret.code_at(at(now));
        let step = now / 30;
        for (later, expected) in [
            (-60, None),
            (-30, Some(step)),
            (0, Some(step)),
            (30, Some(step)),
            (60, None),
        ] {
            assert_eq!(secret.check(&code, at(now + later), None), expected, "{later} s");
        }
        for wrong in [
            "",
            "89592",
            "0005924",
            "００５９２４",
            "+05924",
            "abcdef",
            "005925",
        ] {
            assert_eq!(secret.check(wrong, at(now), None), None, "{wrong}");
        }
        assert_eq!(secret.check(&format!(" {code} "), at(now), None), Some(step));
    }

    #[test]
    fn a_code_is_good_once() {
        let secret = rfc_secret();
        let now = at(1_234_567_890);
        let code = secret.code_at(now);
        let used = secret.check(&code, now, None);
        assert!(used.is_some());
        assert_eq!(secret.check(&code, now, used), None);
        let next = now.plus_secs(30);
        assert_eq!(
            secret.check(&secret.code_at(next), next, used),
            used.map(|step| step + 1)
        );
        assert_eq!(
            secret.check(&code, next, used.map(|step| step + 1)),
            None,
            "no step back either"
        );
    }

    #[test]
    fn secrets_survive_their_text() {
        let secret = TotpSecret::generate(&Random::seeded(9));
        let text = secret.to_base32();
        assert_eq!(text.len(), 32);
        let (head, tail) = text.split_at(16);
        let typed = format!("{} {tail}", head.to_lowercase());
        assert_eq!(TotpSecret::from_base32(&typed).unwrap().to_base32(), text);
        assert!(TotpSecret::from_base32("MZXW6").is_none());
        assert!(TotpSecret::from_base32("not base 32 !").is_none());
        assert!(!format!("{secret:?}").contains(&text));
    }

    #[test]
    fn the_uri_is_escaped() {
        assert_eq!(
            rfc_secret().uri("学圈", "a b@x"),
            "otpauth://totp/%E5%AD%A6%E5%9C%88:a%20b%40x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=%E5%AD%A6%E5%9C%88&algorithm=SHA1&digits=6&period=30"
        );
    }
}
