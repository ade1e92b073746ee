//! Pages of completion.

use super::actions::{self, Line, Preview};
use super::model::{RULE, Verdict};
use crate::certificates::actions as certificates;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
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
            (None, Verdict::Short(missing)) => Tag::quiet(format!("不结业，还差 {missing} 次")),
        }
    }

    fn without_certificate(&self) -> usize {
        let done = self
            .preview
            .lines
            .iter()
            .filter(|line| line.held.as_deref() == Some("verified"));
        done.count()
            .saturating_sub(self.certificates.iter().filter(|one| one.is_valid()).count())
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
    for (name, value) in &query {
        let count: u32 = value.parse().unwrap_or(0);
        match name.as_str() {
            "confirmed" => page = page.noticed(Notice::done(format!("结业确认好了，新结业 {count} 人。"))),
            "issued" => page = page.noticed(Notice::done(format!("新发了 {count} 张证书。"))),
            _ => {}
        }
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
    let count = actions::confirm(&ctx, id).await?;
    Ok(see_other(&format!(
        "/desk/classes/{id}/completion?confirmed={count}"
    )))
}
