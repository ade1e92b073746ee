//! The files a page loads, and what search engines may read.

use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use platform::{AppError, AppResult};

const FOREVER: &str = "public, max-age=31536000, immutable";
/// What nobody needs to find by a search engine: personal pages, staff pages, and addresses made by filters.
const ROBOTS: &str = "User-agent: *\nDisallow: /me\nDisallow: /desk\nDisallow: /api\nDisallow: /sign-in\nDisallow: /view\nDisallow: /check-in\n";

/// `GET /assets/{file}`: compressed when the browser takes that.
pub async fn file(Path(name): Path<String>, headers: HeaderMap) -> AppResult<Response> {
    let asset = ui::asset(&format!("/assets/{name}")).ok_or(AppError::NotFound)?;
    let mut response = if takes_brotli(&headers) && !asset.br.is_empty() {
        ([(header::CONTENT_ENCODING, "br")], asset.br.as_slice()).into_response()
    } else {
        asset.bytes.into_response()
    };
    let kept = if asset.immutable { FOREVER } else { "no-cache" };
    for (name, value) in [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, kept),
        (header::VARY, "accept-encoding"),
    ] {
        response
            .headers_mut()
            .insert(name, axum::http::HeaderValue::from_static(value));
    }
    Ok(response)
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).into_iter();
    let mut offers = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','));
    offers.any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        parts.next() == Some("br") && parts.next().is_none_or(|weight| weight != "q=0")
    })
}

/// `GET /favicon.ico`, which browsers ask for by habit.
pub async fn favicon() -> Redirect {
    Redirect::permanent(ui::Bundle::Mark.url())
}

/// `GET /robots.txt`.
pub async fn robots() -> &'static str {
    ROBOTS
}
