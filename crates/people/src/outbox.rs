//! The outbox of the demonstration: the newest messages with their texts, so that codes can be read without a gateway.

use axum::extract::Query;
use axum::response::Response;
use platform::api::Part;
use platform::message::{self, Sent};
use platform::{Access, AppError, AppResult, Ctx, Routes};
use ui::{Page, Pairs, learner_page};

const NEWEST: i64 = 30;
/// How many messages back the page goes.
const FURTHEST: i64 = 100_000;

#[derive(askama::Template)]
#[template(path = "outbox.html")]
struct OutboxPage {
    page: Page,
    messages: Vec<(Sent, String)>,
    /// Where older ones begin, if there may be some.
    older: Option<i64>,
}

pub(crate) fn routes() -> Routes {
    Routes::new().get("/outbox", Access::Public, show)
}

/// `GET /outbox?from=30`; outside the demonstration there is no such page.
async fn show(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    if !ctx.platform.demo {
        return Err(AppError::NotFound);
    }
    let from = query.iter().find(|(name, _)| name == "from");
    let from = from.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let part = Part {
        limit: NEWEST,
        offset: i64::clamp(from, 0, FURTHEST),
    };
    let sent = message::newest(ctx.db(), part).await?;
    let is_full = i64::try_from(sent.len()) == Ok(NEWEST);
    let opened = sent.into_iter().map(|one| {
        let text = message::open_text(&ctx, &one)?;
        Ok((one, text))
    });
    let messages = opened.collect::<AppResult<Vec<_>>>()?;
    let page = learner_page(&ctx, "演示里发出的短信");
    Ok(ui::html(&OutboxPage {
        page,
        messages,
        older: is_full.then_some(part.offset + NEWEST),
    }))
}
