//! Items: what of a document is a point of the plan, and what stands around it.

use super::bind::Bindings;
use super::dates::{self, Day};
use super::draft::{Item, Note, Place};
use super::front::Front;
use super::headings::{self, Node};
use super::labels::{self, Style};
use super::lead;
use super::objects;
use super::phrase::{Phrase, Words, list};
use super::targets::Around;
use super::tasks;
use super::text::{Paragraph, is_date};
use super::verbs;

/// Headings above what was done so far.
static REPORTS: Words = Words::new(|| {
    list(
        "发展基础 工作基础 现实基础 工作回顾 主要成绩 取得成效 取得的成效 发展现状 工作成效 发展背景 \
        规划背景 面临形势 面临的形势 存在问题 主要问题 存在的问题 发展环境 现状与问题 形势与挑战 \
        基础与形势 机遇与挑战 机遇和挑战 基本情况 回顾 发展成就 主要成效 背景与形势 发展形势 工作总结 \
        现状分析 基础和环境 现状基础",
    )
});
/// Headings above what guides and is no measure.
const GUIDES: &[&str] = &[
    "指导思想",
    "总体要求",
    "总体思路",
    "重要意义",
    "目的意义",
    "适用范围",
    "总则",
];
/// Attachments that are forms, lists and scales.
static FORMS: Words = Words::new(|| {
    list(
        "表 名单 名额 登记 申报书 评分 指标体系 标准 目录 汇总 样式 模板 回执 名录 清册 证书 格式 细则表 \
        测评",
    )
});

/// A part of the document with the headings it stands under: the text, or an attachment.
struct Part<'a> {
    root: Vec<String>,
    paragraphs: Vec<&'a Paragraph>,
}

/// A point of the plan before its sentences are read.
struct Point {
    number: Option<String>,
    path: Vec<String>,
    heading: String,
    paragraphs: Vec<Paragraph>,
    headed: bool,
    due: Option<Day>,
}

/// Reads the items after the title.
pub fn read(
    paragraphs: &[Paragraph],
    front: &Front,
    bindings: &Bindings,
    notes: &mut Vec<Note>,
) -> Vec<Item> {
    let mut items = Vec::new();
    for part in parts(paragraphs, front, notes) {
        let own: Vec<Paragraph> = part.paragraphs.into_iter().cloned().collect();
        let nodes = headings::outline(&own, &part.root);
        // Where no label stands below another, the only level is the level of the items.
        let flat = nodes.iter().all(|node| node.depth == 0);
        let mut chapter_due = None;
        for node in &nodes {
            if node.depth == 0 {
                chapter_due = None;
            }
            if node.gap {
                notes.push(Note::at(
                    node.own.line_from,
                    format!(
                        "这里的编号“{}”和前面的接不上，请核对有没有漏掉或并在一起的条目。",
                        node.label.as_ref().map_or("", |label| &label.printed)
                    ),
                ));
            }
            for point in points(node, flat, front, &mut chapter_due) {
                items.extend(item(point, front, bindings));
            }
        }
    }
    items
}

/// The text after the title and the attachments that are texts too.
fn parts<'a>(paragraphs: &'a [Paragraph], front: &Front, notes: &mut Vec<Note>) -> Vec<Part<'a>> {
    let mut parts = vec![Part {
        root: Vec::new(),
        paragraphs: Vec::new(),
    }];
    let mut rows = 0;
    let mut skipped = false;
    let mut place = front.body;
    while let Some(paragraph) = paragraphs.get(place) {
        place += 1;
        if paragraph.row {
            rows += 1;
            continue;
        }
        if is_attachment(paragraph) {
            let title: String = paragraphs.get(place).map(heading_words).unwrap_or_default();
            skipped = FORMS
                .iter()
                .any(|word| title.ends_with(word) || title.contains("登记表") || title.contains("申报表"));
            let labelled = parts.iter().any(|part| {
                part.paragraphs
                    .iter()
                    .any(|known| labels::read(&known.letters).is_some())
            });
            if skipped {
                notes.push(Note::at(
                    paragraph.line_from,
                    format!("附件“{title}”是表格或名单，没有读成条目。"),
                ));
            }
            parts.push(Part {
                root: if labelled && !title.is_empty() {
                    vec![title]
                } else {
                    Vec::new()
                },
                paragraphs: Vec::new(),
            });
            place += 1;
            continue;
        }
        let signs = paragraphs.get(place).is_some_and(|next| is_date(&next.letters)) && is_name(paragraph);
        if skipped || signs || is_beside(paragraph) {
            continue;
        }
        if let Some(part) = parts.last_mut() {
            part.paragraphs.push(paragraph);
        }
    }
    if rows > 0 {
        notes.push(Note::whole(format!(
            "文件里有 {rows} 行表格，没有读成条目。表格里的任务请在这一页上补上。"
        )));
    }
    parts
}

fn heading_words(paragraph: &Paragraph) -> String {
    let phrase = Phrase::new(&paragraph.letters);
    phrase.words(0, phrase.len().min(60))
}

/// 附件, 附件1, 附件： alone on a line.
fn is_attachment(paragraph: &Paragraph) -> bool {
    let phrase = Phrase::new(&paragraph.letters);
    phrase.starts(0, "附件")
        && phrase.len() <= 5
        && (2..phrase.len()).all(|place| {
            phrase.at(place).is_ascii_digit() || ":一二三四五六七八九十（）-".contains(phrase.at(place))
        })
}

fn is_name(paragraph: &Paragraph) -> bool {
    let phrase = Phrase::new(&paragraph.letters);
    phrase.len() < 40
        && labels::read(&paragraph.letters).is_none()
        && !phrase.holds(0, phrase.len(), &["，", "。", "；"])
}

/// Lines beside the text: signature, date, who gets a copy, from when it holds.
fn is_beside(paragraph: &Paragraph) -> bool {
    let phrase = Phrase::new(&paragraph.letters);
    let heads = [
        "抄送",
        "抄报",
        "公开属性",
        "主题词",
        "（此页无正文",
        "此页无正文",
        "（联系人",
        "联系人",
        "联系电话",
        "特此通知",
        "附件:",
        "附:",
        "（此件",
        "信息公开",
        "主送",
        "发:",
        "印发:",
        "校对",
        "打字",
        "共印",
    ];
    let own = [
        "本实施意见",
        "本意见",
        "本方案",
        "本实施方案",
        "本办法",
        "本规划",
        "本计划",
        "本要点",
        "本通知",
        "本细则",
        "本指南",
        "本行动计划",
        "本工作方案",
    ];
    let holds = phrase.longest(0, &own).is_some()
        && phrase.holds(0, phrase.len(), &["施行", "实施", "解释", "有效期", "执行"])
        && phrase.len() < 90;
    let printed = phrase.longest_before(phrase.len(), &["印发"]).is_some()
        && phrase.holds(0, phrase.len(), &["年"])
        && phrase.len() < 50;
    is_date(&paragraph.letters) || phrase.longest(0, &heads).is_some() || holds || printed
}

/// The points that a label and its paragraphs make.
fn points(node: &Node, flat: bool, front: &Front, chapter_due: &mut Option<Day>) -> Vec<Point> {
    let point = |number: Option<String>,
                 heading: String,
                 paragraphs: Vec<Paragraph>,
                 headed: bool,
                 due: Option<Day>| Point {
        number,
        path: node.path.clone(),
        heading,
        paragraphs,
        headed,
        due,
    };
    let Some(label) = &node.label else {
        return loose(node, node.path.clone(), front, chapter_due);
    };
    let bare = node.is_bare();
    // 第一节 is a heading at any depth, 一、 at the outermost.
    let chapter = matches!(label.style, Style::Part | Style::Chapter | Style::Section);
    if bare && (chapter || (node.depth == 0 && !flat && label.style != Style::Stage)) {
        *chapter_due = last_day(&node.own, front);
        let mut path = node.path.clone();
        path.push(headings::mark(node));
        return loose(node, path, front, chapter_due);
    }
    let mut paragraphs = Vec::with_capacity(node.rest.len() + 1);
    if node.own.letters.iter().any(|letter| !letter.is_whitespace()) {
        paragraphs.push(node.own.clone());
    }
    paragraphs.extend(node.rest.iter().cloned());
    if node.parent
        && bare
        && !names_figure(&node.own, front)
        && node.rest.iter().all(|rest| !names_figure(rest, front))
    {
        if node.depth == 0 || chapter_due.is_none() {
            *chapter_due = node
                .rest
                .iter()
                .rev()
                .find_map(|rest| last_day(rest, front))
                .or(*chapter_due);
        }
        return Vec::new();
    }
    if node.parent
        && paragraphs.last().is_some_and(is_opening)
        && !paragraphs.iter().any(|rest| names_figure(rest, front))
    {
        *chapter_due = paragraphs
            .iter()
            .rev()
            .find_map(|rest| last_day(rest, front))
            .or(*chapter_due);
        return Vec::new();
    }
    let number = (label.style != Style::Stage).then(|| label.printed.clone());
    vec![point(number, node.heading(), paragraphs, true, *chapter_due)]
}

/// Paragraphs without a label below a chapter: each with a measure or a target is a point.
fn loose(node: &Node, path: Vec<String>, front: &Front, chapter_due: &mut Option<Day>) -> Vec<Point> {
    let mut found: Vec<Point> = Vec::new();
    let guide = path
        .last()
        .is_none_or(|heading| GUIDES.iter().any(|word| heading.contains(word)));
    for paragraph in &node.rest {
        if lead::is_line(paragraph) {
            if let Some(point) = found.last_mut() {
                point.paragraphs.push(paragraph.clone());
            }
            continue;
        }
        if is_opening(paragraph) && !names_figure(paragraph, front) {
            *chapter_due = last_day(paragraph, front).or(*chapter_due);
            continue;
        }
        let needs_figure = guide || node.parent || path.is_empty();
        if Phrase::new(&paragraph.letters).len() < 4 || (needs_figure && !names_figure(paragraph, front)) {
            continue;
        }
        let text = without_bullet(paragraph);
        let bullet = headline(&text, text.letters.len() < paragraph.letters.len());
        let sentence = heading_sentence(&text);
        found.push(Point {
            number: None,
            path: path.clone(),
            headed: bullet.is_empty() && !sentence.is_empty(),
            heading: if bullet.is_empty() { sentence } else { bullet },
            paragraphs: vec![text],
            due: *chapter_due,
        });
    }
    found
}

/// Ends with a colon: what follows is what it speaks of.
fn is_opening(paragraph: &Paragraph) -> bool {
    let phrase = Phrase::new(&paragraph.letters);
    phrase.before(phrase.len()) == ':'
}

/// Has a figure with a unit somewhere, or 全覆盖 or 全部; what it means is read later.
fn names_figure(paragraph: &Paragraph, front: &Front) -> bool {
    let bindings = Bindings::default();
    let around = Around {
        begin: front.begin(),
        due: None,
        topic: "",
        report: false,
        bindings: &bindings,
    };
    tasks::tasks(std::slice::from_ref(paragraph), false, front.age(), &around)
        .iter()
        .any(|task| !task.targets.is_empty())
}

fn last_day(paragraph: &Paragraph, front: &Front) -> Option<Day> {
    dates::times(&Phrase::new(&paragraph.letters), front.age())
        .into_iter()
        .filter(|when| !when.baseline)
        .find_map(|when| when.to.filter(|to| to.year.is_some()))
        .filter(|to| front.begin().is_none_or(|begin| *to >= begin))
}

fn without_bullet(paragraph: &Paragraph) -> Paragraph {
    let from = paragraph
        .letters
        .iter()
        .take_while(|letter| letter.is_whitespace() || "—–-─━●•◆★☆■▲◎·○□".contains(**letter))
        .count();
    paragraph.part(from, paragraph.letters.len())
}

/// ——处处能学 社区学习…: the words before the space head the paragraph.
fn headline(paragraph: &Paragraph, bullet: bool) -> String {
    let words = paragraph
        .letters
        .iter()
        .take_while(|letter| !letter.is_whitespace());
    let words: String = words.collect();
    let length = words.chars().count();
    let short = (2..=12).contains(&length) && length < paragraph.letters.len();
    let plain = !words.contains(['，', '。', '、', '；', '：', ':', '《', '“'])
        && words.chars().all(|letter| !letter.is_ascii());
    if bullet && short && plain {
        words
    } else {
        String::new()
    }
}

/// 加强组织领导。各区要…: a first sentence that is only a few words heads the paragraph.
fn heading_sentence(paragraph: &Paragraph) -> String {
    let phrase = Phrase::new(&paragraph.letters);
    let end = (0..phrase.len().min(15)).find(|place| "。，；、:".contains(phrase.at(*place)));
    match end {
        Some(end) if phrase.at(end) == '。' && end > 3 && end + 1 < phrase.len() => phrase.words(0, end),
        _ => String::new(),
    }
}

/// What a heading is about: 建设“家门口”学习空间 is about the space.
fn topic(heading: &str) -> String {
    let letters: Vec<char> = heading.chars().collect();
    let phrase = Phrase::new(&letters);
    let verb = verbs::governing(&phrase, 0, phrase.len());
    let topic = objects::trimmed(&phrase, verb.map_or(0, |verb| verb.end), phrase.len());
    let plain = topic.chars().count() <= 24 && !topic.chars().any(|letter| letter.is_ascii_digit());
    if plain { topic } else { String::new() }
}

fn item(point: Point, front: &Front, bindings: &Bindings) -> Option<Item> {
    let report = point
        .path
        .iter()
        .chain([&point.heading])
        .any(|heading| REPORTS.iter().any(|word| heading.contains(word)));
    let topic = topic(&point.heading);
    let around = Around {
        begin: front.begin(),
        topic: &topic,
        due: point.due.or_else(|| front.due()),
        report,
        bindings,
    };
    let mut measures = point.paragraphs.clone();
    if !point.headed
        && let Some(first) = measures.first_mut()
    {
        *first = first.part(point.heading.chars().count(), first.letters.len());
    }
    let tasks = tasks::tasks(&measures, point.headed, front.age(), &around);
    if point.number.is_none() && report {
        return None;
    }
    let first = point.paragraphs.first()?.place();
    let last = point.paragraphs.last()?.place();
    Some(Item {
        number: point.number,
        path: point.path,
        heading: point.heading,
        text: point
            .paragraphs
            .iter()
            .map(Paragraph::text)
            .collect::<Vec<_>>()
            .join("\n"),
        tasks,
        place: Place {
            line_to: last.line_to,
            to: last.to,
            ..first
        },
    })
}
