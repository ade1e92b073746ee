//! A plan that is only a table: rows with a task, its target, who is responsible and until when.

use super::bind::Bindings;
use super::draft::Item;
use super::front::Front;
use super::phrase::{Phrase, Words, list};
use super::targets::Around;
use super::tasks;
use super::text::Paragraph;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Number,
    Task,
    Target,
    Lead,
    Due,
    Other,
}

static NUMBERS: Words = Words::new(|| list("序号 编号 号 序"));
static TASKS: Words = Words::new(|| {
    list(
        "任务 工作任务 重点任务 项目 工作内容 主要任务 任务名称 工作项目 内容 举措 工作举措 具体任务 重点工作 \
        项目名称 任务内容 指标 指标名称 主要内容 工作事项 事项",
    )
});
static TARGETS: Words = Words::new(|| {
    list(
        "目标 目标值 工作目标 指标值 年度目标 预期目标 完成指标 目标要求 数量 任务目标 目标任务 具体目标 \
        量化目标 任务数 计划数 具体要求 工作要求 标准",
    )
});
static LEADS: Words = Words::new(|| {
    list("责任单位 牵头单位 责任部门 牵头部门 主办单位 责任主体 责任科室 承办单位 实施单位 负责单位 负责部门")
});
static DUES: Words =
    Words::new(|| list("完成时限 完成时间 时限 时间安排 时间节点 进度安排 完成期限 时间 完成日期"));

/// Reads the rows below a heading row that names the task and one column more.
pub fn read(paragraphs: &[Paragraph], front: &Front, bindings: &Bindings) -> Vec<Item> {
    let mut columns: Vec<Column> = Vec::new();
    let mut items = Vec::new();
    for row in paragraphs.iter().filter(|paragraph| paragraph.row) {
        let cells = cells(row);
        let named: Vec<Column> = cells.iter().map(column).collect();
        let known = named.iter().filter(|column| **column != Column::Other).count();
        if named.contains(&Column::Task) && known >= 2 {
            columns = named;
        } else if columns.contains(&Column::Task) {
            items.extend(item(row, &cells, &columns, front, bindings));
        }
    }
    items
}

fn column(cell: &Paragraph) -> Column {
    let phrase = Phrase::new(&cell.letters);
    let words = phrase.plain(0, phrase.len());
    let is = |list: &Words| list.contains(&words.as_str());
    if is(&NUMBERS) {
        Column::Number
    } else if is(&TASKS) {
        Column::Task
    } else if is(&TARGETS) {
        Column::Target
    } else if is(&LEADS) {
        Column::Lead
    } else if is(&DUES) {
        Column::Due
    } else {
        Column::Other
    }
}

/// The cells of a row, without the spaces around their words.
fn cells(row: &Paragraph) -> Vec<Paragraph> {
    let bar = |letter: char| matches!(letter, '\t' | '|' | '│' | '┃');
    let mut found = Vec::new();
    let mut from = 0;
    for place in 0..=row.letters.len() {
        if row.letters.get(place).is_some_and(|letter| !bar(*letter)) {
            continue;
        }
        let cell = row.part(from, place);
        let first = cell.letters.iter().position(|letter| !letter.is_whitespace());
        let last = cell.letters.iter().rposition(|letter| !letter.is_whitespace());
        found.push(match (first, last) {
            (Some(first), Some(last)) => cell.part(first, last + 1),
            _ => cell.part(0, 0),
        });
        from = place + 1;
    }
    // | a | b | begins and ends with a bar.
    if row
        .letters
        .first()
        .is_some_and(|letter| bar(*letter) && *letter != '\t')
    {
        found.remove(0);
    }
    found
}

fn item(
    row: &Paragraph,
    cells: &[Paragraph],
    columns: &[Column],
    front: &Front,
    bindings: &Bindings,
) -> Option<Item> {
    let of = |wanted: Column| {
        let place = columns.iter().position(|column| *column == wanted)?;
        cells.get(place).filter(|cell| !cell.letters.is_empty())
    };
    let task = of(Column::Task)?;
    let mut paragraphs = vec![of(Column::Target).map_or_else(|| task.clone(), |target| joined(task, target))];
    paragraphs.extend(of(Column::Lead).map(|cell| labelled("责任单位：", cell)));
    paragraphs.extend(of(Column::Due).map(|cell| labelled("完成时限：", cell)));
    let around = Around {
        begin: front.begin(),
        due: front.due(),
        topic: "",
        report: false,
        bindings,
    };
    let number = of(Column::Number).map(|cell| {
        let phrase = Phrase::new(&cell.letters);
        phrase
            .plain(0, phrase.len())
            .trim_end_matches(['.', '、'])
            .to_owned()
    });
    Some(Item {
        number,
        path: Vec::new(),
        heading: task.text(),
        text: row.text(),
        tasks: tasks::tasks(&paragraphs, false, front.age(), &around),
        place: row.place(),
    })
}

/// 学习空间 and 100个 are one phrase, 建设学习点 and 新增5个 are two.
fn joined(task: &Paragraph, target: &Paragraph) -> Paragraph {
    let mut found = task.clone();
    let figure = target
        .letters
        .first()
        .is_some_and(|first| first.is_ascii_digit() || "不至约".contains(*first));
    if !figure {
        found.letters.push('，');
        found.at.push(target.at.first().copied().unwrap_or_default());
    }
    found.letters.extend_from_slice(&target.letters);
    found.at.extend_from_slice(&target.at);
    found
}

/// A cell as a line that says what it is.
fn labelled(label: &str, cell: &Paragraph) -> Paragraph {
    let first = cell.at.first().copied().unwrap_or_default();
    let mut found = cell.clone();
    found.letters = label.chars().chain(cell.letters.iter().copied()).collect();
    found.at = label
        .chars()
        .map(|_| first)
        .chain(cell.at.iter().copied())
        .collect();
    found
}
