//! Early asks for programs.

use super::actions::{self, AtCounter, EarlyTerms, EarlyView};
use crate::EarlyAskId;
use crate::companions::{Companion, CompanionBody};
use crate::enrollments::api::ClerkChannel;
use axum::http::StatusCode;
use kernel::PersonId;
use platform::api::{At, Moment, Named, done};
use platform::web::Json;
use platform::{AppError, AppResult, Channel, Ctx, Permission};
use serde::{Deserialize, Serialize};
use teaching::ClassId;
use utoipa::ToSchema;

/// What is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct EarlyAskBody {
    /// For whom: somebody who let the caller act for them; the caller themselves when missing.
    #[serde(rename = "for")]
    #[schema(value_type = Option<String>)]
    helped: Option<PersonId>,
    /// For whom, when a clerk acts.
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    /// How the person asked the clerk; at the counter when missing.
    channel: Option<ClerkChannel>,
    /// Who comes along, at most three: all get seats or none does.
    companions: Vec<CompanionBody>,
}

/// An early ask as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct EarlyAskItem {
    /// Its id.
    id: String,
    /// The class.
    class: Named,
    /// How it came in.
    channel: String,
    /// The moment at which it is decided.
    opens: Moment,
    /// Whether it is not decided yet.
    waiting: bool,
    /// People who wait for the same moment.
    present: i64,
    /// Of them, those whose turn comes before; null until the opening.
    ahead: Option<i64>,
    /// Seconds after which to look again.
    poll_after_secs: i64,
    /// `placed`, `dropped`, the code of the refusal, or null while it waits.
    outcome: Option<String>,
    /// The words of the refusal.
    sentence: Option<String>,
    /// The enrolment that it became.
    enrollment: Option<String>,
}

fn item(ctx: &Ctx, view: EarlyView) -> EarlyAskItem {
    let row = view.row;
    let some = |text: String| (!text.is_empty()).then_some(text);
    EarlyAskItem {
        id: row.id.to_string(),
        class: Named::new(row.class_id, row.class_name),
        channel: row.channel.as_str().to_owned(),
        ahead: (row.waiting && row.opens <= ctx.now()).then_some(view.ahead),
        opens: row.opens.into(),
        waiting: row.waiting,
        present: view.present,
        poll_after_secs: view.poll_secs,
        outcome: some(row.outcome),
        sentence: some(row.sentence),
        enrollment: view.enrollment.map(|row| row.id.to_string()),
    }
}

/// Leaves an ask for the moment at which enrolment opens, for the caller, somebody who let them act, or a person at the counter; left twice it is the same one.
#[utoipa::path(post, path = "/api/v1/classes/{id}/early-asks", tag = "enrollments", operation_id = "keep_early_ask",
    request_body = EarlyAskBody, params(("id" = String, Path, description = "The class")),
    responses((status = 201, body = EarlyAskItem), (status = 404, description = "No such class"),
    (status = 409, description = "Open already, too early, or refused by a rule: problem+json"),
    (status = 422, description = "A companion is wrong")))]
pub(super) async fn keep(
    ctx: Ctx,
    At(class): At<ClassId>,
    Json(body): Json<EarlyAskBody>,
) -> AppResult<(StatusCode, axum::Json<EarlyAskItem>)> {
    let terms = EarlyTerms {
        companions: body.companions.into_iter().map(Companion::from).collect(),
        wait: true,
    };
    let own = ctx.person()?;
    let id = match (body.helped, body.person) {
        (Some(_), Some(_)) => {
            return Err(AppError::invalid(
                "for",
                "for 和 person 只能填一个：家人代办用 for，柜台用 person。",
            ));
        }
        (None, Some(person)) if person != own => {
            let channel = body.channel.map_or(Channel::Desk, Channel::from);
            actions::keep_for(&ctx, AtCounter { person, channel }, class, terms).await?
        }
        (helped, _) => actions::keep(&ctx, helped.unwrap_or(own), class, terms).await?,
    };
    let view = seen(&ctx, id).await?;
    Ok((StatusCode::CREATED, axum::Json(item(&ctx, view))))
}

async fn seen(ctx: &Ctx, id: EarlyAskId) -> AppResult<EarlyView> {
    match actions::show(ctx, id).await {
        Err(AppError::NotFound) if ctx.can(Permission::EnrollmentRead) => actions::show_within(ctx, id).await,
        other => other,
    }
}

/// One early ask: how many wait, how many are before, what became of it.
#[utoipa::path(get, path = "/api/v1/early-asks/{id}", tag = "enrollments", operation_id = "show_early_ask",
    params(("id" = String, Path, description = "The ask")),
    responses((status = 200, body = EarlyAskItem), (status = 404, description = "None, or not the caller's")))]
pub(super) async fn show(ctx: Ctx, At(id): At<EarlyAskId>) -> AppResult<axum::Json<EarlyAskItem>> {
    let view = seen(&ctx, id).await?;
    Ok(axum::Json(item(&ctx, view)))
}

/// Takes an early ask back, until the opening.
#[utoipa::path(delete, path = "/api/v1/early-asks/{id}", tag = "enrollments", operation_id = "drop_early_ask",
    params(("id" = String, Path, description = "The ask")),
    responses((status = 204, description = "Taken back"), (status = 404, description = "None, or not the caller's"),
    (status = 409, description = "Decided already")))]
pub(super) async fn drop_ask(ctx: Ctx, At(id): At<EarlyAskId>) -> AppResult<StatusCode> {
    let dropped = match actions::drop_ask(&ctx, id).await {
        Err(AppError::NotFound) if ctx.can(Permission::EnrollmentAct) => actions::drop_for(&ctx, id).await,
        other => other,
    };
    dropped.map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(keep, show, drop_ask))]
pub(crate) struct EarlyAsksApi;
