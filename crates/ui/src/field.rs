//! One question of a form: its label, hint, rule, typed value and error, and how it prints.

mod rules;

use std::fmt::{self, Display};

use askama::Template;
use askama::filters::HtmlSafe;

use crate::catalogue::translate;
use crate::view::Lang;

pub use rules::SENTENCES;
pub(crate) use rules::{check, clean, fen_of, parse_date, parse_time};

/// One answer to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is posted.
    pub value: String,
    /// What is shown; translated where the catalogue has it.
    pub text: String,
    /// A line under the text; may be empty.
    pub hint: String,
}

impl Choice {
    /// An answer with its value and text.
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            text: text.into(),
            hint: String::new(),
        }
    }

    /// Adds a line under the text.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// What kind of answer a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One line, with the least and most characters.
    Text(usize, usize),
    /// Several lines, with the most characters.
    TextArea(usize),
    /// A whole number from, to.
    Number(i64, i64),
    /// An amount in yuan with at most two decimals.
    Money,
    Date,
    Time,
    /// A mobile number of mainland China.
    Phone,
    /// Digits of a one-time or printed code, with their number.
    Code(usize),
    Password,
    Select,
    Radios,
    Checkboxes,
    /// One box to tick.
    Tick,
    File,
    Hidden,
}

/// One question of a form.
#[derive(Debug, Clone)]
pub struct Field {
    pub(crate) name: String,
    /// What the ids of its elements end in: the name, unless another form of the page has a field of that name.
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) hint: String,
    pub(crate) required: bool,
    pub(crate) autocomplete: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) choices: Vec<Choice>,
    pub(crate) values: Vec<String>,
    pub(crate) error: Option<String>,
}

impl Field {
    fn new(name: &str, label: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            key: name.to_owned(),
            label: label.to_owned(),
            kind,
            hint: String::new(),
            required: true,
            autocomplete: "off",
            accept: "",
            choices: Vec::new(),
            values: Vec::new(),
            error: None,
        }
    }

    /// A line of text of `min` to `max` characters; a `min` of 0 makes it optional.
    pub fn text(name: &str, label: &str, min: usize, max: usize) -> Self {
        let field = Self::new(name, label, Kind::Text(min, max));
        if min == 0 { field.optional() } else { field }
    }

    /// Several lines of text of at most `max` characters.
    pub fn textarea(name: &str, label: &str, max: usize) -> Self {
        Self::new(name, label, Kind::TextArea(max))
    }

    /// A whole number between `min` and `max`.
    pub fn number(name: &str, label: &str, min: i64, max: i64) -> Self {
        Self::new(name, label, Kind::Number(min, max))
    }

    /// An amount in yuan; [`crate::Form::fen`] gives it in fen.
    pub fn money(name: &str, label: &str) -> Self {
        Self::new(name, label, Kind::Money)
    }

    /// A day.
    pub fn date(name: &str, label: &str) -> Self {
        Self::new(name, label, Kind::Date)
    }

    /// A time of day.
    pub fn time(name: &str, label: &str) -> Self {
        Self::new(name, label, Kind::Time)
    }

    /// A mobile number: 11 digits that begin with 1.
    pub fn phone(name: &str, label: &str) -> Self {
        let mut field = Self::new(name, label, Kind::Phone);
        field.autocomplete = "tel";
        field
    }

    /// A code of exactly `digits` digits.
    pub fn code(name: &str, label: &str, digits: usize) -> Self {
        let mut field = Self::new(name, label, Kind::Code(digits));
        field.autocomplete = "one-time-code";
        field
    }

    /// A password; it is never shown again.
    pub fn password(name: &str, label: &str) -> Self {
        let mut field = Self::new(name, label, Kind::Password);
        field.autocomplete = "current-password";
        field
    }

    /// One of many answers, in a list that opens.
    pub fn select(name: &str, label: &str, choices: Vec<Choice>) -> Self {
        Self {
            choices,
            ..Self::new(name, label, Kind::Select)
        }
    }

    /// One of a few answers, all in sight.
    pub fn radios(name: &str, label: &str, choices: Vec<Choice>) -> Self {
        Self {
            choices,
            ..Self::new(name, label, Kind::Radios)
        }
    }

    /// Any number of answers.
    pub fn checkboxes(name: &str, label: &str, choices: Vec<Choice>) -> Self {
        Self {
            choices,
            ..Self::new(name, label, Kind::Checkboxes)
        }
    }

    /// One box to tick; required means that it must be ticked.
    pub fn tick(name: &str, label: &str) -> Self {
        Self::new(name, label, Kind::Tick)
    }

    /// A file to send; the page's form must be multipart. `accept` is as in HTML, for example `.csv,.xlsx`.
    pub fn file(name: &str, label: &str, accept: &'static str) -> Self {
        Self {
            accept,
            ..Self::new(name, label, Kind::File)
        }
    }

    /// A value that travels along unseen; it is not to be trusted more than a typed one.
    pub fn hidden(name: &str) -> Self {
        Self::new(name, "", Kind::Hidden).optional()
    }

    /// Lets the field be empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Adds a line between label and box.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Sets what the browser may fill in, by its HTML name (`name`, `bday`, `street-address` …).
    #[must_use]
    pub fn autocomplete(mut self, kind: &'static str) -> Self {
        self.autocomplete = kind;
        self
    }

    /// Sets the value shown first.
    #[must_use]
    pub fn value(mut self, value: impl Display) -> Self {
        self.values = vec![value.to_string()];
        self
    }

    pub(crate) fn first(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }
}

/// A field as one page prints it.
#[derive(Debug, Template)]
#[template(path = "ui/field.html")]
pub struct FieldView<'a> {
    field: &'a Field,
    lang: Lang,
}

impl HtmlSafe for FieldView<'_> {}

impl<'a> FieldView<'a> {
    pub(crate) fn new(field: &'a Field, lang: Lang) -> Self {
        Self { field, lang }
    }

    fn t<'t>(&self, chinese: &'t str) -> &'t str {
        translate(self.lang, chinese)
    }

    fn input_type(&self) -> &'static str {
        match self.field.kind {
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::Phone => "tel",
            Kind::Password => "password",
            _ => "text",
        }
    }

    fn input_mode(&self) -> &'static str {
        match self.field.kind {
            Kind::Number(..) | Kind::Code(_) => "numeric",
            Kind::Money => "decimal",
            Kind::Phone => "tel",
            _ => "text",
        }
    }

    /// Width of the box by the length of the answer, so that the box itself is a hint.
    fn width(&self) -> &'static str {
        match self.field.kind {
            Kind::Number(..) | Kind::Money | Kind::Time => "w-short",
            Kind::Code(_) | Kind::Phone | Kind::Date => "w-mid",
            Kind::Text(_, max) if max <= 20 => "w-mid",
            _ => "w-full",
        }
    }

    fn described_by(&self) -> String {
        let name = &self.field.key;
        let hint = if self.field.hint.is_empty() {
            String::new()
        } else {
            format!("h-{name}")
        };
        match (&self.field.error, hint.is_empty()) {
            (Some(_), true) => format!("e-{name}"),
            (Some(_), false) => format!("{hint} e-{name}"),
            (None, _) => hint,
        }
    }

    fn chosen(&self, value: &str) -> bool {
        self.field.values.iter().any(|chosen| chosen == value)
    }

    /// The first choice has the field's own id, so that a link of the error summary lands on it.
    fn choice_id(&self, index: &usize) -> String {
        match index {
            0 => format!("f-{}", self.field.key),
            _ => format!("f-{}-{index}", self.field.key),
        }
    }
}

/// The place of a field that the form does not have.
///
/// Printing it is an error, so a misspelt name fails the page's first test instead of hiding a question.
#[derive(Debug)]
pub enum FieldSlot<'a> {
    /// The field.
    Known(FieldView<'a>),
    /// No field has this name.
    Unknown,
}

impl Display for FieldSlot<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(view) => view.fmt(out),
            Self::Unknown => Err(fmt::Error),
        }
    }
}

impl HtmlSafe for FieldSlot<'_> {}
