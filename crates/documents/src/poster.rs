//! 班级招生海报: A4, large text, for a notice board.

use crate::{Code, DocumentError, Template, Typesetter};
use kernel::Instant;
use serde::Serialize;

/// The ways to enrol that a poster shows; at least one should be given.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Enrolling {
    /// The telephone number, with its hours.
    pub phone: Option<String>,
    /// Where the counter is, with its hours.
    pub counter: Option<String>,
    /// The class's page.
    pub page: Option<Code>,
    /// When enrolment opens and closes, in words.
    pub window: Option<String>,
}

/// A poster that wins learners for one class.
#[derive(Debug, Clone, Serialize)]
pub struct Poster {
    /// Who offers the class.
    pub provider: String,
    /// The name of the class.
    pub title: String,
    /// One sentence that says what people will do or learn.
    pub invitation: Option<String>,
    /// Days and times, one line each.
    pub when: Vec<String>,
    /// Place and address, one line each.
    pub place: Vec<String>,
    /// Who teaches.
    pub teacher: String,
    /// Who the class suits, such as 零基础、55岁以上.
    pub audience: Option<String>,
    /// The fee in words, such as 150 元（教材另付 20 元）or 免费.
    pub fee: String,
    /// Seats in words, such as 30 人.
    pub seats: String,
    /// How to enrol.
    pub enrolling: Enrolling,
}

const TEMPLATE: Template = Template {
    name: "poster",
    source: include_str!("../templates/poster.typ"),
};

impl Poster {
    /// The poster as PDF, one page.
    pub fn pdf(&self, typesetter: &Typesetter, made: Instant) -> Result<Vec<u8>, DocumentError> {
        typesetter.set(TEMPLATE, self, made)
    }
}
