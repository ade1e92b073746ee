//! 报名凭条: a strip 80 mm wide, as long as its text, for a receipt printer or a cut sheet.

use crate::{Code, DocumentError, Template, Typesetter, words};
use kernel::Instant;
use serde::Serialize;

/// What became of a signup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SlipStatus {
    /// The learner has a seat.
    Enrolled,
    /// The learner waits for a seat.
    Waiting {
        /// The place on the waitlist, from 1.
        position: u32,
    },
    /// The signup is in a draw or a check that is not over.
    Received,
    /// The signup or the seat was given up.
    Cancelled,
}

/// What a learner takes home from the counter.
#[derive(Debug, Clone, Serialize)]
pub struct Slip {
    /// Who took the signup.
    pub provider: String,
    /// The signup's number.
    pub number: String,
    /// The learner's full name.
    pub learner: String,
    /// The class.
    pub class: String,
    /// When the class meets, in words.
    pub when: String,
    /// Where the class meets.
    pub place: String,
    /// The fee in words, with what is paid.
    pub fee: Option<String>,
    /// What became of the signup.
    pub status: SlipStatus,
    /// When it was recorded.
    #[serde(serialize_with = "words::moment")]
    pub at: Instant,
    /// Who recorded it: a clerk's name, or 本人.
    pub clerk: String,
    /// What to do next, such as when to pay by.
    pub next: Option<String>,
    /// How to undo it, with the last day.
    pub undo: String,
    /// The number to call.
    pub phone: Option<String>,
    /// The signup's page.
    pub page: Option<Code>,
}

const TEMPLATE: Template = Template {
    name: "slip",
    source: include_str!("../templates/slip.typ"),
};

impl Slip {
    /// The slip as PDF, one page 80 mm wide.
    pub fn pdf(&self, typesetter: &Typesetter, made: Instant) -> Result<Vec<u8>, DocumentError> {
        typesetter.set(TEMPLATE, self, made)
    }
}
