//! The page of a round for everybody, and what a learner reads of the rounds of a class.

use super::actions::{self, RoundNow};
use super::load::Plan;
use super::model::{Kept, Window, last_release};
use crate::rounds::model::RoundStatus;
use axum::extract::Path;
use axum::response::Response;
use kernel::Instant;
use platform::{AppError, AppResult, Ctx};
use teaching::classes::ClassRow;
use ui::respond::html;
use ui::{Page, Tag};

/// Where a round stands at this moment, as a tag.
pub(super) fn tag(
    page: &Page,
    status: RoundStatus,
    (opens, closes): (Instant, Instant),
    now: Instant,
) -> Tag {
    let word = |text: &'static str| page.t(text).to_owned();
    match status {
        RoundStatus::Paused | RoundStatus::Cancelled => Tag::bad(word(status.label())),
        _ if now < opens => Tag::waiting(word("还没开始")),
        _ if now < closes => Tag::good(word("正在报名")),
        _ => Tag::quiet(word("报名已截止")),
    }
}

#[derive(askama::Template)]
#[template(path = "first_come/show.html")]
struct ShowPage {
    page: Page,
    now: RoundNow,
    tag: Tag,
    opens: String,
    closes: String,
    rules: Vec<String>,
    paused: bool,
    cancelled: bool,
}

/// `GET /rounds/first-come/{id}`
pub(super) async fn show(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let id = text.parse().map_err(|_| AppError::NotFound)?;
    let now = actions::show(&ctx, id).await?;
    let mut page = ui::learner_page(&ctx, "");
    page.title.clone_from(&now.row.name);
    let row = &now.row;
    Ok(html(&ShowPage {
        tag: tag(&page, row.status, (row.opens, row.closes), ctx.now()),
        opens: page.moment(row.opens),
        closes: page.moment(row.closes),
        rules: rules(&page, &now),
        paused: row.status == RoundStatus::Paused,
        cancelled: row.status == RoundStatus::Cancelled,
        page,
        now,
    }))
}

fn rules(page: &Page, now: &RoundNow) -> Vec<String> {
    let row = &now.row;
    let mut all = vec![page.t(row.audience.label()).to_owned()];
    all.push(
        page.t("先到先得：有名额就报上，没有就排候补，按报名的先后轮到。")
            .to_owned(),
    );
    if let Some(at) = row.release_at {
        if row.desk_percent > 0 {
            all.push(page.tn(
                "每个班留 {}% 的名额给到柜台、打电话来报的人。",
                &[&row.desk_percent],
            ));
        }
        if row.newcomer_percent > 0 {
            all.push(page.tn(
                "每个班留 {}% 的名额给没有在本校上过课的新学员。",
                &[&row.newcomer_percent],
            ));
        }
        all.push(page.tn(
            "留的名额到 {} 还没人用，就先给排候补的人，再给所有人。",
            &[&page.moment(at)],
        ));
    }
    all
}

/// For whom seats of a class are kept now, and until when; nothing where none are.
pub(crate) fn kept_lines(page: &Page, plan: &Plan, class: &ClassRow, now: Instant) -> Vec<String> {
    let Some(until) = last_release(&plan.windows, now) else {
        return Vec::new();
    };
    let Kept { desk, newcomer } = plan.kept(class, now);
    let mut all = Vec::new();
    if desk > 0 {
        all.push(page.tn("还有 {} 个名额留给到柜台、打电话来报的人。", &[&desk]));
    }
    if newcomer > 0 {
        all.push(page.tn("还有 {} 个名额留给没有在本校上过课的新学员。", &[&newcomer]));
    }
    if !all.is_empty() {
        all.push(page.tn(
            "留的名额到 {} 还没人用，就先给排候补的人，再给所有人。",
            &[&page.moment(until)],
        ));
    }
    all
}

/// The windows of a class, each in a line a learner reads: who, from when to when.
pub(crate) fn lines(page: &Page, plan: &Plan) -> Vec<String> {
    let line = |window: &Window| {
        page.tn(
            "{}：{} 至 {}",
            &[
                &page.t(window.audience.short()),
                &page.moment(window.opens),
                &page.moment(window.closes),
            ],
        )
    };
    plan.windows.iter().map(line).collect()
}
