//! The plan from the document: reads a Chinese official document (要点, 意见, 方案, 指南, 规划) as a draft of a plan.
//!
//! Text in, draft out; no I/O, no clock. Rules, in the order of the rooms:
//! 1. `encoding` and `docx`: bytes become text, a file that holds no text is refused with the next door.
//! 2. `text`: lines that the page broke are joined, page numbers left out; every character keeps its place.
//! 3. `front`: title, number, issuer and day stand before and after the text. The years in the title are the document's.
//! 4. `labels`, `headings`: a label belongs to the level whose row it goes on with; one style is one level, and a chapter may
//!    change its numerals (二、3、).
//! 5. `items`, `tables`: a numbered point is an item, a paragraph without a number when it holds a measure or a target. Forms, signatures and
//!    reports of what was done are none.
//! 6. `tasks`, `lead`: a sentence is a measure; who is named after 责任单位 leads, else the subject.
//! 7. `dates`: 2024年前 ends with 2023, 三年内 counts from the document's day; without a date the document's years give the last day.
//! 8. `numbers`, `amounts`, `verbs`, `objects`, `coverage`, `judging`, `saying`, `targets`: a figure with a unit is a target when the sentence does
//!    something to reach it; ordinals, ages, dates, names in quotation marks and what is there already are none. 各 distributes.
//! 9. `bind`: the metric is proposed from `data/plans/bindings.toml`.
//!
//! No rule names a place, a year or a sentence of a document. How well it reads: `data/plans/reading-report.md`.

mod amounts;
pub mod bind;
mod coverage;
mod dates;
pub mod docx;
pub mod draft;
pub mod encoding;
mod front;
mod headings;
mod items;
mod judging;
mod labels;
mod lead;
mod numbers;
mod objects;
pub mod outline;
mod periods;
mod phrase;
mod saying;
mod tables;
mod targets;
mod tasks;
mod text;
mod verbs;

pub use draft::{Comparison, Draft, Item, Kind, Note, Place, Target, Task, Window};

use bind::Bindings;
use front::Front;
use text::Paragraph;

/// Characters that are read; a document of 300 pages has about 240,000.
pub const LONGEST: usize = 2_000_000;

/// Reads a document's text.
#[must_use]
pub fn read(text: &str) -> Draft {
    read_with(text, Bindings::shipped())
}

/// Reads a document's text, with one's own table of metrics.
#[must_use]
pub fn read_with(text: &str, bindings: &Bindings) -> Draft {
    let mut notes = Vec::new();
    let cut: String;
    let mut text = text;
    if text.len() > LONGEST && text.chars().count() > LONGEST {
        cut = text.chars().take(LONGEST).collect();
        text = &cut;
        notes.push(Note::whole(format!(
            "文件太长，只读了前 {} 万字。请分成几个文件。",
            LONGEST / 10_000
        )));
    }
    let paragraphs: Vec<Paragraph> = without_lists(text::paragraphs(text));
    let front: Front = front::read(&paragraphs);
    let mut items = items::read(&paragraphs, &front, bindings, &mut notes);
    if items.is_empty() {
        items = tables::read(&paragraphs, &front, bindings);
        if !items.is_empty() {
            notes.clear();
            notes.push(Note::whole(
                "文件是一张表，按行读成了条目，请核对每一列读得对不对。",
            ));
        }
    }
    remarks(&paragraphs, &front, &items, &mut notes);
    notes.extend(front.notes.iter().cloned());
    Draft {
        title: front.title,
        document_number: front.number,
        issuer: front.issuer,
        date: front.date,
        items,
        notes,
    }
}

/// Reads a file: DOCX, or text in UTF-8, UTF-16 or GB18030.
///
/// # Errors
/// A sentence that says what to do, when the file holds no text.
pub fn read_file(bytes: &[u8]) -> Result<Draft, String> {
    if docx::is_docx(bytes) {
        return Ok(read(&docx::text(bytes)?));
    }
    let decoded = encoding::decode(bytes)?;
    let mut draft = read(&decoded.text);
    draft.notes.extend(decoded.doubt.map(Note::whole));
    Ok(draft)
}

/// Leaves out the list of attachments in a letter: 附件：1.… 2.….
fn without_lists(paragraphs: Vec<Paragraph>) -> Vec<Paragraph> {
    let mut listing = false;
    paragraphs
        .into_iter()
        .filter(|paragraph| {
            let phrase = phrase::Phrase::new(&paragraph.letters);
            if phrase.longest(0, &["附件:", "附:"]).is_some() && phrase.len() > 4 {
                listing = true;
                return false;
            }
            listing = listing
                && labels::read(&paragraph.letters).is_some()
                && phrase.len() < 50
                && !phrase.holds(0, phrase.len(), &["。", "；"]);
            !listing
        })
        .collect()
}

/// What a person should know of the whole.
fn remarks(paragraphs: &[Paragraph], front: &Front, items: &[Item], notes: &mut Vec<Note>) {
    let letters: usize = paragraphs.iter().map(|paragraph| paragraph.letters.len()).sum();
    if letters == 0 {
        notes.push(Note::whole(
            "文件里没有文字。如果是扫描件，请先识别成文字再上传。",
        ));
        return;
    }
    if items.is_empty() {
        notes.push(Note::whole(
            "没有读出条目：文件里没有“一、”“（一）”“1.”这样的编号，也没有带数字的目标。请检查是不是正文，或者在这一页上逐条添加。",
        ));
    } else if items.iter().all(|item| item.number.is_none())
        && !paragraphs.iter().all(|paragraph| paragraph.row)
    {
        notes.push(Note::whole("文件里没有编号，按段落读成了条目，请核对。"));
    }
    for (missing, what) in [
        (front.title.is_none(), "标题"),
        (front.issuer.is_none(), "发文单位"),
        (front.date.is_none(), "成文日期"),
    ] {
        if missing {
            notes.push(Note::whole(format!("没有读出{what}，请补上。")));
        }
    }
}
