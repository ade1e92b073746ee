//! Money in whole fen (1/100 yuan); never a floating number.

use crate::names::normalise_width;
use crate::speaks;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most yuan that a person may type in one field; more is surely a slip of the finger.
pub const MOST_TYPED_YUAN: i64 = 100_000_000;

/// An amount of money in fen; negative for a refund or a reversal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// The amount of so many whole yuan; `None` when it does not fit.
    #[must_use]
    pub const fn from_yuan(yuan: i64) -> Option<Self> {
        match yuan.checked_mul(100) {
            Some(fen) => Some(Self(fen)),
            None => None,
        }
    }

    /// The sum, or `None` when it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(fen) => Some(Self(fen)),
            None => None,
        }
    }

    /// The difference, or `None` when it does not fit.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(fen) => Some(Self(fen)),
            None => None,
        }
    }

    /// The amount as a page shows it: `120 元`, or `12.50 元` when there are fen.
    #[must_use]
    pub fn yuan_text(self) -> String {
        format!("{} 元", self.number_text())
    }

    /// The number alone, as a form field holds it and `parse` reads it: `120` or `12.50`.
    #[must_use]
    pub fn number_text(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        match fen % 100 {
            0 => format!("{sign}{}", fen / 100),
            rest => format!("{sign}{}.{rest:02}", fen / 100),
        }
    }

    /// The amount as the fee of a class: `免费` for nothing, else as `yuan_text`.
    #[must_use]
    pub fn fee_text(self) -> String {
        if self.0 == 0 {
            "免费".to_owned()
        } else {
            self.yuan_text()
        }
    }

    /// Reads what a person typed: `12.5`, `￥12.50`, `1,200 元`, full-width digits too; no negative amounts.
    pub fn parse(text: &str) -> Result<Self, FenError> {
        let plain: String = normalise_width(text)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        let plain = plain.strip_prefix(['¥', '￥']).unwrap_or(&plain);
        let plain = plain.strip_suffix('元').unwrap_or(plain);
        if plain.is_empty() {
            return Err(FenError::Empty);
        }
        if plain.starts_with('-') {
            return Err(FenError::Negative);
        }
        let (yuan, fen) = plain.split_once('.').unwrap_or((plain, "0"));
        let yuan = without_commas(yuan).ok_or(FenError::NotANumber)?;
        if !all_digits(&yuan) || !all_digits(fen) {
            return Err(FenError::NotANumber);
        }
        if fen.trim_end_matches('0').len() > 2 {
            return Err(FenError::TooFine);
        }
        let yuan: i64 = yuan
            .parse()
            .ok()
            .filter(|y| *y <= MOST_TYPED_YUAN)
            .ok_or(FenError::TooLarge)?;
        let fen: i64 = fen
            .chars()
            .chain(['0', '0'])
            .take(2)
            .filter_map(|c| c.to_digit(10))
            .fold(0, |sum, d| sum * 10 + i64::from(d));
        Ok(Self(yuan * 100 + fen))
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.yuan_text())
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Takes out the commas of `1,200`; `None` when they do not part groups of three, as in `12,5`.
fn without_commas(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let good =
        rest.is_empty() || ((1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3));
    good.then(|| format!("{first}{}", rest.concat()))
}

/// Why a typed amount cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FenError {
    /// Nothing was typed.
    Empty,
    /// Not a number.
    NotANumber,
    /// Less than nothing.
    Negative,
    /// More than two places after the point.
    TooFine,
    /// More than `MOST_TYPED_YUAN`.
    TooLarge,
}

impl FenError {
    /// What is wrong and what to do, in Chinese.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Empty => "还没有填金额。请填数字，例如 120；不收费请填 0。",
            Self::NotANumber => "这个金额看不懂。请只填数字，例如 120 或 12.5。",
            Self::Negative => "金额不能小于 0。不收费请填 0。",
            Self::TooFine => "金额最多到分，也就是小数点后两位。请改成像 12.50 这样。",
            Self::TooLarge => "金额太大了。请检查是不是多打了几个 0。",
        }
        .to_owned()
    }
}
speaks!(FenError);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts() {
        for (fen, yuan, fee) in [
            (0, "0 元", "免费"),
            (1, "0.01 元", "0.01 元"),
            (1250, "12.50 元", "12.50 元"),
            (12_000, "120 元", "120 元"),
            (-1205, "-12.05 元", "-12.05 元"),
            (i64::MIN, "-92233720368547758.08 元", "-92233720368547758.08 元"),
        ] {
            assert_eq!(Fen(fen).yuan_text(), yuan);
            assert_eq!(Fen(fen).to_string(), yuan);
            assert_eq!(Fen(fen).fee_text(), fee);
        }
    }

    #[test]
    fn typed_amounts() {
        for (text, result) in [
            ("12.5", Ok(Fen(1250))),
            (" 120 元 ", Ok(Fen(12_000))),
            ("￥12.05", Ok(Fen(1205))),
            ("¥0", Ok(Fen(0))),
            ("１２．５０", Ok(Fen(1250))),
            ("1,200", Ok(Fen(120_000))),
            ("１，２００．５", Ok(Fen(120_050))),
            ("12.500", Ok(Fen(1250))),
            ("100000000", Ok(Fen(10_000_000_000))),
            ("", Err(FenError::Empty)),
            ("元", Err(FenError::Empty)),
            ("-5", Err(FenError::Negative)),
            ("12.345", Err(FenError::TooFine)),
            ("12,5", Err(FenError::NotANumber)),
            (",200", Err(FenError::NotANumber)),
            ("12.", Err(FenError::NotANumber)),
            (".5", Err(FenError::NotANumber)),
            ("一百", Err(FenError::NotANumber)),
            ("1.2.3", Err(FenError::NotANumber)),
            ("+5", Err(FenError::NotANumber)),
            ("100000001", Err(FenError::TooLarge)),
            ("99999999999999999999", Err(FenError::TooLarge)),
        ] {
            assert_eq!(Fen::parse(text), result, "{text}");
        }
    }

    #[test]
    fn sums_that_do_not_fit_are_none() {
        assert_eq!(Fen(1).checked_add(Fen(2)), Some(Fen(3)));
        assert_eq!(Fen(1).checked_sub(Fen(2)), Some(Fen(-1)));
        assert_eq!(Fen(i64::MAX).checked_add(Fen(1)), None);
        assert_eq!(Fen(i64::MIN).checked_sub(Fen(1)), None);
        assert_eq!(Fen::from_yuan(3), Some(Fen(300)));
        assert_eq!(Fen::from_yuan(i64::MAX), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_typed(fen in 0..=MOST_TYPED_YUAN * 100) {
            prop_assert_eq!(Fen::parse(&Fen(fen).yuan_text()), Ok(Fen(fen)));
        }
    }
}
