//! Pages of one's own things.

use super::actions::{self, Purpose, Settings};
use crate::erasure::State;
use crate::persons;
use axum::extract::Path;
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx, Permission};
use ui::respond::html_with;
use ui::{Choice, Field, Form, Notice, Page, learner_page};

#[derive(askama::Template)]
#[template(path = "me/settings.html")]
struct SettingsPage {
    page: Page,
    all: Settings,
    here: String,
    token_form: Form,
    consent_form: Form,
    new_token: Option<String>,
}

impl SettingsPage {
    /// Whether a wish for erasure stands.
    fn asks_erasure(&self) -> bool {
        let latest = self.all.erasure.as_ref();
        latest.is_some_and(|row| row.state().stands())
    }
}

#[derive(askama::Template)]
#[template(path = "me/code.html")]
struct CodePage {
    page: Page,
    name: String,
    number: String,
    code: String,
    picture: String,
}

fn token_fields(ctx: &Ctx) -> Vec<Field> {
    let mut fields = vec![
        Field::text("token_name", "用途", 1, 40).hint("例如：家里的日历"),
        Field::number("days", "有效天数", 1, 366).value(90),
    ];
    let offered = actions::offered(ctx);
    if !offered.is_empty() {
        let choice = |permission: &Permission| Choice::new(permission.as_str(), permission.as_str());
        let choices = offered.iter().map(choice).collect();
        fields.push(Field::checkboxes("permissions", "岗位权限", choices).optional());
    }
    fields
}

fn consent_fields() -> Vec<Field> {
    let choice = |purpose: &Purpose| Choice::new(purpose.as_str(), purpose.label());
    let choices = Purpose::ALL.iter().map(choice).collect();
    vec![Field::checkboxes("purposes", "我同意这样使用我的资料", choices).optional()]
}

async fn page_of(
    ctx: &Ctx,
    token_form: Option<Form>,
    refused: Option<String>,
    new_token: Option<String>,
    status: u16,
) -> AppResult<Response> {
    let all = actions::settings(ctx).await?;
    let mut page = learner_page(ctx, "我的设置");
    if let Some(sentence) = refused {
        page = page.noticed(Notice::warning(sentence));
    }
    let standing = all.consents.iter().filter(|(_, since)| since.is_some());
    let ticked = standing.map(|(purpose, _)| purpose.as_str().to_owned()).collect();
    let view = SettingsPage {
        token_form: token_form.unwrap_or_else(|| Form::blank(token_fields(ctx), page.lang)),
        consent_form: Form::blank(consent_fields(), page.lang).fill_all("purposes", ticked),
        page,
        all,
        here: ctx.actor.session.clone(),
        new_token,
    };
    Ok(html_with(status, &view))
}

/// `GET /me/settings`
pub(super) async fn show(ctx: Ctx) -> AppResult<Response> {
    page_of(&ctx, None, None, None, 200).await
}

/// `GET /me/code`
pub(super) async fn code(ctx: Ctx) -> AppResult<Response> {
    let person = ctx.person()?;
    let row = persons::find(ctx.db(), person).await?;
    let code = persons::learner_code(&ctx, person).await?;
    let svg = documents::qr_svg(&code).map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(ui::html(&CodePage {
        page: learner_page(&ctx, "我的学习码"),
        name: row.name,
        number: row.number,
        picture: crate::sign_in::picture(&svg),
        code,
    }))
}

/// `POST /me/code`
pub(super) async fn reissue(ctx: Ctx, _: Posted) -> AppResult<Response> {
    persons::reissue_code(&ctx, ctx.person()?).await?;
    Ok(see_other("/me/code"))
}

/// `POST /me/settings/sign-ins/{id}/end`
pub(super) async fn end_sign_in(ctx: Ctx, Path(id): Path<String>, _: Posted) -> AppResult<Response> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    actions::end_sign_in(&ctx, id).await?;
    Ok(see_other("/me/settings#sign-ins"))
}

/// `POST /me/settings/consents`
pub(super) async fn consents(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let wanted: Vec<Purpose> = posted
        .all("purposes")
        .filter_map(|one| one.parse().ok())
        .collect();
    match actions::set_consents(&ctx, &wanted).await {
        Ok(()) => Ok(see_other("/me/settings#consents")),
        Err(AppError::Refused { sentence, .. }) => page_of(&ctx, None, Some(sentence), None, 409).await,
        Err(other) => Err(other),
    }
}

/// `POST /me/settings/tokens`
pub(super) async fn make_token(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let lang = learner_page(&ctx, "").lang;
    let mut form = Form::from_pairs(token_fields(&ctx), lang, &posted.0);
    if !form.is_valid() {
        return page_of(&ctx, Some(form), None, None, 422).await;
    }
    let permissions: Vec<Permission> = form
        .all("permissions")
        .iter()
        .filter_map(|p| p.parse().ok())
        .collect();
    let days = form.number("days").unwrap_or_default();
    match actions::make_token(&ctx, form.get("token_name"), &permissions, days).await {
        Ok(token) => page_of(&ctx, None, None, Some(token.text), 201).await,
        Err(error) => {
            let status = crate::sign_in::put(&mut form, error)?;
            page_of(&ctx, Some(form), None, None, status).await
        }
    }
}

/// `POST /me/settings/tokens/{id}/end`
pub(super) async fn end_token(ctx: Ctx, Path(id): Path<String>, _: Posted) -> AppResult<Response> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    actions::end_token(&ctx, id).await?;
    Ok(see_other("/me/settings#tokens"))
}
