//! 结业证书: A4 landscape, to be sealed by hand and checked by its QR code.

use crate::{Code, DocumentError, Template, Typesetter, words};
use kernel::{Date, Instant};
use serde::Serialize;

/// A certificate of completion.
#[derive(Debug, Clone, Serialize)]
pub struct Certificate {
    /// The number that the provider's register knows it by.
    pub number: String,
    /// The learner's full name.
    pub name: String,
    /// The course, without book marks.
    pub course: String,
    /// The class, when its name says more than the course's.
    pub class: Option<String>,
    /// The term, such as 2026年秋季学期.
    pub term: String,
    /// Hours of study (学时) completed.
    pub hours: u32,
    /// The result in words, such as 考核成绩：优秀.
    pub result: Option<String>,
    /// The institution that issues and seals it.
    pub provider: String,
    /// The day of issue.
    #[serde(serialize_with = "words::date")]
    pub issued: Date,
    /// The address at which anyone can check it.
    pub verify: Code,
}

const TEMPLATE: Template = Template {
    name: "certificate",
    source: include_str!("../templates/certificate.typ"),
};

/// The certificates of a class, to be printed in one go.
#[derive(Debug, Clone)]
pub struct Certificates {
    /// The class.
    pub class: String,
    /// The certificates, in order.
    pub all: Vec<Certificate>,
}

#[derive(Serialize)]
struct Sheets<'a> {
    title: String,
    certificates: &'a [Certificate],
}

impl Certificate {
    /// The certificate as PDF, one page.
    pub fn pdf(&self, typesetter: &Typesetter, made: Instant) -> Result<Vec<u8>, DocumentError> {
        typesetter.set(TEMPLATE, &self.sheet(), made)
    }

    pub(crate) fn sheet(&self) -> impl Serialize {
        Sheets {
            title: format!("结业证书 {}", self.number),
            certificates: std::slice::from_ref(self),
        }
    }
}

impl Certificates {
    /// The certificates as PDF, a page each.
    pub fn pdf(&self, typesetter: &Typesetter, made: Instant) -> Result<Vec<u8>, DocumentError> {
        let sheets = Sheets {
            title: format!("结业证书 {}", self.class),
            certificates: &self.all,
        };
        typesetter.set(TEMPLATE, &sheets, made)
    }
}
