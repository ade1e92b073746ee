//! Finds the fonts that documents are set in, and tells which characters they lack.

use crate::sfnt;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;

/// The Debian package without which no document can be set.
pub const NEEDED_PACKAGE: &str = "fonts-noto-cjk";
/// Debian packages with the rarest characters of names (CJK extensions B to G); used where they are present.
pub const RARE_PACKAGES: [&str; 2] = ["fonts-hanazono", "fonts-babelstone-han"];

const DEBIAN_DIRS: [&str; 3] = [
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/truetype/hanazono",
    "/usr/share/fonts/truetype/babelstone",
];

struct Wanted {
    file: &'static str,
    family: &'static str,
    needed: bool,
}

/// The order is the order of choice among faces that fit a character equally well.
const WANTED: [Wanted; 7] = [
    Wanted {
        file: "NotoSerifCJK-Regular.ttc",
        family: "Noto Serif CJK SC",
        needed: true,
    },
    Wanted {
        file: "NotoSerifCJK-Bold.ttc",
        family: "Noto Serif CJK SC",
        needed: true,
    },
    Wanted {
        file: "NotoSansCJK-Regular.ttc",
        family: "Noto Sans CJK SC",
        needed: true,
    },
    Wanted {
        file: "NotoSansCJK-Bold.ttc",
        family: "Noto Sans CJK SC",
        needed: true,
    },
    Wanted {
        file: "HanaMinA.ttf",
        family: "HanaMinA",
        needed: false,
    },
    Wanted {
        file: "HanaMinB.ttf",
        family: "HanaMinB",
        needed: false,
    },
    Wanted {
        file: "BabelStoneHan.ttf",
        family: "BabelStone Han",
        needed: false,
    },
];

/// Fonts that documents need and that were not found; its text says which package to install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingFonts {
    /// Names of the font files that are absent or not what their name says.
    pub files: Vec<&'static str>,
}

impl fmt::Display for MissingFonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "缺少打印证书、课表等文件用的中文字体：{}。请在服务器上安装 Debian 软件包 {NEEDED_PACKAGE}（姓名里有生僻字的，再装 {}），装好后重新启动。",
            self.files.join("、"),
            RARE_PACKAGES.join("、"),
        )
    }
}

impl std::error::Error for MissingFonts {}

struct Face {
    path: PathBuf,
    index: u32,
    font: OnceLock<Option<Font>>,
}

/// The fonts of documents: what they cover is known at once, the glyphs are read on first use.
pub struct Fonts {
    book: LazyHash<FontBook>,
    faces: Vec<Face>,
}

impl Fonts {
    /// Looks in `extra_dir` (if any), then where Debian puts fonts; fails when Noto CJK is not complete.
    pub fn find(extra_dir: Option<&Path>) -> Result<Self, MissingFonts> {
        let debian = DEBIAN_DIRS.iter().map(Path::new);
        let dirs: Vec<&Path> = extra_dir.into_iter().chain(debian).collect();
        Self::find_in(&dirs)
    }

    /// No fonts at all.
    pub(crate) fn none() -> Self {
        Self {
            book: LazyHash::new(FontBook::new()),
            faces: Vec::new(),
        }
    }

    pub(crate) fn find_in(dirs: &[&Path]) -> Result<Self, MissingFonts> {
        let mut book = FontBook::new();
        let mut faces = Vec::new();
        let mut missing = Vec::new();
        for wanted in &WANTED {
            let found = dirs
                .iter()
                .find_map(|dir| open(&dir.join(wanted.file), wanted.family));
            if let Some((face, info)) = found {
                faces.push(face);
                book.push(info);
            } else if wanted.needed {
                missing.push(wanted.file);
            }
        }
        if missing.is_empty() {
            Ok(Self {
                book: LazyHash::new(book),
                faces,
            })
        } else {
            Err(MissingFonts { files: missing })
        }
    }

    /// The characters of `text` that would print as an empty box, each once, in order.
    ///
    /// Private-use characters count as missing: old systems wrote 䶮 and others that way, and what a font
    /// draws for them is chance.
    #[must_use]
    pub fn missing_glyphs(&self, text: &str) -> Vec<char> {
        let mut missing = Vec::new();
        for char in text.chars().filter(|&char| is_drawn(char)) {
            if !missing.contains(&char) && (is_private(char) || !self.covers(char)) {
                missing.push(char);
            }
        }
        missing
    }

    fn covers(&self, char: char) -> bool {
        (0..self.faces.len())
            .filter_map(|index| self.book.info(index))
            .any(|info| info.coverage.contains(u32::from(char)))
    }

    pub(crate) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    pub(crate) fn font(&self, index: usize) -> Option<Font> {
        let face = self.faces.get(index)?;
        face.font.get_or_init(|| load(face)).clone()
    }

    /// A font file that was there at the start and could not be read when a document needed it.
    pub(crate) fn unreadable(&self) -> Option<&Path> {
        let broken = self
            .faces
            .iter()
            .find(|face| matches!(face.font.get(), Some(None)));
        broken.map(|face| face.path.as_path())
    }
}

fn load(face: &Face) -> Option<Font> {
    let data = sfnt::read_face(&face.path, face.index, None).ok()?;
    Font::new(Bytes::new(data), 0)
}

fn open(path: &Path, family: &str) -> Option<(Face, FontInfo)> {
    let index = (0..sfnt::face_count(path).ok()?.min(32)).find(|&index| {
        let names = sfnt::read_face(path, index, Some(sfnt::NAMES)).ok();
        names
            .and_then(|data| FontInfo::new(&data, 0))
            .is_some_and(|info| info.family == family)
    })?;
    let info = FontInfo::new(&sfnt::read_face(path, index, Some(sfnt::METADATA)).ok()?, 0)?;
    let font = OnceLock::new();
    Some((
        Face {
            path: path.to_owned(),
            index,
            font,
        },
        info,
    ))
}

fn is_drawn(char: char) -> bool {
    let unseen =
        matches!(u32::from(char), 0x200b..=0x200f | 0x2060 | 0xfeff | 0xfe00..=0xfe0f | 0xe0100..=0xe01ef);
    !unseen && !char.is_whitespace() && !char.is_control()
}

fn is_private(char: char) -> bool {
    matches!(u32::from(char), 0xe000..=0xf8ff | 0xf0000..)
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.faces.iter().map(|face| &face.path))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use typst::text::FontWeight;

    #[test]
    fn says_which_package_to_install() {
        let empty = std::env::temp_dir().join("documents-no-fonts-here");
        let missing = Fonts::find_in(&[&empty]).unwrap_err();
        assert_eq!(missing.files.len(), 4);
        let text = missing.to_string();
        assert!(
            text.contains("NotoSerifCJK-Bold.ttc") && text.contains("fonts-noto-cjk"),
            "{text}"
        );
    }

    #[test]
    fn knows_what_it_covers_without_reading_glyphs() {
        let fonts = Fonts::find(None).unwrap();
        for index in 0..4 {
            let info = fonts.book.info(index).unwrap();
            assert_eq!(info.variant.weight == FontWeight::BOLD, index % 2 == 1);
        }
        assert!(fonts.faces.iter().all(|face| face.font.get().is_none()));
        for (text, missing) in [
            ("张三 Zhang-3，《书法》\n", ""),
            ("䶮𠅤㛃", ""),
            ("葛\u{e0100}", ""),
            ("王\u{e863}明\u{e863}", "\u{e863}"),
            ("a\u{10ffff}", "\u{10ffff}"),
        ] {
            assert_eq!(
                fonts.missing_glyphs(text).iter().collect::<String>(),
                missing,
                "{text:?}"
            );
        }
    }

    #[test]
    fn reads_a_face_whole() {
        let fonts = Fonts::find(None).unwrap();
        let font = fonts.font(2).unwrap();
        assert_eq!(font.info(), fonts.book.info(2).unwrap());
        assert!(fonts.unreadable().is_none());
    }
}
