//! One's own things for programs.

use super::actions;
use super::store::TokenLine;
use crate::{ApiTokenId, persons};
use axum::Json;
use axum::http::StatusCode;
use kernel::Instant;
use platform::api::{At, Listed, NoBody, done};
use platform::{AppError, AppResult, Ctx, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Who the token belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Id of the person.
    id: String,
    /// Learner's number.
    number: String,
    /// Name.
    name: String,
    /// Posts held now.
    posts: Vec<MyPost>,
}

/// A post.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyPost {
    /// Role, such as `registrar`.
    role: String,
    /// Id of the organisation.
    org: String,
    /// Its name.
    org_name: String,
}

/// A token as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Token {
    /// Id, to end it.
    id: String,
    /// What it is for.
    name: String,
    /// Permissions of one's posts that it has.
    permissions: Vec<String>,
    /// When made.
    created_at: String,
    /// Until when.
    expires_at: Option<String>,
    /// Last used, to the hour.
    used_at: Option<String>,
    /// The token itself; only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Wanted {
    /// What it is for, up to 40 characters.
    #[serde(default)]
    name: String,
    /// Permissions of one's posts; none for a token that acts as the learner.
    #[serde(default)]
    permissions: Vec<String>,
    /// Days it is good for, 1 to 366; 90 when missing.
    days: Option<i64>,
}

fn shown(line: TokenLine, token: Option<String>) -> Token {
    let permissions = line.permissions.split(',').filter(|one| !one.is_empty());
    Token {
        id: line.id.to_string(),
        permissions: permissions.map(str::to_owned).collect(),
        name: line.name,
        created_at: line.created_at.to_china_text(),
        expires_at: line.expires_at.map(Instant::to_china_text),
        used_at: line.used_at.map(Instant::to_china_text),
        token,
    }
}

/// Who is asking.
#[utoipa::path(get, path = "/api/v1/me", tag = "me", responses((status = 200, body = Me), (status = 401, description = "no valid token")))]
pub(crate) async fn me(ctx: Ctx) -> AppResult<Json<Me>> {
    let row = persons::find(ctx.db(), ctx.person()?).await?;
    let post = |post: &platform::Grant| MyPost {
        role: post.role.as_str().to_owned(),
        org: post.org.to_string(),
        org_name: post.org_name.clone(),
    };
    Ok(Json(Me {
        id: row.id.to_string(),
        number: row.number,
        name: row.name,
        posts: ctx.actor.posts.iter().map(post).collect(),
    }))
}

/// One's tokens in use.
#[utoipa::path(get, path = "/api/v1/me/tokens", tag = "me", responses((status = 200, body = Listed<Token>), (status = 401, description = "no valid token")))]
pub(crate) async fn tokens(ctx: Ctx) -> AppResult<Json<Listed<Token>>> {
    let lines = actions::tokens(&ctx).await?;
    Ok(Json(Listed::whole(
        lines.into_iter().map(|line| shown(line, None)),
    )))
}

/// Makes a token; only from a browser where its owner is signed in.
#[utoipa::path(post, path = "/api/v1/me/tokens", tag = "me", request_body = Wanted,
    responses((status = 201, body = Token), (status = 403, description = "from a token, or more than one's own permissions"), (status = 422, description = "wrong fields")))]
pub(crate) async fn make(
    ctx: Ctx,
    platform::web::Json(wanted): platform::web::Json<Wanted>,
) -> AppResult<(StatusCode, Json<Token>)> {
    let permissions: Vec<Permission> = wanted
        .permissions
        .iter()
        .map(|code| code.parse())
        .collect::<Result<_, ()>>()
        .map_err(|()| AppError::invalid("permissions", "有不认识的权限代码。"))?;
    let days = wanted.days.unwrap_or(90);
    let made = actions::make_token(&ctx, &wanted.name, &permissions, days).await?;
    Ok((StatusCode::CREATED, Json(shown(made.line, Some(made.text)))))
}

/// Makes a token worthless.
#[utoipa::path(delete, path = "/api/v1/me/tokens/{id}", tag = "me", params(("id" = String, Path, description = "id of the token")),
    responses((status = 204, description = "ended"), (status = 404, description = "none of one's own")))]
pub(crate) async fn end(ctx: Ctx, At(id): At<ApiTokenId>, _: NoBody) -> AppResult<StatusCode> {
    actions::end_token(&ctx, id).await.map(done)
}

#[derive(OpenApi)]
#[openapi(paths(me, tokens, make, end), components(schemas(Me, MyPost, Token, Wanted)))]
struct Api;

/// The description of this domain's API.
#[must_use]
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    Api::openapi()
}
