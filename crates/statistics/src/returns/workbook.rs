//! A return as a workbook in the form's layout, out and in.
//!
//! Out: one sheet a table with the headings of the paper form, a column and a row of codes beside them; a sheet with the
//! reasons; a hidden one with what stood in each cell, and its version. In: cells are found by their codes, so that columns and
//! rows may be moved; what is missing is left as it is. Only what was changed in the file since is taken, against the version
//! that went out, so that a file never undoes what others typed meanwhile. Without the hidden sheet nobody knows what was
//! changed: then an empty cell says nothing, and what a person typed stays.

use super::actions::{Shown, Typed};
use super::store::CellRow;
use crate::datasets::definition::{Element, Table, code_of};
use crate::number::Number;
use crate::sheet::{self, Look, Page, Sheet, Writer};
use kernel::Instant;
use platform::{AppError, AppResult};
use std::collections::BTreeMap;

const CODES: &str = "编码";
const REASONS: &str = "说明";
const MARK: &str = "填报编号";
/// The hidden sheet, and the headings of its columns.
const AS_SENT: &str = "下载时的数";
const SENT_HEADS: [&str; 4] = ["格的编号", "格的版本", "下载时是", "下载时的说明"];

/// The return as a workbook.
///
/// # Errors
/// [`AppError::Internal`] when it cannot be written.
pub fn write(shown: &Shown, made: Instant) -> AppResult<Vec<u8>> {
    let filled = &shown.filled;
    let definition = &filled.form.definition;
    let mut writer = Writer::new(&definition.name, made);
    for table in &definition.tables {
        let mut page = writer.sheet(&format!("{} {}", table.code, table.title))?;
        write_table(&mut page, shown, table)?;
    }
    let mut page = writer.sheet(REASONS)?;
    for (column, (word, width)) in (0..).zip([("格", 22.0), ("名称", 30.0), (REASONS, 50.0)]) {
        page.text(0, column, word, Look::Head)?;
        page.width(column, width)?;
    }
    let reasons = filled.form.elements.iter().zip(&filled.cells);
    let reasons = reasons.filter(|(_, cell)| !cell.reason.is_empty());
    for (row, (element, cell)) in (1..).zip(reasons) {
        page.text(row, 0, &element.code, Look::Text)?;
        page.text(row, 1, &element.label(), Look::Text)?;
        page.text(row, 2, &cell.reason, Look::Text)?;
    }
    let mut page = writer.sheet(AS_SENT)?;
    page.hide();
    write_sent(&mut page, shown)?;
    writer.finish()
}

/// What stands in each cell when the file goes out.
fn write_sent(page: &mut Page<'_>, shown: &Shown) -> AppResult<()> {
    for (column, word) in (0..).zip(SENT_HEADS) {
        page.text(0, column, word, Look::Head)?;
    }
    let all = shown.filled.form.elements.iter().zip(&shown.filled.cells);
    for (row, (element, cell)) in (1..).zip(all) {
        let value = cell
            .value
            .map(|value| Number::from_raw(value).plain(element.decimals));
        let version = cell.version.to_string();
        let texts = [&element.code, &version, &value.unwrap_or_default(), &cell.reason];
        for (column, text) in (0..).zip(texts) {
            page.text(row, column, text, Look::Text)?;
        }
    }
    Ok(())
}

fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

fn write_table(page: &mut Page<'_>, shown: &Shown, table: &Table) -> AppResult<()> {
    let filled = &shown.filled;
    let title = format!("{} {}", filled.form.definition.name, table.title);
    page.text(0, 0, &title, Look::Title)?;
    let head = format!("{}　{}", shown.org.name, filled.row.period_label());
    page.text(1, 0, &head, Look::Note)?;
    page.text(2, 0, MARK, Look::Note)?;
    page.text(2, 1, &filled.row.id.to_string(), Look::Note)?;
    page.text(3, 0, "项目", Look::Head)?;
    page.width(0, 28.0)?;
    let last = column(table.columns.len() + 1);
    page.text(3, last, "行", Look::Note)?;
    page.text(4, last, CODES, Look::Note)?;
    for (at, line) in table.columns.iter().enumerate() {
        page.text(3, column(at + 1), &line.label, Look::Head)?;
        page.text(4, column(at + 1), &line.code, Look::Note)?;
        page.width(column(at + 1), 16.0)?;
    }
    for (number, row) in (5..).zip(&table.rows) {
        page.text(number, 0, &row.label, Look::Head)?;
        page.text(number, last, &row.code, Look::Note)?;
        for (at, line) in table.columns.iter().enumerate() {
            let place = column(at + 1);
            let Some((element, cell)) = filled.find(&code_of(&table.code, &row.code, &line.code)) else {
                page.empty(number, place, Look::Shut)?;
                continue;
            };
            match cell.value.map(Number::from_raw) {
                Some(value) => page.number(number, place, value.to_f64(), element.decimals)?,
                None => page.empty(number, place, Look::Number(element.decimals))?,
            }
        }
    }
    Ok(())
}

/// What a workbook brings for a return.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// What stands in its cells, where it is other than what the return holds.
    pub typed: Vec<Typed>,
    /// Cells of the workbook that were read.
    pub read: usize,
    /// What was not found, in sentences: missing sheets, rows and columns stay as they are.
    pub missing: Vec<String>,
}

/// Reads a workbook for a return.
///
/// # Errors
/// [`AppError::Invalid`] beside `file` for a file that is no workbook, or that of another return.
pub fn read(bytes: &[u8], shown: &Shown) -> AppResult<Brought> {
    let sheets = sheet::read(bytes)?;
    is_of(&sheets, shown)?;
    let filled = &shown.filled;
    let told = Told {
        reasons: reasons(&sheets),
        sent: sent(&sheets),
    };
    let mut brought = Brought::default();
    for table in &filled.form.definition.tables {
        let start = format!("{} ", table.code);
        let found = sheets
            .iter()
            .find(|sheet| sheet.name.starts_with(&start) || sheet.name == table.code);
        match found {
            Some(sheet) => read_table(sheet, table, shown, &told, &mut brought),
            None => brought.missing.push(format!(
                "没有“{} {}”这张工作表，这张表没有动。",
                table.code, table.title
            )),
        }
    }
    if brought.read == 0 {
        return Err(AppError::invalid(
            "file",
            "这个工作簿里一格也没有找到。请用从这份报表下载的 XLSX 来填，不要删掉“编码”那一行和那一列。",
        ));
    }
    Ok(brought)
}

fn is_of(sheets: &[Sheet], shown: &Shown) -> AppResult<()> {
    let marked = sheets.iter().find_map(|sheet| {
        let (row, columns) = sheet.heading(&[MARK])?;
        let column = columns.first()? + 1;
        Some(sheet.text(row, column).to_owned())
    });
    match marked {
        Some(id) if id == shown.filled.row.id.to_string() => Ok(()),
        Some(_) => Err(AppError::invalid(
            "file",
            format!(
                "这个工作簿是另一份报表的，不是“{}”{}的。请重新下载再填。",
                shown.org.name,
                shown.filled.row.period_label()
            ),
        )),
        None => Err(AppError::invalid(
            "file",
            "这不是从这里下载的工作簿：没有找到“填报编号”。请下载这份报表的 XLSX 来填。",
        )),
    }
}

/// A cell as it went out in the file.
struct Sent {
    version: i64,
    value: String,
    reason: String,
}

/// What a file says beside its tables.
struct Told {
    reasons: BTreeMap<String, String>,
    /// Nothing in a file that did not come from here, or lost its hidden sheet.
    sent: BTreeMap<String, Sent>,
}

fn sent(sheets: &[Sheet]) -> BTreeMap<String, Sent> {
    let sheet = sheets.iter().find(|sheet| sheet.name == AS_SENT);
    let Some((sheet, (head, columns))) = sheet.and_then(|sheet| Some((sheet, sheet.heading(&SENT_HEADS)?)))
    else {
        return BTreeMap::new();
    };
    let [code, version, value, reason] = columns.as_slice() else {
        return BTreeMap::new();
    };
    let rows = sheet
        .rows()
        .map(|(number, _)| number)
        .filter(|number| *number > head);
    rows.filter_map(|number| {
        let text = |column: &u32| sheet.text(number, *column).to_owned();
        let sent = Sent {
            version: text(version).parse().ok()?,
            value: text(value),
            reason: text(reason),
        };
        Some((text(code), sent))
    })
    .collect()
}

fn reasons(sheets: &[Sheet]) -> BTreeMap<String, String> {
    let sheet = sheets.iter().find(|sheet| sheet.name == REASONS);
    let found = sheet.and_then(|sheet| Some((sheet, sheet.heading(&["格", REASONS])?)));
    let Some((sheet, (head, columns))) = found else {
        return BTreeMap::new();
    };
    let at = |number: u32, which: usize| {
        columns
            .get(which)
            .map_or("", |column| sheet.text(number, *column))
    };
    let below = sheet
        .rows()
        .map(|(number, _)| number)
        .filter(|number| *number > head);
    below
        .map(|number| (at(number, 0).to_owned(), at(number, 1).to_owned()))
        .filter(|(code, _)| !code.is_empty())
        .collect()
}

fn read_table(sheet: &Sheet, table: &Table, shown: &Shown, told: &Told, brought: &mut Brought) {
    let Some((head, codes)) = sheet.heading(&[CODES]) else {
        let sentence = format!("工作表“{}”里没有“编码”，这张表没有动。", sheet.name);
        brought.missing.push(sentence);
        return;
    };
    let row_codes = codes.first().copied().unwrap_or_default();
    for line in &table.columns {
        if sheet
            .heading(&[CODES, &line.code])
            .is_none_or(|(row, _)| row != head)
        {
            brought
                .missing
                .push(format!("表 {} 没有“{}”这一列，没有动。", table.code, line.label));
        }
    }
    for row in &table.rows {
        let number = sheet
            .rows()
            .find(|(number, _)| *number > head && sheet.text(*number, row_codes) == row.code);
        let Some((number, _)) = number else {
            brought
                .missing
                .push(format!("表 {} 没有“{}”这一行，没有动。", table.code, row.label));
            continue;
        };
        for line in &table.columns {
            let place = sheet
                .heading(&[CODES, &line.code])
                .filter(|(row, _)| *row == head);
            let place = place.and_then(|(_, columns)| columns.get(1).copied());
            let code = code_of(&table.code, &row.code, &line.code);
            if let (Some(column), Some((element, cell))) = (place, shown.filled.find(&code)) {
                brought.read += 1;
                let text = sheet.text(number, column);
                let brings = of_cell(told, element, cell, text);
                brought.typed.extend(brings);
            }
        }
    }
}

/// What a file brings for a cell; nothing where it says what it said when it went out.
fn of_cell(told: &Told, element: &Element, cell: &CellRow, text: &str) -> Option<Typed> {
    let code = &element.code;
    let reason = told.reasons.get(code);
    let seen = match told.sent.get(code) {
        Some(sent) => {
            let same_reason = reason.is_none_or(|reason| *reason == sent.reason);
            if same_reason && is_same(text, &sent.value, element.decimals) {
                return None;
            }
            sent.version
        }
        None => {
            let value = cell
                .value
                .map(|value| Number::from_raw(value).plain(element.decimals));
            let same_reason = reason.is_none_or(|reason| *reason == cell.reason);
            if text.is_empty() || (same_reason && is_same(text, &value.unwrap_or_default(), element.decimals))
            {
                return None;
            }
            // A version that no cell has: what a person typed is older or newer than the file, and nobody knows which.
            if cell.changed_by.is_some() {
                0
            } else {
                cell.version
            }
        }
    };
    Some(Typed {
        element: code.clone(),
        value: text.to_owned(),
        reason: reason.cloned(),
        seen,
    })
}

fn is_same(text: &str, before: &str, decimals: u8) -> bool {
    let number = |text: &str| Number::read(text, decimals).ok();
    text.trim() == before || number(text).is_some_and(|read| Some(read) == number(before))
}

#[cfg(test)]
mod tests {
    use super::super::filled::blank;
    use super::*;
    use crate::datasets::definition::{Definition, How};

    type Case = (
        &'static str,
        Option<(i64, &'static str)>,
        bool,
        Option<i64>,
        &'static str,
        Option<(&'static str, i64)>,
    );

    /// What it is; version and value when it went out; whether a person typed into the cell, which is at version 5 now; its
    /// value now; the text in the file; what is taken with which version.
    const CASES: [Case; 9] = [
        (
            "untouched, typed by another since",
            Some((1, "")),
            true,
            Some(4),
            "",
            None,
        ),
        ("untouched, as it is", Some((5, "4")), true, Some(4), "4.0", None),
        (
            "changed in the file",
            Some((5, "4")),
            true,
            Some(4),
            "6",
            Some(("6", 5)),
        ),
        (
            "changed on both sides",
            Some((1, "")),
            true,
            Some(4),
            "6",
            Some(("6", 1)),
        ),
        (
            "emptied in the file",
            Some((5, "4")),
            true,
            Some(4),
            "",
            Some(("", 5)),
        ),
        ("no hidden sheet, empty", None, true, Some(4), "", None),
        ("no hidden sheet, same", None, true, Some(4), "4", None),
        (
            "no hidden sheet, typed by a person",
            None,
            true,
            Some(4),
            "6",
            Some(("6", 0)),
        ),
        (
            "no hidden sheet, nobody typed",
            None,
            false,
            None,
            "6",
            Some(("6", 5)),
        ),
    ];

    #[test]
    fn only_what_was_changed_in_the_file_is_taken() {
        let definition = Definition::from_toml(include_str!("../datasets/small.toml")).unwrap();
        let element = definition.by_code()["T1_all_teams"].clone();
        for (what, sent, by_person, now, text, expected) in CASES {
            let mut cell = blank(&element, How::Fill);
            cell.version = 5;
            cell.value = now.map(|value| value * 10_000);
            cell.changed_by = by_person.then(|| kernel::Id::from_raw(1));
            let as_sent = sent.map(|(version, value)| Sent {
                version,
                value: value.to_owned(),
                reason: String::new(),
            });
            let told = Told {
                reasons: BTreeMap::new(),
                sent: as_sent
                    .map(|one| (element.code.clone(), one))
                    .into_iter()
                    .collect(),
            };
            let got = of_cell(&told, &element, &cell, text).map(|typed| (typed.value, typed.seen));
            let expected = expected.map(|(value, seen)| (value.to_owned(), seen));
            assert_eq!(got, expected, "{what}");
        }
    }
}
