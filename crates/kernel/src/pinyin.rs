//! Pinyin for sorting and for search: `书法` is found by `shufa` and by `sf`.

use crate::names::{DOUBLE_SURNAMES, is_hanzi, normalise_width};
use pinyin::{ToPinyin, ToPinyinMulti};

/// Most spellings that `search_forms` gives for one text.
pub const MOST_FORMS: usize = 16;
const MOST_FULL_FORMS: usize = 10;

/// Words of courses and places in which a character is not read as it is most often.
const WORDS: [(&str, &[&str]); 37] = [
    ("音乐", &["yin", "yue"]),
    ("声乐", &["sheng", "yue"]),
    ("乐器", &["yue", "qi"]),
    ("器乐", &["qi", "yue"]),
    ("乐理", &["yue", "li"]),
    ("民乐", &["min", "yue"]),
    ("乐队", &["yue", "dui"]),
    ("乐团", &["yue", "tuan"]),
    ("乐曲", &["yue", "qu"]),
    ("长笛", &["chang", "di"]),
    ("长三角", &["chang", "san", "jiao"]),
    ("长宁", &["chang", "ning"]),
    ("长江", &["chang", "jiang"]),
    ("长拳", &["chang", "quan"]),
    ("长桥", &["chang", "qiao"]),
    ("长征", &["chang", "zheng"]),
    ("长兴", &["chang", "xing"]),
    ("长寿", &["chang", "shou"]),
    ("长期", &["chang", "qi"]),
    ("特长", &["te", "chang"]),
    ("重阳", &["chong", "yang"]),
    ("重庆", &["chong", "qing"]),
    ("弹唱", &["tan", "chang"]),
    ("弹奏", &["tan", "zou"]),
    ("弹琴", &["tan", "qin"]),
    ("评弹", &["ping", "tan"]),
    ("会计", &["kuai", "ji"]),
    ("银行", &["yin", "hang"]),
    ("调理", &["tiao", "li"]),
    ("调养", &["tiao", "yang"]),
    ("调酒", &["tiao", "jiu"]),
    ("烹调", &["peng", "tiao"]),
    ("调解", &["tiao", "jie"]),
    ("空调", &["kong", "tiao"]),
    ("瑜伽", &["yu", "jia"]),
    ("模特", &["mo", "te"]),
    ("成都", &["cheng", "du"]),
];

/// Surnames that are not read as the character is most often.
const SURNAMES: [(&str, &[&str]); 30] = [
    ("万俟", &["mo", "qi"]),
    ("尉迟", &["yu", "chi"]),
    ("澹台", &["tan", "tai"]),
    ("单于", &["chan", "yu"]),
    ("长孙", &["zhang", "sun"]),
    ("单", &["shan"]),
    ("曾", &["zeng"]),
    ("仇", &["qiu"]),
    ("解", &["xie"]),
    ("区", &["ou"]),
    ("朴", &["piao"]),
    ("查", &["zha"]),
    ("盖", &["ge"]),
    ("翟", &["zhai"]),
    ("覃", &["qin"]),
    ("乐", &["yue"]),
    ("员", &["yun"]),
    ("郇", &["xun"]),
    ("缪", &["miao"]),
    ("种", &["chong"]),
    ("折", &["she"]),
    ("秘", &["bi"]),
    ("召", &["shao"]),
    ("繁", &["po"]),
    ("祭", &["zhai"]),
    ("卜", &["bu"]),
    ("隗", &["wei"]),
    ("洗", &["xian"]),
    ("薄", &["bo"]),
    ("阚", &["kan"]),
];

/// A character of a text with its reading, or a run of anything else.
enum Piece {
    Hanzi(char, String),
    Other(String),
}

/// The key by which a text sorts, compared byte by byte: pinyin, then the character itself, so that all 李 stand
/// together before all 黎; everything else in half-width small letters.
#[must_use]
pub fn sort_key(text: &str) -> String {
    key_of(&read(text))
}

/// As `sort_key` for a person's name: the surname is read as a surname (单 shan, 曾 zeng, 仇 qiu).
#[must_use]
pub fn person_sort_key(name: &str) -> String {
    let name = name.trim();
    let double = DOUBLE_SURNAMES.iter().any(|surname| name.starts_with(surname));
    let special = SURNAMES
        .iter()
        .find(|(surname, _)| name.starts_with(surname) && (!double || surname.chars().count() == 2));
    let Some((surname, readings)) = special else {
        return sort_key(name);
    };
    let given = name.strip_prefix(surname).unwrap_or("");
    let mut pieces: Vec<Piece> = surname
        .chars()
        .zip(*readings)
        .map(|(c, reading)| Piece::Hanzi(c, (*reading).to_owned()))
        .collect();
    pieces.extend(read(given));
    key_of(&pieces)
}

/// The whole pinyin without spaces: `书法` is `shufa`; letters and digits stay, ü is written v as people type it.
#[must_use]
pub fn full(text: &str) -> String {
    read(text).iter().map(letters).collect()
}

/// The first letters: `书法` is `sf`; letters and digits stay.
#[must_use]
pub fn initials(text: &str) -> String {
    read(text).iter().map(first_letters).collect()
}

/// Every spelling under which a text can be found, at most 16, the likeliest first: whole pinyin with other readings
/// of its characters (长 as chang and as zhang), then the initials of these.
#[must_use]
pub fn search_forms(text: &str) -> Vec<String> {
    let pieces = read(text);
    let mut forms: Vec<String> = vec![pieces.iter().map(letters).collect()];
    let mut firsts: Vec<String> = vec![pieces.iter().map(first_letters).collect()];
    // Bare `lu` for 旅 is typed as often as `lv`.
    let bare: String = forms.iter().map(|form| form.replace('v', "u")).collect();
    push_new(&mut forms, bare, MOST_FULL_FORMS);
    for choice in changes(&pieces) {
        let changed: Vec<Piece> = pieces
            .iter()
            .enumerate()
            .map(|(at, piece)| changed(piece, at, &choice))
            .collect();
        push_new(&mut forms, changed.iter().map(letters).collect(), MOST_FULL_FORMS);
        push_new(
            &mut firsts,
            changed.iter().map(first_letters).collect(),
            MOST_FORMS - MOST_FULL_FORMS,
        );
    }
    for first in firsts {
        push_new(&mut forms, first, MOST_FORMS);
    }
    forms.retain(|form| !form.is_empty());
    forms
}

fn push_new(forms: &mut Vec<String>, form: String, most: usize) {
    if forms.len() < most && !forms.contains(&form) {
        forms.push(form);
    }
}

/// Other readings to try: first one character read otherwise, then two, so the likely spellings come first.
fn changes(pieces: &[Piece]) -> Vec<Vec<(usize, String)>> {
    let single: Vec<(usize, String)> = pieces
        .iter()
        .enumerate()
        .flat_map(|(at, piece)| others(piece).into_iter().map(move |reading| (at, reading)))
        .take(MOST_FORMS)
        .collect();
    let mut all: Vec<Vec<(usize, String)>> = single.iter().map(|one| vec![one.clone()]).collect();
    for (number, first) in single.iter().enumerate() {
        let rest = single
            .iter()
            .skip(number + 1)
            .filter(|second| second.0 != first.0);
        all.extend(rest.map(|second| vec![first.clone(), second.clone()]));
    }
    all
}

fn changed(piece: &Piece, at: usize, choice: &[(usize, String)]) -> Piece {
    let other = choice.iter().find(|(place, _)| *place == at);
    match (piece, other) {
        (Piece::Hanzi(c, _), Some((_, reading))) => Piece::Hanzi(*c, reading.clone()),
        (Piece::Hanzi(c, reading), None) => Piece::Hanzi(*c, reading.clone()),
        (Piece::Other(text), _) => Piece::Other(text.clone()),
    }
}

/// The readings of a character besides the one chosen; two at most, because later ones are found in old books only.
fn others(piece: &Piece) -> Vec<String> {
    let Piece::Hanzi(c, chosen) = piece else {
        return Vec::new();
    };
    let mut found: Vec<String> = Vec::new();
    for reading in c
        .to_pinyin_multi()
        .into_iter()
        .flatten()
        .map(|one| typed(one.plain()))
    {
        if reading != *chosen {
            push_new(&mut found, reading, 2);
        }
    }
    found
}

fn read(text: &str) -> Vec<Piece> {
    let text = normalise_width(text);
    let mut rest = text.as_str();
    let mut pieces = Vec::new();
    while let Some(c) = rest.chars().next() {
        if let Some((word, readings)) = WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
            pieces.extend(
                word.chars()
                    .zip(*readings)
                    .map(|(c, reading)| Piece::Hanzi(c, (*reading).to_owned())),
            );
            rest = rest.strip_prefix(word).unwrap_or("");
            continue;
        }
        match c.to_pinyin().filter(|_| is_hanzi(c)) {
            Some(reading) => pieces.push(Piece::Hanzi(c, typed(reading.plain()))),
            None => push_other(&mut pieces, c),
        }
        rest = rest.strip_prefix(c).unwrap_or("");
    }
    pieces
}

fn push_other(pieces: &mut Vec<Piece>, c: char) {
    if let Some(Piece::Other(run)) = pieces.last_mut() {
        run.extend(c.to_lowercase());
    } else {
        pieces.push(Piece::Other(c.to_lowercase().collect()));
    }
}

fn typed(reading: &str) -> String {
    reading.replace('ü', "v").replace('ê', "e")
}

fn letters(piece: &Piece) -> String {
    match piece {
        Piece::Hanzi(_, reading) => reading.clone(),
        Piece::Other(run) => run.chars().filter(|c| c.is_alphanumeric()).collect(),
    }
}

fn first_letters(piece: &Piece) -> String {
    match piece {
        Piece::Hanzi(_, reading) => reading.chars().take(1).collect(),
        Piece::Other(_) => letters(piece),
    }
}

fn key_of(pieces: &[Piece]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Hanzi(c, reading) => parts.push(format!("{reading} {c}")),
            Piece::Other(run) => parts.extend(run.split_whitespace().map(str::to_owned)),
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings() {
        for (text, whole, first) in [
            ("书法", "shufa", "sf"),
            ("书法 A班（2）", "shufaaban2", "sfab2"),
            ("声乐", "shengyue", "sy"),
            ("快乐长者", "kuailezhangzhe", "klzz"),
            ("瑜伽", "yujia", "yj"),
            ("旅游英语", "lvyouyingyu", "lyyy"),
            ("ＰＳ修图", "psxiutu", "psxt"),
            ("䶮", "yan", "y"),
            ("！？", "", ""),
        ] {
            assert_eq!(
                (full(text).as_str(), initials(text).as_str()),
                (whole, first),
                "{text}"
            );
        }
    }

    #[test]
    fn other_readings_are_found_too() {
        for (text, wanted) in [
            ("长", &["chang", "zhang", "c", "z"][..]),
            ("声乐", &["shengyue", "shengle", "sy", "sl"]),
            (
                "长乐",
                &[
                    "changle", "zhangle", "changyue", "zhangyue", "cl", "zl", "cy", "zy",
                ],
            ),
            ("旅游", &["lvyou", "luyou", "ly"]),
            ("书法", &["shufa", "sf"]),
        ] {
            let forms = search_forms(text);
            for form in wanted {
                assert!(forms.iter().any(|f| f == form), "{text} {form} {forms:?}");
            }
        }
        assert_eq!(search_forms("书法"), ["shufa", "sf"]);
        assert_eq!(search_forms("！"), Vec::<String>::new());
        assert!(search_forms(&"长乐重行调弹朝传".repeat(9)).len() <= MOST_FORMS);
    }

    #[test]
    fn order_of_texts() {
        let mut texts = [
            "黎明", "林木", "李明", "书法", "ABC", "abd", "李刚", "2班", "黎刚", "李", "张",
        ];
        texts.sort_by_key(|text| sort_key(text));
        assert_eq!(
            texts,
            [
                "2班", "ABC", "abd", "李", "李刚", "李明", "黎刚", "黎明", "林木", "书法", "张"
            ]
        );
    }

    #[test]
    fn surnames_are_read_as_surnames() {
        for (name, start) in [
            ("单雄信", "shan 单"),
            ("曾国藩", "zeng 曾"),
            ("仇英", "qiu 仇"),
            ("解缙", "xie 解"),
            ("区大典", "ou 区"),
            ("朴正", "piao 朴"),
            ("单于明", "chan 单 yu 于"),
            ("尉迟恭", "yu 尉 chi 迟"),
            ("欧阳修", "ou 欧 yang 阳"),
            ("王单", "wang 王 dan 单"),
            ("Anna", "anna"),
        ] {
            assert!(
                person_sort_key(name).starts_with(start),
                "{name} {}",
                person_sort_key(name)
            );
        }
    }

    #[test]
    fn tables_give_one_reading_for_each_character() {
        for (word, readings) in WORDS.iter().chain(&SURNAMES) {
            assert_eq!(word.chars().count(), readings.len(), "{word}");
        }
    }

    proptest! {
        #[test]
        fn a_longer_text_sorts_after_its_beginning(start in "[李黎林书法张王芳]{1,6}", more in "[李黎林书法张王芳a-z0-9]{1,6}") {
            let longer = sort_key(&[start.as_str(), &more].concat());
            prop_assert!(sort_key(&start) < longer);
        }

        #[test]
        fn any_text_has_bounded_forms(text in "\\PC{0,30}") {
            let forms = search_forms(&text);
            prop_assert!(forms.len() <= MOST_FORMS);
            let whole = full(&text);
            prop_assert!(whole.is_empty() || forms.first() == Some(&whole));
        }
    }
}
