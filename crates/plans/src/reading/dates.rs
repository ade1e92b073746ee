//! Dates and spans of time in a sentence, as a window and as a last day.

use super::numbers::chinese_integer;
use super::periods::{five_years, spoken, within};
use super::phrase::Phrase;

/// A day; without a year it returns every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// Year, none for a day of every year.
    pub year: Option<i32>,
    /// Month.
    pub month: u32,
    /// Day of the month.
    pub day: u32,
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(year) = self.year {
            write!(f, "{year:04}-")?;
        }
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl Day {
    /// A day of a year.
    #[must_use]
    pub fn of(year: i32, month: u32, day: u32) -> Self {
        Self {
            year: Some(year),
            month,
            day: day.min(length(Some(year), month)),
        }
    }

    /// So many months later, on the same day or the last of a shorter month.
    #[must_use]
    pub fn later(self, months: u32) -> Self {
        let Some(year) = self.year else { return self };
        let all = self.month.saturating_sub(1) + months;
        let years = i32::try_from(all / 12).unwrap_or(0);
        Self::of(year + years, all % 12 + 1, self.day)
    }
}

/// Days of a month.
fn length(year: Option<i32>, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_some_and(|year| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// What a document says of its own time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Age {
    /// The year that it is for; none when it is for several.
    pub year: Option<i32>,
    /// Its day, from which 三年内 counts.
    pub day: Option<Day>,
}

/// Time that a sentence speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// First character.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub to: Option<Day>,
    /// Returns every year.
    pub every: bool,
    /// Only compared with: 较2020年增长.
    pub baseline: bool,
    /// So many years from now on: 三年内.
    pub years: Option<i32>,
}

/// All times in a sentence, in its order.
#[must_use]
pub fn times(phrase: &Phrase, age: Age) -> Vec<When> {
    let mut found = Vec::new();
    let mut place = 0;
    while place < phrase.len() {
        match one(phrase, place, age) {
            Some(when) if when.end > place => {
                place = when.end;
                found.push(when);
            }
            _ => place += 1,
        }
    }
    counted_from(&mut found);
    found
}

/// 从2024年起，利用三年时间: the years count from the first of them.
fn counted_from(found: &mut [When]) {
    let mut start: Option<(i32, usize)> = None;
    for when in found {
        match (start, when.years, when.from) {
            (Some((first, end)), Some(years), None) if when.start <= end + 4 => {
                when.to = Some(Day::of(first + years - 1, 12, 31));
            }
            (_, None, Some(from)) if when.to.is_none() => start = from.year.map(|year| (year, when.end)),
            _ => start = None,
        }
    }
}

fn one(phrase: &Phrase, start: usize, age: Age) -> Option<When> {
    if phrase.at(start) == '第' && !phrase.starts(start + 2, "季度") {
        return None;
    }
    let mut found = every(phrase, start)
        .or_else(|| dated(phrase, start))
        .or_else(|| monthly(phrase, start, age.year, false).map(|when| known(when, age)))
        .or_else(|| spoken(phrase, start, age))
        .or_else(|| within(phrase, start, age))
        .or_else(|| five_years(phrase, start))?;
    if phrase.is_quoted(start)
        && phrase.is_quoted(found.end.saturating_sub(1))
        && !matches!(phrase.at(start), '“' | '"')
    {
        // A year in the name of a paper is no time of the sentence.
        found.from = None;
        found.to = None;
        found.baseline = true;
        return Some(found);
    }
    affixes(phrase, &mut found);
    Some(found)
}

/// In a document of several years a month alone is no day.
fn known(when: When, age: Age) -> When {
    if age.year.is_some() {
        return when;
    }
    When {
        from: None,
        to: None,
        ..when
    }
}

/// 前, 底, 起 after it; 自, 较, 截至 before it.
fn affixes(phrase: &Phrase, found: &mut When) {
    if phrase
        .longest_before(found.start, &["较", "比", "与", "同比", "相比"])
        .is_some()
    {
        found.baseline = true;
    }
    let strict = ["以前", "之前", "前"];
    let ends = [
        "底以前",
        "底之前",
        "底前",
        "年底前",
        "末前",
        "底",
        "末",
        "年底",
        "年末",
    ];
    if let Some((_, length)) = phrase.longest(found.end, &ends) {
        found.end += length;
        found.from = None;
        if let Some((_, length)) = phrase.longest(found.end, &strict) {
            found.end += length;
        }
    } else if let Some((_, length)) = phrase.longest(found.end, &strict)
        && !phrase.starts(found.end, "前期")
    {
        found.end += length;
        let day_printed = phrase
            .longest_before(found.end - length, &["日", "号", "底", "末", "旬"])
            .is_some();
        if !day_printed {
            found.to = found.from.map(day_before);
        }
        found.from = None;
    } else if let Some((_, length)) = phrase.longest(found.end, &["起", "开始", "以来", "以后", "之后"])
    {
        // What has been since a year is a report.
        found.baseline |= phrase.starts(found.end, "以来");
        found.end += length;
        found.to = None;
    } else if phrase.longest_before(found.start, &["到", "至"]).is_some() {
        found.from = None;
    }
}

fn day_before(day: Day) -> Day {
    match (day.day, day.month) {
        (2.., _) => Day {
            day: day.day - 1,
            ..day
        },
        (_, 1) => Day {
            year: day.year.map(|year| year - 1),
            month: 12,
            day: 31,
        },
        (_, month) => Day {
            month: month - 1,
            day: length(day.year, month - 1),
            ..day
        },
    }
}

pub fn made(start: usize, end: usize, from: Day, to: Day) -> When {
    When {
        start,
        end,
        from: Some(from),
        to: Some(to),
        every: false,
        baseline: false,
        years: None,
    }
}

/// 每年4-5月, 每年, 每季度.
fn every(phrase: &Phrase, start: usize) -> Option<When> {
    let heads = [
        "每年度",
        "每学年",
        "每学期",
        "每半年",
        "每季度",
        "每季",
        "每月",
        "每周",
        "每个月",
        "每年",
        "年均",
        "每两年",
    ];
    let (head, size) = phrase.longest(start, &heads)?;
    let end = start + size;
    let mut found = When {
        start,
        end,
        from: None,
        to: None,
        every: true,
        baseline: false,
        years: None,
    };
    if matches!(head, "每年" | "每年度")
        && let Some(months) = monthly(phrase, end, None, true)
    {
        found.end = months.end;
        found.from = months.from;
        found.to = months.to;
    }
    Some(found)
}

/// A year of four figures, with the character after it.
pub fn year(phrase: &Phrase, start: usize) -> Option<(i32, usize)> {
    let arabic = (0..4).all(|step| phrase.at(start + step).is_ascii_digit());
    let chinese = (0..4).all(|step| "零〇一二三四五六七八九".contains(phrase.at(start + step)));
    if !(arabic || chinese) || phrase.before(start).is_ascii_digit() || phrase.at(start + 4).is_ascii_digit()
    {
        return None;
    }
    let word = phrase.plain(start, start + 4);
    let value = if arabic {
        word.parse().ok()?
    } else {
        i32::try_from(chinese_integer(&word)?).ok()?
    };
    (1949..2100).contains(&value).then_some((value, start + 4))
}

/// One end of a span: its first and last day.
struct End {
    from: Day,
    to: Day,
    end: usize,
    years_only: bool,
}

/// 2022年, 2022年10月, 2022年10-12月, 2013年4月-2014年9月, 2023-2024年, 2023、2024年度.
pub fn dated(phrase: &Phrase, start: usize) -> Option<When> {
    let (first, after) = year(phrase, start)?;
    if phrase.at(after) != '年' {
        let second = span(phrase, after).or_else(|| (phrase.at(after) == '、').then_some(after + 1))?;
        let (last, end) = year(phrase, second)?;
        let end = suffix(phrase, end)?;
        return (last >= first).then(|| made(start, end, Day::of(first, 1, 1), Day::of(last, 12, 31)));
    }
    let begin = in_year(phrase, first, suffix(phrase, after)?);
    let mut found = made(start, begin.end, begin.from, begin.to);
    let Some(second) = span(phrase, begin.end) else {
        return Some(found);
    };
    let close = if let Some((last, end)) = year(phrase, second) {
        let end = suffix(phrase, end)?;
        Some(in_year(phrase, last, end))
    } else if begin.years_only {
        None
    } else {
        let close = in_year(phrase, first, second);
        (!close.years_only).then_some(close)
    };
    if let Some(close) = close
        && close.to >= begin.from
    {
        found.to = Some(close.to);
        found.end = close.end;
    }
    Some(found)
}

/// After the figure of a year: 年, 年度, 学年.
fn suffix(phrase: &Phrase, at: usize) -> Option<usize> {
    phrase
        .longest(at, &["年度", "学年度", "学年", "年"])
        .map(|(_, length)| at + length)
}

pub fn span(phrase: &Phrase, at: usize) -> Option<usize> {
    let mut end = at;
    while matches!(phrase.at(end), '-' | '~') {
        end += 1;
    }
    if end == at && matches!(phrase.at(at), '至' | '到') {
        end += 1;
    }
    (end > at).then_some(end)
}

fn in_year(phrase: &Phrase, year: i32, at: usize) -> End {
    if let Some(months) = monthly(phrase, at, Some(year), true)
        && let (Some(from), Some(to)) = (months.from, months.to)
    {
        return End {
            from,
            to,
            end: months.end,
            years_only: false,
        };
    }
    let halves = [
        ("上半年", 1, 6),
        ("下半年", 7, 12),
        ("第一季度", 1, 3),
        ("第二季度", 4, 6),
        ("第三季度", 7, 9),
        ("第四季度", 10, 12),
        ("一季度", 1, 3),
        ("二季度", 4, 6),
        ("三季度", 7, 9),
        ("四季度", 10, 12),
    ];
    let part = halves.into_iter().find(|(word, _, _)| phrase.starts(at, word));
    let (first, last, end) = part.map_or((1, 12, at), |(word, first, last)| {
        (first, last, at + word.chars().count())
    });
    End {
        from: Day::of(year, first, 1),
        to: Day::of(year, last, 31),
        end,
        years_only: part.is_none(),
    }
}

/// A small figure, Arabic or Chinese, up to `most`.
fn small(phrase: &Phrase, at: usize, most: u32) -> Option<(u32, usize)> {
    let mut end = at;
    if phrase.at(at).is_ascii_digit() {
        while phrase.at(end).is_ascii_digit() && end - at < 3 {
            end += 1;
        }
        let value: u32 = phrase.plain(at, end).parse().ok()?;
        return (1..=most).contains(&value).then_some((value, end));
    }
    while "一二三四五六七八九十".contains(phrase.at(end)) && end - at < 3 {
        end += 1;
    }
    let value = u32::try_from(chinese_integer(&phrase.plain(at, end))?).ok()?;
    (1..=most).contains(&value).then_some((value, end))
}

/// 4月, 4-5月, 4月-5月, 4月底, 9月1日至10月31日, 10月中旬.
fn monthly(phrase: &Phrase, start: usize, year: Option<i32>, after_year: bool) -> Option<When> {
    if !after_year
        && (phrase.before(start).is_ascii_digit() || matches!(phrase.before(start), '.' | '第' | '十'))
    {
        return None;
    }
    let (first, after) = small(phrase, start, 12)?;
    if phrase.at(after) != '月' {
        let second = span(phrase, after).or_else(|| (phrase.at(after) == '、').then_some(after + 1))?;
        let (last, end) = small(phrase, second, 12).filter(|(_, end)| phrase.at(*end) == '月')?;
        let (from, to) = months(year, first, last);
        return Some(made(start, end + 1, from, to));
    }
    let (from, to, end) = in_month(phrase, year, first, after + 1);
    let mut found = made(start, end, from, to);
    if let Some(second) = span(phrase, end) {
        if let Some((last, after)) = small(phrase, second, 12).filter(|(_, end)| phrase.at(*end) == '月') {
            let (_, to, end) = in_month(phrase, year, last, after + 1);
            let (_, wrapped) = months(year, first, last);
            found.to = Some(Day {
                year: wrapped.year,
                ..to
            });
            found.end = end;
        } else if let Some((day, after)) =
            small(phrase, second, 31).filter(|(_, end)| phrase.at(*end) == '日')
        {
            found.to = Some(Day {
                year,
                month: first,
                day,
            });
            found.end = after + 1;
        }
    }
    Some(found)
}

/// First and last day of months; a span over New Year ends in the next year.
pub fn months(year: Option<i32>, first: u32, last: u32) -> (Day, Day) {
    let end = if last < first {
        year.map(|year| year + 1)
    } else {
        year
    };
    (
        Day {
            year,
            month: first,
            day: 1,
        },
        Day {
            year: end,
            month: last,
            day: length(end, last),
        },
    )
}

fn in_month(phrase: &Phrase, year: Option<i32>, month: u32, at: usize) -> (Day, Day, usize) {
    let day = |day: u32| Day {
        year,
        month,
        day: day.min(length(year, month)),
    };
    if let Some((date, end)) = small(phrase, at, 31)
        && matches!(phrase.at(end), '日' | '号')
    {
        return (day(date), day(date), end + 1);
    }
    for (word, first, last) in [
        ("上旬", 1, 10),
        ("中旬", 11, 20),
        ("下旬", 21, 31),
        ("上中旬", 1, 20),
        ("中下旬", 11, 31),
        ("初", 1, 10),
    ] {
        if phrase.starts(at, word) {
            return (day(first), day(last), at + word.chars().count());
        }
    }
    if matches!(phrase.at(at), '底' | '末') {
        return (day(1), day(31), at + 1);
    }
    (day(1), day(31), at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGE: Age = Age {
        year: Some(2024),
        day: Some(Day {
            year: Some(2024),
            month: 2,
            day: 26,
        }),
    };

    fn read(text: &str) -> Vec<(String, String, bool)> {
        let shown = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        times(&Phrase::new(&text.chars().collect::<Vec<_>>()), AGE)
            .into_iter()
            .filter(|when| !when.baseline)
            .map(|when| (shown(when.from), shown(when.to), when.every))
            .collect()
    }

    #[test]
    fn times_are_read() {
        for (text, from, to, every) in [
            ("2022 年 10-12 月，组织发动", "2022-10-01", "2022-12-31", false),
            ("每年 1-3 月，划片", "01-01", "03-31", true),
            ("每年4-5月", "04-01", "05-31", true),
            ("每年5月", "05-01", "05-31", true),
            ("每年举办", "", "", true),
            ("2023-2024 年，我区", "2023-01-01", "2024-12-31", false),
            ("2024年前，全力", "", "2023-12-31", false),
            ("2024年底前", "", "2024-12-31", false),
            ("到2025年末", "", "2025-12-31", false),
            ("到2025年，", "", "2025-12-31", false),
            ("2024年6月底前", "", "2024-06-30", false),
            ("6月30日前", "", "2024-06-30", false),
            ("4月底前", "", "2024-04-30", false),
            ("11月中旬", "2024-11-11", "2024-11-20", false),
            ("9月1日至10月31日", "2024-09-01", "2024-10-31", false),
            ("2013 年 1 月-3 月", "2013-01-01", "2013-03-31", false),
            ("2013年4月-2014年9月", "2013-04-01", "2014-09-30", false),
            ("2014年9月-12月", "2014-09-01", "2014-12-31", false),
            ("二〇二三年三月", "2023-03-01", "2023-03-31", false),
            ("三年内，", "", "2027-02-26", false),
            ("用三年左右的时间", "", "2027-02-26", false),
            ("6个月内", "", "2024-08-26", false),
            ("年底前", "2024-01-01", "2024-12-31", false),
            ("上半年", "2024-01-01", "2024-06-30", false),
            ("2024年第三季度", "2024-07-01", "2024-09-30", false),
            ("“十四五”期间", "2021-01-01", "2025-12-31", false),
            ("“十五五”末", "", "2030-12-31", false),
            ("自2013年起", "2013-01-01", "", false),
            ("12月-次年", "2024-12-01", "2024-12-31", false),
            ("2024年2月29日", "2024-02-29", "2024-02-29", false),
        ] {
            let found = read(text);
            assert_eq!(
                found.first(),
                Some(&(from.to_owned(), to.to_owned(), every)),
                "{text}"
            );
        }
    }

    #[test]
    fn other_figures_are_no_times() {
        for text in [
            "60个",
            "15分钟",
            "较2020年增长",
            "《2021年年度报告》",
            "第三年",
            "第五届",
            "3个月度",
            "2024号",
            "1.5",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }
}
