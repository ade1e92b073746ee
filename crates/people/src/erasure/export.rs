//! Everything held about a person, as a page to read and as a file for programs.

use kernel::Instant;
use platform::personal::Section;
use serde_json::{Map, Value, json};

/// What all keepers told.
#[derive(Debug, Clone)]
pub struct Told {
    /// Whose it is, as they are called.
    pub name: String,
    /// When it was put together.
    pub made_at: Instant,
    /// The sections, in the order of the keepers.
    pub sections: Vec<Section>,
}

impl Told {
    /// For programs: an object with a list of objects for each section.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut whole = Map::new();
        whole.insert("made_at".into(), json!(self.made_at.to_china_text()));
        for section in &self.sections {
            let row = |row: &Vec<platform::personal::Cell>| {
                let cells = row.iter().map(|cell| (cell.key.to_owned(), json!(cell.text)));
                Value::Object(cells.collect())
            };
            whole.insert(section.key.into(), section.rows.iter().map(row).collect());
        }
        Value::Object(whole)
    }
}
