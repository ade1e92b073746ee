//! Pages of signing in for staff. Chinese only.

use super::actions::From;
use super::model::Step;
use super::pages::{posted_form, put, start, step_of, welcome};
use super::staff::{self, Next, SetUp};
use axum::response::Response;
use platform::web::Posted;
use platform::{AppError, AppResult, Ctx};
use ui::respond::html_with;
use ui::{Field, Form, Lang, Page, local_path, page};

#[derive(askama::Template)]
#[template(path = "sign_in/second.html")]
struct SecondPage {
    page: Page,
    step: String,
    form: Form,
    set_up: Option<SetUp>,
    picture: String,
}

#[derive(askama::Template)]
#[template(path = "sign_in/password.html")]
struct PasswordPage {
    page: Page,
    step: String,
    form: Form,
}

fn code_fields() -> Vec<Field> {
    vec![Field::code("code", "动态码", 6).hint("手机验证器应用里现在显示的 6 位数字")]
}

fn password_fields() -> Vec<Field> {
    vec![
        Field::password("new_password", "新密码")
            .hint("至少 12 个字符，或一句 8 个字以上的中文。")
            .autocomplete("new-password"),
        Field::password("again", "新密码再输一遍").autocomplete("new-password"),
    ]
}

fn second_page(
    ctx: &Ctx,
    step: &Step,
    set_up: Option<SetUp>,
    form: Option<Form>,
    status: u16,
) -> AppResult<Response> {
    // The QR code travels as a picture, because a page takes no markup from a string.
    let picture = match &set_up {
        Some(set_up) => {
            let svg =
                documents::qr_svg(&set_up.uri).map_err(|error| AppError::Internal(error.to_string()))?;
            picture(&svg)
        }
        None => String::new(),
    };
    let view = SecondPage {
        page: page(ctx, "输入动态码"),
        step: step.sealed(&ctx.platform.keys)?,
        form: form.unwrap_or_else(|| Form::blank(code_fields(), Lang::Zh)),
        set_up,
        picture,
    };
    Ok(html_with(status, &view))
}

/// An SVG as the address of a picture.
pub(crate) fn picture(svg: &str) -> String {
    let body = data_encoding::BASE64.encode(svg.as_bytes());
    format!("data:image/svg+xml;base64,{body}")
}

fn password_page(ctx: &Ctx, step: &Step, form: Option<Form>, status: u16) -> AppResult<Response> {
    let view = PasswordPage {
        page: page(ctx, "换一个新密码"),
        step: step.sealed(&ctx.platform.keys)?,
        form: form.unwrap_or_else(|| Form::blank(password_fields(), Lang::Zh)),
    };
    Ok(html_with(status, &view))
}

fn onward(ctx: &Ctx, next: Next, back: &str) -> AppResult<Response> {
    match next {
        Next::In(opened) => Ok(welcome(ctx, &opened, back, "/desk")),
        Next::Code(step) => second_page(ctx, &step, None, None, 200),
        Next::SetUp(step, set_up) => second_page(ctx, &step, Some(*set_up), None, 200),
        Next::Password(step) => password_page(ctx, &step, None, 200),
    }
}

/// `POST /sign-in/staff`
pub(super) async fn password(ctx: Ctx, from: From, posted: Posted) -> AppResult<Response> {
    let mut form = posted_form("staff", &ctx, &posted);
    let back = local_path(posted.get("back"));
    if !form.is_valid() {
        return Ok(start(&ctx, "staff", back, Some(form), 422));
    }
    match staff::by_password(&ctx, form.get("login"), form.get("password"), back, &from).await {
        Ok(next) => onward(&ctx, next, back),
        Err(error) => {
            let status = put(&mut form, error)?;
            Ok(start(&ctx, "staff", back, Some(form), status))
        }
    }
}

/// `POST /sign-in/second`
pub(super) async fn second(ctx: Ctx, from: From, posted: Posted) -> AppResult<Response> {
    let step = step_of(&ctx, &posted)?;
    let mut form = Form::from_pairs(code_fields(), Lang::Zh, &posted.0);
    let error = if form.is_valid() {
        match staff::second(&ctx, &step, form.get("code"), &from).await {
            Ok(next) => return onward(&ctx, next, &step.back),
            Err(error) => Some(error),
        }
    } else {
        None
    };
    let status = error.map_or(Ok(422), |error| put(&mut form, error))?;
    let set_up = staff::set_up_again(&ctx, &step).await?;
    second_page(&ctx, &step, set_up, Some(form), status)
}

/// `POST /sign-in/password`
pub(super) async fn new_password(ctx: Ctx, from: From, posted: Posted) -> AppResult<Response> {
    let step = step_of(&ctx, &posted)?;
    let mut form = Form::from_pairs(password_fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return password_page(&ctx, &step, Some(form), 422);
    }
    let typed = (form.get("new_password").to_owned(), form.get("again").to_owned());
    match staff::new_password(&ctx, &step, &typed.0, &typed.1, &from).await {
        Ok(next) => onward(&ctx, next, &step.back),
        Err(error) => {
            let status = put(&mut form, error)?;
            password_page(&ctx, &step, Some(form), status)
        }
    }
}
