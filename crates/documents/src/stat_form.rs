//! 统计报表: a filled form on A4 landscape with places for signatures and the seal.

use crate::{DocumentError, Template, Typesetter, words};
use kernel::{Date, Instant};
use serde::Serialize;

/// A table of the form.
#[derive(Debug, Clone, Serialize)]
pub struct StatTable {
    /// Number and title.
    pub title: String,
    /// How to fill it, and where it comes from; may be empty.
    pub note: String,
    /// Headings of the columns.
    pub columns: Vec<String>,
    /// Rows: heading and a text for each column; nothing where nothing is filled.
    pub rows: Vec<StatRow>,
}

/// A row of a table.
#[derive(Debug, Clone, Serialize)]
pub struct StatRow {
    /// The heading.
    pub label: String,
    /// A text for each column; `None` where the form has no cell.
    pub cells: Vec<Option<String>>,
}

/// A filled form.
#[derive(Debug, Clone, Serialize)]
pub struct StatForm {
    /// Title.
    pub title: String,
    /// Who files it.
    pub org: String,
    /// Period in words.
    pub period: String,
    /// How far it is, in words.
    pub status: String,
    /// How sure the form is, and its document.
    pub basis: String,
    /// Who filed it; empty while nobody has.
    pub filed_by: String,
    /// When it was filed.
    #[serde(serialize_with = "day_or_blank")]
    pub filed_on: Option<Date>,
    /// What was said when it was filed; may be empty.
    pub note: String,
    /// Tables in order.
    pub tables: Vec<StatTable>,
    /// Reasons of figures that were changed by hand: where and why.
    pub reasons: Vec<String>,
}

fn day_or_blank<S: serde::Serializer>(day: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => words::date(day, to),
        None => to.serialize_str("　　　年　　月　　日"),
    }
}

const TEMPLATE: Template = Template {
    name: "stat_form",
    source: include_str!("../templates/stat_form.typ"),
};

impl StatForm {
    /// The form as PDF.
    pub fn pdf(&self, typesetter: &Typesetter, made: Instant) -> Result<Vec<u8>, DocumentError> {
        typesetter.set(TEMPLATE, self, made)
    }
}
