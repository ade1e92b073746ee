//! Sessions for programs of the staff.

use super::actions;
use super::model::{SessionChange, SessionRow, SessionStatus};
use crate::classes::FirstLessonCheck;
use crate::names::Names;
use crate::{ClassId, SessionId};
use axum::http::StatusCode;
use axum::{Extension, Json};
use kernel::PersonId;
use orgs::RoomId;
use platform::api::{
    Asked, At, Created, Day, Listed, Made, Named, Paging, Reasoned, Ref, TimeOfDay, created, done, version,
};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(SessionStatus);

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionJson {
    /// Its id.
    id: String,
    /// Its number in the class, from 1; make-up sessions are numbered on.
    number: i64,
    /// The day.
    day: Day,
    /// When it starts.
    starts: TimeOfDay,
    /// Minutes.
    minutes: i64,
    /// The room.
    room: Option<Named>,
    /// The teacher.
    teacher: Option<Named>,
    /// What it is about.
    topic: String,
    /// Where it stands.
    status: SessionStatus,
    /// Why it was moved or cancelled.
    status_note: String,
    /// Counts changes.
    version: i64,
}

impl SessionJson {
    fn new(row: SessionRow, names: &Names) -> Self {
        Self {
            id: row.id.to_string(),
            number: row.number,
            day: row.day.into(),
            starts: row.starts.into(),
            minutes: row.minutes,
            room: row.room_id.map(|room| Named::new(room, names.room_name(room))),
            teacher: row
                .teacher_id
                .map(|teacher| Named::new(teacher, names.person(Some(teacher)))),
            topic: row.topic,
            status: row.status,
            status_note: row.status_note,
            version: row.version,
        }
    }
}

/// A session as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SessionBody {
    /// The day, today or later.
    day: Day,
    /// When it starts.
    starts: TimeOfDay,
    /// Minutes; it ends on the same day.
    minutes: i64,
    /// Id of the room, one of the org's in use.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    room: Option<Ref<RoomId>>,
    /// Id of the teacher.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    teacher: Option<Ref<PersonId>>,
    /// What it is about, at most 60 characters.
    #[serde(default)]
    topic: String,
    /// Why; learners read it.
    reason: String,
    /// Version that you read, to change a session.
    #[serde(default)]
    version: Option<i64>,
}

impl From<SessionBody> for SessionChange {
    fn from(body: SessionBody) -> Self {
        Self {
            day: body.day.0,
            starts: body.starts.0,
            minutes: body.minutes,
            room_id: body.room.map(|room| room.0),
            teacher_id: body.teacher.map(|teacher| teacher.0),
            topic: body.topic,
            reason: body.reason,
        }
    }
}

/// The sessions of a class, cancelled ones too, in the order of time.
#[utoipa::path(get, path = "/api/v1/classes/{id}/sessions", tag = "sessions",
    params(("id" = String, Path, description = "id of the class"), Paging),
    responses((status = 200, body = Listed<SessionJson>)))]
pub(super) async fn list(
    ctx: Ctx,
    At(class): At<ClassId>,
    asked: Asked,
) -> AppResult<Json<Listed<SessionJson>>> {
    let part = asked.part()?;
    let sessions = actions::of_class(&ctx, class).await?;
    let rows = part.of(sessions.rows);
    Ok(Json(rows.map(|row| SessionJson::new(row, &sessions.names))))
}

/// Adds a make-up session; learners of a published class are told.
#[utoipa::path(post, path = "/api/v1/classes/{id}/sessions", tag = "sessions", request_body = SessionBody,
    params(("id" = String, Path, description = "id of the class")),
    responses((status = 201, body = Made),
        (status = 409, description = "room or teacher are taken: `errors` names each clash; the class is over, or a round of it would close after its first lesson")))]
pub(super) async fn add(
    ctx: Ctx,
    check: Option<Extension<FirstLessonCheck>>,
    At(class): At<ClassId>,
    web::Json(body): web::Json<SessionBody>,
) -> AppResult<Created> {
    let check = check.map(|Extension(check)| check);
    actions::add(&ctx, class, body.into(), check).await.map(created)
}

/// Moves or changes a session to come; learners of a published class are told.
#[utoipa::path(put, path = "/api/v1/sessions/{id}", tag = "sessions", request_body = SessionBody,
    params(("id" = String, Path, description = "id of the session")),
    responses((status = 204, description = "changed"),
        (status = 409, description = "room or teacher are taken: `errors` names each clash; it is over, a round of the class would close after its first lesson, or somebody changed it meanwhile")))]
pub(super) async fn change(
    ctx: Ctx,
    check: Option<Extension<FirstLessonCheck>>,
    At(id): At<SessionId>,
    web::Json(body): web::Json<SessionBody>,
) -> AppResult<StatusCode> {
    let version = version(body.version)?;
    let check = check.map(|Extension(check)| check);
    actions::change(&ctx, id, body.into(), version, check).await?;
    Ok(done(()))
}

/// Cancels a session to come; learners of a published class are told.
#[utoipa::path(post, path = "/api/v1/sessions/{id}/cancel", tag = "sessions", request_body = Reasoned,
    params(("id" = String, Path, description = "id of the session")),
    responses((status = 204, description = "cancelled"), (status = 409, description = "it is over, or somebody changed it meanwhile")))]
pub(super) async fn cancel(
    ctx: Ctx,
    At(id): At<SessionId>,
    web::Json(body): web::Json<Reasoned>,
) -> AppResult<StatusCode> {
    actions::cancel(&ctx, id, &body.reason, body.version).await?;
    Ok(done(()))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, add, change, cancel))]
pub(crate) struct SessionsApi;
