//! Pages of signing in for learners.

use super::actions::{self, From, Opened};
use super::model::{self, Step};
use crate::persons::{PersonBrief, PersonDraft};
use axum::extract::{ConnectInfo, FromRequestParts, Path, Query};
use axum::http::{HeaderValue, header, request::Parts};
use axum::response::Response;
use documents::Typesetter;
use platform::web::{Posted, SESSION_COOKIE, Shared, see_other};
use platform::{AppError, AppResult, Ctx, Platform};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use ui::respond::html_with;
use ui::{Choice, Field, Form, Page, learner_page, local_path};

impl FromRequestParts<Arc<Platform>> for From {
    type Rejection = Infallible;

    /// Behind a proxy on this machine the address is the last one that it added.
    async fn from_request_parts(parts: &mut Parts, _: &Arc<Platform>) -> Result<Self, Infallible> {
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0.ip());
        let forwarded = text("x-forwarded-for")
            .filter(|_| peer.is_some_and(|peer| peer.is_loopback()))
            .and_then(|all| all.rsplit(',').next())
            .map(|last| last.trim().chars().take(45).collect());
        let address = forwarded.or_else(|| peer.map(|peer| peer.to_string()));
        Ok(Self {
            address: address.unwrap_or_default(),
            agent: text("user-agent").unwrap_or_default().to_owned(),
        })
    }
}

#[derive(askama::Template)]
#[template(path = "sign_in/start.html")]
struct Start {
    page: Page,
    by: &'static str,
    back: String,
    form: Form,
    demo: Vec<(&'static str, &'static str)>,
}

impl Start {
    fn back_query(&self) -> String {
        ui::view::query_value(&self.back)
    }
}

#[derive(askama::Template)]
#[template(path = "sign_in/code.html")]
struct CodePage {
    page: Page,
    step: String,
    form: Form,
}

#[derive(askama::Template)]
#[template(path = "sign_in/choose.html")]
struct ChoosePage {
    page: Page,
    step: String,
    people: Vec<PersonBrief>,
}

#[derive(askama::Template)]
#[template(path = "sign_in/register.html")]
struct RegisterPage {
    page: Page,
    step: String,
    form: Form,
}

/// What the query of the start page may say.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    by: String,
    #[serde(default)]
    back: String,
}

pub(super) fn way(by: &str) -> &'static str {
    match by {
        "card" => "card",
        "staff" => "staff",
        _ => "phone",
    }
}

fn fields(by: &str) -> Vec<Field> {
    match by {
        "card" => vec![
            Field::text("number", "学员号", 9, 20).hint("卡上 X 开头的号码"),
            Field::text("code", "卡上的密码", 8, 20).hint("学员号后面的 8 位数字和字母"),
        ],
        "staff" => vec![
            Field::text("login", "登录名", 1, 40).autocomplete("username"),
            Field::password("password", "密码"),
        ],
        _ => vec![
            Field::phone("phone", "手机号").hint("我们发一条短信，里面有 6 位数字。没有登记过的也可以用。"),
        ],
    }
}

pub(super) fn start(ctx: &Ctx, by: &'static str, back: &str, form: Option<Form>, status: u16) -> Response {
    let page = learner_page(ctx, "登录");
    let form = form.unwrap_or_else(|| Form::blank(fields(by), page.lang));
    let demo = if ctx.platform.demo {
        model::demo_roles()
    } else {
        Vec::new()
    };
    let view = Start {
        page,
        by,
        back: back.to_owned(),
        form,
        demo,
    };
    html_with(status, &view)
}

/// Puts an error where it belongs in the form shown again; gives the status, or the error that no form can show.
pub(crate) fn put(form: &mut Form, error: AppError) -> AppResult<u16> {
    let status = error.status();
    match error {
        AppError::Invalid(wrong) => {
            for one in wrong {
                form.error(&one.field, one.sentence);
            }
        }
        AppError::Refused { ref doors, .. } if !doors.is_empty() => return Err(error),
        AppError::Refused { sentence, .. } | AppError::TooMany(sentence) => form.refuse(sentence),
        other => return Err(other),
    }
    Ok(status)
}

pub(super) fn posted_form(by: &str, ctx: &Ctx, posted: &Posted) -> Form {
    Form::from_pairs(fields(by), learner_page(ctx, "登录").lang, &posted.0)
}

/// The answer that sends a signed-in browser on, with its cookie.
pub(crate) fn welcome(ctx: &Ctx, opened: &Opened, back: &str, first: &str) -> Response {
    let back = local_path(back);
    let mut response = see_other(if back == "/" || back.starts_with("/sign-") {
        first
    } else {
        back
    });
    set_cookie(ctx, &mut response, &opened.token, opened.keep_secs);
    response
}

fn set_cookie(ctx: &Ctx, response: &mut Response, token: &str, keep_secs: Option<i64>) {
    let secure = if ctx.platform.public_url.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    let keep = keep_secs
        .map(|secs| format!("; Max-Age={secs}"))
        .unwrap_or_default();
    let line = format!("{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{keep}");
    if let Ok(value) = HeaderValue::from_str(&line) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// `GET /sign-in`
pub(super) async fn show(ctx: Ctx, Query(asked): Query<Asked>) -> Response {
    start(&ctx, way(&asked.by), local_path(&asked.back), None, 200)
}

/// `POST /sign-in/phone`
pub(super) async fn phone(ctx: Ctx, from: From, posted: Posted) -> AppResult<Response> {
    let mut form = posted_form("phone", &ctx, &posted);
    let back = local_path(posted.get("back"));
    if !form.is_valid() {
        return Ok(start(&ctx, "phone", back, Some(form), 422));
    }
    match actions::send_code(&ctx, form.get("phone"), back, &from).await {
        Ok(step) => code_page(&ctx, &step, None, 200),
        Err(error) => {
            let status = put(&mut form, error)?;
            Ok(start(&ctx, "phone", back, Some(form), status))
        }
    }
}

fn code_fields() -> Vec<Field> {
    vec![
        Field::code("code", "验证码", 6).hint("短信里的 6 位数字，可以粘贴。5 分钟内有效。"),
        Field::tick("remember", "这是我自己的手机，30 天内不用再登录").optional(),
        Field::tick("family", "我要用这个手机号登记另一位家人").optional(),
    ]
}

fn code_page(ctx: &Ctx, step: &Step, form: Option<Form>, status: u16) -> AppResult<Response> {
    let page = learner_page(ctx, "输入验证码");
    let form = form.unwrap_or_else(|| Form::blank(code_fields(), page.lang));
    let step = step.sealed(&ctx.platform.keys)?;
    Ok(html_with(status, &CodePage { page, step, form }))
}

pub(super) fn step_of(ctx: &Ctx, posted: &Posted) -> AppResult<Step> {
    Step::open(&ctx.platform.keys, posted.get("step"), ctx.now())
}

/// `POST /sign-in/code`
pub(super) async fn code(ctx: Ctx, from: From, posted: Posted) -> AppResult<Response> {
    let step = step_of(&ctx, &posted)?;
    let mut form = Form::from_pairs(code_fields(), learner_page(&ctx, "").lang, &posted.0);
    if !form.is_valid() {
        return code_page(&ctx, &step, Some(form), 422);
    }
    let remember = form.ticked("remember");
    let proven = match actions::check_code(&ctx, &step, form.get("code"), remember, &from).await {
        Ok(proven) => proven,
        Err(error) => {
            let status = put(&mut form, error)?;
            return code_page(&ctx, &step, Some(form), status);
        }
    };
    let people = actions::people_of(&ctx, &proven).await?;
    match people.as_slice() {
        [] => register_page(&ctx, &proven, None, 200),
        [only] if !form.ticked("family") => {
            let opened = actions::enter(&ctx, &proven, only.id, &from).await?;
            Ok(welcome(&ctx, &opened, &proven.back, "/me"))
        }
        _ => {
            let step = proven.sealed(&ctx.platform.keys)?;
            let page = learner_page(&ctx, "您是哪一位");
            Ok(ui::html(&ChoosePage { page, step, people }))
        }
    }
}

/// `POST /sign-in/resend`
pub(super) async fn resend(ctx: Ctx, from: From, posted: Posted) -> AppResult<Response> {
    let step = step_of(&ctx, &posted)?;
    let mut form = Form::blank(code_fields(), learner_page(&ctx, "").lang);
    match actions::resend(&ctx, &step, &from).await {
        Ok(step) => code_page(&ctx, &step, None, 200),
        Err(error) => {
            let status = put(&mut form, error)?;
            code_page(&ctx, &step, Some(form), status)
        }
    }
}

/// `POST /sign-in/extend`
pub(super) async fn extend(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let step = step_of(&ctx, &posted)?;
    let mut form = Form::blank(code_fields(), learner_page(&ctx, "").lang);
    match actions::extend(&ctx, &step).await {
        Ok(()) => code_page(&ctx, &step, None, 200),
        Err(error) => {
            let status = put(&mut form, error)?;
            code_page(&ctx, &step, Some(form), status)
        }
    }
}

/// `POST /sign-in/choose`
pub(super) async fn choose(ctx: Ctx, from: From, posted: Posted) -> AppResult<Response> {
    let step = step_of(&ctx, &posted)?;
    if posted.get("person") == "new" {
        return register_page(&ctx, &step, None, 200);
    }
    let person = posted.get("person").parse().map_err(|_| AppError::NotFound)?;
    let opened = actions::enter(&ctx, &step, person, &from).await?;
    Ok(welcome(&ctx, &opened, &step.back, "/me"))
}

fn register_fields() -> Vec<Field> {
    vec![
        Field::text("name", "姓名", 1, 40)
            .hint("和身份证上一样")
            .autocomplete("name"),
        Field::radios(
            "sex",
            "性别",
            vec![Choice::new("female", "女"), Choice::new("male", "男")],
        ),
        Field::date("birth", "出生日期")
            .hint("例如 1955-03-15。有些班级按年龄招生。")
            .autocomplete("bday"),
        Field::text("id_number", "身份证号", 0, 20).hint("可以以后到柜台再补"),
        Field::tick("agree", "我同意学校为报名和上课使用这些资料"),
    ]
}

fn register_page(ctx: &Ctx, step: &Step, form: Option<Form>, status: u16) -> AppResult<Response> {
    let page = learner_page(ctx, "登记成为学员");
    let form = form.unwrap_or_else(|| Form::blank(register_fields(), page.lang));
    let step = step.sealed(&ctx.platform.keys)?;
    Ok(html_with(status, &RegisterPage { page, step, form }))
}

/// `POST /sign-in/register`
pub(super) async fn register(ctx: Ctx, from: From, posted: Posted) -> AppResult<Response> {
    let step = step_of(&ctx, &posted)?;
    let mut form = Form::from_pairs(register_fields(), learner_page(&ctx, "").lang, &posted.0);
    if !form.is_valid() {
        return register_page(&ctx, &step, Some(form), 422);
    }
    let draft = PersonDraft {
        name: form.get("name").to_owned(),
        sex: form.get("sex").to_owned(),
        birth: form.date("birth"),
        id_number: form.get("id_number").to_owned(),
        ..PersonDraft::default()
    };
    match actions::sign_up(&ctx, &step, draft, &from).await {
        Ok(opened) => Ok(welcome(&ctx, &opened, &step.back, "/me")),
        Err(error) => {
            let status = put(&mut form, error)?;
            register_page(&ctx, &step, Some(form), status)
        }
    }
}

/// `POST /sign-in/card`
pub(super) async fn card(ctx: Ctx, from: From, posted: Posted) -> AppResult<Response> {
    let mut form = posted_form("card", &ctx, &posted);
    let back = local_path(posted.get("back"));
    if !form.is_valid() {
        return Ok(start(&ctx, "card", back, Some(form), 422));
    }
    match actions::by_card(&ctx, form.get("number"), form.get("code"), &from).await {
        Ok(opened) => Ok(welcome(&ctx, &opened, back, "/me")),
        Err(error) => {
            let status = put(&mut form, error)?;
            Ok(start(&ctx, "card", back, Some(form), status))
        }
    }
}

/// `POST /sign-in/demo`
pub(super) async fn demo(ctx: Ctx, from: From, posted: Posted) -> AppResult<Response> {
    let (opened, staff) = actions::by_demo(&ctx, posted.get("role"), &from).await?;
    let first = if staff { "/desk" } else { "/me" };
    Ok(welcome(&ctx, &opened, posted.get("back"), first))
}

/// `POST /sign-out`
pub(super) async fn sign_out(ctx: Ctx, _: Posted) -> AppResult<Response> {
    actions::sign_out(&ctx).await?;
    let mut response = see_other("/");
    set_cookie(&ctx, &mut response, "", Some(0));
    Ok(response)
}

/// `POST /desk/people/{id}/card`
pub(super) async fn issue_card(
    ctx: Ctx,
    Path(id): Path<String>,
    Shared(typesetter): Shared<Arc<Typesetter>>,
    _: Posted,
) -> AppResult<Response> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    let cards = actions::issue_card(&ctx, id).await?;
    let made = ctx.now();
    let bytes = tokio::task::spawn_blocking(move || cards.pdf(&typesetter, made))
        .await
        .map_err(|error| AppError::Internal(error.to_string()))?
        .map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(ui::pdf(bytes, "学习卡.pdf"))
}
