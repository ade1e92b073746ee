//! From a request to a page that was rendered before, or to a fresh one that is then kept.
//!
//! Only text size, colours, language and whether there is a sign-in are taken from the reader's cookies: no session is
//! looked up, and nothing of a person is on these pages.

use super::pages_kept::KeptPage;
use super::query::Query;
use super::refresh::Catalogue;
use super::snapshot::Snapshot;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::Instant;
use platform::web::{SESSION_COOKIE, VIEW_COOKIE, cookie};
use platform::{AppResult, FieldError};
use std::sync::Arc;
use ui::{Page, Preference};

/// What a page shows of its reader.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reader {
    /// Text size, colours and language.
    look: Preference,
    /// Whether the browser brings a sign-in; whose, and whether it still holds, is not asked.
    known: bool,
}

impl Reader {
    fn of(headers: &HeaderMap) -> Self {
        Self {
            look: Preference::parse(cookie(headers, VIEW_COOKIE).unwrap_or_default()),
            known: cookie(headers, SESSION_COOKIE).is_some_and(|token| !token.is_empty()),
        }
    }

    /// One letter for each kind of reader, then the address.
    fn key(self, address: &str) -> String {
        let text = match self.look.view.text {
            ui::TextSize::Normal => 0,
            ui::TextSize::Large => 1,
            ui::TextSize::Largest => 2,
        };
        let contrast = match self.look.view.contrast {
            ui::Contrast::Auto => 0,
            ui::Contrast::Dark => 3,
            ui::Contrast::High => 6,
        };
        let lang = match self.look.lang {
            ui::Lang::Zh => 0,
            ui::Lang::En => 9,
        };
        let known = if self.known { 18 } else { 0 };
        let mut key = String::with_capacity(address.len() + 1);
        key.push(char::from(b'A' + text + contrast + lang + known));
        key.push_str(address);
        key
    }
}

/// What is asked, by whoever it may be.
pub(super) struct Asked {
    /// The picture to answer from.
    pub snapshot: Arc<Snapshot>,
    /// This moment.
    pub now: Instant,
    /// What the page shows of the reader.
    pub reader: Reader,
    /// The address without parameters.
    pub path: String,
    /// What the parameters ask for, only those that this page knows.
    pub query: Query,
    /// Parameters that were wrong.
    pub errors: Vec<FieldError>,
    /// Where the snapshot comes from.
    pub catalogue: Arc<Catalogue>,
}

impl Asked {
    /// The frame of the page, with a sentence for each wrong parameter.
    pub fn page(&self, title: &str) -> Page {
        let page = ui::respond::public_page(
            self.catalogue.platform(),
            self.reader.look,
            self.reader.known,
            self.query.address(&self.path),
            title,
        );
        if self.errors.is_empty() {
            return page;
        }
        let sentences: Vec<String> = self
            .errors
            .iter()
            .map(|error| page.retell(&error.sentence))
            .collect();
        page.noticed(ui::Notice::warning(sentences.join(" ")))
    }
}

/// A rendered answer.
pub(super) struct Made {
    /// The text.
    pub body: String,
    /// What it is.
    pub content_type: &'static str,
}

/// Renders a page's template.
pub(super) fn made(template: &impl askama::Template) -> AppResult<Made> {
    let body = template
        .render()
        .map_err(|error| platform::AppError::Internal(error.to_string()))?;
    Ok(Made {
        body,
        content_type: "text/html; charset=utf-8",
    })
}

/// Answers from the kept pages, or makes the page and keeps it. `known` leaves of a query what the page knows.
pub(super) async fn answer<M, F>(
    catalogue: Arc<Catalogue>,
    request: Request,
    known: fn(Query) -> Query,
    make: M,
) -> Response
where
    M: FnOnce(Asked) -> F,
    F: Future<Output = AppResult<Made>>,
{
    let snapshot = catalogue.snapshot();
    let headers = request.headers();
    let reader = Reader::of(headers);
    let target = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let typed = reader.key(target);
    if let Some(page) = snapshot.kept.get(&typed) {
        return send(&page, headers);
    }
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(request.uri());
    let (query, errors) = Query::read(&pairs.map(|pairs| pairs.0).unwrap_or_default());
    let query = known(query);
    let path = request.uri().path().to_owned();
    let same = reader.key(&query.address(&path));
    if errors.is_empty()
        && let Some(page) = snapshot.kept.get(&same)
    {
        snapshot.kept.put(typed, &page);
        return send(&page, headers);
    }
    let wrong = !errors.is_empty();
    let asked = Asked {
        now: catalogue.platform().clock.now(),
        snapshot: Arc::clone(&snapshot),
        reader,
        path,
        query,
        errors,
        catalogue,
    };
    let made = match make(asked).await {
        Ok(made) => made,
        Err(error) => return error.into_response(),
    };
    let page = Arc::new(KeptPage::new(made.body, made.content_type));
    if wrong {
        let mut response = send(&page, &HeaderMap::new());
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        response.headers_mut().remove(header::CACHE_CONTROL);
        return response;
    }
    let response = send(&page, headers);
    snapshot.kept.put(same, &page);
    snapshot.kept.put(typed, &page);
    response
}

/// Sends a kept page: 304 when the reader has it, compressed when the reader takes that.
fn send(page: &KeptPage, asked: &HeaderMap) -> Response {
    let has = |name: header::HeaderName, part: &HeaderValue| {
        asked.get(name).is_some_and(|value| {
            let value = value.as_bytes();
            value == part.as_bytes()
                || value
                    .split(|byte| *byte == b',')
                    .any(|one| one.trim_ascii() == part.as_bytes())
        })
    };
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.reserve(8);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=5"),
    );
    headers.insert(header::ETAG, page.etag.clone());
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, cookie"));
    if has(header::IF_NONE_MATCH, &page.etag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(header::CONTENT_TYPE, page.content_type.clone());
    if takes_brotli(asked) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        *response.body_mut() = Body::from(page.brotli.clone());
    } else {
        *response.body_mut() = Body::from(page.plain.clone());
    }
    response
}

fn takes_brotli(asked: &HeaderMap) -> bool {
    asked
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value.split(',').any(|part| {
                let mut words = part.trim().split(';');
                words.next() == Some("br") && words.all(|word| !matches!(word.trim(), "q=0" | "q=0.0"))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_takes() {
        for (value, takes) in [
            ("gzip, deflate, br, zstd", true),
            ("br", true),
            ("gzip", false),
            ("br;q=0, gzip", false),
            ("br;q=0.5", true),
            ("brx", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(takes_brotli(&headers), takes, "{value}");
        }
    }

    #[test]
    fn each_kind_of_reader_has_its_own_pages() {
        let mut keys = std::collections::HashSet::new();
        for text in ["normal", "large", "largest"] {
            for contrast in ["auto", "dark", "high"] {
                for lang in ["zh", "en"] {
                    for known in [false, true] {
                        let look = Preference::parse(&format!("{text}.{contrast}.{lang}"));
                        keys.insert(Reader { look, known }.key("/classes"));
                    }
                }
            }
        }
        assert_eq!(keys.len(), 36);
    }
}
