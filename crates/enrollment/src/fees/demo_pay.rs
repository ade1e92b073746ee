//! The demonstration's own provider of payments: a page on which a person plays what a provider may do.
//!
//! Only part of the route table when the program was started with `--demo`.

use super::online::{self, Outcome, Told};
use super::pages::{id, yuan};
use super::store::orders::{self, OrderRow};
use crate::OrderId;
use crate::seat_desk::SeatDesk;
use axum::extract::Path;
use axum::response::Response;
use platform::payment::{PayBack, PayCall, PayOrder, Paying, PaymentProvider};
use platform::web::{Posted, Shared, see_other};
use platform::{Access, AppError, AppResult, Ctx, Routes};
use std::sync::Arc;
use ui::respond::html;
use ui::{Notice, Page};

/// The provider.
pub struct DemoPay;

impl PaymentProvider for DemoPay {
    fn begin(&self, order: PayOrder) -> Paying<'_, String> {
        Box::pin(async move { Ok(format!("/pay/demo/{}", order.order)) })
    }

    fn send_back(&self, _: PayBack) -> Paying<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    /// It calls within the program, never over the net.
    fn believes(&self, _: &PayCall<'_>) -> bool {
        false
    }
}

/// The routes of the demonstration.
#[must_use]
pub fn demo_routes() -> Routes {
    Routes::new()
        .get("/pay/demo/{id}", Access::SignedIn, show)
        .post("/pay/demo/{id}", Access::SignedIn, play)
}

#[derive(askama::Template)]
#[template(path = "fees/demo_pay.html")]
struct DemoPage {
    page: Page,
    order: OrderRow,
    amount: String,
    back: String,
}

async fn own(ctx: &Ctx, text: &str) -> AppResult<OrderRow> {
    let id: OrderId = id(text)?;
    let order = orders::find(ctx.db(), id).await?.ok_or(AppError::NotFound)?;
    super::actions::show_own(ctx, order.enrollment_id).await?;
    Ok(order)
}

async fn show(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let order = own(&ctx, &text).await?;
    Ok(html(&page(&ctx, order, None)))
}

fn page(ctx: &Ctx, order: OrderRow, words: Option<&str>) -> DemoPage {
    let mut page = ui::learner_page(ctx, "演示：支付机构的页面");
    if let Some(words) = words {
        let notice = Notice::info(page.t(words));
        page = page.noticed(notice);
    }
    DemoPage {
        amount: yuan(&page, order.amount_fen),
        back: format!("/me/fees/{}", order.enrollment_id),
        page,
        order,
    }
}

async fn play(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let order = own(&ctx, &text).await?;
    let told = |number: &str, amount_fen| Told {
        order: order.id,
        number: format!("demo-{}-{number}", order.id),
        amount_fen,
    };
    // What a real provider tells is the system's act, not the person's.
    let system = Ctx::system(&ctx.platform, "demo-pay");
    let outcome = match posted.get("play") {
        "wrong" => online::carry_out(&system, &desk, &told("wrong", order.amount_fen + 1)).await?,
        "twice" => {
            online::carry_out(&system, &desk, &told("1", order.amount_fen)).await?;
            online::carry_out(&system, &desk, &told("1", order.amount_fen)).await?
        }
        _ => online::carry_out(&system, &desk, &told("1", order.amount_fen)).await?,
    };
    if matches!(outcome, Outcome::Counted | Outcome::Again) {
        return Ok(see_other(&format!("/me/fees/{}", order.enrollment_id)));
    }
    let words = match outcome {
        Outcome::WrongSum => "金额不对，没有算作交费；学校会把钱退给您。",
        _ => "这笔钱来晚了，或者已经交过；钱会原路退给您。",
    };
    Ok(html(&page(&ctx, order, Some(words))))
}
