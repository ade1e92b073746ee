//! Pages of certificates for staff and their owners.

use super::Printing;
use super::actions::{self, Brief};
use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx, Permission};
use teaching::ClassId;
use ui::{Field, Form, Lang, Page};

#[derive(Template)]
#[template(path = "certificates/show.html")]
struct ShowPage {
    page: Page,
    one: Brief,
    reason: String,
    form: Form,
    may_revoke: bool,
}

fn fields() -> Vec<Field> {
    vec![
        Field::textarea("reason", "为什么撤销", 200)
            .hint("只有工作人员看得到原因；查验页面只显示“已撤销”和日期。"),
        Field::tick("with_hours", "学时和结业也一起撤销").optional(),
    ]
}

/// `POST /desk/classes/{id}/certificates`
pub async fn issue(ctx: Ctx, Path(id): Path<String>, _posted: Posted) -> AppResult<Response> {
    let id: ClassId = crate::id(&id)?;
    let count = actions::issue(&ctx, id).await?;
    Ok(see_other(&format!(
        "/desk/classes/{id}/completion?issued={count}"
    )))
}

/// `GET /desk/certificates/{id}`
pub async fn show(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    render(&ctx, &id, Form::blank(fields(), Lang::Zh), 200).await
}

async fn render(ctx: &Ctx, id: &str, form: Form, status: u16) -> AppResult<Response> {
    let (one, reason) = actions::show(ctx, crate::id(id)?).await?;
    let page = ui::desk_page(ctx, "证书");
    let may_revoke = one.is_valid() && ctx.can(Permission::RecordRevoke);
    Ok(ui::respond::html_with(
        status,
        &ShowPage {
            page,
            one,
            reason,
            form,
            may_revoke,
        },
    ))
}

/// `GET /desk/certificates/{id}/print`
pub async fn print(
    ctx: Ctx,
    Extension(printing): Extension<Printing>,
    Path(id): Path<String>,
) -> AppResult<Response> {
    let (one, _) = actions::show(&ctx, crate::id(&id)?).await?;
    let bytes = actions::pdf(&ctx, &printing, &one).await?;
    Ok(ui::pdf(bytes, &format!("{}.pdf", one.number)))
}

/// `GET /desk/classes/{id}/certificates.pdf`
pub async fn print_class(
    ctx: Ctx,
    Extension(printing): Extension<Printing>,
    Path(id): Path<String>,
) -> AppResult<Response> {
    let (class, bytes) = actions::pdf_of_class(&ctx, &printing, crate::id(&id)?).await?;
    Ok(ui::pdf(bytes, &format!("{class}-结业证书.pdf")))
}

/// `POST /desk/certificates/{id}/revoke`
pub async fn revoke(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    if form.is_valid() {
        match actions::revoke(
            &ctx,
            crate::id(&id)?,
            form.get("reason"),
            form.ticked("with_hours"),
        )
        .await
        {
            Ok(()) => return Ok(see_other(&format!("/desk/certificates/{id}"))),
            Err(AppError::Invalid(fields)) => {
                for field in fields {
                    form.error(&field.field, field.sentence);
                }
            }
            Err(other) => return Err(other),
        }
    }
    ctx.may(Permission::RecordRevoke)?;
    render(&ctx, &id, form, 422).await
}

/// `GET /me/certificates/{id}.pdf`
pub async fn own(
    ctx: Ctx,
    Extension(printing): Extension<Printing>,
    Path(file): Path<String>,
) -> AppResult<Response> {
    ctx.person()?;
    let id = file.strip_suffix(".pdf").ok_or(AppError::NotFound)?;
    let one = actions::own_one(&ctx, crate::id(id)?).await?;
    let bytes = actions::pdf(&ctx, &printing, &one).await?;
    Ok(ui::pdf(bytes, &format!("{}.pdf", one.number)))
}
