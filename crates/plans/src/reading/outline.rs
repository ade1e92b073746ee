//! A draft as lines for the terminal.

use super::draft::{Comparison, Draft, Item, Kind, Target, Task};

/// The draft as an outline: headings, items, measures, targets, remarks.
#[must_use]
pub fn outline(draft: &Draft) -> Vec<String> {
    let mut lines = vec![format!("标题：{}", shown(draft.title.as_deref()))];
    lines.push(format!(
        "文号：{}　发文单位：{}　日期：{}",
        shown(draft.document_number.as_deref()),
        shown(draft.issuer.as_deref()),
        shown(draft.date.as_deref())
    ));
    let targets = draft.targets().count();
    lines.push(format!("读出 {} 条，指标值 {targets} 个", draft.items.len()));
    let mut path: &[String] = &[];
    for item in &draft.items {
        for (depth, heading) in item.path.iter().enumerate() {
            if path.get(..=depth) != item.path.get(..=depth) {
                lines.push(format!("{}{heading}", "  ".repeat(depth)));
            }
        }
        path = &item.path;
        of_item(item, &mut lines);
    }
    for note in &draft.notes {
        let place = note.line.map_or(String::new(), |line| format!("第 {line} 行："));
        lines.push(format!("请看：{place}{}", note.sentence));
    }
    lines
}

fn shown(text: Option<&str>) -> &str {
    text.unwrap_or("没有读出")
}

fn of_item(item: &Item, lines: &mut Vec<String>) {
    let indent = "  ".repeat(item.path.len());
    let number = item.number.as_deref().unwrap_or("（无编号）");
    lines.push(format!(
        "{indent}[{number}] {}　（第 {} 行）",
        item.heading, item.place.line_from
    ));
    for task in &item.tasks {
        lines.push(format!("{indent}  - {}{}", task.text, remarks(task)));
        for target in &task.targets {
            lines.push(format!("{indent}    = {}", of_target(target)));
        }
    }
}

fn remarks(task: &Task) -> String {
    let mut words = vec![match task.kind {
        Kind::Quantity => "数量".to_owned(),
        Kind::Delivery => "交付".to_owned(),
        Kind::Progress => "推进".to_owned(),
    }];
    if !task.lead.is_empty() {
        words.push(format!("牵头：{}", task.lead.join("、")));
    }
    let window = &task.window;
    let every = if window.every_year { "每年 " } else { "" };
    match (&window.from, &window.to) {
        (Some(from), Some(to)) => words.push(format!("{every}{from} 至 {to}")),
        (None, Some(to)) => words.push(format!("{every}{to} 前")),
        (Some(from), None) => words.push(format!("{every}{from} 起")),
        (None, None) => {}
    }
    format!("　（{}）", words.join("；"))
}

fn of_target(target: &Target) -> String {
    let value = match (target.comparison, target.value_to) {
        (Comparison::All, _) => "全部".to_owned(),
        (Comparison::Between, Some(to)) => format!("{} 到 {to} {}", target.value, target.unit),
        (Comparison::Ge, _) => format!("不少于 {} {}", target.value, target.unit),
        (Comparison::Le, _) => format!("不超过 {} {}", target.value, target.unit),
        _ => format!("{} {}", target.value, target.unit),
    };
    let due = target
        .due
        .as_deref()
        .map_or(String::new(), |due| format!("，{due} 前"));
    let metric = target
        .metric
        .as_deref()
        .map_or(String::new(), |metric| format!("，指标 {metric}"));
    format!(
        "{}{}：{value}{due}{metric}（把握 {:.0}%）",
        target.verb,
        target.object,
        target.confidence * 100.0
    )
}
