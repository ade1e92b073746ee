//! Reads one face out of a font file, whole or only some of its tables.
//!
//! Debian's Noto CJK files hold up to ten faces in 20 MB or more. What a face covers can be told from a
//! few of its tables (under half a megabyte), so the glyphs are read only when a document needs them.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::path::Path;

/// The tables that name a face and list its characters.
pub(crate) const METADATA: &[&[u8; 4]] = &[b"head", b"hhea", b"maxp", b"name", b"OS/2", b"post", b"cmap"];
/// The tables that name a face.
pub(crate) const NAMES: &[&[u8; 4]] = &[b"head", b"hhea", b"maxp", b"name", b"OS/2"];

/// A font has some twenty tables; a file that claims far more is not a font.
const MOST_TABLES: usize = 200;

struct Table {
    tag: [u8; 4],
    checksum: u32,
    offset: u32,
    length: u32,
}

/// How many faces the file has; 1 for a file that is not a collection.
pub(crate) fn face_count(path: &Path) -> Result<u32> {
    let mut file = File::open(path)?;
    if read_bytes::<4>(&mut file)? != *b"ttcf" {
        return Ok(1);
    }
    file.seek(SeekFrom::Start(8))?;
    read_u32(&mut file)
}

/// The face as a font file of its own, with the `wanted` tables, or all of them when `None`.
pub(crate) fn read_face(path: &Path, index: u32, wanted: Option<&[&[u8; 4]]>) -> Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let start = face_start(&mut file, index)?;
    file.seek(SeekFrom::Start(start))?;
    let kind = read_bytes::<4>(&mut file)?;
    let count = usize::from(u16::from_be_bytes(read_bytes(&mut file)?));
    if count > MOST_TABLES {
        return Err(Error::from(ErrorKind::InvalidData));
    }
    let _search_hints: [u8; 6] = read_bytes(&mut file)?;
    let mut tables = Vec::new();
    for _ in 0..count {
        let table = Table {
            tag: read_bytes(&mut file)?,
            checksum: read_u32(&mut file)?,
            offset: read_u32(&mut file)?,
            length: read_u32(&mut file)?,
        };
        if wanted.is_none_or(|wanted| wanted.contains(&&table.tag)) {
            tables.push(table);
        }
    }
    assemble(&mut file, kind, &tables)
}

fn face_start(file: &mut File, index: u32) -> Result<u64> {
    if read_bytes::<4>(file)? != *b"ttcf" {
        return Ok(0);
    }
    file.seek(SeekFrom::Start(8))?;
    if index >= read_u32(file)? {
        return Err(Error::from(ErrorKind::InvalidData));
    }
    file.seek(SeekFrom::Current(i64::from(index) * 4))?;
    Ok(u64::from(read_u32(file)?))
}

fn assemble(file: &mut File, kind: [u8; 4], tables: &[Table]) -> Result<Vec<u8>> {
    let size = file.metadata()?.len();
    let count = u16::try_from(tables.len()).map_err(Error::other)?;
    let mut offset = 12 + 16 * u32::from(count);
    let mut face = Vec::new();
    face.extend(kind);
    face.extend(count.to_be_bytes());
    face.extend([0; 6]);
    for table in tables {
        if u64::from(table.offset) + u64::from(table.length) > size {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        face.extend(table.tag);
        face.extend(table.checksum.to_be_bytes());
        face.extend(offset.to_be_bytes());
        face.extend(table.length.to_be_bytes());
        offset = offset.saturating_add(table.length.next_multiple_of(4));
    }
    face.reserve_exact((offset as usize).saturating_sub(face.len()));
    for table in tables {
        file.seek(SeekFrom::Start(u64::from(table.offset)))?;
        file.take(u64::from(table.length)).read_to_end(&mut face)?;
        face.resize(face.len().next_multiple_of(4), 0);
    }
    Ok(face)
}

fn read_bytes<const N: usize>(file: &mut File) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_u32(file: &mut File) -> Result<u32> {
    read_bytes(file).map(u32::from_be_bytes)
}
