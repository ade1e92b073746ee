//! Pages of the archive.

use super::actions::{self, Archive};
use askama::Template;
use axum::response::Response;
use platform::{AppResult, Ctx};
use ui::Page;

#[derive(Template)]
#[template(path = "archive/show.html")]
struct ShowPage {
    page: Page,
    archive: Archive,
}

#[derive(Template)]
#[template(path = "archive/print.html")]
struct PrintPage {
    page: Page,
    archive: Archive,
    name: String,
    today: String,
}

/// `GET /me/records`
pub async fn show(ctx: Ctx) -> AppResult<Response> {
    let archive = actions::own(&ctx).await?;
    let page = ui::learner_page(&ctx, "我的学习档案");
    Ok(ui::html(&ShowPage { page, archive }))
}

/// `GET /me/records/print`
pub async fn print(ctx: Ctx) -> AppResult<Response> {
    let archive = actions::own(&ctx).await?;
    let page = ui::learner_page(&ctx, "我的学习档案");
    Ok(ui::html(&PrintPage {
        page,
        archive,
        name: ctx.actor.name.clone(),
        today: ctx.today().to_string(),
    }))
}
