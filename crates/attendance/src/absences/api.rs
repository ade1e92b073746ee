//! Long absence for programs.

use super::actions;
use super::model::{Call, Decision, Whom};
use super::store::CaseRow;
use crate::AbsenceId;
use axum::http::StatusCode;
use enrollment::{EnrollmentId, SeatDesk};
use kernel::Date;
use platform::api::{Asked, At, Listed, Moment, Named, Paging};
use platform::web::{Json, Shared};
use platform::{AppError, AppResult, Ctx};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A proposal to give up the place of somebody who stays away.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AbsenceItem {
    /// Its id.
    #[schema(value_type = String)]
    id: AbsenceId,
    /// The enrolment.
    #[schema(value_type = String)]
    enrollment: EnrollmentId,
    /// Who.
    person: Named,
    /// The class.
    class: Named,
    /// Absences in a row.
    in_row: i64,
    /// Absences without leave.
    missed: i64,
    /// Lessons held.
    held: i64,
    /// Since when.
    noted_at: Moment,
}

fn item(row: CaseRow) -> AbsenceItem {
    AbsenceItem {
        id: row.id,
        enrollment: row.enrollment_id,
        person: Named::new(row.person_id, row.name),
        class: Named::new(row.class_id, row.class_name),
        in_row: row.in_row,
        missed: row.missed,
        held: row.held,
        noted_at: row.noted_at.into(),
    }
}

/// Proposals in your scope that wait for a decision, oldest first.
#[utoipa::path(get, path = "/api/v1/absences", tag = "attendance", operation_id = "open_absences", params(Paging),
    responses((status = 200, body = Listed<AbsenceItem>)))]
pub(crate) async fn open(ctx: Ctx, asked: Asked) -> AppResult<axum::Json<Listed<AbsenceItem>>> {
    let part = asked.part()?;
    Ok(axum::Json(part.of(actions::list(&ctx).await?).map(item)))
}

/// A call and a decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AbsenceDecision {
    /// Who was called.
    whom: Whom,
    /// The day of the call, as 2026-11-22.
    called_on: String,
    /// What was said, at most 200 characters.
    said: String,
    /// The day until which the place is kept; without it the place is given up.
    keep_until: Option<String>,
    /// Why, at most 200 characters.
    note: String,
}

fn day(field: &'static str, text: &str) -> AppResult<Date> {
    text.parse()
        .map_err(|_| AppError::invalid(field, "日期要写成 2026-11-22 这样。"))
}

/// Decides on a proposal after a call: the place is kept until a day, or given up.
#[utoipa::path(post, path = "/api/v1/absences/{id}/decision", tag = "attendance", operation_id = "decide_absence", request_body = AbsenceDecision,
    params(("id" = String, Path, description = "The proposal")),
    responses((status = 204, description = "Decided"), (status = 404, description = "None in your scope"),
        (status = 409, description = "It was decided, or the learner came again: problem+json"),
        (status = 422, description = "Out of bounds: problem+json")))]
pub(crate) async fn decide(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    At(id): At<AbsenceId>,
    Json(body): Json<AbsenceDecision>,
) -> AppResult<StatusCode> {
    let call = Call {
        whom: body.whom,
        on: day("called_on", &body.called_on)?,
        said: body.said,
    };
    let decision = match &body.keep_until {
        Some(until) => Decision::Keep(day("keep_until", until)?),
        None => Decision::Withdraw,
    };
    actions::decide(&ctx, &desk, id, (call, decision, &body.note)).await?;
    Ok(StatusCode::NO_CONTENT)
}
