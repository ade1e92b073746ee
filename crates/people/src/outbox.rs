//! The outbox of the demonstration: the newest messages with their texts, so that codes can be read without a gateway.

use axum::response::Response;
use platform::message::{self, Sent};
use platform::{Access, AppError, AppResult, Ctx, Routes};
use ui::{Page, learner_page};

const NEWEST: i64 = 30;

#[derive(askama::Template)]
#[template(path = "outbox.html")]
struct OutboxPage {
    page: Page,
    messages: Vec<(Sent, String)>,
}

pub(crate) fn routes() -> Routes {
    Routes::new().get("/outbox", Access::Public, show)
}

/// `GET /outbox`; outside the demonstration there is no such page.
async fn show(ctx: Ctx) -> AppResult<Response> {
    if !ctx.platform.demo {
        return Err(AppError::NotFound);
    }
    let sent = message::newest(ctx.db(), NEWEST).await?;
    let opened = sent.into_iter().map(|one| {
        let text = message::open_text(&ctx, &one)?;
        Ok((one, text))
    });
    let messages = opened.collect::<AppResult<Vec<_>>>()?;
    let page = learner_page(&ctx, "演示里发出的短信");
    Ok(ui::html(&OutboxPage { page, messages }))
}
