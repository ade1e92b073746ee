//! Staff pages of posts. Chinese only.

use super::actions::{self, AccountChange, NewStaff};
use super::store::StaffLine;
use crate::persons::PersonDraft;
use crate::sign_in::put;
use axum::extract::{Path, Query};
use axum::response::Response;
use platform::api::Part;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::respond::html_with;
use ui::{Choice, Field, Form, Lang, Page, desk_page};

#[derive(askama::Template)]
#[template(path = "posts/list.html")]
struct ListPage {
    page: Page,
    form: Form,
    lines: Vec<StaffLine>,
    password: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "posts/new.html")]
struct NewPage {
    page: Page,
    form: Form,
}

/// What the page shows; who looks for somebody in a city narrows the list.
const LINES: Part = Part {
    limit: 300,
    offset: 0,
};

fn zh(ctx: &Ctx, title: &str) -> Page {
    let mut page = desk_page(ctx, title);
    page.lang = Lang::Zh;
    page
}

async fn list_page(ctx: &Ctx, q: &str, password: Option<String>) -> AppResult<Response> {
    let field = Field::text("q", "按姓名或机构找", 0, 40).value(q);
    Ok(ui::html(&ListPage {
        page: zh(ctx, "岗位和账号"),
        form: Form::blank(vec![field], Lang::Zh),
        lines: actions::list(ctx, q, LINES).await?.items,
        password,
    }))
}

/// Query of the list.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

/// `GET /desk/posts`
pub(super) async fn list(ctx: Ctx, Query(asked): Query<Asked>) -> AppResult<Response> {
    list_page(&ctx, &asked.q, None).await
}

async fn fields(ctx: &Ctx) -> AppResult<Vec<Field>> {
    let orgs = actions::orgs(ctx).await?;
    let orgs = orgs
        .into_iter()
        .map(|org| Choice::new(org.id.to_string(), org.name))
        .collect();
    let roles = actions::roles(ctx)
        .into_iter()
        .map(|role| Choice::new(role.as_str(), role.label()))
        .collect();
    let sexes = vec![Choice::new("female", "女"), Choice::new("male", "男")];
    Ok(vec![
        Field::select("org", "机构", orgs),
        Field::select("role", "岗位", roles).hint("只列出您自己也有全部权限的岗位"),
        Field::text("number", "学员号", 0, 20).hint("已经登记过的人填这个，下面姓名等四项就不用填"),
        Field::text("name", "姓名", 0, 40),
        Field::radios("sex", "性别", sexes).optional(),
        Field::date("birth", "出生日期").optional(),
        Field::phone("phone", "手机号").optional(),
        Field::text("login", "登录名", 0, 40).hint("要用工作台的人填；已有账号的不用填"),
    ])
}

/// `GET /desk/posts/new`
pub(super) async fn new(ctx: Ctx) -> AppResult<Response> {
    let form = Form::blank(fields(&ctx).await?, Lang::Zh);
    Ok(ui::html(&NewPage {
        page: zh(&ctx, "给一个岗位"),
        form,
    }))
}

/// `POST /desk/posts`
pub(super) async fn create(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(fields(&ctx).await?, Lang::Zh, &posted.0);
    let status = if form.is_valid() {
        match give(&ctx, &form).await {
            Ok(granted) => match granted.password {
                Some(password) => return list_page(&ctx, "", Some(password)).await,
                None => return Ok(see_other("/desk/posts")),
            },
            Err(AppError::Forbidden(sentence)) => {
                form.refuse(sentence);
                403
            }
            Err(error) => put(&mut form, error)?,
        }
    } else {
        422
    };
    let page = zh(&ctx, "给一个岗位");
    Ok(html_with(status, &NewPage { page, form }))
}

async fn give(ctx: &Ctx, form: &Form) -> AppResult<actions::Granted> {
    let org = form.get("org").parse().map_err(|_| AppError::NotFound)?;
    let role = form
        .get("role")
        .parse()
        .map_err(|()| AppError::invalid("role", "请选择岗位。"))?;
    let staff = match form.some("number") {
        Some(number) => NewStaff::Known(number.to_owned()),
        None => NewStaff::New(Box::new(PersonDraft {
            name: form.get("name").to_owned(),
            sex: form.get("sex").to_owned(),
            birth: form.date("birth"),
            phone: form.get("phone").to_owned(),
            ..PersonDraft::default()
        })),
    };
    actions::grant(ctx, staff, role, org, form.get("login")).await
}

/// `POST /desk/posts/{id}/end`
pub(super) async fn end(ctx: Ctx, Path(id): Path<String>, _: Posted) -> AppResult<Response> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    actions::end(&ctx, id).await?;
    Ok(see_other("/desk/posts"))
}

/// `POST /desk/posts/accounts/{id}`
pub(super) async fn account(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    let what: AccountChange = posted.get("what").parse().map_err(|()| AppError::NotFound)?;
    match actions::change_account(&ctx, id, what).await? {
        Some(password) => list_page(&ctx, "", Some(password)).await,
        None => Ok(see_other("/desk/posts")),
    }
}
