//! What stands before and after the text: title, number, issuer, day.

use super::dates::{self, Age, Day, When};
use super::draft::Note;
use super::labels;
use super::periods;
use super::phrase::{Phrase, Words, list};
use super::text::{Paragraph, is_date};

/// What a document says of itself.
#[derive(Debug, Clone, Default)]
pub struct Front {
    /// Title.
    pub title: Option<String>,
    /// 发文字号.
    pub number: Option<String>,
    /// Who signed it.
    pub issuer: Option<String>,
    /// Its day or month as ISO text.
    pub date: Option<String>,
    /// First and last year it is for, where the title names them.
    pub years: Option<(i32, i32)>,
    /// Its day, for what counts from it.
    pub day: Option<Day>,
    /// The paragraph after the title.
    pub body: usize,
    /// What a person should look at.
    pub notes: Vec<Note>,
}

impl Front {
    /// What the sentences need to know of the document's time.
    #[must_use]
    pub fn age(&self) -> Age {
        Age {
            year: match self.years {
                Some((first, last)) => (first == last).then_some(first),
                None => self.day.and_then(|day| day.year),
            },
            day: self.day,
        }
    }

    /// Takes what the text does not say from the lines of a web page above it: 发布机构, 文号, 成文日期.
    fn fill_in(&mut self, paragraphs: &[Paragraph]) {
        for paragraph in paragraphs.iter().take(40) {
            let phrase = Phrase::new(&paragraph.letters);
            if self.issuer.is_none()
                && let Some(value) = named_value(
                    &phrase,
                    &[
                        "发布机构:",
                        "发文机关:",
                        "发文单位:",
                        "制发机关:",
                        "发布单位:",
                        "发文机构:",
                    ],
                )
            {
                self.issuer = Some(value);
            }
            if self.number.is_none()
                && let Some(value) = named_value(&phrase, &["文号:", "发文字号:", "文件编号:", "发文号:"])
                && value.ends_with('号')
            {
                self.number = Some(value);
            }
            if self.date.is_none()
                && let Some(value) = named_value(
                    &phrase,
                    &[
                        "成文日期:",
                        "发文日期:",
                        "印发日期:",
                        "发布日期:",
                        "生成日期:",
                        "发布时间:",
                    ],
                )
                && let Some(day) = plain_day(&value)
            {
                self.date = Some(day.to_string());
                self.day = Some(day);
            }
        }
        if self.issuer.is_none() {
            let letter = paragraphs
                .iter()
                .take(20)
                .map(compact)
                .find(|words| words.contains("关于印发"));
            self.issuer = from_title(letter.as_deref());
        }
    }

    /// The last day of the years that the title names.
    #[must_use]
    pub fn due(&self) -> Option<Day> {
        self.years.map(|(_, last)| Day::of(last, 12, 31))
    }

    /// The first day of the years that the title names, else of the year of its day: what was before is a report.
    #[must_use]
    pub fn begin(&self) -> Option<Day> {
        let year = self
            .years
            .map(|(first, _)| first)
            .or_else(|| self.day.and_then(|day| day.year));
        year.map(|year| Day::of(year, 1, 1))
    }
}

/// Last words of titles.
static TITLES: Words = Words::new(|| {
    list(
        "分解表 任务表 台账 安排表 进度表 一览表 要点 方案 意见 指南 规划 计划 办法 细则 纲要 规定 决定 指引 安排 清单 措施 规程 工作任务 \
        若干政策 任务分解 任务书 行动 通知 函 通报 批复 任务 思路",
    )
});
/// Last words of those who issue.
static ISSUERS: Words = Words::new(|| {
    list(
        "局 委员会 办公室 政府 厅 部 委 办 中心 学院 大学 领导小组 联席会议 党委 处 街道 镇 会 学校 \
        指导小组 党组 总校",
    )
});
/// Paragraphs that are looked through before the text begins.
const REACH: usize = 400;
/// The longest title, in characters.
const LONGEST_TITLE: usize = 90;

/// Reads what stands around the text.
#[must_use]
pub fn read(paragraphs: &[Paragraph]) -> Front {
    let mut front = Front::default();
    let first_label = paragraphs
        .iter()
        .position(|paragraph| labels::read(&paragraph.letters).is_some())
        .unwrap_or(paragraphs.len());
    let head = paragraphs.get(..first_label.min(REACH)).unwrap_or_default();
    let (title, body) = title(head);
    front.title = title;
    front.body = body;
    front.number = head
        .iter()
        .chain(paragraphs.iter().rev().take(20))
        .find_map(own_number);
    let dates: Vec<(usize, When)> = paragraphs
        .iter()
        .enumerate()
        .filter(|(_, paragraph)| !paragraph.row)
        .filter_map(|(place, paragraph)| Some((place, day_of(paragraph)?)))
        .collect();
    if let Some((_, when)) = dates.first() {
        let whole = when.from == when.to;
        front.date = when.from.map(|day| {
            let shown = day.to_string();
            if whole {
                shown
            } else {
                shown.chars().take(7).collect()
            }
        });
        front.day = when.to;
        let other = dates
            .iter()
            .find(|(_, other)| other.from.and_then(|day| day.year) != when.from.and_then(|day| day.year));
        if let Some((place, other)) = other {
            front.notes.push(Note {
                line: paragraphs.get(*place).map(|paragraph| paragraph.line_from),
                sentence: format!(
                    "文件里有两个落款日期（{} 和 {}），用了前一个，请核对。",
                    when.from.map(|day| day.to_string()).unwrap_or_default(),
                    other.from.map(|day| day.to_string()).unwrap_or_default()
                ),
            });
        }
    }
    front.issuer = dates
        .iter()
        .find_map(|(place, _)| signer(paragraphs, *place))
        .or_else(|| from_title(front.title.as_deref()))
        .or_else(|| head.iter().find_map(letterhead));
    front.fill_in(paragraphs);
    front.years = years(&front, head);
    front
}

/// The years of the title, or of a line in brackets below it.
fn years(front: &Front, head: &[Paragraph]) -> Option<(i32, i32)> {
    let title = front.title.as_ref()?;
    let letters: Vec<char> = title.chars().collect();
    periods::years(&Phrase::new(&letters)).or_else(|| {
        let below = head.get(front.body.checked_sub(1)?)?;
        let phrase = Phrase::new(&below.letters);
        (phrase.at(0) == '（' && phrase.len() < 20)
            .then(|| periods::years(&phrase))
            .flatten()
    })
}

/// What stands behind one of these labels, up to the next tab or the end of the line.
fn named_value(phrase: &Phrase, labels: &[&str]) -> Option<String> {
    let (from, length) = (0..phrase.len())
        .find_map(|place| phrase.longest(place, labels).map(|(_, length)| (place, length)))?;
    let start = from + length;
    // Tabs are spaces and fall away: the next label ends the value.
    let others = [
        "索引号",
        "发布",
        "文号",
        "成文",
        "发文",
        "生成",
        "有效",
        "主题",
        "分类",
        "公开",
        "信息",
        "来源",
        "浏览",
        "关键",
        "废止",
        "统一",
        "名称",
        "体裁",
        "印发",
    ];
    let end = (start + 1..phrase.len())
        .find(|place| phrase.longest(*place, &others).is_some())
        .unwrap_or(phrase.len());
    let value = phrase.plain(start, end);
    (2..=40).contains(&value.chars().count()).then_some(value)
}

/// 2024-02-26, 2024/2/26, 2024年2月26日.
fn plain_day(value: &str) -> Option<Day> {
    let mut parts = value
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|part| !part.is_empty());
    let year: i32 = parts
        .next()?
        .parse()
        .ok()
        .filter(|year| (1949..2100).contains(year))?;
    let month: u32 = parts
        .next()?
        .parse()
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    let day: u32 = parts.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    Some(Day::of(year, month, day))
}

fn compact(paragraph: &Paragraph) -> String {
    paragraph
        .letters
        .iter()
        .filter(|letter| !letter.is_whitespace())
        .collect()
}

/// A line of a title: short, without the marks of a sentence.
fn is_titlelike(paragraph: &Paragraph) -> bool {
    let phrase = Phrase::new(&paragraph.letters);
    let marks =
        (0..phrase.len()).any(|place| !phrase.is_quoted(place) && "。；！？，:".contains(phrase.at(place)));
    !paragraph.row
        && !marks
        && (2..LONGEST_TITLE).contains(&phrase.len())
        && !is_date(&paragraph.letters)
        && phrase
            .longest(0, &["附件", "抄送", "各", "公开", "主题词"])
            .is_none()
        && own_number(paragraph).is_none()
}

fn ends_title(paragraph: &Paragraph) -> bool {
    let phrase = Phrase::new(&paragraph.letters);
    let mut end = phrase.len();
    // 要点（试行）, 行动计划（2021-2025年）
    if phrase.before(end) == '）'
        && let Some(open) = (0..end).rev().find(|place| phrase.at(*place) == '（')
        && end - open < 16
    {
        end = open;
    }
    if matches!(phrase.before(end), '》' | '”') {
        end -= 1;
    }
    end > 3 && phrase.longest_before(end, &TITLES).is_some()
}

/// The title nearest to the text, and the paragraph after it.
fn title(head: &[Paragraph]) -> (Option<String>, usize) {
    let letter = head
        .iter()
        .position(|paragraph| ends_title(paragraph) && is_titlelike(paragraph));
    let last = head
        .iter()
        .rposition(|paragraph| ends_title(paragraph) && is_titlelike(paragraph));
    let Some(last) = last else {
        return (named_inside(head), 0);
    };
    let mut first = last;
    while first > 0
        && last - first < 4
        && let Some(above) = head.get(first - 1)
        && let Some(line) = head.get(first)
        && continues(above, line)
    {
        first -= 1;
    }
    let mut words: String = head
        .get(first..=last)
        .unwrap_or_default()
        .iter()
        .map(compact)
        .collect();
    let mut body = last + 1;
    if let Some(below) = head.get(body) {
        let below = compact(below);
        if below.starts_with(['（', '(']) && below.chars().count() < 20 && !below.contains("无正文") {
            if below.chars().any(|letter| letter.is_ascii_digit())
                && below.contains('-') | below.contains('—') | below.contains('年')
            {
                words.push_str(&below);
            }
            body += 1;
        }
    }
    // A letter that carries the paper along: the paper's name stands in its title.
    if letter == Some(last)
        && let Some(inner) = inside(&words)
    {
        return (Some(inner), body);
    }
    (Some(words), body)
}

/// This line goes on with the title that the line above began.
fn continues(above: &Paragraph, line: &Paragraph) -> bool {
    let words = compact(above);
    let next = compact(line);
    if !is_titlelike(above) || words.ends_with("文件") || words.chars().count() < 3 {
        return false;
    }
    if words.starts_with(['（', '(']) {
        return false;
    }
    let unclosed = words.matches('《').count() > words.matches('》').count();
    if unclosed || words.ends_with("关于印发") || words.ends_with("关于") || words.ends_with('的') {
        return true;
    }
    if next.starts_with("关于") {
        return ISSUERS.iter().any(|issuer| words.ends_with(issuer));
    }
    !ends_title(above) && !ISSUERS.iter().any(|issuer| words.ends_with(issuer))
}

/// 《…》 in 关于印发《…》的通知.
fn inside(words: &str) -> Option<String> {
    let (_, rest) = words.split_once("印发")?;
    let (inner, tail) = match rest.split_once('《') {
        Some((_, rest)) => rest.rsplit_once('》')?,
        None => rest.rsplit_once("的通知")?,
    };
    let _ = tail;
    (inner.chars().count() > 3).then(|| inner.to_owned())
}

fn named_inside(head: &[Paragraph]) -> Option<String> {
    head.iter().find_map(|paragraph| inside(&compact(paragraph)))
}

/// The number of the document itself, alone on a line or after the name of the paper.
fn own_number(paragraph: &Paragraph) -> Option<String> {
    if paragraph.row || paragraph.letters.len() > 60 {
        return None;
    }
    let phrase = Phrase::new(&paragraph.letters);
    let mut end = phrase.len();
    if phrase.before(end) != '号' {
        return None;
    }
    let close = (0..end)
        .rev()
        .find(|place| matches!(phrase.at(*place), '〕' | '）'))?;
    let year = (close.checked_sub(4)?..close).all(|place| phrase.at(place).is_ascii_digit());
    let open = close.checked_sub(5)?;
    if !year || !matches!(phrase.at(open), '〔' | '（') {
        return None;
    }
    let figures =
        (close + 1..end - 1).all(|place| phrase.at(place).is_ascii_digit() || phrase.at(place) == '第');
    if !figures || close + 2 > end {
        return None;
    }
    let mut start = open;
    while start > 0 && open - start < 14 && !"，。；:》《）文件".contains(phrase.before(start)) {
        start -= 1;
    }
    if start == open || (start > 0 && !matches!(phrase.before(start), ':' | '件')) {
        return None;
    }
    if start > 0 && phrase.before(start) == '文' {
        return None;
    }
    end = phrase.len();
    let name = phrase.plain(start, open);
    let count = phrase.plain(close + 1, end);
    Some(format!("{name}〔{}〕{count}", phrase.plain(open + 1, close)))
}

/// The day of a line that is nothing but a date, or ends with one after a name.
fn day_of(paragraph: &Paragraph) -> Option<When> {
    if !is_date(&paragraph.letters) {
        return None;
    }
    let phrase = Phrase::new(&paragraph.letters);
    dates::times(&phrase, Age::default())
        .into_iter()
        .find(|when| when.from.is_some() && when.to.is_some())
}

/// The first of the names that stand above the date.
fn signer(paragraphs: &[Paragraph], date: usize) -> Option<String> {
    let mut found = None;
    for paragraph in paragraphs.get(date.saturating_sub(4)..date)?.iter().rev() {
        // Two names on one line: the first is the lead. Letters set apart are one name.
        let line = paragraph.text();
        let first = line.split_whitespace().next().unwrap_or_default();
        let apart = first.chars().count() >= 4 && ISSUERS.iter().any(|issuer| first.ends_with(issuer));
        let words = if apart {
            first.to_owned()
        } else {
            compact(paragraph)
        };
        let short = (3..40).contains(&words.chars().count());
        let named = ISSUERS.iter().any(|issuer| words.ends_with(issuer))
            && !words.contains(['，', '。', '：', '《', '、'])
            && !words.starts_with("附件")
            && labels::read(&paragraph.letters).is_none();
        if !(short && named) {
            break;
        }
        found = Some(words);
    }
    found
}

/// Who issues, before 关于 in the title.
fn from_title(title: Option<&str>) -> Option<String> {
    let (issuer, _) = title?.split_once("关于")?;
    let known = ISSUERS.iter().any(|word| issuer.ends_with(word));
    (known && issuer.chars().count() >= 4).then(|| issuer.to_owned())
}

/// 某某局文件 at the head of the page.
fn letterhead(paragraph: &Paragraph) -> Option<String> {
    let words = compact(paragraph);
    let name = words.strip_suffix("文件")?;
    let known = ISSUERS.iter().any(|word| name.ends_with(word));
    (known && name.chars().count() < 40).then(|| name.to_owned())
}
