//! Finding classes by words: pairs of characters and single characters in bitmaps, pinyin in a side table.
//!
//! Exact: a class is found by a word if and only if its text holds the word, or, for a word of letters,
//! a spelling of one of its phrases does, or an everyday word means one that its text holds (`everyday.rs`). The bitmaps
//! only narrow down where to look.

use super::everyday;
use super::model::ClassCard;
use kernel::names::normalise_width;
use kernel::pinyin;
use roaring::RoaringBitmap;
use std::collections::HashMap;
use std::sync::Arc;

/// Most words of one search that are looked at; a person's search has two or three.
const MOST_WORDS: usize = 8;
/// Most characters of one search that are looked at.
const LONGEST: usize = 60;

/// The spellings of a phrase, kept from one building of the index to the next.
pub type Spellings = HashMap<String, Arc<[String]>>;

/// The index over the classes of one snapshot; a class is its place in the snapshot.
#[derive(Debug, Default)]
pub struct SearchIndex {
    texts: Vec<String>,
    singles: HashMap<char, RoaringBitmap>,
    pairs: HashMap<(char, char), RoaringBitmap>,
    spelled: Vec<(Arc<[String]>, RoaringBitmap)>,
    name_forms: Vec<Arc<[String]>>,
}

/// The words of a search: half-width, small letters, parted at spaces.
#[must_use]
pub fn words(typed: &str) -> Vec<String> {
    let short: String = typed.chars().take(LONGEST).collect();
    normalised(&short)
        .split_whitespace()
        .take(MOST_WORDS)
        .map(str::to_owned)
        .collect()
}

fn normalised(text: &str) -> String {
    normalise_width(text).to_lowercase()
}

/// What of a class can be found.
fn phrases(card: &ClassCard) -> impl Iterator<Item = &str> {
    let place = &card.place;
    [
        card.name.as_str(),
        &card.course,
        &card.category,
        card.level.label(),
        &place.name,
        card.teacher.as_deref().unwrap_or_default(),
        place.street.as_ref().map_or("", |area| &area.name),
        place.district.as_ref().map_or("", |area| &area.name),
    ]
    .into_iter()
    .filter(|phrase| !phrase.is_empty())
}

fn text_of(card: &ClassCard) -> String {
    let mut text = String::new();
    for phrase in phrases(card) {
        if !text.split('\n').any(|known| known == phrase) {
            text.push_str(phrase);
            text.push('\n');
        }
    }
    normalised(&text)
}

fn forms_of(phrase: &str, known: &mut Spellings) -> Arc<[String]> {
    if let Some(forms) = known.get(phrase) {
        return Arc::clone(forms);
    }
    let forms: Arc<[String]> = pinyin::search_forms(&normalised(phrase)).into();
    known.insert(phrase.to_owned(), Arc::clone(&forms));
    forms
}

/// Whether a word can be pinyin: letters only.
fn is_spelling(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether a spelling answers a word: one letter must begin it, more letters may stand anywhere.
fn spells(form: &str, word: &str) -> bool {
    if word.len() == 1 {
        form.starts_with(word)
    } else {
        form.contains(word)
    }
}

impl SearchIndex {
    /// Builds the index; spellings found before are taken from `known`, new ones are added to it.
    #[must_use]
    pub fn build(cards: &[ClassCard], known: &mut Spellings) -> Self {
        let mut index = Self::default();
        let mut spelled: HashMap<&str, RoaringBitmap> = HashMap::new();
        for (at, card) in (0_u32..).zip(cards) {
            let text = text_of(card);
            for line in text.lines() {
                index.add_line(at, line);
            }
            index.texts.push(text);
            for phrase in phrases(card) {
                spelled.entry(phrase).or_default().insert(at);
            }
        }
        for (phrase, classes) in spelled {
            index.spelled.push((forms_of(phrase, known), classes));
        }
        index.name_forms = cards.iter().map(|card| forms_of(&card.name, known)).collect();
        index
    }

    fn add_line(&mut self, at: u32, line: &str) {
        let mut before = None;
        for letter in line.chars() {
            self.singles.entry(letter).or_default().insert(at);
            if let Some(before) = before {
                self.pairs.entry((before, letter)).or_default().insert(at);
            }
            before = Some(letter);
        }
    }

    /// The classes that hold every word; `None` when there is no word.
    #[must_use]
    pub fn find(&self, words: &[String]) -> Option<RoaringBitmap> {
        words
            .iter()
            .map(|word| self.with_word(word))
            .reduce(|left, right| left & right)
    }

    fn with_word(&self, word: &str) -> RoaringBitmap {
        let found = self.with_meant(word);
        match everyday::bare(word) {
            Some(bare) if found.is_empty() => self.with_meant(bare),
            _ => found,
        }
    }

    fn with_meant(&self, word: &str) -> RoaringBitmap {
        let mut found = self.with_text(word);
        for other in everyday::meant(word) {
            found |= self.with_text(other);
        }
        if is_spelling(word) {
            for (forms, classes) in &self.spelled {
                if forms.iter().any(|form| spells(form, word)) {
                    found |= classes;
                }
            }
        }
        found
    }

    fn with_text(&self, word: &str) -> RoaringBitmap {
        let letters: Vec<char> = word.chars().collect();
        if let [letter] = letters.as_slice() {
            return self.singles.get(letter).cloned().unwrap_or_default();
        }
        let mut lists = Vec::new();
        for pair in letters.windows(2) {
            let [left, right] = pair else { continue };
            match self.pairs.get(&(*left, *right)) {
                Some(list) => lists.push(list),
                None => return RoaringBitmap::new(),
            }
        }
        lists.sort_by_key(|list| list.len());
        let Some((rarest, others)) = lists.split_first() else {
            return RoaringBitmap::new();
        };
        let mut found = (*rarest).clone();
        for list in others {
            found &= *list;
        }
        if letters.len() > 2 {
            // All pairs may be there without the word: 太极拳 and 拳太极.
            found = found
                .into_iter()
                .filter(|&at| self.text(at).contains(word))
                .collect();
        }
        found
    }

    /// How well a class answers: 0 its name begins with the first word, 1 its name holds them all, 2 its course
    /// or category does, 3 only its place or teacher does, or pinyin elsewhere than at the name's start.
    #[must_use]
    pub fn closeness(&self, at: u32, card: &ClassCard, words: &[String]) -> u32 {
        let Some(first) = words.first() else {
            return 0;
        };
        // The name is the text's first line.
        let name = self.text(at).lines().next().unwrap_or_default();
        let forms = usize::try_from(at).ok().and_then(|at| self.name_forms.get(at));
        let spelled = || forms.is_some_and(|forms| forms.iter().any(|form| form.starts_with(first.as_str())));
        if name.starts_with(first.as_str()) || is_spelling(first) && spelled() {
            return 0;
        }
        let holds = |text: &str| words.iter().all(|word| text.contains(word.as_str()));
        if holds(name) {
            return 1;
        }
        let subject = normalised(&format!("{}\n{}", card.course, card.category));
        if holds(&subject) { 2 } else { 3 }
    }

    fn text(&self, at: u32) -> &str {
        usize::try_from(at)
            .ok()
            .and_then(|at| self.texts.get(at))
            .map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::card;
    use super::*;
    use kernel::pinyin::search_forms;

    /// The rule said without any index.
    fn brute_force(cards: &[ClassCard], words: &[String]) -> Vec<u32> {
        let holds = |card: &ClassCard, word: &String| {
            let text = phrases(card).any(|phrase| normalised(phrase).contains(word.as_str()));
            let spelled = is_spelling(word)
                && phrases(card).any(|phrase| {
                    search_forms(&normalised(phrase))
                        .iter()
                        .any(|form| spells(form, word))
                });
            text || spelled
        };
        (0_u32..)
            .zip(cards)
            .filter(|(_, card)| words.iter().all(|word| holds(card, word)))
            .map(|(at, _)| at)
            .collect()
    }

    fn world() -> Vec<ClassCard> {
        let names = [
            "书法入门",
            "硬笔书法",
            "法书赏析",
            "太极拳",
            "拳太极",
            "太极扇",
            "智能手机摄影",
            "AI 绘画",
            "ＡＩ写作",
            "长者声乐",
            "合唱（提高）",
            "舞蹈",
            "乐器：二胡",
            "旅游英语 A1",
        ];
        (1..).zip(names).map(|(id, name)| card(id, name)).collect()
    }

    fn names(typed: &str) -> Vec<String> {
        let cards = world();
        let index = SearchIndex::build(&cards, &mut Spellings::new());
        let found = index.find(&words(typed)).unwrap_or_default();
        (0_u32..)
            .zip(cards)
            .filter(|(at, _)| found.contains(*at))
            .map(|(_, card)| card.name)
            .collect()
    }

    #[test]
    fn finds_by_words_pinyin_and_initials() {
        for (typed, found) in [
            ("书法", vec!["书法入门", "硬笔书法"]),
            ("太极拳", vec!["太极拳"]),
            ("扇", vec!["太极扇"]),
            ("shufa", vec!["书法入门", "硬笔书法"]),
            ("sfrm", vec!["书法入门"]),
            ("ＳＨＵＦＡ　ｙｉｎｇｂｉ", vec!["硬笔书法"]),
            // Every class of this world is for beginners.
            ("shufa rumen", vec!["书法入门", "硬笔书法"]),
            ("书法 硬笔", vec!["硬笔书法"]),
            // 能 in 智能 is read nài too in old books.
            (
                "ai",
                vec![
                    "太极拳",
                    "拳太极",
                    "太极扇",
                    "智能手机摄影",
                    "AI 绘画",
                    "ＡＩ写作",
                ],
            ),
            ("zhangzhe", vec!["长者声乐"]),
            ("书法 钢琴", vec![]),
            ("书法班", vec!["书法入门", "硬笔书法"]),
            ("唱歌", vec!["长者声乐", "合唱（提高）"]),
            ("拍照课", vec!["智能手机摄影"]),
            ("没有这门课", vec![]),
        ] {
            assert_eq!(names(typed), found, "{typed}");
        }
        assert_eq!(names("曾长江").len(), 14, "by the teacher");
        assert_eq!(names("minhang xinzhuang").len(), 14, "by the area");
        assert!(words("　 ").is_empty());
    }

    #[test]
    fn the_index_agrees_with_looking_at_every_class() {
        let alphabet: Vec<char> = "书法太极拳扇合唱提高入门手机乐aisfgcy1 ".chars().collect();
        let random = platform::Random::seeded(7);
        let pick = |most: u64| -> String {
            let length = 1 + random.below(most);
            (0..length)
                .map(|_| alphabet[usize::try_from(random.below(alphabet.len() as u64)).unwrap()])
                .collect()
        };
        let mut hits = 0;
        for round in 0..40 {
            let cards: Vec<ClassCard> = (0..60).map(|id| card(id, &pick(8))).collect();
            let index = SearchIndex::build(&cards, &mut Spellings::new());
            for _ in 0..60 {
                let words = words(&pick(4));
                let found: Vec<u32> = index.find(&words).unwrap_or_default().into_iter().collect();
                let wanted = if words.is_empty() {
                    Vec::new()
                } else {
                    brute_force(&cards, &words)
                };
                assert_eq!(found, wanted, "round {round}: {words:?}");
                hits += wanted.len();
            }
        }
        assert!(hits > 1000, "the rounds must find something: {hits}");
    }

    #[test]
    fn spellings_are_kept_for_the_next_building() {
        let mut known = Spellings::new();
        let _ = SearchIndex::build(&world(), &mut known);
        let count = known.len();
        let _ = SearchIndex::build(&world(), &mut known);
        assert_eq!(known.len(), count);
        assert!(known.contains_key("书法入门"));
    }

    #[test]
    fn a_name_that_begins_with_the_word_answers_best() {
        for (typed, name, close) in [
            ("书法", "书法入门", 0),
            ("shufa", "书法入门", 0),
            ("sf", "书法入门", 0),
            ("书法", "硬笔书法", 1),
            ("书画", "太极拳", 2),
            ("莘庄", "太极拳", 3),
        ] {
            let class = card(1, name);
            let index = SearchIndex::build(std::slice::from_ref(&class), &mut Spellings::new());
            assert_eq!(index.closeness(0, &class, &words(typed)), close, "{typed} {name}");
        }
    }
}
