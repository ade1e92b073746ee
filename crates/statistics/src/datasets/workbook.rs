//! A dataset as a workbook that an office edits: one sheet each for the whole, levels, tables, lines, cells and checks.
//!
//! The headings of a sheet decide what a column is; columns may stand in any order, further ones are passed over.

use super::definition::{CellSpec, Check, Definition, Due, Level, Line, Says, SliceSpec, Table};
use crate::sheet::{self, Look, Sheet, Writer};
use kernel::Instant;
use platform::{AppError, AppResult, FieldError};
use std::str::FromStr;

const WHOLE: &str = "报表";
const LEVELS: &str = "层级";
const TABLES: &str = "表";
const LINES: &str = "行和列";
const CELLS: &str = "单独的格";
const CHECKS: &str = "校验";

const WHOLE_HEAD: &[&str] = &["项", "内容"];
const LEVEL_HEAD: &[&str] = &["填报机构", "方式", "核对", "审核", "期满后几个月", "几日"];
const TABLE_HEAD: &[&str] = &["表号", "表名", "依据", "填表说明"];
const SAYS_HEAD: &[&str] = &[
    "单位",
    "时点或时期",
    "小数",
    "指标",
    "分组",
    "分组值",
    "公式",
    "自填",
    "空格",
    "上报方式",
    "变动百分比",
    "来源",
];
const CHECK_HEAD: &[&str] = &["校验号", "说明", "算式", "不符时"];

/// The dataset as a workbook.
///
/// # Errors
/// [`AppError::Internal`] when it cannot be written.
pub fn write(definition: &Definition, made: Instant) -> AppResult<Vec<u8>> {
    let mut writer = Writer::new(&definition.name, made);
    put(&mut writer, WHOLE, WHOLE_HEAD, &whole_rows(definition))?;
    let levels: Vec<Vec<String>> = definition.levels.iter().map(level_row).collect();
    put(&mut writer, LEVELS, LEVEL_HEAD, &levels)?;
    let tables = definition.tables.iter();
    let tables: Vec<Vec<String>> = tables
        .map(|table| {
            [&table.code, &table.title, &table.source, &table.note]
                .map(Clone::clone)
                .to_vec()
        })
        .collect();
    put(&mut writer, TABLES, TABLE_HEAD, &tables)?;
    let mut lines = Vec::new();
    let mut cells = Vec::new();
    for table in &definition.tables {
        for (kind, all) in [("行", &table.rows), ("列", &table.columns)] {
            for line in all {
                let mut row = [&table.code, kind, &line.code, &line.label]
                    .map(str::to_owned)
                    .to_vec();
                row.extend(says_row(&line.says));
                lines.push(row);
            }
        }
        for cell in &table.cells {
            let mut row = vec![table.code.clone(), cell.at.clone()];
            row.extend(says_row(&cell.says));
            cells.push(row);
        }
    }
    put(
        &mut writer,
        LINES,
        &[&["表号", "行或列", "编号", "名称"], SAYS_HEAD].concat(),
        &lines,
    )?;
    put(
        &mut writer,
        CELLS,
        &[&["表号", "行.列"], SAYS_HEAD].concat(),
        &cells,
    )?;
    let checks = definition.checks.iter();
    let checks: Vec<Vec<String>> = checks
        .map(|check| {
            let force = check.force.as_str().to_owned();
            vec![check.code.clone(), check.words.clone(), check.rule.clone(), force]
        })
        .collect();
    put(&mut writer, CHECKS, CHECK_HEAD, &checks)?;
    writer.finish()
}

fn put(writer: &mut Writer, name: &str, head: &[&str], rows: &[Vec<String>]) -> AppResult<()> {
    let mut page = writer.sheet(name)?;
    let column = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    for (at, word) in head.iter().enumerate() {
        page.text(0, column(at), word, Look::Head)?;
        page.width(column(at), 14.0)?;
    }
    for (number, row) in (1..).zip(rows) {
        for (at, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            page.text(number, column(at), text, Look::Text)?;
        }
    }
    Ok(())
}

fn whole_rows(definition: &Definition) -> Vec<Vec<String>> {
    let text = |value: Option<String>| value.unwrap_or_default();
    [
        ("code", definition.code.clone()),
        ("name", definition.name.clone()),
        ("edition", definition.edition.clone()),
        ("valid_from", definition.valid_from.to_string()),
        ("valid_to", text(definition.valid_to.map(|day| day.to_string()))),
        ("basis", definition.basis.as_str().to_owned()),
        ("source", definition.source.clone()),
        ("period", definition.period.as_str().to_owned()),
        (
            "change_percent",
            text(definition.change_percent.map(|most| most.to_string())),
        ),
    ]
    .map(|(name, value)| vec![name.to_owned(), value])
    .to_vec()
}

fn level_row(level: &Level) -> Vec<String> {
    vec![
        level.files.join("、"),
        level.how.as_str().to_owned(),
        level.checked_by.clone(),
        level.approved_by.clone(),
        level.due.months.to_string(),
        level.due.day.to_string(),
    ]
}

fn says_row(says: &Says) -> Vec<String> {
    let text = |value: Option<String>| value.unwrap_or_default();
    let yes = |value: Option<bool>| value.map(|truth| if truth { "是" } else { "否" }.to_owned());
    vec![
        text(says.unit.clone()),
        text(says.nature.map(|one| one.as_str().to_owned())),
        text(says.decimals.map(|one| one.to_string())),
        text(says.metric.clone()),
        text(says.slice.as_ref().map(|one| one.by.clone())),
        text(says.slice.as_ref().map(|one| one.key.clone())),
        text(says.formula.clone()),
        text(yes(says.typed)),
        text(yes(says.blank)),
        text(says.up.map(|one| one.as_str().to_owned())),
        text(says.change_percent.map(|one| one.to_string())),
        text(says.source.clone()),
    ]
}

/// Reads a workbook.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence a row that cannot be understood.
pub fn read(bytes: &[u8]) -> AppResult<Definition> {
    let sheets = sheet::read(bytes)?;
    let mut book = Book {
        sheets,
        faults: Vec::new(),
    };
    let definition = book.definition();
    if book.faults.is_empty() {
        definition.ok_or_else(|| {
            AppError::invalid(
                "file",
                "这不是报表制度的工作簿：里面要有“报表”和“表”两张工作表。请先导出一份来改。",
            )
        })
    } else {
        Err(AppError::Invalid(book.faults))
    }
}

struct Book {
    sheets: Vec<Sheet>,
    faults: Vec<FieldError>,
}

/// The rows of a sheet, each with its number on the screen and a way to its cells by heading.
type Rows = Vec<(u32, Vec<String>)>;

impl Book {
    /// The cells below these headings; a sheet that is missing has none, one without its headings is a fault.
    fn rows(&mut self, name: &str, head: &[&str]) -> Option<Rows> {
        let sheet = self.sheets.iter().find(|sheet| sheet.name == name)?;
        let Some((first, columns)) = sheet.heading(head) else {
            let sentence = format!("工作表“{name}”里没有找全表头：{}。", head.join("、"));
            self.fault(name, sentence);
            return Some(Vec::new());
        };
        let cells = |number: u32| {
            columns
                .iter()
                .map(|column| sheet.text(number, *column).to_owned())
                .collect()
        };
        let below = sheet.rows().filter(|(number, _)| *number > first);
        let rows: Rows = below.map(|(number, _)| (number + 1, cells(number))).collect();
        Some(rows)
    }

    fn fault(&mut self, place: &str, sentence: String) {
        self.faults.push(FieldError {
            field: place.to_owned(),
            sentence,
        });
    }

    fn read<T: FromStr>(&mut self, place: (&str, u32), heading: &str, text: &str) -> Option<T> {
        if text.is_empty() {
            return None;
        }
        let read = text.parse().ok();
        if read.is_none() {
            let (name, number) = place;
            let sentence = format!("工作表“{name}”第 {number} 行的“{heading}”读不懂：“{text}”。");
            self.fault(&format!("{name}:{number}"), sentence);
        }
        read
    }

    fn definition(&mut self) -> Option<Definition> {
        let whole = self.rows(WHOLE, WHOLE_HEAD)?;
        let said = |name: &str| {
            let found = whole
                .iter()
                .find(|(_, row)| row.first().is_some_and(|cell| cell == name));
            found.map_or((0, String::new()), |(number, row)| {
                (*number, row.get(1).cloned().unwrap_or_default())
            })
        };
        let (basis, period, from, to, change) = (
            said("basis"),
            said("period"),
            said("valid_from"),
            said("valid_to"),
            said("change_percent"),
        );
        let tables = self.tables()?;
        Some(Definition {
            code: said("code").1,
            name: said("name").1,
            edition: said("edition").1,
            source: said("source").1,
            basis: self.needed((WHOLE, basis.0), "basis", &basis.1)?,
            period: self.needed((WHOLE, period.0), "period", &period.1)?,
            valid_from: self.needed((WHOLE, from.0), "valid_from", &from.1)?,
            valid_to: self.read((WHOLE, to.0), "valid_to", &to.1),
            change_percent: self.read((WHOLE, change.0), "change_percent", &change.1),
            levels: self.levels(),
            tables,
            checks: self.checks(),
        })
    }

    fn needed<T: FromStr>(&mut self, place: (&str, u32), heading: &str, text: &str) -> Option<T> {
        if text.is_empty() {
            let sentence = format!("工作表“{}”里要写“{heading}”。", place.0);
            self.fault(place.0, sentence);
        }
        self.read(place, heading, text)
    }

    fn levels(&mut self) -> Vec<Level> {
        let rows = self.rows(LEVELS, LEVEL_HEAD).unwrap_or_default();
        let mut levels = Vec::new();
        for (number, row) in rows {
            let place = (LEVELS, number);
            let [files, how, checked_by, approved_by, months, day] = row.as_slice() else {
                continue;
            };
            let how = self.needed(place, "方式", how);
            let months = self.needed(place, "期满后几个月", months);
            let day = self.needed(place, "几日", day);
            if let (Some(how), Some(months), Some(day)) = (how, months, day) {
                let files = files.split(['、', ',', '，', ';']).map(str::trim);
                levels.push(Level {
                    files: files.filter(|word| !word.is_empty()).map(str::to_owned).collect(),
                    how,
                    checked_by: checked_by.clone(),
                    approved_by: approved_by.clone(),
                    due: Due { months, day },
                });
            }
        }
        levels
    }

    fn tables(&mut self) -> Option<Vec<Table>> {
        let rows = self.rows(TABLES, TABLE_HEAD)?;
        let lines = self.rows(LINES, &[&["表号", "行或列", "编号", "名称"], SAYS_HEAD].concat());
        let cells = self.rows(CELLS, &[&["表号", "行.列"], SAYS_HEAD].concat());
        let mut tables: Vec<Table> = Vec::new();
        for (_, row) in rows {
            let [code, title, source, note] = row.as_slice() else {
                continue;
            };
            tables.push(Table {
                code: code.clone(),
                title: title.clone(),
                source: source.clone(),
                note: note.clone(),
                rows: Vec::new(),
                columns: Vec::new(),
                cells: Vec::new(),
            });
        }
        for (number, row) in lines.unwrap_or_default() {
            let [code, kind, line, label, rest @ ..] = row.as_slice() else {
                continue;
            };
            let says = self.says((LINES, number), rest);
            let (code_of_line, label) = (line.clone(), label.clone());
            let line = Line {
                code: code_of_line,
                label,
                says,
            };
            match (self.table(&mut tables, (LINES, number), code), kind.as_str()) {
                (Some(table), "行") => table.rows.push(line),
                (Some(table), "列") => table.columns.push(line),
                (Some(_), other) => {
                    let sentence = format!("工作表“{LINES}”第 {number} 行要写“行”或“列”，现在是“{other}”。");
                    self.fault(LINES, sentence);
                }
                (None, _) => {}
            }
        }
        for (number, row) in cells.unwrap_or_default() {
            let [code, at, rest @ ..] = row.as_slice() else {
                continue;
            };
            let says = self.says((CELLS, number), rest);
            let at = at.clone();
            if let Some(table) = self.table(&mut tables, (CELLS, number), code) {
                table.cells.push(CellSpec { at, says });
            }
        }
        Some(tables)
    }

    fn table<'a>(
        &mut self,
        tables: &'a mut [Table],
        place: (&str, u32),
        code: &str,
    ) -> Option<&'a mut Table> {
        let found = tables.iter_mut().find(|table| table.code == code);
        if found.is_none() {
            let (name, number) = place;
            let sentence = format!("工作表“{name}”第 {number} 行的表号“{code}”不在工作表“{TABLES}”里。");
            self.fault(name, sentence);
        }
        found
    }

    fn says(&mut self, place: (&str, u32), row: &[String]) -> Says {
        let cell = |at: usize| row.get(at).map_or("", String::as_str);
        let some = |at: usize| Some(cell(at).to_owned()).filter(|text| !text.is_empty());
        let yes = |at: usize| match cell(at) {
            "是" | "true" | "1" => Some(true),
            "否" | "false" | "0" => Some(false),
            _ => None,
        };
        Says {
            unit: some(0),
            nature: self.read(place, "时点或时期", cell(1)),
            decimals: self.read(place, "小数", cell(2)),
            metric: some(3),
            slice: some(4).map(|by| SliceSpec {
                by,
                key: cell(5).to_owned(),
            }),
            formula: some(6),
            typed: yes(7),
            blank: yes(8),
            up: self.read(place, "上报方式", cell(9)),
            change_percent: self.read(place, "变动百分比", cell(10)),
            source: some(11),
        }
    }

    fn checks(&mut self) -> Vec<Check> {
        let rows = self.rows(CHECKS, CHECK_HEAD).unwrap_or_default();
        let mut checks = Vec::new();
        for (number, row) in rows {
            let [code, words, rule, force] = row.as_slice() else {
                continue;
            };
            if let Some(force) = self.needed((CHECKS, number), "不符时", force) {
                checks.push(Check {
                    code: code.clone(),
                    words: words.clone(),
                    rule: rule.clone(),
                    force,
                });
            }
        }
        checks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = include_str!("small.toml");

    #[test]
    fn a_dataset_goes_through_toml_and_a_workbook_unchanged() {
        let definition = Definition::from_toml(SMALL).unwrap();
        let again = Definition::from_toml(&definition.to_toml().unwrap()).unwrap();
        assert_eq!(again, definition);
        let bytes = write(&definition, Instant::from_millis(1_700_000_000_000)).unwrap();
        assert_eq!(read(&bytes).unwrap(), definition);
    }

    #[test]
    fn a_file_that_cannot_be_read_says_where() {
        for (from, to, sentence) in [
            ("period = \"year\"", "period = \"week\"", "第 7 行"),
            ("unit = \"人\", metric", "unitt = \"人\", metric", "“unitt”不是"),
            (
                "valid_from = \"2020-01-01\"",
                "valid_from = \"soon\"",
                "日期要写成",
            ),
            ("code = \"small\"", "", "missing field"),
        ] {
            let said = Definition::from_toml(&SMALL.replacen(from, to, 1)).unwrap_err();
            assert!(said.contains(sentence), "{to}: {said}");
        }
    }

    #[test]
    fn a_wrong_workbook_is_told_row_by_row() {
        let mut writer = Writer::new("别的", Instant::from_millis(0));
        writer
            .sheet("名单")
            .unwrap()
            .text(0, 0, "姓名", Look::Head)
            .unwrap();
        let Err(AppError::Invalid(wrong)) = read(&writer.finish().unwrap()) else {
            panic!("a list of names is no dataset");
        };
        assert!(wrong[0].sentence.contains("不是报表制度"));
        let mut definition = Definition::from_toml(SMALL).unwrap();
        definition.tables[0].code = "X".into();
        let mut writer = Writer::new("小", Instant::from_millis(0));
        put(&mut writer, WHOLE, WHOLE_HEAD, &whole_rows(&definition)).unwrap();
        put(&mut writer, TABLES, TABLE_HEAD, &[]).unwrap();
        let head = [&["表号", "行或列", "编号", "名称"], SAYS_HEAD].concat();
        let mut line = ["T1", "行", "a", "甲"].map(str::to_owned).to_vec();
        line.extend(["", "一天", "x"].map(str::to_owned));
        put(&mut writer, LINES, &head, &[line]).unwrap();
        let Err(AppError::Invalid(wrong)) = read(&writer.finish().unwrap()) else {
            panic!("wrong lines");
        };
        let all: Vec<&str> = wrong.iter().map(|one| one.sentence.as_str()).collect();
        assert_eq!(all.len(), 3, "{all:?}");
        assert!(all[0].contains("第 2 行的“时点或时期”"), "{all:?}");
    }
}
