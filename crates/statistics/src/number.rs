//! The number in a cell: exact, with at most four decimal places.

use std::fmt;

/// Parts of one: a value is kept in ten-thousandths.
const SCALE: i64 = 10_000;
/// Largest value that may be typed: a million million.
const LARGEST: i64 = 1_000_000_000_000;
/// Decimal places at most.
pub const MOST_DECIMALS: u8 = 4;

/// A number with four decimal places, so that sums are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Number(i64);

impl Number {
    /// One, in the ten-thousandths that are stored.
    pub const ONE: i64 = SCALE;

    /// A number from the stored ten-thousandths.
    #[must_use]
    pub const fn from_raw(raw: i64) -> Self {
        Self(raw)
    }

    /// The ten-thousandths that are stored.
    #[must_use]
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// The nearest number with so many decimal places; `None` for what is no number or too large.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "bounded far below 2^52"
    )]
    pub fn from_f64(value: f64, decimals: u8) -> Option<Self> {
        if !value.is_finite() || value.abs() > LARGEST as f64 {
            return None;
        }
        let step = 10_i64.pow(u32::from(MOST_DECIMALS - decimals.min(MOST_DECIMALS)));
        let steps = (value * SCALE as f64 / step as f64).round() as i64;
        Some(Self(steps * step))
    }

    /// The number for an expression.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "bounded far below 2^52")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / SCALE as f64
    }

    /// Reads what a person or a spreadsheet wrote: full-width digits, commas between thousands and blanks are understood.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to write.
    pub fn read(text: &str, decimals: u8) -> Result<Self, String> {
        let plain: String = text.chars().filter_map(plain_digit).collect();
        let shown: String = text.trim().chars().take(20).collect();
        let (sign, digits) = match plain.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, plain.as_str()),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if digits.is_empty() || digits == "." || !all_digits(whole) || !all_digits(part) {
            return Err(format!(
                "“{shown}”不是数字。请只填数字，例如 128，不要写单位和文字。"
            ));
        }
        if part.trim_end_matches('0').len() > usize::from(decimals) {
            return Err(match decimals {
                0 => format!("这一格要填整数，您填了“{shown}”。"),
                most => format!("这一格最多 {most} 位小数，您填了“{shown}”。"),
            });
        }
        let whole: i64 = if whole.is_empty() {
            0
        } else {
            whole.parse().unwrap_or(i64::MAX)
        };
        if whole > LARGEST {
            return Err(format!("“{shown}”太大了，最多一万亿。请看看是不是多填了几位。"));
        }
        let part: i64 = format!("{:0<4}", part.chars().take(4).collect::<String>())
            .parse()
            .unwrap_or_default();
        Ok(Self(sign * (whole * SCALE + part)))
    }

    /// The number with these decimal places and commas between thousands.
    #[must_use]
    pub fn text(self, decimals: u8) -> String {
        let plain = self.plain(decimals);
        let (sign, rest) = plain
            .strip_prefix('-')
            .map_or(("", plain.as_str()), |rest| ("-", rest));
        let (whole, part) = rest.split_once('.').unwrap_or((rest, ""));
        let mut out = String::from(sign);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        if !part.is_empty() {
            out.push('.');
            out.push_str(part);
        }
        out
    }

    /// The number with these decimal places, as a box of a form holds it.
    #[must_use]
    pub fn plain(self, decimals: u8) -> String {
        let decimals = decimals.min(MOST_DECIMALS);
        let step = 10_u64.pow(u32::from(MOST_DECIMALS - decimals));
        let steps = (self.0.unsigned_abs() + step / 2) / step;
        let per_one = 10_u64.pow(u32::from(decimals));
        let sign = if self.0 < 0 && steps > 0 { "-" } else { "" };
        match decimals {
            0 => format!("{sign}{steps}"),
            _ => format!(
                "{sign}{}.{:0width$}",
                steps / per_one,
                steps % per_one,
                width = usize::from(decimals)
            ),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.plain(MOST_DECIMALS);
        out.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// A letter of a number as a program reads it; `None` for what may stand between digits.
fn plain_digit(letter: char) -> Option<char> {
    match letter {
        ',' | '，' | ' ' | '\u{3000}' | '\u{a0}' | '\t' => None,
        '．' | '。' => Some('.'),
        '－' | '−' | '–' => Some('-'),
        '０'..='９' => char::from_digit(u32::from(letter) - u32::from('０'), 10),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read() {
        for (text, decimals, read) in [
            ("0", 0, "0"),
            (" 1,234 ", 0, "1234"),
            ("１２３．５", 1, "123.5"),
            ("12。50", 2, "12.5"),
            (".5", 1, "0.5"),
            ("3.00", 0, "3"),
            ("-12", 0, "-12"),
            ("1000000000000", 0, "1000000000000"),
        ] {
            assert_eq!(Number::read(text, decimals).unwrap().to_string(), read, "{text}");
        }
        for (text, decimals, sentence) in [
            ("", 0, "不是数字"),
            ("三十", 0, "不是数字"),
            ("12人", 0, "不是数字"),
            ("1.2.3", 2, "不是数字"),
            ("--1", 0, "不是数字"),
            ("1.5", 0, "要填整数"),
            ("1.255", 2, "最多 2 位小数"),
            ("1000000000001", 0, "太大"),
            ("99999999999999999999999", 0, "太大"),
        ] {
            let said = Number::read(text, decimals).unwrap_err();
            assert!(said.contains(sentence), "{text}: {said}");
        }
    }

    #[test]
    fn numbers_are_shown_and_rounded() {
        for (raw, decimals, text) in [
            (123_456_780_000, 0, "12,345,678"),
            (12_345_600, 2, "1,234.56"),
            (-12_345_000, 1, "-1,234.5"),
            (6_667, 2, "0.67"),
            (-1, 2, "0.00"),
            (0, 0, "0"),
        ] {
            assert_eq!(Number::from_raw(raw).text(decimals), text);
        }
        assert_eq!(Number::from_f64(2.0 / 3.0, 2).unwrap().to_string(), "0.67");
        assert_eq!(Number::from_f64(f64::INFINITY, 2), None);
        assert_eq!(Number::from_f64(1e13, 0), None);
    }
}
