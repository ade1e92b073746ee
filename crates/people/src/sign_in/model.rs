//! Rules of signing in: bounds of codes and sign-ins, and what a browser carries between the steps.

use db::text_enum;
use kernel::{AccountId, Instant, PersonId};
use platform::{AppError, AppResult, KeyRing};
use serde::{Deserialize, Serialize};

/// A code sent to a telephone is good for so many seconds.
pub(crate) const CODE_SECS: i64 = 300;
/// A code may be extended until it is so many seconds old.
pub(crate) const CODE_MOST_SECS: i64 = 1200;
/// Another code may be asked for after so many seconds.
pub(crate) const RESEND_SECS: i64 = 60;
/// Wrong tries that one code bears.
pub(crate) const CODE_TRIES: i64 = 5;
/// Codes a day that one telephone may be sent.
pub(crate) const CODES_A_DAY: i64 = 10;
/// Older codes of one telephone that are known, to say that a newer one was sent.
const OLDER_CODES: usize = 10;
/// Wrong passwords, second factors or card codes in a row before the way in is closed for a while.
pub(crate) const FAILURES: i64 = 5;
/// How long it stays closed, in seconds.
pub(crate) const LOCK_SECS: i64 = 900;
/// Codes an hour that one address may ask for; a school's counter asks for many.
pub(crate) const SENDS_AN_HOUR: u32 = 120;
/// Tries in a quarter of an hour that one address may make.
pub(crate) const TRIES_A_QUARTER: u32 = 200;
/// A half-done sign-in may be finished within so many seconds.
const STEP_SECS: i64 = 1800;
const DAY_SECS: i64 = 86_400;

text_enum! {
    /// How somebody signed in.
    pub enum Method {
        /// A code sent to a telephone.
        Phone => "phone",
        /// A printed card.
        Card => "card",
        /// Login and password.
        Password => "password",
        /// A button of the demonstration.
        Demo => "demo",
    }
}

impl Method {
    /// The words on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Phone => "手机验证码",
            Self::Card => "学习卡",
            Self::Password => "账号密码",
            Self::Demo => "演示按钮",
        }
    }

    /// Seconds without a request after which it is over, and seconds after which it is over in any case.
    #[must_use]
    pub const fn lasts(self, remember: bool) -> (i64, i64) {
        match (self, remember) {
            (Self::Password, _) => (15 * 60, 8 * 3600),
            (Self::Demo, _) => (8 * 3600, 8 * 3600),
            (_, true) => (30 * DAY_SECS, 30 * DAY_SECS),
            (_, false) => (30 * 60, 12 * 3600),
        }
    }
}

/// How far a sign-in is. It travels sealed in the page, so the browser can neither read nor change it.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) enum Stage {
    /// A code was sent to this telephone.
    CodeSent(String),
    /// Somebody proved that they hold this telephone; whether to remember the browser.
    PhoneProven(String, bool),
    /// The password was right, the second factor is wanted.
    SecondFactor(AccountId),
    /// All was right, but the password must be changed; whether the second factor was given.
    NewPassword(AccountId, bool),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) stage: Stage,
    pub(crate) back: String,
    until: i64,
}

/// Codes that a newer one has replaced, known by hash, with one more; the oldest are forgotten.
#[must_use]
pub(crate) fn with_older(older: &str, hash: &str) -> String {
    let mut all: Vec<&str> = older.split(' ').filter(|one| !one.is_empty()).collect();
    if !hash.is_empty() {
        all.push(hash);
    }
    let forgotten = all.len().saturating_sub(OLDER_CODES);
    all.split_off(forgotten).join(" ")
}

/// Whether a code is one that a newer one has replaced.
#[must_use]
pub(crate) fn is_older(older: &str, hash: &str) -> bool {
    older.split(' ').any(|one| !one.is_empty() && one == hash)
}

const PLACE: &str = "sign_in.step";

impl Step {
    pub(crate) fn new(stage: Stage, back: &str, now: Instant) -> Self {
        Self {
            stage,
            back: back.to_owned(),
            until: now.plus_secs(STEP_SECS).millis(),
        }
    }

    pub(crate) fn sealed(&self, keys: &KeyRing) -> AppResult<String> {
        let text = serde_json::to_string(self).map_err(|error| AppError::Internal(error.to_string()))?;
        Ok(keys.seal(&text, PLACE))
    }

    pub(crate) fn open(keys: &KeyRing, sealed: &str, now: Instant) -> AppResult<Self> {
        let text = keys.open(sealed, PLACE).map_err(|_| start_again())?;
        let step: Self = serde_json::from_str(&text).map_err(|_| start_again())?;
        if now.millis() >= step.until {
            return Err(start_again_to(&step.back));
        }
        Ok(step)
    }
}

/// A half-done sign-in that cannot go on.
pub(crate) fn start_again() -> AppError {
    start_again_to("/")
}

/// As [`start_again`], by somebody who wanted to go on to this page.
fn start_again_to(back: &str) -> AppError {
    let href = match back {
        "" | "/" => "/sign-in".to_owned(),
        back => format!("/sign-in?back={}", ui::view::query_value(back)),
    };
    AppError::refused_with_door(
        "sign_in_again",
        "这次登录等得太久了，为了安全要从头再来一次。",
        "重新登录",
        href,
    )
}

/// What kind of device a browser says it runs on, in words for its owner.
#[must_use]
pub(crate) fn device(agent: &str) -> &'static str {
    let has = |word: &str| agent.contains(word);
    if has("MicroMessenger") {
        "手机微信"
    } else if has("iPhone") {
        "苹果手机"
    } else if has("iPad") || has("Tablet") {
        "平板电脑"
    } else if has("HarmonyOS") || has("OpenHarmony") {
        "鸿蒙手机"
    } else if has("Android") {
        "安卓手机"
    } else if has("Windows") {
        "Windows 电脑"
    } else if has("Macintosh") {
        "苹果电脑"
    } else if has("Linux") {
        "Linux 电脑"
    } else {
        "别的设备"
    }
}

/// A code for a card as it is kept: letters and digits, capital, without blanks.
#[must_use]
pub(crate) fn card_code(typed: &str) -> String {
    let plain = kernel::normalise_width(typed).to_uppercase();
    plain.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Letters of card codes: none that looks like another.
const CARD_LETTERS: &[u8; 31] = b"23456789ABCDEFGHJKLMNPQRSTUVWXY";

/// A new code for a card: 8 letters and digits.
#[must_use]
pub(crate) fn new_card_code(random: &platform::Random) -> String {
    let letter = |_| {
        let at = usize::try_from(random.below(31)).unwrap_or_default();
        char::from(CARD_LETTERS.get(at).copied().unwrap_or(b'2'))
    };
    (0..8).map(letter).collect()
}

/// People to sign in as with one button, in the demonstration: key of the button and its words.
/// The key `learner` is the account `demo-learner`, every other key `demo-<key>`. Two officers of the senior university
/// are among them, because a draw takes two.
#[must_use]
pub fn demo_roles() -> Vec<(&'static str, &'static str)> {
    let staff = platform::Role::ALL
        .iter()
        .map(|role| (role.as_str(), role.label()));
    let officers = [
        ("university_head", "老年大学校长"),
        ("university_registrar", "老年大学教务员"),
    ];
    std::iter::once(("learner", "学员"))
        .chain(staff)
        .chain(officers)
        .collect()
}

/// The person a sign-in belongs to.
pub(crate) struct Who {
    pub(crate) person: PersonId,
    pub(crate) account: Option<AccountId>,
    pub(crate) method: Method,
    pub(crate) strong: bool,
    pub(crate) remember: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_opens_only_unchanged_and_in_time() {
        let keys = KeyRing::in_memory(platform::Suite::International, &platform::Random::seeded(3));
        let now: Instant = "2026-11-22T01:00:00Z".parse().unwrap();
        let step = Step::new(Stage::CodeSent("13800138000".into()), "/me", now);
        let sealed = step.sealed(&keys).unwrap();
        assert!(!sealed.contains("138"));
        assert_eq!(Step::open(&keys, &sealed, now).unwrap().stage, step.stage);
        for (text, at) in [
            (sealed.as_str(), now.plus_secs(STEP_SECS)),
            ("v1.x", now),
            ("", now),
        ] {
            assert_eq!(Step::open(&keys, text, at).unwrap_err().code(), "sign_in_again");
        }
        let late = Step::open(&keys, &sealed, now.plus_secs(STEP_SECS)).unwrap_err();
        let AppError::Refused { doors, .. } = late else {
            panic!("{late}");
        };
        assert_eq!(
            doors[0].href, "/sign-in?back=%2Fme",
            "and then on to where they wanted to"
        );
    }

    #[test]
    fn the_last_ten_older_codes_are_known() {
        for (older, hash, with) in [
            ("", "a", "a"),
            ("a", "b", "a b"),
            ("a", "", "a"),
            ("", "", ""),
            ("0 1 2 3 4 5 6 7 8 9", "a", "1 2 3 4 5 6 7 8 9 a"),
        ] {
            assert_eq!(with_older(older, hash), with, "{older} {hash}");
        }
        for (older, hash, is) in [
            ("a b", "b", true),
            ("a b", "c", false),
            ("", "", false),
            ("ab", "a", false),
        ] {
            assert_eq!(is_older(older, hash), is, "{older} {hash}");
        }
    }

    #[test]
    fn staff_sign_ins_are_short() {
        for (method, remember, idle, most) in [
            (Method::Password, true, 900, 28_800),
            (Method::Phone, false, 1800, 43_200),
            (Method::Phone, true, 2_592_000, 2_592_000),
            (Method::Card, false, 1800, 43_200),
        ] {
            assert_eq!(method.lasts(remember), (idle, most), "{method:?} {remember}");
        }
    }

    #[test]
    fn card_codes_are_read_as_typed() {
        assert_eq!(card_code(" 3f7k 92ｑd-"), "3F7K92QD");
        let code = new_card_code(&platform::Random::seeded(9));
        assert_eq!(card_code(&code), code);
    }
}
