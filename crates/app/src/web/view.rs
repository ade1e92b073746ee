//! The reader's choice of text size, contrast and language, kept in a cookie for a year.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use platform::Platform;
use platform::web::{VIEW_COOKIE, cookie, see_other};
use std::sync::Arc;

/// The word chosen and the page to come back to.
#[derive(Debug, serde::Deserialize)]
pub struct Choice {
    #[serde(default)]
    set: String,
    #[serde(default)]
    back: String,
}

/// `GET /view?set=WORD&back=PATH`.
pub async fn choose(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Query(choice): Query<Choice>,
) -> Response {
    let before = ui::Preference::parse(cookie(&headers, VIEW_COOKIE).unwrap_or_default());
    let after = before.with_word(&choice.set);
    let secure = if platform.public_url.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    let line = format!(
        "{VIEW_COOKIE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}",
        after.cookie_value()
    );
    let on = see_other(ui::local_path(&choice.back));
    (
        [
            (header::SET_COOKIE, line),
            (header::CACHE_CONTROL, "no-store".into()),
        ],
        on,
    )
        .into_response()
}
