//! What wraps every route: request number, form seed, errors as pages, security headers. Shared by the
//! program and the tests.

use crate::errors::{Asked, render};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use platform::web::{Arrival, SEED_COOKIE, Shelf, cookie};
use platform::{AppError, Platform, Routes};
use std::sync::Arc;
use tower::Service;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Wraps the routes; an address without a route answers 404 like a record that is not there, one with routes for other
/// methods only 405 with these in `Allow`.
#[must_use]
pub fn wrap(routes: Routes, platform: &Arc<Platform>) -> Site {
    let (router, shelf) = routes.into_parts();
    let router = router
        .fallback(async || AppError::NotFound)
        .method_not_allowed_fallback(async || AppError::WrongMethod)
        .with_state(Arc::clone(platform));
    Site(Arc::new(Inside {
        platform: Arc::clone(platform),
        shelf: Arc::new(shelf),
        router,
    }))
}

/// All routes as one. It stands around the router, not around each route, which would cost a box for each.
#[derive(Clone)]
pub struct Site(Arc<Inside>);

struct Inside {
    platform: Arc<Platform>,
    shelf: Arc<Shelf>,
    router: Router,
}

impl Site {
    /// The answer to a request.
    pub async fn answer(&self, mut request: Request) -> Response {
        let Inside {
            platform,
            shelf,
            router,
        } = &*self.0;
        // From the pool of ids: this runs for every request, and the number opens nothing by itself.
        let arrival = Arrival {
            number: format!("{:012x}", platform.random.u48()).into(),
            platform: Arc::clone(platform),
            shelf: Arc::clone(shelf),
        };
        request.extensions_mut().insert(arrival.clone());
        let headers = request.headers();
        let program = headers.contains_key(header::AUTHORIZATION);
        let seedless = !program && cookie(headers, SEED_COOKIE).is_none();
        let mut asked = Asked::of(
            &arrival,
            request.uri().path_and_query().map_or("/", |path| path.as_str()),
            headers,
        );
        asked.sent = !request.method().is_safe();
        let page_read = !asked.sent && !asked.json;
        let foreign = is_foreign(&request);
        let mut response = if foreign {
            render(
                &AppError::Forbidden("这个请求来自别的网站，没有执行。".into()),
                &asked,
            )
        } else {
            match router.clone().call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        };
        if let Some(error) = response.extensions_mut().remove::<Arc<AppError>>() {
            // The router has named the methods that the address takes.
            let allow = response.headers_mut().remove(header::ALLOW);
            response = match *error {
                // A page that needs somebody sends them to sign in, and brings them back.
                AppError::SignInNeeded if page_read => platform::web::see_other(&format!(
                    "/sign-in?back={}",
                    crate::view::query_value(&asked.path)
                )),
                _ => render(&error, &asked),
            };
            if let Some(allow) = allow {
                response.headers_mut().insert(header::ALLOW, allow);
            }
        }
        finish(&mut response, &arrival, seedless);
        response
    }
}

/// A changing request that another site's page sent (`Sec-Fetch-Site`, or `Origin` of older browsers).
fn is_foreign(request: &Request) -> bool {
    if request.method().is_safe() {
        return false;
    }
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => match (text("origin"), text("host")) {
            (Some(origin), Some(host)) => origin.split("://").nth(1).is_some_and(|from| from != host),
            _ => false,
        },
    }
}

/// Headers of every answer; a page for one reader whose browser has no seed gives it one.
fn finish(response: &mut Response, arrival: &Arrival, seedless: bool) {
    let is_html = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if !is_html {
        return;
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        );
    }
    // A page that anybody may keep carries no cookie.
    let shared = headers
        .get(header::CACHE_CONTROL)
        .is_some_and(|value| value.as_bytes().starts_with(b"public"));
    if seedless && !shared {
        let seed = arrival.fresh_seed();
        let secure = if arrival.platform.public_url.starts_with("https:") {
            "; Secure"
        } else {
            ""
        };
        let line = format!("{SEED_COOKIE}={seed}; Path=/; HttpOnly; SameSite=Lax{secure}");
        if let Ok(value) = HeaderValue::from_str(&line) {
            headers.append(header::SET_COOKIE, value);
        }
    }
}
