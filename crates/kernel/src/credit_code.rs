//! Unified social credit codes of organisations (GB 32100-2015): 18 characters without I, O, S, V, Z.
//!
//! Real registers hold codes that fail the check character, so a failed check is a warning, not an error.

use crate::identity::shown;
use crate::names::normalise_width;
use crate::speaks;

const LETTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// A code of the right shape, and whether its check character fits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreditCode {
    text: String,
    /// Whether the last character fits the others; if not, warn and let it pass.
    pub valid_check_digit: bool,
}

impl CreditCode {
    /// Reads a typed code; full-width and small letters, spaces and dashes are put right first.
    pub fn parse(text: &str) -> Result<Self, CreditCodeError> {
        let text: String = normalise_width(text)
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if text.is_empty() {
            return Err(CreditCodeError::Empty);
        }
        if let Some(bad) = text.chars().find(|c| !LETTERS.contains(*c)) {
            return Err(CreditCodeError::Character(bad));
        }
        if text.len() != 18 {
            return Err(CreditCodeError::Length(text.len()));
        }
        let valid_check_digit = text.chars().last() == check_character(&text);
        Ok(Self {
            text,
            valid_check_digit,
        })
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The sentence to show beside a code whose check fails; `None` when it fits.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        (!self.valid_check_digit).then_some(
            "这个统一社会信用代码的校验位对不上，可能有一位打错了。请对照证照核对；确认无误也可以继续。",
        )
    }
}

fn check_character(text: &str) -> Option<char> {
    let values = text.chars().filter_map(|c| LETTERS.find(c));
    let sum: usize = values.zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    LETTERS.chars().nth((31 - sum % 31) % 31)
}

/// Why a typed credit code cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditCodeError {
    /// Nothing was typed.
    Empty,
    /// A character that such codes do not use.
    Character(char),
    /// Not 18 characters; holds how many there are.
    Length(usize),
}

impl CreditCodeError {
    /// What is wrong and what to do, in Chinese.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Empty => "还没有填统一社会信用代码。请照证照填写 18 位代码。".to_owned(),
            Self::Character('O') => "统一社会信用代码里没有字母 O。请改成数字 0。".to_owned(),
            Self::Character('I') => "统一社会信用代码里没有字母 I。请改成数字 1。".to_owned(),
            Self::Character('Z') => "统一社会信用代码里没有字母 Z。请看看是不是数字 2。".to_owned(),
            Self::Character('S') => "统一社会信用代码里没有字母 S。请看看是不是数字 5。".to_owned(),
            Self::Character(c) => {
                format!(
                    "统一社会信用代码里不会有「{}」。请只填数字和大写字母。",
                    shown(*c)
                )
            }
            Self::Length(n) => {
                format!("统一社会信用代码要 18 位，您填了 {n} 位。请对照证照补全或删去多余的。")
            }
        }
    }
}
speaks!(CreditCodeError);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes() {
        for (text, valid) in [
            ("91350100M000100Y43", true),
            (" 91350100m000100y43 ", true),
            ("９１３５０１００Ｍ０００１００Ｙ４３", true),
            ("91350100-M000100Y43", true),
            ("91350100M000100Y44", false),
            ("91350100M000100Y34", false),
        ] {
            let code = CreditCode::parse(text).unwrap();
            assert_eq!(code.valid_check_digit, valid, "{text}");
            assert_eq!(code.warning().is_none(), valid);
        }
        assert_eq!(
            CreditCode::parse("91350100m000100y43").unwrap().as_str(),
            "91350100M000100Y43"
        );
    }

    #[test]
    fn malformed_codes_are_refused() {
        for (text, error) in [
            ("", CreditCodeError::Empty),
            ("91350100M000100Y4", CreditCodeError::Length(17)),
            ("91350100M000100Y433", CreditCodeError::Length(19)),
            ("9135O100M000100Y43", CreditCodeError::Character('O')),
            ("91350100M000100Y4中", CreditCodeError::Character('中')),
        ] {
            assert_eq!(CreditCode::parse(text), Err(error), "{text}");
        }
        assert_eq!(
            CreditCodeError::Character('O').to_string(),
            "统一社会信用代码里没有字母 O。请改成数字 0。"
        );
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_found(body in "[0-9A-HJ-NPQRTUWXY]{17}", place in 0..17_usize, add in 1..31_usize) {
            let right = format!("{body}{}", check_character(&body).unwrap());
            prop_assert!(CreditCode::parse(&right).unwrap().valid_check_digit);
            let mut letters: Vec<char> = right.chars().collect();
            let value = LETTERS.find(letters[place]).unwrap();
            letters[place] = LETTERS.chars().nth((value + add) % 31).unwrap();
            let wrong: String = letters.into_iter().collect();
            prop_assert!(!CreditCode::parse(&wrong).unwrap().valid_check_digit);
        }
    }
}
