//! JSON of meetings.

use super::actions::{self, Meeting};
use super::model::{GuestAnswer, MeetingStatus};
use super::store::MeetingRow;
use crate::{MeetingId, PlanId};
use axum::Json;
use platform::api::{Asked, At, Day, Listed, Moment, Named, Paging};
use platform::{AppResult, Ctx};
use serde::Serialize;
use utoipa::ToSchema;

/// A meeting in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeetingJson {
    /// Id.
    id: String,
    /// Title.
    title: String,
    /// When it begins.
    begins_at: Moment,
    /// Place.
    place: String,
    /// How far it is.
    status: MeetingStatus,
}

impl From<MeetingRow> for MeetingJson {
    fn from(row: MeetingRow) -> Self {
        Self {
            id: row.id.to_string(),
            title: row.title,
            begins_at: Moment(row.begins_at),
            place: row.place,
            status: row.status,
        }
    }
}

/// A guest.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeetingGuestJson {
    /// Its name.
    name: String,
    /// What it answered.
    answer: GuestAnswer,
    /// Whether somebody came; null before the minutes.
    #[schema(required)]
    attended: Option<bool>,
}

/// A point of the agenda.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeetingPointJson {
    /// What it is about.
    title: String,
    /// The task that lags, if it is one.
    #[schema(required)]
    task_id: Option<String>,
    /// What was said of it; empty before the minutes are issued.
    minutes: String,
}

/// What was decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeetingDecisionJson {
    /// What is to be done.
    words: String,
    /// Who does it.
    lead: Named,
    /// By when.
    due: Day,
    /// The task it became; null before the minutes are issued.
    #[schema(required)]
    task_id: Option<String>,
}

/// A meeting with its guests, agenda and decisions.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeetingDetailsJson {
    /// The meeting.
    meeting: MeetingJson,
    /// Who is asked; a guest sees its own row.
    guests: Vec<MeetingGuestJson>,
    /// Its agenda.
    points: Vec<MeetingPointJson>,
    /// What was said besides.
    minutes: String,
    /// What it decided.
    decisions: Vec<MeetingDecisionJson>,
}

impl From<Meeting> for MeetingDetailsJson {
    fn from(meeting: Meeting) -> Self {
        let guests = meeting.guests.into_iter().map(|guest| MeetingGuestJson {
            name: guest.name,
            answer: guest.answer,
            attended: guest.attended,
        });
        let points = meeting.points.into_iter().map(|point| MeetingPointJson {
            title: point.title,
            task_id: point.task_id.map(|task| task.to_string()),
            minutes: point.minutes,
        });
        let decisions = meeting.decisions.into_iter().map(|one| MeetingDecisionJson {
            words: one.words,
            lead: Named::new(one.lead_org_id, one.lead_name),
            due: Day(one.due),
            task_id: one.task_id.map(|task| task.to_string()),
        });
        Self {
            guests: guests.collect(),
            points: points.collect(),
            decisions: decisions.collect(),
            minutes: meeting.row.minutes.clone(),
            meeting: meeting.row.into(),
        }
    }
}

platform::api_words!(MeetingStatus, GuestAnswer);

/// The meetings of an issued plan that one may see, the latest first.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/meetings", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), Paging),
    responses((status = 200, body = Listed<MeetingJson>), (status = 409, description = "the plan is a draft")))]
pub(super) async fn list(
    ctx: Ctx,
    At(plan): At<PlanId>,
    asked: Asked,
) -> AppResult<Json<Listed<MeetingJson>>> {
    let part = asked.part()?;
    let (_, meetings, _) = actions::list(&ctx, plan).await?;
    Ok(Json(part.of(meetings).map(MeetingJson::from)))
}

/// A meeting with its guests, agenda and decisions.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/meetings/{meeting}", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), ("meeting" = String, Path, description = "id of the meeting")),
    responses((status = 200, body = MeetingDetailsJson), (status = 404, description = "no such meeting, or not for you")))]
pub(super) async fn get(
    ctx: Ctx,
    At((plan, meeting)): At<(PlanId, MeetingId)>,
) -> AppResult<Json<MeetingDetailsJson>> {
    Ok(Json(actions::get(&ctx, plan, meeting).await?.into()))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, get))]
pub struct MeetingsApi;
