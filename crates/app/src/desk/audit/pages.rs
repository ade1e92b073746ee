//! The page and the file.

use super::actions::{self, Line};
use super::model::{EXPORT, Typed, read};
use askama::Template;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use platform::web::Posted;
use platform::{AppError, AppResult, Ctx, Permission};
use ui::{Field, Form, Listing, Page, Pager, Pairs};

#[derive(Template)]
#[template(path = "desk/audit.html")]
struct AuditPage {
    page: Page,
    form: Form,
    lines: Vec<Line>,
    pager: Pager,
    searched: bool,
    export_bound: i64,
}

fn fields() -> Vec<Field> {
    vec![
        Field::date("from", "从哪一天").optional(),
        Field::date("to", "到哪一天").optional(),
        Field::text("kind", "事件", 0, 60)
            .optional()
            .hint("如 报名、点名、退学费；或代号的开头"),
        Field::text("org", "机构", 0, 40)
            .optional()
            .hint("名称或编号，连同它下面的机构"),
        Field::text("person", "人员编号", 0, 13)
            .optional()
            .hint("点下面的人名就是；他办的，或替他办的"),
        Field::text("request", "请求号", 0, 40).optional(),
    ]
}

const NAMES: [&str; 6] = ["from", "to", "kind", "org", "person", "request"];

/// `GET /desk/audit`.
pub async fn list(ctx: Ctx, Query(pairs): Query<Pairs>) -> AppResult<Response> {
    ctx.may(Permission::AuditRead)?;
    let page = ui::desk_page(&ctx, "审计");
    let mut form = Form::from_pairs(fields(), page.lang, &pairs);
    let typed = typed(&pairs);
    let (lines, next) = match read(&typed) {
        Ok(search) => actions::search(&ctx, &search).await?,
        Err(faults) => {
            for fault in faults {
                form.error(&fault.field, fault.sentence);
            }
            (Vec::new(), None)
        }
    };
    let searched = NAMES.iter().any(|name| !form.get(name).is_empty());
    let status = if form.is_valid() { 200 } else { 422 };
    let pager = Listing::new("/desk/audit", pairs, page.lang).pager(next.as_deref());
    let shown = AuditPage {
        page,
        form,
        lines,
        pager,
        searched,
        export_bound: EXPORT,
    };
    Ok(ui::respond::html_with(status, &shown))
}

/// `POST /desk/audit/export`.
pub async fn export(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let search = read(&typed(&posted.0)).map_err(AppError::Invalid)?;
    let bytes = actions::export(&ctx, &search).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, bytes).into_response())
}

fn typed(pairs: &[(String, String)]) -> Typed {
    let get = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    Typed {
        from: get("from"),
        to: get("to"),
        kind: get("kind"),
        org: get("org"),
        person: get("person"),
        request: get("request"),
        cursor: get("cursor"),
    }
}
