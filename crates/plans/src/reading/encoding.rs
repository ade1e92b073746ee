//! Bytes to text: UTF-8, UTF-16 and GB18030 (which holds GBK and GB2312).

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// Text, and a sentence where the bytes left a doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a mark of byte order.
    pub text: String,
    /// What a person should know about how it was read.
    pub doubt: Option<String>,
}

/// Share of characters that may be unreadable before the text is refused, one in so many.
const UNREADABLE: usize = 20;
/// Bytes that are looked at to tell UTF-16 without a mark.
const SAMPLE: usize = 4096;

/// Reads bytes as text.
///
/// # Errors
/// A sentence, when these bytes are no text.
pub fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    if let Some(kind) = binary(bytes) {
        return Err(kind.to_owned());
    }
    let (encoding, body) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None => (guess(bytes), bytes),
    };
    let (text, _, broken) = encoding.decode(body);
    let text = text.into_owned();
    let lost = text
        .chars()
        .filter(|letter| *letter == '\u{fffd}' || odd(*letter))
        .count();
    if lost * UNREADABLE > text.chars().count() {
        return Err(
            "这个文件不是文字文件，或者编码认不出来。请另存为 UTF-8 的 TXT，或者上传 DOCX。".to_owned(),
        );
    }
    let doubt = (broken || lost > 0).then(|| {
        format!(
            "有 {lost} 个字读不出来（按 {} 编码读），请对照原文。",
            encoding.name()
        )
    });
    Ok(Decoded { text, doubt })
}

/// Characters that no document prints, a sign of the wrong encoding.
fn odd(letter: char) -> bool {
    (letter.is_control() && !matches!(letter, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{1a}'))
        || matches!(letter, '\u{e000}'..='\u{f8ff}')
}

fn binary(bytes: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &'static str); 6] = [
        (
            b"%PDF",
            "这是 PDF 文件。请把里面的文字复制出来粘贴，或者另存为 DOCX 再上传；扫描件先要识别成文字。",
        ),
        (
            b"\xD0\xCF\x11\xE0",
            "这是旧格式的 DOC 文件。请在文字处理软件里另存为 DOCX 再上传。",
        ),
        (b"\x89PNG", "这是图片。请先识别成文字，再上传或粘贴。"),
        (b"\xFF\xD8\xFF", "这是图片。请先识别成文字，再上传或粘贴。"),
        (b"{\\rtf", "这是 RTF 文件。请另存为 DOCX 或 TXT 再上传。"),
        (
            b"PK\x03\x04",
            "这是压缩文件，里面没有 DOCX 正文。请上传 DOCX 或 TXT。",
        ),
    ];
    kinds
        .into_iter()
        .find(|(head, _)| bytes.starts_with(head))
        .map(|(_, sentence)| sentence)
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    if let Some(wide) = wide(bytes) {
        return wide;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    // A few broken bytes in a long UTF-8 file are no reason to take it for GB18030.
    let broken = |encoding: &'static Encoding| {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        text.chars()
            .filter(|letter| *letter == '\u{fffd}' || odd(*letter))
            .count()
    };
    if broken(UTF_8) < broken(GB18030) {
        UTF_8
    } else {
        GB18030
    }
}

/// UTF-16 without a mark: line ends and Latin digits leave a zero in every second byte.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let zeros = |odd: usize| {
        sample
            .iter()
            .skip(odd)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    if odd > 2 && odd > even * 4 {
        Some(UTF_16LE)
    } else if even > 2 && even > odd * 4 {
        Some(UTF_16BE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "一、目标\n到2025年，新增学习点60个，参与率达到70%以上。\n";

    #[test]
    fn encodings_are_told_apart() {
        let gb = GB18030.encode(TEXT).0.into_owned();
        let mut marked = b"\xEF\xBB\xBF".to_vec();
        marked.extend_from_slice(TEXT.as_bytes());
        let little: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut marked_big = vec![0xFE, 0xFF];
        marked_big.extend_from_slice(&big);
        for bytes in [TEXT.as_bytes().to_vec(), gb, marked, little, big, marked_big] {
            assert_eq!(
                decode(&bytes),
                Ok(Decoded {
                    text: TEXT.to_owned(),
                    doubt: None
                })
            );
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_the_next_door() {
        for bytes in [
            b"%PDF-1.7 ...".to_vec(),
            b"\x89PNG....".to_vec(),
            b"PK\x03\x04....".to_vec(),
            (0..=255u8).cycle().take(4000).collect(),
        ] {
            let sentence = decode(&bytes).expect_err("refused");
            assert!(sentence.contains("请"), "{sentence}");
        }
    }

    #[test]
    fn a_few_broken_bytes_are_a_doubt() {
        let mut bytes = TEXT.repeat(20).into_bytes();
        bytes.push(0xE4);
        let decoded = decode(&bytes).expect("read");
        assert!(decoded.doubt.is_some());
        assert!(decoded.text.starts_with("一、目标"));
    }
}
