//! The paper form of a return, with places for signatures and the seal.

use super::actions::{self, Shown};
use super::model::Origin;
use super::views::shown_number;
use crate::Printing;
use crate::datasets::definition::code_of;
use crate::number::Number;
use documents::{DocumentError, StatForm, StatRow, StatTable};
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;

/// The form as PDF.
///
/// # Errors
/// [`AppError::Refused`] when the installation has no fonts.
pub async fn print(ctx: &Ctx, printing: &Printing, shown: &Shown) -> AppResult<Vec<u8>> {
    let typesetter = printing.as_ref().map(Arc::clone).ok_or_else(no_fonts)?;
    let names = actions::names(ctx, [shown.filled.row.filed_by]).await?;
    let filed_by = shown
        .filled
        .row
        .filed_by
        .and_then(|person| names.get(&person).cloned());
    let form = form(shown, filed_by.unwrap_or_default());
    let made = ctx.now();
    tokio::task::spawn_blocking(move || form.pdf(&typesetter, made))
        .await
        .map_err(|error| AppError::Internal(error.to_string()))?
        .map_err(|error| match error {
            DocumentError::NoFonts(_) => no_fonts(),
            other => AppError::Internal(other.to_string()),
        })
}

fn no_fonts() -> AppError {
    AppError::refused(
        "no_fonts",
        "服务器上没有打印用的中文字体，暂时打不出来。请管理员装上字体，再打印一次。",
    )
}

fn form(shown: &Shown, filed_by: String) -> StatForm {
    let filled = &shown.filled;
    let definition = &filled.form.definition;
    let tables = definition.tables.iter().map(|table| {
        let rows = table.rows.iter().map(|row| StatRow {
            label: row.label.clone(),
            cells: table
                .columns
                .iter()
                .map(|column| {
                    let (element, cell) = filled.find(&code_of(&table.code, &row.code, &column.code))?;
                    let text = cell
                        .value
                        .map(|_| shown_number(cell.value.map(Number::from_raw), element.decimals));
                    Some(text.unwrap_or_default())
                })
                .collect(),
        });
        let source = if table.source.is_empty() {
            String::new()
        } else {
            format!("依据：{}", table.source)
        };
        StatTable {
            title: format!("{} {}", table.code, table.title),
            note: [source, table.note.clone()].join("　").trim().to_owned(),
            columns: table.columns.iter().map(|column| column.label.clone()).collect(),
            rows: rows.collect(),
        }
    });
    StatForm {
        title: definition.name.clone(),
        org: shown.org.name.clone(),
        period: filled.row.period_label(),
        status: filled.row.status.label().to_owned(),
        basis: format!("{}。依据：{}", definition.basis.label(), definition.source),
        filed_by,
        filed_on: filled.row.filed_at.map(kernel::Instant::date),
        note: filled.row.note.clone(),
        tables: tables.collect(),
        reasons: reasons(shown),
    }
}

/// What was typed against the machine or last year, cell by cell.
fn reasons(shown: &Shown) -> Vec<String> {
    let filled = &shown.filled;
    let all = filled
        .form
        .elements
        .iter()
        .zip(&filled.cells)
        .filter_map(|(element, cell)| {
            let machine = match cell.origin {
                Origin::Override => format!("系统 {}，", shown_number(cell.machine(), element.decimals)),
                _ => String::new(),
            };
            let value = shown_number(cell.value.map(Number::from_raw), element.decimals);
            (!cell.reason.is_empty()).then(|| {
                format!(
                    "{} {}：{machine}填 {value}。{}",
                    element.code,
                    element.label(),
                    cell.reason
                )
            })
        });
    all.collect()
}
