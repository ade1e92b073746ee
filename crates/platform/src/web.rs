//! From an HTTP request to a [`Ctx`], and from an [`AppError`] to a response.
//!
//! An error becomes a bare response that carries it; `ui::errors` turns it into a page, a part or
//! `problem+json`, so that there is one place where errors are worded for the reader.

use crate::{Actor, AppError, AppResult, Channel, Ctx, Platform};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Cookie of a signed-in session.
pub const SESSION_COOKIE: &str = "xq_session";
/// Cookie of text size, contrast and language.
pub const VIEW_COOKIE: &str = "xq_view";
/// Cookie to which the tokens of forms are tied.
pub const SEED_COOKIE: &str = "xq_seed";
/// Name of the hidden form field, and of the header for scripts.
pub const CSRF_FIELD: &str = "csrf";
const CSRF_HEADER: &str = "x-csrf-token";
/// Bytes of a form without files.
const FORM_LIMIT: usize = 1 << 20;

/// What a request shows of its sender.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Token of the session cookie.
    pub session: Option<String>,
    /// Token of `Authorization: Bearer`.
    pub bearer: Option<String>,
}

/// Finds the actor for credentials. A wrong bearer token is an error; a stale session is nobody.
pub type Identify =
    fn(Arc<Platform>, Credentials) -> Pin<Box<dyn Future<Output = AppResult<Arc<Actor>>> + Send>>;

/// What a page needs to know of the browser.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Value of [`VIEW_COOKIE`], read by `ui`.
    pub cookie: String,
    /// Path and query of the request.
    pub path: String,
    /// Token for the page's forms.
    pub csrf: String,
    /// Whether htmx asks for a part of the page.
    pub part: bool,
    /// Whether `Accept-Language` prefers English (used by the API; pages follow the reader's choice).
    pub english: bool,
}

/// Values of the program of which there is one each, by their type.
pub type Shelf = axum::http::Extensions;

/// What the outermost layer puts beside each request: one piece, as each costs time.
#[derive(Clone)]
pub struct Arrival {
    /// The installation.
    pub platform: Arc<Platform>,
    /// Number of the request.
    pub number: Arc<str>,
    /// What [`Shared`] finds.
    pub shelf: Arc<Shelf>,
}

impl Arrival {
    /// The seed that a browser without one gets with the answer to this request. Made only when a form or the answer
    /// asks for it; nobody can guess it without the installation's key.
    #[must_use]
    pub fn fresh_seed(&self) -> String {
        self.platform.keys.sign("seed", self.number.as_bytes())
    }
}

/// A value that [`crate::Routes::share`] gave.
#[derive(Debug, Clone)]
pub struct Shared<V>(pub V);

impl<V: Clone + Send + Sync + 'static, S: Sync> FromRequestParts<S> for Shared<V> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let arrival = parts.extensions.get::<Arrival>();
        let found = arrival.and_then(|arrival| arrival.shelf.get::<V>());
        found.cloned().map(Self).ok_or_else(|| {
            let wanted = std::any::type_name::<V>();
            AppError::Internal(format!("no route shares a {wanted}"))
        })
    }
}

impl FromRequestParts<Arc<Platform>> for Ctx {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, platform: &Arc<Platform>) -> Result<Self, AppError> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let bearer = bearer(&parts.headers).map(str::to_owned);
        let session = cookie(&parts.headers, SESSION_COOKIE).map(str::to_owned);
        let channel = if bearer.is_some() {
            Channel::Api
        } else {
            Channel::Web
        };
        let actor = if bearer.is_some() || session.is_some() {
            (platform.identify)(Arc::clone(platform), Credentials { session, bearer }).await?
        } else {
            Arc::default()
        };
        Ok(Self {
            platform: Arc::clone(platform),
            actor,
            channel,
            request: parts
                .extensions
                .get::<Arrival>()
                .map(|arrival| Arc::clone(&arrival.number))
                .unwrap_or_default(),
            view: Arc::new(View {
                cookie: cookie(&parts.headers, VIEW_COOKIE).unwrap_or_default().to_owned(),
                path: parts
                    .uri
                    .path_and_query()
                    .map(|path| path.as_str().to_owned())
                    .unwrap_or_default(),
                // A program with a token posts no forms.
                csrf: if matches!(channel, Channel::Api) {
                    String::new()
                } else {
                    csrf_token(platform, parts)
                },
                part: parts.headers.contains_key("hx-request"),
                english: prefers_english(&parts.headers),
            }),
        })
    }
}

/// The value of a cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(str::trim)
}

fn prefers_english(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("en"))
}

fn csrf_base(parts: &Parts) -> String {
    let session = cookie(&parts.headers, SESSION_COOKIE).unwrap_or_default();
    match (
        cookie(&parts.headers, SEED_COOKIE),
        parts.extensions.get::<Arrival>(),
    ) {
        (Some(seed), _) => format!("{seed}.{session}"),
        (None, Some(arrival)) => format!("{}.{session}", arrival.fresh_seed()),
        (None, None) => format!(".{session}"),
    }
}

fn csrf_token(platform: &Platform, parts: &Parts) -> String {
    platform.keys.sign("csrf", csrf_base(parts).as_bytes())
}

fn check_csrf(platform: &Platform, parts: &Parts, token: &str) -> AppResult<()> {
    if bearer(&parts.headers).is_some() {
        return Ok(());
    }
    let seeded = cookie(&parts.headers, SEED_COOKIE).is_some();
    if seeded && platform.keys.verify("csrf", csrf_base(parts).as_bytes(), token) {
        return Ok(());
    }
    Err(AppError::refused(
        "stale_form",
        "这一页打开得太久，或者您在别的页面退出了登录，为了安全没有提交。请返回上一页，刷新后再点一次；您填的内容还在上一页。",
    ))
}

/// The pairs of a posted form, after its token was checked. Every page that changes something takes it.
#[derive(Debug, Clone, Default)]
pub struct Posted(pub Vec<(String, String)>);

impl Posted {
    /// The first value of a field, trimmed; empty when it is missing.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.trim())
    }

    /// All values of a field, for check boxes.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl FromRequest<Arc<Platform>> for Posted {
    type Rejection = AppError;

    async fn from_request(request: Request, platform: &Arc<Platform>) -> Result<Self, AppError> {
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, FORM_LIMIT).await.map_err(|_| {
            AppError::TooLarge("这张表太大了，最多 1 MB。请少填一些，或把附件分开上传。".into())
        })?;
        let pairs: Vec<(String, String)> = serde_html_form(&bytes);
        let posted = Self(pairs);
        let header = parts
            .headers
            .get(CSRF_HEADER)
            .and_then(|value| value.to_str().ok());
        check_csrf(platform, &parts, header.unwrap_or_else(|| posted.get(CSRF_FIELD)))?;
        Ok(posted)
    }
}

/// The pairs of a form; control characters, which nobody sees and nobody types, are taken out.
fn serde_html_form(bytes: &[u8]) -> Vec<(String, String)> {
    let stays = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t');
    form_urlencoded::parse(bytes)
        .map(|(key, value)| (key.into_owned(), value.chars().filter(stays).collect()))
        .collect()
}

/// A JSON body, from a program with a token or from our own script with the form token in a header.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<T: serde::de::DeserializeOwned> FromRequest<Arc<Platform>> for Json<T> {
    type Rejection = AppError;

    async fn from_request(request: Request, platform: &Arc<Platform>) -> Result<Self, AppError> {
        let (parts, body) = request.into_parts();
        if bearer(&parts.headers).is_none() && cookie(&parts.headers, SESSION_COOKIE).is_none() {
            // A program that forgot its token hears of the token, not of forms.
            return Err(AppError::SignInNeeded);
        }
        let token = parts
            .headers
            .get(CSRF_HEADER)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        check_csrf(platform, &parts, token)?;
        let bytes = axum::body::to_bytes(body, FORM_LIMIT)
            .await
            .map_err(|_| AppError::TooLarge("请求太大，最多 1 MB。".into()))?;
        let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        crate::api::body::read(bytes).map(Self)
    }
}

/// A file from a form with `enctype="multipart/form-data"`, with the form's other fields.
#[derive(Debug, Clone, Default)]
pub struct Upload {
    /// The other fields.
    pub fields: Posted,
    /// Name as the browser gave it.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Bytes of one uploaded file.
pub const UPLOAD_LIMIT: usize = 20 << 20;

impl FromRequest<Arc<Platform>> for Upload {
    type Rejection = AppError;

    async fn from_request(request: Request, platform: &Arc<Platform>) -> Result<Self, AppError> {
        let (parts, body) = request.into_parts();
        let too_large = || AppError::TooLarge("文件太大，最多 20 MB。请把表格分成几份再上传。".into());
        let declared = parts
            .headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|length| length > UPLOAD_LIMIT + FORM_LIMIT) {
            return Err(too_large());
        }
        let body = axum::body::to_bytes(body, UPLOAD_LIMIT + FORM_LIMIT)
            .await
            .map_err(|_| too_large())?;
        let mut whole = Request::from_parts(parts.clone(), axum::body::Body::from(body));
        // It is bounded above; the parser's own bound of 2 MB is smaller.
        axum::extract::DefaultBodyLimit::disable().apply(&mut whole);
        let broken = |_| AppError::invalid("file", "上传的内容不完整。请重新选择文件再传一次。");
        let mut multipart = axum::extract::Multipart::from_request(whole, platform)
            .await
            .map_err(|_| AppError::invalid("file", "没有收到文件。请先选择一个文件。"))?;
        let mut upload = Self::default();
        while let Some(field) = multipart.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            if let Some(file_name) = field.file_name() {
                upload.name = file_name.chars().take(200).collect();
                upload.bytes = field.bytes().await.map_err(broken)?.to_vec();
            } else {
                let text = field.text().await.map_err(broken)?;
                upload.fields.0.push((name, text));
            }
        }
        check_csrf(platform, &parts, upload.fields.get(CSRF_FIELD))?;
        Ok(upload)
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// An answer that sends the browser on (303) after a form was taken.
#[must_use]
pub fn see_other(path: &str) -> Response {
    let safe = if path.starts_with('/') && !path.starts_with("//") {
        path
    } else {
        "/"
    };
    (StatusCode::SEE_OTHER, [(header::LOCATION, safe.to_owned())]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("a_xq_view=1; xq_view=elder.dark; b=2"),
        );
        assert_eq!(cookie(&headers, VIEW_COOKIE), Some("elder.dark"));
        assert_eq!(cookie(&headers, "xq"), None);
    }

    #[test]
    fn a_form_holds_no_control_characters_but_line_breaks() {
        let pairs = serde_html_form("q=%00%E4%B9%A6%07%E6%B3%95&note=a%0D%0Ab".as_bytes());
        let expected = [("q", "书法"), ("note", "a\r\nb")];
        assert_eq!(
            pairs,
            expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn redirects_stay_inside() {
        for (path, location) in [("/a", "/a"), ("//evil", "/"), ("https://evil", "/"), ("", "/")] {
            let response = see_other(path);
            assert_eq!(
                response.headers().get(header::LOCATION).unwrap(),
                location,
                "{path}"
            );
        }
    }
}
