//! Runs Typst on a template and data, all in memory.

use crate::fonts::{Fonts, MissingFonts};
use kernel::Instant;
use std::fmt;
use std::path::PathBuf;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

/// A Typst template; it reads its data with `json("data.json")` and may import `house.typ`.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// The name in error messages.
    pub name: &'static str,
    /// The Typst source.
    pub source: &'static str,
}

/// Why a document could not be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentError {
    /// The data could not be written as JSON; a text too long for a QR code ends here too.
    Data(String),
    /// The template does not fit the data: name, line (from 1, or 0 when unknown) and Typst's message.
    Template {
        /// The template's name.
        template: &'static str,
        /// The line in the template, from 1; 0 when unknown.
        line: usize,
        /// What Typst said; it names types and fields, not values.
        message: String,
    },
    /// A font file that was there at the start can no longer be read.
    Font(PathBuf),
    /// The fonts were not there at the start.
    NoFonts(MissingFonts),
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(why) => write!(f, "文件没有生成：{why}"),
            Self::Template {
                template,
                line,
                message,
            } => {
                write!(
                    f,
                    "文件没有生成：模板 {template} 第 {line} 行出错（{message}）。请把这句话告诉管理员。"
                )
            }
            Self::NoFonts(missing) => missing.fmt(f),
            Self::Font(path) => {
                write!(
                    f,
                    "文件没有生成：读不出字体 {}。请重新安装字体软件包，再重新启动。",
                    path.display()
                )
            }
        }
    }
}

impl std::error::Error for DocumentError {}

/// Sets documents in the given fonts; one for the whole program, shared by threads.
#[derive(Debug)]
pub struct Typesetter {
    fonts: Fonts,
    missing: Option<MissingFonts>,
    library: LazyHash<Library>,
}

impl Typesetter {
    /// A typesetter with these fonts.
    #[must_use]
    pub fn new(fonts: Fonts) -> Self {
        Self {
            fonts,
            missing: None,
            library: LazyHash::new(Library::default()),
        }
    }

    /// A typesetter that sets nothing and says which fonts are missing, so that the rest of a program can work.
    #[must_use]
    pub fn without_fonts(missing: MissingFonts) -> Self {
        Self {
            missing: Some(missing),
            ..Self::new(Fonts::none())
        }
    }

    /// The fonts that were missing at the start.
    #[must_use]
    pub const fn missing_fonts(&self) -> Option<&MissingFonts> {
        self.missing.as_ref()
    }

    /// The document as PDF: the same template, data and moment always give the same bytes.
    ///
    /// Takes a tenth of a second or more of processor time: call it off the async threads.
    pub fn pdf(
        &self,
        template: Template,
        data: &serde_json::Value,
        made: Instant,
    ) -> Result<Vec<u8>, DocumentError> {
        if let Some(missing) = &self.missing {
            return Err(DocumentError::NoFonts(missing.clone()));
        }
        let data = serde_json::to_vec(data).map_err(|error| DocumentError::Data(error.to_string()))?;
        let job = Job::new(self, template, Bytes::new(data), made);
        let pdf = job.pdf();
        // Typst keeps what it has set for the next round; here that would be learners' names.
        typst::comemo::evict(0);
        match self.fonts.unreadable() {
            Some(path) => Err(DocumentError::Font(path.to_owned())),
            None => pdf,
        }
    }

    /// The document of this crate's struct as PDF.
    pub(crate) fn set<T: serde::Serialize>(
        &self,
        template: Template,
        document: &T,
        made: Instant,
    ) -> Result<Vec<u8>, DocumentError> {
        let data = serde_json::to_value(document).map_err(|error| DocumentError::Data(error.to_string()))?;
        self.pdf(template, &data, made)
    }

    /// The characters of `text` that no font here can draw, each once; warn before such a name is printed.
    #[must_use]
    pub fn missing_glyphs(&self, text: &str) -> Vec<char> {
        self.fonts.missing_glyphs(text)
    }
}

struct Files {
    main: FileId,
    house: FileId,
    data: FileId,
}

/// `None` could only come from a name that is no path, and these are fixed.
static FILES: LazyLock<Option<Files>> = LazyLock::new(|| {
    let id = |name| {
        VirtualPath::new(name)
            .ok()
            .map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
    };
    Some(Files {
        main: id("main.typ")?,
        house: id("house.typ")?,
        data: id("data.json")?,
    })
});

/// One document being set: everything that Typst may see.
struct Job<'a> {
    typesetter: &'a Typesetter,
    name: &'static str,
    main: Source,
    house: Source,
    data: Bytes,
    data_id: Option<FileId>,
    made: Instant,
}

impl<'a> Job<'a> {
    fn new(typesetter: &'a Typesetter, template: Template, data: Bytes, made: Instant) -> Self {
        let source = |id: Option<FileId>, text: &str| match id {
            Some(id) => Source::new(id, text.to_owned()),
            None => Source::detached(text),
        };
        let files = FILES.as_ref();
        Self {
            typesetter,
            name: template.name,
            main: source(files.map(|files| files.main), template.source),
            house: source(
                files.map(|files| files.house),
                include_str!("../templates/house.typ"),
            ),
            data,
            data_id: files.map(|files| files.data),
            made,
        }
    }

    fn layout(&self) -> Result<PagedDocument, DocumentError> {
        typst::compile(self)
            .output
            .map_err(|errors| self.error(errors.first()))
    }

    fn pdf(&self) -> Result<Vec<u8>, DocumentError> {
        let document = self.layout()?;
        let options = PdfOptions {
            creator: Smart::Custom(None),
            timestamp: self.timestamp(),
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&document, &options).map_err(|errors| self.error(errors.first()))
    }

    fn timestamp(&self) -> Option<Timestamp> {
        let (date, time) = self.made.china();
        let at = Datetime::from_ymd_hms(
            i32::from(date.year()),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
            time.hour().unsigned_abs(),
            time.minute().unsigned_abs(),
            time.second().unsigned_abs(),
        )?;
        Timestamp::new_local(at, i32::from(kernel::time::CHINA_OFFSET_HOURS) * 60)
    }

    fn error(&self, first: Option<&SourceDiagnostic>) -> DocumentError {
        let at = first.and_then(|error| self.range(error.span));
        let line = at.and_then(|at| self.main.lines().byte_to_line(at.start));
        DocumentError::Template {
            template: self.name,
            line: line.map_or(0, |line| line + 1),
            message: first.map(|error| error.message.to_string()).unwrap_or_default(),
        }
    }
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.typesetter.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.typesetter.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        [&self.main, &self.house]
            .into_iter()
            .find(|source| source.id() == id)
            .cloned()
            .ok_or_else(absent)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if self.data_id == Some(id) {
            Ok(self.data.clone())
        } else {
            Err(absent())
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.typesetter.fonts.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        let date = self.made.date();
        Datetime::from_ymd(
            i32::from(date.year()),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )
    }
}

/// A template may read its own data and `house.typ`: no other file, no package.
fn absent() -> FileError {
    FileError::AccessDenied
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{AT, long_certificate, long_slip, made, typesetter};
    use serde_json::json;
    use typst::layout::{Frame, FrameItem};

    fn text_of(frame: &Frame, text: &mut String, empty_boxes: &mut usize) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => text_of(&group.frame, text, empty_boxes),
                FrameItem::Text(run) => {
                    text.push_str(&run.text);
                    *empty_boxes += run.glyphs.iter().filter(|glyph| glyph.id == 0).count();
                }
                _ => {}
            }
        }
    }

    /// The text as it lies on the page, and how many characters are empty boxes.
    fn set(source: &'static str, data: &serde_json::Value) -> Result<(String, usize), DocumentError> {
        let template = Template { name: "test", source };
        let job = Job::new(
            typesetter(),
            template,
            Bytes::new(serde_json::to_vec(data).unwrap()),
            made(AT),
        );
        let (mut text, mut empty_boxes) = (String::new(), 0);
        for page in job.layout()?.pages() {
            text_of(&page.frame, &mut text, &mut empty_boxes);
        }
        Ok((text, empty_boxes))
    }

    #[test]
    fn data_is_never_markup() {
        let names = [
            "#panic()",
            "*x*",
            "$1$",
            "@a",
            "= b",
            "#import \"house.typ\"",
            "\"; panic(\"",
            "\\u{61}",
        ];
        for name in names {
            let (text, _) = set("#json(\"data.json\").name", &json!({ "name": name })).unwrap();
            assert_eq!(text.replace(' ', ""), name.replace(' ', ""));
        }
    }

    #[test]
    fn rare_characters_have_a_glyph_in_every_face() {
        let source = "#set text(lang: \"zh\")\n#for family in (\"Noto Serif CJK SC\", \"Noto Sans CJK SC\") {
            for weight in (400, 700) { text(font: family, weight: weight, json(\"data.json\").name) } }";
        let (text, empty_boxes) = set(source, &json!({ "name": "䶮𠅤㛃𬭎" })).unwrap();
        assert_eq!((text.as_str(), empty_boxes), ("䶮𠅤㛃𬭎".repeat(4).as_str(), 0));
        assert_eq!(set(source, &json!({ "name": "\u{10fffd}" })).unwrap().1, 4);
    }

    #[test]
    fn numbers_and_addresses_can_be_copied() {
        let source = include_str!("../templates/certificate.typ");
        let data = serde_json::to_value(long_certificate().sheet()).unwrap();
        let (text, empty_boxes) = set(source, &data).unwrap();
        for field in ["number", "verify/text", "name"] {
            let field = data
                .pointer(&format!("/certificates/0/{field}"))
                .and_then(|field| field.as_str())
                .unwrap();
            assert!(text.contains(field), "{field} in {text}");
        }
        assert_eq!(empty_boxes, 0);
    }

    /// How far to the right the text reaches, in points.
    fn right_edge(frame: &Frame, left: f64) -> f64 {
        let edges = frame.items().map(|(at, item)| match item {
            FrameItem::Group(group) => right_edge(&group.frame, left + at.x.to_pt()),
            FrameItem::Text(run) => left + at.x.to_pt() + run.width().to_pt(),
            _ => 0.0,
        });
        edges.fold(0.0, f64::max)
    }

    #[test]
    fn long_text_stays_on_the_paper() {
        let slip = serde_json::to_value(long_slip()).unwrap();
        let certificate = serde_json::to_value(long_certificate().sheet()).unwrap();
        for (source, data) in [
            (include_str!("../templates/slip.typ"), slip),
            (include_str!("../templates/certificate.typ"), certificate),
        ] {
            let template = Template { name: "test", source };
            let data = Bytes::new(serde_json::to_vec(&data).unwrap());
            let document = Job::new(typesetter(), template, data, made(AT)).layout().unwrap();
            for page in document.pages() {
                assert!(
                    right_edge(&page.frame, 0.0) < page.frame.width().to_pt() - 10.0,
                    "{source}"
                );
            }
        }
    }

    #[test]
    fn the_day_is_the_one_given_in_china() {
        let (text, _) = set("#datetime.today().display()", &json!({})).unwrap();
        assert_eq!(text, "2026-11-22");
    }

    #[test]
    fn reads_no_other_file_and_no_package() {
        for source in [
            "#read(\"/etc/hostname\")",
            "#read(\"../Cargo.toml\")",
            "#import \"@preview/cetz:0.3.4\"",
        ] {
            assert!(
                matches!(
                    set(source, &json!({})),
                    Err(DocumentError::Template { line: 1, .. })
                ),
                "{source}"
            );
        }
    }

    #[test]
    fn an_error_names_the_template_and_the_line() {
        let error = set("\n#json(\"data.json\").absent", &json!({ "name": "张三" }))
            .unwrap_err()
            .to_string();
        assert!(error.contains("模板 test 第 2 行"), "{error}");
        assert!(!error.contains("张三"), "{error}");
    }
}
