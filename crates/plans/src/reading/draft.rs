//! The draft of a plan: what the reader found, for a person to correct and for programs as JSON.

use serde::{Deserialize, Serialize, Serializer};

/// A plan as it was read, not yet looked at by anybody.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Title as printed, without the spaces and line breaks in it.
    pub title: Option<String>,
    /// 发文字号, such as 青教〔2022〕61号.
    pub document_number: Option<String>,
    /// Who signed it.
    pub issuer: Option<String>,
    /// Day of the document, `YYYY-MM-DD`, or its month `YYYY-MM` where no day is printed.
    pub date: Option<String>,
    /// What is asked for, in the order of the document.
    pub items: Vec<Item>,
    /// What a person should look at, as sentences.
    #[serde(default)]
    pub notes: Vec<Note>,
}

/// One item: a numbered point, or a paragraph without a number that holds a measure or a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The printed label without its mark (`11`, `二`).
    pub number: Option<String>,
    /// Headings above, as printed, outermost first.
    pub path: Vec<String>,
    /// Its own heading, without the mark; empty for a paragraph without one.
    pub heading: String,
    /// Its words, without the label; paragraphs stand on lines of their own.
    pub text: String,
    /// Its measures.
    pub tasks: Vec<Task>,
    /// Where it stands.
    pub place: Place,
}

/// One measure: a sentence or a part of one that ends with a semicolon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its words.
    pub text: String,
    /// What would show that it is done.
    pub kind: Kind,
    /// Who leads, as printed.
    pub lead: Vec<String>,
    /// When it is to be worked on.
    pub window: Window,
    /// What is to be reached.
    pub targets: Vec<Target>,
    /// Where it stands.
    pub place: Place,
}

/// What would show that a task is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A figure is reached.
    Quantity,
    /// A thing is there: a paper, an event, an appraisal.
    Delivery,
    /// Work goes on.
    Progress,
}

/// When a task is to be worked on; nothing set where the document does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First day, `YYYY-MM-DD`; `MM-DD` when it returns every year.
    pub from: Option<String>,
    /// Last day, the same way.
    pub to: Option<String>,
    /// Returns every year.
    pub every_year: bool,
}

/// A figure that is to be reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// What is counted or measured.
    pub object: String,
    /// What is done to it, as printed.
    pub verb: String,
    /// How the figure is meant.
    pub comparison: Comparison,
    /// The figure; 万 and 亿 are multiplied out, 60 % is 60.
    #[serde(serialize_with = "plain")]
    pub value: f64,
    /// Upper end of a span.
    #[serde(serialize_with = "plain_option")]
    pub value_to: Option<f64>,
    /// Unit as printed; `%`, `‰`, `‱`, `ratio`, `倍`.
    pub unit: String,
    /// Last day, `YYYY-MM-DD`.
    pub due: Option<String>,
    /// Metric that would move it.
    pub metric: Option<String>,
    /// How sure the reader is, 0 to 1.
    pub confidence: f64,
    /// The words it was read from, as printed.
    pub source_text: String,
}

/// How a figure is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// So many; nothing said about more or less.
    Eq,
    /// At least.
    Ge,
    /// At most.
    Le,
    /// From `value` to `value_to`.
    Between,
    /// Every one: 全覆盖, 全部.
    All,
}

/// Where words stand in the document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// First line, counted from 1.
    pub line_from: usize,
    /// Last line.
    pub line_to: usize,
    /// First character, counted from 0 in the decoded text.
    pub from: usize,
    /// The character after the last.
    pub to: usize,
}

/// A remark for the person who corrects the draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Line it is about, counted from 1; none for the whole document.
    pub line: Option<usize>,
    /// The remark.
    pub sentence: String,
}

impl Note {
    /// A remark on the whole document.
    #[must_use]
    pub fn whole(sentence: impl Into<String>) -> Self {
        Self {
            line: None,
            sentence: sentence.into(),
        }
    }

    /// A remark on a line.
    #[must_use]
    pub fn at(line: usize, sentence: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            sentence: sentence.into(),
        }
    }
}

impl Draft {
    /// All targets in the order of the document.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.items
            .iter()
            .flat_map(|item| &item.tasks)
            .flat_map(|task| &task.targets)
    }
}

/// Whole figures are written without a fraction: 122, not 122.0.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) fn plain<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}

#[expect(clippy::ref_option, reason = "serde asks for a reference")]
pub(crate) fn plain_option<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => plain(value, serializer),
        None => serializer.serialize_none(),
    }
}
