//! Words to be looked through: spaces left out, full width made half, and the way back to what is printed.

/// A stretch of text, with each kept character's place in what is printed.
#[derive(Debug, Clone, Default)]
pub struct Phrase {
    printed: Vec<char>,
    plain: Vec<char>,
    at: Vec<usize>,
    quoted: Vec<bool>,
}

/// What stands before the first and after the last character.
pub const NOTHING: char = '\0';

/// A list of words, made once.
pub type Words = std::sync::LazyLock<Vec<&'static str>>;

/// The words of a list that is written with spaces between them.
#[must_use]
pub fn list(words: &'static str) -> Vec<&'static str> {
    words.split_whitespace().collect()
}

/// The longest quotation, in characters, that is taken for one.
const LONGEST_QUOTE: usize = 80;

impl Phrase {
    /// Looks at these characters.
    #[must_use]
    pub fn new(printed: &[char]) -> Self {
        let mut plain = Vec::with_capacity(printed.len());
        let mut at = Vec::with_capacity(printed.len());
        for (place, letter) in printed.iter().enumerate() {
            if letter.is_whitespace() || is_invisible(*letter) {
                continue;
            }
            plain.push(folded(*letter));
            at.push(place);
        }
        part_commas(&mut plain);
        let quoted = quotations(&plain);
        Self {
            printed: printed.to_vec(),
            plain,
            at,
            quoted,
        }
    }

    /// How many characters are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.plain.len()
    }

    /// The character there, folded.
    #[must_use]
    pub fn at(&self, place: usize) -> char {
        self.plain.get(place).copied().unwrap_or(NOTHING)
    }

    /// The character before.
    #[must_use]
    pub fn before(&self, place: usize) -> char {
        place.checked_sub(1).map_or(NOTHING, |before| self.at(before))
    }

    /// These words stand there.
    #[must_use]
    pub fn starts(&self, place: usize, words: &str) -> bool {
        words
            .chars()
            .enumerate()
            .all(|(step, letter)| self.at(place + step) == letter)
    }

    /// These words end right before.
    #[must_use]
    pub fn ends(&self, place: usize, words: &str) -> bool {
        let length = words.chars().count();
        place >= length && self.starts(place - length, words)
    }

    /// The longest of these words that stands there, and its length.
    #[must_use]
    pub fn longest<'a>(&self, place: usize, words: &[&'a str]) -> Option<(&'a str, usize)> {
        words
            .iter()
            .filter(|word| self.starts(place, word))
            .map(|word| (*word, word.chars().count()))
            .max_by_key(|(_, length)| *length)
    }

    /// The longest of these words that ends right before, and its length.
    #[must_use]
    pub fn longest_before<'a>(&self, place: usize, words: &[&'a str]) -> Option<(&'a str, usize)> {
        words
            .iter()
            .filter(|word| self.ends(place, word))
            .map(|word| (*word, word.chars().count()))
            .max_by_key(|(_, length)| *length)
    }

    /// One of these words stands somewhere between.
    #[must_use]
    pub fn holds(&self, from: usize, to: usize, words: &[&str]) -> bool {
        (from..to).any(|place| {
            self.longest(place, words)
                .is_some_and(|(_, length)| place + length <= to)
        })
    }

    /// Inside “…”, 《…》 and the like.
    #[must_use]
    pub fn is_quoted(&self, place: usize) -> bool {
        self.quoted.get(place).copied().unwrap_or(false)
    }

    /// What is printed between, with its spaces.
    #[must_use]
    pub fn printed(&self, from: usize, to: usize) -> String {
        let (Some(first), Some(last)) = (
            self.at.get(from),
            to.checked_sub(1).and_then(|last| self.at.get(last)),
        ) else {
            return String::new();
        };
        self.printed
            .get(*first..=*last)
            .unwrap_or_default()
            .iter()
            .filter(|letter| **letter != '\n')
            .collect()
    }

    /// What is printed between, without spaces.
    #[must_use]
    pub fn words(&self, from: usize, to: usize) -> String {
        self.at
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .filter_map(|place| self.printed.get(*place))
            .collect()
    }

    /// What is looked at between: folded, without spaces.
    #[must_use]
    pub fn plain(&self, from: usize, to: usize) -> String {
        self.plain.get(from..to).unwrap_or_default().iter().collect()
    }

    /// Where a kept character stands in what is printed; the end for the one after the last.
    #[must_use]
    pub fn place(&self, kept: usize) -> usize {
        self.at.get(kept).copied().unwrap_or(self.printed.len())
    }
}

/// Characters that print nothing.
#[must_use]
pub fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' | '\u{2060}'
    ) || (letter.is_control() && letter != '\n')
}

/// One form for what is printed in several.
fn folded(letter: char) -> char {
    match letter {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '％' | '．' | '＋' => {
            char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter)
        }
        '(' => '（',
        ')' => '）',
        '：' | '∶' | '﹕' => ':',
        ';' | '；' => '；',
        '!' => '！',
        '?' => '？',
        '—' | '–' | '－' | '―' | '‐' | '‑' | '−' | '﹣' | '─' | '━' => '-',
        '～' | '〜' | '∼' | '˜' => '~',
        '○' | '◯' | 'О' => '〇',
        '﹪' => '%',
        '[' | '【' | '［' => '〔',
        ']' | '】' | '］' => '〕',
        other => other,
    }
}

/// A half-width comma inside a figure stays; anywhere else it is a comma of the sentence.
fn part_commas(plain: &mut [char]) {
    for place in 0..plain.len() {
        if plain.get(place) != Some(&',') {
            continue;
        }
        let digit = |at: Option<usize>| at.and_then(|at| plain.get(at)).is_some_and(char::is_ascii_digit);
        let group = (1..=3).all(|step| digit(Some(place + step))) && !digit(Some(place + 4));
        if !(digit(place.checked_sub(1)) && group)
            && let Some(comma) = plain.get_mut(place)
        {
            *comma = '，';
        }
    }
}

fn quotations(plain: &[char]) -> Vec<bool> {
    let mut quoted = vec![false; plain.len()];
    let mut open: Option<(usize, char)> = None;
    for (place, letter) in plain.iter().enumerate() {
        match open {
            Some((start, closing)) if *letter == closing => {
                for flag in quoted.iter_mut().take(place + 1).skip(start) {
                    *flag = true;
                }
                open = None;
            }
            Some((start, _)) if place - start > LONGEST_QUOTE => open = None,
            Some(_) => {}
            None => {
                open = match letter {
                    '“' => Some((place, '”')),
                    '《' => Some((place, '》')),
                    '「' => Some((place, '」')),
                    '‘' => Some((place, '’')),
                    '"' => Some((place, '"')),
                    _ => None,
                };
            }
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(text: &str) -> Phrase {
        Phrase::new(&text.chars().collect::<Vec<_>>())
    }

    #[test]
    fn what_is_printed_is_found_again() {
        let phrase = phrase("拟培育 一星级团队 １２２ 个,增加1,200人");
        assert_eq!(phrase.words(0, 3), "拟培育");
        assert!(phrase.starts(8, "122个，增加1,200人"));
        assert_eq!(phrase.printed(8, 12), "１２２ 个");
        assert_eq!(phrase.longest_before(3, &["育", "培育"]), Some(("培育", 2)));
    }

    #[test]
    fn quotations_are_marked_only_when_they_end() {
        let closed = phrase("建“15分钟圈”和《条例》");
        assert!(closed.is_quoted(2) && closed.is_quoted(10));
        assert!(!closed.is_quoted(0) && !closed.is_quoted(8));
        let open = phrase("建“15分钟圈");
        assert!(!open.is_quoted(2));
    }
}
