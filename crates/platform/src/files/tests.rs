//! What kinds of files are taken and where they lie.

use super::*;
use std::path::PathBuf;

const ALL: [FileKind; 8] = [
    FileKind::Png,
    FileKind::Jpeg,
    FileKind::Webp,
    FileKind::Pdf,
    FileKind::Xlsx,
    FileKind::Docx,
    FileKind::Csv,
    FileKind::Txt,
];

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("xuequan-files-{:x}", Random::system().u64())))
    }

    fn files(&self, limit: u64) -> Files {
        Files::open(&self.0, limit, &Random::system()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A zip file with these empty entries, as the format's note lays it out.
fn zip(names: &[&str]) -> Vec<u8> {
    let short = |length: usize| u16::try_from(length).unwrap().to_le_bytes();
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for name in names {
        let at = u32::try_from(out.len()).unwrap().to_le_bytes();
        out.extend(
            [
                b"PK\x03\x04".as_slice(),
                &[0; 22],
                &short(name.len()),
                &[0; 2],
                name.as_bytes(),
            ]
            .concat(),
        );
        directory.extend(
            [
                b"PK\x01\x02".as_slice(),
                &[0; 24],
                &short(name.len()),
                &[0; 12],
                &at,
            ]
            .concat(),
        );
        directory.extend(name.as_bytes());
    }
    let (count, size) = (
        short(names.len()),
        u32::try_from(directory.len()).unwrap().to_le_bytes(),
    );
    let at = u32::try_from(out.len()).unwrap().to_le_bytes();
    out.extend(directory);
    out.extend(
        [
            b"PK\x05\x06".as_slice(),
            &[0; 4],
            &count,
            &count,
            &size,
            &at,
            &[0; 2],
        ]
        .concat(),
    );
    out
}

/// Content, declared name; then kind, content type and name as stored.
type Case<'a> = (&'a [u8], &'a str, FileKind, &'a str, &'a str);

async fn check(cases: &[Case<'_>]) {
    let folder = Folder::new();
    let files = folder.files(1 << 20);
    for &(bytes, name, kind, content_type, stored_name) in cases {
        let stored = files.put(bytes.to_vec(), name, &ALL).await.unwrap();
        assert_eq!((stored.kind, stored.content_type), (kind, content_type), "{name}");
        assert_eq!(
            (stored.name.as_str(), stored.size),
            (stored_name, bytes.len() as u64)
        );
        assert_eq!(files.get(&stored.sha256).await.unwrap(), bytes);
    }
}

#[tokio::test]
async fn pictures_and_documents_are_told_by_content_whatever_the_name_says() {
    let xlsx = zip(&["[Content_Types].xml", "xl/workbook.xml"]);
    let docx = zip(&["[Content_Types].xml", "word/document.xml"]);
    let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    check(&[
        (
            b"\x89PNG\r\n\x1a\nrest",
            "a.png",
            FileKind::Png,
            "image/png",
            "a.png",
        ),
        (
            b"\xff\xd8\xff\xe0rest",
            "photo.PNG",
            FileKind::Jpeg,
            "image/jpeg",
            "photo.jpg",
        ),
        (
            b"RIFF\x04\0\0\0WEBPVP8 ",
            "图.webp",
            FileKind::Webp,
            "image/webp",
            "图.webp",
        ),
        (
            b"%PDF-1.7\n\0\x01",
            "a.exe",
            FileKind::Pdf,
            "application/pdf",
            "a.pdf",
        ),
        (&xlsx, "名单.xlsx", FileKind::Xlsx, sheet, "名单.xlsx"),
        (&docx, "x", FileKind::Docx, word, "x.docx"),
    ])
    .await;
}

#[tokio::test]
async fn texts_are_told_by_their_letters() {
    check(&[
        (
            "\u{feff}姓名\n".as_bytes(),
            "a.CSV",
            FileKind::Csv,
            "text/csv; charset=utf-8",
            "a.csv",
        ),
        (
            b"\xd0\xd5\xc3\xfb,1\n",
            "a.csv",
            FileKind::Csv,
            "text/csv; charset=gb18030",
            "a.csv",
        ),
        (
            b"\x81\x30\x81\x30 ok",
            "a",
            FileKind::Txt,
            "text/plain; charset=gb18030",
            "a.txt",
        ),
        (
            b"<svg onload=x>",
            "a.svg",
            FileKind::Txt,
            "text/plain; charset=utf-8",
            "a.txt",
        ),
    ])
    .await;
}

#[tokio::test]
async fn other_contents_are_refused_with_a_sentence() {
    let folder = Folder::new();
    let files = folder.files(100_000);
    let plain_zip = zip(&["a.txt"]);
    let both = zip(&["[Content_Types].xml", "xl/workbook.xml", "word/document.xml"]);
    let whole = zip(&["[Content_Types].xml", "xl/workbook.xml"]);
    let broken = whole[..whole.len() - 30].to_vec();
    let mut far = whole.clone();
    let end = far.len();
    far[end - 6..end - 2].fill(0xff);
    for bytes in [
        b"\x7fELF\x02\x01\x01\0".to_vec(),
        b"MZ\x90\0\x03".to_vec(),
        b"GIF89a\x01\0".to_vec(),
        b"a\0b".to_vec(),
        b"\xff\xfe\x01".to_vec(),
        b"\x81".to_vec(),
        b"RIFF\x04\0\0\0WAVE".to_vec(),
        b"PK\x03\x04".to_vec(),
        plain_zip,
        both,
        broken,
        far,
    ] {
        let error = files.put(bytes.clone(), "名单.xlsx", &ALL).await.unwrap_err();
        assert!(matches!(error, FileError::WrongKind(_)), "{bytes:?}: {error}");
        assert!(error.to_string().contains("xlsx") && error.to_string().ends_with('。'));
    }
    let macros = zip(&["[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"]);
    assert!(matches!(
        files.put(macros, "a.xlsx", &ALL).await,
        Err(FileError::HasMacros)
    ));
    let picture = b"\x89PNG\r\n\x1a\n".to_vec();
    let error = files.put(picture, "a.xlsx", &FileKind::TABLES).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "这种文件不能上传。请换成以下格式之一：xlsx、csv。"
    );
    assert!(matches!(
        files.put(Vec::new(), "a.txt", &ALL).await,
        Err(FileError::Empty)
    ));
}

#[tokio::test]
async fn the_size_is_bounded() {
    let folder = Folder::new();
    let files = folder.files(1024 * 1024);
    assert!(files.put(vec![b'a'; 1024 * 1024], "a.txt", &ALL).await.is_ok());
    let error = files
        .put(vec![b'a'; 1024 * 1024 + 1], "a.txt", &ALL)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "文件太大（1.1 MB），最大 1.0 MB。请压缩或换一个小一点的文件。"
    );
}

#[tokio::test]
async fn files_lie_under_their_hash_once_and_cannot_be_run() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let files = folder.files(1024);
    let stored = files.put(b"abc".to_vec(), "a.txt", &ALL).await.unwrap();
    let again = files.put(b"abc".to_vec(), "b.csv", &ALL).await.unwrap();
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!((stored.sha256.as_str(), again.sha256.as_str()), (hash, hash));
    let path = folder.0.join("ba").join("78").join(hash);
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(folder.0.join("tmp")).unwrap().count(), 0);

    std::fs::write(&path, b"abd").unwrap();
    assert!(matches!(files.get(hash).await, Err(FileError::Damaged)));
    files.put(b"abc".to_vec(), "a.txt", &ALL).await.unwrap();
    assert_eq!(files.get(hash).await.unwrap(), b"abc", "storing again repairs");
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(files.get(hash).await, Err(FileError::Missing)));
}

#[tokio::test]
async fn only_hashes_are_looked_up() {
    let folder = Folder::new();
    let files = folder.files(1024);
    std::fs::write(folder.0.join("secret"), b"x").unwrap();
    for name in [
        "",
        "secret",
        "../secret",
        "ab",
        &"A".repeat(64),
        &"/".repeat(64),
        &"长".repeat(22),
    ] {
        assert!(matches!(files.get(name).await, Err(FileError::Missing)), "{name}");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told() {
    let folder = Folder::new();
    let files = folder.files(1024);
    std::fs::remove_dir_all(&folder.0).unwrap();
    let error = files.put(b"abc".to_vec(), "a.txt", &ALL).await.unwrap_err();
    assert!(matches!(error, FileError::Io(_)), "{error}");
}

#[test]
fn names_are_made_safe() {
    let cases = [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\文档\\名单 2026.xlsx", "名单 2026.txt"),
        ("a\r\nSet-Cookie: x\".txt", "aSet-Cookie: x.txt"),
        ("报名\u{202e}txt.exe", "报名txt.txt"),
        ("", "文件.txt"),
        (".htaccess", "htaccess.txt"),
        ("...", "文件.txt"),
        ("v1.2 的说明书", "v1.2 的说明书.txt"),
    ];
    for (declared, expected) in cases {
        assert_eq!(safe_name(declared, FileKind::Txt), expected);
    }
    assert_eq!(
        safe_name(&"长".repeat(300), FileKind::Txt).chars().count(),
        NAME_CHARS + 4
    );
}
