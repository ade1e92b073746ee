//! The page.

use super::model::deadline;
use crate::wiring;
use askama::Template;
use axum::response::Response;
use platform::{AppResult, Ctx};
use ui::{Page, Tag};

#[derive(Template)]
#[template(path = "desk/home.html")]
struct Home {
    page: Page,
    items: Vec<Item>,
    posts: Vec<String>,
    needs_second_factor: bool,
}

struct Item {
    title: String,
    detail: String,
    href: String,
    count: i64,
    due: Option<Tag>,
}

/// `GET /desk`.
pub async fn show(ctx: Ctx) -> AppResult<Response> {
    ctx.person()?;
    let today = ctx.today();
    let items: Vec<Item> = wiring::waiting(&ctx)
        .await?
        .into_iter()
        .map(|waiting| Item {
            due: deadline(waiting.due, today),
            title: waiting.title,
            detail: waiting.detail,
            href: waiting.href,
            count: waiting.count,
        })
        .collect();
    let mut page = ui::desk_page(&ctx, "待办");
    if let Some(desk) = &mut page.desk {
        let waiting: i64 = items.iter().map(|item| item.count).sum();
        desk.waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
    }
    let posts = ctx.actor.posts.iter();
    Ok(ui::html(&Home {
        page,
        items,
        needs_second_factor: !ctx.actor.strong && posts.clone().any(|post| post.role.needs_second_factor()),
        posts: posts
            .map(|post| format!("{} · {}", post.org_name, post.role.label()))
            .collect(),
    }))
}
