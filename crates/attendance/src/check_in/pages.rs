//! Pages of check-in.

use super::actions::{self, CheckedIn, Screen};
use crate::marks::access::Opened;
use crate::words;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::PersonId;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx, Tries};
use std::sync::Arc;
use teaching::SessionId;
use ui::{Notice, Page};

#[derive(Template)]
#[template(path = "check_in/scan.html")]
struct ScanPage {
    page: Page,
    opened: Opened,
    when: String,
}

/// `GET /desk/sessions/{id}/scan`; `done` is the learner just scanned.
pub async fn scan(
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> AppResult<Response> {
    let done = query.iter().find(|(name, _)| name == "done");
    let person: Option<PersonId> = done.and_then(|(_, value)| value.parse().ok());
    let (opened, checked) = actions::stands(&ctx, crate::id(&id)?, person).await?;
    let mut page = ui::desk_page(&ctx, "扫学习码签到");
    if let Some(checked) = checked {
        let status = checked.now.map_or("还没有记录", |mark| mark.status.label());
        page = page.noticed(Notice::done(format!("{}：{status}。请扫下一位。", checked.name)));
    }
    Ok(show_scan(page, opened, 200))
}

fn show_scan(page: Page, opened: Opened, status: u16) -> Response {
    let when = words::when(&opened.session);
    ui::respond::html_with(status, &ScanPage { page, opened, when })
}

/// `POST /desk/sessions/{id}/scan`
pub async fn scanned(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: SessionId = crate::id(&id)?;
    match actions::by_learner_code(&ctx, id, posted.get("code")).await {
        Ok(person) => Ok(see_other(&format!("/desk/sessions/{id}/scan?done={person}"))),
        // The next learner stands in line: the page to scan comes back with the sentence.
        Err(AppError::Refused { sentence, .. }) => {
            let (opened, _) = actions::stands(&ctx, id, None).await?;
            let page = ui::desk_page(&ctx, "扫学习码签到").noticed(Notice::warning(sentence));
            Ok(show_scan(page, opened, 409))
        }
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "check_in/screen.html")]
struct ScreenPage {
    page: Page,
    screen: Screen,
    when: String,
}

/// `GET /desk/sessions/{id}/code`: loads itself again when the code changes.
pub async fn screen(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let screen = actions::screen(&ctx, crate::id(&id)?).await?;
    let page = ui::page(&ctx, "课堂码");
    let when = words::when(&screen.opened.session);
    // The code is over in this many seconds; by this header the page follows it without scripts, too.
    let refresh = [(header::REFRESH, screen.seconds.to_string())];
    Ok((refresh, ui::html(&ScreenPage { page, screen, when })).into_response())
}

/// `GET /desk/sessions/{id}/code.svg`
pub async fn picture(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let screen = actions::screen(&ctx, crate::id(&id)?).await?;
    let svg = documents::qr_svg(&screen.address).map_err(|error| AppError::Internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, svg).into_response())
}

#[derive(Template)]
#[template(path = "check_in/enter.html")]
struct EnterPage {
    page: Page,
    /// The code scanned from the screen; empty when it is to be typed.
    code: String,
    done: Option<CheckedIn>,
    when: String,
}

/// `GET /check-in`; `done` is the session just checked in to.
pub async fn enter(ctx: Ctx, Query(query): Query<Vec<(String, String)>>) -> AppResult<Response> {
    ctx.person()?;
    let done = match query.iter().find(|(name, _)| name == "done") {
        Some((_, session)) => Some(actions::own(&ctx, crate::id(session)?).await?),
        None => None,
    };
    Ok(show_enter(&ctx, String::new(), done))
}

/// `GET /check-in/{code}`: the QR code opens this; one touch checks in.
pub async fn opened(ctx: Ctx, Path(code): Path<String>) -> AppResult<Response> {
    ctx.person()?;
    Ok(show_enter(&ctx, code.chars().take(40).collect(), None))
}

fn show_enter(ctx: &Ctx, code: String, done: Option<CheckedIn>) -> Response {
    let page = ui::learner_page(ctx, "上课签到");
    let when = done
        .as_ref()
        .map(|done| words::when_in(page.lang, &done.opened.session))
        .unwrap_or_default();
    ui::html(&EnterPage {
        page,
        code,
        done,
        when,
    })
}

/// `POST /check-in`
pub async fn entered(
    ctx: Ctx,
    Extension(tries): Extension<Arc<Tries>>,
    posted: Posted,
) -> AppResult<Response> {
    let session = actions::by_class_code(&ctx, &tries, posted.get("code")).await?;
    Ok(see_other(&format!("/check-in?done={session}")))
}
