//! Answers made by hand, as `data/plans/answers/README.md` describes them.

use serde::Deserialize;
use std::path::Path;

/// What a careful clerk writes down of a document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    pub title: Option<String>,
    pub document_number: Option<String>,
    pub issuer: Option<String>,
    pub date: Option<String>,
    pub items: Vec<String>,
    #[serde(default)]
    pub targets: Vec<Target>,
    #[serde(default)]
    pub windows: Vec<Window>,
    #[serde(default)]
    pub leads: Vec<Lead>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub at: String,
    pub object: String,
    pub is: String,
    pub value: f64,
    pub to: Option<f64>,
    pub unit: String,
    pub due: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    pub at: String,
    pub from: Option<String>,
    pub to: Option<String>,
    #[serde(default)]
    pub every: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lead {
    pub at: String,
    pub who: Vec<String>,
}

impl Answers {
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("answers");
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}
