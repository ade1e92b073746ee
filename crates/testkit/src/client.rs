//! Requests in process, as a browser or a program would send them.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, header};
use platform::Platform;
use platform::web::{SEED_COOKIE, SESSION_COOKIE};
use std::sync::Arc;
use tower::ServiceExt;

/// A browser (or a program, with [`Client::api`]) that talks to the router.
#[derive(Clone)]
pub struct Client {
    router: Router,
    platform: Arc<Platform>,
    session: Option<String>,
    extra: Vec<(String, String)>,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as text; bytes that are no UTF-8 are replaced.
    pub body: String,
    /// Body as bytes.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// Where the browser is sent.
    #[must_use]
    pub fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    /// Whether the page shows this text (tags taken out).
    #[must_use]
    pub fn shows(&self, text: &str) -> bool {
        crate::html::text(&self.body).contains(text)
    }
}

impl Client {
    pub(crate) fn new(router: Router, platform: Arc<Platform>, session: Option<String>) -> Self {
        Self {
            router,
            platform,
            session,
            extra: Vec::new(),
        }
    }

    /// Adds a header to every request.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.extra.push((name.to_owned(), value.to_owned()));
        self
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, "", true).await
    }

    /// `POST path` with a form; its token is added.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = fields.to_vec();
        let token = self.token();
        all.push((platform::web::CSRF_FIELD, &token));
        let body = encode(&all);
        self.send(
            Method::POST,
            path,
            Some(body),
            "application/x-www-form-urlencoded",
            true,
        )
        .await
    }

    /// Opens a page and sends its form to this address as a browser does: what is typed, and the form's own hidden fields.
    pub async fn submit(&self, page: &str, action: &str, typed: &[(&str, &str)]) -> Answer {
        let shown = self.get(page).await;
        let hidden = crate::html::hidden_fields(&shown.body, action).expect("a form that is sent there");
        let kept = hidden
            .iter()
            .filter(|(name, _)| name != platform::web::CSRF_FIELD)
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> = kept.chain(typed.iter().copied()).collect();
        self.post(action, &all).await
    }

    /// `POST path` with a form whose token is missing.
    pub async fn post_without_token(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(
            Method::POST,
            path,
            Some(encode(fields)),
            "application/x-www-form-urlencoded",
            true,
        )
        .await
    }

    /// A JSON request with the session as bearer token.
    pub async fn api(&self, method: &str, path: &str, body: &serde_json::Value) -> Answer {
        let method = method.parse().expect("a method");
        let body = (!body.is_null()).then(|| body.to_string());
        self.send(method, path, body, "application/json", false).await
    }

    fn token(&self) -> String {
        let base = format!("seed.{}", self.session.as_deref().unwrap_or_default());
        self.platform.keys.sign("csrf", base.as_bytes())
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        kind: &str,
        browser: bool,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(address(path))
            .header(header::HOST, "127.0.0.1:8080");
        if browser {
            let session = self
                .session
                .as_ref()
                .map(|token| format!("; {SESSION_COOKIE}={token}"))
                .unwrap_or_default();
            request = request.header(header::COOKIE, format!("{SEED_COOKIE}=seed{session}"));
        } else if let Some(token) = &self.session {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        for (name, value) in &self.extra {
            request = request.header(name.as_str(), value.as_str());
        }
        let request = request
            .body(body.map_or_else(Body::empty, Body::from))
            .expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX)
            .await
            .expect("a body")
            .to_vec();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
            bytes,
        }
    }
}

/// The path as a browser sends it: spaces and what is not ASCII in percent signs.
fn address(path: &str) -> String {
    let sent = |byte: u8| match byte {
        b'!'..=b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    path.bytes().map(sent).collect()
}

fn encode(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", ui::view::query_value(name), ui::view::query_value(value)))
        .collect();
    pairs.join("&")
}
