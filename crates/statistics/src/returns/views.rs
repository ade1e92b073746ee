//! What the pages of a return show of a cell.

use super::actions::{Shown, Unsaved};
use super::issues::Issue;
use super::model::{Origin, ReturnStatus};
use super::store::CellRow;
use crate::Measures;
use crate::datasets::definition::{Element, Fill, Force, code_of};
use crate::number::Number;
use std::collections::HashMap;
use ui::Tag;

/// A cell as a page shows it.
pub(super) struct Cell {
    pub code: String,
    /// Row and column, for who cannot see where the box stands.
    pub label: String,
    pub unit: String,
    /// With commas; `—` for nothing.
    pub text: String,
    /// As a box holds it; what was typed, if it was not kept.
    pub plain: String,
    pub origin: &'static str,
    /// Whether it is typed right in the table.
    pub box_in_table: bool,
    /// Whether it may be changed now at all.
    pub editable: bool,
    pub open: bool,
    pub remark: String,
    pub reason: String,
    pub version: i64,
    pub machine: String,
    pub machine_note: String,
    pub last_year: String,
    pub sentences: Vec<String>,
    pub wrong: bool,
}

/// A table as a page shows it.
pub(super) struct Grid {
    pub code: String,
    pub title: String,
    pub note: String,
    pub columns: Vec<String>,
    pub rows: Vec<(String, Vec<Option<Cell>>)>,
}

impl ReturnStatus {
    /// The status as a word with an icon.
    pub(super) fn tag(self) -> Tag {
        match self {
            Self::Draft => Tag::new(ui::Tone::Info, ui::Icon::Pencil, self.label()),
            Self::Filed | Self::Checked => Tag::waiting(self.label()),
            Self::SentBack => Tag::warn(self.label()),
            Self::Approved => Tag::good(self.label()),
            Self::Locked => Tag::quiet(self.label()),
        }
    }
}

/// What stands at each cell, and what could not be kept of it.
pub(super) struct Notes<'a> {
    issues: HashMap<&'a str, Vec<String>>,
    unsaved: HashMap<&'a str, &'a Unsaved>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(issues: &'a [Issue], unsaved: &'a [Unsaved]) -> Self {
        let mut by_cell: HashMap<&str, Vec<String>> = HashMap::new();
        for issue in issues {
            for code in &issue.cells {
                by_cell.entry(code).or_default().push(issue.sentence.clone());
            }
        }
        Self {
            issues: by_cell,
            unsaved: unsaved
                .iter()
                .map(|one| (one.typed.element.as_str(), one))
                .collect(),
        }
    }
}

/// The number as it is read, `—` for nothing.
pub(super) fn shown_number(value: Option<Number>, decimals: u8) -> String {
    value.map_or_else(|| "—".to_owned(), |value| value.text(decimals))
}

pub(super) fn cell(shown: &Shown, element: &Element, row: &CellRow, notes: &Notes<'_>) -> Cell {
    let filled = &shown.filled;
    let status = filled.row.status;
    let editable = shown.may_fill
        && row.origin != Origin::Formula
        && (status == ReturnStatus::Draft || (status == ReturnStatus::SentBack && row.open));
    let value = row.value.map(Number::from_raw);
    let last = filled.last_year.get(&element.code).copied();
    let unsaved = notes.unsaved.get(element.code.as_str());
    let mut sentences = notes
        .issues
        .get(element.code.as_str())
        .cloned()
        .unwrap_or_default();
    sentences.extend(unsaved.map(|one| one.sentence.clone()));
    let plain = value
        .map(|value| value.plain(element.decimals))
        .unwrap_or_default();
    Cell {
        label: element.label(),
        unit: element.unit.clone(),
        text: shown_number(value, element.decimals),
        plain: unsaved.map_or(plain, |one| one.typed.value.clone()),
        origin: row.origin.label(),
        box_in_table: editable && row.machine.is_none(),
        editable,
        open: row.open,
        remark: row.remark.clone(),
        reason: row.reason.clone(),
        version: row.version,
        machine: shown_number(row.machine(), element.decimals),
        machine_note: row.machine_note.clone(),
        last_year: shown_number(last, element.decimals),
        wrong: !sentences.is_empty(),
        sentences,
        code: element.code.clone(),
    }
}

/// One table of the return.
pub(super) fn grid(shown: &Shown, number: usize, notes: &Notes<'_>) -> Option<Grid> {
    let definition = &shown.filled.form.definition;
    let table = definition.tables.get(number)?;
    let rows = table.rows.iter().map(|row| {
        let cells = table.columns.iter().map(|column| {
            let found = shown.filled.find(&code_of(&table.code, &row.code, &column.code));
            found.map(|(element, stored)| cell(shown, element, stored, notes))
        });
        (row.label.clone(), cells.collect())
    });
    Some(Grid {
        code: table.code.clone(),
        title: table.title.clone(),
        note: table.note.clone(),
        columns: table.columns.iter().map(|column| column.label.clone()).collect(),
        rows: rows.collect(),
    })
}

/// The page of the metric behind a cell.
pub(super) fn metric_link(metrics: &Measures, shown: &Shown, element: &Element) -> Option<(String, String)> {
    let Fill::Metric { id, .. } = &element.fill else {
        return None;
    };
    let metric = metrics.find(id)?;
    let period = shown.filled.row.when()?;
    let href = metrics::link(metric.id, shown.filled.row.org_id, period);
    Some((href, metric.name.to_owned()))
}

/// Issues in their order: what must be mended first.
pub(super) fn sorted(mut issues: Vec<Issue>) -> Vec<Issue> {
    issues.sort_by_key(|issue| issue.force != Force::Must);
    issues
}
