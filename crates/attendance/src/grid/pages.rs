//! Pages of a class's attendance.

use super::actions::{self, Grid, GridLine, Own, OwnSession};
use super::import;
use crate::words;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use platform::web::{Upload, see_other};
use platform::{AppError, AppResult, Ctx, Permission};
use teaching::ClassId;
use ui::{Field, Form, Lang, Notice, Page};

#[derive(Template)]
#[template(path = "grid/show.html")]
struct GridPage {
    page: Page,
    grid: Grid,
    form: Form,
    wrong: Vec<String>,
    may_complete: bool,
    sees_class: bool,
    /// Whether the caller decides on who stays away.
    decides: bool,
}

impl GridPage {
    /// Whether a learner is below the class's measure now.
    fn below(&self, line: &GridLine) -> bool {
        line.counts.held > 0 && line.percent() < self.grid.class.pass_percent
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::file("file", "纸质名单（CSV）", ".csv")
            .hint("第 1 行写：学号,课次,考勤。考勤写 到、迟到、早退、请假、缺席。"),
    ]
}

/// `GET /desk/classes/{id}/attendance`
pub async fn show(
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> AppResult<Response> {
    let grid = actions::of_class(&ctx, crate::id(&id)?).await?;
    let mut page = ui::desk_page(&ctx, "全部考勤");
    if let Some((_, count)) = query.iter().find(|(name, _)| name == "imported") {
        let count: u32 = count.parse().unwrap_or(0);
        page = page.noticed(Notice::done(format!("导入好了，记了 {count} 条。")));
    }
    Ok(render(&ctx, page, grid, Vec::new(), 200))
}

fn render(ctx: &Ctx, page: Page, grid: Grid, wrong: Vec<String>, status: u16) -> Response {
    let form = Form::blank(fields(), Lang::Zh);
    ui::respond::html_with(
        status,
        &GridPage {
            page,
            grid,
            form,
            wrong,
            may_complete: ctx.can(Permission::RecordIssue),
            sees_class: ctx.can(Permission::ClassRead),
            decides: ctx.can(Permission::EnrollmentAct),
        },
    )
}

/// `GET /desk/classes/{id}/attendance.csv`
pub async fn download(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let grid = actions::of_class(&ctx, crate::id(&id)?).await?;
    let name = ui::view::query_value(&format!("{}-考勤.csv", grid.class.name));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{name}"),
        ),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, actions::csv(&grid)?).into_response())
}

/// `POST /desk/classes/{id}/attendance/import`
pub async fn import(ctx: Ctx, Path(id): Path<String>, upload: Upload) -> AppResult<Response> {
    let id: ClassId = crate::id(&id)?;
    match import::import(&ctx, id, &upload.bytes).await {
        Ok(count) => Ok(see_other(&format!(
            "/desk/classes/{id}/attendance?imported={count}"
        ))),
        Err(AppError::Invalid(fields)) => {
            let grid = actions::of_class(&ctx, id).await?;
            let wrong = fields.into_iter().map(|field| field.sentence).collect();
            Ok(render(&ctx, ui::desk_page(&ctx, "全部考勤"), grid, wrong, 422))
        }
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "grid/own.html")]
struct OwnPage {
    page: Page,
    own: Own,
}

impl OwnPage {
    fn when(&self, one: &OwnSession) -> String {
        words::when_in(self.page.lang, &one.session)
    }

    fn percent(&self) -> i64 {
        crate::summary::rate_percent(&self.own.counts)
    }
}

/// `GET /me/attendance/{class}`
pub async fn own(ctx: Ctx, Path(class): Path<String>) -> AppResult<Response> {
    let own = actions::own(&ctx, crate::id(&class)?).await?;
    let page = ui::learner_page(&ctx, "我的考勤");
    Ok(ui::html(&OwnPage { page, own }))
}
