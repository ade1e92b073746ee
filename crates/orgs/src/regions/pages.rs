//! HTML of regions: the upload and its report.

use super::actions;
use super::model::ImportReport;
use askama::Template;
use axum::response::Response;
use platform::web::Upload;
use platform::{AppError, AppResult, Ctx, Permission};
use ui::{Crumbs, Field, Form, Lang, Link, Page};

/// Differences shown on the page; all of them are counted.
const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "regions/form.html")]
struct FormPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    report: Option<ImportReport>,
}

impl FormPage {
    fn shown(&self) -> impl Iterator<Item = &super::Change> {
        self.report
            .iter()
            .flat_map(|report| report.changes.iter().take(SHOWN))
    }
}

/// The empty form.
pub(super) async fn form(ctx: Ctx) -> AppResult<Response> {
    ctx.may(Permission::OrgStructure)?;
    Ok(page(&ctx, Form::blank(fields(), Lang::Zh), None, 200))
}

/// Loads the file, or reports what it would change.
pub(super) async fn upload(ctx: Ctx, upload: Upload) -> AppResult<Response> {
    let mut form = Form::from_pairs(fields(), Lang::Zh, &upload.fields.0);
    if upload.bytes.is_empty() {
        form.error("file", "还没有选文件，或者文件是空的。请选一个 CSV 文件。");
        return Ok(page(&ctx, form, None, 422));
    }
    let dry_run = !form.ticked("write");
    match actions::import(&ctx, &upload.bytes, dry_run).await {
        Ok(report) => Ok(page(&ctx, form, Some(report), 200)),
        Err(AppError::Invalid(wrong)) => {
            for field in wrong {
                form.refuse(field.sentence);
            }
            Ok(page(&ctx, form, None, 422))
        }
        Err(other) => Err(other),
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::file("file", "区划代码文件（CSV，UTF-8）", ".csv").optional(),
        Field::tick("write", "写入。不勾选只看有哪些不同，什么都不改").optional(),
    ]
}

fn page(ctx: &Ctx, form: Form, report: Option<ImportReport>, status: u16) -> Response {
    let page = ui::desk_page(ctx, "导入区划");
    let links = vec![Link::new("/desk/orgs", "机构"), Link::new("", "导入区划")];
    let template = FormPage {
        crumbs: Crumbs::new(&page, links),
        page,
        form,
        report,
    };
    ui::respond::html_with(status, &template)
}
