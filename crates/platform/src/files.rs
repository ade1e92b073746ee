//! Stored files: checked by their content, kept under their hash in a local folder, never executed.

use crate::Random;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const NAME_CHARS: usize = 100;

/// A kind of file that can be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A PNG picture.
    Png,
    /// A JPEG picture.
    Jpeg,
    /// A WebP picture.
    Webp,
    /// A PDF document.
    Pdf,
    /// An Excel workbook without macros.
    Xlsx,
    /// A Word document without macros.
    Docx,
    /// A table as text, UTF-8 or GB 18030.
    Csv,
    /// Plain text, UTF-8 or GB 18030.
    Txt,
}

impl FileKind {
    /// Pictures that every browser shows.
    pub const PICTURES: [Self; 3] = [Self::Png, Self::Jpeg, Self::Webp];
    /// Tables that can be imported.
    pub const TABLES: [Self; 2] = [Self::Xlsx, Self::Csv];

    /// The ending of its names, without the dot.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Docx => "docx",
            Self::Csv => "csv",
            Self::Txt => "txt",
        }
    }
}

/// What is known of a file after it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// SHA-256 of the content, 64 lower-case hexadecimal digits; the key to [`Files::get`].
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Kind by content.
    pub kind: FileKind,
    /// Content type for HTTP, by content; serve it with `X-Content-Type-Options: nosniff`.
    pub content_type: &'static str,
    /// The declared name, made safe: no path, no control characters, the kind's own ending.
    pub name: String,
}

/// Why a file was not stored or not read; its text says what to do.
#[derive(Debug)]
pub enum FileError {
    /// No bytes.
    Empty,
    /// More bytes than allowed.
    TooLarge {
        /// Bytes of this file.
        size: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// The content is none of the kinds allowed here.
    WrongKind(Vec<FileKind>),
    /// An office document with macros.
    HasMacros,
    /// No file has this hash.
    Missing,
    /// The stored bytes no longer have their hash.
    Damaged,
    /// The folder cannot be read or written.
    Io(io::Error),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("这个文件是空的。请重新选择文件。"),
            Self::TooLarge { size, limit } => {
                write!(
                    f,
                    "文件太大（{}），最大 {}。请压缩或换一个小一点的文件。",
                    Megabytes(*size),
                    Megabytes(*limit)
                )
            }
            Self::WrongKind(allowed) => {
                let endings: Vec<&str> = allowed.iter().map(|kind| kind.ending()).collect();
                write!(
                    f,
                    "这种文件不能上传。请换成以下格式之一：{}。",
                    endings.join("、")
                )
            }
            Self::HasMacros => {
                f.write_str("这个文件里有宏，不能上传。请另存为不带宏的 xlsx 或 docx 文件再传。")
            }
            Self::Missing => f.write_str("找不到这个文件，可能已被删除。请重新上传。"),
            Self::Damaged => f.write_str("这个文件已损坏。请重新上传，或请管理员从备份中恢复。"),
            Self::Io(error) => write!(
                f,
                "文件暂时无法读写（{error}）。请稍后再试；如果一直这样，请联系管理员。"
            ),
        }
    }
}
impl std::error::Error for FileError {}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

struct Megabytes(u64);

impl fmt::Display for Megabytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounded up, so that a file just over the bound never reads as if it were within it.
        let tenths = self.0.saturating_mul(10).div_ceil(1024 * 1024);
        write!(f, "{}.{} MB", tenths / 10, tenths % 10)
    }
}

/// The folder of stored files; clones share it.
#[derive(Clone, Debug)]
pub struct Files(Arc<Store>);

#[derive(Debug)]
struct Store {
    folder: PathBuf,
    limit: u64,
    random: Random,
}

impl Files {
    /// The store in this folder (made if missing), for files of at most `limit` bytes.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(folder: &Path, limit: u64, random: &Random) -> io::Result<Self> {
        std::fs::create_dir_all(folder.join("tmp"))?;
        Ok(Self(Arc::new(Store {
            folder: folder.to_owned(),
            limit,
            random: random.clone(),
        })))
    }

    /// Most bytes that a file may have.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.0.limit
    }

    /// Checks and stores a file; equal files are stored once. When this returns, the bytes are on disk.
    ///
    /// # Errors
    /// Empty, too large, not of an allowed kind, with macros, or the folder cannot be written.
    pub async fn put(
        &self,
        bytes: Vec<u8>,
        declared_name: &str,
        allowed: &[FileKind],
    ) -> Result<StoredFile, FileError> {
        let (store, name, allowed) = (Arc::clone(&self.0), declared_name.to_owned(), allowed.to_vec());
        on_blocking_thread(move || store.put(&bytes, &name, &allowed)).await
    }

    /// The bytes of a stored file, checked against their hash.
    ///
    /// # Errors
    /// Missing, damaged, or the folder cannot be read.
    pub async fn get(&self, sha256: &str) -> Result<Vec<u8>, FileError> {
        let (store, sha256) = (Arc::clone(&self.0), sha256.to_owned());
        on_blocking_thread(move || store.get(&sha256)).await
    }
}

async fn on_blocking_thread<T, F>(work: F) -> Result<T, FileError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, FileError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(FileError::Io(io::Error::other(error))),
    }
}

impl Store {
    fn put(&self, bytes: &[u8], declared_name: &str, allowed: &[FileKind]) -> Result<StoredFile, FileError> {
        let size = bytes.len() as u64;
        if bytes.is_empty() {
            return Err(FileError::Empty);
        }
        if size > self.limit {
            return Err(FileError::TooLarge {
                size,
                limit: self.limit,
            });
        }
        let (kind, content_type) = match sniff(bytes, declared_name) {
            Sniffed::Kind(kind, content_type) if allowed.contains(&kind) => (kind, content_type),
            Sniffed::Macros => return Err(FileError::HasMacros),
            _ => return Err(FileError::WrongKind(allowed.to_vec())),
        };
        let sha256 = HEXLOWER.encode(&Sha256::digest(bytes));
        let path = self.path(&sha256).ok_or(FileError::Missing)?;
        // A damaged copy is not kept just because it is there: storing the file again repairs it.
        if !matches!(self.get(&sha256), Ok(stored) if stored == bytes) {
            self.write(&path, bytes)?;
        }
        Ok(StoredFile {
            sha256,
            size,
            kind,
            content_type,
            name: safe_name(declared_name, kind),
        })
    }

    fn get(&self, sha256: &str) -> Result<Vec<u8>, FileError> {
        let path = self.path(sha256).ok_or(FileError::Missing)?;
        match std::fs::read(path) {
            Ok(bytes) if HEXLOWER.encode(&Sha256::digest(&bytes)) == sha256 => Ok(bytes),
            Ok(_) => Err(FileError::Damaged),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(FileError::Missing),
            Err(error) => Err(FileError::Io(error)),
        }
    }

    /// `ab/cd/abcd…`: never more than 256 entries in the upper folders. `None` if the text is no hash.
    fn path(&self, sha256: &str) -> Option<PathBuf> {
        let is_hash = sha256.len() == 64
            && sha256
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let (first, second) = (sha256.get(0..2)?, sha256.get(2..4)?);
        is_hash.then(|| self.folder.join(first).join(second).join(sha256))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let fresh = self
            .folder
            .join("tmp")
            .join(format!("{:016x}", self.random.u64()));
        let written = write_through(&fresh, bytes).and_then(|()| {
            let folder = path.parent().unwrap_or(&self.folder);
            std::fs::create_dir_all(folder)?;
            std::fs::rename(&fresh, path)?;
            // The entries of the new folders must last as well as the file.
            folder
                .ancestors()
                .take(3)
                .try_for_each(|folder| File::open(folder)?.sync_all())
        });
        if written.is_err() {
            // Nothing more can be done if this fails too; the first error is the one to tell.
            drop(std::fs::remove_file(&fresh));
        }
        written
    }
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // Readable by the owner only, and executable by nobody.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn safe_name(declared: &str, kind: FileKind) -> String {
    let last = declared.rsplit(['/', '\\']).next().unwrap_or("");
    let stem = match last.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 5 => stem,
        _ => last,
    };
    let hidden = |letter: &char| {
        // Control characters, and those that turn the direction of writing to disguise an ending.
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '"')
    };
    let clean: String = stem
        .chars()
        .filter(|letter| !hidden(letter))
        .take(NAME_CHARS)
        .collect();
    let clean = clean.trim_matches(|letter: char| letter == '.' || letter.is_whitespace());
    let clean = if clean.is_empty() { "文件" } else { clean };
    format!("{clean}.{}", kind.ending())
}

enum Sniffed {
    Kind(FileKind, &'static str),
    Macros,
    Unknown,
}

fn sniff(bytes: &[u8], declared_name: &str) -> Sniffed {
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP".as_slice());
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Sniffed::Kind(FileKind::Png, "image/png"),
        [0xff, 0xd8, 0xff, ..] => Sniffed::Kind(FileKind::Jpeg, "image/jpeg"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Sniffed::Kind(FileKind::Pdf, "application/pdf"),
        [b'P', b'K', 3, 4, ..] => sniff_office(bytes),
        _ if webp => Sniffed::Kind(FileKind::Webp, "image/webp"),
        _ => sniff_text(bytes, declared_name),
    }
}

fn sniff_office(bytes: &[u8]) -> Sniffed {
    let Some(names) = zip_names(bytes) else {
        return Sniffed::Unknown;
    };
    let has = |name: &[u8]| names.iter().any(|entry| entry.eq_ignore_ascii_case(name));
    if names
        .iter()
        .any(|entry| entry.to_ascii_lowercase().ends_with(b"vbaproject.bin"))
    {
        return Sniffed::Macros;
    }
    if !has(b"[Content_Types].xml") {
        return Sniffed::Unknown;
    }
    match (has(b"xl/workbook.xml"), has(b"word/document.xml")) {
        (true, false) => Sniffed::Kind(
            FileKind::Xlsx,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (false, true) => Sniffed::Kind(
            FileKind::Docx,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        _ => Sniffed::Unknown,
    }
}

/// The entries' names in a zip file's central directory (PKWARE APPNOTE 4.3.12 and 4.3.16).
fn zip_names(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    // The end record has 22 bytes and at most 65,535 of comment.
    let tail = bytes.get(bytes.len().saturating_sub(22 + 65_535)..)?;
    let end = tail.windows(4).rposition(|window| window == END)?;
    let record = tail.get(end..)?;
    let count = number(record.get(10..12)?);
    let mut rest = bytes.get(number(record.get(16..20)?)..)?;
    let mut names = Vec::new();
    for _ in 0..count {
        let entry = rest.strip_prefix(ENTRY)?;
        let lengths = [entry.get(24..26)?, entry.get(26..28)?, entry.get(28..30)?].map(number);
        let [name, extra, comment] = lengths;
        names.push(entry.get(42..42 + name)?);
        rest = entry.get(42 + name + extra + comment..)?;
    }
    Some(names)
}

fn number(little_endian: &[u8]) -> usize {
    little_endian
        .iter()
        .rev()
        .fold(0, |value, byte| (value << 8) | usize::from(*byte))
}

fn sniff_text(bytes: &[u8], declared_name: &str) -> Sniffed {
    let printable = bytes
        .iter()
        .all(|byte| *byte >= 0x20 && *byte != 0x7f || matches!(byte, b'\t' | b'\r' | b'\n'));
    if !printable {
        return Sniffed::Unknown;
    }
    let csv = declared_name.to_ascii_lowercase().ends_with(".csv");
    match (std::str::from_utf8(bytes).is_ok(), is_gb18030(bytes), csv) {
        (true, _, true) => Sniffed::Kind(FileKind::Csv, "text/csv; charset=utf-8"),
        (true, _, false) => Sniffed::Kind(FileKind::Txt, "text/plain; charset=utf-8"),
        (false, true, true) => Sniffed::Kind(FileKind::Csv, "text/csv; charset=gb18030"),
        (false, true, false) => Sniffed::Kind(FileKind::Txt, "text/plain; charset=gb18030"),
        (false, false, _) => Sniffed::Unknown,
    }
}

/// Whether the bytes are well-formed GB 18030: one byte, two bytes or four bytes for each character.
fn is_gb18030(mut bytes: &[u8]) -> bool {
    loop {
        bytes = match bytes {
            [] => return true,
            [0x00..=0x7f, rest @ ..]
            | [0x81..=0xfe, 0x40..=0x7e | 0x80..=0xfe, rest @ ..]
            | [0x81..=0xfe, 0x30..=0x39, 0x81..=0xfe, 0x30..=0x39, rest @ ..] => rest,
            _ => return false,
        };
    }
}

#[cfg(test)]
mod tests;
