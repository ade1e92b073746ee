//! What a dataset is made of, as its TOML file has it, and the cells that follow from it.

use crate::number::MOST_DECIMALS;
use kernel::{Date, OrgId};
use metrics::Period;
use orgs::OrgKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A word of a file that stands for one of a few things, with its name on the screen.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$note:meta])* $variant:ident => $text:literal, $label:literal;)+ }) => {
        db::text_enum! {
            $(#[$meta])*
            #[derive(Serialize, Deserialize, utoipa::ToSchema)]
            #[serde(rename_all = "snake_case")]
            pub enum $name { $($(#[$note])* $variant => $text),+ }
        }
        impl $name {
            /// Its name on the screen.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }
        }
    };
}

words! {
    /// How sure a dataset's text is.
    Basis {
        /// What an authority published, word for word.
        Official => "official", "官方原表";
        /// From an authority's table, changed.
        Adapted => "adapted", "据官方表改编";
        /// Worked out from documents; never to be shown as official.
        Derived => "derived", "推导，不是官方表";
    }
}

words! {
    /// The length of a dataset's period.
    PeriodKind {
        /// A calendar month.
        Month => "month", "每月";
        /// A quarter.
        Quarter => "quarter", "每季度";
        /// Half a year.
        HalfYear => "half_year", "每半年";
        /// A calendar year.
        Year => "year", "每年";
        /// September to August.
        SchoolYear => "school_year", "每学年";
    }
}

impl PeriodKind {
    /// Whether a period is of this length.
    #[must_use]
    pub const fn fits(self, period: Period) -> bool {
        matches!(
            (self, period),
            (Self::Month, Period::Month { .. })
                | (Self::Quarter, Period::Quarter { .. })
                | (Self::HalfYear, Period::HalfYear { .. })
                | (Self::Year, Period::Year(_))
                | (Self::SchoolYear, Period::SchoolYear(_))
        )
    }

    /// The period of this length that holds the day.
    #[must_use]
    pub fn at(self, day: Date) -> Period {
        let (year, month) = (day.year(), day.month());
        match self {
            Self::Month => Period::Month { year, month },
            Self::Quarter => Period::Quarter {
                year,
                quarter: (month - 1) / 3 + 1,
            },
            Self::HalfYear => Period::HalfYear {
                year,
                half: (month - 1) / 6 + 1,
            },
            Self::Year => Period::Year(year),
            Self::SchoolYear => Period::SchoolYear(if month < 9 { year - 1 } else { year }),
        }
    }
}

impl PeriodKind {
    /// The first period of this length that begins on the day or after it.
    #[must_use]
    pub fn first_from(self, day: Date) -> Period {
        let holds = self.at(day);
        if holds.first_day() >= day {
            return holds;
        }
        holds.last_day().tomorrow().map_or(holds, |next| self.at(next))
    }
}

words! {
    /// Whether a cell speaks of a day or of a span.
    Nature {
        /// As of the last day of the period.
        Moment => "moment", "时点";
        /// Over the whole period.
        Span => "span", "时期";
    }
}

words! {
    /// How the return of an area gets a cell from the returns below it.
    Upward {
        /// The sum of the returns below.
        Sum => "sum", "下级相加";
        /// The metric of the area itself: persons are never added.
        Metric => "metric", "按本级指标重算，不相加";
        /// Typed again.
        Typed => "typed", "本级自填";
    }
}

words! {
    /// How the returns of a level come about.
    How {
        /// Filled from daily work and by hand.
        Fill => "fill", "填报";
        /// Summed up from the returns below.
        Sum => "sum", "汇总";
    }
}

words! {
    /// What a check that does not hold does.
    Force {
        /// The return cannot be filed.
        Must => "must", "必须相符";
        /// The return can be filed with an explanation.
        Explain => "explain", "不符要说明";
    }
}

/// A day as a file writes it.
mod day {
    use kernel::Date;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(day)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let text = String::deserialize(from)?;
        text.parse()
            .map_err(|_| D::Error::custom("日期要写成 \"2026-01-01\""))
    }
}

/// A day that may be missing.
mod day_or_none {
    use kernel::Date;
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(day: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => to.collect_str(day),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
        super::day::deserialize(from).map(Some)
    }
}

/// A day by rule: so many months after the period's last month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Months after the last month of the period.
    pub months: i8,
    /// Day of that month; its last day if it is shorter.
    pub day: i8,
}

impl Due {
    /// The day for a period.
    #[must_use]
    pub fn on(self, period: Period) -> Date {
        let last = period.last_day();
        let months = i32::from(last.year()) * 12 + i32::from(last.month()) - 1 + i32::from(self.months);
        let year = i16::try_from(months.div_euclid(12)).unwrap_or(i16::MAX);
        let month = i8::try_from(months.rem_euclid(12) + 1).unwrap_or(12);
        let first = Date::new(year, month, 1).unwrap_or(last);
        let day = self.day.clamp(1, first.days_in_month());
        first.with().day(day).build().unwrap_or(first)
    }

    /// The rule in words.
    #[must_use]
    pub fn words(self) -> String {
        match self.months {
            0 => format!("期末当月 {} 日", self.day),
            1 => format!("期满后次月 {} 日", self.day),
            months => format!("期满后第 {months} 个月 {} 日", self.day),
        }
    }
}

/// Who files at one level, and who looks at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Kinds of orgs that file.
    pub files: Vec<String>,
    /// How their returns come about.
    pub how: How,
    /// Kind of the org above that checks; empty for the org itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub checked_by: String,
    /// Kind of the org above that approves; empty for the org itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub approved_by: String,
    /// Deadline of this level.
    pub due: Due,
}

impl Level {
    /// The kinds that file, as far as there are such.
    pub fn kinds(&self) -> impl Iterator<Item = OrgKind> + '_ {
        self.files.iter().filter_map(|word| word.parse().ok())
    }
}

/// One key of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SliceSpec {
    /// Dimension: sex, age, kind.
    pub by: String,
    /// The key.
    pub key: String,
}

/// What a row, a column or a cell may say; a cell's word goes before its row's, a row's before its column's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Says {
    /// Unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Moment or span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nature: Option<Nature>,
    /// Decimal places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// The metric that fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// One key of a breakdown of the metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice: Option<SliceSpec>,
    /// The formula that fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// Typed by hand, whatever row and column say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed: Option<bool>,
    /// Nothing stands here on the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blank: Option<bool>,
    /// How it goes up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<Upward>,
    /// A change against last year beyond so many per cent asks for a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<u32>,
    /// Where it comes from, if not where the table does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A row or a column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Short code: part of the codes of its cells.
    pub code: String,
    /// The heading on the form.
    pub label: String,
    /// What all its cells say.
    #[serde(flatten)]
    pub says: Says,
}

/// What one cell says that its row and column do not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellSpec {
    /// `ROW.COLUMN`.
    pub at: String,
    /// What it says.
    #[serde(flatten)]
    pub says: Says,
}

/// A table of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Short code: `T5`.
    pub code: String,
    /// Title on the form.
    pub title: String,
    /// Where the table comes from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// How to fill it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Rows from the top.
    pub rows: Vec<Line>,
    /// Columns from the left.
    pub columns: Vec<Line>,
    /// Cells that differ from their row and column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellSpec>,
}

/// A check between cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Short code: `C1`.
    pub code: String,
    /// What must hold, in words: shown at the cells when it does not.
    pub words: String,
    /// The expression.
    pub rule: String,
    /// What it does when it does not hold.
    pub force: Force,
}

/// A whole dataset, as its file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Name for ever: `community-education`.
    pub code: String,
    /// Title on the form.
    pub name: String,
    /// Name of the version.
    pub edition: String,
    /// First day on which a period may begin that it is for.
    #[serde(with = "day")]
    pub valid_from: Date,
    /// First day on which no period may begin any more.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "day_or_none")]
    pub valid_to: Option<Date>,
    /// How sure it is.
    pub basis: Basis,
    /// The document.
    pub source: String,
    /// Length of the period.
    pub period: PeriodKind,
    /// A change against last year beyond so many per cent asks for a reason, where a cell says nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<u32>,
    /// Who files, from the lowest level up.
    pub levels: Vec<Level>,
    /// Tables in order.
    pub tables: Vec<Table>,
    /// Checks in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// How a cell is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fill {
    /// By a metric.
    Metric {
        /// Its id.
        id: String,
        /// One key of a breakdown.
        slice: Option<SliceSpec>,
    },
    /// By hand.
    Typed,
    /// By a formula.
    Formula(String),
}

impl Fill {
    /// How it is filled, on the screen.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Metric { .. } => "系统指标",
            Self::Typed => "自填",
            Self::Formula(_) => "公式",
        }
    }
}

/// A cell of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// `T5_r1_people`.
    pub code: String,
    /// Number of its table.
    pub table: usize,
    /// Heading of its row.
    pub row: String,
    /// Heading of its column.
    pub column: String,
    /// Unit; may be empty.
    pub unit: String,
    /// Moment or span.
    pub nature: Nature,
    /// Decimal places.
    pub decimals: u8,
    /// How it is filled.
    pub fill: Fill,
    /// How it goes up.
    pub up: Upward,
    /// A change beyond so many per cent asks for a reason.
    pub change_percent: Option<u32>,
    /// Where it comes from, if not where its table does.
    pub source: Option<String>,
}

impl Element {
    /// Row and column in one line.
    #[must_use]
    pub fn label(&self) -> String {
        if self.column == self.row || self.column.is_empty() {
            self.row.clone()
        } else {
            format!("{} · {}", self.row, self.column)
        }
    }
}

/// The code of a cell.
#[must_use]
pub fn code_of(table: &str, row: &str, column: &str) -> String {
    format!("{table}_{row}_{column}")
}

fn first<T: Clone>(says: &[&Says], take: impl Fn(&Says) -> Option<T>) -> Option<T> {
    says.iter().find_map(|one| take(one))
}

impl Table {
    /// What a cell says of its own.
    #[must_use]
    pub fn own(&self, row: &str, column: &str) -> Option<&Says> {
        let at = format!("{row}.{column}");
        self.cells
            .iter()
            .find(|cell| cell.at == at)
            .map(|cell| &cell.says)
    }

    /// The cell in a row and a column; `None` where nothing stands on the form.
    #[must_use]
    pub fn element(&self, number: usize, row: &Line, column: &Line, usual: Option<u32>) -> Option<Element> {
        let none = Says::default();
        let own = self.own(&row.code, &column.code).unwrap_or(&none);
        let says = [own, &row.says, &column.says];
        if first(&says, |one| one.blank).unwrap_or(false) {
            return None;
        }
        let fill = fill_of(&says);
        Some(Element {
            code: code_of(&self.code, &row.code, &column.code),
            table: number,
            row: row.label.clone(),
            column: column.label.clone(),
            unit: first(&says, |one| one.unit.clone()).unwrap_or_default(),
            nature: first(&says, |one| one.nature).unwrap_or(Nature::Span),
            decimals: first(&says, |one| one.decimals).unwrap_or(0).min(MOST_DECIMALS),
            fill,
            up: first(&says, |one| one.up).unwrap_or(Upward::Sum),
            change_percent: first(&says, |one| one.change_percent).or(usual),
            source: first(&says, |one| one.source.clone()),
        })
    }
}

/// The nearest word on how a cell is filled: of a cell, then its row, then its column. A slice may come from another of them
/// than its metric, so that rows of age bands and columns of metrics make a table.
fn fill_of(says: &[&Says]) -> Fill {
    for one in says {
        if one.typed == Some(true) {
            return Fill::Typed;
        }
        if let Some(formula) = &one.formula {
            return Fill::Formula(formula.clone());
        }
        if let Some(id) = &one.metric {
            return Fill::Metric {
                id: id.clone(),
                slice: first(says, |one| one.slice.clone()),
            };
        }
    }
    Fill::Typed
}

impl Definition {
    /// All cells in the order of the form.
    #[must_use]
    pub fn elements(&self) -> Vec<Element> {
        let mut all = Vec::new();
        for (number, table) in self.tables.iter().enumerate() {
            for row in &table.rows {
                let cells = table.columns.iter();
                all.extend(
                    cells.filter_map(|column| table.element(number, row, column, self.change_percent)),
                );
            }
        }
        all
    }

    /// The level at which orgs of this kind file, with its number from below.
    #[must_use]
    pub fn level(&self, kind: OrgKind) -> Option<(usize, &Level)> {
        let mut levels = self.levels.iter().enumerate();
        levels.find(|(_, level)| level.kinds().any(|one| one == kind))
    }

    /// The last day on which levels below one that is due on a day file for a period.
    #[must_use]
    pub fn due_before(&self, day: Date, period: Period) -> Option<Date> {
        let own = self
            .levels
            .iter()
            .rposition(|level| level.due.on(period) == day)?;
        self.levels
            .iter()
            .take(own)
            .map(|level| level.due.on(period))
            .max()
    }

    /// The org that sums up the returns of `org`: the nearest above it that files at a higher level.
    #[must_use]
    pub fn upper(&self, kind: OrgKind, above: &[(OrgId, OrgKind)]) -> Option<OrgId> {
        let (number, _) = self.level(kind)?;
        let higher = |kind: &OrgKind| self.level(*kind).is_some_and(|(at, _)| at > number);
        let nearest = above.iter().rev().find(|(_, kind)| higher(kind));
        nearest.map(|(org, _)| *org)
    }

    /// Whether a period is one that this version is for.
    #[must_use]
    pub fn is_for(&self, period: Period) -> bool {
        super::model::is_for((self.period, self.valid_from, self.valid_to), period)
    }

    /// The dataset as its file.
    ///
    /// # Errors
    /// When it cannot be written, which is a mistake of the program.
    pub fn to_toml(&self) -> Result<String, String> {
        toml::to_string_pretty(self).map_err(|error| error.to_string())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// A sentence with the place where it cannot be read.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let read: Self = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(1, |before| before.lines().count().max(1));
            format!("第 {line} 行读不懂：{}。", error.message())
        })?;
        // Lines and cells take up what they say from a shared struct, where serde cannot refuse unknown words.
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        match unknown_word(&table) {
            Some(word) => Err(format!(
                "“{word}”不是行、列或格里能写的项。能写的是 {}。",
                SAID.join("、")
            )),
            None => Ok(read),
        }
    }

    /// The cells by code.
    #[must_use]
    pub fn by_code(&self) -> BTreeMap<String, Element> {
        let all = self.elements().into_iter();
        all.map(|element| (element.code.clone(), element)).collect()
    }
}

/// The words of a line or a cell.
const SAID: &[&str] = &[
    "code",
    "label",
    "at",
    "unit",
    "nature",
    "decimals",
    "metric",
    "slice",
    "formula",
    "typed",
    "blank",
    "up",
    "change_percent",
    "source",
];

/// The first word of a row, a column or a cell that is none of [`SAID`].
fn unknown_word(file: &toml::Table) -> Option<String> {
    let list = |table: &toml::Value, name: &str| table.get(name).and_then(|list| list.as_array()).cloned();
    let tables = file.get("tables")?.as_array()?;
    let lines = tables
        .iter()
        .flat_map(|table| ["rows", "columns", "cells"].map(|name| list(table, name).unwrap_or_default()));
    lines.flatten().find_map(|line| {
        let known = |word: &String| SAID.contains(&word.as_str());
        line.as_table()?.keys().find(|word| !known(word)).cloned()
    })
}
