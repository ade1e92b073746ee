//! Region codes of the statistics bureau: 12 digits, of which GB/T 2260 gives the first six.
//!
//! 2 digits province, 2 city, 2 district, 3 street, 3 committee; what is not said is zero.

use crate::names::normalise_width;
use crate::speaks;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// How far down the country a code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegionLevel {
    /// 省、直辖市
    Province,
    /// 地级市 (in the four cities under the government: 市辖区)
    City,
    /// 区、县
    District,
    /// 街道、镇、乡
    Street,
    /// 居委会、村委会
    Committee,
}

impl RegionLevel {
    const ALL: [Self; 5] = [
        Self::Province,
        Self::City,
        Self::District,
        Self::Street,
        Self::Committee,
    ];

    /// How many leading digits name a region of this level.
    #[must_use]
    pub const fn digits(self) -> usize {
        match self {
            Self::Province => 2,
            Self::City => 4,
            Self::District => 6,
            Self::Street => 9,
            Self::Committee => 12,
        }
    }
}

/// A region code; orders as its text, so the regions within one stand directly behind it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode([u8; 12]);

impl RegionCode {
    /// Reads a code of 6, 9 or 12 digits; shorter ones are filled up with zeros.
    pub fn parse(text: &str) -> Result<Self, RegionCodeError> {
        let text = normalise_width(text);
        let text = text.trim();
        if let Some(bad) = text.chars().find(|c| !c.is_ascii_digit()) {
            return Err(RegionCodeError::Character(bad));
        }
        if !matches!(text.len(), 6 | 9 | 12) {
            return Err(RegionCodeError::Length(text.len()));
        }
        if !matches!(text.bytes().next(), Some(b'1'..=b'9')) {
            return Err(RegionCodeError::Province);
        }
        let mut code = [b'0'; 12];
        for (place, digit) in code.iter_mut().zip(text.bytes()) {
            *place = digit;
        }
        Ok(Self(code))
    }

    /// The 12 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }

    /// The level of the region: that of the last part that is not zero.
    #[must_use]
    pub fn level(self) -> RegionLevel {
        let used = self
            .0
            .iter()
            .rposition(|digit| *digit != b'0')
            .map_or(0, |last| last + 1);
        RegionLevel::ALL
            .into_iter()
            .find(|level| level.digits() >= used)
            .unwrap_or(RegionLevel::Committee)
    }

    /// The digits that name the region at its own level, such as `310112` for a district.
    #[must_use]
    pub fn short(&self) -> &str {
        self.as_str().get(..self.level().digits()).unwrap_or("")
    }

    /// The next larger region; `None` for a province.
    ///
    /// A city without districts (4419) holds its streets itself: the parent of such a street is the city.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let level = self.level();
        let above = RegionLevel::ALL.into_iter().rev().find(|other| *other < level)?;
        Some(self.cut(above))
    }

    /// Whether this region is `other` or lies in it.
    #[must_use]
    pub fn is_within(self, other: Self) -> bool {
        self.as_str().starts_with(other.short())
    }

    /// The region of this level that holds this one; itself when it is that large or larger.
    #[must_use]
    pub fn at(self, level: RegionLevel) -> Self {
        self.cut(level)
    }

    fn cut(mut self, level: RegionLevel) -> Self {
        for digit in self.0.iter_mut().skip(level.digits()) {
            *digit = b'0';
        }
        self
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RegionCode {
    type Err = RegionCodeError;

    fn from_str(text: &str) -> Result<Self, RegionCodeError> {
        Self::parse(text)
    }
}

impl Serialize for RegionCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RegionCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Why a text is no region code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionCodeError {
    /// Not 6, 9 or 12 digits; holds how many there are.
    Length(usize),
    /// A character that is no digit.
    Character(char),
    /// No province starts with 0.
    Province,
}

impl RegionCodeError {
    /// What is wrong and what to do, in Chinese.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Length(n) => {
                format!("区划代码要 6、9 或 12 位数字，您填了 {n} 位。请对照统计用区划代码检查。")
            }
            Self::Character(c) => {
                format!(
                    "区划代码里有「{}」，不是数字。请只填数字。",
                    crate::identity::shown(*c)
                )
            }
            Self::Province => "区划代码不会以 0 开头。请检查是不是少了前面的省份代码。".to_owned(),
        }
    }
}
speaks!(RegionCodeError);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> RegionCode {
        RegionCode::parse(text).unwrap()
    }

    #[test]
    fn levels_and_parents() {
        for (text, level, short, parent) in [
            ("310000", RegionLevel::Province, "31", None),
            ("310100", RegionLevel::City, "3101", Some("310000000000")),
            ("310112", RegionLevel::District, "310112", Some("310100000000")),
            (
                "310112006",
                RegionLevel::Street,
                "310112006",
                Some("310112000000"),
            ),
            (
                "310112006001",
                RegionLevel::Committee,
                "310112006001",
                Some("310112006000"),
            ),
            (
                "441900003000",
                RegionLevel::Street,
                "441900003",
                Some("441900000000"),
            ),
            ("500000", RegionLevel::Province, "50", None),
            ("310110", RegionLevel::District, "310110", Some("310100000000")),
            (
                "310112100",
                RegionLevel::Street,
                "310112100",
                Some("310112000000"),
            ),
        ] {
            let region = code(text);
            assert_eq!(region.level(), level, "{text}");
            assert_eq!(region.short(), short);
            assert_eq!(
                region.parent().map(|p| p.to_string()).as_deref(),
                parent,
                "{text}"
            );
        }
        assert_eq!(code("441900").level(), RegionLevel::City);
        // The district part of such a street is zero, so it is skipped on the way up.
        assert_eq!(
            code("441900003000").parent().map(RegionCode::level),
            Some(RegionLevel::City)
        );
        assert_eq!(code("310112006001").at(RegionLevel::District), code("310112"));
    }

    #[test]
    fn within() {
        for (inner, outer, is) in [
            ("310112006001", "310112", true),
            ("310112006001", "310000", true),
            ("310112", "310112", true),
            ("310112", "310112006", false),
            ("310113", "310112", false),
            ("330106", "310000", false),
            ("441900003000", "441900", true),
        ] {
            assert_eq!(code(inner).is_within(code(outer)), is, "{inner} {outer}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for (text, error) in [
            ("", RegionCodeError::Length(0)),
            ("31", RegionCodeError::Length(2)),
            ("3101120060011", RegionCodeError::Length(13)),
            ("31011a", RegionCodeError::Character('a')),
            ("010112", RegionCodeError::Province),
        ] {
            assert_eq!(RegionCode::parse(text), Err(error), "{text}");
        }
        assert_eq!(code(" ３１０１１２ "), code("310112000000"));
        assert!(RegionCodeError::Length(2).to_string().contains("您填了 2 位"));
    }

    #[test]
    fn json_is_the_text() {
        let region = code("310112");
        let json = serde_json::to_string(&region).unwrap();
        assert_eq!(json, "\"310112000000\"");
        assert_eq!(serde_json::from_str::<RegionCode>(&json).unwrap(), region);
        assert!(serde_json::from_str::<RegionCode>("\"31\"").is_err());
    }

    proptest! {
        #[test]
        fn a_region_lies_in_each_of_its_parents(text in "[1-9][0-9]{11}") {
            let region = code(&text);
            let mut at = Some(region);
            let mut steps = 0;
            while let Some(here) = at {
                prop_assert!(region.is_within(here));
                steps += 1;
                prop_assert!(steps <= 5);
                at = here.parent();
            }
        }
    }
}
