//! Mobile numbers of the Chinese mainland: 11 digits, the first 1, the second 3 to 9.

use crate::identity::shown;
use crate::names::normalise_width;
use crate::speaks;
use std::fmt;

/// A mobile number, 11 digits; `Debug` is masked because it is personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// Reads a typed number; +86, spaces, dashes, brackets and full-width digits are put right first.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let typed: String = normalise_width(text)
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '—' | '(' | ')' | '.'))
            .collect();
        let digits = without_country(&typed);
        if digits.is_empty() {
            return Err(PhoneError::Empty);
        }
        if let Some(bad) = digits.chars().find(|c| !c.is_ascii_digit()) {
            return Err(PhoneError::Character(bad));
        }
        if digits.starts_with('0') {
            return Err(PhoneError::Landline);
        }
        if digits.len() != 11 {
            return Err(PhoneError::Length(digits.len()));
        }
        let mut leading = digits.chars();
        if leading.next() != Some('1') || !matches!(leading.next(), Some('3'..='9')) {
            return Err(PhoneError::Start);
        }
        Ok(Self(digits.to_owned()))
    }

    /// The 11 digits, for encryption, the blind index and sending only.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a screen shows without a stated reason: `138****1234`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!(
            "{}****{}",
            self.0.get(..3).unwrap_or(""),
            self.0.get(7..).unwrap_or("")
        )
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

/// Takes off +86, 0086, or a bare 86 that makes 13 digits (no mobile number starts with 8).
fn without_country(typed: &str) -> &str {
    if let Some(rest) = typed.strip_prefix("+86").or_else(|| typed.strip_prefix("0086")) {
        return rest;
    }
    typed
        .strip_prefix("86")
        .filter(|rest| rest.len() == 11)
        .unwrap_or(typed)
}

/// Why a typed phone number cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneError {
    /// Nothing was typed.
    Empty,
    /// A character that is no digit.
    Character(char),
    /// Not 11 digits; holds how many there are.
    Length(usize),
    /// Starts with 0, so it is a line at home or of another country.
    Landline,
    /// 11 digits, but no mobile number starts so.
    Start,
}

impl PhoneError {
    /// What is wrong and what to do, in Chinese; never repeats the number.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Empty => "还没有填手机号。请填 11 位手机号。".to_owned(),
            Self::Character(c) => format!("手机号里有「{}」，不是数字。请只填数字。", shown(*c)),
            Self::Length(n) if *n < 11 => format!("手机号要 11 位数字，您填了 {n} 位。请补全。"),
            Self::Length(n) => format!("手机号要 11 位数字，您填了 {n} 位。请删去多余的。"),
            Self::Landline => "这里要填手机号，您填的像是座机号码。请填以 1 开头的 11 位手机号。".to_owned(),
            Self::Start => "没有这样开头的手机号。请检查前两位，例如 13、15、18。".to_owned(),
        }
    }
}
speaks!(PhoneError);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn typing_habits_are_put_right() {
        for text in [
            "13812341234",
            " 138 1234 1234 ",
            "138-1234-1234",
            "+86 138 1234 1234",
            "+8613812341234",
            "008613812341234",
            "8613812341234",
            "１３８１２３４１２３４",
            "＋８６－１３８１２３４１２３４",
            "(+86)13812341234",
        ] {
            let phone = Phone::parse(text).unwrap();
            assert_eq!(phone.as_str(), "13812341234", "{text}");
            assert_eq!(phone.masked(), "138****1234");
            assert_eq!(format!("{phone:?}"), "Phone(138****1234)");
        }
    }

    #[test]
    fn each_fault_has_its_name() {
        for (text, error) in [
            ("", PhoneError::Empty),
            ("+86", PhoneError::Empty),
            ("1381234123", PhoneError::Length(10)),
            ("138123412345", PhoneError::Length(12)),
            ("110", PhoneError::Length(3)),
            ("1381234123O", PhoneError::Character('O')),
            ("021-64123456", PhoneError::Landline),
            ("12345678901", PhoneError::Start),
            ("23812341234", PhoneError::Start),
        ] {
            assert_eq!(Phone::parse(text), Err(error), "{text}");
        }
        assert_eq!(
            PhoneError::Length(10).sentence(),
            "手机号要 11 位数字，您填了 10 位。请补全。"
        );
        assert_eq!(
            PhoneError::Length(12).to_string(),
            "手机号要 11 位数字，您填了 12 位。请删去多余的。"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,30}") {
            if let Ok(phone) = Phone::parse(&text) {
                let again = Phone::parse(phone.as_str());
                prop_assert_eq!(again, Ok(phone));
            }
        }
    }
}
