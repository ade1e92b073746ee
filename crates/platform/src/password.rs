//! Passwords of staff: what is asked of them, and their hashes (Argon2id).
//!
//! Hashing and verifying take tens of milliseconds of one core: call them on a blocking thread.

use crate::Random;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::fmt;
use std::sync::OnceLock;

/// Memory in KiB, rounds and lanes: the least that the OWASP password storage sheet advises.
const MEMORY_KIB: u32 = 19 * 1024;
const ROUNDS: u32 = 2;
const LANES: u32 = 1;

const MIN_CHARS: usize = 12;
/// A phrase of Chinese characters has far more possibilities for each one, so fewer are asked.
const MIN_HAN: usize = 8;
const MAX_CHARS: usize = 128;
const MIN_DIFFERENT: usize = 5;

/// Stems that most lists of leaked passwords begin with, Chinese sites' favourites among them; letters in
/// lower case, without digits and signs around them.
const COMMON_STEMS: [&str; 48] = [
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "passwd",
    "qwerty",
    "qwertyuiop",
    "qwertyuiopasdfghjkl",
    "asdfghjkl",
    "asdfgh",
    "asdf",
    "zxcvbnm",
    "zxcvbn",
    "qazwsx",
    "qazwsxedc",
    "qazwsxedcrfv",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx",
    "1qaz2wsx3edc",
    "q1w2e3r4",
    "q1w2e3r4t5y6",
    "iloveyou",
    "woaini",
    "woaiwojia",
    "woaizhongguo",
    "nihao",
    "nihaoma",
    "admin",
    "administrator",
    "root",
    "test",
    "guest",
    "welcome",
    "letmein",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "abc",
    "changeme",
    "default",
    "xuequan",
    "shanghai",
    "zhongguo",
    "laonian",
];
const COMMON_PHRASES: [&str; 8] = [
    "我爱你我爱你",
    "我爱你一生一世",
    "我爱你中国",
    "好好学习天天向上",
    "一二三四五六七八",
    "我的密码",
    "密码",
    "学圈",
];

/// Why a password is refused; its text says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeakPassword {
    /// Fewer than 12 characters, or 8 Chinese characters.
    TooShort,
    /// More than 128 characters.
    TooLong,
    /// Few different characters, one piece again and again, or a row of neighbours.
    TooPlain,
    /// Among those that attackers try first.
    VeryCommon,
    /// It holds the sign-in name or phone number.
    HoldsName,
}

impl fmt::Display for WeakPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooShort => "密码太短。请至少用 12 个字符，或者用一句至少 8 个汉字的话。",
            Self::TooLong => "密码太长。请不要超过 128 个字符。",
            Self::TooPlain => "密码太简单，有太多重复或连续的字符。请换一句不容易被猜到的话。",
            Self::VeryCommon => "这个密码很多人在用，容易被猜到。请换一句只有您自己知道的话。",
            Self::HoldsName => "密码里不要包含登录名、姓名或手机号。请换一个。",
        })
    }
}
impl std::error::Error for WeakPassword {}

/// Checks a new password of a member of staff; `names` are the person's sign-in name, name and phone.
///
/// # Errors
/// The first rule that it breaks (12 characters or a phrase, not among the very common ones).
pub fn check_staff_password(password: &str, names: &[&str]) -> Result<(), WeakPassword> {
    let chars: Vec<char> = password.to_lowercase().chars().collect();
    let han = chars.iter().filter(|letter| is_han(**letter)).count();
    if chars.len() > MAX_CHARS {
        return Err(WeakPassword::TooLong);
    }
    if chars.len() < MIN_CHARS && han < MIN_HAN {
        return Err(WeakPassword::TooShort);
    }
    if is_common(&chars) {
        return Err(WeakPassword::VeryCommon);
    }
    let lower: String = chars.iter().collect();
    let holds = |name: &&str| name.chars().count() >= 2 && lower.contains(&name.to_lowercase());
    if names.iter().any(holds) {
        return Err(WeakPassword::HoldsName);
    }
    if is_plain(&chars) {
        return Err(WeakPassword::TooPlain);
    }
    Ok(())
}

fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// A common stem, alone, repeated, or with digits and signs around it.
fn is_common(chars: &[char]) -> bool {
    let whole: String = chars.iter().collect();
    let stem = whole.trim_matches(|letter: char| !letter.is_alphabetic());
    let tail_only = whole.trim_end_matches(|letter: char| !letter.is_alphabetic());
    [whole.as_str(), stem, tail_only].iter().any(|text| {
        COMMON_STEMS.iter().chain(&COMMON_PHRASES).any(|common| {
            let rest = text.replace(common, "");
            rest.is_empty() && !text.is_empty()
        })
    })
}

fn is_plain(chars: &[char]) -> bool {
    let mut different = chars.to_vec();
    different.sort_unstable();
    different.dedup();
    let steps = || {
        chars
            .iter()
            .zip(chars.iter().skip(1))
            .map(|(a, b)| i64::from(u32::from(*b)) - i64::from(u32::from(*a)))
    };
    // Neighbours such as 123456789012 or abcdefabcdef: nearly every step is one up, one down or none.
    let in_row = steps().filter(|step| step.abs() <= 1).count();
    let repeats =
        (1..=chars.len() / 3).any(|period| chars.iter().zip(chars.iter().skip(period)).all(|(a, b)| a == b));
    different.len() < MIN_DIFFERENT || repeats || in_row * 4 >= chars.len().saturating_sub(1) * 3
}

/// The hashing library refused; the cause is in its text. Not to be expected with passwords that were checked.
#[derive(Debug)]
pub struct HashingFailed(password_hash::Error);

impl fmt::Display for HashingFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "密码无法保存：{}。请换一个密码再试。", self.0)
    }
}
impl std::error::Error for HashingFailed {}

/// The hash of a password in PHC form, its parameters and salt inside.
///
/// # Errors
/// The hashing library refused the password (over 4 GiB) or had no memory.
pub fn hash(password: &str, random: &Random) -> Result<String, HashingFailed> {
    hash_with_salt(password, &random.bytes()).map_err(HashingFailed)
}

/// Whether this is the password that was hashed. With no stored hash (the account is unknown) it works as
/// long and says no, so that the time does not tell which accounts exist.
#[must_use]
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let known = stored.and_then(|stored| PasswordHash::new(stored).ok());
    let exists = known.is_some();
    let against = known.or_else(|| {
        let nobody = NOBODY.get_or_init(|| hash_with_salt("", &[0; 16]).unwrap_or_default());
        PasswordHash::new(nobody).ok()
    });
    let same = against.is_some_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok());
    exists && same
}

/// Whether the stored hash was made with other parameters than today's; hash anew at the next sign-in.
#[must_use]
pub fn needs_rehash(stored: &str) -> bool {
    PasswordHash::new(stored).ok().is_none_or(|hash| {
        hash.algorithm.as_str() != "argon2id"
            || Params::try_from(&hash).ok().is_none_or(|params| {
                (params.m_cost(), params.t_cost(), params.p_cost()) != (MEMORY_KIB, ROUNDS, LANES)
            })
    })
}

fn hash_with_salt(password: &str, salt: &[u8; 16]) -> password_hash::Result<String> {
    let hash: PasswordHash = hasher().hash_password_with_salt(password.as_bytes(), salt)?;
    Ok(hash.to_string())
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, ROUNDS, LANES, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use WeakPassword::{HoldsName, TooLong, TooPlain, TooShort, VeryCommon};

    #[test]
    fn rules_by_cases() {
        let cases = [
            ("brave-otter-lamp", None),
            ("Xk3#vT9!qLm2", None),
            ("窗前明月像一碗汤", None),
            ("每天早上去公园打太极拳", None),
            ("password of the brave otter", None),
            ("纸船过了第三座桥 2", None),
            ("", Some(TooShort)),
            ("Xk3#vT9!qLm", Some(TooShort)),
            ("窗前明月像一碗", Some(TooShort)),
            ("password1234", Some(VeryCommon)),
            ("1234Password!!!!", Some(VeryCommon)),
            ("PASSWORDPASSWORD", Some(VeryCommon)),
            ("qwertyuiop123", Some(VeryCommon)),
            ("1q2w3e4r5t6y", Some(VeryCommon)),
            ("woaini5201314", Some(VeryCommon)),
            ("Xuequan@2026", Some(VeryCommon)),
            ("好好学习天天向上", Some(VeryCommon)),
            ("123456789012", Some(TooPlain)),
            ("987654321098", Some(TooPlain)),
            ("abcdefghijkl", Some(TooPlain)),
            ("111122223333", Some(TooPlain)),
            ("aaaaaaaaaaaaaaa", Some(TooPlain)),
            ("zk4%zk4%zk4%", Some(TooPlain)),
            ("tk8!mbtk8!mbtk8!mb", Some(TooPlain)),
            ("x13800000000y", Some(HoldsName)),
            ("Wang.Fang-otter", Some(HoldsName)),
            ("王芳每天早上去公园", Some(HoldsName)),
        ];
        let names = ["wang.fang", "王芳", "13800000000", ""];
        for (password, expected) in cases {
            assert_eq!(
                check_staff_password(password, &names).err(),
                expected,
                "{password}"
            );
        }
        let long = "brave-otter-lamp".repeat(9);
        assert_eq!(check_staff_password(&long, &[]), Err(TooLong));
    }

    #[test]
    fn every_refusal_is_a_sentence() {
        for weak in [TooShort, TooLong, TooPlain, VeryCommon, HoldsName] {
            assert!(weak.to_string().contains("请") && weak.to_string().ends_with('。'));
        }
    }

    #[test]
    fn hashes_know_their_password_only() {
        let random = Random::system();
        let stored = hash("brave-otter-lamp", &random).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("brave-otter-lamp", Some(&stored)));
        assert!(!verify("brave-otter-lamq", Some(&stored)));
        assert!(!verify("", Some(&stored)));
        assert_ne!(stored, hash("brave-otter-lamp", &random).unwrap(), "salted");
        assert!(!needs_rehash(&stored));
    }

    #[test]
    fn an_unknown_account_is_never_let_in_and_costs_the_same() {
        assert!(!verify("", None), "not even with the password of the stand-in");
        assert!(!verify("x", Some("not a hash")));
        let stored = hash("brave-otter-lamp", &Random::system()).unwrap();
        let clock = crate::Clock::system();
        let cost = |stored: Option<&str>| {
            let start = clock.now();
            for _ in 0..8 {
                assert!(!verify("wrong", stored));
            }
            clock.now().millis() - start.millis()
        };
        let (unknown, known) = (cost(None), cost(Some(&stored)));
        assert!(unknown * 4 > known, "{unknown} ms against {known} ms");
    }

    #[test]
    fn older_parameters_still_verify_and_ask_for_a_new_hash() {
        let params = Params::new(8 * 1024, 1, 1, None).unwrap();
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let stored: PasswordHash = weak
            .hash_password_with_salt(b"brave-otter-lamp", &[7; 16])
            .unwrap();
        let stored = stored.to_string();
        assert!(verify("brave-otter-lamp", Some(&stored)));
        assert!(needs_rehash(&stored));
        assert!(needs_rehash("not a hash"));
    }
}
