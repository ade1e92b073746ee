//! DOCX to text: the paragraphs of the body, with the labels that Word counts by itself as they are printed.
//!
//! Rules: 1. only `word/document.xml`, `word/numbering.xml` and `word/styles.xml` are read, each up to a bound, so that a file that
//! unpacks without end stops there. 2. Deleted text, field codes and fallback drawings are left out. 3. The cells of a row stand
//! between tabs. 4. A broken file is refused with a sentence.

mod body;
mod numbering;

use numbering::Numbering;
use std::io::{Cursor, Read};

/// Bytes that one part of the file may unpack to.
const PART_LIMIT: u64 = 32 << 20;
/// Parts that a file may hold.
const PARTS: usize = 10_000;

/// These bytes are a DOCX file, by their beginning.
#[must_use]
pub fn is_docx(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads the text of a DOCX file.
///
/// # Errors
/// A sentence, when the file is none, is broken, or is too large unpacked.
pub fn text(bytes: &[u8]) -> Result<String, String> {
    bounded(bytes, PART_LIMIT)
}

fn bounded(bytes: &[u8], limit: u64) -> Result<String, String> {
    let broken =
        || "这个 DOCX 文件打不开，可能损坏了或加了密码。请用文字处理软件打开，另存一次再上传。".to_owned();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if archive.len() > PARTS {
        return Err(broken());
    }
    let document = part(&mut archive, "word/document.xml", limit)?
        .ok_or_else(|| "这个压缩文件里没有 DOCX 正文。请上传 DOCX 或 TXT。".to_owned())?;
    let styles = part(&mut archive, "word/styles.xml", limit)?.unwrap_or_default();
    let numbers = part(&mut archive, "word/numbering.xml", limit)?.unwrap_or_default();
    let numbering = Numbering::read(&numbers, &styles).map_err(|_| broken())?;
    body::text(&document, numbering).map_err(|_| broken())
}

fn part(
    archive: &mut zip::ZipArchive<Cursor<&[u8]>>,
    name: &str,
    limit: u64,
) -> Result<Option<String>, String> {
    let Ok(file) = archive.by_name(name) else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    if read.is_err() {
        return Err("这个 DOCX 文件损坏了，里面有一部分读不出来。请另存一次再上传。".to_owned());
    }
    if bytes.len() as u64 > limit {
        return Err(format!(
            "这个 DOCX 文件解开后超过 {} MB，没有读。请只保留正文再上传。",
            limit >> 20
        ));
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
mod tests;
