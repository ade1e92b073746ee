//! The cashier pays a refund back: the way it was paid by one button, another way on a page that asks why.

use super::actions::{self, Owed};
use super::desk_pages::desk;
use super::pages::{id, yuan};
use super::way_back::{self, REASON, WayBack};
use axum::extract::Path;
use axum::response::Response;
use people::persons::PersonBrief;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::respond::html_with;
use ui::{Choice, Field, Form, Lang, Page};

#[derive(askama::Template)]
#[template(path = "fees/desk_refund.html")]
struct RefundPage {
    page: Page,
    owed: Owed,
    person: PersonBrief,
    amount: String,
    cause: &'static str,
    button: &'static str,
    form: Form,
}

fn fields(owed: &Owed) -> Vec<Field> {
    let others = way_back::others(owed.usual).iter();
    let others = others.map(|other| Choice::new(other.as_str(), way_back::button(*other)));
    vec![
        Field::radios("method", "换成哪一种", others.collect()),
        Field::text("reason", "为什么不能原路退", 2, REASON).hint("例如：卡已经注销，看过银行的证明"),
    ]
}

fn page(ctx: &Ctx, (owed, person): (Owed, PersonBrief), form: Form, status: u16) -> Response {
    let page = desk(ctx, "换一种方式退费");
    let view = RefundPage {
        amount: yuan(&page, owed.refund.amount_fen),
        cause: owed.refund.cause.label(),
        button: way_back::button(owed.usual),
        page,
        owed,
        person,
        form,
    };
    html_with(status, &view)
}

/// `GET /desk/fee-refunds/{id}`: pays a refund back another way than it was paid, with a reason.
pub(super) async fn other_way(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let owed = actions::owed(&ctx, id(&text)?).await?;
    let refund = &owed.0.refund;
    if refund.status != "open" {
        return Ok(see_other(&format!("/desk/fees/{}", refund.enrollment_id)));
    }
    let form = Form::blank(fields(&owed.0), Lang::Zh);
    Ok(page(&ctx, owed, form, 200))
}

/// `POST /desk/fee-refunds/{id}/pay`
pub(super) async fn pay(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let refund = id(&text)?;
    // Nothing chosen is an error here, not the usual way: this form asks for another one.
    let paid = match posted.get("method").parse() {
        Ok(method) => {
            let way = WayBack {
                method: Some(method),
                reason: posted.get("reason").to_owned(),
            };
            actions::pay_refund(&ctx, refund, &way).await
        }
        Err(_) => Err(AppError::invalid("method", "请选怎么退。")),
    };
    match paid {
        Ok(refund) => Ok(see_other(&format!("/desk/fees/{}", refund.enrollment_id))),
        Err(error @ AppError::Invalid(_)) => {
            let owed = actions::owed(&ctx, refund).await?;
            let mut form = Form::from_pairs(fields(&owed.0), Lang::Zh, &posted.0);
            let status = form.take_up(error)?;
            Ok(page(&ctx, owed, form, status))
        }
        Err(other) => Err(other),
    }
}
