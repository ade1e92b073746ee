//! Pages of the counter: the four digits, the question, the draft.

use super::desk::{self, Masked, Opened};
use crate::enrollments::actions::counter_check;
use crate::enrollments::model;
use crate::seat_desk::SeatDesk;
use axum::Extension;
use axum::response::Response;
use platform::web::{Posted, Shared, see_other};
use platform::{AppResult, Ctx, Permission, Tries};
use std::sync::Arc;
use ui::respond::html_with;
use ui::{Field, Form, Lang, Page};

#[derive(askama::Template)]
#[template(path = "handover/desk_code.html")]
struct StartPage {
    page: Page,
    form: Form,
    /// What the code shows; then the form asks the question.
    found: Vec<Masked>,
}

#[derive(askama::Template)]
#[template(path = "handover/desk_check.html")]
struct CheckPage {
    page: Page,
    draft: Opened,
    when: String,
    place: String,
    fee: String,
    form: Form,
}

fn desk_page(ctx: &Ctx, title: &str) -> Page {
    let mut page = ui::desk_page(ctx, title);
    page.lang = Lang::Zh;
    page
}

fn code_fields() -> Vec<Field> {
    vec![Field::text("code", "四位数字", 4, 4).hint("学员手机上显示的，当天有效")]
}

fn answer_fields() -> Vec<Field> {
    vec![
        Field::hidden("code"),
        Field::text("answer", "学员的姓名或出生年份", 1, 40).hint("请学员本人说，例如：王秀英，或 1950"),
    ]
}

fn start_page(ctx: &Ctx, form: Form, found: Vec<Masked>, status: u16) -> Response {
    let page = desk_page(ctx, "接着办手机上的报名");
    html_with(status, &StartPage { page, form, found })
}

/// `GET /desk/counter/handover`
pub(super) async fn start(ctx: Ctx) -> AppResult<Response> {
    ctx.may(Permission::EnrollmentAct)?;
    Ok(start_page(
        &ctx,
        Form::blank(code_fields(), Lang::Zh),
        Vec::new(),
        200,
    ))
}

/// `POST /desk/counter/handover`: what the code alone shows.
pub(super) async fn look(
    ctx: Ctx,
    Extension(tries): Extension<Arc<Tries>>,
    posted: Posted,
) -> AppResult<Response> {
    let mut form = Form::from_pairs(code_fields(), Lang::Zh, &posted.0);
    match desk::look(&ctx, &tries, posted.get("code")).await {
        Ok(found) => {
            let form = Form::blank(answer_fields(), Lang::Zh).fill("code", posted.get("code").trim());
            Ok(start_page(&ctx, form, found, 200))
        }
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(start_page(&ctx, form, Vec::new(), status))
        }
    }
}

/// `POST /desk/counter/handover/open`: the draft, for who answers.
pub(super) async fn open(
    ctx: Ctx,
    Extension(tries): Extension<Arc<Tries>>,
    posted: Posted,
) -> AppResult<Response> {
    let (code, answer) = (posted.get("code"), posted.get("answer"));
    match desk::open(&ctx, &tries, code, answer).await {
        Ok(draft) => check_page(&ctx, draft, None, &posted, 200).await,
        Err(error) => asked_again(&ctx, &tries, &posted, error).await,
    }
}

/// The question again, with what is wrong; or the four digits, when they are wrong themselves.
async fn asked_again(
    ctx: &Ctx,
    tries: &Tries,
    posted: &Posted,
    error: platform::AppError,
) -> AppResult<Response> {
    let found = desk::look(ctx, tries, posted.get("code")).await;
    let fields = if found.is_ok() {
        answer_fields()
    } else {
        code_fields()
    };
    let mut form = Form::from_pairs(fields, Lang::Zh, &posted.0);
    let status = form.take_up(error)?;
    Ok(start_page(ctx, form, found.unwrap_or_default(), status))
}

fn check_fields(full: bool, waiting: i64) -> Vec<Field> {
    let mut fields = vec![
        Field::hidden("code"),
        Field::hidden("answer"),
        Field::tick("consent", "本人在场，同意报这个班"),
    ];
    if full {
        let label = format!("已告诉本人：班满了，排候补，前面 {waiting} 人");
        fields.push(Field::tick("accept_waitlist", &label));
    }
    fields
}

async fn check_page(
    ctx: &Ctx,
    draft: Opened,
    error: Option<platform::AppError>,
    posted: &Posted,
    status: u16,
) -> AppResult<Response> {
    let (_, class, place) = counter_check(ctx, draft.row.person_id, draft.row.class_id).await?;
    let page = desk_page(ctx, "核对后接着办");
    let fields = check_fields(class.enrolled >= class.capacity, class.waitlisted);
    let (mut form, mut status) = match error {
        Some(_) => (Form::from_pairs(fields, Lang::Zh, &posted.0), status),
        None => (Form::blank(fields, Lang::Zh), status),
    };
    form = form
        .fill("code", posted.get("code").trim())
        .fill("answer", posted.get("answer").trim());
    if let Some(error) = error {
        status = form.take_up(error)?;
    }
    let view = CheckPage {
        when: model::when(&page, &class),
        fee: model::fee(&page, class.fee_fen),
        page,
        draft,
        place,
        form,
    };
    Ok(html_with(status, &view))
}

/// `POST /desk/counter/handover/finish`
pub(super) async fn finish(
    ctx: Ctx,
    Extension(tries): Extension<Arc<Tries>>,
    Shared(seats): Shared<Arc<SeatDesk>>,
    posted: Posted,
) -> AppResult<Response> {
    let (code, answer) = (posted.get("code"), posted.get("answer"));
    let draft = match desk::open(&ctx, &tries, code, answer).await {
        Ok(draft) => draft,
        Err(error) => return asked_again(&ctx, &tries, &posted, error).await,
    };
    let consent = !posted.get("consent").is_empty();
    let wait = !posted.get("accept_waitlist").is_empty();
    match desk::finish(&ctx, (&tries, &seats), (code, answer), consent, wait).await {
        Ok(done) => Ok(see_other(&format!("/desk/enrollments/{}", done.enrollment))),
        Err(error) => check_page(&ctx, draft, Some(error), &posted, 422).await,
    }
}
