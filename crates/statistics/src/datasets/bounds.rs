//! Bounds of a dataset: how many of everything, how long, which codes. No I/O.

use super::definition::{Definition, Line, Says, Table};
use super::form::Fault;
use crate::expression::MOST_LETTERS;
use kernel::bounded;
use std::collections::BTreeSet;

/// Tables of one form.
pub const MOST_TABLES: usize = 40;
/// Rows of one table.
pub const MOST_ROWS: usize = 200;
/// Columns of one table.
pub const MOST_COLUMNS: usize = 40;
/// Cells of one form.
pub const MOST_CELLS: usize = 3_000;
/// Checks of one form.
pub const MOST_CHECKS: usize = 300;
/// Levels of one form.
const MOST_LEVELS: usize = 10;
/// Kinds of orgs of one level.
const MOST_KINDS: usize = 30;
/// Letters of a unit.
const MOST_UNIT: usize = 10;
/// Letters of a metric, a dimension, a key or a kind.
const MOST_NAME: usize = 60;
/// Letters of where a cell comes from.
const MOST_SOURCE: usize = 200;

/// A code of a table, a row or a column: a letter, then letters and digits.
#[must_use]
pub fn is_code(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric())
        && text.len() <= 16
}

/// The code of a dataset: small letters, digits and hyphens.
#[must_use]
pub fn is_dataset_code(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
        && (2..=40).contains(&text.len())
}

/// What is wrong with a draft as far as it is written: it may be kept with open ends, but not out of bounds.
#[must_use]
pub fn of(definition: &Definition) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut say = |place: &str, sentence: String| faults.push((place.to_owned(), sentence));
    if !is_dataset_code(&definition.code) {
        let sentence = "报表编号用小写字母、数字和连字符，字母开头，2 到 40 个字符。".to_owned();
        say("code", sentence);
    }
    for (place, text, least, most, label) in [
        ("name", &definition.name, 2, 60, "报表名称"),
        ("edition", &definition.edition, 1, 30, "版本名称"),
        ("source", &definition.source, 2, 500, "依据"),
    ] {
        if let Err(sentence) = bounded(text, least, most, label) {
            say(place, sentence);
        }
    }
    if definition
        .valid_to
        .is_some_and(|until| until <= definition.valid_from)
    {
        say("valid_to", "停用日期要晚于启用日期。".into());
    }
    if definition.tables.len() > MOST_TABLES {
        say("tables", format!("一套报表最多 {MOST_TABLES} 张表。"));
    }
    if definition.checks.len() > MOST_CHECKS {
        say("checks", format!("一套报表最多 {MOST_CHECKS} 条校验。"));
    }
    let mut codes = BTreeSet::new();
    for table in &definition.tables {
        if !codes.insert(&table.code) {
            faults.push((table.code.clone(), "这个表号用了两次，请换一个。".into()));
        }
        table_bounds(table, &mut faults);
    }
    let cells = definition
        .tables
        .iter()
        .map(|table| table.rows.len() * table.columns.len());
    if cells.sum::<usize>() > MOST_CELLS {
        let sentence = format!("一套报表最多 {MOST_CELLS} 格，请分成两套报表。");
        faults.push(("tables".into(), sentence));
    }
    level_bounds(definition, &mut faults);
    check_bounds(definition, &mut faults);
    faults
}

fn table_bounds(table: &Table, faults: &mut Vec<Fault>) {
    let mut say = |sentence: String| faults.push((table.code.clone(), sentence));
    if !is_code(&table.code) {
        say(format!(
            "表号“{}”不合格：字母开头，只用字母和数字，最多 16 个字符。",
            table.code
        ));
    }
    for (text, least, most, label) in [
        (&table.title, 1, 60, "表名"),
        (&table.source, 0, 500, "表的依据"),
        (&table.note, 0, 500, "填表说明"),
    ] {
        if let Err(sentence) = bounded(text, least, most, label) {
            say(sentence);
        }
    }
    for (lines, most, what) in [
        (&table.rows, MOST_ROWS, "行"),
        (&table.columns, MOST_COLUMNS, "列"),
    ] {
        if lines.is_empty() || lines.len() > most {
            say(format!(
                "要有 1 到 {most} {what}，现在有 {} {what}。",
                lines.len()
            ));
        }
        if let Some(sentence) = wrong_line(lines, what) {
            say(sentence);
        }
    }
    let known = |at: &str| {
        at.split_once('.').is_some_and(|(row, column)| {
            let has = |lines: &[Line], code: &str| lines.iter().any(|line| line.code == code);
            has(&table.rows, row) && has(&table.columns, column)
        })
    };
    if let Some(cell) = table.cells.iter().find(|cell| !known(&cell.at)) {
        let at: String = cell.at.chars().take(40).collect();
        say(format!("没有“{at}”这一格：要写成 行.列。"));
    }
    let mut seen = BTreeSet::new();
    if let Some(cell) = table
        .cells
        .iter()
        .find(|cell| known(&cell.at) && !seen.insert(&cell.at))
    {
        say(format!("“{}”这一格写了两次，请删掉一次。", cell.at));
    }
    for cell in table.cells.iter().filter(|cell| known(&cell.at)) {
        if let Some(sentence) = too_long(&cell.says) {
            say(format!("“{}”这一格的{sentence}", cell.at));
            break;
        }
    }
}

fn wrong_line(lines: &[Line], what: &str) -> Option<String> {
    let mut codes = BTreeSet::new();
    for line in lines {
        if !is_code(&line.code) {
            return Some(format!(
                "{what}号“{}”不合格：字母开头，只用字母和数字，最多 16 个字符。",
                line.code
            ));
        }
        if !codes.insert(&line.code) {
            return Some(format!("{what}号“{}”用了两次，请换一个。", line.code));
        }
        if let Err(sentence) = bounded(&line.label, 1, 60, &format!("{what}“{}”的名称", line.code)) {
            return Some(sentence);
        }
        if let Some(sentence) = too_long(&line.says) {
            return Some(format!("{what}“{}”的{sentence}", line.code));
        }
    }
    None
}

/// What a row, a column or a cell says at too great length.
fn too_long(says: &Says) -> Option<String> {
    let slice = says.slice.as_ref();
    let all = [
        ("单位", says.unit.as_ref(), MOST_UNIT),
        ("指标", says.metric.as_ref(), MOST_NAME),
        ("分组", slice.map(|slice| &slice.by), MOST_NAME),
        ("分组的值", slice.map(|slice| &slice.key), MOST_NAME),
        ("公式", says.formula.as_ref(), MOST_LETTERS),
        ("来源", says.source.as_ref(), MOST_SOURCE),
    ];
    let long = |(label, text, most): (&str, Option<&String>, usize)| {
        let count = text?.chars().count();
        (count > most).then(|| format!("{label}最多 {most} 个字，现在有 {count} 个，请写短一些。"))
    };
    all.into_iter().find_map(long)
}

fn level_bounds(definition: &Definition, faults: &mut Vec<Fault>) {
    let mut say = |sentence: String| faults.push(("levels".to_owned(), sentence));
    if definition.levels.len() > MOST_LEVELS {
        say(format!("填报最多 {MOST_LEVELS} 级。"));
    }
    for level in &definition.levels {
        let words = [&level.checked_by, &level.approved_by];
        let mut words = level.files.iter().chain(words);
        if level.files.len() > MOST_KINDS || words.any(|word| word.chars().count() > MOST_NAME) {
            say(format!(
                "一级最多写 {MOST_KINDS} 种机构，机构种类用代号，例如 street_school。"
            ));
            break;
        }
    }
}

fn check_bounds(definition: &Definition, faults: &mut Vec<Fault>) {
    let mut codes = BTreeSet::new();
    for check in &definition.checks {
        let mut say = |sentence: String| faults.push((check.code.clone(), sentence));
        if !is_code(&check.code) {
            say("校验号要字母开头，只用字母和数字，最多 16 个字符。".into());
        }
        if !codes.insert(&check.code) {
            say("这个校验号用了两次，请换一个。".into());
        }
        if let Err(sentence) = bounded(&check.words, 4, 200, "校验的说明") {
            say(sentence);
        }
        if check.rule.chars().count() > MOST_LETTERS {
            say(format!("算式最多 {MOST_LETTERS} 个字，请分成几条校验。"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::definition::SliceSpec;
    use super::*;

    type Case = (&'static str, fn(&mut Definition), &'static str, &'static str);

    const CASES: [Case; 10] = [
        (
            "unit",
            |d| d.tables[0].columns[0].says.unit = Some("人".repeat(11)),
            "T1",
            "单位最多 10 个字",
        ),
        (
            "formula of a row",
            |d| d.tables[1].rows[0].says.formula = Some("1+".repeat(600)),
            "T2",
            "公式最多 1000 个字",
        ),
        (
            "source of a cell",
            |d| d.tables[0].cells[0].says.source = Some("源".repeat(201)),
            "T1",
            "来源最多 200 个字",
        ),
        (
            "key",
            |d| {
                d.tables[0].rows[1].says.slice = Some(SliceSpec {
                    by: "sex".into(),
                    key: "x".repeat(61),
                });
            },
            "T1",
            "分组的值最多 60 个字",
        ),
        (
            "metric",
            |d| d.tables[0].columns[0].says.metric = Some("m".repeat(61)),
            "T1",
            "指标最多 60 个字",
        ),
        (
            "cell twice",
            |d| {
                let cell = d.tables[0].cells[0].clone();
                d.tables[0].cells.push(cell);
            },
            "T1",
            "写了两次",
        ),
        (
            "place of a cell",
            |d| d.tables[0].cells[0].at = "x".repeat(1_000),
            "T1",
            "没有“xxx",
        ),
        (
            "levels",
            |d| d.levels = vec![d.levels[0].clone(); 11],
            "levels",
            "最多 10 级",
        ),
        (
            "kinds",
            |d| d.levels[0].files = vec!["street".into(); 31],
            "levels",
            "最多写 30 种机构",
        ),
        (
            "rule",
            |d| d.checks[0].rule = "1 + ".repeat(300),
            "C1",
            "算式最多 1000 个字",
        ),
    ];

    #[test]
    fn a_draft_stays_in_bounds() {
        let small = Definition::from_toml(include_str!("small.toml")).unwrap();
        assert_eq!(of(&small), []);
        for (what, change, place, sentence) in CASES {
            let mut definition = small.clone();
            change(&mut definition);
            let found = of(&definition);
            let told = found
                .iter()
                .find(|(at, said)| at == place && said.contains(sentence));
            assert!(
                told.is_some_and(|(_, said)| said.chars().count() < 100),
                "{what}: {found:?}"
            );
        }
    }
}
