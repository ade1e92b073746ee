//! Names of persons, and full-width to half-width letters.

use crate::identity::shown;
use crate::speaks;
use std::fmt;

/// Most characters of a person's name.
pub const LONGEST_NAME: usize = 40;

/// Surnames of two characters that are in use today.
pub(crate) const DOUBLE_SURNAMES: [&str; 24] = [
    "欧阳", "上官", "司马", "诸葛", "司徒", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "宇文", "长孙",
    "鲜于", "东方", "南宫", "闻人", "轩辕", "万俟", "澹台", "单于", "端木", "独孤", "呼延",
];

/// Turns full-width letters, digits and signs (U+FF01 to U+FF5E) and the wide space into their ASCII forms.
#[must_use]
pub fn normalise_width(text: &str) -> String {
    text.chars().map(half_width).collect()
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// A person's name as it stands on the identity document; `Debug` is masked because it is personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a typed name of 1 to 40 characters: Chinese characters (rare ones too), letters, `·`, and between letters
    /// also space, `-`, `'` and `.`.
    ///
    /// Spaces beside Chinese characters are taken out (people pad `王 芳`); every middle dot becomes `·` (U+00B7).
    pub fn parse(text: &str) -> Result<Self, PersonNameError> {
        let name = tidy(text);
        let count = name.chars().count();
        if count == 0 {
            return Err(PersonNameError::Empty);
        }
        // 一 and 〇 are numeric and alphabetic both: they are parts of names.
        if name.chars().any(|c| c.is_numeric() && !c.is_alphabetic()) {
            return Err(PersonNameError::Digit);
        }
        if let Some(bad) = name.chars().find(|c| !allowed(*c)) {
            return Err(PersonNameError::Character(bad));
        }
        if !name.chars().next().is_some_and(char::is_alphabetic) {
            return Err(PersonNameError::Start);
        }
        if count > LONGEST_NAME {
            return Err(PersonNameError::Long(count));
        }
        Ok(Self(name))
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a screen shows to others: the surname (two characters for 欧阳修 and its like), then `**`; for a name with
    /// `·` or in letters, the first character.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}**", self.surname())
    }

    fn surname(&self) -> &str {
        let double = self
            .0
            .char_indices()
            .nth(2)
            .and_then(|(end, _)| self.0.get(..end));
        let single = self
            .0
            .char_indices()
            .nth(1)
            .map_or(self.0.as_str(), |(end, _)| self.0.get(..end).unwrap_or(""));
        double
            .filter(|head| DOUBLE_SURNAMES.contains(head))
            .unwrap_or(single)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({})", self.masked())
    }
}

fn tidy(text: &str) -> String {
    let mut name = String::new();
    for word in normalise_width(text).split_whitespace() {
        let joins = name.chars().last().is_some_and(is_letter) && word.chars().next().is_some_and(is_letter);
        if joins || name.ends_with('.') {
            name.push(' ');
        }
        name.extend(word.chars().map(one_dot));
    }
    name
}

/// A letter that is written with spaces between words, unlike Chinese characters.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !is_hanzi(c)
}

/// Whether this is a Chinese character, those of every extension block included.
pub(crate) fn is_hanzi(c: char) -> bool {
    matches!(c, '〇' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn one_dot(c: char) -> char {
    if matches!(c, '•' | '‧' | '・' | '･' | '⋅' | '∙') {
        '·'
    } else {
        c
    }
}

fn allowed(c: char) -> bool {
    // Hangul fillers count as letters in Unicode but show nothing.
    let invisible = matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}');
    (c.is_alphabetic() && !invisible) || is_hanzi(c) || matches!(c, '·' | ' ' | '-' | '\'' | '’' | '.')
}

/// Why a typed name cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonNameError {
    /// Nothing was typed.
    Empty,
    /// More than 40 characters; holds how many there are.
    Long(usize),
    /// A digit.
    Digit,
    /// A character that names do not use.
    Character(char),
    /// The first character is a sign.
    Start,
}

impl PersonNameError {
    /// What is wrong and what to do, in Chinese; never repeats the name.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Empty => "还没有填姓名。请照证件填写。".to_owned(),
            Self::Long(n) => format!("姓名最多 {LONGEST_NAME} 个字，您填了 {n} 个。请照证件填写。"),
            Self::Digit => "姓名里不能有数字。请照证件填写姓名。".to_owned(),
            Self::Character(c) => format!(
                "姓名里不能有「{}」。请照证件填写，只用汉字、字母和间隔号「·」。",
                shown(*c)
            ),
            Self::Start => "姓名要以汉字或字母开头。请照证件填写。".to_owned(),
        }
    }
}
speaks!(PersonNameError);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_pass() {
        for (text, name, masked) in [
            ("王芳", "王芳", "王**"),
            (" 王　芳 ", "王芳", "王**"),
            ("王 小 明", "王小明", "王**"),
            ("王", "王", "王**"),
            ("欧阳修", "欧阳修", "欧阳**"),
            ("欧阳", "欧阳", "欧**"),
            ("龚䶮", "龚䶮", "龚**"),
            ("𠅤明", "𠅤明", "𠅤**"),
            ("李一二", "李一二", "李**"),
            ("阿依古丽•买买提", "阿依古丽·买买提", "阿**"),
            ("阿依古丽 · 买买提", "阿依古丽·买买提", "阿**"),
            ("Ａnna  Maria", "Anna Maria", "A**"),
            ("J. R. O'Neill-Smith", "J. R. O'Neill-Smith", "J**"),
            ("José", "José", "J**"),
        ] {
            let parsed = PersonName::parse(text).unwrap();
            assert_eq!(
                (parsed.as_str(), parsed.masked().as_str()),
                (name, masked),
                "{text}"
            );
        }
        assert_eq!(
            format!("{:?}", PersonName::parse("王芳").unwrap()),
            "PersonName(王**)"
        );
    }

    #[test]
    fn names_that_do_not() {
        let long = "王".repeat(41);
        for (text, error) in [
            ("", PersonNameError::Empty),
            ("　 ", PersonNameError::Empty),
            (long.as_str(), PersonNameError::Long(41)),
            ("王芳1", PersonNameError::Digit),
            ("王芳２", PersonNameError::Digit),
            ("王芳③", PersonNameError::Digit),
            ("王\u{7}芳", PersonNameError::Character('\u{7}')),
            ("王芳<b>", PersonNameError::Character('<')),
            ("王芳，", PersonNameError::Character(',')),
            ("王\u{200b}芳", PersonNameError::Character('\u{200b}')),
            ("王😀", PersonNameError::Character('😀')),
            ("\u{3164}", PersonNameError::Character('\u{3164}')),
            ("·王", PersonNameError::Start),
            ("·", PersonNameError::Start),
        ] {
            assert_eq!(PersonName::parse(text), Err(error), "{text}");
            assert!(error.sentence().ends_with('。'));
        }
        assert_eq!(
            PersonNameError::Long(41).to_string(),
            "姓名最多 40 个字，您填了 41 个。请照证件填写。"
        );
    }

    #[test]
    fn widths() {
        assert_eq!(normalise_width("ＡＢｃ１２３（）＋　王"), "ABc123()+ 王");
    }

    proptest! {
        #[test]
        fn what_passes_once_passes_unchanged(text in "[ ·•.'a-zA-Z王芳欧阳䶮Ａ　-]{0,30}") {
            if let Ok(name) = PersonName::parse(&text) {
                let again = PersonName::parse(name.as_str());
                prop_assert_eq!(again, Ok(name));
            }
        }

        #[test]
        fn widths_are_made_equal_once(text in ".*") {
            let once = normalise_width(&text);
            prop_assert_eq!(once.chars().count(), text.chars().count());
            let twice = normalise_width(&once);
            prop_assert_eq!(twice, once);
        }
    }
}
