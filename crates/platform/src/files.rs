//! Stored files: checked by their content, kept under their hash in a local folder or an S3-compatible store, never executed.

mod folder;
mod s3;

pub use s3::{BadStore, S3Keys, S3Place, StoreFault};

use crate::{AppError, Clock, Random};
use data_encoding::HEXLOWER;
use folder::Folder;
use s3::S3;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

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
    /// The S3-compatible store does not answer, or refuses.
    Store(StoreFault),
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
            Self::Store(fault) => fault.fmt(f),
        }
    }
}
impl std::error::Error for FileError {}

impl From<FileError> for AppError {
    /// What is wrong with an upload stands beside the form's field `file`.
    fn from(error: FileError) -> Self {
        let sentence = error.to_string();
        match error {
            FileError::Empty | FileError::WrongKind(_) | FileError::HasMacros => {
                Self::invalid("file", sentence)
            }
            FileError::TooLarge { .. } => Self::TooLarge(sentence),
            FileError::Missing => Self::NotFound,
            FileError::Damaged => Self::Internal(sentence),
            FileError::Io(_) | FileError::Store(_) => Self::Unavailable(sentence),
        }
    }
}

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

/// The stored files of an installation; clones share them.
#[derive(Clone, Debug)]
pub struct Files(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    limit: u64,
}

#[derive(Debug)]
enum Store {
    Folder(Folder),
    S3(Box<S3>),
}

impl Files {
    /// The files in this folder (made if missing), of at most `limit` bytes each.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(folder: &Path, limit: u64, random: &Random) -> io::Result<Self> {
        let store = Store::Folder(Folder::open(folder, random)?);
        Ok(Self(Arc::new(Inner { store, limit })))
    }

    /// The files in this S3-compatible store, of at most `limit` bytes each; a request is given up after `timeout`.
    /// The clock must be right: the store refuses what is signed at another time than now. Nothing is asked yet.
    ///
    /// # Errors
    /// The address, the bucket or the prefix is not usable.
    pub fn in_s3(
        place: &S3Place,
        keys: &S3Keys,
        limit: u64,
        timeout: Duration,
        clock: &Clock,
        random: &Random,
    ) -> Result<Self, BadStore> {
        let store = Store::S3(Box::new(S3::new(place, keys, timeout, clock, random)?));
        Ok(Self(Arc::new(Inner { store, limit })))
    }

    /// Most bytes that a file may have.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.0.limit
    }

    /// Checks and stores a file; equal files are stored once. When this returns, the bytes are on disk, or taken by the
    /// store.
    ///
    /// # Errors
    /// Empty, too large, not of an allowed kind, with macros, or the store cannot be written.
    pub async fn put(
        &self,
        bytes: Vec<u8>,
        declared_name: &str,
        allowed: &[FileKind],
    ) -> Result<StoredFile, FileError> {
        let (name, allowed) = (declared_name.to_owned(), allowed.to_vec());
        self.wait(move |inner| inner.put(&bytes, &name, &allowed)).await
    }

    /// The bytes of a stored file, checked against their hash.
    ///
    /// # Errors
    /// Missing, damaged, or the store cannot be read.
    pub async fn get(&self, sha256: &str) -> Result<Vec<u8>, FileError> {
        let sha256 = sha256.to_owned();
        self.wait(move |inner| inner.store.get(&sha256)).await
    }

    /// The bytes of a stored file as they lie there, right or not; for backups.
    ///
    /// # Errors
    /// Missing, or the store cannot be read.
    pub async fn copy(&self, sha256: &str) -> Result<Vec<u8>, FileError> {
        let sha256 = sha256.to_owned();
        self.wait(move |inner| inner.store.read(&sha256)).await
    }

    /// The hashes of all stored files, in order; for backups.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn list(&self) -> Result<Vec<String>, FileError> {
        let mut found = self.wait(|inner| inner.store.list()).await?;
        found.sort_unstable();
        Ok(found)
    }

    /// Puts back a file from a backup under its hash, as it was.
    ///
    /// # Errors
    /// The bytes do not have this hash, or the store cannot be written.
    pub async fn put_back(&self, sha256: &str, bytes: Vec<u8>) -> Result<(), FileError> {
        let sha256 = sha256.to_owned();
        self.wait(move |inner| {
            if hash(&bytes) == sha256 {
                inner.store.keep(&sha256, &bytes)
            } else {
                Err(FileError::Damaged)
            }
        })
        .await
    }

    /// Removes a stored file; it is no error if it is not there.
    ///
    /// # Errors
    /// The store cannot be written, or does not let files be removed.
    pub async fn remove(&self, sha256: &str) -> Result<(), FileError> {
        let sha256 = sha256.to_owned();
        self.wait(move |inner| inner.store.remove(&sha256)).await
    }

    async fn wait<T, F>(&self, work: F) -> Result<T, FileError>
    where
        T: Send + 'static,
        F: FnOnce(&Inner) -> Result<T, FileError> + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        match tokio::task::spawn_blocking(move || work(&inner)).await {
            Ok(result) => result,
            Err(error) => Err(FileError::Io(io::Error::other(error))),
        }
    }
}

impl Inner {
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
        let sha256 = hash(bytes);
        self.store.keep(&sha256, bytes)?;
        Ok(StoredFile {
            sha256,
            size,
            kind,
            content_type,
            name: safe_name(declared_name, kind),
        })
    }
}

impl Store {
    fn read(&self, sha256: &str) -> Result<Vec<u8>, FileError> {
        match self {
            Self::Folder(folder) => folder.read(sha256),
            Self::S3(s3) => s3.read(sha256),
        }
    }

    fn get(&self, sha256: &str) -> Result<Vec<u8>, FileError> {
        let bytes = self.read(sha256)?;
        if hash(&bytes) == sha256 {
            Ok(bytes)
        } else {
            Err(FileError::Damaged)
        }
    }

    /// Writes what is not there yet. A damaged copy is not kept just because it is there: storing again repairs it.
    fn keep(&self, sha256: &str, bytes: &[u8]) -> Result<(), FileError> {
        match (self.get(sha256), self) {
            (Ok(stored), _) if stored == bytes => Ok(()),
            // A store that does not answer is not asked again at once.
            (Err(error @ FileError::Store(_)), _) => Err(error),
            (_, Self::Folder(folder)) => folder.write(sha256, bytes),
            (_, Self::S3(s3)) => s3.write(sha256, bytes),
        }
    }

    fn list(&self) -> Result<Vec<String>, FileError> {
        match self {
            Self::Folder(folder) => folder.list(),
            Self::S3(s3) => s3.list(),
        }
    }

    fn remove(&self, sha256: &str) -> Result<(), FileError> {
        match self {
            Self::Folder(folder) => folder.remove(sha256),
            Self::S3(s3) => s3.remove(sha256),
        }
    }
}

fn hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Where a file lies below its folder or prefix: `ab/cd/abcd…`, so that there are never more than 256 entries in the
/// upper folders. `None` if the text is no hash.
#[must_use]
pub fn path_of(sha256: &str) -> Option<String> {
    let is_hash = sha256.len() == 64
        && sha256
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let (first, second) = (sha256.get(0..2)?, sha256.get(2..4)?);
    is_hash.then(|| format!("{first}/{second}/{sha256}"))
}

/// The hash of the file that lies there; `None` if no stored file would.
#[must_use]
pub fn hash_of(path: &str) -> Option<&str> {
    let sha256 = path.rsplit('/').next()?;
    (path_of(sha256)? == path).then_some(sha256)
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
