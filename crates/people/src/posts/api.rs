//! Posts and staff accounts for programs that act with a browser's sign-in; no token may give posts.

use super::actions::{self, AccountChange, NewStaff};
use super::store::StaffLine;
use crate::persons::{PersonDraft, Sex};
use axum::Json;
use axum::http::StatusCode;
use kernel::{AccountId, OrgId, PostId};
use platform::api::{Asked, At, Day, Listed, Named, NoBody, Paging, done};
use platform::{AppError, AppResult, Ctx, Role, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(AccountChange);

/// A staff account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountJson {
    /// Id.
    id: String,
    /// The name to sign in with.
    login: String,
    /// active or closed.
    status: String,
}

/// A post with its person and account.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostJson {
    /// Id.
    id: String,
    /// The person.
    person: Named,
    /// The person's number.
    number: String,
    /// The role.
    role: Role,
    /// The org.
    org: Named,
    /// Since when.
    valid_from: Day,
    /// First day without it.
    valid_to: Option<Day>,
    /// The person's staff account.
    account: Option<AccountJson>,
}

impl From<StaffLine> for PostJson {
    fn from(line: StaffLine) -> Self {
        Self {
            id: line.id.to_string(),
            person: Named::new(line.person_id, line.name),
            number: line.number,
            role: line.role,
            org: Named::new(line.org_id, line.org_name),
            valid_from: line.valid_from.into(),
            valid_to: line.valid_to.map(Day),
            account: line.account_id.map(|id| AccountJson {
                id: id.to_string(),
                login: line.login.unwrap_or_default(),
                status: line.account_status.unwrap_or_default(),
            }),
        }
    }
}

/// Somebody new who gets a post.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewStaffBody {
    /// Name.
    name: String,
    /// Sex.
    sex: Sex,
    /// Day of birth.
    birth: Day,
    /// Telephone number.
    #[serde(default)]
    phone: String,
}

/// A post to give.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PostBody {
    /// Id of the org.
    #[schema(value_type = String)]
    org: OrgId,
    /// The role.
    role: Role,
    /// Number of somebody who is registered; or `new`.
    #[serde(default)]
    number: String,
    /// Somebody who is not registered yet.
    #[serde(default)]
    new: Option<NewStaffBody>,
    /// The name to sign in with, 4 to 40 letters, digits, dots or strokes; empty for who has an account or needs none.
    #[serde(default)]
    login: String,
}

/// A post that was given.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantedJson {
    /// Id of the post.
    id: String,
    /// Id of the person.
    person: String,
    /// The first password, when an account was made; shown this once.
    password: Option<String>,
}

/// What to do with an account.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AccountBody {
    /// A new first password, a second factor to set up anew, or closing and opening.
    what: AccountChange,
}

/// What was done with an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountChanged {
    /// The new first password, where there is one; shown this once.
    password: Option<String>,
}

/// Posts that stand in your scope, by place in the tree and name.
#[utoipa::path(get, path = "/api/v1/posts", tag = "posts",
    params(("q" = Option<String>, Query, description = "part of the person's or the org's name"), Paging),
    responses((status = 200, body = Listed<PostJson>)))]
pub(super) async fn list(ctx: Ctx, asked: Asked) -> AppResult<Json<Listed<PostJson>>> {
    let found = actions::list(&ctx, &asked.text("q"), asked.part()?).await?;
    Ok(Json(found.map(PostJson::from)))
}

/// What is wrong with somebody new, beside its place in the body.
fn in_new(error: AppError) -> AppError {
    ["name", "sex", "birth", "phone"]
        .iter()
        .fold(error, |error, field| error.beside(field, &format!("new.{field}")))
}

/// Gives a post, and makes a staff account for who has none.
#[utoipa::path(post, path = "/api/v1/posts", tag = "posts", request_body = PostBody,
    responses((status = 201, body = GrantedJson), (status = 403, description = "a role above your own"),
        (status = 409, description = "they hold this post already")))]
pub(super) async fn grant(
    ctx: Ctx,
    web::Json(body): web::Json<PostBody>,
) -> AppResult<(StatusCode, Json<GrantedJson>)> {
    let is_new = body.new.is_some() && body.number.is_empty();
    let staff = match body.new {
        Some(new) if body.number.is_empty() => NewStaff::New(Box::new(PersonDraft {
            name: new.name,
            sex: new.sex.as_str().to_owned(),
            birth: Some(new.birth.0),
            phone: new.phone,
            ..PersonDraft::default()
        })),
        _ => NewStaff::Known(body.number),
    };
    let granted = actions::grant(&ctx, staff, body.role, body.org, &body.login).await;
    let granted = granted.map_err(|error| if is_new { in_new(error) } else { error })?;
    let answer = GrantedJson {
        id: granted.post.to_string(),
        person: granted.person.to_string(),
        password: granted.password,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Ends a post today; nobody ends their own.
#[utoipa::path(delete, path = "/api/v1/posts/{id}", tag = "posts",
    params(("id" = String, Path, description = "id of the post")),
    responses((status = 204, description = "ended"), (status = 403, description = "a role above your own"),
        (status = 409, description = "your own post")))]
pub(super) async fn end(ctx: Ctx, At(id): At<PostId>, _: NoBody) -> AppResult<StatusCode> {
    actions::end(&ctx, id).await.map(done)
}

/// Changes a staff account; all sign-ins of its person end.
#[utoipa::path(post, path = "/api/v1/accounts/{id}", tag = "posts", request_body = AccountBody,
    params(("id" = String, Path, description = "id of the account")),
    responses((status = 200, body = AccountChanged), (status = 403, description = "one of the person's roles is above your own")))]
pub(super) async fn account(
    ctx: Ctx,
    At(id): At<AccountId>,
    web::Json(body): web::Json<AccountBody>,
) -> AppResult<Json<AccountChanged>> {
    let password = actions::change_account(&ctx, id, body.what).await?;
    Ok(Json(AccountChanged { password }))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, grant, end, account))]
pub(crate) struct PostsApi;
