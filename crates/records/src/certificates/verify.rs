//! Anybody checks a certificate.

use super::actions::{self, Checked};
use askama::Template;
use axum::Extension;
use axum::extract::{ConnectInfo, FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::response::Response;
use platform::web::see_other;
use platform::{AppResult, Ctx, Tries};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use ui::{Field, Form, Page};

/// Where a request comes from: the peer, or behind a proxy on this machine the last hop that the proxy saw.
pub struct Sender(pub String);

impl<S: Sync> FromRequestParts<S> for Sender {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0.ip());
        let forwarded = parts
            .headers
            .get("x-forwarded-for")
            .and_then(|value| value.to_str().ok());
        let last = forwarded
            .and_then(|list| list.rsplit(',').next())
            .map(|hop| hop.trim().to_owned());
        Ok(Self(match (peer, last) {
            (Some(peer), Some(hop)) if peer.is_loopback() => hop,
            (Some(peer), _) => peer.to_string(),
            (None, _) => "unknown".into(),
        }))
    }
}

#[derive(Template)]
#[template(path = "certificates/verify.html")]
struct VerifyPage {
    page: Page,
    form: Form,
    /// Whether a code was looked for.
    asked: bool,
    found: Option<Checked>,
    hours: String,
}

fn fields() -> Vec<Field> {
    vec![Field::text("code", "查验码", 1, 40).hint("证书右下角二维码旁边的 16 个字母和数字")]
}

/// `GET /verify`: the form; with `code` it goes on to that code.
pub async fn form(ctx: Ctx, Query(query): Query<Vec<(String, String)>>) -> Response {
    let typed = query.iter().find(|(name, _)| name == "code");
    let page = ui::learner_page(&ctx, "查验证书");
    let Some((_, typed)) = typed else {
        let form = Form::blank(fields(), page.lang);
        return render(page, form, false, None);
    };
    let code = actions::clean_code(typed);
    if code.is_empty() {
        let form = Form::from_pairs(fields(), page.lang, &[("code".to_owned(), String::new())]);
        return render(page, form, false, None);
    }
    see_other(&format!("/verify/{}", code.chars().take(40).collect::<String>()))
}

/// `GET /verify/{code}`
pub async fn show(
    ctx: Ctx,
    Extension(tries): Extension<Arc<Tries>>,
    Sender(sender): Sender,
    Path(code): Path<String>,
) -> AppResult<Response> {
    let found = actions::try_code(&ctx, &tries, &sender, &code).await?;
    let page = ui::learner_page(&ctx, "查验证书");
    let form = Form::blank(fields(), page.lang).fill("code", actions::clean_code(&code));
    Ok(render(page, form, true, found))
}

fn render(page: Page, form: Form, asked: bool, found: Option<Checked>) -> Response {
    let status = match (asked, &found) {
        (true, None) => 404,
        _ if !form.is_valid() => 422,
        _ => 200,
    };
    let hours = found
        .as_ref()
        .map(|found| found.facts.hours())
        .unwrap_or_default();
    ui::respond::html_with(
        status,
        &VerifyPage {
            page,
            form,
            asked,
            found,
            hours,
        },
    )
}
