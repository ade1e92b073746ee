//! Everyday words for what courses are called otherwise: people type 唱歌 and 书法班, courses are named 声乐 and 书法.

/// What people say, and words of course names for it.
const MEANT: &[(&str, &[&str])] = &[
    ("唱歌", &["声乐", "合唱", "歌唱"]),
    ("跳舞", &["舞"]),
    ("画画", &["国画", "绘画", "水彩", "素描"]),
    ("写字", &["书法"]),
    ("毛笔字", &["书法"]),
    ("弹琴", &["钢琴", "电子琴", "古筝", "古琴"]),
    ("拉琴", &["二胡", "小提琴"]),
    ("拍照", &["摄影"]),
    ("照相", &["摄影"]),
    ("拍视频", &["短视频", "视频"]),
    ("烧菜", &["烹饪", "烹调", "家常菜"]),
    ("做菜", &["烹饪", "烹调", "家常菜"]),
    ("养花", &["园艺", "花卉"]),
    ("打拳", &["太极", "拳"]),
    ("电脑", &["计算机"]),
    ("走秀", &["模特", "形体"]),
    ("英文", &["英语"]),
    ("锻炼", &["健身", "太极", "保健"]),
];

/// What people put before or behind the word they mean.
const BEFORE: &[&str] = &["学习", "学"];
const BEHIND: &[&str] = &["培训班", "兴趣班", "课程", "老师", "班", "课"];

/// Other words for one that was typed.
pub(super) fn meant(word: &str) -> impl Iterator<Item = &'static str> {
    let entry = MEANT.iter().find(|(said, _)| *said == word);
    entry.into_iter().flat_map(|(_, names)| names.iter().copied())
}

/// The word without what people put around it, where two letters or more are left, or the one of a family name before 老师.
pub(super) fn bare(word: &str) -> Option<&str> {
    let front = BEFORE.iter().find_map(|before| word.strip_prefix(before));
    let core = front.unwrap_or(word);
    let back = BEHIND.iter().find_map(|behind| core.strip_suffix(behind));
    let bare = back.unwrap_or(core);
    let is_word = bare != word && (bare.chars().count() >= 2 || back.is_some() && word.ends_with("老师"));
    is_word.then_some(bare).filter(|bare| !bare.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{bare, meant};

    #[test]
    fn the_word_is_found_in_what_people_say() {
        for (said, word) in [
            ("书法班", Some("书法")),
            ("学手机", Some("手机")),
            ("学唱歌课", Some("唱歌")),
            ("顾浩老师", Some("顾浩")),
            ("王老师", Some("王")),
            ("钢琴培训班", Some("钢琴")),
            ("书法", None),
            ("班", None),
            ("上课", None),
            ("学", None),
            ("老师", None),
        ] {
            assert_eq!(bare(said), word, "{said}");
        }
        assert!(meant("唱歌").any(|name| name == "声乐"));
        assert_eq!(meant("书法").count(), 0);
    }
}
