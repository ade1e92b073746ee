//! The body: paragraphs with their labels, rows of tables.

use super::numbering::{Numbering, value};
use quick_xml::Reader;
use quick_xml::events::Event;

/// What is open while reading on.
#[derive(Default)]
struct State {
    out: String,
    paragraph: String,
    style: Option<String>,
    list: Option<String>,
    level: Option<usize>,
    /// Depth of tables.
    tables: usize,
    cells: Vec<String>,
    in_text: bool,
    /// Depth of parts that are not printed.
    hidden: usize,
}

/// Reads the paragraphs of `word/document.xml`.
pub fn text(xml: &str, mut numbering: Numbering) -> Result<String, quick_xml::Error> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let mut state = State::default();
    loop {
        match reader.read_event()? {
            Event::Eof => break,
            Event::Start(tag) => {
                let name = tag.local_name().as_ref().to_owned();
                if hides(&name) {
                    state.hidden += 1;
                }
                opened(&mut state, &name, value(&tag, "val"), value(&tag, "type"));
            }
            Event::Empty(tag) => {
                let name = tag.local_name().as_ref().to_owned();
                opened(&mut state, &name, value(&tag, "val"), value(&tag, "type"));
                if name == "p" {
                    closed(&mut state, &name, &mut numbering);
                }
                state.in_text = false;
            }
            Event::End(tag) => {
                let name = tag.local_name().as_ref().to_owned();
                if hides(&name) {
                    state.hidden = state.hidden.saturating_sub(1);
                }
                closed(&mut state, &name, &mut numbering);
            }
            Event::Text(words) if state.in_text && state.hidden == 0 => {
                state.paragraph.push_str(&words.xml10_content());
            }
            Event::CData(words) if state.in_text && state.hidden == 0 => {
                state.paragraph.push_str(&words.xml10_content());
            }
            Event::GeneralRef(entity) if state.in_text && state.hidden == 0 => {
                let letter = match entity.as_ref() {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => entity.resolve_char_ref().ok().flatten(),
                };
                state.paragraph.extend(letter);
            }
            _ => {}
        }
    }
    Ok(state.out)
}

/// Parts that repeat what is printed elsewhere, or are not printed.
fn hides(name: &str) -> bool {
    matches!(name, "Fallback" | "del" | "moveFrom" | "instrText")
}

fn opened(state: &mut State, name: &str, val: Option<String>, kind: Option<String>) {
    match name {
        "p" => {
            state.paragraph.clear();
            state.style = None;
            state.list = None;
            state.level = None;
        }
        "tbl" => state.tables += 1,
        "tr" => state.cells.clear(),
        "tc" => state.cells.push(String::new()),
        "t" => state.in_text = true,
        "tab" if state.hidden == 0 && !state.paragraph.is_empty() => state.paragraph.push('　'),
        "br" | "cr" if state.hidden == 0 && kind.as_deref().is_none_or(|kind| kind == "textWrapping") => {
            state.paragraph.push('\n');
        }
        "noBreakHyphen" => state.paragraph.push('-'),
        "pStyle" => state.style = val,
        "numId" => state.list = val,
        "ilvl" => state.level = val.and_then(|level| level.parse().ok()),
        _ => {}
    }
}

fn closed(state: &mut State, name: &str, numbering: &mut Numbering) {
    match name {
        "t" => state.in_text = false,
        "p" => {
            let words = std::mem::take(&mut state.paragraph);
            let label = if words.trim().is_empty() {
                String::new()
            } else {
                numbering.label(state.style.as_deref(), state.list.as_deref(), state.level)
            };
            if state.tables > 0 {
                if let Some(cell) = state.cells.last_mut() {
                    cell.push_str(&label);
                    cell.push_str(words.trim());
                }
            } else {
                state.out.push_str(&label);
                state.out.push_str(&words);
                state.out.push('\n');
            }
        }
        "tr" => {
            let row = state.cells.join("\t");
            if !row.trim().is_empty() {
                // A row with one cell is a frame around text.
                state.out.push_str(row.trim_end());
                state.out.push('\n');
            }
            state.cells.clear();
        }
        "tbl" => state.tables = state.tables.saturating_sub(1),
        _ => {}
    }
}
