//! Resident identity numbers (GB 11643-1999): 18 characters, the last one a check character (ISO 7064 MOD 11-2).
//!
//! Never a primary key and never in a log: `Debug` is masked.

use crate::names::normalise_width;
use crate::speaks;
use crate::time::Date;
use std::fmt;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK: &[u8; 11] = b"10X98765432";
/// The standard's own oldest example was born in 1880.
const EARLIEST_YEAR: i16 = 1850;
/// First two digits in use: provinces (GB/T 2260), residence permits of Hong Kong, Macao and Taiwan people (81 to 83).
const PROVINCES: [&str; 34] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
];

/// Sex as the number tells it (GB/T 2261.1: 1 male, 2 female).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

impl Sex {
    /// The word on screen.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }
}

/// A number that passed every check of the standard.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdNumber {
    text: String,
    birth: Date,
    sex: Sex,
}

impl IdNumber {
    /// Reads a typed number; full-width digits, spaces, dashes and a small x are put right first.
    ///
    /// A birth date in the future is not refused here, because this crate has no clock.
    pub fn parse(text: &str) -> Result<Self, IdNumberError> {
        let text: String = normalise_width(text)
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let length = text.chars().count();
        if length == 0 {
            return Err(IdNumberError::Empty);
        }
        if let Some(bad) = text.chars().find(|c| !c.is_ascii_digit() && *c != 'X') {
            return Err(IdNumberError::Character(bad));
        }
        match length {
            18 => {}
            15 => return Err(IdNumberError::OldFifteen),
            _ => return Err(IdNumberError::Length(length)),
        }
        let (body, check) = text.split_at(17);
        if body.contains('X') {
            return Err(IdNumberError::EarlyX);
        }
        let area = body.get(..2).unwrap_or("");
        // 83: Taiwan; 9: permanent residence card of foreigners since 2023, same layout and check.
        if !PROVINCES.contains(&area) && area != "83" && !area.starts_with('9') {
            return Err(IdNumberError::Region);
        }
        let birth = birth_date(body).ok_or(IdNumberError::BirthDate)?;
        if check.chars().next() != check_character(body) {
            return Err(IdNumberError::CheckCharacter);
        }
        let order = body.bytes().last().unwrap_or(b'0');
        let sex = if order % 2 == 1 { Sex::Male } else { Sex::Female };
        Ok(Self { text, birth, sex })
    }

    /// The 18 characters, for encryption and the blind index only.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Day of birth.
    #[must_use]
    pub const fn birth_date(&self) -> Date {
        self.birth
    }

    /// Sex: an odd order number is male.
    #[must_use]
    pub const fn sex(&self) -> Sex {
        self.sex
    }

    /// The six digits of the county where the number was first given (GB/T 2260 as of that day).
    #[must_use]
    pub fn region_code(&self) -> &str {
        self.text.get(..6).unwrap_or("")
    }

    /// What a screen shows without a stated reason: first and last character, `1***X`.
    #[must_use]
    pub fn masked(&self) -> String {
        let first = self.text.get(..1).unwrap_or("");
        let last = self.text.get(17..).unwrap_or("");
        format!("{first}***{last}")
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdNumber({})", self.masked())
    }
}

fn birth_date(body: &str) -> Option<Date> {
    let year: i16 = body.get(6..10)?.parse().ok()?;
    let month: i8 = body.get(10..12)?.parse().ok()?;
    let day: i8 = body.get(12..14)?.parse().ok()?;
    Date::new(year, month, day)
        .ok()
        .filter(|date| date.year() >= EARLIEST_YEAR)
}

fn check_character(body: &str) -> Option<char> {
    let digits = body.chars().filter_map(|c| c.to_digit(10));
    let sum: u32 = digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let place = usize::try_from(sum % 11).ok()?;
    CHECK.get(place).map(|byte| char::from(*byte))
}

/// Why a typed identity number cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdNumberError {
    /// Nothing was typed.
    Empty,
    /// A character that such numbers do not use.
    Character(char),
    /// Not 18 characters; holds how many there are.
    Length(usize),
    /// A number of the first generation, 15 digits.
    OldFifteen,
    /// X stands before the last place.
    EarlyX,
    /// The first two digits are no province.
    Region,
    /// Digits 7 to 14 are no date.
    BirthDate,
    /// The last character does not fit the others.
    CheckCharacter,
}

impl IdNumberError {
    /// What is wrong and what to do, in Chinese; never repeats the number.
    #[must_use]
    pub fn sentence(&self) -> String {
        let text = match self {
            Self::Empty => "还没有填身份证号。请照身份证填写 18 位号码。",
            Self::Character(c) => {
                return format!(
                    "身份证号里有「{}」，不是数字。请只填数字，最后一位可以是 X。",
                    shown(*c)
                );
            }
            Self::Length(n) => {
                return format!("身份证号要 18 位，您填了 {n} 位。请对照身份证补全或删去多余的。");
            }
            Self::OldFifteen => "您填的是 15 位的旧号码。请填第二代身份证上的 18 位号码。",
            Self::EarlyX => "X 只能在身份证号的最后一位。请对照身份证检查。",
            Self::Region => "身份证号的前两位不是省份代码。请对照身份证检查开头几位。",
            Self::BirthDate => "身份证号第 7 到 14 位不是一个日期。请对照身份证检查出生年月日。",
            Self::CheckCharacter => "身份证号对不上，可能有一位打错了。请对照身份证逐位检查。",
        };
        text.to_owned()
    }
}
speaks!(IdNumberError);

/// A character as a sentence may show it: an invisible one by its code.
pub(crate) fn shown(c: char) -> String {
    if c.is_control() {
        format!("U+{:04X}", u32::from(c))
    } else {
        c.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    // Both numbers are the printed examples of GB 11643-1999.
    const WOMAN: &str = "11010519491231002X";
    const MAN: &str = "440524188001010014";

    #[test]
    fn what_a_number_tells() {
        let woman = IdNumber::parse(WOMAN).unwrap();
        assert_eq!(woman.birth_date(), date(1949, 12, 31));
        assert_eq!(woman.sex(), Sex::Female);
        assert_eq!(woman.sex().text(), "女");
        assert_eq!(woman.region_code(), "110105");
        assert_eq!(woman.masked(), "1***X");
        assert_eq!(format!("{woman:?}"), "IdNumber(1***X)");
        let man = IdNumber::parse(MAN).unwrap();
        assert_eq!((man.birth_date(), man.sex()), (date(1880, 1, 1), Sex::Male));
    }

    #[test]
    fn typing_habits_are_put_right() {
        for text in [
            " 110105 19491231 002x ",
            "１１０１０５１９４９１２３１００２Ｘ",
            "110105-19491231-002X",
            "110105　19491231　002ｘ",
        ] {
            assert_eq!(IdNumber::parse(text).unwrap().as_str(), WOMAN, "{text}");
        }
    }

    #[test]
    fn each_fault_has_its_name() {
        for (text, error) in [
            ("", IdNumberError::Empty),
            ("  ", IdNumberError::Empty),
            ("1101051949123100", IdNumberError::Length(16)),
            ("11010519491231002X1", IdNumberError::Length(19)),
            ("110105491231002", IdNumberError::OldFifteen),
            ("11010519491231OO2X", IdNumberError::Character('O')),
            ("身份证", IdNumberError::Character('身')),
            ("1101051949123100X2", IdNumberError::EarlyX),
            ("00010519491231002X", IdNumberError::Region),
            ("11010519490231002X", IdNumberError::BirthDate),
            ("110105184912310020", IdNumberError::BirthDate),
            ("110105194912310021", IdNumberError::CheckCharacter),
            ("110105194912310012", IdNumberError::CheckCharacter),
        ] {
            assert_eq!(IdNumber::parse(text), Err(error), "{text}");
        }
        assert_eq!(
            IdNumberError::Length(16).to_string(),
            "身份证号要 18 位，您填了 16 位。请对照身份证补全或删去多余的。"
        );
        assert!(IdNumberError::Character('\u{7}').sentence().contains("U+0007"));
    }

    fn written() -> impl Strategy<Value = String> {
        (
            0..PROVINCES.len(),
            0..10_000_u32,
            1900..2030_i16,
            1..=12_i8,
            1..=28_i8,
            0..1000_u32,
        )
            .prop_map(|(province, county, year, month, day, order)| {
                let province = PROVINCES[province];
                let body = format!("{province}{county:04}{year:04}{month:02}{day:02}{order:03}");
                let check = check_character(&body).unwrap();
                format!("{body}{check}")
            })
    }

    proptest! {
        #[test]
        fn a_right_number_passes(text in written()) {
            let number = IdNumber::parse(&text).unwrap();
            prop_assert_eq!(number.as_str(), text);
        }

        // The law of MOD 11-2: one wrong digit, or two neighbours swapped, is always found.
        #[test]
        fn one_wrong_digit_is_found(text in written(), place in 0..17_usize, add in 1..10_u8) {
            let mut bytes = text.into_bytes();
            bytes[place] = b'0' + (bytes[place] - b'0' + add) % 10;
            prop_assert!(IdNumber::parse(&String::from_utf8(bytes).unwrap()).is_err());
        }

        #[test]
        fn swapped_neighbours_are_found(text in written(), place in 0..16_usize) {
            let mut bytes = text.into_bytes();
            prop_assume!(bytes[place] != bytes[place + 1]);
            bytes.swap(place, place + 1);
            prop_assert!(IdNumber::parse(&String::from_utf8(bytes).unwrap()).is_err());
        }
    }
}
