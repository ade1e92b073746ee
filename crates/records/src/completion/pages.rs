//! Pages of completion.

use super::actions::{self, Line, Preview};
use super::model::{RULE, Verdict};
use crate::certificates::actions as certificates;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use enrollment::EnrollmentStatus;
use kernel::Minutes;
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx};
use teaching::ClassId;
use ui::{Notice, Page, Tag};

#[derive(Template)]
#[template(path = "completion/show.html")]
struct CompletionPage {
    page: Page,
    preview: Preview,
    certificates: Vec<certificates::Brief>,
    rule: &'static str,
}

impl CompletionPage {
    fn hours(&self, line: &Line) -> String {
        Minutes(line.facts.minutes).hours_text()
    }

    fn verdict(&self, line: &Line) -> Tag {
        match (line.held.as_deref(), line.verdict) {
            (Some("verified"), _) => Tag::good("已结业"),
            (Some(_), _) => Tag::bad("结业已撤销"),
            (None, Verdict::Completes) => Tag::waiting("可以结业"),
            (None, Verdict::Short(missing)) if line.learner.status == EnrollmentStatus::Ended => {
                Tag::quiet(format!("未结业，差 {missing} 次"))
            }
            (None, Verdict::Short(missing)) => Tag::quiet(format!("不结业，还差 {missing} 次")),
        }
    }

    /// What the button does; `None` when there is nothing to confirm.
    fn button(&self) -> Option<String> {
        if !self.preview.is_whole() {
            return None;
        }
        match (self.preview.ready(), self.preview.short()) {
            (0, 0) => None,
            (ready, 0) => Some(format!("确认 {ready} 人结业")),
            (0, short) => Some(format!("确认 {short} 人未结业，结束这个班")),
            (ready, short) => Some(format!("确认 {ready} 人结业、{short} 人未结业")),
        }
    }

    /// Certificates that can be printed: the valid ones.
    fn printable(&self) -> usize {
        self.certificates.iter().filter(|one| one.is_valid()).count()
    }

    fn without_certificate(&self) -> usize {
        let done = self
            .preview
            .lines
            .iter()
            .filter(|line| line.held.as_deref() == Some("verified"));
        done.count().saturating_sub(self.printable())
    }
}

/// `GET /desk/classes/{id}/completion`
pub async fn show(
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> AppResult<Response> {
    let id: ClassId = crate::id(&id)?;
    let preview = actions::preview(&ctx, id).await?;
    let mut page = ui::desk_page(&ctx, "结业");
    let count = |wanted: &str| -> Option<u32> {
        let (_, value) = query.iter().find(|(name, _)| name == wanted)?;
        Some(value.parse().unwrap_or(0))
    };
    if let Some(completed) = count("confirmed") {
        let ended = count("ended").unwrap_or(0);
        page = page.noticed(Notice::done(format!(
            "结业确认好了，新结业 {completed} 人，未结业 {ended} 人，都通知了。"
        )));
    }
    if let Some(untold) = count("untold").filter(|untold| *untold > 0) {
        page = page.noticed(Notice::warning(format!(
            "有 {untold} 人没有登记手机，收不到通知，请打电话或当面告诉他们。"
        )));
    }
    if let Some(issued) = count("issued") {
        page = page.noticed(Notice::done(format!("新发了 {issued} 张证书。")));
    }
    let certificates = certificates::of_class(&ctx, id).await?;
    Ok(ui::html(&CompletionPage {
        page,
        preview,
        certificates,
        rule: RULE,
    }))
}

/// `POST /desk/classes/{id}/completion`
pub async fn confirm(ctx: Ctx, Path(id): Path<String>, _posted: Posted) -> AppResult<Response> {
    let id: ClassId = crate::id(&id)?;
    let done = actions::confirm(&ctx, id).await?;
    Ok(see_other(&format!(
        "/desk/classes/{id}/completion?confirmed={}&ended={}&untold={}",
        done.completed, done.ended, done.untold
    )))
}
