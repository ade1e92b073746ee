//! The files a browser loads, embedded in the program, compressed once, under addresses that change with their content.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// A file to send to a browser.
#[derive(Debug)]
pub struct Asset {
    /// Address, for example `/assets/style-3fa92c71d0e4.css`.
    pub url: String,
    /// The file as it is.
    pub bytes: &'static [u8],
    /// The file compressed by brotli; empty if it did not get smaller.
    pub br: Vec<u8>,
    /// Value of the `content-type` header.
    pub content_type: &'static str,
    /// Whether the content under this address can never change.
    pub immutable: bool,
}

/// The files a page can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bundle {
    /// The stylesheet of every page.
    Style,
    /// Focus, double-click guard and draft warning of every page.
    Enhance,
    /// htmx, for pages that replace a part of themselves.
    Htmx,
    /// The camera scanner of the check-in page.
    Scan,
    /// The QR reader that `Scan` loads where the browser has none.
    QrReader,
    /// The roll call that works without a network.
    Roll,
    /// Computes a published draw again.
    Draw,
    /// The icon in the browser's tab.
    Mark,
}

impl Bundle {
    /// Every file, in the order of [`ASSETS`].
    const ALL: [Self; 8] = [
        Self::Style,
        Self::Enhance,
        Self::Htmx,
        Self::Scan,
        Self::QrReader,
        Self::Roll,
        Self::Draw,
        Self::Mark,
    ];

    const fn file(self) -> (&'static str, &'static str, &'static [u8]) {
        match self {
            Self::Style => ("style", "css", include_bytes!("../assets/style.css")),
            Self::Enhance => ("enhance", "js", include_bytes!("../assets/js/enhance.js")),
            Self::Htmx => ("htmx", "js", include_bytes!("../assets/vendor/htmx.min.js")),
            Self::Scan => ("scan", "js", include_bytes!("../assets/js/scan.js")),
            Self::QrReader => ("qr", "js", include_bytes!("../assets/vendor/jsqr.min.js")),
            Self::Roll => ("roll", "js", include_bytes!("../assets/js/roll.js")),
            Self::Draw => ("draw", "js", include_bytes!("../assets/js/draw.js")),
            Self::Mark => ("mark", "svg", include_bytes!("../assets/mark.svg")),
        }
    }

    /// Address of the file with the hash of its content.
    pub fn url(self) -> &'static str {
        ASSETS
            .iter()
            .zip(Self::ALL)
            .find(|(_, bundle)| *bundle == self)
            .map_or("", |(asset, _)| asset.url.as_str())
    }
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| Bundle::ALL.map(load).into());

fn load(bundle: Bundle) -> Asset {
    let (name, extension, bytes) = bundle.file();
    let mut hash = String::new();
    for byte in Sha256::digest(bytes).iter().take(6) {
        // Writing into a String cannot fail.
        let _ = write!(hash, "{byte:02x}");
    }
    Asset {
        url: format!("/assets/{name}-{hash}.{extension}"),
        bytes,
        br: compress(bytes).unwrap_or_default(),
        content_type: match extension {
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        },
        immutable: true,
    }
}

/// Quality 9 costs some ten milliseconds for all files at the first use, and is within 4 % of the slow quality 11.
fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, 9, 22);
    writer.write_all(bytes).ok()?;
    Some(writer.into_inner()).filter(|small| small.len() < bytes.len())
}

/// The file under an address below `/assets/`, if there is one.
pub fn asset(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.url == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_served_under_its_hash_and_unpacks_to_itself() {
        for bundle in Bundle::ALL {
            let asset = asset(bundle.url()).expect("the bundle has an address");
            assert!(!asset.bytes.is_empty() && asset.immutable, "{bundle:?}");
            if !asset.br.is_empty() {
                let mut plain = Vec::new();
                brotli::BrotliDecompress(&mut asset.br.as_slice(), &mut plain).unwrap();
                assert_eq!(plain, asset.bytes, "{bundle:?}");
            }
        }
        assert!(asset("/assets/style.css").is_none());
        assert!(asset("/assets/../Cargo.toml").is_none());
    }

    #[test]
    fn what_every_page_loads_stays_small() {
        let sent = |bundle: Bundle| asset(bundle.url()).map_or(0, |asset| asset.br.len());
        let page = sent(Bundle::Style) + sent(Bundle::Enhance);
        assert!(
            (1000..10_000).contains(&page),
            "stylesheet and script are {page} bytes"
        );
        assert!(
            Bundle::Style.file().2.len() < 25 * 1024,
            "{}",
            Bundle::Style.file().2.len()
        );
        assert!(sent(Bundle::Htmx) < 20_000);
        assert!(Bundle::QrReader.file().2.len() < 150 * 1024);
    }
}
