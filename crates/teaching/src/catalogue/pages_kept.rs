//! Rendered pages of one snapshot: they go when the snapshot goes, so none is ever older than its facts.

use axum::body::Bytes;
use axum::http::HeaderValue;
use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

/// Most pages kept at once; beyond, all are dropped and the busy ones come back with their next reader.
const MOST_PAGES: usize = 512;
/// Quality 5: 2 ms for a page, within 10 % of the size of the slow qualities.
const QUALITY: u32 = 5;

/// A page ready to be sent.
#[derive(Debug, Clone)]
pub struct KeptPage {
    /// As it was rendered.
    pub plain: Bytes,
    /// Compressed.
    pub brotli: Bytes,
    /// What it is.
    pub content_type: HeaderValue,
    /// Weak tag made of the content.
    pub etag: HeaderValue,
}

impl KeptPage {
    /// Compresses a page.
    #[must_use]
    pub fn new(body: String, content_type: &'static str) -> Self {
        let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, QUALITY, 20);
        // Writing into memory cannot fail.
        let _ = writer.write_all(body.as_bytes());
        Self {
            brotli: writer.into_inner().into(),
            etag: etag(body.as_bytes()),
            plain: body.into(),
            content_type: HeaderValue::from_static(content_type),
        }
    }
}

/// The same bytes give the same tag in every process, so that a browser's copy stays good on another node.
fn etag(bytes: &[u8]) -> HeaderValue {
    // FNV-1a with 64 bits: it need not withstand an attacker, who could only deceive himself.
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    HeaderValue::from_str(&format!("W/\"{hash:016x}\"")).unwrap_or(HeaderValue::from_static("W/\"0\""))
}

/// The pages of one snapshot by look and address.
#[derive(Debug, Default)]
pub struct Kept(RwLock<HashMap<String, Arc<KeptPage>>>);

impl Kept {
    /// The page under this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Arc<KeptPage>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned()
    }

    /// Keeps a page under a key.
    pub fn put(&self, key: String, page: &Arc<KeptPage>) {
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if pages.len() >= MOST_PAGES {
            pages.clear();
        }
        pages.insert(key, Arc::clone(page));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_page_unpacks_to_itself_and_has_its_own_tag() {
        let body = "<p>书法入门</p>".repeat(300);
        let page = KeptPage::new(body.clone(), "text/html");
        assert!(page.brotli.len() * 10 < page.plain.len());
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut page.brotli.as_ref(), &mut plain).unwrap();
        assert_eq!(plain, body.as_bytes());
        assert_eq!(page.etag, KeptPage::new(body, "text/html").etag);
        assert_ne!(page.etag, KeptPage::new("x".into(), "text/html").etag);
    }

    #[test]
    fn strange_addresses_cannot_fill_the_memory() {
        let kept = Kept::default();
        let page = Arc::new(KeptPage::new("x".into(), "text/html"));
        for number in 0..MOST_PAGES * 3 {
            kept.put(number.to_string(), &page);
        }
        assert!(kept.0.read().unwrap().len() <= MOST_PAGES);
        assert!(kept.get(&(MOST_PAGES * 3 - 1).to_string()).is_some());
    }
}
