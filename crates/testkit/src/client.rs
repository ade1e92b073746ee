//! Requests in process, as a browser or a program would send them.

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, header};
use platform::Platform;
use platform::web::{SEED_COOKIE, SESSION_COOKIE};
use std::net::SocketAddr;
use std::sync::Arc;
use ui::layers::Site;

/// Parts the fields of a multipart form.
const BOUNDARY: &str = "----xuequan-test";

/// A browser (or a program, with [`Client::api`]) that talks to the router.
#[derive(Clone)]
pub struct Client {
    router: Site,
    platform: Arc<Platform>,
    session: Option<String>,
    /// What the tokens of its forms are tied to; `None` for a browser that was never here.
    seed: Option<String>,
    extra: Vec<(String, String)>,
    peer: Option<SocketAddr>,
}

/// What a request carries.
struct Sent {
    body: Option<Vec<u8>>,
    kind: String,
    browser: bool,
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

    /// The value that this answer gives a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        let given = self.headers.get_all(header::SET_COOKIE).into_iter();
        let given = given.filter_map(|line| line.to_str().ok()?.split(';').next()?.split_once('='));
        let mut given = given.filter(|(key, _)| *key == name);
        given.next().map(|(_, value)| value.to_owned())
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

/// Every one of these calls (method, path, body) by each caller must be answered with the caller's status.
pub async fn all_refused(callers: &[(Client, u16)], calls: &[(&str, &str, &serde_json::Value)]) {
    for (caller, status) in callers {
        for (method, path, body) in calls {
            caller.call(*status, method, path, body).await;
        }
    }
}

/// Names of the fields that a problem speaks of.
#[must_use]
pub fn wrong_fields(problem: &serde_json::Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().map(Vec::as_slice);
    let fields = errors.unwrap_or_default().iter();
    fields.filter_map(|error| error["field"].as_str()).collect()
}

impl Client {
    pub(crate) fn new(router: Site, platform: Arc<Platform>, session: Option<String>) -> Self {
        Self {
            router,
            platform,
            session,
            seed: Some("seed".into()),
            extra: Vec::new(),
            peer: None,
        }
    }

    /// Sends every request from this address of the network.
    #[must_use]
    pub fn from_peer(mut self, peer: &str) -> Self {
        self.peer = Some(SocketAddr::new(peer.parse().expect("an address"), 50_000));
        self
    }

    /// A browser with this seed, or one that was never here.
    #[must_use]
    pub fn seeded(mut self, seed: Option<&str>) -> Self {
        self.seed = seed.map(str::to_owned);
        self
    }

    /// Adds a header to every request.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.extra.push((name.to_owned(), value.to_owned()));
        self
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Sent::form(None)).await
    }

    /// `POST path` with a form; its token is added.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = fields.to_vec();
        let token = self.token();
        all.push((platform::web::CSRF_FIELD, &token));
        self.send(Method::POST, path, Sent::form(Some(encode(&all))))
            .await
    }

    /// `POST path` with a file, as a form with `enctype="multipart/form-data"` sends it; its token is added.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Answer {
        let mut all = fields.to_vec();
        let token = self.token();
        all.push((platform::web::CSRF_FIELD, &token));
        let mut body = Vec::new();
        for (name, value) in all {
            let head =
                format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(head.as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(bytes);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let sent = Sent {
            body: Some(body),
            kind: format!("multipart/form-data; boundary={BOUNDARY}"),
            browser: true,
        };
        self.send(Method::POST, path, sent).await
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
        self.send(Method::POST, path, Sent::form(Some(encode(fields))))
            .await
    }

    /// A JSON request with the session as bearer token.
    pub async fn api(&self, method: &str, path: &str, body: &serde_json::Value) -> Answer {
        let method = method.parse().expect("a method");
        let sent = Sent {
            body: (!body.is_null()).then(|| body.to_string().into_bytes()),
            kind: "application/json".into(),
            browser: false,
        };
        self.send(method, path, sent).await
    }

    /// A JSON request that must answer with this status: gives the body, nothing for an answer without one. What went
    /// wrong must be told as `problem+json`.
    pub async fn call(
        &self,
        status: u16,
        method: &str,
        path: &str,
        body: &serde_json::Value,
    ) -> serde_json::Value {
        let answer = self.api(method, path, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        if status >= 400 {
            let kind = answer.headers.get(header::CONTENT_TYPE);
            assert!(
                kind.is_some_and(|kind| kind == "application/problem+json"),
                "{method} {path}: {kind:?}"
            );
        }
        if answer.body.is_empty() {
            serde_json::Value::Null
        } else {
            answer.json()
        }
    }

    /// Sends this body once for each wrong value of a field: every answer must be 422 and speak of just that field, or
    /// of something in it.
    pub async fn told_of_each(
        &self,
        method: &str,
        path: &str,
        body: &serde_json::Value,
        wrong: &[(&str, serde_json::Value)],
    ) {
        for (field, value) in wrong {
            let mut body = body.clone();
            let fields = body.as_object_mut().expect("an object");
            fields.insert((*field).to_owned(), value.clone());
            let told = self.call(422, method, path, &body).await;
            let named = wrong_fields(&told);
            assert!(
                named.len() == 1 && named.iter().all(|name| name.starts_with(field)),
                "{method} {path}, {field} = {value}: {told}"
            );
        }
    }

    fn token(&self) -> String {
        let base = format!(
            "{}.{}",
            self.seed.as_deref().unwrap_or_default(),
            self.session.as_deref().unwrap_or_default()
        );
        self.platform.keys.sign("csrf", base.as_bytes())
    }

    fn request(&self, method: Method, path: &str, sent: Sent) -> Request<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(address(path))
            .header(header::HOST, "127.0.0.1:8080");
        if sent.browser {
            let seed = self.seed.iter().map(|seed| format!("{SEED_COOKIE}={seed}"));
            let session = self
                .session
                .iter()
                .map(|token| format!("{SESSION_COOKIE}={token}"));
            let cookies: Vec<String> = seed.chain(session).collect();
            if !cookies.is_empty() {
                request = request.header(header::COOKIE, cookies.join("; "));
            }
        } else if let Some(token) = &self.session {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if sent.body.is_some() {
            request = request.header(header::CONTENT_TYPE, &sent.kind);
        }
        if let Some(peer) = self.peer {
            request = request.extension(ConnectInfo(peer));
        }
        for (name, value) in &self.extra {
            request = request.header(name.as_str(), value.as_str());
        }
        request
            .body(sent.body.map_or_else(Body::empty, Body::from))
            .expect("a request")
    }

    async fn send(&self, method: Method, path: &str, sent: Sent) -> Answer {
        let request = self.request(method, path, sent);
        let response = self.router.answer(request).await;
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

impl Sent {
    /// A form's fields as a browser sends them, or nothing.
    fn form(body: Option<String>) -> Self {
        Self {
            body: body.map(String::into_bytes),
            kind: "application/x-www-form-urlencoded".into(),
            browser: true,
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
