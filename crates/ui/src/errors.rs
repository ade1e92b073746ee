//! The one place where an error becomes a page or `problem+json` (RFC 9457).

use crate::view::local_path;
use crate::{Page, Preference};
use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use platform::web::{Arrival, SESSION_COOKIE, VIEW_COOKIE};
use platform::{AppError, Door, FieldError};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What the renderer needs to know of the request.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// Whether the caller is a program: an address under `/api/`, or `Accept: application/json`.
    pub json: bool,
    /// Value of the cookie with text size and language.
    pub view_cookie: String,
    /// Whether `Accept-Language` prefers English.
    pub english: bool,
    /// Number of the request, shown as the incident's.
    pub number: Arc<str>,
    /// The page of this site from which a form was sent, if the browser tells; empty otherwise.
    pub from: String,
    /// Whether the browser brings a sign-in.
    pub known: bool,
    /// Whether something was sent, not only read.
    pub sent: bool,
    /// Whether this is the demonstration.
    pub demo: bool,
    /// Telephone for help.
    pub help_phone: String,
}

impl Asked {
    /// What is needed of this request.
    #[must_use]
    pub fn of(arrival: &Arrival, path: &str, headers: &HeaderMap) -> Self {
        let text = |name: header::HeaderName| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let wants_english = text(header::ACCEPT_LANGUAGE);
        let program = Self {
            path: path.to_owned(),
            json: true,
            english: wants_english
                .get(..2)
                .is_some_and(|start| start.eq_ignore_ascii_case("en")),
            number: Arc::clone(&arrival.number),
            ..Self::default()
        };
        // Its errors are no pages: the rest is spared, as this is asked for every request.
        if path.starts_with("/api/") {
            return program;
        }
        let from = text(header::REFERER);
        let from = from.split_once("://").and_then(|(_, page)| {
            let page = page.strip_prefix(text(header::HOST))?;
            page.starts_with('/').then(|| local_path(page).to_owned())
        });
        Self {
            json: text(header::ACCEPT).starts_with("application/json"),
            view_cookie: platform::web::cookie(headers, VIEW_COOKIE)
                .unwrap_or_default()
                .to_owned(),
            from: from.unwrap_or_default(),
            known: platform::web::cookie(headers, SESSION_COOKIE).is_some_and(|token| !token.is_empty()),
            demo: arrival.platform.demo,
            help_phone: arrival.platform.help_phone.clone(),
            ..program
        }
    }
}

#[derive(Template)]
#[template(path = "ui/error.html")]
struct ErrorPage {
    page: Page,
    heading: &'static str,
    sentence: String,
    fields: Vec<String>,
    doors: Vec<Door>,
    incident: Option<String>,
}

/// Renders an error for its reader; an internal one is logged with its number and shown without its words.
#[must_use]
pub fn render(error: &AppError, asked: &Asked) -> Response {
    if let AppError::Internal(why) | AppError::Unavailable(why) = error {
        tracing::error!(
            incident = &*asked.number,
            code = error.code(),
            why,
            "request failed"
        );
    }
    let mut response = if asked.json {
        problem(error, asked)
    } else {
        error_page(error, asked)
    };
    *response.status_mut() =
        StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if matches!(error, AppError::Unavailable(_)) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    if asked.json && matches!(error, AppError::SignInNeeded) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn title(error: &AppError) -> (&'static str, &'static str) {
    match error {
        AppError::Invalid(_) => ("有几处需要改一改", "Some fields need attention"),
        AppError::Refused { .. } => ("这件事现在办不了", "This cannot be done now"),
        AppError::SignInNeeded => ("请先登录", "Please sign in"),
        AppError::Forbidden(_) => ("您没有这项权限", "You are not allowed to do this"),
        AppError::NotFound => ("没有找到这个页面", "Not found"),
        AppError::WrongMethod => ("不能这样打开", "Method not allowed"),
        AppError::TooLarge(_) => ("内容太大", "Too large"),
        AppError::TooMany(_) => ("次数太多，请歇一歇", "Too many tries"),
        AppError::Unavailable(_) => ("现在忙不过来", "Busy, please try again"),
        AppError::Internal(_) => ("系统出了差错", "Something went wrong"),
    }
}

/// An error for a program (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem<'a> {
    /// `/problems/` and a short stable name of the reason, such as `class_full`; more may come.
    #[serde(rename = "type")]
    kind: String,
    /// The kind of error in a few words, in the language asked for.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is the matter and what to do, in Chinese.
    detail: String,
    /// What is wrong or stands in the way, field by field.
    errors: &'a [FieldError],
    /// What can be done instead.
    #[serde(skip_serializing_if = "<[Door]>::is_empty")]
    doors: &'a [Door],
    /// Number of the request, to ask the operator about.
    incident: &'a str,
}

fn problem(error: &AppError, asked: &Asked) -> Response {
    let (chinese, english) = title(error);
    let (errors, doors): (&[FieldError], &[Door]) = match error {
        AppError::Invalid(fields) => (fields, &[]),
        AppError::Refused { reasons, doors, .. } => (reasons, doors),
        _ => (&[], &[]),
    };
    let problem = Problem {
        kind: format!("/problems/{}", error.code()),
        title: if asked.english { english } else { chinese },
        status: error.status(),
        detail: error.sentence(),
        errors,
        doors,
        incident: &asked.number,
    };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
}

fn error_page(error: &AppError, asked: &Asked) -> Response {
    let preference = Preference::parse(&asked.view_cookie);
    let (heading, _) = title(error);
    let page = Page {
        lang: preference.lang,
        view: preference.view,
        path: asked.path.clone(),
        known: asked.known && !matches!(error, AppError::SignInNeeded),
        demo: asked.demo,
        help_phone: asked.help_phone.clone(),
        ..Page::default()
    };
    let mut doors = match error {
        AppError::Refused { doors, .. } => doors.clone(),
        AppError::SignInNeeded => {
            vec![door(
                "去登录",
                &format!("/sign-in?back={}", crate::view::query_value(back(asked))),
            )]
        }
        _ => Vec::new(),
    };
    if doors.is_empty() {
        doors.extend(ways_on(error, asked));
    }
    let template = ErrorPage {
        page: page.titled(heading),
        heading,
        sentence: match error {
            AppError::SignInNeeded if asked.sent && asked.known => SIGN_IN_OVER.to_owned(),
            other => other.sentence(),
        },
        fields: match error {
            AppError::Invalid(fields) if fields.len() > 1 => {
                fields.iter().map(|f| f.sentence.clone()).collect()
            }
            _ => Vec::new(),
        },
        doors,
        incident: matches!(error, AppError::Internal(_) | AppError::Unavailable(_))
            .then(|| asked.number.to_string()),
    };
    match template.render() {
        Ok(body) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response(),
        Err(error) => {
            tracing::error!(%error, "error page");
            (StatusCode::INTERNAL_SERVER_ERROR, "系统出了差错，请稍后再试。").into_response()
        }
    }
}

/// What whose sign-in ended while they filled in a form is told: nobody kept what they typed.
const SIGN_IN_OVER: &str =
    "登录的时间已过，刚才这一步没有做。请重新登录，会回到刚才那一页；刚才填的没有存下来，要再填一次。";

/// Where somebody goes on who had to sign in: where they were. An address that a form was sent to is no page.
fn back(asked: &Asked) -> &str {
    match (asked.sent, asked.from.is_empty()) {
        (false, _) => &asked.path,
        (true, false) => &asked.from,
        (true, true) if asked.path.starts_with("/desk") => "/desk",
        (true, true) => "/me",
    }
}

/// Where to go when the error itself names no door: back to the form, to the list that the page was in, to the start.
fn ways_on(error: &AppError, asked: &Asked) -> Vec<Door> {
    let mut doors = Vec::new();
    let of_a_form = matches!(
        error,
        AppError::Invalid(_) | AppError::Refused { .. } | AppError::TooLarge(_) | AppError::TooMany(_)
    );
    if of_a_form && !asked.from.is_empty() && asked.from != asked.path {
        doors.push(door("回到刚才那一页", &asked.from));
    }
    let lists = [
        ("/classes/", "看全部的班", "/classes"),
        ("/sites/", "看全部学习点", "/sites"),
        ("/me/", "看我的学习", "/me"),
    ];
    let missing = matches!(error, AppError::NotFound);
    let list = lists
        .iter()
        .find(|(start, ..)| missing && asked.path.starts_with(start));
    doors.extend(list.map(|(_, label, href)| door(label, href)));
    let desk = asked.known && asked.path.starts_with("/desk");
    doors.push(if desk {
        door("回到工作台", "/desk")
    } else {
        door("回到首页", "/")
    });
    doors
}

fn door(label: &str, href: &str) -> Door {
    Door {
        label: label.to_owned(),
        href: href.to_owned(),
    }
}
