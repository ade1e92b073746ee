//! Pages of leave.

use super::actions::{self, OwnLeave};
use crate::words;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::PersonId;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use teaching::SessionId;
use ui::{Field, Form, Page};

#[derive(Template)]
#[template(path = "leave/show.html")]
struct LeavePage {
    page: Page,
    own: OwnLeave,
    when: String,
    form: Form,
}

impl LeavePage {
    /// Whether the form to ask is shown.
    fn may_ask(&self) -> bool {
        let granted = |leave: &actions::LeaveBrief| leave.status == actions::LeaveStatus::Granted;
        self.own.open && self.own.leave.as_ref().is_none_or(|leave| !granted(leave))
    }
}

fn fields() -> Vec<Field> {
    vec![Field::textarea("reason", "为什么不能来", 200).hint("写一两句就好，例如：身体不舒服。老师会看到。")]
}

/// `GET /me/sessions/{id}/leave`
pub async fn show(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let own = actions::own(&ctx, crate::id(&id)?).await?;
    let page = ui::learner_page(&ctx, "请假");
    let form = Form::blank(fields(), page.lang);
    Ok(render(page, own, form, 200))
}

fn render(page: Page, own: OwnLeave, form: Form, status: u16) -> Response {
    let when = words::when_in(page.lang, &own.opened.session);
    ui::respond::html_with(
        status,
        &LeavePage {
            page,
            own,
            when,
            form,
        },
    )
}

/// `POST /me/sessions/{id}/leave`
pub async fn ask(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: SessionId = crate::id(&id)?;
    let own = actions::own(&ctx, id).await?;
    let page = ui::learner_page(&ctx, "请假");
    let mut form = Form::from_pairs(fields(), page.lang, &posted.0);
    if form.is_valid() {
        match actions::ask(&ctx, id, form.get("reason")).await {
            Ok(()) => return Ok(see_other(&format!("/me/sessions/{id}/leave"))),
            Err(AppError::Invalid(fields)) => {
                for field in fields {
                    form.error(&field.field, field.sentence);
                }
            }
            Err(other) => return Err(other),
        }
    }
    Ok(render(page, own, form, 422))
}

/// `POST /me/sessions/{id}/leave/withdraw`
pub async fn withdraw(ctx: Ctx, Path(id): Path<String>, _posted: Posted) -> AppResult<Response> {
    let id: SessionId = crate::id(&id)?;
    actions::withdraw(&ctx, id).await?;
    Ok(see_other(&format!("/me/sessions/{id}/leave")))
}

/// `POST /desk/sessions/{id}/leave/{person}`: `decision` is granted, refused, or for_learner with a reason.
pub async fn decide(
    ctx: Ctx,
    Path((id, person)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
    posted: Posted,
) -> AppResult<Response> {
    let (id, person): (SessionId, PersonId) = (crate::id(&id)?, crate::id(&person)?);
    let asked = query.iter().find(|(name, _)| name == "decision");
    let decision = asked.map_or_else(|| posted.get("decision"), |(_, value)| value.as_str());
    match decision {
        "granted" => actions::decide(&ctx, id, person, true).await?,
        "refused" => actions::decide(&ctx, id, person, false).await?,
        "for_learner" => actions::note_for(&ctx, id, person, posted.get("leave_reason")).await?,
        _ => return Err(AppError::invalid("decision", "请选同意或者不同意。")),
    }
    Ok(see_other(&format!("/desk/sessions/{id}/roll?leave=1")))
}
