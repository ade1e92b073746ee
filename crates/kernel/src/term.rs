//! Names of terms: a year and a season, such as `2026 秋季`.

use crate::names::normalise_width;
use crate::speaks;
use std::fmt;
use std::str::FromStr;

/// A season of the school year, in the order of the calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Season {
    /// 春季
    Spring,
    /// 夏季 (暑期)
    Summer,
    /// 秋季
    Autumn,
    /// 冬季 (寒假)
    Winter,
}

impl Season {
    /// All seasons in order.
    pub const ALL: [Self; 4] = [Self::Spring, Self::Summer, Self::Autumn, Self::Winter];

    /// The word on screen.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Spring => "春季",
            Self::Summer => "夏季",
            Self::Autumn => "秋季",
            Self::Winter => "冬季",
        }
    }

    /// The English word kept in the database and in the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Spring => "spring",
            Self::Summer => "summer",
            Self::Autumn => "autumn",
            Self::Winter => "winter",
        }
    }

    fn read(word: &str) -> Option<Self> {
        let word = word.strip_suffix("学期").unwrap_or(word);
        Self::ALL.into_iter().find(|season| {
            word == season.text() || Some(word) == season.text().strip_suffix('季') || word == season.code()
        })
    }
}

/// The name of a term; orders by year, then season.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermName {
    /// Calendar year in which the term starts, 2000 to 2099.
    pub year: i16,
    /// Season in which the term starts.
    pub season: Season,
}

impl TermName {
    /// The code kept in the database, files and addresses: `2026-autumn`.
    #[must_use]
    pub fn code(self) -> String {
        format!("{}-{}", self.year, self.season.code())
    }
}

impl fmt::Display for TermName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.year, self.season.text())
    }
}

impl FromStr for TermName {
    type Err = TermNameError;

    /// Reads `2026 秋季`, `2026年秋季学期`, `2026秋` and the code `2026-autumn`.
    fn from_str(text: &str) -> Result<Self, TermNameError> {
        let text: String = normalise_width(text)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        let (year, rest) = text.split_at_checked(4).ok_or(TermNameError)?;
        if !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(TermNameError);
        }
        let year: i16 = year
            .parse()
            .ok()
            .filter(|y| (2000..=2099).contains(y))
            .ok_or(TermNameError)?;
        let rest = rest
            .strip_prefix(['年', '-'])
            .unwrap_or(rest)
            .to_ascii_lowercase();
        let season = Season::read(&rest).ok_or(TermNameError)?;
        Ok(Self { year, season })
    }
}

/// The text is not the name of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermNameError;

impl TermNameError {
    /// What is wrong and what to do, in Chinese.
    #[must_use]
    pub fn sentence(&self) -> String {
        "学期名称看不懂。请写年份和季节，例如 2026 秋季。".to_owned()
    }
}
speaks!(TermNameError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let autumn = TermName {
            year: 2026,
            season: Season::Autumn,
        };
        for text in [
            "2026 秋季",
            "2026秋",
            "2026年秋季学期",
            " ２０２６　秋季 ",
            "2026-autumn",
            "2026-Autumn",
        ] {
            assert_eq!(text.parse(), Ok(autumn), "{text}");
        }
        for text in [
            "",
            "秋季",
            "2026",
            "2026-",
            "26 秋季",
            "2026 秋天",
            "1926 秋季",
            "+202秋季",
            "年年年",
        ] {
            assert_eq!(text.parse::<TermName>(), Err(TermNameError), "{text}");
        }
        assert!(TermNameError.to_string().contains("例如 2026 秋季"));
    }

    #[test]
    fn every_name_reads_back_and_sorts_by_time() {
        let mut names = Vec::new();
        for year in [2025, 2026] {
            for season in Season::ALL {
                let name = TermName { year, season };
                assert_eq!(name.to_string().parse(), Ok(name));
                assert_eq!(name.code().parse(), Ok(name));
                names.push(name);
            }
        }
        assert!(names.is_sorted());
    }
}
