//! Times in words: 年底前, 三年内, “十四五”期间, and the years a title names.

use super::dates::{Age, Day, When, dated, made, months, span, year};
use super::numbers::{chinese_integer, number};
use super::phrase::Phrase;

/// 年底前, 年内, 今年, 上半年, 三季度: a part of the document's year.
pub fn spoken(phrase: &Phrase, start: usize, age: Age) -> Option<When> {
    if phrase.starts(start, "年")
        && (phrase.before(start).is_ascii_digit() || NUMERALS.contains(phrase.before(start)))
    {
        return None;
    }
    let words: [(&str, u32, u32, i32); 20] = [
        ("今年年底前", 1, 12, 0),
        ("今年年底", 1, 12, 0),
        ("今年", 1, 12, 0),
        ("明年", 1, 12, 1),
        ("本年度", 1, 12, 0),
        ("年底前", 1, 12, 0),
        ("年底", 1, 12, 0),
        ("年末", 1, 12, 0),
        ("年内", 1, 12, 0),
        ("全年", 1, 12, 0),
        ("上半年", 1, 6, 0),
        ("下半年", 7, 12, 0),
        ("第一季度", 1, 3, 0),
        ("第二季度", 4, 6, 0),
        ("第三季度", 7, 9, 0),
        ("第四季度", 10, 12, 0),
        ("一季度", 1, 3, 0),
        ("二季度", 4, 6, 0),
        ("三季度", 7, 9, 0),
        ("四季度", 10, 12, 0),
    ];
    let (word, first, last, later) = words.into_iter().find(|(word, ..)| phrase.starts(start, word))?;
    let end = start + word.chars().count();
    let year = age.year.map(|year| year + later);
    let (from, to) = months(year, first, last);
    let known = year.is_some();
    Some(When {
        start,
        end,
        from: known.then_some(from),
        to: known.then_some(to),
        every: false,
        baseline: false,
        years: None,
    })
}

const NUMERALS: &str = "〇一二两三四五六七八九十";

/// 三年内, 6个月内, 用三年时间, 未来三年.
pub fn within(phrase: &Phrase, start: usize, age: Age) -> Option<When> {
    let count = number(phrase, start)
        .filter(|count| count.value >= 1.0 && count.value <= 60.0 && count.to.is_none())?;
    if phrase.before(start) == '第' {
        return None;
    }
    let (unit, length) = phrase.longest(count.end, &["个月", "年"])?;
    let mut end = count.end + length;
    let (_, tail) = phrase
        .longest(
            end,
            &["左右的时间", "左右时间", "的时间", "时间", "以内", "之内", "内"],
        )
        .or_else(|| {
            phrase
                .longest_before(start, &["未来", "今后", "利用", "通过", "力争用", "用"])
                .map(|_| ("", 0))
        })?;
    end += tail;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and 60"
    )]
    let count = count.value as u32;
    let months = if unit == "年" { count * 12 } else { count };
    Some(When {
        start,
        end,
        from: None,
        to: age.day.map(|day| day.later(months)),
        every: false,
        baseline: false,
        years: (unit == "年").then(|| i32::try_from(count).unwrap_or(0)),
    })
}

/// 十四五期间, “十四五”末: the n-th five years end with 2025 for the fourteenth.
pub fn five_years(phrase: &Phrase, start: usize) -> Option<When> {
    let from = if matches!(phrase.at(start), '“' | '"') {
        start + 1
    } else {
        start
    };
    let ordinal = match (phrase.at(from), phrase.at(from + 1), phrase.at(from + 2)) {
        ('十', ones, '五') => 10 + i32::try_from(chinese_integer(&ones.to_string())?).ok()?,
        _ => return None,
    };
    let mut end = from + 3;
    if matches!(phrase.at(end), '”' | '"') {
        end += 1;
    }
    let tails = ["时期末", "期末", "末期", "末", "期间", "时期", "收官之年"];
    let (tail, length) = phrase.longest(end, &tails)?;
    let last = 2025 + 5 * (ordinal - 14);
    let from = Day::of(last - 4, 1, 1);
    Some(When {
        from: (!tail.contains('末')).then_some(from),
        ..made(start, end + length, from, Day::of(last, 12, 31))
    })
}

/// The years a title names: 2024年, 2013-2014年度, 2021—2025年, “十四五”.
#[must_use]
pub fn years(phrase: &Phrase) -> Option<(i32, i32)> {
    for place in 0..phrase.len() {
        if let Some(when) = dated(phrase, place)
            && let (Some(from), Some(to)) = (
                when.from.and_then(|day| day.year),
                when.to.and_then(|day| day.year),
            )
        {
            return Some((from, to));
        }
        if phrase.at(place) == '十'
            && phrase.at(place + 2) == '五'
            && let Ok(ordinal) =
                i32::try_from(chinese_integer(&phrase.plain(place + 1, place + 2)).unwrap_or(0))
            && ordinal > 0
            && matches!(
                phrase.at(place + 3),
                '”' | '"' | '时' | '期' | '规' | '发' | '教' | '改' | '老' | '终' | '社'
            )
        {
            let last = 2025 + 5 * (10 + ordinal - 14);
            return Some((last - 4, last));
        }
        // (2021-2025) without 年, as below a title.
        if let Some((first, after)) = year(phrase, place)
            && let Some((last, _)) = span(phrase, after).and_then(|second| year(phrase, second))
            && last >= first
        {
            return Some((first, last));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_name_years() {
        for (text, years_named) in [
            ("2024年工作要点", Some((2024, 2024))),
            ("2013-2014 年度工作指南", Some((2013, 2014))),
            ("行动计划（2021—2025年）", Some((2021, 2025))),
            ("老年教育“十四五”规划", Some((2021, 2025))),
            ("实施意见", None),
        ] {
            assert_eq!(
                years(&Phrase::new(&text.chars().collect::<Vec<_>>())),
                years_named,
                "{text}"
            );
        }
    }
}
