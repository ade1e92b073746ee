//! A return as a workbook in the form's layout, out and in.
//!
//! Out: one sheet a table with the headings of the paper form, a column and a row of codes beside them; a last sheet with the
//! reasons. In: cells are found by these codes, so that columns and rows may be moved; what is missing is left as it is.

use super::actions::{Shown, Typed};
use super::store::CellRow;
use crate::datasets::definition::{Table, code_of};
use crate::number::Number;
use crate::sheet::{self, Look, Page, Sheet, Writer};
use kernel::Instant;
use platform::{AppError, AppResult};
use std::collections::BTreeMap;

const CODES: &str = "编码";
const REASONS: &str = "说明";
const MARK: &str = "填报编号";

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
    writer.finish()
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
    let reasons = reasons(&sheets);
    let mut brought = Brought::default();
    for table in &filled.form.definition.tables {
        let start = format!("{} ", table.code);
        let found = sheets
            .iter()
            .find(|sheet| sheet.name.starts_with(&start) || sheet.name == table.code);
        match found {
            Some(sheet) => read_table(sheet, table, shown, &reasons, &mut brought),
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

fn read_table(
    sheet: &Sheet,
    table: &Table,
    shown: &Shown,
    reasons: &BTreeMap<String, String>,
    brought: &mut Brought,
) {
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
                let text = sheet.text(number, column).to_owned();
                let reason = reasons.get(&code).cloned();
                let decimals = element.decimals;
                if is_other(cell, &text, reason.as_deref(), decimals) {
                    brought.typed.push(Typed {
                        element: code,
                        value: text,
                        reason,
                        seen: cell.version,
                    });
                }
            }
        }
    }
}

fn is_other(cell: &CellRow, text: &str, reason: Option<&str>, decimals: u8) -> bool {
    let same_reason = reason.is_none_or(|reason| reason == cell.reason);
    let value = cell.value.map(Number::from_raw);
    let same_value = if text.is_empty() {
        value.is_none()
    } else {
        Number::read(text, decimals)
            .ok()
            .is_some_and(|number| Some(number) == value)
    };
    !(same_reason && same_value)
}
