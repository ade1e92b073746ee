//! Amounts of learning: class hours (学时) in minutes, and credits (学分) in thousandths. Two ledgers, never mixed.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Minutes of one class hour (学时); product default, after the usual Chinese lesson.
pub const MINUTES_PER_HOUR: i64 = 45;

/// A length of learning in minutes; negative for a reversal in the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minutes(pub i64);

impl Minutes {
    /// So many whole class hours of 45 minutes; `None` when it does not fit.
    #[must_use]
    pub const fn from_hours(hours: i64) -> Option<Self> {
        match hours.checked_mul(MINUTES_PER_HOUR) {
            Some(minutes) => Some(Self(minutes)),
            None => None,
        }
    }

    /// The sum, or `None` when it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(minutes) => Some(Self(minutes)),
            None => None,
        }
    }

    /// The difference, or `None` when it does not fit.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(minutes) => Some(Self(minutes)),
            None => None,
        }
    }

    /// Class hours for people, rounded to a tenth: `12 学时`, `1.5 学时`.
    #[must_use]
    pub fn hours_text(self) -> String {
        // 128 bits, because ten times the largest amount does not fit in 64.
        let per_hour = u128::from(MINUTES_PER_HOUR.unsigned_abs());
        let tenths = (u128::from(self.0.unsigned_abs()) * 20 + per_hour) / (2 * per_hour);
        let sign = if self.0 < 0 && tenths > 0 { "-" } else { "" };
        match tenths % 10 {
            0 => format!("{sign}{} 学时", tenths / 10),
            rest => format!("{sign}{}.{rest} 学时", tenths / 10),
        }
    }
}

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} 分钟", self.0)
    }
}

/// An amount of credits in thousandths of a credit; negative for a reversal in the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CreditMilli(pub i64);

impl CreditMilli {
    /// The sum, or `None` when it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(milli) => Some(Self(milli)),
            None => None,
        }
    }

    /// The difference, or `None` when it does not fit.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(milli) => Some(Self(milli)),
            None => None,
        }
    }

    /// Credits for people, exact, without needless zeros: `2 学分`, `0.75 学分`.
    #[must_use]
    pub fn credits_text(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let milli = self.0.unsigned_abs();
        let rest = format!("{:03}", milli % 1000);
        match rest.trim_end_matches('0') {
            "" => format!("{sign}{} 学分", milli / 1000),
            rest => format!("{sign}{}.{rest} 学分", milli / 1000),
        }
    }
}

impl fmt::Display for CreditMilli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.credits_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_hours() {
        for (minutes, text) in [
            (0, "0 学时"),
            (2, "0 学时"),
            (-2, "0 学时"),
            (3, "0.1 学时"),
            (45, "1 学时"),
            (60, "1.3 学时"),
            (68, "1.5 学时"),
            (90, "2 学时"),
            (540, "12 学时"),
            (-90, "-2 学时"),
            (i64::MAX, "204963823041217240.2 学时"),
        ] {
            assert_eq!(Minutes(minutes).hours_text(), text, "{minutes}");
        }
        assert_eq!(Minutes::from_hours(16), Some(Minutes(720)));
        assert_eq!(Minutes::from_hours(i64::MAX), None);
        assert_eq!(Minutes(90).to_string(), "90 分钟");
    }

    #[test]
    fn credits() {
        for (milli, text) in [
            (0, "0 学分"),
            (1, "0.001 学分"),
            (750, "0.75 学分"),
            (2000, "2 学分"),
            (12_500, "12.5 学分"),
            (-1050, "-1.05 学分"),
        ] {
            assert_eq!(CreditMilli(milli).credits_text(), text);
            assert_eq!(CreditMilli(milli).to_string(), text);
        }
    }

    #[test]
    fn sums_that_do_not_fit_are_none() {
        assert_eq!(Minutes(45).checked_add(Minutes(45)), Some(Minutes(90)));
        assert_eq!(Minutes(45).checked_sub(Minutes(90)), Some(Minutes(-45)));
        assert_eq!(Minutes(i64::MAX).checked_add(Minutes(1)), None);
        assert_eq!(
            CreditMilli(500).checked_add(CreditMilli(500)),
            Some(CreditMilli(1000))
        );
        assert_eq!(
            CreditMilli(500).checked_sub(CreditMilli(750)),
            Some(CreditMilli(-250))
        );
        assert_eq!(CreditMilli(i64::MIN).checked_sub(CreditMilli(1)), None);
    }
}
