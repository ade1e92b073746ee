//! From a file or pasted text to a draft that can be kept: what is read, what is refused and with which sentence. No I/O.

use super::head::TypedHead;
use super::model::{MOST_ITEMS, NewContent};
use super::proposal::item_of;
use crate::reading::{self, docx, encoding};
use kernel::Date;
use platform::{AppError, AppResult};

/// Bytes of a document that are taken.
pub const FILE_LIMIT: usize = 10 << 20;
/// Letters of pasted text that are taken: more than a document of 300 pages has.
pub const LONGEST_PASTE: usize = 300_000;
/// Remarks of the reader that are kept.
const MOST_NOTES: usize = 200;

/// A document as it was brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// Name of the file; empty for pasted text.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Text pasted instead of a file.
    pub pasted: String,
    /// Whether an empty draft is wanted when nothing can be read as an item.
    pub anyway: bool,
}

/// A document that was read.
#[derive(Debug, Clone)]
pub struct Read {
    /// Title, number, issuer and days.
    pub head: TypedHead,
    /// Items in order, each with whether it is doubtful.
    pub content: Vec<NewContent>,
    /// Remarks as JSON.
    pub notes: String,
    /// What is kept as a file: bytes and name.
    pub file: (Vec<u8>, String),
    /// The same as UTF-8 text, for a store that does not take the bytes as they are.
    pub plain: Option<String>,
}

/// Reads a document.
///
/// # Errors
/// [`AppError::Invalid`] beside `file` or `text` with a sentence that says how to go on; [`AppError::TooLarge`].
pub fn read(source: Source, today: Date) -> AppResult<Read> {
    let pasted = source.bytes.is_empty();
    let beside = if pasted { "text" } else { "file" };
    if pasted && source.pasted.trim().is_empty() {
        return Err(AppError::invalid(
            "file",
            "还没有选文件，也没有粘贴正文。请选一个 TXT 或 DOCX 文件，或者把正文粘贴在下面。",
        ));
    }
    if source.bytes.len() > FILE_LIMIT {
        let size = source.bytes.len().div_ceil(1 << 20);
        return Err(AppError::invalid(
            "file",
            format!("文件有 {size} MB，最多 10 MB。请删去图片和附件，或者只粘贴正文。"),
        ));
    }
    let (draft, file, plain) = if pasted {
        let name = "粘贴的正文.txt".to_owned();
        (
            reading::read(&source.pasted),
            (source.pasted.into_bytes(), name),
            None,
        )
    } else {
        let draft = reading::read_file(&source.bytes).map_err(|why| AppError::invalid("file", why))?;
        let is_docx = docx::is_docx(&source.bytes);
        let plain = (!is_docx)
            .then(|| encoding::decode(&source.bytes).ok())
            .flatten()
            .map(|decoded| decoded.text);
        (draft, (source.bytes, source.name), plain)
    };
    if draft.items.is_empty() && !source.anyway {
        return Err(AppError::invalid(beside, nothing_read(&draft)));
    }
    if draft.items.len() > MOST_ITEMS {
        return Err(AppError::invalid(
            beside,
            format!(
                "读出了 {} 条，一份计划最多 {MOST_ITEMS} 条。请把文件按部分拆开，分成几份计划上传。",
                draft.items.len()
            ),
        ));
    }
    Ok(Read {
        head: head_of(&draft, today),
        content: content_of(&draft),
        notes: notes_of(&draft),
        file,
        plain,
    })
}

fn nothing_read(draft: &reading::Draft) -> String {
    let why = draft
        .notes
        .first()
        .map_or("没有读出条目。", |note| note.sentence.as_str());
    format!("{why}也可以勾选“读不出条目时建一份空白草稿”，再自己逐条添加。")
}

/// Title and days; the year stands in the title, else in the day of the document.
fn head_of(draft: &reading::Draft, today: Date) -> TypedHead {
    let title = draft.title.clone().unwrap_or_default();
    let dated = draft.date.clone().unwrap_or_default();
    let years = years_in(&title);
    let of_day = dated.split('-').next().and_then(|year| year.parse().ok());
    let first = years
        .first()
        .copied()
        .or(of_day)
        .unwrap_or_else(|| i64::from(today.year()));
    let last = years
        .last()
        .copied()
        .filter(|last| (first..=first + 10).contains(last))
        .unwrap_or(first);
    let title: String = title.chars().take(120).collect();
    TypedHead {
        title: if title.chars().count() < 2 {
            format!("{first}年工作计划（标题待补）")
        } else {
            title
        },
        document_number: draft
            .document_number
            .clone()
            .unwrap_or_default()
            .chars()
            .take(60)
            .collect(),
        issuer: draft
            .issuer
            .clone()
            .unwrap_or_default()
            .chars()
            .take(80)
            .collect(),
        dated,
        year: first,
        starts_on: String::new(),
        ends_on: format!("{last}-12-31"),
    }
}

/// Years that a title names, in order: 2013-2014年度 names two.
fn years_in(title: &str) -> Vec<i64> {
    let plain = kernel::normalise_width(title);
    plain
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|digits| digits.len() == 4)
        .filter_map(|digits| digits.parse().ok())
        .filter(|year| (1990..=2100).contains(year))
        .collect()
}

fn content_of(draft: &reading::Draft) -> Vec<NewContent> {
    let noted = |item: &reading::Item| {
        let lines = item.place.line_from..=item.place.line_to;
        draft
            .notes
            .iter()
            .any(|note| note.line.is_some_and(|line| lines.contains(&line)))
    };
    draft
        .items
        .iter()
        .map(|read| {
            let item = item_of(read);
            NewContent {
                doubtful: item.is_doubtful() || noted(read),
                item,
            }
        })
        .collect()
}

fn notes_of(draft: &reading::Draft) -> String {
    let notes: Vec<&reading::Note> = draft.notes.iter().take(MOST_NOTES).collect();
    serde_json::to_string(&notes).unwrap_or_else(|_| "[]".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::constant(2026, 11, 22)
    }

    fn file(name: &str, bytes: &[u8]) -> Source {
        Source {
            name: name.into(),
            bytes: bytes.to_vec(),
            ..Source::default()
        }
    }

    fn pasted(text: &str) -> Source {
        Source {
            pasted: text.into(),
            ..Source::default()
        }
    }

    #[test]
    fn bad_documents_are_refused_with_a_way_on() {
        let gibberish: Vec<u8> = (0..=255u8).cycle().take(4000).collect();
        let endless = format!("一、目标\n{}", "1. 新增学习点1个。\n".repeat(MOST_ITEMS + 5));
        for (source, field, words) in [
            (Source::default(), "file", "还没有选文件"),
            (pasted("  \n "), "file", "还没有选文件"),
            (file("a.pdf", b"%PDF-1.7"), "file", "PDF"),
            (file("a.png", b"\x89PNG\r\n\x1a\n"), "file", "识别成文字"),
            (file("a.doc", b"\xD0\xCF\x11\xE0"), "file", "DOCX"),
            (file("a.docx", b"PK\x03\x04broken"), "file", "DOCX"),
            (file("a.txt", &gibberish), "file", "编码"),
            (file("a.txt", &vec![b'a'; FILE_LIMIT + 1]), "file", "最多 10 MB"),
            (pasted("今天天气很好，大家都来了。"), "text", "空白草稿"),
            (pasted(&endless), "text", "最多 2000 条"),
        ] {
            match read(source, today()) {
                Err(AppError::Invalid(wrong)) => {
                    assert_eq!(wrong[0].field, field, "{words}: {}", wrong[0].sentence);
                    assert!(wrong[0].sentence.contains(words), "{}", wrong[0].sentence);
                }
                other => panic!("{words}: {other:?}"),
            }
        }
    }

    #[test]
    fn an_empty_draft_can_be_wanted() {
        let source = Source {
            anyway: true,
            ..pasted("今天天气很好，大家都来了。")
        };
        let read = read(source, today()).unwrap();
        assert!(read.content.is_empty() && read.notes.contains("没有读出条目"));
        assert_eq!(
            (read.head.year, read.head.title.as_str()),
            (2026, "2026年工作计划（标题待补）")
        );
    }

    #[test]
    fn the_year_stands_in_the_title_or_in_the_day() {
        for (title, date, first, last) in [
            (
                Some("2022年闵行区终身教育工作要点"),
                Some("2022-07-12"),
                2022,
                "2022-12-31",
            ),
            (
                Some("2013-2014年度示范街镇创建指南"),
                Some("2013-01"),
                2013,
                "2014-12-31",
            ),
            (
                Some("关于推进学习型社会建设的意见"),
                Some("2024-02-26"),
                2024,
                "2024-12-31",
            ),
            (None, None, 2026, "2026-12-31"),
        ] {
            let draft = reading::Draft {
                title: title.map(str::to_owned),
                date: date.map(str::to_owned),
                ..reading::Draft::default()
            };
            let head = head_of(&draft, today());
            assert_eq!((head.year, head.ends_on.as_str()), (first, last), "{title:?}");
        }
    }

    #[test]
    fn a_shipped_document_is_read_with_its_doubts() {
        let bytes = include_bytes!("../../../../data/documents/s24.txt");
        let read = read(file("s24.txt", bytes), today()).unwrap();
        assert_eq!((read.head.year, read.content.len()), (2024, 22));
        let doubtful = read.content.iter().filter(|content| content.doubtful).count();
        assert!((1..10).contains(&doubtful), "{doubtful}");
    }
}
