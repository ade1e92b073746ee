//! QR codes as SVG, for pages and for documents.

use fast_qr::qr::{QRBuilder, QRCodeError};
use fast_qr::{ECL, QRCode};
use serde::ser::{Error as _, Serialize, SerializeStruct, Serializer};
use std::fmt::{self, Write};

/// Modules of white on each side (ISO/IEC 18004).
const QUIET: usize = 4;

/// The text does not fit into a QR code (about 2,300 bytes at most).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QrTooLong;

impl fmt::Display for QrTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("这段文字太长，放不进二维码。请换一个短一些的网址或编号。")
    }
}

impl std::error::Error for QrTooLong {}

/// The text as a QR code with its quiet zone: black on white, one path, 15 % of it may be lost.
pub fn qr_svg(text: &str) -> Result<String, QrTooLong> {
    let code = QRBuilder::new(text)
        .ecl(ECL::M)
        .build()
        .map_err(|error| match error {
            QRCodeError::EncodedData | QRCodeError::SpecifiedVersion => QrTooLong,
        })?;
    Ok(draw(&code))
}

fn draw(code: &QRCode) -> String {
    let mut path = String::new();
    for (y, row) in code.data.chunks(code.size).take(code.size).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|left, right| left.value() == right.value()) {
            if run.first().is_some_and(|module| module.value()) {
                let (left, top, wide) = (x + QUIET, y + QUIET, run.len());
                // Writing to a String cannot fail.
                let _ = write!(path, "M{left} {top}h{wide}v1h-{wide}z");
            }
            x += run.len();
        }
    }
    let side = code.size + 2 * QUIET;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>"##
    )
}

/// Text that a document shows as a QR code; a template gets `(text: …, svg: …)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// A code with this text in it; a text over about 2,300 bytes fails when the document is set.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let svg = qr_svg(&self.0).map_err(S::Error::custom)?;
        let mut code = serializer.serialize_struct("Code", 2)?;
        code.serialize_field("text", &self.0)?;
        code.serialize_field("svg", &svg)?;
        code.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dark modules that the path of the SVG draws.
    fn dark(svg: &str) -> Vec<(usize, usize)> {
        let path = svg.split("d=\"").last().unwrap().split('"').next().unwrap();
        let runs = path.split('M').skip(1).map(|run| {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let wide = rest.split_once('v').unwrap().0;
            (
                x.parse::<usize>().unwrap(),
                y.parse::<usize>().unwrap(),
                wide.parse::<usize>().unwrap(),
            )
        });
        runs.flat_map(|(x, y, wide)| (x..x + wide).map(move |x| (x, y)))
            .collect()
    }

    #[test]
    fn draws_every_dark_module_once() {
        let text = "https://learn.example.cn/v/2026-0001";
        let code = QRBuilder::new(text).ecl(ECL::M).build().unwrap();
        let mut expected = Vec::new();
        for y in 0..code.size {
            for x in 0..code.size {
                if code[y][x].value() {
                    expected.push((x + QUIET, y + QUIET));
                }
            }
        }
        assert_eq!(dark(&qr_svg(text).unwrap()), expected);
    }

    #[test]
    fn is_short_and_refuses_what_does_not_fit() {
        assert!(qr_svg("https://learn.example.cn/c/ABCD-2345").unwrap().len() < 6_000);
        assert_eq!(qr_svg(&"字".repeat(2_000)), Err(QrTooLong));
        assert!(!qr_svg("<script>").unwrap().contains("script"));
    }
}
