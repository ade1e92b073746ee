//! Pages of the cashier's day.

use super::closing::{self, Sheet};
use super::desk_pages::desk;
use super::model::receipt_text;
use super::pages::{id, yuan};
use super::store::ClosingRow;
use axum::extract::Path;
use axum::response::Response;
use kernel::chinese_date::date_text;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::respond::{html, html_with};
use ui::{Field, Form, Lang, Page};

/// Closed days on the list.
const LISTED: i64 = 60;

struct ClosedLine {
    href: String,
    org: String,
    day: String,
    cash: String,
    counted: String,
    reason: String,
}

#[derive(askama::Template)]
#[template(path = "fees/closings.html")]
struct ListPage {
    page: Page,
    open: Vec<(String, String)>,
    closed: Vec<ClosedLine>,
}

/// `GET /desk/closings`: whose days are open, and what was closed.
pub(super) async fn list(ctx: Ctx) -> AppResult<Response> {
    let (open, closed) = closing::list(&ctx, LISTED).await?;
    let page = desk(&ctx, "每日结账");
    let line = |row: ClosingRow| ClosedLine {
        href: format!("/desk/closings/{}/{}", row.org_id, row.day),
        org: row.org,
        day: page.date(row.day),
        cash: yuan(&page, row.cash_fen),
        counted: yuan(&page, row.counted_fen),
        reason: row.reason,
    };
    Ok(html(&ListPage {
        open: open
            .into_iter()
            .map(|(org, name)| (format!("/desk/closings/{org}"), name))
            .collect(),
        closed: closed.into_iter().map(line).collect(),
        page,
    }))
}

struct MethodLine {
    method: &'static str,
    received: String,
    returned: String,
    undone: String,
    counted: String,
    net: String,
}

#[derive(askama::Template)]
#[template(path = "fees/closing.html")]
struct SheetPage {
    page: Page,
    sheet: Sheet,
    days: String,
    lines: Vec<MethodLine>,
    receipts: Vec<String>,
    cash: String,
    counted: String,
    difference: String,
    closed_at: String,
    form: Form,
}

/// What is counted. Where more cash went back than came in, it came out of the change: how much of it is missing then.
fn fields(cash: i64) -> Vec<Field> {
    let count = match cash < 0 {
        true => Field::money("lent", "备用的零钱里垫出去多少（元）")
            .hint("这几天退的现金比收的多：点一点备用的零钱，少了多少就填多少"),
        false => Field::money("counted", "抽屉里点出来的现金（元）").hint("不算备用的零钱"),
    };
    vec![
        count,
        Field::text("reason", "和账上不一样的原因", 0, 200)
            .optional()
            .hint("一样就不用写"),
    ]
}

fn sheet_page(ctx: &Ctx, sheet: Sheet, form: Form) -> SheetPage {
    let page = desk(ctx, "每日结账");
    let lines = sheet.moved.iter().map(|(method, moved)| MethodLine {
        method: method.label(),
        received: yuan(&page, moved.received),
        returned: yuan(&page, moved.returned),
        undone: yuan(&page, moved.undone),
        counted: yuan(&page, moved.counted),
        net: yuan(&page, moved.net()),
    });
    let receipts = sheet.receipts.iter().map(|one| {
        format!(
            "{} 到 {}，共 {} 张",
            receipt_text(one.year, one.first),
            receipt_text(one.year, one.last),
            one.count
        )
    });
    let closing = sheet.closing.as_ref();
    SheetPage {
        days: match sheet.after {
            Some(after) => format!("{} 结账以后，到 {}", date_text(after), date_text(sheet.to)),
            None => format!("从头到 {}", date_text(sheet.to)),
        },
        lines: lines.collect(),
        receipts: receipts.collect(),
        cash: yuan(&page, closing.map_or_else(|| sheet.cash(), |row| row.cash_fen)),
        counted: yuan(&page, closing.map_or(0, |row| row.counted_fen)),
        difference: yuan(&page, closing.map_or(0, |row| row.counted_fen - row.cash_fen)),
        closed_at: closing.map(|row| page.moment(row.closed_at)).unwrap_or_default(),
        page,
        sheet,
        form,
    }
}

/// `GET /desk/closings/{org}`: the open days, and the count.
pub(super) async fn open(ctx: Ctx, Path(org): Path<String>) -> AppResult<Response> {
    let sheet = closing::open_sheet(&ctx, id(&org)?).await?;
    let form = Form::blank(fields(sheet.cash()), Lang::Zh);
    Ok(html(&sheet_page(&ctx, sheet, form)))
}

/// `POST /desk/closings/{org}`
pub(super) async fn close(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let sheet = closing::open_sheet(&ctx, id(&org)?).await?;
    let mut form = Form::from_pairs(fields(sheet.cash()), Lang::Zh, &posted.0);
    let counted = match sheet.cash() < 0 {
        true => form.fen("lent").map(|lent| -lent),
        false => form.fen("counted"),
    };
    let Some(counted) = counted.filter(|_| form.is_valid()) else {
        return Ok(html_with(422, &sheet_page(&ctx, sheet, form)));
    };
    match closing::close(&ctx, id(&org)?, counted, form.get("reason")).await {
        Ok(row) => Ok(see_other(&format!("/desk/closings/{org}/{}", row.day))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(html_with(status, &sheet_page(&ctx, sheet, form)))
        }
    }
}

/// `GET /desk/closings/{org}/{day}`: a closed day, to print.
pub(super) async fn closed(ctx: Ctx, Path((org, day)): Path<(String, String)>) -> AppResult<Response> {
    let day = day.parse().map_err(|_| AppError::NotFound)?;
    let sheet = closing::closed_sheet(&ctx, id(&org)?, day).await?;
    Ok(html(&sheet_page(&ctx, sheet, Form::blank(Vec::new(), Lang::Zh))))
}
