//! `GET /api/v1/openapi.json`: the description of the whole API, made once.

use crate::wiring;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::OnceLock;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, security};

static TEXT: OnceLock<String> = OnceLock::new();

/// The description without any domain's part.
#[must_use]
pub fn head() -> OpenApi {
    let info = InfoBuilder::new()
        .title("学圈 Xuequan")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Lists answer {\"items\": […], \"next\": cursor or null} and take limit (at most 200) and cursor. \
             Times are RFC 3339, dates YYYY-MM-DD, money in fen. Errors are application/problem+json. \
             Sign in with a personal token: Authorization: Bearer.",
        ))
        .build();
    let bearer = security::SecurityScheme::Http(
        security::HttpBuilder::new()
            .scheme(security::HttpAuthScheme::Bearer)
            .build(),
    );
    let components = utoipa::openapi::ComponentsBuilder::new()
        .security_scheme("token", bearer)
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .build()
}

/// `GET /api/v1/openapi.json`.
pub async fn json() -> impl IntoResponse {
    let text = TEXT.get_or_init(|| wiring::openapi().to_json().unwrap_or_default());
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "public, max-age=60"),
        ],
        text.as_str(),
    )
}
