//! 学习码卡: cards of 85 × 54 mm to cut out, eight on an A4 sheet.

use crate::{Code, DocumentError, Template, Typesetter};
use kernel::Instant;
use serde::Serialize;

/// One learner's card.
#[derive(Debug, Clone, Serialize)]
pub struct CodeCard {
    /// The learner's full name.
    pub name: String,
    /// The learning code as people read it out, such as 3F7K 92QD.
    pub text: String,
    /// What a scanner reads.
    pub code: Code,
}

/// Cards for many learners.
#[derive(Debug, Clone, Serialize)]
pub struct CodeCards {
    /// Who gives the cards out.
    pub provider: String,
    /// Whom to call when a card is lost.
    pub phone: Option<String>,
    /// The cards, in order.
    pub cards: Vec<CodeCard>,
}

const TEMPLATE: Template = Template {
    name: "code_card",
    source: include_str!("../templates/code_card.typ"),
};

impl CodeCards {
    /// The cards as PDF, eight on a page; no card gives one page that says so.
    pub fn pdf(&self, typesetter: &Typesetter, made: Instant) -> Result<Vec<u8>, DocumentError> {
        typesetter.set(TEMPLATE, self, made)
    }
}
