//! Figures: Arabic and Chinese numerals, spans, shares, ratios, and the unit after them.

use super::phrase::{Phrase, Words, list};

/// A figure with its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The figure, 万 and 亿 multiplied out.
    pub value: f64,
    /// Upper end of a span.
    pub to: Option<f64>,
    /// Unit as printed.
    pub unit: String,
    /// First character.
    pub start: usize,
    /// Where the unit begins.
    pub unit_start: usize,
    /// The character after the unit.
    pub end: usize,
    /// Written in Chinese numerals.
    pub chinese: bool,
    /// 余, 多, 近: not meant to the unit.
    pub vague: bool,
}

/// Units that are counted or measured, longest match wins.
pub static UNITS: Words = Words::new(|| {
    list(
        "分 对 平方 m2 个百分点 百分点 个学时 个课时 个学分 个小时 个 所 家 项 名 人次 人·次 人/次 人 位 门次 门 场次 \
         场 次 期 条 支 篇 册 本 部 套 堂 节 课时 学时 学分 小时 分钟 平方米 平米 ㎡ m² 平方公里 公里 米 \
         亩 元 处 座 间 类 种 份 户 站 台 幅 件 天 倍 讲 集 款 组 队 辆 个月 年 月 日 周 岁 周岁 届 批 \
         轮 级 大 步 层 章 号 页 颗 星 床 张 例 盏 块 片 枚 副 方面 环节 课 期次 档",
    )
});
/// What may follow a unit of money, hours or area: 元/人·年.
static PER: Words =
    Words::new(|| list("/人·年 /人/年 /人年 /人 /生 /年 /学年 /学期 /课时 /学时 /周 /月 /次"));

/// Reads the figure that begins there.
#[must_use]
pub fn figure(phrase: &Phrase, start: usize) -> Option<Figure> {
    special(phrase, start).or_else(|| counted(phrase, start))
}

/// 百分之六十, 三分之一, 六成, 1:1, 翻一番: figures that bring their unit along.
fn special(phrase: &Phrase, start: usize) -> Option<Figure> {
    for (head, unit) in [("百分之", "%"), ("千分之", "‰"), ("万分之", "‱")] {
        if !phrase.starts(start, head) {
            continue;
        }
        let first = number(phrase, start + 3)?;
        let mut found = made(first.value, unit, start, first.end);
        if let Some(joint) = joint(phrase, first.end) {
            let again = if phrase.starts(joint, head) {
                joint + 3
            } else {
                joint
            };
            if let Some(second) = number(phrase, again) {
                found.to = Some(second.value);
                found.end = second.end;
            }
        }
        found.chinese = true;
        return Some(found);
    }
    doubling(phrase, start).or_else(|| fraction(phrase, start))
}

fn doubling(phrase: &Phrase, start: usize) -> Option<Figure> {
    if phrase.at(start) != '翻' {
        return None;
    }
    let times = number(phrase, start + 1).filter(|times| phrase.at(times.end) == '番')?;
    (times.value <= 8.0).then(|| made(2f64.powf(times.value), "倍", start, times.end + 1))
}

/// 三分之一, 1:1, 一比一, 六成.
fn fraction(phrase: &Phrase, start: usize) -> Option<Figure> {
    let first = number(phrase, start)?;
    let chinese = first.chinese;
    if phrase.starts(first.end, "分之") {
        let second = number(phrase, first.end + 2)?;
        let share = (second.value / first.value * 10000.0).round() / 100.0;
        return (first.value > 0.0).then(|| Figure {
            chinese,
            ..made(share, "%", start, second.end)
        });
    }
    if matches!(phrase.at(first.end), ':' | '比') {
        let second =
            number(phrase, first.end + 1).filter(|second| second.chinese == chinese && second.value > 0.0)?;
        if ":-%万".contains(phrase.at(second.end))
            || (phrase.at(second.end) == '分' && phrase.at(first.end) == ':')
        {
            return None;
        }
        // 8:30 is a time of day, 1:1.5 and 1:20 are ratios.
        if phrase.at(first.end) == ':'
            && second.end - first.end == 3
            && first.value > 4.0
            && second.value < 60.0
        {
            return None;
        }
        let ratio = (first.value / second.value * 10000.0).round() / 10000.0;
        return Some(Figure {
            chinese,
            ..made(ratio, "ratio", start, second.end)
        });
    }
    if phrase.at(first.end) == '成'
        && chinese
        && first.value < 10.0
        && matches!(
            phrase.at(first.end + 1),
            '以' | '左' | '，' | '。' | '；' | '\0' | '的'
        )
    {
        return Some(Figure {
            chinese,
            ..made(first.value * 10.0, "%", start, first.end + 1)
        });
    }
    None
}

fn made(value: f64, unit: &str, start: usize, end: usize) -> Figure {
    Figure {
        value,
        to: None,
        unit: unit.to_owned(),
        start,
        unit_start: end,
        end,
        chinese: true,
        vague: false,
    }
}

/// A number and the unit after it, or a span of two.
fn counted(phrase: &Phrase, start: usize) -> Option<Figure> {
    let first = number(phrase, start)?;
    let mut found = Figure {
        value: first.value,
        to: first.to,
        unit: String::new(),
        start,
        unit_start: first.end,
        end: first.end,
        chinese: first.chinese,
        vague: first.vague,
    };
    if first.to.is_none() {
        let own = unit(phrase, first.end);
        let after = own.as_ref().map_or(first.end, |(_, end)| *end);
        if let Some(second) = joint(phrase, after).and_then(|second| number(phrase, second))
            && second.to.is_none()
            && let Some((name, end)) = unit(phrase, second.end)
            && own.as_ref().is_none_or(|(own, _)| *own == name)
        {
            // 2-3万人次: the multiplier belongs to both.
            let lifted = if own.is_none()
                && second.scale > 1.0
                && first.scale <= 1.0
                && first.value < second.value / second.scale
            {
                first.value * second.scale
            } else {
                first.value
            };
            if lifted < second.value {
                found.value = lifted;
                found.to = Some(second.value);
                found.unit = name;
                found.unit_start = second.end;
                found.end = end;
                return Some(found);
            }
        }
    }
    let (name, end) = unit(phrase, first.end)?;
    found.unit = name;
    found.end = end;
    Some(found)
}

/// The unit that stands there.
fn unit(phrase: &Phrase, at: usize) -> Option<(String, usize)> {
    if phrase.at(at) == '%' {
        return Some(("%".to_owned(), at + 1));
    }
    if matches!(phrase.at(at), '‰' | '‱') {
        return Some((phrase.at(at).to_string(), at + 1));
    }
    let (word, length) = phrase.longest(at, &UNITS)?;
    let mut end = at + length;
    // 师徒8对 counts pairs, 20个对口 does not.
    if word == "对" && !"，、；。）\0".contains(phrase.at(end)) {
        return None;
    }
    let mut name = match word {
        "个百分点" => "百分点".to_owned(),
        "个学时" | "个课时" | "个学分" | "个小时" => word.trim_start_matches('个').to_owned(),
        "人·次" | "人/次" => "人次".to_owned(),
        _ => word.to_owned(),
    };
    // 人（次）, 篇（次）, 所（个）
    if phrase.at(end) == '（' && phrase.at(end + 2) == '）' && !"含兼".contains(phrase.at(end + 1)) {
        if word == "人" && phrase.at(end + 1) == '次' {
            name = "人次".to_owned();
        }
        end += 3;
    }
    if let Some((per, length)) = phrase.longest(end, &PER) {
        // 元/人 is a unit of its own, 次/年 counts times.
        if word == "元" {
            name.push_str(per);
        }
        end += length;
    }
    Some((name, end))
}

/// 2-3, 2~3, 2至3, 3到5: where the second figure begins.
fn joint(phrase: &Phrase, at: usize) -> Option<usize> {
    let mut end = at;
    while matches!(phrase.at(end), '-' | '~') {
        end += 1;
    }
    if end == at && matches!(phrase.at(at), '至' | '到') {
        end += 1;
    }
    (end > at && end - at <= 4).then_some(end)
}

/// A number without its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// Its value.
    pub value: f64,
    /// Upper end, for 三五 and 两三.
    pub to: Option<f64>,
    /// What 万 and the like multiplied it with.
    pub scale: f64,
    /// The character after it.
    pub end: usize,
    /// Written in Chinese numerals.
    pub chinese: bool,
    /// 余, 多 after it.
    pub vague: bool,
}

/// Reads the number that begins there.
#[must_use]
pub fn number(phrase: &Phrase, start: usize) -> Option<Number> {
    if phrase.at(start).is_ascii_digit() {
        arabic(phrase, start)
    } else {
        chinese(phrase, start)
    }
}

fn arabic(phrase: &Phrase, start: usize) -> Option<Number> {
    let mut end = start;
    let mut digits = String::new();
    loop {
        let letter = phrase.at(end);
        let inside = phrase.at(end + 1).is_ascii_digit() && end > start;
        match letter {
            '0'..='9' => digits.push(letter),
            ',' if inside => {}
            '.' if inside && !digits.contains('.') => digits.push('.'),
            _ => break,
        }
        end += 1;
    }
    let mut value: f64 = digits.parse().ok().filter(|_| digits.len() <= 15)?;
    let mut vague = false;
    let mut scale = 1.0;
    loop {
        match phrase.at(end) {
            '余' | '多' if !vague && !phrase.starts(end, "多元") => vague = true,
            '+' if !vague => vague = true,
            '百' if scale < 100.0 && !phrase.starts(end, "百分") => scale *= 100.0,
            '千' if scale < 100.0 && !phrase.starts(end, "千米") => scale *= 1000.0,
            '万' if scale < 1e8 => scale *= 1e4,
            '亿' if scale < 1e8 => scale *= 1e8,
            _ => break,
        }
        end += 1;
    }
    value *= scale;
    Some(Number {
        value: (value * 1e6).round() / 1e6,
        to: None,
        scale,
        end,
        chinese: false,
        vague,
    })
}

const NUMERALS: &str = "零〇一二两三四五六七八九十百千万亿";

fn chinese(phrase: &Phrase, start: usize) -> Option<Number> {
    let mut end = start;
    while NUMERALS.contains(phrase.at(end)) && end - start < 16 {
        end += 1;
    }
    if end == start
        || phrase.starts(end.saturating_sub(1), "百分")
        || phrase.starts(end.saturating_sub(1), "万分")
        || phrase.starts(end.saturating_sub(1), "千分")
    {
        return None;
    }
    let word = phrase.plain(start, end);
    if let Some(value) = lone(phrase, start, &word) {
        let more = usize::from(matches!(phrase.at(end), '余' | '多'));
        return Some(Number {
            value,
            to: None,
            scale: 1.0,
            end: end + more,
            chinese: true,
            vague: more > 0,
        });
    }
    if phrase.at(end) == '点' && "零〇一二三四五六七八九".contains(phrase.at(end + 1)) {
        return point(phrase, &word, end);
    }
    let mut vague = false;
    let whole = word.clone();
    if matches!(phrase.at(end), '余' | '多') && word.ends_with(['十', '百', '千', '万', '亿']) {
        vague = true;
        end += 1;
    }
    let scale = if vague && matches!(phrase.at(end), '万' | '亿') {
        end += 1;
        if phrase.before(end) == '万' { 1e4 } else { 1e8 }
    } else {
        1.0
    };
    if let Some((low, high)) = neighbours(&whole) {
        return Some(Number {
            value: low,
            to: Some(high),
            scale: 1.0,
            end,
            chinese: true,
            vague: true,
        });
    }
    #[expect(clippy::cast_precision_loss, reason = "no document counts beyond 2^52")]
    let value = chinese_integer(&whole)? as f64 * scale;
    Some(Number {
        value,
        to: None,
        scale: 1.0,
        end,
        chinese: true,
        vague,
    })
}

/// 近百场, 上千人次: with a word before it the multiplier alone is a number.
fn lone(phrase: &Phrase, start: usize, word: &str) -> Option<f64> {
    let value = match word {
        "百" => 100.0,
        "千" => 1000.0,
        "万" => 10_000.0,
        _ => return None,
    };
    let end = start + 1;
    let above = (end + 1..end + 4).any(|place| phrase.starts(place, "以上"));
    let alone = !"零〇一二三四五六七八九十百千万亿几数".contains(phrase.before(start))
        && !phrase.before(start).is_ascii_digit();
    let more = matches!(phrase.at(end), '余' | '多');
    (alone && (above || more || "近上逾约超".contains(phrase.before(start)))).then_some(value)
}

/// 零点五, 一点二.
fn point(phrase: &Phrase, whole: &str, mark: usize) -> Option<Number> {
    let mut value = chinese_integer(whole)?.to_string();
    value.push('.');
    let mut end = mark + 1;
    while let Some(digit) = digit(phrase.at(end)) {
        value.push_str(&digit.to_string());
        end += 1;
    }
    let scale = match phrase.at(end) {
        '万' => 1e4,
        '亿' => 1e8,
        _ => 1.0,
    };
    if scale > 1.0 {
        end += 1;
    }
    let value: f64 = value.parse().ok()?;
    Some(Number {
        value: (value * scale * 1e6).round() / 1e6,
        to: None,
        scale,
        end,
        chinese: true,
        vague: false,
    })
}

/// 两三, 三五, 七八, 二三十: two figures side by side mean from one to the other.
fn neighbours(word: &str) -> Option<(f64, f64)> {
    let letters: Vec<char> = word.chars().collect();
    let (low, high, tens) = match letters.as_slice() {
        [low, high] => (digit(*low)?, digit(*high)?, 1.0),
        [low, high, '十'] => (digit(*low)?, digit(*high)?, 10.0),
        [low, high, '百'] => (digit(*low)?, digit(*high)?, 100.0),
        _ => return None,
    };
    (low > 0 && low < high && high - low <= 2).then(|| (f64::from(low) * tens, f64::from(high) * tens))
}

fn digit(letter: char) -> Option<u32> {
    Some(match letter {
        '零' | '〇' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// The value of a whole number in Chinese numerals: 三十五, 一百零二, 两千, 二〇二二, 十二.
#[must_use]
pub fn chinese_integer(word: &str) -> Option<u64> {
    let letters: Vec<char> = word.chars().collect();
    if letters.is_empty() || letters.len() > 16 {
        return None;
    }
    if letters.len() > 1 && letters.iter().all(|letter| digit(*letter).is_some()) {
        // By place, as in years.
        return letters
            .iter()
            .try_fold(0u64, |sum, letter| Some(sum * 10 + u64::from(digit(*letter)?)));
    }
    // 百姓, 千家, 万户: a multiplier alone is no number, but 十 is.
    if letters
        .first()
        .is_some_and(|first| matches!(first, '百' | '千' | '万' | '亿'))
    {
        return None;
    }
    let (mut sum, mut section, mut current) = (0u64, 0u64, None::<u64>);
    let mut least = u64::MAX;
    for letter in letters {
        if let Some(digit) = digit(letter) {
            if current.is_some_and(|before| before != 0) {
                return None;
            }
            current = Some(u64::from(digit));
            continue;
        }
        let scale: u64 = match letter {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            '万' => 10_000,
            '亿' => 100_000_000,
            _ => return None,
        };
        if scale < 10_000 {
            if scale >= least {
                return None;
            }
            least = scale;
            section += current.take().unwrap_or(1) * scale;
        } else {
            sum = (sum + section + current.take().unwrap_or(0)) * scale;
            section = 0;
            least = u64::MAX;
        }
    }
    Some(sum + section + current.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(f64, Option<f64>, String)> {
        figure(&Phrase::new(&text.chars().collect::<Vec<_>>()), 0)
            .map(|found| (found.value, found.to, found.unit))
    }

    #[test]
    fn figures_are_read() {
        for (text, value, to, unit) in [
            ("122 个", 122.0, None, "个"),
            ("１２所", 12.0, None, "所"),
            ("1,200人次", 1200.0, None, "人次"),
            ("1.5万人次", 15000.0, None, "人次"),
            ("2.3亿元", 230_000_000.0, None, "元"),
            ("300余场", 300.0, None, "场"),
            ("3万余人次", 30000.0, None, "人次"),
            ("四家", 4.0, None, "家"),
            ("两个教室", 2.0, None, "个"),
            ("三十五门", 35.0, None, "门"),
            ("一百二十名", 120.0, None, "名"),
            ("两千平方米", 2000.0, None, "平方米"),
            ("十余场", 10.0, None, "场"),
            ("2--3 个", 2.0, Some(3.0), "个"),
            ("2–3个", 2.0, Some(3.0), "个"),
            ("3至5门", 3.0, Some(5.0), "门"),
            ("一至二项", 1.0, Some(2.0), "项"),
            ("3个至5个", 3.0, Some(5.0), "个"),
            ("30%-40%", 30.0, Some(40.0), "%"),
            ("30-40%", 30.0, Some(40.0), "%"),
            ("2-3万人次", 20000.0, Some(30000.0), "人次"),
            ("两三个", 2.0, Some(3.0), "个"),
            ("三五家", 3.0, Some(5.0), "家"),
            ("60%", 60.0, None, "%"),
            ("百分之六十五", 65.0, None, "%"),
            ("百分之六十至百分之七十", 60.0, Some(70.0), "%"),
            ("万分之零点五", 0.5, None, "‱"),
            ("万分之1.5", 1.5, None, "‱"),
            ("千分之三", 3.0, None, "‰"),
            ("三分之二", 66.67, None, "%"),
            ("六成以上", 60.0, None, "%"),
            ("1:1", 1.0, None, "ratio"),
            ("1∶1", 1.0, None, "ratio"),
            ("1：20", 0.05, None, "ratio"),
            ("一比一", 1.0, None, "ratio"),
            ("翻一番", 2.0, None, "倍"),
            ("3个百分点", 3.0, None, "百分点"),
            ("40学时", 40.0, None, "学时"),
            ("2元/人·年", 2.0, None, "元/人·年"),
            ("200人（次）", 200.0, None, "人次"),
        ] {
            assert_eq!(read(text), Some((value, to, unit.to_owned())), "{text}");
        }
    }

    #[test]
    fn words_are_no_figures() {
        for text in [
            "百姓",
            "千家万户",
            "十四五",
            "一流",
            "百分点",
            "万物",
            "二十",
            "8:30",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn chinese_numerals_have_their_value() {
        for (word, value) in [
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("一百零二", 102),
            ("三千五百", 3500),
            ("一万二千", 12000),
            ("二〇二二", 2022),
            ("两", 2),
            ("一亿", 100_000_000),
        ] {
            assert_eq!(chinese_integer(word), Some(value), "{word}");
        }
        for word in ["", "百", "十百", "三五十", "人"] {
            assert_eq!(chinese_integer(word), None, "{word}");
        }
    }
}
