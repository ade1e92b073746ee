//! The page.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use kernel::JobId;
use platform::{AppError, AppResult, Ctx, Job, job};
use ui::{Icon, Page, Tag, Tone};

#[derive(Template)]
#[template(path = "desk/job.html")]
struct JobPage {
    page: Page,
    status: Tag,
    sentence: String,
    job: Job,
    running: bool,
}

/// `GET /desk/jobs/{id}`.
pub async fn show(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let person = ctx.person()?;
    let id: JobId = id.parse().map_err(|_| AppError::NotFound)?;
    let job = job::find_of(ctx.db(), id, person).await?;
    let (status, running) = match job.state.as_str() {
        "waiting" => (Tag::new(Tone::Info, Icon::Hourglass, "等着做"), true),
        "running" => (Tag::new(Tone::Info, Icon::Hourglass, "正在做"), true),
        "done" => (Tag::new(Tone::Good, Icon::CircleCheck, "做完了"), false),
        _ => (Tag::new(Tone::Bad, Icon::Warning, "没有做成"), false),
    };
    Ok(ui::html(&JobPage {
        page: ui::desk_page(&ctx, "进度"),
        sentence: sentence(&job),
        status,
        running,
        job,
    }))
}

fn sentence(job: &Job) -> String {
    match (job.state.as_str(), job.total) {
        ("waiting", _) if job.attempts > 0 => "上一次没有做成，过一会儿会自动再试。".into(),
        ("waiting", _) => "排在前面的做完就开始。".into(),
        ("running", 0) => "正在做，还不知道一共有多少。".into(),
        ("running" | "done", total) if total > 0 => format!("做了 {} 个，共 {total} 个。", job.done),
        ("done", _) => "全部做完了。".into(),
        _ => "试了几次都没有做成。请看下面的说明，改正后重新来一次，或打电话给管理员。".into(),
    }
}
